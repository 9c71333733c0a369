#include <string_view>

#include "painting.h"
#include "spectradiff/base/error.h"
#include "spectradiff/image/colour_map.h"

namespace spectradiff {
namespace {

constexpr int kLargestSide = 8192;

void inside(std::string_view name, double value, double low, double high) {
  if (!(value >= low && value <= high))
    throw_error(ErrorKind::usage, "{} = {} is outside {}..{}", name, value, low, high);
}

void check(const Colouring& colour) {
  inside("hue start", colour.hue_start, -10, 10);
  inside("hue span", colour.hue_span, -1, 1);
  inside("saturation", colour.saturation, 0, 1);
  inside("lightness", colour.lightness, 0, 1);
  inside("gamma", colour.gamma, 0.1, 10);
}

void check(const HashField& hash) {
  inside("marks per bin", hash.marks_per_bin, 1, 10000);
  inside("mark size", hash.mark_size_px, 0.5, 512);
  inside("taper", hash.taper, 0, 3);
  inside("mark drift", hash.drift, 0, 10000);
}

void check(const Pie& pie) {
  inside("pie span", pie.span_degrees, 1, 360);
  inside("pie inner radius", pie.inner_radius, 0, 2);
  inside("pie outer radius", pie.outer_radius, 0, 2);
}

void check(const Polar& polar) {
  inside("polar scale", polar.scale, 0, 360);
  inside("polar arc", polar.arc, 0, 60);
  inside("polar spacing", polar.spacing_px, 0, 64);
  inside("polar petals", polar.petals, 0, 64);
  inside("polar petal size", polar.petal_px, 0, 256);
  inside("polar mark", polar.mark, 0.1, 64);
}

void check(const Circles& circles) {
  inside("circles inner radius", circles.inner_radius, 0, 2);
  inside("circles outer radius", circles.outer_radius, 0, 2);
  inside("circles thickness", circles.thickness, 0.05, 16);
}

void check(const Spectrogram& spectrogram) {
  inside("spectrogram seconds", spectrogram.seconds, 0.1, 120);
  inside("spectrogram play-head", spectrogram.playhead, 0, 1);
  inside("spectrogram play-head width", spectrogram.playhead_px, 0, 64);
  inside("spectrogram coming", spectrogram.coming, 0, 1);
}

void check(const ConstantQBars& bars) {
  inside("showcqt bars", bars.bars, 0, 1);
  inside("showcqt seconds", bars.seconds, 0.1, 120);
  inside("showcqt fade", bars.fade, 0, 8);
}

void check(const Mesh& mesh) {
  inside("mesh zoom", mesh.zoom, 0.05, 20);
  inside("mesh bend", mesh.bend, 0.1, 10);
  inside("mesh rot", mesh.turn_degrees, -720, 720);
  inside("mesh warp", mesh.warp, 0, 100);
  inside("mesh warp scale", mesh.warp_scale, 0.01, 100);
  inside("mesh warp speed", mesh.warp_speed, 0, 100);
  inside("mesh dx", mesh.move_x, -4, 4);
  inside("mesh dy", mesh.move_y, -4, 4);
  inside("mesh stretch x", mesh.stretch_x, 0.05, 20);
  inside("mesh stretch y", mesh.stretch_y, 0.05, 20);
  inside("mesh centre x", mesh.centre_x, -1, 2);
  inside("mesh centre y", mesh.centre_y, -1, 2);
  inside("mesh decay", mesh.decay, 0, 0.99);
}

}  // namespace

void check(const PaintSettings& settings) {
  inside("picture width", settings.size.width, 1, kLargestSide);
  inside("picture height", settings.size.height, 1, kLargestSide);
  check(settings.colour);
  if (settings.colour.map != "hue") colour_map(settings.colour.map);
  check(settings.hash);
  check(settings.pie);
  check(settings.polar);
  check(settings.circles);
  check(settings.spectrogram);
  check(settings.showcqt);
  check(settings.mesh);
  inside("base opacity", settings.base.opacity, 0, 1);
  inside("paint turn", settings.arrangement.turn_degrees, -100000, 100000);
  inside("paint zoom", settings.arrangement.zoom, 0.1, 10);
  const int turn = settings.arrangement.rotate_degrees;
  if (turn < 0 || turn > 270 || turn % 90 != 0)
    throw_error(ErrorKind::usage, "rotate = {} degrees is not one of 0, 90, 180, 270", turn);
  inside("symmetry folds", settings.arrangement.folds, 2, 64);
  inside("blend previous", settings.smoothing.blend_previous, 0, 1);
}

}  // namespace spectradiff
