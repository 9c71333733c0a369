// What is shown in which part of a song: a prompt, and settings of its own, by section, label or time.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "spectradiff/base/json.h"
#include "spectradiff/features/features.h"
#include "spectradiff/timeline/option_change.h"
#include "spectradiff/timeline/prompt_schedule.h"

namespace spectradiff {

// `when` is one of, in the order in which a section chooses:
// - "section 3": the third one, counted from 1;
// - "drop": a section that begins with a drop;
// - "intro", "outro": the song's first and last section;
// - "A", "B", …: every section of that label;
// - "chorus": the label of the most energy among those that come back (among all, where none does);
//   "verse": of the others, the one that fills most of the song;
// - "else": every other section;
// or a time of a key (prompt_schedule.h): from there to the next scene.
struct Scene {
  std::string when;
  std::string prompt;                   // empty: the job's
  std::optional<std::string> negative;  // absent: the job's
  OptionChanges changes;
  std::optional<PromptBlend> blend;  // into it; absent: by the energy of both sections
  friend bool operator==(const Scene&, const Scene&) = default;
};

// Lines of `WHEN: text`, behind it any of `| strength +0.2`, `| strength =0.5`, `| cut`, `| slerp`, `| lerp`,
// `| negative text`; \| is a bar. Empty lines and those that begin with # are skipped. Or a JSON array of
// {"when", "prompt", "negative", "blend", and option keys: a number or expression sets, "+0.2" adds}. Or
// timed text: LRC ([01:30.50]text) and SubRip (.srt), whose lines are the prompts. Which of them it is, the
// text says. Messages begin with `source` and the line. Error{usage}.
std::vector<Scene> parse_scenes(std::string_view text, const std::string& source,
                                const ChangeCheck& check = nullptr);
std::vector<Scene> scenes_from_json(const Json& scenes, const std::string& source,
                                    const ChangeCheck& check = nullptr);
Json scenes_to_json(const std::vector<Scene>& scenes);

// The scenes need sections heard, and beats.
void add_needs(const std::vector<Scene>& scenes, FeatureRequest& request);

// Part of the song in which one scene is shown, until the next one's.
struct PlacedScene {
  int scene = -1;  // index; -1: what the job says without scenes
  int64_t begin = 0;
  int64_t fade = 0;  // frames that the way from the scene before takes; 0: cut
  bool arc = true;   // along it
  friend bool operator==(const PlacedScene&, const PlacedScene&) = default;
};

struct PlacedScenes {
  std::vector<PlacedScene> runs;   // ascending, the first begins at 0
  std::vector<std::string> notes;  // scenes that this song never shows
};

// A section's scene begins in the frame that holds the section's begin. Where a scene does not say how it
// comes: at once where the section's energy is more than 0.1 above that of the one before; over one bar where
// it is as much; over two where it is less. Scenes by time come at once.
PlacedScenes place_scenes(const std::vector<Scene>& scenes, const Features& features);

// What a frame shows: (1 - weight) of the scene `from`, weight of `to`.
struct SceneMix {
  int from = -1;
  int to = -1;
  double weight = 0;  // 0..1, rounded to 1e-6
  bool arc = false;
  friend bool operator==(const SceneMix&, const SceneMix&) = default;
};
std::vector<SceneMix> mix_scenes(const std::vector<PlacedScene>& runs, std::span<const int64_t> frames);

}  // namespace spectradiff
