#include "spectradiff/config/cadence_plan.h"

#include <fmt/format.h>

#include <algorithm>

#include "spectradiff/base/text.h"
#include "spectradiff/timeline/heard_frames.h"

namespace spectradiff {

bool diffuses_what_is_heard(const RenderJob& job) {
  return job.diffusion.every > 1 && job.diffusion.on != DiffuseOn::grid;
}

void add_cadence_needs(const RenderJob& job, FeatureRequest& request) {
  if (!diffuses_what_is_heard(job)) return;
  request.beats = true;
  if (job.diffusion.on == DiffuseOn::onsets) {
    request.onsets = true;
    request.series.insert("onset");
  }
}

void put_heard_rows(Plan& plan, const RenderJob& job, const Features& features,
                    std::vector<std::string>& notes) {
  if (!diffuses_what_is_heard(job)) return;
  std::vector<int64_t> bars;
  std::vector<HeardFrame> others;
  for (const HeardFrame& beat : beat_frames(features)) {
    if (beat.begins_bar) bars.push_back(beat.frame);
    if (!beat.begins_bar && job.diffusion.on == DiffuseOn::beats) others.push_back(beat);
  }
  if (job.diffusion.on == DiffuseOn::onsets) others = onset_frames(features);
  if (bars.empty() && others.empty()) {
    notes.emplace_back("diffuse_on: neither beats nor onsets are heard, so every N-th frame is diffused");
    return;
  }
  const int64_t last = plan.constants.song.frames - 1;
  const int64_t count = plan.cadence().number(last) + 1;
  const std::vector<int64_t> diffused = heard_cadence(last, count, bars, others);
  const auto missed = std::count_if(bars.begin(), bars.end(), [&](int64_t bar) {
    return !std::binary_search(diffused.begin(), diffused.end(), bar);
  });
  if (missed > 0)
    notes.push_back(fmt::format(
        "{} of {} begin between the {} that are diffused; a smaller --diffuse-every diffuses them all",
        missed, counted(std::ssize(bars), "bar"), counted(count, "frame")));
  std::vector<Recipe> rows;
  const auto add = [&](std::vector<int64_t>::const_iterator frame) {
    if (rows.empty() || rows.back().frame < *frame)
      rows.push_back(plain_row(job.diffusion, *frame, frame - diffused.begin()));
  };
  for (const ShownFrame& shown : plan.shown) {
    add(std::prev(std::upper_bound(diffused.begin(), diffused.end(), shown.frame)));
    add(std::lower_bound(diffused.begin(), diffused.end(), shown.frame));
  }
  plan.rows = std::move(rows);
}

}  // namespace spectradiff
