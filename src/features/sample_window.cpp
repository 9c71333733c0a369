#include "sample_window.h"

#include <algorithm>
#include <utility>

#include "spectradiff/base/percentile.h"

namespace spectradiff {
namespace {

constexpr int64_t kBlockSamples = 16384;

}  // namespace

float SampleWindow::View::mean() const {
  double sum = 0;
  for (int64_t i = song_begin; i < song_end; ++i) sum += samples[i];
  return static_cast<float>(sum / static_cast<double>(std::max<int64_t>(1, song_end - song_begin)));
}

float SampleWindow::View::median() const {
  const int64_t step = std::max<int64_t>(1, (song_end - song_begin) / 1000);
  std::vector<float> some;
  for (int64_t i = song_begin; i < song_end; i += step) some.push_back(samples[i]);
  if (some.empty()) return 0;
  return upper_median(some);
}

SampleWindow::SampleWindow(AudioSource& source, bool wants_channels, Observer observer)
    : source_(source), wants_channels_(wants_channels), observer_(std::move(observer)) {
  source_.seek(0);
}

SampleWindow::View SampleWindow::view(const SampleRange& range) {
  if (buffer_.empty() && song_samples_ == 0 && range.begin < 0) {
    buffer_.assign(static_cast<size_t>(-range.begin), 0.0f);
    buffer_begin_ = range.begin;
  }
  while (buffer_begin_ + static_cast<int64_t>(buffer_.size()) < range.end) {
    const int64_t passed =
        std::clamp<int64_t>(range.begin - buffer_begin_, 0, static_cast<int64_t>(buffer_.size()));
    buffer_.erase(buffer_.begin(), buffer_.begin() + passed);
    buffer_begin_ += passed;
    read_block();
  }
  View view{};
  view.samples = buffer_.data() + (range.begin - buffer_begin_);
  view.song_begin = std::clamp<int64_t>(-range.begin, 0, range.size());
  view.song_end = std::clamp<int64_t>(song_samples_ - range.begin, view.song_begin, range.size());
  return view;
}

void SampleWindow::read_block() {
  const size_t size = buffer_.size();
  buffer_.resize(size + kBlockSamples, 0.0f);
  if (ended_) return;
  SongBlock block = read();
  const int64_t got = block.samples();
  std::copy(block.mono.begin(), block.mono.end(), buffer_.begin() + static_cast<std::ptrdiff_t>(size));
  song_samples_ += got;
  ended_ = got < kBlockSamples;
  observer_(std::move(block));
}

SongBlock SampleWindow::read() {
  SongBlock block;
  block.mono.resize(kBlockSamples);
  if (!wants_channels_) {
    block.mono.resize(static_cast<size_t>(source_.read_mono(block.mono.data(), kBlockSamples)));
    return block;
  }
  const int channels = source_.info().channels;
  block.interleaved.resize(static_cast<size_t>(kBlockSamples * channels));
  int64_t done = 0;
  while (done < kBlockSamples) {
    const int64_t got = source_.read(block.interleaved.data() + done * channels, kBlockSamples - done);
    if (got == 0) break;
    done += got;
  }
  block.mono.resize(static_cast<size_t>(done));
  mix_to_mono(block.interleaved.data(), done, channels, block.mono.data());
  return block;
}

}  // namespace spectradiff
