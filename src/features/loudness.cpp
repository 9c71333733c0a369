// The door to libebur128.
#include <ebur128.h>

#include <cmath>
#include <limits>
#include <memory>
#include <new>
#include <vector>

#include "level.h"

namespace spectradiff {
namespace {

constexpr int64_t kBlockFrames = 8192;

struct DestroyState {
  void operator()(ebur128_state* state) const { ebur128_destroy(&state); }
};

}  // namespace

double integrated_loudness(AudioSource& source) {
  const AudioInfo& info = source.info();
  const std::unique_ptr<ebur128_state, DestroyState> state(ebur128_init(
      static_cast<unsigned>(info.channels), static_cast<unsigned long>(info.sample_rate_hz), EBUR128_MODE_I));
  if (!state) throw std::bad_alloc();
  std::vector<float> block(static_cast<size_t>(kBlockFrames * info.channels));
  source.seek(0);
  while (const int64_t got = source.read(block.data(), kBlockFrames)) {
    if (ebur128_add_frames_float(state.get(), block.data(), static_cast<size_t>(got)) != EBUR128_SUCCESS)
      throw std::bad_alloc();
  }
  double loudness = 0;
  if (ebur128_loudness_global(state.get(), &loudness) != EBUR128_SUCCESS)
    return -std::numeric_limits<double>::infinity();
  return loudness;
}

}  // namespace spectradiff
