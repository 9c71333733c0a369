// --inits: the init pictures, as they are diffused, in a folder.
#pragma once

#include <cstdint>
#include <string>

#include "spectradiff/image/canvas.h"
#include "spectradiff/render/frame_sink.h"

namespace spectradiff {

class InitPictures {
 public:
  // Makes the folder where it is missing. Error{output}.
  InitPictures(const std::string& folder, bool replaces);

  // What a stopped run wrote is there already. Error{output} for another picture in its place, unless it
  // replaces.
  void write(int64_t frame, const Canvas& init) const;

 private:
  FramePattern pattern_;
  bool replaces_;
};

}  // namespace spectradiff
