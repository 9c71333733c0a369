#include "spectradiff/report/song_view.h"

#include <algorithm>
#include <cmath>

#include "spectradiff/base/frame_time.h"
#include "spectradiff/features/features.h"

namespace spectradiff {
namespace {

constexpr int64_t kBlockFrames = 8192;
constexpr int kBins = 240;
constexpr double kFminHz = 30;
constexpr double kFmaxHz = 20000;
constexpr double kFloorDb = -200;
// Long songs: a window is heard every 90 ms, until there are so many that memory would grow.
constexpr double kLongHopSeconds = 0.09;
constexpr int64_t kMaxWindows = 40000;
// Short songs are looked at closely: a window is at most this part of the song.
constexpr int kLeastWindowMs = 24;
constexpr int kMostWindowMs = 140;
constexpr double kWindowsPerSong = 60;

class Envelope {
 public:
  explicit Envelope(SongView& view) : view_(view), end_(end_of(0)) {}

  void add(const float* interleaved, int64_t frames, int channels) {
    for (int64_t i = 0; i < frames; ++i, ++position_) {
      while (position_ >= end_ && column_ + 1 < view_.columns) close_column();
      for (int c = 0; c < channels; ++c) {
        const float value = *interleaved++;
        lowest_ = count_ == 0 ? value : std::min(lowest_, value);
        highest_ = count_ == 0 ? value : std::max(highest_, value);
        squares_ += static_cast<double>(value) * value;
        ++count_;
      }
    }
  }

  void finish() {
    while (column_ < view_.columns) close_column();
  }

 private:
  int64_t end_of(int column) const { return mul_div_floor(column + 1, view_.samples, view_.columns); }

  void close_column() {
    view_.lowest.push_back(lowest_);
    view_.highest.push_back(highest_);
    view_.rms.push_back(count_ == 0 ? 0.0f
                                    : static_cast<float>(std::sqrt(squares_ / static_cast<double>(count_))));
    lowest_ = highest_ = 0;
    squares_ = 0;
    count_ = 0;
    ++column_;
    end_ = end_of(column_);
  }

  SongView& view_;
  int column_ = 0;
  int64_t position_ = 0;
  int64_t end_;
  float lowest_ = 0, highest_ = 0;
  double squares_ = 0;
  int64_t count_ = 0;
};

void see_waveform(SongView& view, AudioSource& source) {
  const int channels = source.info().channels;
  std::vector<float> block(static_cast<size_t>(kBlockFrames * channels));
  Envelope envelope(view);
  source.seek(0);
  while (const int64_t got = source.read(block.data(), kBlockFrames))
    envelope.add(block.data(), got, channels);
  envelope.finish();
}

AnalysisSettings window_settings(const SongView& view) {
  const double duration_s = view.duration_s();
  const auto windows =
      std::clamp<int64_t>(static_cast<int64_t>(duration_s / kLongHopSeconds), view.columns, kMaxWindows);
  AnalysisSettings settings;
  settings.fps = Rational(windows * view.sample_rate_hz, view.samples);
  settings.bins = kBins;
  settings.fmin_hz = kFminHz;
  settings.fmax_hz = kFmaxHz;
  settings.window = TimeSpan::milliseconds(
      std::clamp(static_cast<int>(duration_s * 1000 / kWindowsPerSong), kLeastWindowMs, kMostWindowMs));
  settings.normalize.kind = Normalize::Kind::none;
  return settings;
}

void see_spectrogram(SongView& view, AudioSource& source) {
  const Features windows = analyze(source, window_settings(view));
  view.bins = windows.bins;
  view.fmin_hz = windows.bin_frequency_hz.front();
  view.fmax_hz = windows.bin_frequency_hz.back();
  const auto bins = static_cast<size_t>(view.bins);
  view.spectrogram_db.reserve(static_cast<size_t>(view.columns) * bins);
  std::vector<double> power(bins);
  for (int column = 0; column < view.columns; ++column) {
    const int64_t first = mul_div_floor(column, windows.frames, view.columns);
    const int64_t end = std::max(first + 1, mul_div_floor(column + 1, windows.frames, view.columns));
    std::fill(power.begin(), power.end(), 0.0);
    for (int64_t frame = first; frame < end; ++frame) {
      const float* magnitudes = windows.frame_magnitudes(frame);
      for (size_t bin = 0; bin < bins; ++bin)
        power[bin] += static_cast<double>(magnitudes[bin]) * magnitudes[bin];
    }
    for (const double sum : power) {
      const double db = 10 * std::log10(sum / static_cast<double>(end - first));
      view.spectrogram_db.push_back(static_cast<float>(std::max(db, kFloorDb)));
    }
  }
}

}  // namespace

SongView view_song(AudioSource& source, int columns) {
  SongView view;
  view.sample_rate_hz = source.info().sample_rate_hz;
  view.samples = source.info().samples;
  view.columns = static_cast<int>(std::min<int64_t>(columns, view.samples));
  see_waveform(view, source);
  see_spectrogram(view, source);
  return view;
}

}  // namespace spectradiff
