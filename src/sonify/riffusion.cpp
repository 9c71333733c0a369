#include "spectradiff/features/riffusion.h"

#include <algorithm>
#include <cmath>

#include "channels.h"
#include "spectradiff/base/error.h"
#include "spectradiff/sonify/sonify.h"

namespace spectradiff {

// Magnitudes of 0 and more whose bands are nearest to those that are given: multiplicative updates (Lee and
// Seung 2001), begun with what every band holds shared out among its bins.
Magnitudes from_riffusion_bands(const Magnitudes& bands) {
  constexpr int kUpdates = 12;
  constexpr double kTiny = 1e-12;
  const auto& filters = riffusion_filters();
  const auto bins = static_cast<size_t>(kRiffusion.bins());
  const auto spread = [&](const std::vector<double>& row) {
    std::vector<double> sum(bins);
    for (size_t band = 0; band < filters.size(); ++band) {
      const auto& [begin, weights] = filters[band];
      for (size_t i = 0; i < weights.size(); ++i) sum[begin + i] += weights[i] * row[band];
    }
    return sum;
  };
  const auto gathered = [&](const std::vector<double>& values) {
    std::vector<double> row(filters.size());
    for (size_t band = 0; band < filters.size(); ++band) {
      const auto& [begin, weights] = filters[band];
      for (size_t i = 0; i < weights.size(); ++i) row[band] += weights[i] * values[begin + i];
    }
    return row;
  };
  Magnitudes magnitudes;
  for (const std::vector<double>& row : bands) {
    const std::vector<double> wanted = spread(row);
    std::vector<double> values(bins);
    for (size_t bin = 0; bin < bins; ++bin) values[bin] = wanted[bin] > 0 ? 1 : 0;
    for (int update = 0; update < kUpdates; ++update) {
      const std::vector<double> have = spread(gathered(values));
      for (size_t bin = 0; bin < bins; ++bin) values[bin] *= wanted[bin] / (have[bin] + kTiny);
    }
    magnitudes.push_back(std::move(values));
  }
  return magnitudes;
}

Magnitudes bands_of_picture(const Canvas& picture) {
  if (picture.height() != kRiffusionBands || picture.width() < 2) {
    throw_error(ErrorKind::input,
                "a picture of {}x{} is no spectrogram of riffusion's: these are {} high, 10 ms a column",
                picture.width(), picture.height(), kRiffusionBands);
  }
  Magnitudes bands(static_cast<size_t>(picture.width()), std::vector<double>(kRiffusionBands));
  for (int y = 0; y < picture.height(); ++y) {
    for (int x = 0; x < picture.width(); ++x) {
      const double dark =
          1 - channel_of(picture.row(y) + static_cast<size_t>(x) * 3, PictureChannel::average);
      bands[static_cast<size_t>(x)][static_cast<size_t>(kRiffusionBands - 1 - y)] =
          std::pow(dark, 1 / kRiffusionRoot);
    }
  }
  return bands;
}

}  // namespace spectradiff
