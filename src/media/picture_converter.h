// Decoded frames as the RGB that a player shows. Private to this module.
#pragma once

#include "libav.h"
#include "spectradiff/image/canvas.h"

namespace spectradiff {

// How a player shows a picture: what the file says of its stream, or a camera in the picture itself (EXIF).
struct PictureShape {
  AVRational pixel_aspect;   // 0/1: unknown
  int turn_degrees = 0;      // 0, 90, 180, 270 clockwise
  bool is_mirrored = false;  // left and right are exchanged after the turn
};
PictureShape shape_of(AVFormatContext* input, AVStream* stream, AVFrame* frame);

// Error{input} naming `name`.
Canvas to_canvas(const AVFrame& frame, const PictureShape& shape, Rgb ground, const std::string& name);

}  // namespace spectradiff
