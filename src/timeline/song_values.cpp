#include "spectradiff/timeline/song_values.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "formula.h"
#include "relative.h"
#include "section_words.h"
#include "spectradiff/base/error.h"
#include "spectradiff/timeline/given_series.h"
#include "stages.h"

namespace spectradiff {
namespace {

constexpr double kUnheardTempo = 120;
constexpr double kLoudnessRange = 40;  // LU

enum class Scaling { none, maximum, loudness, extremes };

Scaling scaling_of(const std::string& name) {
  for (const char* plain : {"onset", "beat", "beat_phase", "bar_phase"}) {
    if (name == plain) return Scaling::none;
  }
  if (name.starts_with("chroma_")) return Scaling::none;
  for (const char* plain : {kMidiPrefix, kPitchPrefix, kLabelsPrefix}) {
    if (name.starts_with(plain)) return Scaling::none;
  }
  if (name.starts_with("band:") || name.starts_with(kStemPrefix) || name == kChange) return Scaling::maximum;
  for (const char* energy :
       {"rms", "peak", "bass", "mid", "treble", "harmonic", "percussive", "mel_power", "percussive_mel"}) {
    if (name == energy) return Scaling::maximum;
  }
  return name == "loudness" ? Scaling::loudness : Scaling::extremes;
}

}  // namespace

std::vector<double> unit_series(const Series& series) {
  std::vector<double> values(series.values.begin(), series.values.end());
  if (values.empty()) return values;
  const auto [least, most] = std::minmax_element(values.begin(), values.end());
  double low = 0;
  double high = *most;
  switch (scaling_of(series.name)) {
    case Scaling::none:
      return values;
    case Scaling::maximum:
      break;
    case Scaling::loudness:
      low = high - kLoudnessRange;
      if (*least == high) low = high;
      break;
    case Scaling::extremes:
      low = *least;
      break;
  }
  for (double& value : values) value = high > low ? std::clamp((value - low) / (high - low), 0.0, 1.0) : 0;
  return values;
}

SongValues::SongValues(const Features& features, const SignalSet& signals)
    : features_(features),
      signals_(signals),
      tempo_bpm_(features.tempo_bpm > 0 ? features.tempo_bpm : kUnheardTempo) {}

double SongValues::seconds(int64_t frame) const {
  return static_cast<double>(frame_start_sample(frame, features_.sample_rate_hz, features_.settings.fps)) /
         features_.sample_rate_hz;
}

const std::vector<double>& SongValues::of(const std::string& name) {
  // Signals may read one another in long chains, so what is still needed is kept in a list: nothing recurses.
  std::vector<std::string> needed = {name};
  while (!needed.empty()) {
    const std::string next = needed.back();
    if (!values_.contains(next)) {
      const size_t before = needed.size();
      if (const Signal* signal = signals_.find(next)) {
        for (const ExpressionInput& input : signal->source().inputs()) {
          if (!values_.contains(input.name)) needed.push_back(input.name);
        }
      }
      if (needed.size() > before) continue;
      values_[next] = make(next);
    }
    needed.pop_back();
  }
  return values_.at(name);
}

std::vector<double> SongValues::make(const std::string& name) {
  if (name.starts_with(kRawPrefix)) {
    const Series* series = features_.find(name.substr(std::string_view(kRawPrefix).size()));
    if (series == nullptr) throw_error(ErrorKind::internal, "the series of {} was not analysed", name);
    return {series->values.begin(), series->values.end()};
  }
  if (const Series* series = features_.find(name)) return unit_series(*series);
  if (const Signal* shape = signals_.find(name)) return signal(name, *shape);
  if (is_section_word(name)) return section_word(name, features_);
  if (const auto compared = series_of_relative(name)) return relative(*compared);
  if (is_series_name(name) || is_given_name(name))
    throw_error(ErrorKind::internal, "the series {} was not analysed", name);
  follow_beats();
  return counter(name);
}

std::vector<double> SongValues::relative(const std::string& name) const {
  const Series* series = features_.find(name);
  if (series == nullptr) throw_error(ErrorKind::internal, "the series {} was not analysed", name);
  std::vector<double> values(series->values.begin(), series->values.end());
  // Energies as amplitudes, which vary as ears say they do.
  if (name == "bass" || name == "mid" || name == "treble") {
    for (double& value : values) value = std::sqrt(value);
  }
  put_against_average(values, relative_memory_frames(features_.settings.fps.to_double()));
  return values;
}

std::vector<double> SongValues::counter(const std::string& name) const {
  std::vector<double> values(static_cast<size_t>(features_.frames));
  const auto fill = [&](auto value) {
    for (int64_t frame = 0; frame < features_.frames; ++frame)
      values[static_cast<size_t>(frame)] = value(static_cast<size_t>(frame));
  };
  const auto frame_s = [&](size_t frame) { return seconds(static_cast<int64_t>(frame)); };
  if (name == "t") {
    fill(frame_s);
  } else if (name == "f") {
    fill([](size_t frame) { return static_cast<double>(frame); });
  } else if (name == "dur") {
    fill([&](size_t) { return static_cast<double>(features_.samples) / features_.sample_rate_hz; });
  } else if (name == "frames") {
    fill([&](size_t) { return static_cast<double>(features_.frames); });
  } else if (name == "fps") {
    fill([&](size_t) { return features_.settings.fps.to_double(); });
  } else if (name == "tempo") {
    fill([&](size_t) { return tempo_bpm_; });
  } else if (name == "beats") {
    return beats_;
  } else if (name == "bars") {
    return bars_;
  } else if (name == "beat_index") {
    fill([&](size_t frame) { return std::floor(beats_[frame]); });
  } else if (name == "bar_index") {
    fill([&](size_t frame) { return std::floor(bars_[frame]); });
  } else if (name == "since_beat") {
    return since_beat_s_;
  } else if (name == "since_onset") {
    const std::vector<double>& onsets = features_.events.onsets_s;
    fill([&](size_t frame) {
      const double end_s = frame_s(frame + 1);
      const auto next = std::lower_bound(onsets.begin(), onsets.end(), end_s);
      return next == onsets.begin() ? frame_s(frame) : std::max(frame_s(frame) - *(next - 1), 0.0);
    });
  } else {
    throw_error(ErrorKind::internal, "there is no counter {}", name);
  }
  return values;
}

// The phases are the features' own; here whole beats and bars are put below them, continued evenly to either
// side of what was heard.
void SongValues::follow_beats() {
  const auto count = static_cast<size_t>(features_.frames);
  if (beats_.size() == count) return;
  beats_.assign(count, 0);
  bars_.assign(count, 0);
  since_beat_s_.resize(count);
  const std::vector<double>& beats = features_.events.beats_s;
  const Series* beat_phase = features_.find("beat_phase");
  const Series* bar_phase = features_.find("bar_phase");
  const bool heard = !beats.empty() && beat_phase != nullptr && bar_phase != nullptr;
  for (size_t frame = 0; frame < count; ++frame) {
    const double begin_s = seconds(static_cast<int64_t>(frame));
    const double end_s = seconds(static_cast<int64_t>(frame) + 1);
    if (!heard) {
      since_beat_s_[frame] = begin_s;
      continue;
    }
    const auto next =
        static_cast<size_t>(std::lower_bound(beats.begin(), beats.end(), end_s) - beats.begin());
    const size_t last = next == 0 ? 0 : next - 1;
    double interval_s = 60 / tempo_bpm_;
    if (beats.size() > 1) {
      const size_t from = std::min(last, beats.size() - 2);
      interval_s = beats[from + 1] - beats[from];
    }
    double since_s = begin_s - beats[last];
    if (next > 0) since_s = std::max(since_s, 0.0);
    const double position = static_cast<double>(last) + since_s / interval_s;
    const double phase = beat_phase->values[frame];
    beats_[frame] = std::round(position - phase) + phase;
    since_beat_s_[frame] = phase * interval_s;
    const double in_bar = bar_phase->values[frame];
    const double bar = bar_position(features_.events.downbeats, features_.events.beats_per_bar, position);
    bars_[frame] = std::round(bar - in_bar) + in_bar;
  }
}

std::vector<double> SongValues::signal(const std::string& name, const Signal& shape) {
  std::vector<int64_t> frames(static_cast<size_t>(features_.frames));
  std::iota(frames.begin(), frames.end(), int64_t{0});
  std::vector<double> values = evaluate(shape.source(), frames);
  const auto check = [&] {
    for (size_t frame = 0; frame < values.size(); ++frame) {
      if (!std::isfinite(values[frame]))
        throw_error(ErrorKind::usage, "signal {} is {} in frame {}, not a number that can be used", name,
                    values[frame], frame);
    }
  };
  check();
  shape.shape(values, features_.settings.fps, tempo_bpm_);
  check();
  return values;
}

const std::vector<double>& SongValues::shaped(const ExpressionInput& input) {
  const InputShape& shape = input.shape;
  if (shape.kind == InputShape::Kind::plain) return of(input.name);
  const double reach = shape.time ? std::round(shape.time->frames(features_.settings.fps, tempo_bpm_)) : 0;
  const std::string key = fmt::format("{} {} {} {} {} {}", static_cast<int>(shape.kind), shape.percent,
                                      shape.time.has_value(), reach, shape.count, shape.of_bars) +
                          " " + input.name;
  if (const auto known = shaped_.find(key); known != shaped_.end()) return known->second;
  std::vector<double> values = of(input.name);
  switch (shape.kind) {
    case InputShape::Kind::plain:
      break;
    case InputShape::Kind::percentile:
      if (!values.empty())
        shape.time ? normalise_around(values, shape.percent, reach) : normalise(values, shape.percent);
      break;
    case InputShape::Kind::average:
      put_against_average(values, reach);
      break;
    case InputShape::Kind::held: {
      follow_beats();
      const std::vector<double>& counted = shape.of_bars ? bars_ : beats_;
      for (size_t frame = 1; frame < values.size(); ++frame) {
        const auto group = [&](size_t at) { return std::floor(counted[at] / shape.count); };
        if (group(frame) == group(frame - 1)) values[frame] = values[frame - 1];
      }
      break;
    }
  }
  return shaped_[key] = std::move(values);
}

std::vector<double> SongValues::evaluate(const Expression& expression, std::span<const int64_t> frames) {
  struct Column {
    const std::vector<double>* values;
    int64_t offset_frames;
  };
  std::vector<Column> columns;
  for (const ExpressionInput& input : expression.inputs()) {
    const double offset = std::round(input.offset.frames(features_.settings.fps, tempo_bpm_));
    const auto far = static_cast<double>(features_.frames);
    columns.push_back({&shaped(input), static_cast<int64_t>(std::clamp(offset, -far, far))});
  }
  std::vector<double> inputs(columns.size());
  std::vector<double> results;
  results.reserve(frames.size());
  for (const int64_t frame : frames) {
    for (size_t i = 0; i < columns.size(); ++i) {
      const int64_t at = std::clamp(frame + columns[i].offset_frames, int64_t{0}, features_.frames - 1);
      inputs[i] = (*columns[i].values)[static_cast<size_t>(at)];
    }
    results.push_back(expression.evaluate(inputs));
  }
  return results;
}

}  // namespace spectradiff
