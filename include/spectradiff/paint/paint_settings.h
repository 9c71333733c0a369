// What a painter is told. Lengths in pixels are those of a picture whose shorter side is 512, unless a line
// says otherwise; numbers may differ from frame to frame, everything else is made once.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "spectradiff/base/frame_time.h"
#include "spectradiff/image/canvas.h"
#include "spectradiff/image/post.h"
#include "spectradiff/image/resize.h"
#include "spectradiff/image/warp.h"
#include "spectradiff/paint/mesh_settings.h"

namespace spectradiff {

enum class PainterKind { hash, pie, polar, circles, spectrogram, showcqt, image };
// The names that --painter takes, in the order of PainterKind.
const std::vector<std::string>& painter_names();

// The colour of silence; or nothing, so that what is painted can be laid over other pictures. What is
// transparent is painted over black.
struct Background : Rgb {
  bool transparent = false;
  constexpr Background() = default;
  constexpr Background(Rgb colour, bool is_transparent = false) : Rgb(colour), transparent(is_transparent) {}
  constexpr Background(uint8_t red, uint8_t green, uint8_t blue) : Rgb{red, green, blue} {}
  friend bool operator==(const Background&, const Background&) = default;
};

// What shows a bin is level^gamma, its strength. On the background alone a bin fades into it with its
// strength, so silence paints the background.
struct Colouring {
  std::string map = "hue";  // hue, or a name of colour_map_names()
  enum class By {
    part,
    bin,
    level
  } by = By::part;          // part: spectrograms with a map by level, all else by bin
  double hue_start = 0.08;  // of the lowest bin, turns: orange
  double hue_span = -0.62;  // -1..1 turns to the highest bin, by way of red, violet and blue to cyan; 0.83
                            // runs red to violet
  double saturation = 0.9;  // 0..1
  double lightness = 0.5;   // 0..1, at level 1
  double gamma = 0.5;       // 0.1..10; below 1 lifts quiet bins
  Background background;
  friend bool operator==(const Colouring&, const Colouring&) = default;
};

// FD3: every bin owns `marks_per_bin` places, found by an integer hash of (bin, mark), the same in every
// frame and on every machine: half the hash for each axis, scaled to the places where the mark shows. A mark
// covers what is below it by its bin's strength, so no change of level makes a picture jump.
struct HashField {
  enum class Shape { disc, square };
  int marks_per_bin = 20;    // 1..10000
  double mark_size_px = 22;  // mean side or diameter in a 512x512 picture, 0.5..512; the covered share is the
                             // same at every size
  double taper = 0.8;  // 0..3: the lowest bin's marks are 2^taper times as large as the mean, the highest
                       // 2^taper smaller
  Shape shape = Shape::disc;
  // 0..10000 picture widths and heights that the fastest marks have gone from their places, each in a
  // direction and at a speed of its own; what leaves on one side comes back on the other.
  double drift = 0;
  friend bool operator==(const HashField&, const HashField&) = default;
};

// SpD2: bin i is a slice from i·step - 90 to (i+1)·step - 90 degrees, step = span / bins; 0 is 3 o'clock and
// angles grow clockwise. Radius grows with strength, colour goes from the background to the bin's own.
struct Pie {
  double span_degrees = 180;   // 1..360; 180 is the seed's half pie
  double inner_radius = 0.1;   // 0..2 of half the shorter side, in silence
  double outer_radius = 0.95;  // 0..2, at full strength; less than inner_radius points the slices inwards
  friend bool operator==(const Pie&, const Pie&) = default;
};

// SpD9: bin i of magnitude m = scale · strength draws, for t = 0, 1, 2, … below arc · m, a dot of diameter
// mark · (shorter side) / bins at the angle t - 90 degrees and the radius spacing · i + petal_px · sin(petals
// · t degrees), and its mirror image left to right. The magnitudes of the seed's own file reach about 60,
// which is what full strength becomes. Its colour, "seed", is (4i, 2m, 100) over white.
struct Polar {
  double scale = 60;      // 0..360
  double arc = 4;         // 0..60 degrees per unit of m; at most 360 degrees are drawn
  double spacing_px = 2;  // 0..64 per bin
  double petals = 8;      // 0..64
  double petal_px = 4;    // 0..256
  double mark = 1;        // 0.1..64
  bool mirror = true;
  bool seed_colours = false;
  friend bool operator==(const Polar&, const Polar&) = default;
};

// SpD10: a circle per bin, its radius from the bin, its thickness and lightness from the strength.
struct Circles {
  enum class Layout { concentric, scattered } layout = Layout::concentric;
  double inner_radius = 0.06;  // 0..2 of half the shorter side: the lowest bin's; scattered: the highest's
  double outer_radius = 0.96;  // 0..2: the highest bin's; scattered: the lowest's, a third of this
  double thickness = 1;        // 0.05..16 at full strength; concentric: of the distance between circles;
                               // scattered: of an eighth of the radius
  friend bool operator==(const Circles&, const Circles&) = default;
};

// Time runs to the right, pitch up; what sounds now is at the play-head.
struct Spectrogram {
  // still: VS2's picture of the whole song; riffusion: what is heard from the frame on
  // (features/riffusion.h).
  enum class Style { scroll, still, riffusion } style = Style::scroll;
  Size still_size;         // a still is made in this size and then scaled (Lanczos); 0x0: the picture's
  double seconds = 8;      // 0.1..120 across the picture
  double playhead = 0.5;   // 0..1 of the width
  double playhead_px = 2;  // 0..64 wide; 0: none
  double coming = 0.4;     // 0..1, opacity of what is still to come
  friend bool operator==(const Spectrogram&, const Spectrogram&) = default;
};

// After ffmpeg's showcqt: bars over pitch, bright at their foot, and what has sounded running down below
// them.
struct ConstantQBars {
  double bars = 0.5;     // 0..1, the bars' share of the height; 1: no running picture
  bool centred = false;  // bars grow both ways from the middle of their share
  double seconds = 4;    // 0.1..120 of running picture
  double fade = 1;       // 0..8: brightness at height y of a bar of height h is (1 - y/h)^fade
  friend bool operator==(const ConstantQBars&, const ConstantQBars&) = default;
};

// A picture, a video by its own time, or a folder (or pattern with one %d) of numbered pictures.
struct ImageSource {
  std::string path;
  Fit fit = Fit::cover;
  Rational fps{0};                                // of a folder of pictures; 0: the song's
  enum class End { loop, hold } end = End::loop;  // what follows the last picture
  friend bool operator==(const ImageSource&, const ImageSource&) = default;
};

// What lies below a painter.
struct BaseLayer {
  enum class Kind { automatic, plain, hash, image } kind = Kind::automatic;  // automatic: hash below a pie
  double opacity = 0.35;  // 0..1 over the background; a hash field is blurred like the finished picture
  friend bool operator==(const BaseLayer&, const BaseLayer&) = default;
};

// What happens to the painted picture before the post chain: seen by a camera, turned, then made symmetric.
struct Arrangement {
  int rotate_degrees = 0;  // 0, 90, 180, 270 clockwise; the painter's width is then the picture's height
  enum class Symmetry { none, mirror, mosaic, kaleidoscope } symmetry = Symmetry::none;
  int folds = 6;  // 2..64, of a kaleidoscope
  // The camera's place, not its speed; beyond the painting's border it is reflected.
  double turn_degrees = 0;  // -100000..100000, clockwise, about the middle
  double zoom = 1;          // 0.1..10; above 1 nearer
  // On top of it: of a camera that travels, whose place is a frame's own.
  std::optional<CameraView> view;
  Border border = Border::reflect;  // of the view
  friend bool operator==(const Arrangement&, const Arrangement&) = default;
};

// Less flicker. Levels follow a rise or a fall of the song-wide levels as one pole does, whose time constant
// is `attack` or `release`; they are made once, over the whole song.
struct Smoothing {
  TimeSpan attack;   // 0: at once
  TimeSpan release;  // 0: at once
  double blend_previous =
      0;  // 0..1, the previous unblended picture's share; painted with this frame's numbers
  friend bool operator==(const Smoothing&, const Smoothing&) = default;
};

struct PaintSettings {
  PainterKind painter = PainterKind::hash;
  Size size{512, 512};  // 1..8192 pixels each
  Colouring colour;
  BaseLayer base;
  HashField hash;
  Pie pie;
  Polar polar;
  Circles circles;
  Spectrogram spectrogram;
  ConstantQBars showcqt;
  ImageSource image;
  Arrangement arrangement;
  Smoothing smoothing;
  Mesh mesh;
  PostChain post;
  friend bool operator==(const PaintSettings&, const PaintSettings&) = default;
};

}  // namespace spectradiff
