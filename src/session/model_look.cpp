#include "model_look.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <set>
#include <vector>

#include "spectradiff/base/error.h"
#include "spectradiff/config/options.h"

namespace spectradiff {
namespace {

constexpr const char* kPrompts = "prompts";

bool is_share(const Json& entry, const char* key) {
  const auto value = entry.find(key);
  return value != entry.end() && value->is_number() && *value >= 0 && *value <= 1;
}

bool is_prompt(const Json& entry) {
  return entry.is_object() && entry.contains("prompt") && entry["prompt"].is_string() &&
         is_share(entry, "energy") && is_share(entry, "brightness");
}

bool is_journey(const std::string& key) {
  const Option* option = find_option(key);
  return key == "diffuse_every" || (option != nullptr && option->group == kJourneyGroup);
}

bool is_painting(const std::string& key) {
  const Option* option = find_option(key);
  return option != nullptr && (option->commands & kPaint) != 0 && key != "size" && key != "signal";
}

}  // namespace

Layer look_layer(const Manifest& manifest, const LookParts& taken) {
  Layer layer{"model " + manifest.name, Json::object(), LayerKind::look, {}};
  for (const auto& [key, value] : manifest.look.items()) {
    const bool is_taken = is_journey(key) ? taken.journey : taken.painting || !is_painting(key);
    if (key == kPrompts || !is_taken) continue;
    layer.values[key] = value;
  }
  return layer;
}

bool brings_prompts(const Manifest& manifest) {
  const auto prompts = manifest.look.find(kPrompts);
  if (prompts == manifest.look.end()) return false;
  if (!prompts->is_array() || !std::all_of(prompts->begin(), prompts->end(), is_prompt)) {
    throw_error(ErrorKind::model,
                "{}/model.json: look.prompts must hold objects with \"prompt\", a text, and \"energy\" and "
                "\"brightness\", numbers from 0 to 1; export the model again",
                manifest.folder.string());
  }
  return !prompts->empty();
}

namespace {

std::vector<Json> nearest_prompts(const Manifest& manifest, const Mood& mood) {
  const auto distance = [&mood](const Json& entry) {
    return std::hypot(entry["energy"].get<double>() - mood.energy,
                      entry["brightness"].get<double>() - mood.brightness);
  };
  std::vector<Json> prompts = manifest.look[kPrompts];
  std::stable_sort(prompts.begin(), prompts.end(),
                   [&](const Json& a, const Json& b) { return distance(a) < distance(b); });
  return prompts;
}

}  // namespace

std::string suiting_prompt(const Manifest& manifest, const Mood& mood, int64_t seed) {
  constexpr size_t kNearest = 3;
  const std::vector<Json> prompts = nearest_prompts(manifest, mood);
  return prompts[static_cast<uint64_t>(seed) % std::min(kNearest, prompts.size())]["prompt"];
}

std::vector<Scene> own_scenes(const Manifest& manifest, const Features& features, const Mood& mood,
                              int64_t seed) {
  constexpr double kReach = 0.6;  // of energy, from a song's calmest label to its most driving
  std::map<int, double> energies;
  for (const Section& section : features.events.sections) energies.try_emplace(section.label, section.energy);
  std::vector<Scene> scenes;
  std::set<std::string> taken;
  for (const auto& [label, energy] : energies) {
    Mood own = mood;
    own.energy = std::clamp(mood.energy + kReach * (energy - 0.5), 0.0, 1.0);
    std::string prompt = suiting_prompt(manifest, scenes.empty() ? mood : own, seed);
    for (const Json& entry : nearest_prompts(manifest, own)) {
      if (!taken.contains(prompt)) break;
      prompt = entry["prompt"];
    }
    taken.insert(prompt);
    scenes.push_back({label_text(label), prompt, {}, {}, {}});
  }
  return scenes;
}

}  // namespace spectradiff
