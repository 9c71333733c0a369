#include "still_spectrogram.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "fft.h"
#include "log_spectrum.h"

namespace spectradiff {
namespace {

constexpr int kWindow = 512;
constexpr int kHop = 256;
constexpr int kRows = StillSpectrogram::kRows;
constexpr int64_t kBlock = 1 << 16;

// The song with its first and last 256 samples reflected outwards, a window at a time.
class Columns {
 public:
  explicit Columns(AudioSource& source)
      : source_(source),
        channels_(static_cast<size_t>(source.info().channels)),
        fft_(kWindow),
        window_(make_window(WindowShape::hann, kWindow)),
        decibels_(kRows) {
    source_.seek(0);
    read();
    // x[-k] is x[k]; what a short song lacks is silent.
    const size_t there = samples_.size() / channels_;
    std::vector<float> before(kHop * channels_, 0.0f);
    for (size_t k = 1; k <= kHop && k < there; ++k)
      std::copy_n(samples_.begin() + static_cast<ptrdiff_t>(k * channels_), channels_,
                  before.end() - static_cast<ptrdiff_t>(k * channels_));
    samples_.insert(samples_.begin(), before.begin(), before.end());
  }

  // [257] decibels of the next column; null behind the last one.
  const float* next() {
    while ((begin_ + kWindow) * channels_ > samples_.size()) {
      if (ended_) return nullptr;
      if (!read()) reflect_end();
    }
    std::fill(decibels_.begin(), decibels_.end(), 0.0f);
    for (size_t channel = 0; channel < channels_; ++channel) {
      const float* in = samples_.data() + begin_ * channels_ + channel;
      for (size_t i = 0; i < kWindow; ++i) fft_.input()[i] = in[i * channels_] * window_[i];
      const std::complex<float>* spectrum = fft_.run();
      for (int row = 0; row < kRows; ++row) decibels_[static_cast<size_t>(row)] += std::norm(spectrum[row]);
    }
    for (float& value : decibels_) value = 10 * std::log10(value / static_cast<float>(channels_) + 1e-9f);
    begin_ += kHop;
    return decibels_.data();
  }

 private:
  bool read() {
    // The last window stays, for the reflection of the end.
    const size_t used = begin_ > kWindow ? begin_ - kWindow : 0;
    samples_.erase(samples_.begin(), samples_.begin() + static_cast<ptrdiff_t>(used * channels_));
    begin_ -= used;
    const size_t old = samples_.size();
    samples_.resize(old + kBlock * channels_);
    const int64_t got = source_.read(samples_.data() + old, kBlock);
    samples_.resize(old + static_cast<size_t>(got) * channels_);
    return got > 0;
  }

  void reflect_end() {
    ended_ = true;
    const size_t there = samples_.size() / channels_;
    for (size_t k = 1; k <= kHop; ++k)
      for (size_t channel = 0; channel < channels_; ++channel)
        samples_.push_back(k < there ? samples_[(there - 1 - k) * channels_ + channel] : 0.0f);
  }

  AudioSource& source_;
  const size_t channels_;
  RealFft<float> fft_;
  const std::vector<float> window_;
  std::vector<float> samples_;  // interleaved, reflected ends included
  size_t begin_ = 0;            // of the next window, in samples_
  bool ended_ = false;
  std::vector<float> decibels_;
};

}  // namespace

StillSpectrogram still_spectrogram(AudioSource& source) {
  float low = std::numeric_limits<float>::infinity(), high = -low;
  StillSpectrogram still;
  Columns ranged(source);
  while (const float* column = ranged.next()) {
    const auto [least, most] = std::minmax_element(column, column + kRows);
    low = std::min(low, *least);
    high = std::max(high, *most);
    ++still.columns;
  }
  // A song of one level is black.
  const float range = high > low ? high - low : 1;
  still.pixels.resize(static_cast<size_t>(still.columns) * kRows);
  Columns columns(source);
  for (int64_t i = 0; i < still.columns; ++i) {
    const float* column = columns.next();
    if (column == nullptr) break;
    for (int row = 0; row < kRows; ++row)
      still.pixels[static_cast<size_t>(row * still.columns + i)] =
          static_cast<uint8_t>(std::clamp((column[row] - low) / range * 255, 0.0f, 255.0f));
  }
  return still;
}

}  // namespace spectradiff
