#include "spectradiff/audio/stretch.h"

#include <rubberband/RubberBandStretcher.h>

#include <algorithm>
#include <cmath>
#include <cstddef>

namespace spectradiff {
namespace {

// A block of samples, a row for each channel.
class Planes {
 public:
  Planes(size_t channels, size_t samples) : samples_(samples), values_(channels * samples), rows_(channels) {
    for (size_t c = 0; c < channels; ++c) rows_[c] = values_.data() + c * samples;
  }

  void fill(std::span<const float> interleaved) {
    for (size_t i = 0; i < interleaved.size(); ++i)
      rows_[i % rows_.size()][i / rows_.size()] = interleaved[i];
  }
  void append_to(std::vector<float>& interleaved, size_t samples) const {
    for (size_t i = 0; i < samples * rows_.size(); ++i)
      interleaved.push_back(rows_[i % rows_.size()][i / rows_.size()]);
  }
  float* const* rows() { return rows_.data(); }
  size_t samples() const { return samples_; }

 private:
  size_t samples_;
  std::vector<float> values_;
  std::vector<float*> rows_;
};

}  // namespace

std::vector<float> stretched(std::span<const float> interleaved, int channels, int sample_rate_hz,
                             double times) {
  using RubberBand::RubberBandStretcher;
  constexpr size_t kBlock = 4096;
  const auto width = static_cast<size_t>(channels);
  const size_t samples = interleaved.size() / width;
  const auto wanted = static_cast<size_t>(std::llround(static_cast<double>(samples) * times));
  RubberBandStretcher stretcher(
      static_cast<size_t>(sample_rate_hz), width,
      RubberBandStretcher::OptionProcessOffline | RubberBandStretcher::OptionEngineFiner |
          RubberBandStretcher::OptionThreadingNever | RubberBandStretcher::OptionChannelsTogether,
      times, 1.0);
  stretcher.setExpectedInputDuration(samples);
  stretcher.setMaxProcessSize(kBlock);
  Planes block(width, kBlock);
  const auto each_block = [&](auto take) {
    for (size_t begin = 0; begin < samples; begin += kBlock) {
      const size_t count = std::min(kBlock, samples - begin);
      block.fill(interleaved.subspan(begin * width, count * width));
      take(count, begin + count == samples);
    }
  };
  each_block([&](size_t count, bool last) { stretcher.study(block.rows(), count, last); });
  std::vector<float> made;
  made.reserve(wanted * width);
  Planes out(width, kBlock);
  const auto fetch = [&] {
    while (const int there = std::max(stretcher.available(), 0))
      out.append_to(made,
                    stretcher.retrieve(out.rows(), std::min(out.samples(), static_cast<size_t>(there))));
  };
  each_block([&](size_t count, bool last) {
    stretcher.process(block.rows(), count, last);
    fetch();
  });
  fetch();
  made.resize(wanted * width);
  return made;
}

}  // namespace spectradiff
