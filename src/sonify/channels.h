// A picture's channels as numbers.
#pragma once

#include "spectradiff/sonify/sonify.h"

namespace spectradiff {

// 0..1 of a pixel.
inline double channel_of(const uint8_t* pixel, PictureChannel channel) {
  switch (channel) {
    case PictureChannel::red:
      return pixel[0] / 255.0;
    case PictureChannel::green:
      return pixel[1] / 255.0;
    case PictureChannel::blue:
      return pixel[2] / 255.0;
    case PictureChannel::average:
      break;
  }
  return (pixel[0] + pixel[1] + pixel[2]) / 765.0;
}

}  // namespace spectradiff
