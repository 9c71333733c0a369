#include "spectradiff/image/edges.h"

#include <algorithm>
#include <cstdlib>
#include <utility>
#include <vector>

#include "spectradiff/image/post.h"

namespace spectradiff {
namespace {

// One number per pixel, and a border of `outside` around them.
template <typename Value>
class Plane {
 public:
  Plane(Size size, Value outside)
      : stride_(size.width + 2), values_(static_cast<size_t>(stride_) * (size.height + 2), outside) {}
  Value& at(int x, int y) { return values_[static_cast<size_t>(y + 1) * stride_ + (x + 1)]; }
  const Value& at(int x, int y) const { return values_[static_cast<size_t>(y + 1) * stride_ + (x + 1)]; }

 private:
  size_t stride_;
  std::vector<Value> values_;
};

struct Gradient {
  int x = 0, y = 0;
  int strength() const { return std::abs(x) + std::abs(y); }
};

// Beyond the border the picture repeats its last pixels; the gradient there counts as none.
Plane<Gradient> sobel(const Canvas& grey) {
  const int width = grey.width(), height = grey.height();
  const auto value = [&](int x, int y) {
    return static_cast<int>(
        grey.row(std::clamp(y, 0, height - 1))[3 * static_cast<ptrdiff_t>(std::clamp(x, 0, width - 1))]);
  };
  Plane<Gradient> gradients(grey.size(), {});
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < width; ++x) {
      const auto column = [&](int at) { return value(at, y - 1) + 2 * value(at, y) + value(at, y + 1); };
      const auto row = [&](int at) { return value(x - 1, at) + 2 * value(x, at) + value(x + 1, at); };
      gradients.at(x, y) = {column(x + 1) - column(x - 1), row(y + 1) - row(y - 1)};
    }
  }
  return gradients;
}

// Whether the gradient is at its greatest across the edge; of two equal ones the first counts.
bool is_ridge(const Plane<Gradient>& gradients, int x, int y) {
  constexpr int64_t kShift = 15, kTan22 = 13573;  // tan(22.5°) · 2^15
  const Gradient here = gradients.at(x, y);
  const int strength = here.strength();
  const int64_t across = std::abs(here.x), down = static_cast<int64_t>(std::abs(here.y)) << kShift;
  const int64_t steep = across * kTan22;
  if (down < steep)
    return strength > gradients.at(x - 1, y).strength() && strength >= gradients.at(x + 1, y).strength();
  if (down > steep + (across << (kShift + 1)))
    return strength > gradients.at(x, y - 1).strength() && strength >= gradients.at(x, y + 1).strength();
  const int side = (here.x ^ here.y) < 0 ? -1 : 1;
  return strength > gradients.at(x - side, y - 1).strength() &&
         strength > gradients.at(x + side, y + 1).strength();
}

}  // namespace

Canvas canny_edges(const Canvas& picture, int low, int high) {
  enum Mark : uint8_t { none, weak, edge };
  Canvas grey = picture.clone();
  greyscale(grey);
  const Plane<Gradient> gradients = sobel(grey);
  Plane<Mark> marks(grey.size(), none);
  std::vector<std::pair<int, int>> open;  // edges whose neighbours have not been looked at
  for (int y = 0; y < grey.height(); ++y) {
    for (int x = 0; x < grey.width(); ++x) {
      const int strength = gradients.at(x, y).strength();
      if (strength <= low || !is_ridge(gradients, x, y)) continue;
      marks.at(x, y) = strength > high ? edge : weak;
      if (strength > high) open.emplace_back(x, y);
    }
  }
  while (!open.empty()) {
    const auto [x, y] = open.back();
    open.pop_back();
    for (int down = -1; down <= 1; ++down) {
      for (int right = -1; right <= 1; ++right) {
        Mark& mark = marks.at(x + right, y + down);
        if (std::exchange(mark, mark == weak ? edge : mark) == weak) open.emplace_back(x + right, y + down);
      }
    }
  }
  for (int y = 0; y < grey.height(); ++y) {
    for (int x = 0; x < grey.width(); ++x)
      std::fill_n(grey.row(y) + 3 * static_cast<ptrdiff_t>(x), 3,
                  static_cast<uint8_t>(marks.at(x, y) == edge ? 255 : 0));
  }
  return grey;
}

}  // namespace spectradiff
