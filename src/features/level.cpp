#include "level.h"

#include <algorithm>
#include <cmath>

#include "loudness.h"
#include "spectradiff/base/error.h"
#include "spectradiff/base/percentile.h"

namespace spectradiff {
namespace {

// A third of a 16-bit step, relative to a sine of full scale: a song whose reference lies below is silent,
// and amplifying it would paint rounding errors.
constexpr double kSilence = 1e-5;
// A song brought to the loudness that was asked for paints a band at -20 dB of full scale with level 1.
constexpr double kLoudnessHeadroom = 0.1;

double loudness_reference(const Features& features, AudioSource& source) {
  const double loudness = integrated_loudness(source);
  if (!std::isfinite(loudness)) {
    throw_error(ErrorKind::usage,
                "normalize = loudness:{}: the song is too short or too quiet to have a loudness (it needs "
                "0.4 s above -70 LUFS); use percentile:99",
                features.settings.normalize.value);
  }
  return kLoudnessHeadroom * std::pow(10.0, (loudness - features.settings.normalize.value) / 20);
}

double reference_of(Features& features, double full_scale, AudioSource& source) {
  const Normalize& normalize = features.settings.normalize;
  const double silence = kSilence * full_scale;
  const double maximum = *std::max_element(features.magnitudes.begin(), features.magnitudes.end());
  if (maximum < silence) return 0;
  if (normalize.kind == Normalize::Kind::none) return 1;
  if (normalize.kind == Normalize::Kind::loudness) return full_scale * loudness_reference(features, source);
  features.levels = features.magnitudes;
  const double percentile = percentile_of(features.levels, normalize.value);
  return percentile < silence ? maximum : percentile;
}

}  // namespace

void set_levels(Features& features, double full_scale, AudioSource& source) {
  const Normalize& normalize = features.settings.normalize;
  if (normalize.kind == Normalize::Kind::percentile && !(normalize.value >= 0 && normalize.value <= 100)) {
    throw_error(ErrorKind::usage, "normalize = percentile:{} is outside 0..100", normalize.value);
  }
  features.reference = reference_of(features, full_scale, source);
  features.levels.assign(features.magnitudes.size(), 0.0f);
  if (features.reference == 0) return;
  const double scale = std::pow(10.0, features.settings.gain_db / 20) / features.reference;
  for (size_t i = 0; i < features.levels.size(); ++i) {
    features.levels[i] = std::clamp(static_cast<float>(features.magnitudes[i] * scale), 0.0f, 1.0f);
  }
}

}  // namespace spectradiff
