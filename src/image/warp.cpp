#include "spectradiff/image/warp.h"

#include <algorithm>
#include <cmath>
#include <complex>
#include <cstdint>
#include <numbers>
#include <optional>

#include "between_pixels.h"
#include "spectradiff/image/blend.h"
#include "spectradiff/image/perspective.h"

namespace spectradiff {

bool CameraStep::goes_through_space() const {
  return forward != 0 || yaw_degrees != 0 || pitch_degrees != 0 || flip_x_degrees != 0 ||
         flip_y_degrees != 0 || flip_z_degrees != 0;
}

std::array<double, 6> place_before(const CameraStep& step, Size size) {
  const double angle = step.turn_degrees * std::numbers::pi / 180;
  const double cosine = std::cos(angle) / step.zoom, sine = std::sin(angle) / step.zoom;
  const double centre_x = size.width * step.centre_x - 0.5, centre_y = size.height * step.centre_y - 0.5;
  const double from_x = -centre_x - step.pan_x * size.width, from_y = -centre_y - step.pan_y * size.height;
  return {cosine, sine,   cosine * from_x + sine * from_y + centre_x,
          -sine,  cosine, cosine * from_y - sine * from_x + centre_y};
}

namespace {

// The picture whose pixel at (x, y) is the one at the place before it.
Canvas taken_from(const Canvas& picture, const std::array<double, 6>& before, Border border) {
  const auto [width, height] = picture.size();
  // Where the first pixel was, and how far that goes from pixel to pixel and from row to row.
  const int64_t first_x = fixed_pixels(before[2]), first_y = fixed_pixels(before[5]);
  const int64_t along = fixed_pixels(before[0]), across = fixed_pixels(before[1]);

  Canvas moved(picture.size());
  for (int y = 0; y < height; ++y) {
    uint8_t* out = moved.row(y);
    for (int x = 0; x < width; ++x) {
      const PixelPair column = place_at(first_x + along * x + across * y, width, border);
      const PixelPair line = place_at(first_y + along * y - across * x, height, border);
      put_between(picture, column, line, out);
      out += 3;
    }
  }
  return moved;
}

// From a tile to the next one, in pixels; a reflected one shares its border with its mirror image.
int tile_length(int pixels, Border border) {
  return border == Border::wrap ? pixels : std::max(1, pixels - 1);
}

// The same place near the middle: every tile is the same, or every second.
double near_middle(double tiles, Border border) {
  if (border == Border::replicate) return std::clamp(tiles, -100.0, 100.0);
  return std::remainder(tiles, border == Border::wrap ? 1 : 2);
}

// Where a pixel was; rounding hides what mathematical libraries disagree on.
Projection way_back(const Projection& m, Size size) {
  Projection back = {m[4] * m[8] - m[5] * m[7], m[2] * m[7] - m[1] * m[8], m[1] * m[5] - m[2] * m[4],
                     m[5] * m[6] - m[3] * m[8], m[0] * m[8] - m[2] * m[6], m[2] * m[3] - m[0] * m[5],
                     m[3] * m[7] - m[4] * m[6], m[1] * m[6] - m[0] * m[7], m[0] * m[4] - m[1] * m[3]};
  // The way from what is in the picture's middle is 1; what is behind the camera stays beyond the horizon.
  const double x = (size.width - 1) / 2.0, y = (size.height - 1) / 2.0;
  const double scale = std::max(back[6] * x + back[7] * y + back[8], 1e-9);
  constexpr int kBits = 44;
  for (double& value : back) value = std::ldexp(std::round(std::ldexp(value / scale, kBits)), -kBits);
  return back;
}

// A place as fixed_pixels() has it, of what may be beyond the horizon.
int64_t fixed_place(double way, double distance) {
  constexpr double kLeast = 1e-6, kMost = 1 << 20;
  return fixed_pixels(std::clamp(way / std::max(distance, kLeast), -kMost, kMost));
}

Canvas moved_through_space(const Canvas& picture, const CameraStep& step, Border border,
                           const DepthMap& nearness) {
  const auto [width, height] = picture.size();
  constexpr double kNearest = 255;
  std::array<std::optional<Projection>, 256> ways;  // by nearness
  Canvas moved(picture.size());
  for (int y = 0; y < height; ++y) {
    uint8_t* out = moved.row(y);
    for (int x = 0; x < width; ++x, out += 3) {
      const size_t near = nearness.empty() ? 255 : nearness[static_cast<size_t>(y) * width + x];
      auto& known = ways[near];
      if (!known)
        known = way_back(way(step, picture.size(), 2 - static_cast<double>(near) / kNearest), picture.size());
      const Projection& m = *known;
      const double distance = m[6] * x + m[7] * y + m[8];
      put_between(picture, place_at(fixed_place(m[0] * x + m[1] * y + m[2], distance), width, border),
                  place_at(fixed_place(m[3] * x + m[4] * y + m[5], distance), height, border), out);
    }
  }
  return moved;
}

}  // namespace

Canvas moved_by_camera(const Canvas& picture, const CameraStep& step, Border border,
                       const DepthMap& nearness) {
  if (step == CameraStep()) return picture.clone();
  const bool pans = step.pan_x != 0 || step.pan_y != 0;
  if (step.goes_through_space() || (pans && !nearness.empty()))
    return moved_through_space(picture, step, border, nearness);
  return taken_from(picture, place_before(step, picture.size()), border);
}

// With complex numbers for places from the middle, z for zoom and turn and q for what is in the middle, the
// pixel p sees p / z + q. A step makes p' = s p + b of p, so that p' sees p' / (z s) + q - b / (z s).
CameraView moved_on(const CameraView& view, const CameraStep& step, Size size, Border border) {
  using Place = std::complex<double>;
  const auto turned = [](double degrees) { return std::polar(1.0, degrees * std::numbers::pi / 180); };
  const Place stretch = step.zoom * turned(step.turn_degrees);
  const Place centre((step.centre_x - 0.5) * size.width, (step.centre_y - 0.5) * size.height);
  const Place moved = (1.0 - stretch) * centre + Place(step.pan_x * size.width, step.pan_y * size.height);
  const Place back = moved / (view.zoom * turned(view.turn_degrees) * stretch);
  CameraView next{view.zoom * step.zoom, std::fmod(view.turn_degrees + step.turn_degrees, 360),
                  view.x - back.real() / tile_length(size.width, border),
                  view.y - back.imag() / tile_length(size.height, border)};
  const auto go = [&next](double octaves) {
    next.zoom /= octaves;
    next.x *= octaves;
    next.y *= octaves;
  };
  while (next.zoom >= 2) go(2);
  while (next.zoom < 1) go(0.5);
  next.x = near_middle(next.x, border);
  next.y = near_middle(next.y, border);
  return next;
}

namespace {

struct Level {
  double mean = 0, deviation = 0;
};

std::array<Level, 3> levels_of(const Canvas& picture) {
  std::array<int64_t, 3> sums{}, squares{};
  for (size_t i = 0; i < picture.bytes().size(); ++i) {
    const int64_t value = picture.bytes()[i];
    sums[i % 3] += value;
    squares[i % 3] += value * value;
  }
  const auto count = static_cast<double>(picture.bytes().size() / 3);
  std::array<Level, 3> levels;
  for (size_t c = 0; c < 3; ++c) {
    const double mean = static_cast<double>(sums[c]) / count;
    levels[c] = {mean, std::sqrt(std::max(0.0, static_cast<double>(squares[c]) / count - mean * mean))};
  }
  return levels;
}

// Two pictures faded into one another are greyer than either: each channel is given the contrast that lies
// between those of the two.
Canvas with_contrast(Canvas faded, const Canvas& from, const Canvas& to, int part, int parts) {
  constexpr int kBits = 16;
  constexpr double kMost = 2;  // what differs by rounding alone is not blown up
  const auto now = levels_of(faded), first = levels_of(from), second = levels_of(to);
  std::array<int64_t, 3> mean{}, gain{};
  for (size_t c = 0; c < 3; ++c) {
    const double wanted = (first[c].deviation * (parts - part) + second[c].deviation * part) / parts;
    const double stretch = now[c].deviation > 0 ? wanted / now[c].deviation : 1;
    mean[c] = std::llround(std::ldexp(now[c].mean, kBits));
    gain[c] = std::llround(std::ldexp(std::clamp(stretch, 1.0, kMost), kBits));
  }
  std::vector<uint8_t>& bytes = faded.bytes();
  for (size_t i = 0; i < bytes.size(); ++i) {
    const size_t c = i % 3;
    const int64_t off = (int64_t{bytes[i]} << kBits) - mean[c];
    const int64_t value = mean[c] + ((off * gain[c]) >> kBits);
    bytes[i] =
        static_cast<uint8_t>(std::clamp<int64_t>((value + (int64_t{1} << (kBits - 1))) >> kBits, 0, 255));
  }
  return faded;
}

}  // namespace

Canvas seen_by_camera(const Canvas& picture, const CameraView& view, Border border) {
  if (view == CameraView()) return picture.clone();
  const int width = picture.width(), height = picture.height();
  const double middle_x = (width - 1) / 2.0, middle_y = (height - 1) / 2.0;
  const double angle = view.turn_degrees * std::numbers::pi / 180;
  const auto seen = [&](double octave) {
    const double cosine = std::cos(angle) * octave / view.zoom, sine = std::sin(angle) * octave / view.zoom;
    const double x = near_middle(view.x * octave, border) * tile_length(width, border);
    const double y = near_middle(view.y * octave, border) * tile_length(height, border);
    return taken_from(picture,
                      {cosine, sine, middle_x + x - cosine * middle_x - sine * middle_y, -sine, cosine,
                       middle_y + y + sine * middle_x - cosine * middle_y},
                      border);
  };
  constexpr int kParts = 256;
  const double way = std::log2(view.zoom);
  const auto next = static_cast<int>(std::lround(way * way * (3 - 2 * way) * kParts));
  if (next == 0) return seen(1);
  const Canvas near = seen(1), far = seen(2);
  return with_contrast(blend(near, far, next, kParts), near, far, next, kParts);
}

}  // namespace spectradiff
