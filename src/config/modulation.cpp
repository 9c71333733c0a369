#include "spectradiff/config/modulation.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "spectradiff/base/error.h"
#include "spectradiff/base/number.h"
#include "spectradiff/base/text.h"
#include "spectradiff/config/options.h"
#include "spectradiff/timeline/song_values.h"
#include "whole_song.h"

namespace spectradiff {
namespace {

constexpr const char* kSeedTravel = "seed_travel";

// One option's values at these frames, and what there is to say about them.
struct Moved {
  std::vector<double> values;
  std::string note;  // empty: nothing
};

Moved move_option(const Option& option, const std::string& text, SongValues& song, const SignalSet& signals,
                  std::span<const int64_t> frames) {
  Moved moved;
  moved.values = song.evaluate(Expression(text, signals.names()), frames);
  size_t outside = 0;
  double lowest = option.number->max;
  double highest = option.number->min;
  for (size_t i = 0; i < frames.size(); ++i) {
    double& value = moved.values[i];
    if (!std::isfinite(value)) {
      throw_error(ErrorKind::usage, "{} = {} is {} in frame {} ({} s), where a number is needed", option.key,
                  text, value, frames[i], format_real(std::round(song.seconds(frames[i]) * 1e3) / 1e3));
    }
    lowest = std::min(lowest, value);
    highest = std::max(highest, value);
    const double inside = option.number->nearest(value);
    if (value < option.number->min || value > option.number->max) ++outside;
    value = inside;
  }
  if (outside > 0) {
    moved.note = fmt::format(
        "{} = {} goes from {} to {}, but only {}..{} is allowed: {} of {} take the nearest allowed value",
        option.key, text, format_real(lowest), format_real(highest), format_real(option.number->min),
        format_real(option.number->max), outside, counted(std::ssize(frames), "frame"));
  }
  return moved;
}

}  // namespace

void add_expression_needs(const RenderJob& job, FeatureRequest& request) {
  const SignalSet signals(job.signals);
  for (const auto& [key, text] : job.expressions)
    signals.add_needs(Expression(text, signals.names()), request);
  const auto schedule = job.diffusion.schedule();
  if (schedule && (job.diffusion.enabled || has_changes(schedule->keys))) {
    add_needs(*schedule, signals, request);
    for (const PromptKey& key : schedule->keys) {
      for (const auto& [option, change] : key.changes)
        signals.add_needs(Expression(change.value, signals.names()), request);
    }
  }
  add_needs(job.scenes, request);
  for (const Scene& scene : job.scenes) {
    for (const auto& [key, change] : scene.changes)
      signals.add_needs(Expression(change.value, signals.names()), request);
  }
  if (job.own_scenes) request.sections = request.beats = true;
  for (const std::string& name : signals.names())
    signals.add_needs(Expression(name, signals.names()), request);
}

std::vector<int64_t> frames_of(const Plan& plan) {
  std::vector<int64_t> frames;
  frames.reserve(plan.rows.size());
  for (const Recipe& row : plan.rows) frames.push_back(row.frame);
  return frames;
}

std::vector<MovedOption> moved_options(const RenderJob& job, const Features& features,
                                       std::span<const int64_t> frames, std::vector<std::string>* notes) {
  const SignalSet signals(job.signals);
  SongValues song(features, signals);
  std::vector<MovedOption> moved;
  for (const auto& [key, text] : job.expressions) {
    Moved option = move_option(*find_option(key), text, song, signals, frames);
    if (notes != nullptr && !option.note.empty()) notes->push_back(std::move(option.note));
    moved.push_back({key, std::move(option.values)});
  }
  return moved;
}

void move_plan(Plan& plan, const RenderJob& job, const std::vector<MovedOption>& moved) {
  plan.painting.clear();
  for (Recipe& row : plan.rows) row.painting.clear();
  for (const auto& [key, values] : moved) {
    const NumberPlace& number = *find_option(key)->number;
    if (number.put_painting != nullptr) plan.painting.push_back({key, number.put_painting});
    for (size_t i = 0; i < plan.rows.size(); ++i) {
      Recipe& row = plan.rows[i];
      if (number.put_painting != nullptr) row.painting.push_back(values[i]);
      if (number.put_numbers != nullptr) number.put_numbers(row.numbers, values[i]);
      if (key == kSeedTravel) row.noise = frame_noise(job.diffusion, values[i], row.frame);
    }
  }
}

std::vector<std::string> mix_prompts(Plan& plan, const RenderJob& job, const Features& features) {
  const auto schedule = job.diffusion.schedule();
  if (!schedule) return {};
  PlacedPrompts placed = place_prompts(*schedule, features, SignalSet(job.signals), frames_of(plan));
  plan.prompts.clear();
  for (const PromptKey& key : schedule->keys)
    plan.prompts.push_back({key.prompt, key.negative.value_or(job.diffusion.negative_prompt)});
  const LoopedPart part = looped_part(plan, job);
  for (size_t i = 0; i < plan.rows.size(); ++i) {
    auto [from, to, weight, spherical] = placed.mixes[i];
    // There and back again: what a frame behind the last one is told is what the first one is.
    if (job.diffusion.conditioning.loop && job.diffusion.prompts.empty() &&
        job.diffusion.prompt_weight.empty()) {
      from = 0;
      to = 1;
      weight = 1 - std::abs(1 - 2 * static_cast<double>(plan.rows[i].frame - part.first) /
                                    static_cast<double>(part.last - part.first));
    }
    plan.rows[i].prompts = {{from, 1 - weight}};
    if (weight > 0) plan.rows[i].prompts.push_back({to, weight});
    plan.rows[i].along_arc = spherical;
  }
  return placed.notes;
}

std::vector<Series> moved_curves(const RenderJob& job, const Features& features) {
  const SignalSet signals(job.signals);
  SongValues song(features, signals);
  std::vector<int64_t> frames(static_cast<size_t>(features.frames));
  std::iota(frames.begin(), frames.end(), int64_t{0});
  const auto curve = [](const std::string& name, const std::vector<double>& values) {
    return Series{name, "", std::vector<float>(values.begin(), values.end())};
  };
  std::vector<Series> curves;
  for (const std::string& name : signals.names()) curves.push_back(curve(name, song.of(name)));
  for (const auto& [key, text] : job.expressions)
    curves.push_back(curve(key, move_option(*find_option(key), text, song, signals, frames).values));
  return curves;
}

}  // namespace spectradiff
