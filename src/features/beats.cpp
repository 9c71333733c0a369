#include "beats.h"

#include <algorithm>
#include <cmath>

#include "onset.h"
#include "rhythm.h"
#include "spectradiff/base/error.h"
#include "spectradiff/base/file.h"
#include "spectradiff/base/frame_time.h"
#include "spectradiff/base/number.h"
#include "spectradiff/base/text.h"

namespace spectradiff {
namespace {

// So many beats give the tempo better than the tempogram does, unless the track jumps.
constexpr size_t kEnoughBeats = 8;
constexpr double kSameTempo = 0.04;

std::vector<double> even_beats(double first_s, double tempo_bpm, double duration_s) {
  std::vector<double> beats;
  for (int64_t i = 0; first_s + static_cast<double>(i) * 60 / tempo_bpm < duration_s; ++i)
    beats.push_back(first_s + static_cast<double>(i) * 60 / tempo_bpm);
  return beats;
}

// The median over all pairs of beats that are half the song apart: a track that stumbles does not move it.
double mean_tempo(const std::vector<double>& beats) {
  const size_t apart = beats.size() / 2;
  std::vector<double> intervals;
  for (size_t i = 0; i + apart < beats.size(); ++i)
    intervals.push_back((beats[i + apart] - beats[i]) / static_cast<double>(apart));
  const auto middle = intervals.begin() + static_cast<std::ptrdiff_t>(intervals.size() / 2);
  std::nth_element(intervals.begin(), middle, intervals.end());
  return 60 / *middle;
}

// Of the beats where they are enough and agree with what was heard, else what was heard.
double tempo_of(const std::vector<double>& beats, double heard_bpm) {
  if (beats.size() < 2) return heard_bpm;
  const double bpm = mean_tempo(beats);
  if (heard_bpm == 0) return bpm;
  return beats.size() >= kEnoughBeats && std::abs(bpm / heard_bpm - 1) < kSameTempo ? bpm : heard_bpm;
}

int nearest(const std::vector<double>& beats, double time_s) {
  const auto distance = [&](double beat) { return std::abs(beat - time_s); };
  const auto found = std::min_element(beats.begin(), beats.end(),
                                      [&](double a, double b) { return distance(a) < distance(b); });
  return static_cast<int>(found - beats.begin());
}

// A time, or the first column of an Audacity label.
double beat_of_line(std::string_view line, size_t number, const std::string& file) {
  std::string_view time = line.substr(0, line.find('\t'));
  while (!time.empty() && time.back() == ' ') time.remove_suffix(1);
  const auto seconds = parse_real(time);
  if (!seconds || *seconds < 0 || !std::isfinite(*seconds)) {
    throw_error(
        ErrorKind::usage,
        "beats = {}, line {}: \"{}\" is not a time in seconds; write one per line, or export Audacity's "
        "labels",
        file, number, shortened(line, 60));
  }
  return *seconds;
}

}  // namespace

std::vector<double> read_beats(const std::string& file) {
  const std::string text = read_file(file, kMaxTextBytes, ErrorKind::usage);
  std::vector<double> beats;
  size_t number = 0;
  for (size_t begin = 0; begin < text.size();) {
    const size_t end = std::min(text.find('\n', begin), text.size());
    std::string_view line(text.data() + begin, end - begin);
    begin = end + 1;
    ++number;
    if (number == 1 && line.starts_with("\xEF\xBB\xBF")) line.remove_prefix(3);
    while (!line.empty() && (line.back() == '\r' || line.back() == ' ')) line.remove_suffix(1);
    // Audacity writes a label's frequency range on a line of its own that begins with a backslash.
    if (line.empty() || line.front() == '#' || line.front() == '\\') continue;
    const double beat = beat_of_line(line, number, file);
    if (!beats.empty() && beat <= beats.back()) {
      throw_error(ErrorKind::usage, "beats = {}, line {}: {} s does not come after the beat before it, {} s",
                  file, number, beat, beats.back());
    }
    beats.push_back(beat);
  }
  if (beats.empty()) {
    throw_error(ErrorKind::usage,
                "beats = {} holds no beats; write seconds, one per line, or export Audacity's labels", file);
  }
  return beats;
}

GivenBeats::GivenBeats(const AnalysisSettings& settings, const SongSpan& song) : given_(settings.beats) {
  if (!given_.file.empty()) listed_s_ = read_beats(given_.file);
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
  grid.beats_s = listed_s_;
  if (first_s_ && !listed_s_.empty()) grid.downbeat = nearest(listed_s_, *first_s_) % given_.beats_per_bar;
  grid.tempo_bpm = given_.tempo_bpm > 0 ? given_.tempo_bpm : tempo_of(listed_s_, 0);
  return grid;
}

BeatGrid GivenBeats::find(const std::vector<float>& strength, double hops_per_second,
                          const SongSpan& song) const {
  BeatGrid grid;
  if (!given_.file.empty()) {
    grid = of_file();
    std::erase_if(grid.beats_s, [&](double beat) { return beat >= song.duration_s(); });
    return grid;
  }
  if (given_.tempo_bpm > 0 && first_s_) {
    grid.tempo_bpm = given_.tempo_bpm;
    grid.beats_s = even_beats(*first_s_, given_.tempo_bpm, song.duration_s());
    return grid;
  }

  const double heard_bpm =
      given_.tempo_bpm > 0 ? given_.tempo_bpm : estimate_tempo(strength, hops_per_second);
  std::optional<double> first_hop;
  if (first_s_) first_hop = *first_s_ * hops_per_second + kLateHops;
  for (const double hop : track_beats(strength, hops_per_second, heard_bpm, first_hop)) {
    const double time_s =
        first_hop && hop == *first_hop ? *first_s_ : std::max(hop - kLateHops, 0.0) / hops_per_second;
    if (time_s < song.duration_s() && (grid.beats_s.empty() || time_s > grid.beats_s.back()))
      grid.beats_s.push_back(time_s);
  }
  if (grid.beats_s.empty() && given_.tempo_bpm > 0)
    grid.beats_s = even_beats(first_s_.value_or(0), given_.tempo_bpm, song.duration_s());
  grid.tempo_bpm = given_.tempo_bpm > 0 ? given_.tempo_bpm : tempo_of(grid.beats_s, heard_bpm);
  return grid;
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
        fraction((position - grid.downbeat) / settings.beats.beats_per_bar);
  }
  return series;
}

}  // namespace spectradiff
