// A moment of the spectrum as a picture: the init image of one video frame.
#pragma once

#include <string>

#include "spectradiff/features/features.h"
#include "spectradiff/image/canvas.h"
#include "spectradiff/image/post.h"

namespace spectradiff {

enum class PainterKind { hash, pie };

// FD3: every bin owns `marks` places, found by an integer hash of (bin, mark), the same in every frame and on every machine.
struct HashField {
  int marks_per_bin = 40;     // 1..10000
  double mark_size_px = 12;   // side of a square mark at 512 pixels of picture height; scales with the picture
  double saturation = 1;      // 0..1
  friend bool operator==(const HashField&, const HashField&) = default;
};

// SpD2: one slice per bin over the blurred hash field.
struct Pie {
  double span_degrees = 180;   // 180 (half pie, as the seed) or up to 360
  double inner_radius = 0.1;   // of half the shorter side, at level 0
  double outer_radius = 0.95;  // at level 1
  friend bool operator==(const Pie&, const Pie&) = default;
};

struct PaintSettings {
  PainterKind painter = PainterKind::hash;
  Size size{512, 512};
  HashField hash;
  Pie pie;
  PostChain post;
  friend bool operator==(const PaintSettings&, const PaintSettings&) = default;
};

// What may differ from frame to frame.
struct PaintValues {
  double blur_px = 2;
  friend bool operator==(const PaintValues&, const PaintValues&) = default;
};

// Pure: the same features, settings, values and frame give the same bytes on every machine and thread. 0 <= frame < features.frames.
Canvas paint_frame(const Features& features, const PaintSettings& settings, const PaintValues& values, int64_t frame);

// The 64-bit finaliser of SplitMix64 (Steele, Lea, Flood 2014).
uint64_t splitmix64(uint64_t x);

}  // namespace spectradiff
