#include "spectradiff/timeline/prompt_schedule.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

#include "key_time.h"
#include "marked_error.h"
#include "song_frames.h"
#include "spectradiff/base/error.h"
#include "spectradiff/base/number.h"
#include "spectradiff/base/text.h"
#include "spectradiff/timeline/song_values.h"

namespace spectradiff {
namespace {

std::vector<std::string> readable(std::span<const std::string> signals) {
  std::vector<std::string> names(signals.begin(), signals.end());
  names.emplace_back(kProgress);
  return names;
}

const std::string& weight_of(const PromptSchedule& schedule, size_t key) {
  const std::string& own = schedule.keys[key].weight;
  return own.empty() ? schedule.weight : own;
}

// Each once, however many keys have it.
std::set<std::string> weights_of(const PromptSchedule& schedule) {
  std::set<std::string> weights;
  for (size_t key = 0; key < schedule.keys.size(); ++key) {
    if (const std::string& weight = weight_of(schedule, key); !weight.empty()) weights.insert(weight);
  }
  return weights;
}

PromptBlend blend_of(const PromptSchedule& schedule, size_t key) {
  return schedule.keys[key].blend.value_or(schedule.blend);
}

bool needs_beats(const PromptSchedule& schedule) {
  return schedule.snap || std::any_of(schedule.keys.begin(), schedule.keys.end(), [](const PromptKey& key) {
           return find_key_time(key.at)->unit == KeyTime::Unit::beats;
         });
}

// Beats go on evenly after the last one.
double beat_s(double beat, const std::vector<double>& beats) {
  const size_t before = std::min(static_cast<size_t>(beat), beats.size() - 1);
  const size_t from = std::min(before, beats.size() > 1 ? beats.size() - 2 : 0);
  const double interval = beats.size() > 1 ? beats[from + 1] - beats[from] : 0;
  return beats[before] + (beat - static_cast<double>(before)) * interval;
}

double nearest_beat(double time_s, const std::vector<double>& beats) {
  const auto after = std::lower_bound(beats.begin(), beats.end(), time_s);
  if (after == beats.begin()) return beats.front();
  if (after == beats.end()) return beats.back();
  return *after - time_s < time_s - *(after - 1) ? *after : *(after - 1);
}

int64_t key_frame(const PromptKey& key, bool snap, const Features& features) {
  const KeyTime at = *find_key_time(key.at);
  const Rational& fps = features.settings.fps;
  const int rate_hz = features.sample_rate_hz;
  const std::vector<double>& beats = features.events.beats_s;
  const bool in_beats = at.unit == KeyTime::Unit::beats;
  if (at.unit == KeyTime::Unit::end) return features.frames - 1;
  if (!in_beats && !snap) return frame_of_sample(at.time.to_samples(rate_hz, fps), rate_hz, fps);
  if (beats.empty()) {
    throw_error(
        ErrorKind::usage,
        "prompts: no beat was heard that the key at {} could be set to; write seconds, or say --tempo "
        "and --first-beat",
        key.at);
  }
  double time_s =
      in_beats ? beat_s(at.beats, beats) : static_cast<double>(at.time.to_samples(rate_hz, fps)) / rate_hz;
  if (snap) time_s = nearest_beat(time_s, beats);
  return frame_of_sample(std::llround(time_s * rate_hz), rate_hz, fps);
}

std::vector<int64_t> place_keys(const PromptSchedule& schedule, const Features& features,
                                std::vector<std::string>& notes) {
  std::vector<int64_t> frames;
  for (const PromptKey& key : schedule.keys) {
    frames.push_back(key_frame(key, schedule.snap, features));
    if (frames.size() > 1 && frames.back() < frames[frames.size() - 2]) {
      throw_error(ErrorKind::usage,
                  "prompts: \"{}\" at {} comes before the key above it, at {}; order them by time",
                  shortened(key.prompt, kShownCharacters), key.at, schedule.keys[frames.size() - 2].at);
    }
  }
  const auto after =
      std::find_if(frames.begin(), frames.end(), [&](int64_t frame) { return frame >= features.frames; });
  if (const auto count = frames.end() - after; count > 0) {
    const PromptKey& first = schedule.keys[static_cast<size_t>(after - frames.begin())];
    notes.push_back(
        count == 1
            ? fmt::format("prompts: \"{}\" at {} comes after the song's end and is not shown",
                          shortened(first.prompt, kShownCharacters), first.at)
            : fmt::format("prompts: {} of {} come after the song's end and are not shown, the first at {}",
                          count, frames.size(), first.at));
  }
  return frames;
}

// [frames of the song]: the key that holds each frame; what lies before the first belongs to it.
std::vector<size_t> keys_in_force(const std::vector<int64_t>& key_frames, int64_t count) {
  std::vector<size_t> keys(static_cast<size_t>(count));
  size_t key = 0;
  for (int64_t frame = 0; frame < count; ++frame) {
    while (key + 1 < key_frames.size() && key_frames[key + 1] <= frame) ++key;
    keys[static_cast<size_t>(frame)] = key;
  }
  return keys;
}

double progress_at(const std::vector<int64_t>& key_frames, size_t key, int64_t frame) {
  if (key + 1 == key_frames.size() || frame < key_frames[key]) return 0;
  const double part = static_cast<double>(frame - key_frames[key]) /
                      static_cast<double>(key_frames[key + 1] - key_frames[key]);
  return std::round(part * 1e6) / 1e6;
}

PromptMix mix_of(const PromptSchedule& schedule, size_t key, double weight) {
  const PromptBlend blend = blend_of(schedule, key);
  if (blend == PromptBlend::cut) weight = weight < 0.5 ? 0 : 1;
  const int from = static_cast<int>(key);
  if (weight == 0) return {from, from, 0, false};
  if (weight == 1) return {from + 1, from + 1, 0, false};
  return {from, from + 1, weight, blend == PromptBlend::slerp};
}

}  // namespace

std::optional<KeyTime> find_key_time(std::string_view text) {
  if (text == "end") return KeyTime{KeyTime::Unit::end, {}, 0};
  for (const std::string_view unit : {"beats", "beat"}) {
    if (!text.ends_with(unit)) continue;
    const auto beats = parse_real(text.substr(0, text.size() - unit.size()));
    if (!beats || !(*beats >= 0) || *beats > 1e6) return std::nullopt;
    return KeyTime{KeyTime::Unit::beats, {}, *beats};
  }
  try {
    return KeyTime{KeyTime::Unit::time, parse_time(text, "at"), 0};
  } catch (const Error&) {
    return std::nullopt;
  }
}

bool has_changes(const std::vector<PromptKey>& keys) {
  return std::any_of(keys.begin(), keys.end(), [](const PromptKey& key) { return !key.changes.empty(); });
}

void check_weights(const PromptSchedule& schedule, std::span<const std::string> signals) {
  const std::vector<std::string> names = readable(signals);
  for (const std::string& weight : weights_of(schedule)) Expression(weight, names);
}

void add_needs(const PromptSchedule& schedule, const SignalSet& signals, FeatureRequest& request) {
  request.beats |= needs_beats(schedule);
  std::vector<std::string> names = readable(signals.names());
  for (const std::string& weight : weights_of(schedule))
    signals.add_needs(Expression(weight, names), request);
}

PlacedPrompts place_prompts(const PromptSchedule& schedule, const Features& features,
                            const SignalSet& signals, std::span<const int64_t> frames) {
  PlacedPrompts placed;
  placed.key_frames = place_keys(schedule, features, placed.notes);
  const std::vector<size_t> in_force = keys_in_force(placed.key_frames, features.frames);
  std::vector<double> progress(in_force.size());
  for (size_t frame = 0; frame < progress.size(); ++frame)
    progress[frame] = progress_at(placed.key_frames, in_force[frame], static_cast<int64_t>(frame));

  SongValues song(features, signals);
  song.put(kProgress, progress);
  const std::vector<std::string> names = readable(signals.names());
  std::map<std::string, Expression> weights;
  for (const std::string& text : weights_of(schedule)) weights.emplace(text, Expression(text, names));
  size_t outside = 0;
  for (const int64_t frame : frames) {
    const size_t key = in_force[static_cast<size_t>(frame)];
    const bool last = key + 1 == schedule.keys.size();
    double weight = 0;
    const auto moves = weights.find(weight_of(schedule, key));
    if (!last && moves != weights.end() && frame >= placed.key_frames[key]) {
      weight = song.evaluate(moves->second, {&frame, 1}).front();
      if (!std::isfinite(weight)) {
        throw_error(ErrorKind::usage, "prompts: the weight {} is {} in frame {}", weight_of(schedule, key),
                    weight, frame);
      }
      outside += weight < 0 || weight > 1 ? 1 : 0;
      weight = std::clamp(weight, 0.0, 1.0);
    } else if (!last && blend_of(schedule, key) != PromptBlend::cut) {
      weight = progress[static_cast<size_t>(frame)];
    }
    placed.mixes.push_back(mix_of(schedule, key, weight));
  }
  if (outside > 0) {
    placed.notes.push_back(
        fmt::format("prompts: the weight is outside 0..1 in {} of {}, which take the nearest allowed value",
                    outside, counted(std::ssize(frames), "frame")));
  }
  return placed;
}

}  // namespace spectradiff
