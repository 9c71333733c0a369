#include "spectradiff/timeline/heard_frames.h"

#include <algorithm>

#include "song_frames.h"

namespace spectradiff {
namespace {

void add(std::vector<HeardFrame>& heard, const HeardFrame& next, int64_t frames) {
  if (next.frame < 0 || next.frame >= frames) return;
  if (heard.empty() || heard.back().frame < next.frame) {
    heard.push_back(next);
    return;
  }
  heard.back().strength = std::max(heard.back().strength, next.strength);
  heard.back().begins_bar = heard.back().begins_bar || next.begins_bar;
}

}  // namespace

std::vector<HeardFrame> beat_frames(const Features& features) {
  const Events& events = features.events;
  std::vector<HeardFrame> heard;
  for (size_t beat = 0; beat < events.beats_s.size(); ++beat) {
    const bool begins_bar =
        std::binary_search(events.downbeats.begin(), events.downbeats.end(), static_cast<int>(beat));
    add(heard, {frame_of_moment(events.beats_s[beat], features), 1, begins_bar}, features.frames);
  }
  return heard;
}

std::vector<HeardFrame> onset_frames(const Features& features) {
  const Series* strength = features.find("onset");
  std::vector<HeardFrame> heard;
  for (const double moment : features.events.onsets_s) {
    const int64_t frame = frame_of_moment(moment, features);
    const bool is_known = strength != nullptr && frame >= 0 && frame < features.frames;
    add(heard,
        {frame, is_known ? static_cast<double>(strength->values[static_cast<size_t>(frame)]) : 1, false},
        features.frames);
  }
  return heard;
}

}  // namespace spectradiff
