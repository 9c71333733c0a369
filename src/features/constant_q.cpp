#include "constant_q.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <numbers>

namespace spectradiff {
namespace {

constexpr double kLeastQ = 2;         // a Hann window of two periods is still blind to 0 Hz
constexpr int kLeastSamples = 20;     // of a window
constexpr int kWindowsPerSize = 4;    // of N samples, N = their size: half a window apart at most
constexpr double kNegligible = 3e-4;  // of a kernel's largest value

double quality(double step) {
  return std::max((step * step + 1) / (step * step - 1), kLeastQ);
}

// At `place` -1/2..1/2 of its length, 0 outside.
double window_at(WindowShape shape, double place) {
  if (std::abs(place) >= 0.5) return 0;
  return shape == WindowShape::rect ? 1 : 0.5 + 0.5 * std::cos(2 * std::numbers::pi * place);
}

}  // namespace

ConstantQ::ConstantQ(const LogBands& bands, double longest_samples, WindowShape shape, double frame_samples,
                     int sample_rate_hz) {
  const double q = quality(std::exp2(bands.octaves_per_band()));
  std::unique_ptr<RealFft<double>> fft;
  for (int bar = 0; bar < bands.count; ++bar) {
    const double turns_per_sample = bands.centre_hz(bar) / sample_rate_hz;
    centres_hz_.push_back(static_cast<float>(bands.centre_hz(bar)));
    const double length = std::max<double>(1 / (1 / longest_samples + turns_per_sample / q), kLeastSamples);
    const int size = static_cast<int>(std::bit_ceil(static_cast<unsigned>(std::ceil(length))));
    if (!fft || fft->size() != size) {
      fft = std::make_unique<RealFft<double>>(size);
      groups_.push_back(make_group(size, frame_samples));
      reach_ = std::max(reach_, size / 2 + groups_.back().middles.back() + 1);
    }
    groups_.back().kernels.push_back(make_kernel(bar, turns_per_sample, length, shape, *fft));
  }
  samples_.resize(static_cast<size_t>(window_samples()));
}

ConstantQ::Group ConstantQ::make_group(int size, double frame_samples) {
  Group group{.fft = std::make_unique<RealFft<float>>(size), .middles = {}, .kernels = {}};
  const auto count = static_cast<int64_t>(std::max(std::ceil(kWindowsPerSize * frame_samples / size), 1.0));
  for (int64_t i = 0; i < count; ++i) {
    const double place = (static_cast<double>(i) + 0.5) / static_cast<double>(count) - 0.5;
    group.middles.push_back(std::llround(place * frame_samples));
  }
  return group;
}

ConstantQ::Kernel ConstantQ::make_kernel(int bar, double turns_per_sample, double length, WindowShape shape,
                                         RealFft<double>& fft) {
  const int size = fft.size();
  double sum = 0, largest = 0;
  std::vector<std::complex<double>> spectrum(static_cast<size_t>(fft.bins()));
  for (const std::complex<double> part : {std::complex<double>(1, 0), std::complex<double>(0, 1)}) {
    for (int i = 0; i < size; ++i) {
      const int from_middle = i - size / 2;
      const double weight = window_at(shape, from_middle / length);
      const double phase = 2 * std::numbers::pi * turns_per_sample * from_middle;
      fft.input()[i] = weight * (part.real() * std::cos(phase) + part.imag() * std::sin(phase));
      sum += weight * part.real();
    }
    const std::complex<double>* half = fft.run();
    for (size_t k = 0; k < spectrum.size(); ++k) spectrum[k] += part * half[k];
  }
  for (const auto& value : spectrum) largest = std::max(largest, std::abs(value));
  const auto counts = [&](const std::complex<double>& value) {
    return std::abs(value) > kNegligible * largest;
  };
  const auto begin = std::find_if(spectrum.begin(), spectrum.end(), counts);
  const auto end = std::find_if(spectrum.rbegin(), spectrum.rend(), counts).base();
  Kernel kernel{.bar = bar, .first = static_cast<int>(begin - spectrum.begin()), .values = {}};
  for (auto value = begin; value != end; ++value)
    kernel.values.emplace_back(std::conj(*value) * (2 / sum / size));
  return kernel;
}

void ConstantQ::magnitudes(const SampleWindow::View& view, float* magnitudes) {
  const float mean = view.mean();
  std::fill(samples_.begin(), samples_.end(), 0.0f);
  for (int64_t i = view.song_begin; i < view.song_end; ++i)
    samples_[static_cast<size_t>(i)] = view.samples[i] - mean;
  std::fill(magnitudes, magnitudes + centres_hz_.size(), 0.0f);
  for (Group& group : groups_) {
    const int size = group.fft->size();
    for (const int64_t middle : group.middles) {
      std::copy_n(samples_.begin() + (reach_ + middle - size / 2), size, group.fft->input());
      const std::complex<float>* spectrum = group.fft->run();
      for (const Kernel& kernel : group.kernels) {
        const std::complex<float>* with = spectrum + kernel.first;
        float real = 0, imaginary = 0;
        for (size_t k = 0; k < kernel.values.size(); ++k) {
          const std::complex<float> a = with[k], b = kernel.values[k];
          real += a.real() * b.real() - a.imag() * b.imag();
          imaginary += a.real() * b.imag() + a.imag() * b.real();
        }
        magnitudes[kernel.bar] += real * real + imaginary * imaginary;
      }
    }
    for (const Kernel& kernel : group.kernels)
      magnitudes[kernel.bar] = std::sqrt(magnitudes[kernel.bar] / static_cast<float>(group.middles.size()));
  }
}

}  // namespace spectradiff
