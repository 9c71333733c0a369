// Pictures that follow from one another under a camera that travels, as the user asked for it.
#pragma once

#include <string>

#include "spectradiff/image/warp.h"
#include "spectradiff/timeline/cuts.h"

namespace spectradiff {

// The colours that the pictures of a chain keep.
enum class ColourMatch {
  none,
  section,  // of the picture with which the section began
  song      // of the chain's first picture
};

// How far the places of a picture are that a camera moves through.
enum class Depth {
  flat,
  luminance,  // what the picture shows bright is near
  radial,     // the middle is far, the corners are near
  painter,    // what the frame's painting shows bright is near
  video       // what another video shows bright is near
};

// Numbers that music may move. Speeds are those at a frame's begin.
struct JourneyNumbers {
  double zoom = 1;        // factor per second
  double turn = 0;        // degrees per second, clockwise
  double pan_x = 0;       // widths per second, the picture moves right
  double pan_y = 0;       // heights per second, the picture moves down
  double centre_x = 0.5;  // as CameraStep has them
  double centre_y = 0.5;
  double forward = 0;  // distances to the picture per second
  double yaw = 0;      // degrees per second, to the right
  double pitch = 0;    // degrees per second, upwards
  double fov = 70;     // degrees
  double flip_x = 0;   // degrees per second, as CameraStep has them
  double flip_y = 0;
  double flip_z = 0;
  double paint_over = 0.2;      // 0..1
  double chain_strength = 0.4;  // 0..1, of pictures that follow from another
  double sharpen = 0.1;         // 0..2
  double chain_noise = 0;       // 0..1
  double camera_noise = 0;      // 0..1, the share of noise that moves with the camera
  friend bool operator==(const JourneyNumbers&, const JourneyNumbers&) = default;
};

// Whose speeds move the camera into a frame.
enum class CameraPace {
  mean,  // the mean of the frame's and of the one before
  frame  // the frame's own: what stands in one frame alone moves into that frame
};

struct JourneySettings {
  Cuts chain;  // where a chain of pictures begins; Cuts::Kind::none: every init is the painting
  JourneyNumbers numbers;
  Border border = Border::reflect;
  Depth depth = Depth::flat;
  std::string depth_video;  // of Depth::video: by the song's time, or a folder or pattern, a picture a frame
  ColourMatch colour_match = ColourMatch::section;
  CameraPace pace = CameraPace::mean;
  std::string reference;  // a picture in the place of the sections' own as what frames see; empty: none

  bool is_chained() const { return chain.kind != Cuts::Kind::none; }
  friend bool operator==(const JourneySettings&, const JourneySettings&) = default;
};

}  // namespace spectradiff
