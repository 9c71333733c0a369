// How much of its background each frame's painting covers.
#pragma once

#include <cstdint>
#include <memory>

#include "spectradiff/features/features.h"
#include "spectradiff/image/canvas.h"
#include "spectradiff/render/plan.h"

namespace spectradiff {

// Of a plan that diffuses nothing and whose background is transparent: each painting is made once more over
// black and over white, blurred as it will be shown. One thread.
class OpacityPictures {
 public:
  // Both outlive it.
  OpacityPictures(const Plan& plan, const Features& features);
  ~OpacityPictures();

  Canvas at(int64_t frame) const;  // grey, of the painted size: 255 covers all

 private:
  struct Impl;
  std::unique_ptr<const Impl> impl_;
};

}  // namespace spectradiff
