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

SampleWindow::SampleWindow(AudioSource& source, Voice voice, bool wants_channels, Observer observer)
    : source_(source), voice_(voice), wants_channels_(wants_channels), observer_(std::move(observer)) {
  const AudioInfo& song = source_.info();
  if (song.channels > 1) mix_.emplace(song.channels, song.sample_rate_hz);
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
  if (ended_) {
    buffer_.resize(buffer_.size() + kBlockSamples, 0.0f);
    return;
  }
  SongBlock block = mix_ ? read() : read_one_channel();
  if (block.samples() == 0) return;
  const std::vector<float>& samples = voice_ == Voice::mean ? block.exact_mean() : block.mono;
  buffer_.insert(buffer_.end(), samples.begin(), samples.end());
  song_samples_ += block.samples();
  observer_(std::move(block));
}

SongBlock SampleWindow::read_one_channel() {
  SongBlock block;
  block.mono.resize(kBlockSamples);
  block.mono.resize(static_cast<size_t>(source_.read_mono(block.mono.data(), kBlockSamples)));
  ended_ = block.samples() < kBlockSamples;
  if (wants_channels_) block.interleaved = block.mono;
  return block;
}

// The mix lags behind: what was read waits for it.
SongBlock SampleWindow::read() {
  const auto channels = static_cast<size_t>(source_.info().channels);
  std::vector<float> samples(kBlockSamples * channels);
  int64_t done = 0;
  while (done < kBlockSamples) {
    const int64_t got =
        source_.read(samples.data() + static_cast<size_t>(done) * channels, kBlockSamples - done);
    if (got == 0) break;
    done += got;
  }
  std::vector<float> mean(static_cast<size_t>(done));
  mix_to_mono(samples.data(), done, static_cast<int>(channels), mean.data());
  mix_->add(samples.data(), mean.data(), done);
  ended_ = done < kBlockSamples;
  if (ended_) mix_->finish();

  mean_.insert(mean_.end(), mean.begin(), mean.end());
  SongBlock block;
  block.mono = mix_->take();
  const auto ready = static_cast<std::ptrdiff_t>(block.mono.size());
  block.mean.assign(mean_.begin(), mean_.begin() + ready);
  mean_.erase(mean_.begin(), mean_.begin() + ready);
  if (!wants_channels_) return block;
  samples.resize(static_cast<size_t>(done) * channels);
  interleaved_.insert(interleaved_.end(), samples.begin(), samples.end());
  const auto ready_values = ready * static_cast<std::ptrdiff_t>(channels);
  block.interleaved.assign(interleaved_.begin(), interleaved_.begin() + ready_values);
  interleaved_.erase(interleaved_.begin(), interleaved_.begin() + ready_values);
  return block;
}

}  // namespace spectradiff
