// Options over a whole song, whatever part of it a plan shows: of what adds up from its start on.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "spectradiff/config/modulation.h"
#include "spectradiff/features/features.h"
#include "spectradiff/render/plan.h"
#include "spectradiff/render/render_job.h"

namespace spectradiff {

// The frames of the song, or of the part of it that --start and --duration take, within which --loop ends
// where it began: [first, last). --frames takes single ones out of these.
struct LoopedPart {
  int64_t first = 0, last = 0;
};
LoopedPart looped_part(const Plan& plan, const RenderJob& job);

// Number options as music and scenes move them.
class WholeSong {
 public:
  WholeSong(const RenderJob& job, const Features& features);

  std::span<const int64_t> frames() const { return frames_; }
  const std::vector<MovedOption>& moved() const { return moved_; }
  std::vector<double> of(const std::string& key) const;  // [frames]

 private:
  const RenderJob& job_;
  std::vector<int64_t> frames_;
  std::vector<MovedOption> moved_;
};

}  // namespace spectradiff
