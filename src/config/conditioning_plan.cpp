#include "spectradiff/config/conditioning_plan.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "bend_text.h"
#include "region_text.h"
#include "sound_slices.h"
#include "spectradiff/base/error.h"
#include "spectradiff/base/number.h"
#include "spectradiff/config/modulation.h"
#include "spectradiff/config/options.h"
#include "spectradiff/timeline/song_values.h"
#include "whole_song.h"

namespace spectradiff {
namespace {

std::string chroma_series(size_t note) {
  return fmt::format("chroma_cqt_{}", kPitchClasses[note]);
}

void check_finite(const char* what, const std::string& text, std::span<const double> values) {
  for (size_t frame = 0; frame < values.size(); ++frame) {
    if (!std::isfinite(values[frame]))
      throw_error(ErrorKind::usage, "{} = {} is {} in frame {}, where a number is needed", what, text,
                  values[frame], frame);
  }
}

void put_notes(Plan& plan, const RenderJob& job, const Features& features, const WholeSong& whole) {
  const ConditioningSettings& conditioning = job.diffusion.conditioning;
  if (conditioning.notes.empty()) return;
  std::vector<NoteValues> chroma(static_cast<size_t>(features.frames));
  for (size_t note = 0; note < kPitchClasses.size(); ++note) {
    const Series* series = features.find(chroma_series(note));
    for (size_t frame = 0; frame < chroma.size(); ++frame) chroma[frame][note] = series->values[frame];
  }
  std::vector<int64_t> onsets;
  for (const double onset_s : features.events.onsets_s)
    onsets.push_back(static_cast<int64_t>(onset_s * features.settings.fps.to_double()));
  const std::vector<NoteMix> mixes = mix_notes(chroma, onsets, conditioning.note, whole.of("notes_amount"));
  const auto seed = static_cast<uint64_t>(job.diffusion.seed);
  const auto first = static_cast<int>(plan.prompts.size());
  for (const std::string& prompt : conditioning.notes)
    plan.prompts.push_back({prompt, job.diffusion.negative_prompt});
  for (Recipe& row : plan.rows) {
    const NoteMix& mix = mixes[static_cast<size_t>(row.frame)];
    const auto prompts = dealt_prompts(seed, mix.part);
    double rest = 1;
    for (size_t note = 0; note < kPitchClasses.size(); ++note) {
      const int prompt = first + prompts[note];
      if (mix.weights[note] <= 0) continue;
      if (mix.arcs) {
        if (mix.along[note] > 0) row.arcs.push_back({prompt, mix.weights[note], mix.along[note]});
        continue;
      }
      rest -= mix.weights[note];
    }
    if (mix.arcs || rest >= 1) continue;
    row.along_arc = false;
    for (PromptShare& share : row.prompts) share.weight *= std::max(rest, 0.0);
    for (size_t note = 0; note < kPitchClasses.size(); ++note) {
      if (mix.weights[note] > 0) row.prompts.push_back({first + prompts[note], mix.weights[note]});
    }
    std::erase_if(row.prompts, [](const PromptShare& share) { return share.weight <= 0; });
  }
}

// What a walk goes by, and within which frames it comes back.
WalkSong walk_song(const Plan& plan, const RenderJob& job, const Features& features,
                   std::span<const double> by, std::span<const double> distance,
                   std::span<const double> beats) {
  WalkSong song{by, distance, beats, features.settings.fps};
  if (job.diffusion.conditioning.loop) {
    const LoopedPart part = looped_part(plan, job);
    song.first = static_cast<size_t>(part.first);
    song.last = static_cast<size_t>(part.last);
  }
  return song;
}

void put_walk(Plan& plan, const RenderJob& job, const Features& features, SongValues& song,
              const WholeSong& whole) {
  const WalkSettings& walk = job.diffusion.conditioning.walk;
  if (walk.kind == WalkKind::none) return;
  const SignalSet signals(job.signals);
  const std::string source = walk_source(walk);
  std::vector<double> by = song.evaluate(Expression(source, signals.names()), whole.frames());
  check_finite("walk_by", source, by);
  for (double& value : by) value = std::max(value, 0.0);
  const std::vector<double> distance = whole.of("walk_distance"), travel = whole.of("seed_travel");
  std::vector<double> beats;
  for (const double beat_s : features.events.beats_s)
    beats.push_back(beat_s * features.settings.fps.to_double());
  const auto weights = walk_weights(walk, walk_song(plan, job, features, by, distance, beats),
                                    static_cast<uint64_t>(job.diffusion.seed));
  for (Recipe& row : plan.rows) {
    const auto frame = static_cast<size_t>(row.frame);
    // A seed's travel is another walk, and gives way.
    const uint64_t seed = row.noise.front().seed - static_cast<uint64_t>(std::floor(travel[frame]));
    row.noise.clear();
    for (size_t k = 0; k < weights[frame].size(); ++k) {
      if (weights[frame][k] != 0) row.noise.push_back({seed + k, weights[frame][k]});
    }
  }
}

// Each goes around a circle as a walk of that kind does.
WalkSettings walk_in_region(const WalkSettings& walk, const std::string& by) {
  WalkSettings own = walk;
  own.kind = WalkKind::circle;
  own.by = by;
  return own;
}

void put_regions(Plan& plan, const RenderJob& job, const Features& features, SongValues& song,
                 const WholeSong& whole) {
  const WalkSettings& walk = job.diffusion.conditioning.walk;
  const SignalSet signals(job.signals);
  const std::vector<double> distance = whole.of("walk_distance");
  std::vector<double> beats;
  for (const double beat_s : features.events.beats_s)
    beats.push_back(beat_s * features.settings.fps.to_double());
  for (size_t i = 0; i < walk.regions.size(); ++i) {
    const auto& [name, text] = walk.regions[i];
    std::vector<double> by = song.evaluate(Expression(text, signals.names()), whole.frames());
    check_finite("walk_regions", text, by);
    for (double& value : by) value = std::max(value, 0.0);
    const std::vector<double> angles =
        walk_angles(walk_in_region(walk, text), walk_song(plan, job, features, by, distance, beats),
                    static_cast<uint64_t>(job.diffusion.seed) + i + 1);
    for (Recipe& row : plan.rows) {
      const double angle = angles[static_cast<size_t>(row.frame)];
      if (angle != 0) row.turns.push_back({region_of(name), std::round(angle * 1e9) / 1e9});
    }
  }
}

// [frames of the plan], 1 where nothing is said.
std::vector<double> amounts_of(const std::string& region, const RegionTexts& amounts, SongValues& song,
                               const SignalSet& signals, std::span<const int64_t> frames) {
  const auto own = std::find_if(amounts.begin(), amounts.end(),
                                [&](const auto& amount) { return amount.first == region; });
  if (own == amounts.end()) return std::vector<double>(frames.size(), 1);
  std::vector<double> values = song.evaluate(Expression(own->second, signals.names()), frames);
  check_finite("region_amounts", own->second, values);
  // What nobody would see costs a network's call no less.
  for (double& value : values) value = std::round(std::clamp(value, 0.0, 1.0) * 1e6) / 1e6;
  return values;
}

void put_region_prompts(Plan& plan, const RenderJob& job, SongValues& song) {
  const ConditioningSettings& conditioning = job.diffusion.conditioning;
  const SignalSet signals(job.signals);
  const std::vector<int64_t> frames = frames_of(plan);
  for (const auto& [region, prompt] : conditioning.region_prompts) {
    const std::vector<double> amounts =
        amounts_of(region, conditioning.region_amounts, song, signals, frames);
    const auto place = static_cast<int>(plan.prompts.size());
    plan.prompts.push_back({prompt, ""});
    for (size_t i = 0; i < amounts.size(); ++i) {
      if (amounts[i] > 0) plan.rows[i].regions.push_back({region_of(region), place, amounts[i]});
    }
  }
}

void put_bends(Plan& plan, const RenderJob& job, SongValues& song) {
  const std::vector<BendText> bends = read_bends(job.diffusion.conditioning.bend);
  if (bends.empty()) return;
  const SignalSet signals(job.signals);
  const std::vector<int64_t> frames = frames_of(plan);
  for (Recipe& row : plan.rows) row.bends.clear();
  for (const BendText& bend : bends) {
    const BendKind& kind = kind_of({bend.kind, {}});
    for (Recipe& row : plan.rows) row.bends.push_back({bend.kind, {}});
    for (size_t argument = 0; argument < bend.arguments.size(); ++argument) {
      const std::string& text = bend.arguments[argument];
      const std::vector<double> values = argument < kind.channels
                                             ? std::vector<double>(frames.size(), *parse_real(text))
                                             : song.evaluate(Expression(text, signals.names()), frames);
      check_finite("bend", text, values);
      for (size_t i = 0; i < values.size(); ++i) plan.rows[i].bends.back().arguments.push_back(values[i]);
    }
  }
  for (Recipe& row : plan.rows) std::erase_if(row.bends, is_neutral);
}

}  // namespace

void check_conditioning(const RenderJob& job) {
  const ConditioningSettings& conditioning = job.diffusion.conditioning;
  const SignalSet signals(job.signals);
  const auto check = [&](const char* what, const std::string& text) {
    try {
      Expression(text, signals.names());
    } catch (const Error& error) {
      throw_error(ErrorKind::usage, "{} = {} {}", what, text, error.what());
    }
  };
  if (!conditioning.walk.by.empty()) check("walk_by", conditioning.walk.by);
  for (const auto& [region, text] : conditioning.walk.regions) check("walk_regions", text);
  for (const auto& [region, text] : conditioning.region_amounts) {
    check("region_amounts", text);
    const auto& told = conditioning.region_prompts;
    if (std::none_of(told.begin(), told.end(),
                     [&region = region](const auto& each) { return each.first == region; }))
      throw_error(ErrorKind::usage,
                  "region_amounts names {}, which has no prompt; --region-prompts \"{}=…\" gives it one",
                  region, region);
  }
  for (const BendText& bend : read_bends(conditioning.bend)) {
    for (size_t i = kind_of({bend.kind, {}}).channels; i < bend.arguments.size(); ++i)
      check("bend", bend.arguments[i]);
  }
  const WalkSettings& walk = conditioning.walk;
  if (walk.kind == WalkKind::closed && walk.turns != std::round(walk.turns))
    throw_error(ErrorKind::usage,
                "walk_turns = {}: a closed walk goes around a whole number of times; {} would do", walk.turns,
                std::max(std::round(walk.turns), 1.0));
}

bool conditioning_follows_music(const ConditioningSettings& conditioning) {
  return conditioning.sound.embedding || !conditioning.notes.empty() ||
         conditioning.walk.kind != WalkKind::none || !conditioning.walk.regions.empty() ||
         !conditioning.bend.empty() || !conditioning.region_prompts.empty();
}

void add_conditioning_needs(const RenderJob& job, FeatureRequest& request) {
  if (!job.diffusion.enabled) return;
  const ConditioningSettings& conditioning = job.diffusion.conditioning;
  const SignalSet signals(job.signals);
  if (conditioning.sound.embedding) request.sound = true;
  if (!conditioning.notes.empty()) {
    for (size_t note = 0; note < kPitchClasses.size(); ++note) request.series.insert(chroma_series(note));
    const NotesMode mode = conditioning.note.mode;
    if (mode == NotesMode::focus || mode == NotesMode::cumulative) request.onsets = true;
  }
  const WalkSettings& walk = conditioning.walk;
  if (walk.kind != WalkKind::none) {
    signals.add_needs(Expression(walk_source(walk), signals.names()), request);
    if (walks_by_beats(walk)) request.beats = true;
  }
  for (const auto& [region, text] : walk.regions) {
    signals.add_needs(Expression(text, signals.names()), request);
    if (walks_by_beats(walk_in_region(walk, text))) request.beats = true;
  }
  for (const auto& [region, text] : conditioning.region_amounts)
    signals.add_needs(Expression(text, signals.names()), request);
  for (const BendText& bend : read_bends(conditioning.bend)) {
    for (size_t i = kind_of({bend.kind, {}}).channels; i < bend.arguments.size(); ++i)
      signals.add_needs(Expression(bend.arguments[i], signals.names()), request);
  }
}

void put_conditioning(Plan& plan, const RenderJob& job, const Features& features,
                      std::vector<std::string>& notes) {
  const ConditioningSettings& conditioning = job.diffusion.conditioning;
  if (!conditioning_follows_music(conditioning)) return;
  const SignalSet signals(job.signals);
  SongValues song(features, signals);
  if (conditioning.sound.embedding) {
    for (Recipe& row : plan.rows) row.sound = sound_parts(conditioning.sound, row.frame, features);
  }
  const WalkSettings& walk = conditioning.walk;
  const bool by_beats =
      walks_by_beats(walk) || (!walk.regions.empty() && walks_by_beats(walk_in_region(walk, "")));
  if (by_beats && features.events.beats_s.empty())
    notes.emplace_back("no beats are heard, so the walk stands still; --tempo tells the tempo");
  if (!conditioning.notes.empty() || walk.kind != WalkKind::none || !walk.regions.empty()) {
    const WholeSong whole(job, features);
    put_notes(plan, job, features, whole);
    put_walk(plan, job, features, song, whole);
    put_regions(plan, job, features, song, whole);
  }
  put_region_prompts(plan, job, song);
  put_bends(plan, job, song);
}

}  // namespace spectradiff
