// Pictures that wait on disk, so that memory stays bounded.
#pragma once

#include <cstdint>
#include <vector>

#include "spectradiff/image/canvas.h"

namespace spectradiff {

// A file without a name in the folder for temporary files, as large as the most pictures that ever waited at
// once; it is gone with the object, or the process. One size of picture. One thread.
class PictureSpill {
 public:
  PictureSpill() = default;
  ~PictureSpill();
  PictureSpill(const PictureSpill&) = delete;
  PictureSpill& operator=(const PictureSpill&) = delete;

  // Where it lies, for take() and look(): 0, 1, 2, … as long as nothing is taken. Error{output} when the disk
  // is full.
  int64_t put(const Canvas& picture);
  Canvas take(int64_t place);        // it lies there no longer
  Canvas look(int64_t place) const;  // it stays

 private:
  void open_file();

  int descriptor_ = -1;  // opened with the first picture
  Size size_;
  int64_t places_ = 0;
  std::vector<int64_t> free_;
};

}  // namespace spectradiff
