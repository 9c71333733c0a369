// The door to libebur128.
#include "loudness.h"

#include <ebur128.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <new>

namespace spectradiff {
namespace {

constexpr int64_t kBlockFrames = 8192;
constexpr double kLeastLoudness = -70;  // the absolute gate of BS.1770

struct DestroyState {
  void operator()(ebur128_state* state) const { ebur128_destroy(&state); }
};
using StatePointer = std::unique_ptr<ebur128_state, DestroyState>;

StatePointer make_state(int channels, int sample_rate_hz, int mode) {
  StatePointer state(
      ebur128_init(static_cast<unsigned>(channels), static_cast<unsigned long>(sample_rate_hz), mode));
  if (!state) throw std::bad_alloc();
  return state;
}

void add_frames(ebur128_state* state, const float* interleaved, int64_t count) {
  if (ebur128_add_frames_float(state, interleaved, static_cast<size_t>(count)) != EBUR128_SUCCESS)
    throw std::bad_alloc();
}

}  // namespace

double integrated_loudness(AudioSource& source) {
  const AudioInfo& info = source.info();
  const StatePointer state = make_state(info.channels, info.sample_rate_hz, EBUR128_MODE_I);
  std::vector<float> block(static_cast<size_t>(kBlockFrames * info.channels));
  source.seek(0);
  while (const int64_t got = source.read(block.data(), kBlockFrames))
    add_frames(state.get(), block.data(), got);
  double loudness = 0;
  if (ebur128_loudness_global(state.get(), &loudness) != EBUR128_SUCCESS)
    return -std::numeric_limits<double>::infinity();
  return loudness;
}

struct MomentaryLoudness::State {
  StatePointer meter;
};

MomentaryLoudness::MomentaryLoudness(int channels, int sample_rate_hz, const Rational& fps)
    : state_(std::make_unique<State>(State{make_state(channels, sample_rate_hz, EBUR128_MODE_M)})),
      channels_(channels),
      cutter_(sample_rate_hz, fps) {}

MomentaryLoudness::~MomentaryLoudness() = default;

void MomentaryLoudness::add(const float* interleaved, int64_t count) {
  const auto take = [&](int64_t offset, int64_t part) {
    add_frames(state_->meter.get(), interleaved + offset * channels_, part);
  };
  cutter_.add(count, take, [this](int64_t) { close_frame(); });
}

void MomentaryLoudness::finish() {
  cutter_.finish([this](int64_t) { close_frame(); });
}

void MomentaryLoudness::close_frame() {
  double loudness = 0;
  if (ebur128_loudness_momentary(state_->meter.get(), &loudness) != EBUR128_SUCCESS)
    loudness = kLeastLoudness;
  values_.push_back(static_cast<float>(std::max(loudness, kLeastLoudness)));
}

}  // namespace spectradiff
