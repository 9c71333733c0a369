#include "spectradiff/timeline/cuts.h"

#include <algorithm>

#include "song_frames.h"

namespace spectradiff {
namespace {

// Every so many beats from the section's first downbeat on, as long as half as many are left; with what
// sounds next where that is in a pause.
void divide(const Section& section, int every, const Events& events, std::vector<double>& moments) {
  constexpr double kApart_s = 0.05;  // a beat and a section's begin on it
  const auto& beats_s = events.beats_s;
  const auto beat_at = [&](double s) {
    return std::lower_bound(beats_s.begin(), beats_s.end(), s - kApart_s) - beats_s.begin();
  };
  const auto end = beat_at(section.end_s);
  auto first = beat_at(section.begin_s);
  const auto down = std::lower_bound(events.downbeats.begin(), events.downbeats.end(), first);
  if (down != events.downbeats.end()) first = *down;
  for (auto at = first + every; 2 * (end - at) >= every; at += every)
    moments.push_back(after_pause(beats_s[static_cast<size_t>(at)], events.pauses));
}

std::vector<double> cut_moments(const Cuts& cuts, const Features& features) {
  const Events& events = features.events;
  std::vector<double> moments;
  switch (cuts.kind) {
    case Cuts::Kind::section:
      for (const Section& section : events.sections) {
        moments.push_back(section.begin_s);
        if (cuts.beats > 0) divide(section, cuts.beats, events, moments);
      }
      break;
    case Cuts::Kind::beats: {
      const int first = events.downbeats.empty() ? 0 : events.downbeats.front() % cuts.beats;
      for (auto i = static_cast<size_t>(first); i < events.beats_s.size();
           i += static_cast<size_t>(cuts.beats))
        moments.push_back(events.beats_s[i]);
      break;
    }
    case Cuts::Kind::time: {
      const int64_t step = cuts.time.to_samples(features.sample_rate_hz, features.settings.fps);
      for (int64_t at = step; step > 0 && at < features.samples; at += step)
        moments.push_back(static_cast<double>(at) / features.sample_rate_hz);
      break;
    }
    case Cuts::Kind::none:
    case Cuts::Kind::song:
      break;
  }
  return moments;
}

}  // namespace

void add_needs(const Cuts& cuts, FeatureRequest& request) {
  if (cuts.kind == Cuts::Kind::section) request.sections = true;
  if (cuts.beats > 0) request.beats = true;
}

std::vector<int64_t> cut_frames(const Cuts& cuts, const Features& features) {
  std::vector<int64_t> frames = {0};
  for (const double moment : cut_moments(cuts, features)) {
    const int64_t frame = frame_of_moment(moment, features);
    if (frame > frames.back() && frame < features.frames) frames.push_back(frame);
  }
  return frames;
}

}  // namespace spectradiff
