#include "song_frames.h"

#include <cmath>

#include "spectradiff/base/frame_time.h"

namespace spectradiff {

int64_t frame_of_sample(int64_t sample, int rate_hz, const Rational& fps) {
  auto frame = static_cast<int64_t>(static_cast<double>(sample) / rate_hz * fps.to_double());
  while (frame > 0 && frame_start_sample(frame, rate_hz, fps) > sample) --frame;
  while (frame_start_sample(frame + 1, rate_hz, fps) <= sample) ++frame;
  return frame;
}

int64_t frame_of_moment(double time_s, const Features& features) {
  return frame_of_sample(std::llround(time_s * features.sample_rate_hz), features.sample_rate_hz,
                         features.settings.fps);
}

double frame_begin_s(int64_t frame, const Features& features) {
  return static_cast<double>(frame_start_sample(frame, features.sample_rate_hz, features.settings.fps)) /
         features.sample_rate_hz;
}

std::vector<Section> sections_of(const Features& features) {
  if (!features.events.sections.empty()) return features.events.sections;
  const double end_s = static_cast<double>(features.samples) / features.sample_rate_hz;
  return {{0, end_s, 0, 0.5, SectionEnergy::middle}};
}

}  // namespace spectradiff
