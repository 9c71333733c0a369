#include "beats.h"

#include <algorithm>
#include <cmath>

#include "spectradiff/base/duration_text.h"
#include "spectradiff/base/error.h"
#include "spectradiff/base/frame_time.h"
#include "spectradiff/base/text.h"

namespace spectradiff {
namespace {

std::vector<double> even_beats(double first_s, double tempo_bpm, double duration_s) {
  std::vector<double> beats;
  for (int64_t i = 0; first_s + static_cast<double>(i) * 60 / tempo_bpm < duration_s; ++i)
    beats.push_back(first_s + static_cast<double>(i) * 60 / tempo_bpm);
  return beats;
}

int nearest(const std::vector<double>& beats, double time_s) {
  const auto distance = [&](double beat) { return std::abs(beat - time_s); };
  const auto found = std::min_element(beats.begin(), beats.end(),
                                      [&](double a, double b) { return distance(a) < distance(b); });
  return static_cast<int>(found - beats.begin());
}

}  // namespace

GivenBeats::GivenBeats(const AnalysisSettings& settings, const SongSpan& song) : given_(settings.beats) {
  if (!given_.file.empty()) listed_ = read_beats(given_.file);
  if (!given_.first_beat) return;
  const int64_t sample = given_.first_beat->to_samples(song.sample_rate_hz, settings.fps);
  if (sample >= song.samples) {
    throw_error(ErrorKind::usage, "first_beat = {} comes after the song's end, {:.3f} s",
                given_.first_beat->text(), song.duration_s());
  }
  first_s_ = static_cast<double>(sample) / song.sample_rate_hz;
}

BeatGrid GivenBeats::of_file() const {
  BeatGrid grid;
  grid.beats_s = listed_.beats_s;
  const bool counted = !listed_.downbeats.empty() && !first_s_ && given_.beats_per_bar == 0;
  if (counted) {
    grid.downbeats = listed_.downbeats;
    grid.beats_per_bar = listed_.beats_per_bar;
    return grid;
  }
  if (given_.beats_per_bar > 0) grid.beats_per_bar = given_.beats_per_bar;
  const int first = first_s_ ? nearest(grid.beats_s, *first_s_) % grid.beats_per_bar : 0;
  grid.downbeats = regular_downbeats(grid.beats_s.size(), first, grid.beats_per_bar);
  return grid;
}

std::string GivenBeats::note(const SongSpan& song) const {
  const std::vector<double>& beats = listed_.beats_s;
  const auto within = std::lower_bound(beats.begin(), beats.end(), song.duration_s());
  if (within == beats.end()) return "";
  return fmt::format("beats = {}: {} of its {} ignored: after the song's end, {}{}", given_.file,
                     beats.end() - within, counted(std::ssize(beats), "beat"),
                     duration_text(song.duration_s()),
                     within == beats.begin() ? "; the song has none then: is the file another song's?" : "");
}

BeatGrid GivenBeats::even_grid(const SongSpan& song) const {
  BeatGrid grid;
  if (given_.beats_per_bar > 0) grid.beats_per_bar = given_.beats_per_bar;
  grid.beats_s = even_beats(first_s_.value_or(0), given_.tempo_bpm, song.duration_s());
  grid.downbeats = regular_downbeats(grid.beats_s.size(), 0, grid.beats_per_bar);
  return grid;
}

BeatGrid GivenBeats::find(const SongHops& hops, const SongSpan& song) const {
  BeatGrid grid;
  if (!given_.file.empty()) {
    grid = of_file();
  } else if (given_.tempo_bpm > 0 && first_s_) {
    grid = even_grid(song);
  } else {
    grid = hear_beats(
        hops, {.tempo_bpm = given_.tempo_bpm, .first_s = first_s_, .beats_per_bar = given_.beats_per_bar});
    if (grid.beats_s.empty() && given_.tempo_bpm > 0) grid = even_grid(song);
  }
  std::erase_if(grid.beats_s, [&](double beat) { return beat >= song.duration_s(); });
  std::erase_if(grid.downbeats, [&](int beat) { return beat >= static_cast<int>(grid.beats_s.size()); });
  if (given_.tempo_bpm > 0) grid.tempo_bpm = given_.tempo_bpm;
  if (grid.tempo_bpm == 0) grid.tempo_bpm = mean_tempo(grid.beats_s);
  if (grid.tempo_bpm > 0 && grid.candidates_bpm.empty()) grid.candidates_bpm = {grid.tempo_bpm};
  if (grid.tempo_bpm > 0 && grid.tempos.empty() && !grid.beats_s.empty())
    grid.tempos = {{grid.beats_s.front(), grid.tempo_bpm}};
  return grid;
}

double bar_position(const std::vector<int>& downbeats, int beats_per_bar, double beat) {
  if (downbeats.empty()) return 0;
  const auto next = std::upper_bound(downbeats.begin(), downbeats.end(), beat,
                                     [](double at, int downbeat) { return at < downbeat; });
  if (next == downbeats.begin()) return (beat - downbeats.front()) / beats_per_bar;
  const int begin = *(next - 1);
  const double bar = next == downbeats.end() ? beats_per_bar : *next - begin;
  return static_cast<double>(next - 1 - downbeats.begin()) + (beat - begin) / bar;
}

BeatSeries beat_series(const BeatGrid& grid, const AnalysisSettings& settings, int sample_rate_hz,
                       int64_t frames) {
  const auto count = static_cast<size_t>(frames);
  BeatSeries series{std::vector<float>(count), std::vector<float>(count), std::vector<float>(count)};
  const std::vector<double>& beats = grid.beats_s;
  if (beats.empty()) return series;
  const double usual_s = grid.tempo_bpm > 0 ? 60 / grid.tempo_bpm : 1;
  const auto size = static_cast<int64_t>(beats.size());
  const double first_interval = size > 1 ? beats[1] - beats[0] : usual_s;
  const double last_interval = size > 1 ? beats[beats.size() - 1] - beats[beats.size() - 2] : usual_s;
  int64_t next = 0;  // the first beat at or behind the frame's end
  for (int64_t frame = 0; frame < frames; ++frame) {
    const SampleRange range = frame_sample_range(frame, sample_rate_hz, settings.fps);
    const double begin_s = static_cast<double>(range.begin) / sample_rate_hz;
    const double end_s = static_cast<double>(range.end) / sample_rate_hz;
    while (next < size && beats[static_cast<size_t>(next)] < end_s) ++next;
    // Beats since the first one, continued evenly to either side.
    double position = 0;
    if (next == 0) {
      position = (begin_s - beats.front()) / first_interval;
    } else {
      const double beat = beats[static_cast<size_t>(next - 1)];
      const double interval = next < size ? beats[static_cast<size_t>(next)] - beat : last_interval;
      position = static_cast<double>(next - 1) + std::max(begin_s - beat, 0.0) / interval;
      series.beat[static_cast<size_t>(frame)] = beat >= begin_s ? 1.0f : 0.0f;
    }
    const auto fraction = [](double value) {
      const auto part = static_cast<float>(value - std::floor(value));
      return part < 1 ? part : 0.0f;
    };
    series.beat_phase[static_cast<size_t>(frame)] = fraction(position);
    series.bar_phase[static_cast<size_t>(frame)] =
        fraction(bar_position(grid.downbeats, grid.beats_per_bar, position));
  }
  return series;
}

}  // namespace spectradiff
