// Render few, show many: which frames are diffused, and what is shown between them.
#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

#include "spectradiff/flow/between.h"
#include "spectradiff/image/canvas.h"
#include "spectradiff/render/render_job.h"
#include "spectradiff/timeline/heard_frames.h"

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

// The song's diffused frames, ascending, where they are moved to what is heard: `count` of them, or `last` +
// 1 if that is less, the first 0 and the last `last`; all of `bars` as far as there are places; then, again
// and again in the middle of the widest gap, the nearest and strongest of the others, or the middle itself.
// Both ascend.
std::vector<int64_t> heard_cadence(int64_t last, int64_t count, const std::vector<int64_t>& bars,
                                   const std::vector<HeardFrame>& others);

// The parts - 1 pictures evenly spaced between two of one size; they depend on nothing else. `parts` >= 2;
// `by` all but network; `way` is what flow knows of the camera.
std::vector<Canvas> pictures_between(const Canvas& from, const Canvas& to, int parts, Interpolation by,
                                     const KnownWay& way = {});

}  // namespace spectradiff
