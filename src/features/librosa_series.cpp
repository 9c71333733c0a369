#include "librosa_series.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "band_name.h"
#include "cqt_chroma.h"
#include "hpss.h"
#include "mel.h"
#include "sound_spectra.h"
#include "spectradiff/audio/resample.h"
#include "stft.h"

namespace spectradiff {
namespace {

constexpr int kLibrosaRateHz = 22050, kSpectrumSamples = 2048, kSpectrumHop = 512;
constexpr double kNyquistHz = kLibrosaRateHz / 2.0;

bool wants_some(const std::set<std::string>& wanted, std::initializer_list<const char*> names) {
  return std::any_of(names.begin(), names.end(), [&](const char* name) { return wanted.contains(name); });
}

std::vector<float> levels_in_db(std::span<const float> rms) {
  constexpr double kFloorDb = -120;
  std::vector<float> values;
  for (const float level : rms)
    values.push_back(
        static_cast<float>(level > 0 ? std::max(20 * std::log10(double{level}), kFloorDb) : kFloorDb));
  return values;
}

std::vector<float> centroids(std::span<const float> song, const Features& features) {
  constexpr int kSize = 1024, kHop = 512;
  SpectrumAround spectrum(kSize);
  std::vector<float> power(static_cast<size_t>(spectrum.bins())), values;
  for (int64_t frame = 0; frame < features.frames; ++frame) {
    SampleRange range = frame_sample_range(frame, kSoundRateHz, features.settings.fps);
    range.end = std::min(range.end, static_cast<int64_t>(song.size()));
    double sum = 0;
    const int64_t hops = 1 + std::max<int64_t>(range.size(), 0) / kHop;
    for (int64_t hop = 0; hop < hops && range.size() > 0; ++hop) {
      spectrum.power({song, range}, range.begin + hop * kHop, power.data());
      double weighted = 0, total = 0;
      for (size_t bin = 0; bin < power.size(); ++bin) {
        const double magnitude = std::sqrt(power[bin]);
        weighted += magnitude * static_cast<double>(bin) * kSoundRateHz / kSize;
        total += magnitude;
      }
      if (total > 1e-30) sum += weighted / total;
    }
    values.push_back(static_cast<float>(sum / static_cast<double>(hops)));
  }
  return values;
}

// What is heard at 22050 Hz.
class LibrosaSong {
 public:
  LibrosaSong(std::span<const float> mono, const Features& features)
      : song_(resampled(mono, features.sample_rate_hz, kLibrosaRateHz)) {
    for (int64_t frame = 0; frame < features.frames; ++frame)
      begins_.push_back(frame_start_sample(frame, kLibrosaRateHz, features.settings.fps));
  }

  void add_chroma(const std::set<std::string>& wanted, std::vector<Series>& series) const {
    const std::vector<Chroma> chroma = cqt_chroma(song_, begins_);
    for (size_t pitch = 0; pitch < kPitchClasses.size(); ++pitch) {
      const std::string name = fmt::format("chroma_cqt_{}", kPitchClasses[pitch]);
      if (!wanted.contains(name)) continue;
      Series one{name, "", {}};
      for (const Chroma& row : chroma) one.values.push_back(row[pitch]);
      series.push_back(std::move(one));
    }
  }

  void add_mel(const std::set<std::string>& wanted, std::vector<Series>& series) const {
    constexpr int kLevelBands = 128, kPowerBands = 256;
    const MelFilters levels(kLibrosaRateHz, kSpectrumSamples, 8000, kLevelBands);
    const MelFilters powers(kLibrosaRateHz, kSpectrumSamples, kNyquistHz, kPowerBands);
    SpectrumAround spectrum(kSpectrumSamples);
    std::vector<float> power(static_cast<size_t>(spectrum.bins())), bands(kPowerBands);
    Series level{"mel_level", "", {}}, sum{"mel_power", "", {}};
    const HeardSound heard{song_, {0, static_cast<int64_t>(song_.size())}};
    for (const int64_t begin : begins_) {
      spectrum.power(heard, begin, power.data());
      levels.apply(power.data(), bands.data());
      level.values.push_back(std::accumulate(bands.begin(), bands.begin() + kLevelBands, 0.0f) / kLevelBands);
      powers.apply(power.data(), bands.data());
      sum.values.push_back(std::accumulate(bands.begin(), bands.end(), 0.0f));
    }
    for (Series* one : {&level, &sum})
      if (wanted.contains(one->name)) series.push_back(std::move(*one));
  }

  void add_percussive(const std::set<std::string>& wanted, std::vector<Series>& series) const {
    constexpr int kPeakBands = 128, kPowerBands = 256;
    const MelFilters peaks(kLibrosaRateHz, kSpectrumSamples, kNyquistHz, kPeakBands);
    const MelFilters powers(kLibrosaRateHz, kSpectrumSamples, kNyquistHz, kPowerBands);
    std::vector<float> bands(kPowerBands), peak_hops, power_hops;
    HarmonicPercussive parts(kSpectrumSamples / 2 + 1, [&](const float* power) {
      peaks.apply(power, bands.data());
      peak_hops.push_back(*std::max_element(bands.begin(), bands.begin() + kPeakBands));
      powers.apply(power, bands.data());
      power_hops.push_back(std::accumulate(bands.begin(), bands.end(), 0.0f));
    });
    Stft stft({kSpectrumSamples, kSpectrumHop}, [&](const float* power) { parts.add(power); });
    stft.add(song_.data(), static_cast<int64_t>(song_.size()));
    stft.finish();
    parts.finish();
    if (wanted.contains("percussive_mel")) series.push_back({"percussive_mel", "", at_begins(power_hops)});
    if (wanted.contains("percussive_peak")) series.push_back({"percussive_peak", "", at_begins(peak_hops)});
  }

 private:
  std::vector<float> at_begins(const std::vector<float>& hops) const {
    std::vector<float> values;
    for (const int64_t begin : begins_) {
      const auto hop = std::min(static_cast<size_t>(begin / kSpectrumHop), hops.size() - 1);
      const auto next = std::min(hop + 1, hops.size() - 1);
      const auto share = static_cast<float>(begin % kSpectrumHop) / kSpectrumHop;
      values.push_back(std::lerp(hops[hop], hops[next], share));
    }
    return values;
  }

  const std::vector<float> song_;
  std::vector<int64_t> begins_;  // [frames]
};

}  // namespace

std::vector<Series> librosa_series(std::span<const float> mono, const Features& features,
                                   const std::set<std::string>& wanted, std::span<const float> rms) {
  std::vector<Series> series;
  if (wanted.contains("rms_db")) series.push_back({"rms_db", "dB", levels_in_db(rms)});
  if (wanted.contains("centroid_1024")) {
    const std::vector<float> song = resampled(mono, features.sample_rate_hz, kSoundRateHz);
    series.push_back({"centroid_1024", "Hz", centroids(song, features)});
  }
  const bool chroma = std::any_of(wanted.begin(), wanted.end(),
                                  [](const std::string& name) { return name.starts_with("chroma_cqt_"); });
  const bool mel = wants_some(wanted, {"mel_level", "mel_power"});
  const bool percussive = wants_some(wanted, {"percussive_mel", "percussive_peak"});
  if (!chroma && !mel && !percussive) return series;
  const LibrosaSong song(mono, features);
  if (chroma) song.add_chroma(wanted, series);
  if (mel) song.add_mel(wanted, series);
  if (percussive) song.add_percussive(wanted, series);
  return series;
}

}  // namespace spectradiff
