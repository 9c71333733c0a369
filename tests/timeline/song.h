// Small songs with known features.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "spectradiff/base/error.h"
#include "spectradiff/features/features.h"

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
