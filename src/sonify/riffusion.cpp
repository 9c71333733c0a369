#include <algorithm>
#include <cmath>

#include "channels.h"
#include "spectradiff/base/error.h"

namespace spectradiff {
namespace {

constexpr double kLowHz = 0, kHighHz = 10000, kRoot = 0.25;

const std::vector<std::vector<double>>& riffusion_filters() {
  static const auto filters =
      htk_mel_filters(kRiffusionRateHz, kRiffusion.bins(), kRiffusionBands, kLowHz, kHighHz);
  return filters;
}

// Of the filters those bins that count.
struct FilterSpan {
  size_t begin = 0, end = 0;
};

std::vector<FilterSpan> spans_of(const std::vector<std::vector<double>>& filters) {
  std::vector<FilterSpan> spans;
  for (const auto& filter : filters) {
    const auto counts = [](double weight) { return weight > 0; };
    const auto first = std::find_if(filter.begin(), filter.end(), counts);
    const auto last = std::find_if(filter.rbegin(), filter.rend(), counts).base();
    spans.push_back({static_cast<size_t>(first - filter.begin()),
                     static_cast<size_t>(std::max(first, last) - filter.begin())});
  }
  return spans;
}

}  // namespace

Magnitudes riffusion_bands(const std::vector<float>& mono) {
  const std::vector<double> samples(mono.begin(), mono.end());
  const auto& filters = riffusion_filters();
  const std::vector<FilterSpan> spans = spans_of(filters);
  Magnitudes bands;
  for (const auto& spectrum : short_time_spectra(samples, kRiffusion)) {
    std::vector<double>& row = bands.emplace_back();
    for (size_t band = 0; band < filters.size(); ++band) {
      double sum = 0;
      for (size_t bin = spans[band].begin; bin < spans[band].end; ++bin)
        sum += filters[band][bin] * std::abs(spectrum[bin]);
      row.push_back(sum);
    }
  }
  return bands;
}

// Magnitudes of 0 and more whose bands are nearest to those that are given: multiplicative updates (Lee and
// Seung 2001), begun with what every band holds shared out among its bins.
Magnitudes from_riffusion_bands(const Magnitudes& bands) {
  constexpr int kUpdates = 12;
  constexpr double kTiny = 1e-12;
  const auto& filters = riffusion_filters();
  const std::vector<FilterSpan> spans = spans_of(filters);
  const auto bins = static_cast<size_t>(kRiffusion.bins());
  const auto spread = [&](const std::vector<double>& row) {
    std::vector<double> sum(bins);
    for (size_t band = 0; band < filters.size(); ++band) {
      for (size_t bin = spans[band].begin; bin < spans[band].end; ++bin)
        sum[bin] += filters[band][bin] * row[band];
    }
    return sum;
  };
  const auto gathered = [&](const std::vector<double>& values) {
    std::vector<double> row(filters.size());
    for (size_t band = 0; band < filters.size(); ++band) {
      for (size_t bin = spans[band].begin; bin < spans[band].end; ++bin)
        row[band] += filters[band][bin] * values[bin];
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

Canvas riffusion_picture(const Magnitudes& bands) {
  double loudest = 0;
  for (const auto& row : bands) loudest = std::max(loudest, *std::max_element(row.begin(), row.end()));
  Canvas picture({static_cast<int>(bands.size()), kRiffusionBands});
  for (int y = 0; y < picture.height(); ++y) {
    uint8_t* pixel = picture.row(y);
    for (const auto& row : bands) {
      const double value = row[static_cast<size_t>(kRiffusionBands - 1 - y)];
      const double level = loudest > 0 ? std::pow(value / loudest, kRoot) : 0;
      for (int c = 0; c < 3; ++c) *pixel++ = static_cast<uint8_t>(255 - std::lround(255 * level));
    }
  }
  return picture;
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
      bands[static_cast<size_t>(x)][static_cast<size_t>(kRiffusionBands - 1 - y)] = std::pow(dark, 1 / kRoot);
    }
  }
  return bands;
}

}  // namespace spectradiff
