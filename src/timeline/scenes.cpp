#include "spectradiff/timeline/scenes.h"

#include <algorithm>
#include <cmath>

#include "key_time.h"
#include "scene_names.h"
#include "song_frames.h"
#include "spectradiff/base/error.h"

namespace spectradiff {
namespace {

constexpr double kSameEnergy = 0.1;
constexpr double kTempoWithoutBeats = 120;

// Energies and times of labels, [labels].
struct LabelFacts {
  double energy = 0;  // mean, by time
  double length_s = 0;
  int times = 0;
};

std::vector<LabelFacts> facts_of(const std::vector<Section>& sections) {
  std::vector<LabelFacts> facts;
  for (const Section& section : sections) {
    const auto label = static_cast<size_t>(section.label);
    if (label >= facts.size()) facts.resize(label + 1);
    const double length_s = section.end_s - section.begin_s;
    facts[label].energy += section.energy * length_s;
    facts[label].length_s += length_s;
    ++facts[label].times;
  }
  for (LabelFacts& fact : facts) fact.energy /= std::max(fact.length_s, 1e-9);
  return facts;
}

// -1 where there is none.
int chorus_of(const std::vector<LabelFacts>& facts) {
  int chorus = -1;
  for (const bool repeated : {true, false}) {
    for (size_t label = 0; label < facts.size(); ++label) {
      if (facts[label].times < (repeated ? 2 : 1)) continue;
      if (chorus < 0 || facts[label].energy > facts[static_cast<size_t>(chorus)].energy)
        chorus = static_cast<int>(label);
    }
    if (chorus >= 0) break;
  }
  return chorus;
}

int verse_of(const std::vector<LabelFacts>& facts, int chorus) {
  int verse = -1;
  for (size_t label = 0; label < facts.size(); ++label) {
    if (static_cast<int>(label) == chorus || facts[label].times == 0) continue;
    if (verse < 0 || facts[label].length_s > facts[static_cast<size_t>(verse)].length_s)
      verse = static_cast<int>(label);
  }
  return verse;
}

// What a section is called, the most special name first.
std::vector<std::string> names_of(size_t index, const std::vector<Section>& sections,
                                  const Features& features, int chorus, int verse) {
  const Section& section = sections[index];
  std::vector<std::string> names = {kSectionName + std::to_string(index + 1)};
  const auto& drops = features.events.drops_s;
  const bool dropped = std::any_of(drops.begin(), drops.end(), [&](double drop_s) {
    return frame_of_moment(drop_s, features) == frame_of_moment(section.begin_s, features);
  });
  if (dropped) names.emplace_back("drop");
  if (index == 0) names.emplace_back("intro");
  if (index + 1 == sections.size()) names.emplace_back("outro");
  names.push_back(label_text(section.label));
  if (section.label == chorus) names.emplace_back("chorus");
  if (section.label == verse) names.emplace_back("verse");
  names.emplace_back("else");
  return names;
}

int scene_named(const std::vector<Scene>& scenes, const std::vector<std::string>& names) {
  for (const std::string& name : names) {
    const auto found =
        std::find_if(scenes.begin(), scenes.end(), [&](const Scene& scene) { return scene.when == name; });
    if (found != scenes.end()) return static_cast<int>(found - scenes.begin());
  }
  return -1;
}

int64_t bar_frames(const Features& features) {
  const double tempo = features.tempo_bpm > 0 ? features.tempo_bpm : kTempoWithoutBeats;
  const double bar_s = 60 / tempo * features.events.beats_per_bar;
  return std::max<int64_t>(1, std::llround(bar_s * features.settings.fps.to_double()));
}

// How a section's scene comes where it does not say so itself.
int64_t fade_between(double before, double energy, const Features& features) {
  if (energy > before + kSameEnergy) return 0;
  return bar_frames(features) * (energy < before - kSameEnergy ? 2 : 1);
}

int64_t frame_of_key(const std::string& when, const Features& features) {
  PromptSchedule schedule;
  schedule.keys = {{when, "", {}, {}, "", {}}};
  const SignalSet none({});
  return place_prompts(schedule, features, none, {}).key_frames.front();
}

void place_sections(const std::vector<Scene>& scenes, const Features& features,
                    std::vector<PlacedScene>& runs) {
  const std::vector<Section> sections = sections_of(features);
  const std::vector<LabelFacts> facts = facts_of(sections);
  const int chorus = chorus_of(facts), verse = verse_of(facts, chorus);
  for (size_t i = 0; i < sections.size(); ++i) {
    PlacedScene run;
    run.scene = scene_named(scenes, names_of(i, sections, features, chorus, verse));
    run.begin = i == 0 ? 0 : frame_of_moment(sections[i].begin_s, features);
    if (run.begin >= features.frames) break;
    if (i > 0) run.fade = fade_between(sections[i - 1].energy, sections[i].energy, features);
    runs.push_back(run);
  }
}

void place_times(const std::vector<Scene>& scenes, const Features& features, std::vector<PlacedScene>& runs,
                 std::vector<std::string>& notes) {
  for (size_t i = 0; i < scenes.size(); ++i) {
    if (is_section_name(scenes[i].when)) continue;
    PlacedScene run;
    run.scene = static_cast<int>(i);
    run.begin = frame_of_key(scenes[i].when, features);
    if (run.begin >= features.frames) {
      notes.push_back(fmt::format("scenes: {} lies after the song's end", scenes[i].when));
      continue;
    }
    std::erase_if(runs, [&](const PlacedScene& other) { return other.begin == run.begin; });
    runs.push_back(run);
  }
}

// A scene by time stays where sections follow that no scene names.
void keep_timed(const std::vector<Scene>& scenes, std::vector<PlacedScene>& runs) {
  bool timed = false;
  std::erase_if(runs, [&](const PlacedScene& run) {
    if (run.scene < 0) return timed;
    timed = !is_section_name(scenes[static_cast<size_t>(run.scene)].when);
    return false;
  });
}

// As the scenes themselves say they come.
void follow_blends(const std::vector<Scene>& scenes, const Features& features,
                   std::vector<PlacedScene>& runs) {
  for (PlacedScene& run : runs) {
    if (run.scene < 0) continue;
    const auto& blend = scenes[static_cast<size_t>(run.scene)].blend;
    if (!blend) continue;
    run.arc = *blend == PromptBlend::slerp;
    if (*blend == PromptBlend::cut) {
      run.fade = 0;
    } else {
      run.fade = std::max(run.fade, bar_frames(features));
    }
  }
}

}  // namespace

void add_needs(const std::vector<Scene>& scenes, FeatureRequest& request) {
  if (scenes.empty()) return;
  request.sections = true;
  request.beats = true;
}

PlacedScenes place_scenes(const std::vector<Scene>& scenes, const Features& features) {
  PlacedScenes placed;
  std::vector<PlacedScene>& runs = placed.runs;
  const bool by_section = std::any_of(scenes.begin(), scenes.end(),
                                      [](const Scene& scene) { return is_section_name(scene.when); });
  if (by_section) place_sections(scenes, features, runs);
  place_times(scenes, features, runs, placed.notes);
  std::stable_sort(runs.begin(), runs.end(),
                   [](const PlacedScene& a, const PlacedScene& b) { return a.begin < b.begin; });
  if (runs.empty() || runs.front().begin > 0) runs.insert(runs.begin(), PlacedScene{});
  keep_timed(scenes, runs);
  follow_blends(scenes, features, runs);
  runs.front().fade = 0;
  for (size_t i = 0; i + 1 < runs.size(); ++i)
    runs[i].fade = std::min(runs[i].fade, runs[i + 1].begin - runs[i].begin);
  for (size_t i = 0; i < scenes.size(); ++i) {
    const bool shown = std::any_of(runs.begin(), runs.end(),
                                   [&](const PlacedScene& run) { return run.scene == static_cast<int>(i); });
    if (!shown && is_section_name(scenes[i].when))
      placed.notes.push_back(fmt::format("scenes: this song has no part {}", scenes[i].when));
  }
  return placed;
}

std::vector<SceneMix> mix_scenes(const std::vector<PlacedScene>& runs, std::span<const int64_t> frames) {
  std::vector<SceneMix> mixes;
  for (const int64_t frame : frames) {
    size_t index = 0;
    while (index + 1 < runs.size() && runs[index + 1].begin <= frame) ++index;
    const PlacedScene& run = runs[index];
    const int64_t since = frame - run.begin;
    if (index == 0 || since >= run.fade || runs[index - 1].scene == run.scene) {
      mixes.push_back({run.scene, run.scene, 0, false});
      continue;
    }
    const double part = static_cast<double>(since + 1) / static_cast<double>(run.fade + 1);
    mixes.push_back({runs[index - 1].scene, run.scene, std::round(part * 1e6) / 1e6, run.arc});
  }
  return mixes;
}

}  // namespace spectradiff
