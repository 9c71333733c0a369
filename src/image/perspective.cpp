#include "spectradiff/image/perspective.h"

#include <cmath>
#include <complex>
#include <numbers>

namespace spectradiff {
namespace {

constexpr double kRadians = std::numbers::pi / 180;

Projection product(const Projection& second, const Projection& first) {
  Projection made{};
  for (size_t row = 0; row < 3; ++row) {
    for (size_t column = 0; column < 3; ++column) {
      for (size_t i = 0; i < 3; ++i) made[3 * row + column] += second[3 * row + i] * first[3 * i + column];
    }
  }
  return made;
}

// What is told of places from the picture's middle, told of its pixels.
Projection of_pixels(const Projection& from_middle, Size size) {
  const double x = (size.width - 1) / 2.0, y = (size.height - 1) / 2.0;
  Projection made = product(product({1, 0, x, 0, 1, y, 0, 0, 1}, from_middle), {1, 0, -x, 0, 1, -y, 0, 0, 1});
  const double scale = made[8];
  for (double& value : made) value /= scale;
  return made;
}

// Both from the middle. A camera of focal length f has a place (x, y) on its ray (x, y, f).
Projection looked(double yaw, double pitch, double fov, Size size) {
  const double f = size.width / 2.0 / std::tan(fov * kRadians / 2);
  const double cy = std::cos(yaw * kRadians), sy = std::sin(yaw * kRadians);
  const double cp = std::cos(pitch * kRadians), sp = std::sin(pitch * kRadians);
  // x' = cy x - sy f, z' = sy x + cy f; then y'' = cp y + sp z', z'' = -sp y + cp z'.
  return {cy, 0, -sy * f, sp * sy, cp, sp * cy * f, cp * sy / f, -sp / f, cp * cy};
}

// The page's middle is as far as the focal length, h: x = h X / (h - Z) of a place (X, Y, Z) of the turned
// page.
Projection flipped(double x, double y, double z, double fov, Size size) {
  const double h = std::hypot(size.width, size.height) / 2 / std::sin(fov * kRadians / 2);
  const double cx = std::cos(x * kRadians), sx = std::sin(x * kRadians);
  const double cy = std::cos(y * kRadians), sy = std::sin(y * kRadians);
  const double cz = std::cos(z * kRadians), sz = std::sin(z * kRadians);
  return {cy * cz,
          -cy * sz,
          0,
          cx * sz + sx * sy * cz,
          cx * cz - sx * sy * sz,
          0,
          -(sx * sz - cx * sy * cz) / h,
          -(sx * cz + cx * sy * sz) / h,
          1};
}

}  // namespace

Projection look(double yaw_degrees, double pitch_degrees, double fov_degrees, Size size) {
  return of_pixels(looked(yaw_degrees, pitch_degrees, fov_degrees, size), size);
}

Projection flip(double x_degrees, double y_degrees, double z_degrees, double fov_degrees, Size size) {
  return of_pixels(flipped(x_degrees, y_degrees, z_degrees, fov_degrees, size), size);
}

Projection way(const CameraStep& step, Size size, double depth) {
  constexpr int kDoublings = 6;
  constexpr double kPart = 1.0 / (1 << kDoublings);
  using Place = std::complex<double>;
  // In the plane p goes to s p + b; the n-th part of it is the n-th root of s, and b's share of the same.
  const Place whole = std::polar(step.zoom, step.turn_degrees * kRadians);
  const Place part = std::polar(std::pow(step.zoom, kPart), step.turn_degrees * kRadians * kPart);
  const Place centre((step.centre_x - 0.5) * size.width, (step.centre_y - 0.5) * size.height);
  const Place pan(step.pan_x * size.width / depth, step.pan_y * size.height / depth);
  const Place moved = (1.0 - part) * centre +
                      (std::abs(whole - 1.0) < 1e-9 ? pan * kPart : pan * (part - 1.0) / (whole - 1.0));
  const double nearer = std::exp(step.forward * kPart / depth);
  Projection made = {nearer * part.real(),
                     -nearer * part.imag(),
                     nearer * moved.real(),
                     nearer * part.imag(),
                     nearer * part.real(),
                     nearer * moved.imag(),
                     0,
                     0,
                     1};
  made = product(looked(step.yaw_degrees * kPart, step.pitch_degrees * kPart, step.fov_degrees, size), made);
  made = product(flipped(step.flip_x_degrees * kPart, step.flip_y_degrees * kPart,
                         step.flip_z_degrees * kPart, step.fov_degrees, size),
                 made);
  for (int i = 0; i < kDoublings; ++i) made = product(made, made);
  return of_pixels(made, size);
}

}  // namespace spectradiff
