// Paintings under what is left of those before them, pulled over a mesh.
#pragma once

#include <cstdint>
#include <map>
#include <mutex>

#include "spectradiff/image/canvas.h"
#include "spectradiff/paint/painter.h"
#include "spectradiff/render/plan.h"

namespace spectradiff {

// A frame's trail is that of the frame before, back to where the plan lets trails begin anew: alone, in order
// or on many threads the same bytes. What was painted last is kept, so that in order each is painted once.
class Trails {
 public:
  // Both outlive it; the plan has trails.
  Trails(const Plan& plan, const Painter& painter) : plan_(plan), painter_(painter) {}
  Trails(const Plan&, Painter&&) = delete;

  // The frame's painting with its trail, before it is arranged. May be called on many threads.
  Canvas painting(int64_t frame);

  // The painter's settings in that frame, a row's or a carried one's.
  PaintSettings settings_of(int64_t frame) const;

 private:
  void keep(int64_t frame, const Canvas& painting);

  const Plan& plan_;
  const Painter& painter_;
  std::mutex mutex_;
  std::map<int64_t, Canvas> kept_;  // by frame
  std::map<int64_t, int64_t> age_;  // of those: when it was kept → frame
  int64_t now_ = 0;
};

}  // namespace spectradiff
