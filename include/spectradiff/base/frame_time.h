// Where video frames lie in a song, in exact integer arithmetic; and the ways a user writes a time.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "spectradiff/base/rational.h"

namespace spectradiff {

// Half-open range of audio frames (one sample of every channel) [begin, end).
struct SampleRange {
  int64_t begin = 0;
  int64_t end = 0;
  int64_t size() const { return end - begin; }
  friend bool operator==(const SampleRange&, const SampleRange&) = default;
};

// Frame i starts at sample floor(i · sample_rate / fps).
int64_t frame_start_sample(int64_t frame, int sample_rate_hz, const Rational& fps);
SampleRange frame_sample_range(int64_t frame, int sample_rate_hz, const Rational& fps);

// Frames needed to cover `samples`; a partial last frame counts. 0 samples are 0 frames.
int64_t frame_count(int64_t samples, int sample_rate_hz, const Rational& fps);

// Whether two sounds last equally long, give or take a frame, whatever their rates. Exact.
bool durations_match(int64_t samples_a, int rate_a_hz, int64_t samples_b, int rate_b_hz, const Rational& fps);

// How many samples at `other_rate_hz` last as long as these and cover exactly as many frames.
int64_t matching_samples(int64_t samples, int sample_rate_hz, int other_rate_hz, const Rational& fps);

enum class TimeUnit { seconds, samples, frames };

// A time as the user wrote it: `90`, `90s`, `1:30`, `1:02:03.5`, `50ms`, `2205smp`, `3f`. Never negative.
struct TimeSpan {
  Rational value;  // in `unit`
  TimeUnit unit = TimeUnit::seconds;

  static TimeSpan milliseconds(int64_t ms) { return {Rational(ms, 1000), TimeUnit::seconds}; }
  int64_t to_samples(int sample_rate_hz, const Rational& fps) const;  // rounded down
  std::string text() const;  // parse_time(text()) gives back what parse_time made
  friend bool operator==(const TimeSpan&, const TimeSpan&) = default;
};

// Error{usage} naming `what`, the text and the accepted forms.
TimeSpan parse_time(std::string_view text, std::string_view what);

}  // namespace spectradiff
