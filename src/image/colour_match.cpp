#include "spectradiff/image/colour_match.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>
#include <vector>

#include "spectradiff/image/light.h"

namespace spectradiff {
namespace {

using Triple = std::array<double, 3>;

constexpr size_t kLightSteps = 16384;

std::array<double, 256> make_lights() {
  std::array<double, 256> table{};
  for (size_t i = 0; i < table.size(); ++i) table[i] = srgb_light(static_cast<double>(i) / 255);
  return table;
}

std::vector<uint8_t> make_values() {
  std::vector<uint8_t> table(kLightSteps + 1);
  for (size_t i = 0; i < table.size(); ++i) {
    const double light = static_cast<double>(i) / kLightSteps;
    const double value = light <= 0.0031308 ? 12.92 * light : 1.055 * std::pow(light, 1 / 2.4) - 0.055;
    table[i] = static_cast<uint8_t>(std::lround(255 * value));
  }
  return table;
}

// A third of the exponent is a first guess, which Halley's steps make exact enough: faster than the library's
// root and the same everywhere.
double cube_root(double x) {
  if (x < 1e-12) return 0;
  double root = std::bit_cast<double>(std::bit_cast<uint64_t>(x) / 3 + 0x2A9F7893782DA1CEULL);
  for (int i = 0; i < 2; ++i) {
    const double cube = root * root * root;
    root *= (cube + 2 * x) / (2 * cube + x);
  }
  return root;
}

Triple oklab_of(const uint8_t* pixel) {
  static const std::array<double, 256> lights = make_lights();
  const double r = lights[pixel[0]], g = lights[pixel[1]], b = lights[pixel[2]];
  const double l = cube_root(0.4122214708 * r + 0.5363325363 * g + 0.0514459929 * b);
  const double m = cube_root(0.2119034982 * r + 0.6806995451 * g + 0.1073969566 * b);
  const double s = cube_root(0.0883024619 * r + 0.2817188376 * g + 0.6299787005 * b);
  return {0.2104542553 * l + 0.7936177850 * m - 0.0040720468 * s,
          1.9779984951 * l - 2.4285922050 * m + 0.4505937099 * s,
          0.0259040371 * l + 0.7827717662 * m - 0.8086757660 * s};
}

uint8_t value_of(double light) {
  static const std::vector<uint8_t> values = make_values();
  return values[static_cast<size_t>(std::lround(std::clamp(light, 0.0, 1.0) * kLightSteps))];
}

void put_oklab(const Triple& lab, uint8_t* pixel) {
  const auto cube = [](double x) { return x * x * x; };
  const double l = cube(lab[0] + 0.3963377774 * lab[1] + 0.2158037573 * lab[2]);
  const double m = cube(lab[0] - 0.1055613458 * lab[1] - 0.0638541728 * lab[2]);
  const double s = cube(lab[0] - 0.0894841775 * lab[1] - 1.2914855480 * lab[2]);
  pixel[0] = value_of(4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s);
  pixel[1] = value_of(-1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s);
  pixel[2] = value_of(-0.0041960863 * l - 0.7034186147 * m + 1.7076147010 * s);
}

ColourMoments moments_of(const std::vector<Triple>& pixels) {
  const auto count = static_cast<double>(pixels.size());
  ColourMoments moments;
  for (const Triple& pixel : pixels) {
    for (size_t c = 0; c < 3; ++c) moments.mean[c] += pixel[c];
  }
  for (double& mean : moments.mean) mean /= count;
  for (const Triple& pixel : pixels) {
    for (size_t c = 0; c < 3; ++c)
      moments.deviation[c] += (pixel[c] - moments.mean[c]) * (pixel[c] - moments.mean[c]);
  }
  for (double& deviation : moments.deviation) deviation = std::sqrt(deviation / count);
  return moments;
}

std::vector<Triple> oklab_pixels(const Canvas& picture) {
  std::vector<Triple> pixels;
  pixels.reserve(picture.bytes().size() / 3);
  for (size_t i = 0; i < picture.bytes().size(); i += 3) pixels.push_back(oklab_of(&picture.bytes()[i]));
  return pixels;
}

}  // namespace

ColourMoments colour_moments(const Canvas& picture) {
  return moments_of(oklab_pixels(picture));
}

void match_colours(Canvas& picture, const ColourMoments& to) {
  constexpr double kFlat = 1e-4;  // nothing is stretched that hardly differs
  constexpr double kMostStretch = 2;
  std::vector<Triple> pixels = oklab_pixels(picture);
  const ColourMoments from = moments_of(pixels);
  Triple stretch{};
  for (size_t c = 0; c < 3; ++c) {
    stretch[c] = from.deviation[c] < kFlat
                     ? 1
                     : std::clamp(to.deviation[c] / from.deviation[c], 1 / kMostStretch, kMostStretch);
  }
  for (size_t i = 0; i < pixels.size(); ++i) {
    for (size_t c = 0; c < 3; ++c) pixels[i][c] = (pixels[i][c] - from.mean[c]) * stretch[c] + to.mean[c];
    put_oklab(pixels[i], &picture.bytes()[3 * i]);
  }
}

}  // namespace spectradiff
