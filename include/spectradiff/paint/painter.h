// A moment of the spectrum as a picture: the init image of one video frame.
#pragma once

#include <cstdint>
#include <vector>

#include "spectradiff/features/features.h"
#include "spectradiff/image/canvas.h"
#include "spectradiff/image/post.h"

namespace spectradiff {

enum class PainterKind { hash, pie };
enum class MarkShape { disc, square };

// FD3: every bin owns `marks_per_bin` places, found by an integer hash of (bin, mark), the same in every
// frame and on every machine: half the hash for each axis, scaled to the places where the mark shows. A bin's
// colour is HSL: hue runs evenly over the bins. A mark covers what is below it by opacity level^gamma, so on
// black its lightness is `lightness` · level^gamma, it vanishes in silence, and no change of level makes a
// picture jump.
struct HashField {
  int marks_per_bin = 20;    // 1..10000
  double mark_size_px = 22;  // mean side or diameter in a 512x512 picture, 0.5..512; the covered share is the
                             // same at every size
  double taper = 0.8;  // 0..3: the lowest bin's marks are 2^taper times as large as the mean, the highest
                       // 2^taper smaller
  MarkShape shape = MarkShape::disc;
  double hue_start = 0.08;  // of the lowest bin, turns: orange
  double hue_span = -0.62;  // -1..1 turns to the highest bin, by way of red, violet and blue to cyan; 0.83
                            // runs red to violet
  double saturation = 0.9;  // 0..1
  double lightness = 0.5;   // 0..1, at level 1
  double gamma = 0.5;       // 0.1..10; below 1 lifts quiet bins
  Rgb background;
  friend bool operator==(const HashField&, const HashField&) = default;
};

// SpD2: bin i is a slice from i·step - 90 to (i+1)·step - 90 degrees, step = span / bins; 0 is 3 o'clock and
// angles grow clockwise. Radius grows with level^gamma, colour goes from the background to the bin's own;
// both are the hash field's.
struct Pie {
  double span_degrees = 180;   // 1..360; 180 is the seed's half pie
  double inner_radius = 0.1;   // 0..2 of half the shorter side, at level 0
  double outer_radius = 0.95;  // 0..2, at level 1; less than inner_radius points the slices inwards
  double field =
      0.35;  // 0..1, opacity of the blurred hash field below the slices; 0 leaves the plain background
  friend bool operator==(const Pie&, const Pie&) = default;
};

struct PaintSettings {
  PainterKind painter = PainterKind::hash;
  Size size{512, 512};  // 1..8192 pixels each
  HashField hash;
  Pie pie;
  PostChain post;  // its blur_px is also that of the field below a pie
  friend bool operator==(const PaintSettings&, const PaintSettings&) = default;
};

// Paints the frames of one song. paint() may run on many threads at once.
class Painter {
 public:
  // `features` must outlive the painter. Error{usage} for settings outside their range.
  Painter(const Features& features, const PaintSettings& settings);
  Painter(Features&&, const PaintSettings&) = delete;

  // The picture of one frame after the whole post chain. Pure: the same features, settings and frame give the
  // same bytes. 0 <= frame < features.frames, else Error{internal}.
  Canvas paint(int64_t frame) const;
  // The same with settings that the music has moved: only numbers may differ from the painter's own.
  Canvas paint(const PaintSettings& moved, int64_t frame) const;

 private:
  struct BinStyle {
    Rgb colour;              // at level 1
    int side;                // of the mark, pixels
    std::vector<int> inset;  // [side], pixels left out at either end of the mark's rows
  };

  std::vector<double> strengths(int64_t frame) const;  // [bins], level^gamma
  Canvas paint_field(const std::vector<double>& strengths, double opacity) const;
  void paint_pie(const std::vector<double>& strengths, Canvas& canvas) const;

  const Features& features_;
  PaintSettings settings_;
  std::vector<BinStyle> styles_;  // [bins]
};

// The first number of the generator SplitMix64 seeded with x (Steele, Lea, Flood 2014).
uint64_t splitmix64(uint64_t x);

}  // namespace spectradiff
