#include "spectradiff/sonify/sonify.h"

#include <algorithm>
#include <cmath>

#include "channels.h"
#include "spectradiff/audio/stretch.h"
#include "spectradiff/base/error.h"
#include "spectradiff/features/riffusion.h"

namespace spectradiff {
namespace {

std::vector<double> to_peak(std::vector<double> samples) {
  double peak = 0;
  for (const double value : samples) peak = std::max(peak, std::abs(value));
  if (peak > 0)
    for (double& value : samples) value /= peak;
  return samples;
}

std::vector<double> griffin_lim_of(const Canvas& picture, PictureChannel channel, uint64_t seed) {
  constexpr double kDepthDb = 80, kDbPerTen = 20;
  const int bins = picture.height();
  const ShortTime size{2 * (bins - 1), 2 * (bins - 1), bins - 1};
  Magnitudes magnitudes(static_cast<size_t>(picture.width()), std::vector<double>(static_cast<size_t>(bins)));
  for (int y = 0; y < bins; ++y) {
    for (int x = 0; x < picture.width(); ++x) {
      const double value = channel_of(picture.row(y) + static_cast<size_t>(x) * 3, channel);
      magnitudes[static_cast<size_t>(x)][static_cast<size_t>(y)] =
          std::sqrt(std::pow(10, (kDepthDb * value - kDepthDb) / kDbPerTen));
    }
  }
  return griffin_lim(magnitudes, size, random_phases(magnitudes.size(), bins, seed));
}

std::vector<double> griffin_lim_of(const Canvas& picture, const SonifySettings& settings) {
  if (picture.height() < 3 || picture.width() < 3) {
    throw_error(ErrorKind::input,
                "a picture of {}x{} holds no spectrogram: 3 rows and 3 columns are the least",
                picture.width(), picture.height());
  }
  if (settings.channels != PictureChannel::average)
    return to_peak(griffin_lim_of(picture, settings.channels, settings.seed));
  std::vector<double> sum;
  uint64_t seed = settings.seed;
  for (const PictureChannel channel : {PictureChannel::red, PictureChannel::green, PictureChannel::blue}) {
    const std::vector<double> one = griffin_lim_of(picture, channel, seed++);
    sum.resize(one.size());
    for (size_t i = 0; i < one.size(); ++i) sum[i] += one[i] / 3;
  }
  return to_peak(std::move(sum));
}

std::vector<double> riffusion_of(const Canvas& picture, uint64_t seed) {
  const Magnitudes magnitudes = from_riffusion_bands(bands_of_picture(picture));
  if (magnitudes.size() * static_cast<size_t>(kRiffusion.hop) <= static_cast<size_t>(kRiffusion.fft_size)) {
    throw_error(ErrorKind::input,
                "a picture of {} columns lasts less than riffusion's window: {} are the least",
                magnitudes.size(), kRiffusion.fft_size / kRiffusion.hop + 1);
  }
  return to_peak(
      griffin_lim(magnitudes, kRiffusion, random_phases(magnitudes.size(), kRiffusion.bins(), seed)));
}

}  // namespace

MadeSound sonify(const Canvas& picture, const SonifySettings& settings) {
  MadeSound made{settings.sample_rate_hz, {}};
  std::vector<double> samples;
  switch (settings.method) {
    case SonifyMethod::griffin_lim:
      samples = griffin_lim_of(picture, settings);
      break;
    case SonifyMethod::chirp:
      samples = chirps(picture, settings.roles, settings.duration_s, settings.sample_rate_hz);
      break;
    case SonifyMethod::riffusion:
      samples = riffusion_of(picture, settings.seed);
      made.sample_rate_hz = kRiffusionRateHz;
      break;
  }
  made.samples.assign(samples.begin(), samples.end());
  if (settings.stretch != 1) {
    made.samples = stretched(made.samples, 1, made.sample_rate_hz, settings.stretch);
    float peak = 1;
    for (const float value : made.samples) peak = std::max(peak, std::abs(value));
    for (float& value : made.samples) value /= peak;
  }
  return made;
}

}  // namespace spectradiff
