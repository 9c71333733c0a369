// Small songs with known features.
#pragma once

#include <functional>
#include <map>
#include <numeric>
#include <ostream>
#include <string>
#include <vector>

#include "spectradiff/base/error.h"
#include "spectradiff/features/features.h"
#include "spectradiff/timeline/song_values.h"

namespace spectradiff {

// `frames` frames of 10 to a second, 800 Hz.
inline Features song_of(int64_t frames, std::vector<Series> series = {}) {
  Features features;
  features.settings.fps = Rational(10);
  features.sample_rate_hz = 800;
  features.samples = frames * 80;
  features.frames = frames;
  features.series = std::move(series);
  return features;
}

// The expression in every frame.
inline std::vector<double> values(const Features& features, const std::string& text,
                                  const std::map<std::string, std::string>& signals = {}) {
  const SignalSet set(signals);
  SongValues song(features, set);
  std::vector<int64_t> frames(static_cast<size_t>(features.frames));
  std::iota(frames.begin(), frames.end(), int64_t{0});
  return song.evaluate(Expression(text, set.names()), frames);
}

// A text that is refused, with a place and a reason.
struct Wrong {
  const char* text;
  int column;  // from 1
  const char* words;
};

inline void PrintTo(const Wrong& wrong, std::ostream* out) {
  *out << wrong.text;
}

// The reason, or "nothing was thrown".
inline std::string refusal(const std::function<void()>& action) {
  try {
    action();
  } catch (const Error& error) {
    return error.kind() == ErrorKind::usage ? error.what()
                                            : "not a usage error: " + std::string(error.what());
  }
  return "nothing was thrown";
}

}  // namespace spectradiff
