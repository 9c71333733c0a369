#include "chroma.h"

#include <algorithm>
#include <cmath>

namespace spectradiff {
namespace {

constexpr int kPitches = 12;
constexpr double kOctaveZeroHz = 440.0 / 16;
constexpr double kCentreOctave = 5;
constexpr double kOctaveWidth = 2;
constexpr int kCBelowA = 9;  // pitch classes are counted from A at first
// Below this a hop is silent (numpy's smallest normal float32).
constexpr float kLeastChroma = 1.17549435e-38f;

using Profile = std::array<double, 12>;
constexpr Profile kMajor = {6.35, 2.23, 3.48, 2.33, 4.38, 4.09, 2.52, 5.19, 2.39, 3.66, 2.29, 2.88};
constexpr Profile kMinor = {6.33, 2.68, 3.52, 5.38, 2.60, 3.53, 2.54, 4.75, 3.98, 2.69, 3.34, 3.17};
constexpr const char* kNames[kPitches] = {"C", "C#", "D", "D#", "E", "F", "F#", "G", "G#", "A", "A#", "B"};
constexpr double kLeastDeviation = 1e-6;

// Semitones above octave zero; the bin at 0 Hz counts as an octave and a half below the first.
double semitone_of(int bin, double bin_hz) {
  if (bin == 0) return semitone_of(1, bin_hz) - 1.5 * kPitches;
  return kPitches * std::log2(bin * bin_hz / kOctaveZeroHz);
}

double correlation(const std::array<double, 12>& chroma, const Profile& profile, int tonic) {
  double chroma_mean = 0;
  double profile_mean = 0;
  for (size_t i = 0; i < kPitches; ++i) {
    chroma_mean += chroma[i] / kPitches;
    profile_mean += profile[i] / kPitches;
  }
  double product = 0;
  double chroma_squares = 0;
  double profile_squares = 0;
  for (int i = 0; i < kPitches; ++i) {
    const double a = chroma[static_cast<size_t>((i + tonic) % kPitches)] - chroma_mean;
    const double b = profile[static_cast<size_t>(i)] - profile_mean;
    product += a * b;
    chroma_squares += a * a;
    profile_squares += b * b;
  }
  return product / std::sqrt(std::max(chroma_squares, kLeastDeviation * kLeastDeviation) * profile_squares);
}

}  // namespace

ChromaFilters::ChromaFilters(int sample_rate_hz, int fft_size) {
  const double bin_hz = static_cast<double>(sample_rate_hz) / fft_size;
  for (int bin = 0; bin <= fft_size / 2; ++bin) {
    const double semitone = semitone_of(bin, bin_hz);
    const double width = std::max(semitone_of(bin + 1, bin_hz) - semitone, 1.0);
    double weights[kPitches];
    double squares = 0;
    for (int pitch = 0; pitch < kPitches; ++pitch) {
      const double distance = semitone - pitch;
      const double nearest = distance - kPitches * std::floor((distance + kPitches / 2.0) / kPitches);
      weights[pitch] = std::exp(-0.5 * std::pow(2 * nearest / width, 2));
      squares += weights[pitch] * weights[pitch];
    }
    const double octave = std::exp(-0.5 * std::pow((semitone / kPitches - kCentreOctave) / kOctaveWidth, 2));
    for (int pitch = 0; pitch < kPitches; ++pitch) {
      const int from_a = (pitch + kPitches - kCBelowA) % kPitches;
      weights_.push_back(static_cast<float>(weights[from_a] / std::sqrt(squares) * octave));
    }
  }
}

Chroma ChromaFilters::apply(const float* power) const {
  Chroma chroma{};
  const size_t bins = weights_.size() / kPitches;
  const float* weight = weights_.data();
  for (size_t bin = 0; bin < bins; ++bin) {
    for (float& pitch : chroma) pitch += *weight++ * power[bin];
  }
  const float maximum = *std::max_element(chroma.begin(), chroma.end());
  for (float& pitch : chroma) pitch = maximum < kLeastChroma ? 0.0f : pitch / maximum;
  return chroma;
}

std::string key_of(const std::array<double, 12>& strengths, double least_correlation) {
  const auto [least, most] = std::minmax_element(strengths.begin(), strengths.end());
  if (*most - *least < kLeastDeviation) return "";
  double best = least_correlation;
  std::string key;
  for (int tonic = 0; tonic < kPitches; ++tonic) {
    for (const bool minor : {false, true}) {
      const double value = correlation(strengths, minor ? kMinor : kMajor, tonic);
      if (value <= best) continue;
      best = value;
      key = std::string(kNames[tonic]) + (minor ? " minor" : " major");
    }
  }
  return key;
}

}  // namespace spectradiff
