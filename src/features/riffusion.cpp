#include "spectradiff/features/riffusion.h"

#include <algorithm>
#include <cmath>

namespace spectradiff {

const std::vector<BandFilter>& riffusion_filters() {
  constexpr double kLowHz = 0, kHighHz = 10000;
  static const std::vector<BandFilter> filters = [] {
    std::vector<BandFilter> made;
    for (const auto& filter :
         htk_mel_filters(kRiffusionRateHz, kRiffusion.bins(), kRiffusionBands, kLowHz, kHighHz)) {
      const auto counts = [](double weight) { return weight > 0; };
      const auto first = std::find_if(filter.begin(), filter.end(), counts);
      const auto last = std::find_if(filter.rbegin(), filter.rend(), counts).base();
      made.push_back({static_cast<size_t>(first - filter.begin()), {first, std::max(first, last)}});
    }
    return made;
  }();
  return filters;
}

Magnitudes riffusion_bands(std::span<const double> mono) {
  Magnitudes bands;
  for (const auto& spectrum : short_time_spectra(mono, kRiffusion)) {
    std::vector<double>& row = bands.emplace_back();
    for (const BandFilter& filter : riffusion_filters()) {
      double sum = 0;
      for (size_t i = 0; i < filter.weights.size(); ++i)
        sum += filter.weights[i] * std::abs(spectrum[filter.begin + i]);
      row.push_back(sum);
    }
  }
  return bands;
}

std::vector<uint8_t> riffusion_greys(const Magnitudes& bands) {
  double loudest = 0;
  for (const auto& row : bands) loudest = std::max(loudest, *std::max_element(row.begin(), row.end()));
  std::vector<uint8_t> greys;
  greys.reserve(bands.size() * kRiffusionBands);
  for (size_t band = kRiffusionBands; band-- > 0;) {
    for (const auto& row : bands) {
      const double level = loudest > 0 ? std::pow(row[band] / loudest, kRiffusionRoot) : 0;
      greys.push_back(static_cast<uint8_t>(255 - std::lround(255 * level)));
    }
  }
  return greys;
}

}  // namespace spectradiff
