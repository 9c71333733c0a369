// The hash field as a painter and as what lies below others.
#pragma once

#include "painting.h"

namespace spectradiff {

class HashFieldPainting final : public Painting {
 public:
  HashFieldPainting(const Levels& levels, const PaintSettings& settings, Size size);

  void paint(const PaintSettings& now, int64_t frame, Canvas& canvas) const override {
    paint(now, frame, 1, canvas);
  }
  // With `opacity` times the strengths.
  void paint(const PaintSettings& now, int64_t frame, double opacity, Canvas& canvas) const;

 private:
  struct Mark {
    int side;                // pixels
    std::vector<int> inset;  // [side], pixels left out at either end of the mark's rows
  };
  std::vector<Mark> make_marks(const HashField& field, Size size) const;

  const Levels& levels_;
  const HashField field_;
  const Size size_;
  const std::vector<Mark> marks_;  // [bins]
};

}  // namespace spectradiff
