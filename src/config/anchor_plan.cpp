#include "spectradiff/config/anchor_plan.h"

#include <algorithm>
#include <iterator>
#include <set>
#include <utility>
#include <vector>

#include "spectradiff/config/journey_plan.h"
#include "spectradiff/timeline/cuts.h"
#include "whole_song.h"

namespace spectradiff {
namespace {

const Cuts kAnchored{Cuts::Kind::section, 0, {}};

// The frames of a song that belong together: begin <= frame < end.
struct Span {
  int64_t begin = 0, end = 0;
  int64_t middle() const { return begin + (end - begin) / 2; }
};

class Sections {
 public:
  explicit Sections(const Features& features)
      : begins_(cut_frames(kAnchored, features)), frames_(features.frames) {}

  Span around(int64_t frame) const {
    const auto next = std::upper_bound(begins_.begin(), begins_.end(), frame);
    return {*std::prev(next), next == begins_.end() ? frames_ : *next};
  }

 private:
  std::vector<int64_t> begins_;
  int64_t frames_;
};

// Of every frame of the song.
std::vector<double> strengths_of(const RenderJob& job, const Features& features) {
  const WholeSong whole(job, features);
  std::vector<double> strengths = whole.of("strength");
  if (!is_chained(job)) return strengths;
  std::vector<double> chained = whole.of("chain_strength");
  for (const int64_t begin : cut_frames(job.journey.chain, features))
    chained[static_cast<size_t>(begin)] = strengths[static_cast<size_t>(begin)];
  return chained;
}

// The same prompt's number in another plan, which it is added to where it lacks it.
int prompt_in(Plan& plan, const PromptPair& pair) {
  const auto found = std::find(plan.prompts.begin(), plan.prompts.end(), pair);
  const auto number = static_cast<int>(found - plan.prompts.begin());
  if (found == plan.prompts.end()) plan.prompts.push_back(pair);
  return number;
}

// Trails lead through the anchors and what was carried to them.
void carry(Plan& plan, const Plan& anchors) {
  std::vector<PaintedFrame> carried = std::move(plan.carried);
  const auto add = [&](const PaintedFrame& frame) {
    const auto is_same = [&](const PaintedFrame& other) { return other.frame == frame.frame; };
    if (find_row(plan, frame.frame) == plan.rows.end() &&
        std::none_of(carried.begin(), carried.end(), is_same))
      carried.push_back(frame);
  };
  for (const PaintedFrame& frame : anchors.carried) add(frame);
  std::sort(carried.begin(), carried.end(),
            [](const PaintedFrame& a, const PaintedFrame& b) { return a.frame < b.frame; });
  plan.carried = std::move(carried);
}

}  // namespace

bool is_coherent(const RenderJob& job) {
  return job.diffusion.enabled &&
         (job.diffusion.numbers.coherence > 0 || job.moves(std::string(kCoherenceKey)));
}

void add_anchor_needs(const RenderJob& job, FeatureRequest& request) {
  if (is_coherent(job)) add_needs(kAnchored, request);
}

Plan see_anchors(Plan& plan, const RenderJob& job, const Features& features) {
  const Sections sections(features);
  std::set<int64_t> seen;
  for (Recipe& row : plan.rows) {
    if (is_diffused(row) && row.numbers.strength > 0 && row.numbers.coherence > 0)
      row.anchor = *seen.insert(sections.around(row.frame).middle()).first;
    else
      row.numbers.coherence = 0;
  }
  Plan anchors;
  anchors.constants = plan.constants;
  anchors.prompts = {{job.diffusion.prompt, job.diffusion.negative_prompt}};
  for (const int64_t frame : seen) anchors.rows.push_back(plain_row(job.diffusion, frame, frame));
  return anchors;
}

void take_anchors(Plan& plan, Plan anchors, const RenderJob& job, const Features& features) {
  if (anchors.rows.empty()) return;
  const Sections sections(features);
  const std::vector<double> strengths = strengths_of(job, features);
  if (!plan.trails.empty()) carry(plan, anchors);
  for (Recipe& anchor : anchors.rows) {
    const auto [begin, end] = sections.around(anchor.frame);
    anchor.numbers.strength = *std::max_element(strengths.begin() + begin, strengths.begin() + end);
    anchor.numbers.coherence = 0;
    for (PromptShare& share : anchor.prompts)
      share.prompt = prompt_in(plan, anchors.prompts[static_cast<size_t>(share.prompt)]);
    for (PromptRegion& region : anchor.regions)
      region.prompt = prompt_in(plan, anchors.prompts[static_cast<size_t>(region.prompt)]);
    for (PromptArc& arc : anchor.arcs)
      arc.prompt = prompt_in(plan, anchors.prompts[static_cast<size_t>(arc.prompt)]);
  }
  plan.anchors = std::move(anchors.rows);
}

}  // namespace spectradiff
