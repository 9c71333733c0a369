#include "spectradiff/audio/stretch.h"

#include <rubberband/RubberBandStretcher.h>

#include <algorithm>
#include <cmath>
#include <cstddef>

namespace spectradiff {

std::vector<float> stretched(std::span<const float> mono, int sample_rate_hz, double times) {
  using RubberBand::RubberBandStretcher;
  constexpr size_t kBlock = 4096;
  const auto wanted = static_cast<size_t>(std::llround(static_cast<double>(mono.size()) * times));
  RubberBandStretcher stretcher(static_cast<size_t>(sample_rate_hz), 1,
                                RubberBandStretcher::OptionProcessOffline |
                                    RubberBandStretcher::OptionEngineFiner |
                                    RubberBandStretcher::OptionThreadingNever,
                                times, 1.0);
  stretcher.setExpectedInputDuration(mono.size());
  stretcher.setMaxProcessSize(kBlock);
  const auto each_block = [&](auto take) {
    for (size_t begin = 0; begin < mono.size(); begin += kBlock) {
      const size_t count = std::min(kBlock, mono.size() - begin);
      take(mono.data() + begin, count, begin + count == mono.size());
    }
  };
  each_block([&](const float* samples, size_t count, bool last) { stretcher.study(&samples, count, last); });
  std::vector<float> made;
  const auto fetch = [&] {
    while (const int there = std::max(stretcher.available(), 0)) {
      const size_t before = made.size();
      made.resize(before + static_cast<size_t>(there));
      float* out = made.data() + before;
      made.resize(before + stretcher.retrieve(&out, static_cast<size_t>(there)));
    }
  };
  each_block([&](const float* samples, size_t count, bool last) {
    stretcher.process(&samples, count, last);
    fetch();
  });
  fetch();
  made.resize(wanted);
  return made;
}

}  // namespace spectradiff
