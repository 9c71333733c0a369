#include "spectradiff/config/scene_plan.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numbers>
#include <set>
#include <utility>

#include "spectradiff/base/error.h"
#include "spectradiff/base/number.h"
#include "spectradiff/base/text.h"
#include "spectradiff/config/options.h"
#include "spectradiff/timeline/song_values.h"

namespace spectradiff {
namespace {

constexpr const char* kSeedKey = "seed";
constexpr const char* kTravelKey = "seed_travel";

// A part of the song: what it changes, and how messages name it.
struct Part {
  std::string name;
  const OptionChanges* changes;
};

std::vector<Part> parts_of(const std::vector<Scene>& scenes) {
  std::vector<Part> parts;
  for (const Scene& scene : scenes) parts.push_back({"scenes: " + scene.when, &scene.changes});
  return parts;
}
std::vector<Part> parts_of(const std::vector<PromptKey>& keys) {
  std::vector<Part> parts;
  for (const PromptKey& key : keys) parts.push_back({"prompts: " + key.at, &key.changes});
  return parts;
}

[[noreturn]] void refuse_part(const Part& part, const std::string& key, const std::string& reason) {
  throw_error(ErrorKind::usage, "{}: {} {}", part.name, key, reason);
}

void check_parts(const std::vector<Part>& parts, const RenderJob& job) {
  const SignalSet signals(job.signals);
  for (const Part& part : parts) {
    for (const auto& [key, change] : *part.changes) {
      try {
        check_change(key, change);
        if (!change.adds) Expression(change.value, signals.names());
      } catch (const Error& error) {
        refuse_part(part, key, fmt::format("= {} {}", change.value, error.what()));
      }
    }
  }
}

// One option's values in one part, from those that it has otherwise.
std::vector<double> values_in(const Part& part, const std::string& key, std::vector<double> values,
                              SongValues& song, const SignalSet& signals, std::span<const int64_t> frames) {
  const auto found = part.changes->find(key);
  if (found == part.changes->end()) return values;
  const auto& [adds, text] = found->second;
  const auto number = parse_real(text);
  if (adds) {
    for (double& value : values) value += *number;
  } else if (number) {
    std::fill(values.begin(), values.end(), *number);
  } else {
    values = song.evaluate(Expression(text, signals.names()), frames);
  }
  for (size_t i = 0; i < values.size(); ++i) {
    if (!std::isfinite(values[i]))
      refuse_part(part, key, fmt::format("= {} is {} in frame {}", text, values[i], frames[i]));
  }
  return values;
}

// As without scenes: moved by the music, or what the option says.
std::vector<double> plain_values(const std::string& key, const std::vector<MovedOption>& moved,
                                 const RenderJob& job, size_t count) {
  const auto found =
      std::find_if(moved.begin(), moved.end(), [&](const MovedOption& each) { return each.key == key; });
  if (found != moved.end()) return found->values;
  return std::vector<double>(count, find_option(key)->get({job, {}}).get<double>());
}

std::vector<SceneMix> scene_mixes(const Plan& plan, const RenderJob& job, const Features& features,
                                  std::vector<std::string>* notes = nullptr) {
  PlacedScenes placed = place_scenes(job.scenes, features);
  if (notes != nullptr) notes->insert(notes->end(), placed.notes.begin(), placed.notes.end());
  return mix_scenes(placed.runs, frames_of(plan));
}

std::vector<SceneMix> prompt_mixes(const Plan& plan, const RenderJob& job, const Features& features) {
  const PromptSchedule schedule = *job.diffusion.schedule();
  std::vector<SceneMix> mixes;
  for (const PromptMix& mix :
       place_prompts(schedule, features, SignalSet(job.signals), frames_of(plan)).mixes)
    mixes.push_back({mix.from, mix.to, mix.weight, mix.spherical});
  return mixes;
}

// `mixes` [frames] say which parts hold; -1 is none of them.
void move_by_parts(std::vector<MovedOption>& moved, const std::vector<Part>& parts,
                   const std::vector<SceneMix>& mixes, const RenderJob& job, const Features& features,
                   std::span<const int64_t> frames) {
  std::set<std::string> keys;
  for (const Part& part : parts) {
    for (const auto& [key, change] : *part.changes) {
      if (key != kSeedKey) keys.insert(key);
    }
  }
  const SignalSet signals(job.signals);
  SongValues song(features, signals);
  for (const std::string& key : keys) {
    std::vector<std::vector<double>> by_part = {plain_values(key, moved, job, frames.size())};  // of -1 first
    for (const Part& part : parts)
      by_part.push_back(values_in(part, key, by_part.front(), song, signals, frames));
    MovedOption option{key, {}};
    const auto& range = *find_option(key)->number;
    for (size_t i = 0; i < frames.size(); ++i) {
      const double from = by_part[static_cast<size_t>(mixes[i].from + 1)][i];
      const double to = by_part[static_cast<size_t>(mixes[i].to + 1)][i];
      option.values.push_back(range.nearest(std::lerp(from, to, mixes[i].weight)));
    }
    std::erase_if(moved, [&](const MovedOption& each) { return each.key == key; });
    moved.push_back(std::move(option));
  }
}

using Noise = std::vector<WeightedSeed>;

// On the arc from the one to the other, as strong as they are.
Noise noise_between(const Noise& from, const Noise& to, double weight) {
  if (weight <= 0 || from == to) return from;
  if (weight >= 1) return to;
  const double angle = weight * std::numbers::pi / 2;
  Noise mixed;
  const auto add = [&](const Noise& noise, double factor) {
    for (const auto& [seed, share] : noise) {
      const auto same = std::find_if(mixed.begin(), mixed.end(),
                                     [seed = seed](const WeightedSeed& known) { return known.seed == seed; });
      if (same != mixed.end()) {
        same->weight += factor * share;
      } else {
        mixed.push_back({seed, factor * share});
      }
    }
  };
  add(from, std::cos(angle));
  add(to, std::sin(angle));
  double variance = 0;
  for (const WeightedSeed& each : mixed) variance += each.weight * each.weight;
  for (WeightedSeed& each : mixed) each.weight /= std::sqrt(variance);
  return mixed;
}

void put_seeds(Plan& plan, const std::vector<Part>& parts, const std::vector<SceneMix>& mixes,
               const RenderJob& job, const std::vector<double>& travel) {
  for (size_t i = 0; i < plan.rows.size(); ++i) {
    Recipe& row = plan.rows[i];
    const auto noise_in = [&](int part) {
      if (part < 0) return row.noise;
      const OptionChanges& changes = *parts[static_cast<size_t>(part)].changes;
      const auto seed = changes.find(kSeedKey);
      if (seed == changes.end()) return row.noise;
      DiffusionSettings own = job.diffusion;
      const auto number = static_cast<int64_t>(*parse_real(seed->second.value));
      own.seed = std::max<int64_t>(0, seed->second.adds ? own.seed + number : number);
      return frame_noise(own, travel[i], row.frame);
    };
    row.noise = noise_between(noise_in(mixes[i].from), noise_in(mixes[i].to), mixes[i].weight);
  }
}

void add_shares(std::vector<PromptShare>& shares, const std::vector<PromptShare>& more, double weight) {
  for (const auto& [prompt, share] : more) {
    if (share * weight <= 0) continue;
    const auto same = std::find_if(shares.begin(), shares.end(), [prompt = prompt](const PromptShare& known) {
      return known.prompt == prompt;
    });
    if (same != shares.end()) {
      same->weight += share * weight;
    } else {
      shares.push_back({prompt, share * weight});
    }
  }
}

}  // namespace

void check_change(const std::string& key, const OptionChange& change) {
  const auto refuse_it = [](const std::string& reason) { throw_error(ErrorKind::usage, "{}", reason); };
  const Option* option = find_option(key);
  if (option == nullptr) {
    std::vector<std::string> known = option_keys();
    known.insert(known.end(),
                 {"at", "when", "blend", "cut", "negative"});  // of scenes and prompts themselves
    refuse_it("is no option" + suggestion(key, known));
  }
  const bool seed = key == kSeedKey;
  if (!seed && !option->moves)
    refuse_it("cannot differ from scene to scene; prompts, the seed and options with ◇ can");
  const auto number = parse_real(change.value);
  if (seed && (!number || *number != std::floor(*number))) refuse_it("is no whole number");
  if (change.adds || !number) return;
  if (const std::string problem = check_number(*option, *number); !problem.empty()) refuse_it(problem);
}

void check_scenes(const RenderJob& job) {
  check_parts(parts_of(job.scenes), job);
}

void check_prompts(const RenderJob& job) {
  check_parts(parts_of(job.diffusion.prompts), job);
}

std::vector<MovedOption> moved_by_scenes(std::vector<MovedOption> moved, const Plan& plan,
                                         const RenderJob& job, const Features& features,
                                         std::vector<std::string>& notes) {
  const std::vector<int64_t> frames = frames_of(plan);
  if (has_changes(job.diffusion.prompts)) {
    move_by_parts(moved, parts_of(job.diffusion.prompts), prompt_mixes(plan, job, features), job, features,
                  frames);
  }
  if (!job.scenes.empty()) {
    const std::vector<SceneMix> mixes = scene_mixes(plan, job, features, &notes);
    move_by_parts(moved, parts_of(job.scenes), mixes, job, features, frames);
  }
  std::sort(moved.begin(), moved.end(),
            [](const MovedOption& a, const MovedOption& b) { return a.key < b.key; });
  return moved;
}

void put_scenes(Plan& plan, const RenderJob& job, const Features& features,
                const std::vector<MovedOption>& moved) {
  const std::vector<double> travel = plain_values(kTravelKey, moved, job, plan.rows.size());
  if (has_changes(job.diffusion.prompts))
    put_seeds(plan, parts_of(job.diffusion.prompts), prompt_mixes(plan, job, features), job, travel);
  if (job.scenes.empty()) return;
  const std::vector<SceneMix> mixes = scene_mixes(plan, job, features);
  put_seeds(plan, parts_of(job.scenes), mixes, job, travel);
  std::vector<int> prompts(job.scenes.size(), -1);
  for (size_t i = 0; i < job.scenes.size(); ++i) {
    const Scene& scene = job.scenes[i];
    if (scene.prompt.empty()) continue;
    const PromptPair pair{scene.prompt, scene.negative.value_or(job.diffusion.negative_prompt)};
    const auto known = std::find(plan.prompts.begin(), plan.prompts.end(), pair);
    prompts[i] = static_cast<int>(known - plan.prompts.begin());
    if (known == plan.prompts.end()) plan.prompts.push_back(pair);
  }
  for (size_t i = 0; i < plan.rows.size(); ++i) {
    Recipe& row = plan.rows[i];
    const auto shares_in = [&](int scene) {
      const int prompt = scene < 0 ? -1 : prompts[static_cast<size_t>(scene)];
      return prompt < 0 ? row.prompts : std::vector<PromptShare>{{prompt, 1}};
    };
    std::vector<PromptShare> shares;
    add_shares(shares, shares_in(mixes[i].from), 1 - mixes[i].weight);
    add_shares(shares, shares_in(mixes[i].to), mixes[i].weight);
    const bool as_it_was = shares == row.prompts;
    row.along_arc = as_it_was ? row.along_arc : mixes[i].arc && shares.size() == 2;
    row.prompts = std::move(shares);
  }
}

}  // namespace spectradiff
