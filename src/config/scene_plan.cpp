#include "spectradiff/config/scene_plan.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
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

[[noreturn]] void refuse_change(const Scene& scene, const std::string& key, const std::string& reason) {
  throw_error(ErrorKind::usage, "scenes: {}: {} {}", scene.when, key, reason);
}

void check_change(const Scene& scene, const std::string& key, const SceneChange& change,
                  std::span<const std::string> signals) {
  const Option* option = find_option(key);
  if (option == nullptr) refuse_change(scene, key, "is no option" + suggestion(key, option_keys()));
  const bool seed = key == kSeedKey;
  if (!seed && !option->moves)
    refuse_change(scene, key, "cannot differ from scene to scene; prompts, the seed and options with ◇ can");
  if (change.adds) return;
  const auto number = parse_real(change.value);
  if (seed && !number) refuse_change(scene, key, fmt::format("= {} is no whole number", change.value));
  if (!number) {
    try {
      Expression(change.value, signals);
    } catch (const Error& error) {
      refuse_change(scene, key, fmt::format("= {} {}", change.value, error.what()));
    }
  } else if (const std::string problem = check_number(*option, *number); !problem.empty()) {
    refuse_change(scene, key, fmt::format("= {} {}", change.value, problem));
  }
}

std::set<std::string> changed_keys(const RenderJob& job) {
  std::set<std::string> keys;
  for (const Scene& scene : job.scenes) {
    for (const auto& [key, change] : scene.changes) {
      if (key != kSeedKey) keys.insert(key);
    }
  }
  return keys;
}

// One option's values under one scene, from those that it has otherwise.
std::vector<double> scene_values(const Scene& scene, const std::string& key, std::vector<double> values,
                                 SongValues& song, const SignalSet& signals,
                                 std::span<const int64_t> frames) {
  const auto found = scene.changes.find(key);
  if (found == scene.changes.end()) return values;
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
      refuse_change(scene, key, fmt::format("= {} is {} in frame {}", text, values[i], frames[i]));
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

std::vector<SceneMix> mixes_of(const Plan& plan, const RenderJob& job, const Features& features,
                               std::vector<std::string>* notes = nullptr) {
  PlacedScenes placed = place_scenes(job.scenes, features);
  if (notes != nullptr) notes->insert(notes->end(), placed.notes.begin(), placed.notes.end());
  return mix_scenes(placed.runs, frames_of(plan));
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

bool scenes_change(const RenderJob& job, const std::string& key) {
  return std::any_of(job.scenes.begin(), job.scenes.end(),
                     [&](const Scene& scene) { return scene.changes.contains(key); });
}

void check_scenes(const RenderJob& job) {
  const SignalSet signals(job.signals);
  for (const Scene& scene : job.scenes) {
    for (const auto& [key, change] : scene.changes) check_change(scene, key, change, signals.names());
  }
}

std::vector<MovedOption> moved_by_scenes(std::vector<MovedOption> moved, const Plan& plan,
                                         const RenderJob& job, const Features& features,
                                         std::vector<std::string>& notes) {
  if (job.scenes.empty()) return moved;
  const std::vector<int64_t> frames = frames_of(plan);
  const std::vector<SceneMix> mixes = mixes_of(plan, job, features, &notes);
  const SignalSet signals(job.signals);
  SongValues song(features, signals);
  for (const std::string& key : changed_keys(job)) {
    const std::vector<double> plain = plain_values(key, moved, job, frames.size());
    std::vector<std::vector<double>> by_scene = {plain};  // scene -1 first
    for (const Scene& scene : job.scenes)
      by_scene.push_back(scene_values(scene, key, plain, song, signals, frames));
    MovedOption option{key, {}};
    const auto& range = *find_option(key)->number;
    for (size_t i = 0; i < frames.size(); ++i) {
      const double from = by_scene[static_cast<size_t>(mixes[i].from + 1)][i];
      const double to = by_scene[static_cast<size_t>(mixes[i].to + 1)][i];
      option.values.push_back(range.nearest(std::lerp(from, to, mixes[i].weight)));
    }
    std::erase_if(moved, [&](const MovedOption& each) { return each.key == key; });
    moved.push_back(std::move(option));
  }
  std::sort(moved.begin(), moved.end(),
            [](const MovedOption& a, const MovedOption& b) { return a.key < b.key; });
  return moved;
}

void put_scenes(Plan& plan, const RenderJob& job, const Features& features,
                const std::vector<MovedOption>& moved) {
  if (job.scenes.empty()) return;
  const std::vector<SceneMix> mixes = mixes_of(plan, job, features);
  std::vector<int> prompts(job.scenes.size(), -1);
  for (size_t i = 0; i < job.scenes.size(); ++i) {
    const Scene& scene = job.scenes[i];
    if (scene.prompt.empty()) continue;
    const PromptPair pair{scene.prompt, scene.negative.value_or(job.diffusion.negative_prompt)};
    const auto known = std::find(plan.prompts.begin(), plan.prompts.end(), pair);
    prompts[i] = static_cast<int>(known - plan.prompts.begin());
    if (known == plan.prompts.end()) plan.prompts.push_back(pair);
  }
  const std::vector<double> travel = plain_values(kTravelKey, moved, job, plan.rows.size());
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
    if (mixes[i].to < 0) continue;
    const auto& changes = job.scenes[static_cast<size_t>(mixes[i].to)].changes;
    const auto seed = changes.find(kSeedKey);
    if (seed == changes.end()) continue;
    DiffusionSettings own = job.diffusion;
    const auto number = static_cast<int64_t>(*parse_real(seed->second.value));
    own.seed = seed->second.adds ? own.seed + number : number;
    row.noise = frame_noise(own, travel[i], row.frame);
  }
}

}  // namespace spectradiff
