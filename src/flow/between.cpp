#include "spectradiff/flow/between.h"

#include <algorithm>
#include <cmath>
#include <complex>
#include <numbers>

#include "spectradiff/flow/optical_flow.h"

namespace spectradiff {
namespace {

using Point = std::complex<double>;

// The known way, gone to a share of it: p to stretch p + shift, from the picture's middle.
struct Part {
  Point stretch, shift;
};

Part part_of(const KnownWay& way, double share) {
  const double turn = way.turn_degrees * std::numbers::pi / 180;
  const Point rate(std::log(way.zoom), turn), shift(way.x, way.y);
  constexpr double kSmall = 1e-9;
  const Point stretch = std::exp(rate * share);
  if (std::abs(rate) < kSmall) return {stretch, shift * share};
  const Point whole = std::exp(rate) - 1.0;
  // A whole turn leads back: the way between is then not known, and gone straight.
  if (std::abs(whole) < kSmall) return {stretch, shift * share};
  return {stretch, shift * (stretch - 1.0) / whole};
}

class Way {
 public:
  Way(const KnownWay& way, Size size) : way_(way), middle_((size.width - 1) / 2.0, (size.height - 1) / 2.0) {}

  // From where a place is at that share of the way to where it was at the start, and back again.
  Point to_start(double share, Point place) const {
    const Part part = part_of(way_, share);
    return (place - middle_ - part.shift) / part.stretch + middle_;
  }
  Point to_end(Point at_start) const {
    const Part part = part_of(way_, 1);
    return (at_start - middle_) * part.stretch + part.shift + middle_;
  }

 private:
  const KnownWay way_;
  const Point middle_;
};

uint8_t byte_of(float value) {
  return static_cast<uint8_t>(std::lround(std::clamp(value, 0.0F, 255.0F)));
}

// The picture at the way's end, as it would be seen from its start.
Canvas seen_from_start(const Canvas& picture, const Way& way) {
  Canvas seen(picture.size());
  for (int y = 0; y < picture.height(); ++y) {
    uint8_t* out = seen.row(y);
    for (int x = 0; x < picture.width(); ++x, out += 3) {
      const Point from = way.to_end({static_cast<double>(x), static_cast<double>(y)});
      const FloatColour colour =
          colour_at(picture, static_cast<float>(from.real()), static_cast<float>(from.imag()));
      out[0] = byte_of(colour.r);
      out[1] = byte_of(colour.g);
      out[2] = byte_of(colour.b);
    }
  }
  return seen;
}

// A mean over a square around each place: soft borders.
void feather(std::vector<float>& values, Size size) {
  constexpr int kReach = 4;
  std::vector<float> rows(values.size());
  const auto at = [&](int x, int y) {
    return static_cast<size_t>(y) * static_cast<size_t>(size.width) + static_cast<size_t>(x);
  };
  const auto mean = [](int place, int count, auto&& value) {
    float sum = 0;
    for (int k = place - kReach; k <= place + kReach; ++k) sum += value(std::clamp(k, 0, count - 1));
    return sum / (2 * kReach + 1);
  };
  for (int y = 0; y < size.height; ++y) {
    for (int x = 0; x < size.width; ++x)
      rows[at(x, y)] = mean(x, size.width, [&](int k) { return values[at(k, y)]; });
  }
  for (int y = 0; y < size.height; ++y) {
    for (int x = 0; x < size.width; ++x)
      values[at(x, y)] = mean(y, size.height, [&](int k) { return rows[at(x, k)]; });
  }
}

bool is_inside(Point place, Size size) {
  return place.real() >= -0.5 && place.imag() >= -0.5 && place.real() <= size.width - 0.5 &&
         place.imag() <= size.height - 0.5;
}

class Between {
 public:
  Between(const Canvas& from, const Canvas& to, const KnownWay& known)
      : from_(from),
        to_(to),
        way_(known, from.size()),
        end_seen_(known == KnownWay{} ? to.clone() : seen_from_start(to, way_)),
        forward_(optical_flow(from, end_seen_)),
        backward_(optical_flow(end_seen_, from)),
        sure_of_from_(reliability(forward_, backward_)),
        sure_of_to_(reliability(backward_, forward_)) {
    forget_unseen();
    feather(sure_of_from_, from.size());
    feather(sure_of_to_, from.size());
  }

  Canvas at(double share) const {
    Canvas picture(from_.size());
    for (int y = 0; y < picture.height(); ++y) {
      uint8_t* out = picture.row(y);
      for (int x = 0; x < picture.width(); ++x, out += 3)
        put(way_.to_start(share, {static_cast<double>(x), static_cast<double>(y)}), share, out);
    }
    return picture;
  }

 private:
  // What the camera does not see at the way's end is not known to move beside it.
  void forget_unseen() {
    size_t i = 0;
    for (int y = 0; y < from_.height(); ++y) {
      for (int x = 0; x < from_.width(); ++x, ++i) {
        if (is_inside(way_.to_end({static_cast<double>(x), static_cast<double>(y)}), from_.size())) continue;
        forward_.x[i] = forward_.y[i] = backward_.x[i] = backward_.y[i] = 0;
      }
    }
  }

  // `place` is where the pixel would be at the way's start if nothing moved beside the camera.
  void put(Point place, double share, uint8_t* out) const {
    const Size size = from_.size();
    const int column = std::clamp(static_cast<int>(std::lround(place.real())), 0, size.width - 1);
    const int row = std::clamp(static_cast<int>(std::lround(place.imag())), 0, size.height - 1);
    const size_t i = static_cast<size_t>(row) * static_cast<size_t>(size.width) + static_cast<size_t>(column);
    const Point in_from = place - share * Point(forward_.x[i], forward_.y[i]);
    const Point in_to = way_.to_end(place - (1 - share) * Point(backward_.x[i], backward_.y[i]));
    constexpr double kLeast = 1e-3;  // where neither is sure both count by their time
    const auto weight = [&](double near, float sure, bool inside) {
      return near * (kLeast + (inside ? static_cast<double>(sure) : 0));
    };
    const double of_from = weight(1 - share, sure_of_from_[i], is_inside(in_from, size));
    const double of_to = weight(share, sure_of_to_[i], is_inside(in_to, size));
    const auto part = static_cast<float>(of_to / (of_from + of_to));
    const FloatColour a =
        colour_at(from_, static_cast<float>(in_from.real()), static_cast<float>(in_from.imag()));
    const FloatColour b = colour_at(to_, static_cast<float>(in_to.real()), static_cast<float>(in_to.imag()));
    out[0] = byte_of(a.r + (b.r - a.r) * part);
    out[1] = byte_of(a.g + (b.g - a.g) * part);
    out[2] = byte_of(a.b + (b.b - a.b) * part);
  }

  const Canvas& from_;
  const Canvas& to_;
  const Way way_;
  const Canvas end_seen_;  // the last picture, as it would be seen from the way's start
  Flow forward_, backward_;
  std::vector<float> sure_of_from_, sure_of_to_;
};

}  // namespace

std::vector<Canvas> flow_between(const Canvas& from, const Canvas& to, int parts, const KnownWay& way) {
  const Between both(from, to, way);
  std::vector<Canvas> between;
  for (int part = 1; part < parts; ++part) between.push_back(both.at(static_cast<double>(part) / parts));
  return between;
}

}  // namespace spectradiff
