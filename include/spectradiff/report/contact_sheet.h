// A run at a glance: small pictures of it, evenly spaced, in a grid.
#pragma once

#include <cstdint>

#include "spectradiff/image/canvas.h"

namespace spectradiff {

// At most 1280 pixels wide, six pictures to a row, thirty in all; what is still to come is dark grey. One
// thread.
class ContactSheet {
 public:
  // `frames` (>= 1) of the run, pictures of this size.
  ContactSheet(int64_t frames, Size picture);

  // The run's picture number `index` (0-based). True where it has a place on the sheet.
  bool take(int64_t index, const Canvas& picture);

  const Canvas& canvas() const { return sheet_; }

 private:
  int64_t index_of(int64_t place) const;

  int64_t frames_;
  int64_t places_;
  int64_t next_ = 0;  // place to be filled
  Size cell_;
  Canvas sheet_;
};

}  // namespace spectradiff
