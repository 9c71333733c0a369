#include "cqt_chroma.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "spectradiff/audio/resample.h"
#include "stft.h"

namespace spectradiff {
namespace {

constexpr int kCqtRateHz = 22050, kOctaves = 7, kPerOctave = 36, kPerSemitone = 3;
constexpr double kLowestHz = 32.70319566257483;  // C1
constexpr int kCqtSize = 1024, kReachBins = 20;

// One bin of every octave: a windowed tone's spectrum where it is not nothing.
struct Tone {
  int first = 0;  // FFT bin
  std::vector<std::complex<float>> values;
};

// Relative to the sample rate of its octave.
Tone tone_of(double turns_per_sample, double length) {
  std::vector<double> window;
  double sum = 0;
  const auto reach = static_cast<int>(length / 2);
  for (int i = -reach; i <= reach; ++i) {
    const double place = i / length;
    window.push_back(std::abs(place) < 0.5 ? 0.5 + 0.5 * std::cos(2 * std::numbers::pi * place) : 0);
    sum += window.back();
  }
  Tone tone;
  const auto centre = static_cast<int>(std::lround(turns_per_sample * kCqtSize));
  tone.first = std::max(centre - kReachBins, 0);
  const int last = std::min(centre + kReachBins, kCqtSize / 2);
  for (int bin = tone.first; bin <= last; ++bin) {
    std::complex<double> value = 0;
    for (int i = -reach; i <= reach; ++i) {
      const double turns = (static_cast<double>(bin) / kCqtSize - turns_per_sample) * i;
      value += window[static_cast<size_t>(i + reach)] * std::polar(1.0, 2 * std::numbers::pi * turns);
    }
    // Samples stand around the middle of the transform.
    tone.values.emplace_back(value * (bin % 2 == 0 ? 1.0 : -1.0) / sum / static_cast<double>(kCqtSize));
  }
  return tone;
}

std::vector<Tone> tones_of(double tuning) {
  const double step = std::exp2(1.0 / kPerOctave);
  const double quality = (step * step + 1) / (step * step - 1);
  const double lowest = kLowestHz * std::exp2(tuning / kPerOctave + kOctaves - 1);
  std::vector<Tone> tones;
  for (int bin = 0; bin < kPerOctave; ++bin) {
    const double turns = lowest * std::exp2(static_cast<double>(bin) / kPerOctave) / kCqtRateHz;
    tones.push_back(tone_of(turns, quality / turns));
  }
  return tones;
}

}  // namespace

double estimated_tuning(std::span<const float> mono, int sample_rate_hz, int per_octave) {
  constexpr int kWindow = 2048, kHop = 512, kParts = 100;
  constexpr double kLowHz = 150, kHighHz = 4000, kThreshold = 0.1, kOctaveZero = 440.0 / 16;
  struct Partial {
    double hz;
    float magnitude;
  };
  std::vector<Partial> partials;
  std::vector<float> magnitude;
  Stft stft({kWindow, kHop}, [&](const float* power) {
    const int bins = kWindow / 2 + 1;
    magnitude.resize(static_cast<size_t>(bins));
    for (int bin = 0; bin < bins; ++bin) magnitude[static_cast<size_t>(bin)] = std::sqrt(power[bin]);
    const double least = kThreshold * *std::max_element(magnitude.begin(), magnitude.end());
    for (int bin = 1; bin + 1 < bins; ++bin) {
      const double hz = static_cast<double>(bin) * sample_rate_hz / kWindow;
      const float below = magnitude[static_cast<size_t>(bin - 1)], at = magnitude[static_cast<size_t>(bin)],
                  above = magnitude[static_cast<size_t>(bin + 1)];
      if (hz < kLowHz || hz >= kHighHz || !(at > least)) continue;
      if (!(at > (below > least ? below : 0)) || !(at >= (above > least ? above : 0))) continue;
      const double curve = above + below - 2 * double{at}, slope = (double{above} - below) / 2;
      const double shift = std::abs(slope) >= std::abs(curve) ? 0 : -slope / curve;
      partials.push_back(
          {(bin + shift) * sample_rate_hz / kWindow, static_cast<float>(at + 0.5 * slope * shift)});
    }
  });
  stft.add(mono.data(), static_cast<int64_t>(mono.size()));
  stft.finish();
  if (partials.empty()) return 0;
  std::vector<float> magnitudes;
  for (const Partial& partial : partials) magnitudes.push_back(partial.magnitude);
  const auto middle = magnitudes.begin() + static_cast<ptrdiff_t>(magnitudes.size() / 2);
  std::nth_element(magnitudes.begin(), middle, magnitudes.end());
  std::array<int64_t, kParts> counts{};
  for (const Partial& partial : partials) {
    if (partial.magnitude < *middle || !(partial.hz > 0)) continue;
    double place = per_octave * std::log2(partial.hz / kOctaveZero);
    place -= std::floor(place);
    if (place >= 0.5) place -= 1;
    ++counts[static_cast<size_t>(std::clamp(static_cast<int>((place + 0.5) * kParts), 0, kParts - 1))];
  }
  return static_cast<double>(std::max_element(counts.begin(), counts.end()) - counts.begin()) / kParts - 0.5;
}

std::vector<Chroma> cqt_chroma(std::span<const float> mono, std::span<const int64_t> middles) {
  std::vector<Chroma> chroma(middles.size(), Chroma{});
  const std::vector<Tone> tones = tones_of(estimated_tuning(mono, kCqtRateHz, kPerOctave));
  std::vector<float> octave(mono.begin(), mono.end());
  RealFft<float> fft(kCqtSize);
  for (int down = 0; down < kOctaves; ++down) {
    const auto count = static_cast<int64_t>(octave.size());
    for (size_t at = 0; at < middles.size(); ++at) {
      const int64_t begin = (middles[at] >> down) - kCqtSize / 2;
      for (int64_t i = 0; i < kCqtSize; ++i) {
        const int64_t place = begin + i;
        fft.input()[i] = place >= 0 && place < count ? octave[static_cast<size_t>(place)] : 0;
      }
      const std::complex<float>* spectrum = fft.run();
      for (size_t bin = 0; bin < tones.size(); ++bin) {
        const Tone& tone = tones[bin];
        std::complex<float> sum = 0;
        for (size_t k = 0; k < tone.values.size(); ++k)
          sum += spectrum[static_cast<size_t>(tone.first) + k] * tone.values[k];
        // librosa divides a sum over the window by the root of its length: longer windows weigh more.
        const auto weight =
            static_cast<float>(std::exp2(0.5 * (down - static_cast<double>(bin) / kPerOctave)));
        // A semitone's bins lie around it.
        const auto pitch = (bin + 1) / kPerSemitone % 12;
        chroma[at][pitch] += weight * std::abs(sum);
      }
    }
    octave = resampled(octave, 2, 1);
  }
  for (Chroma& row : chroma) {
    const float most = *std::max_element(row.begin(), row.end());
    for (float& pitch : row) pitch = most > 1e-20f ? pitch / most : 0;
  }
  return chroma;
}

}  // namespace spectradiff
