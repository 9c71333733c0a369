#include "spectradiff/config/trail_plan.h"

#include <algorithm>

#include "spectradiff/config/options.h"
#include "spectradiff/timeline/cuts.h"
#include "whole_song.h"

namespace spectradiff {

bool has_trails(const RenderJob& job) {
  if (job.paint.mesh != Mesh{}) return true;
  return std::any_of(option_table().begin(), option_table().end(), [&](const Option& option) {
    return option.group == kMeshGroup && job.moves(option.key);
  });
}

void add_trail_needs(const RenderJob& job, FeatureRequest& request) {
  if (has_trails(job)) add_needs({Cuts::Kind::section, 0, {}}, request);
}

void put_trails(Plan& plan, const RenderJob& job, const Features& features) {
  plan.trails.clear();
  plan.carried.clear();
  if (!has_trails(job)) return;
  plan.trails = cut_frames({Cuts::Kind::section, 0, {}}, features);
  if (plan.painting.empty()) return;
  const WholeSong whole(job, features);
  std::vector<std::vector<double>> columns;
  for (const PaintingNumber& number : plan.painting) columns.push_back(whole.of(number.key));
  int64_t next = 0;
  for (const Recipe& row : plan.rows) {
    next = std::max(next, trail_begin(plan, row.frame));
    for (; next < row.frame; ++next) {
      PaintedFrame& frame = plan.carried.emplace_back();
      frame.frame = next;
      for (const auto& column : columns) frame.painting.push_back(column[static_cast<size_t>(next)]);
    }
    next = row.frame + 1;
  }
}

}  // namespace spectradiff
