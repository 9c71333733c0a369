#include "whole_song.h"

#include <algorithm>

#include "spectradiff/base/frame_time.h"
#include "spectradiff/config/options.h"
#include "spectradiff/config/scene_plan.h"

namespace spectradiff {

LoopedPart looped_part(const Plan& plan, const RenderJob& job) {
  const Rational& fps = job.analysis.fps;
  const SongFacts& song = plan.constants.song;
  // The first frame that begins at a sample or behind it is the one behind all that are needed to reach it.
  const auto first_from = [&](int64_t sample) {
    return std::min(frame_count(sample, song.sample_rate_hz, fps), song.frames);
  };
  const auto& [start, duration, frames] = job.selection;
  const int64_t begin = start.to_samples(song.sample_rate_hz, fps);
  if (!duration) return {first_from(begin), song.frames};
  return {first_from(begin), first_from(begin + duration->to_samples(song.sample_rate_hz, fps))};
}

WholeSong::WholeSong(const RenderJob& job, const Features& features) : job_(job) {
  Plan plan;
  plan.rows.resize(static_cast<size_t>(features.frames));
  for (size_t frame = 0; frame < plan.rows.size(); ++frame)
    plan.rows[frame].frame = static_cast<int64_t>(frame);
  frames_ = frames_of(plan);
  std::vector<std::string> notes;  // told of the plan's own rows already
  moved_ = moved_by_scenes(moved_options(job, features, frames_, &notes), plan, job, features, notes);
}

std::vector<double> WholeSong::of(const std::string& key) const {
  const auto found =
      std::find_if(moved_.begin(), moved_.end(), [&](const MovedOption& each) { return each.key == key; });
  if (found != moved_.end()) return found->values;
  return std::vector<double>(frames_.size(), find_option(key)->get({job_, {}}).get<double>());
}

}  // namespace spectradiff
