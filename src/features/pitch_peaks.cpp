#include "pitch_peaks.h"

#include <algorithm>
#include <cmath>
#include <complex>
#include <numbers>

#include "chroma.h"

namespace spectradiff {
namespace {

constexpr double kLowestHz = 80, kHighestHz = 5000;
constexpr double kReferenceHz = 440.0 / 16;
constexpr int kNotes = 12;
constexpr size_t kStepsPerNote = 20;
constexpr size_t kSteps = kNotes * kStepsPerNote;
constexpr int kCAboveA = 3;
// As librosa weighs chroma: a Gaussian of two octaves around 880 Hz.
constexpr double kCentreOctave = 5, kOctaveWidth = 2;
constexpr float kLeastPeak = 1e-4f;   // of the window's strongest bin
constexpr float kLeastPower = 1e-6f;  // of that bin: below, a window is silent
constexpr double kNoteWidth = 0.25;   // semitones, of the Gaussian around each note
constexpr double kLeastTuned = 0.15;  // length of the circular mean: noise has 0.03, dense metal 0.3
constexpr double kHeardNote = 0.2;    // of the strongest note
constexpr int kLeastNotes = 3;
constexpr double kLeastCorrelation = 0.6;

double place_of(size_t step) {
  return (static_cast<double>(step) + 0.5) / kStepsPerNote;
}

}  // namespace

PitchPeaks::PitchPeaks(int sample_rate_hz, int fft_size)
    : bin_hz_(static_cast<double>(sample_rate_hz) / fft_size), strength_(kSteps) {
  const auto bins = static_cast<size_t>(fft_size / 2 + 1);
  first_bin_ = std::max<size_t>(2, static_cast<size_t>(kLowestHz / bin_hz_));
  end_bin_ = std::min(bins - 1, static_cast<size_t>(kHighestHz / bin_hz_));
}

void PitchPeaks::add(const float* power) {
  if (first_bin_ >= end_bin_) return;
  const float strongest = *std::max_element(power + first_bin_, power + end_bin_);
  if (strongest < kLeastPower) return;
  for (size_t k = first_bin_; k < end_bin_; ++k) {
    if (power[k] < kLeastPeak * strongest || power[k] <= power[k - 1] || power[k] < power[k + 1]) continue;
    // A parabola through the logarithms.
    const double left = std::log(std::max(power[k - 1], kLeastPeak * kLeastPower));
    const double right = std::log(std::max(power[k + 1], kLeastPeak * kLeastPower));
    const double top = std::log(power[k]);
    const double curve = left - 2 * top + right;
    const double bin = static_cast<double>(k) + (curve < 0 ? 0.5 * (left - right) / curve : 0);
    const double note = kNotes * std::log2(bin * bin_hz_ / kReferenceHz);
    const double octave = (note / kNotes - kCentreOctave) / kOctaveWidth;
    const double in_octave = note - kNotes * std::floor(note / kNotes);
    const auto step = std::min(kSteps - 1, static_cast<size_t>(in_octave * kStepsPerNote));
    strength_[step] += std::sqrt(power[k] / strongest) * std::exp(-0.5 * octave * octave);
  }
}

std::string PitchPeaks::key() const {
  std::complex<double> mean = 0;
  double sum = 0;
  for (size_t step = 0; step < kSteps; ++step) {
    mean += std::polar(strength_[step], 2 * std::numbers::pi * place_of(step));
    sum += strength_[step];
  }
  if (sum == 0 || std::abs(mean) < kLeastTuned * sum) return "";
  const double tuning = std::arg(mean) / (2 * std::numbers::pi);  // semitones
  std::array<double, kNotes> notes{};                             // from C on
  for (int note = 0; note < kNotes; ++note) {
    double& strength = notes[static_cast<size_t>((note + kNotes - kCAboveA) % kNotes)];
    for (size_t step = 0; step < kSteps; ++step) {
      const double off = std::remainder(place_of(step) - tuning - note, kNotes) / kNoteWidth;
      strength += strength_[step] * std::exp(-0.5 * off * off);
    }
  }
  const double most = *std::max_element(notes.begin(), notes.end());
  const auto heard = std::count_if(notes.begin(), notes.end(),
                                   [&](double strength) { return strength >= kHeardNote * most; });
  return heard < kLeastNotes ? "" : key_of(notes, kLeastCorrelation);
}

}  // namespace spectradiff
