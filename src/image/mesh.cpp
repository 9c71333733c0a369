#include "spectradiff/image/mesh.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdlib>
#include <numbers>
#include <vector>

#include "between_pixels.h"

namespace spectradiff {
namespace {

constexpr int kCell = 16;  // pixels from vertex to vertex

struct Vertex {
  int64_t x = 0, y = 0;  // as fixed_pixels() has them
};

// How strongly each wave stirs at that time.
std::array<double, 4> waves_at(double time) {
  return {11.68 + 4 * std::cos(time * 1.413 + 10), 8.77 + 3 * std::cos(time * 1.113 + 7),
          10.54 + 3 * std::cos(time * 1.233 + 3), 11.49 + 4 * std::cos(time * 0.933 + 5)};
}

class MeshPlaces {
 public:
  MeshPlaces(const MeshStep& step, Size size)
      : step_(step),
        size_(size),
        columns_(size.width / kCell + 2),
        waves_(waves_at(step.warp_time)),
        cosine_(std::cos(step.turn_degrees * std::numbers::pi / 180)),
        sine_(std::sin(step.turn_degrees * std::numbers::pi / 180)) {
    for (int row = 0; row < size.height / kCell + 2; ++row) {
      for (int column = 0; column < columns_; ++column)
        vertices_.push_back(taken_from(column * kCell, row * kCell));
    }
  }

  // Where the pixel at (x, y) comes from.
  Vertex at(int x, int y) const {
    const Vertex* above = &vertices_[static_cast<size_t>(y / kCell * columns_ + x / kCell)];
    const Vertex* below = above + columns_;
    const int64_t right = x % kCell, down = y % kCell;
    const auto between = [&](int64_t Vertex::* place) {
      const int64_t upper = above->*place * (kCell - right) + above[1].*place * right;
      const int64_t lower = below->*place * (kCell - right) + below[1].*place * right;
      return (upper * (kCell - down) + lower * down) / (kCell * kCell);
    };
    return {between(&Vertex::x), between(&Vertex::y)};
  }

 private:
  Vertex taken_from(int x, int y) const {
    const double half = std::max(size_.width, size_.height) / 2.0;
    const double across = size_.width / 2.0 / half, down = size_.height / 2.0 / half;  // 1 or less
    // From -1 to 1 over the picture.
    const double px = (x + 0.5) / (size_.width / 2.0) - 1, py = (y + 0.5) / (size_.height / 2.0) - 1;
    const double r = std::hypot(px * across, py * down);
    const double zoom = std::pow(step_.zoom, std::pow(step_.bend, 2 * r - 1));
    const double cx = (2 * step_.centre_x - 1) * across, cy = (2 * step_.centre_y - 1) * down;
    double u = px * across / zoom, v = py * down / zoom;
    u = (u - cx) / step_.stretch_x;
    v = (v - cy) / step_.stretch_y;
    const double scale = 1 / step_.warp_scale, time = step_.warp_time, warp = 2 * 0.0035 * step_.warp;
    u += warp * across *
         (std::sin(time * 0.333 + scale * (px * waves_[0] - py * waves_[3])) +
          std::cos(time * 0.753 - scale * (px * waves_[1] - py * waves_[2])));
    v += warp * down *
         (std::cos(time * 0.375 - scale * (px * waves_[2] + py * waves_[1])) +
          std::sin(time * 0.825 + scale * (px * waves_[0] + py * waves_[3])));
    const double turned_u = u * cosine_ + v * sine_ + cx - 2 * step_.move_x * across;
    const double turned_v = v * cosine_ - u * sine_ + cy - 2 * step_.move_y * down;
    return {fixed(turned_u * half + size_.width / 2.0 - 0.5),
            fixed(turned_v * half + size_.height / 2.0 - 0.5)};
  }

  // So coarse that mathematical libraries agree; far beyond the border all is alike.
  static int64_t fixed(double pixels) {
    constexpr double kMost = 1 << 18;
    constexpr int kBits = 16;
    return std::llround(std::ldexp(std::clamp(pixels, -kMost, kMost), kBits)) << (kFractionBits - kBits);
  }

  const MeshStep& step_;
  const Size size_;
  const int columns_;
  const std::array<double, 4> waves_;
  const double cosine_, sine_;
  std::vector<Vertex> vertices_;
};

}  // namespace

Canvas moved_by_mesh(const Canvas& picture, const MeshStep& step) {
  const auto [width, height] = picture.size();
  const MeshPlaces mesh(step, picture.size());
  Canvas moved(picture.size());
  for (int y = 0; y < height; ++y) {
    uint8_t* out = moved.row(y);
    for (int x = 0; x < width; ++x, out += 3) {
      const Vertex from = mesh.at(x, y);
      put_between(picture, place_at(from.x, width, Border::reflect),
                  place_at(from.y, height, Border::reflect), out);
    }
  }
  return moved;
}

void lay_trail(Canvas& painting, const Canvas& trail, double decay, Rgb ground) {
  const auto kept = static_cast<int>(std::floor(std::ldexp(decay, 16)));
  const std::array<int, 3> grounds = {ground.r, ground.g, ground.b};
  std::vector<uint8_t>& bytes = painting.bytes();
  for (size_t i = 0; i < bytes.size(); ++i) {
    const int from = grounds[i % 3];
    const int left = (trail.bytes()[i] - from) * kept / (1 << 16);  // towards the ground
    if (std::abs(left) > std::abs(bytes[i] - from)) bytes[i] = static_cast<uint8_t>(from + left);
  }
}

}  // namespace spectradiff
