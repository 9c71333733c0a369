// What the seeds compute, number for number.
#include <charconv>
#include <cmath>

#include "spectradiff/base/error.h"
#include "spectradiff/features/features.h"

namespace spectradiff {
namespace {

constexpr double kFirstExponent = 1;
// SpD4 divides 16-bit integers by 2^16; ours are divided by 2^15 already.
constexpr float kSeedScale = 0.5f;

}  // namespace

// NumPy's linspace multiplies a step, adds the start and then sets the last point exactly; Python's log with
// a base is the quotient of two natural logarithms.
std::vector<int> seed_bin_indices(int window_samples, int bins) {
  const double last_exponent = std::log(window_samples / 2.0) / std::log(10.0);
  const double span = last_exponent - kFirstExponent;
  const double intervals = bins - 1;
  const double step = span / intervals;
  std::vector<int> indices;
  indices.reserve(static_cast<size_t>(bins));
  for (int i = 0; i < bins; ++i) {
    double exponent = kFirstExponent;
    if (bins > 1) exponent += step == 0 ? i / intervals * span : i * step;
    if (bins > 1 && i == bins - 1) exponent = last_exponent;
    indices.push_back(static_cast<int>(std::pow(10.0, exponent)));
  }
  return indices;
}

void write_seed_csv(const Features& features, const TextSink& sink) {
  if (features.settings.spacing != BinSpacing::seed) {
    throw_error(ErrorKind::internal, "the seed's CSV was asked for with log spacing");
  }
  std::string row;
  char number[32];
  for (int64_t frame = 0; frame < features.frames; ++frame) {
    const float* magnitudes = features.frame_magnitudes(frame);
    row.clear();
    for (int bin = 0; bin < features.bins; ++bin) {
      const auto end = std::to_chars(number, number + sizeof number, magnitudes[bin] * kSeedScale).ptr;
      row.append(number, end);
      row += bin + 1 < features.bins ? ',' : '\n';
    }
    sink(row);
  }
}

}  // namespace spectradiff
