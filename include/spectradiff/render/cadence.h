// Render few, show many: which frames are diffused, and what is shown between them.
#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

#include "spectradiff/image/canvas.h"
#include "spectradiff/render/render_job.h"

namespace spectradiff {

// Diffused are every `every`-th frame of the song from 0 on, and its last, whatever part of it is rendered.
struct Cadence {
  int64_t every = 1;       // >= 1
  int64_t last_frame = 0;  // of the song

  int64_t at_or_before(int64_t frame) const { return frame == last_frame ? frame : frame / every * every; }
  int64_t at_or_after(int64_t frame) const {
    return std::min((frame + every - 1) / every * every, last_frame);
  }
  // Which one of those that are diffused: 0, 1, 2, …
  int64_t number(int64_t diffused_frame) const { return (diffused_frame + every - 1) / every; }
};

// The parts - 1 pictures evenly spaced between two of one size; they depend on nothing else. `parts` >= 2;
// `by` blend or motion.
std::vector<Canvas> pictures_between(const Canvas& from, const Canvas& to, int parts, Interpolation by);

}  // namespace spectradiff
