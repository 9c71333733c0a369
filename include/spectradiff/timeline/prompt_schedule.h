// Prompts that follow one another over a song, and how much of which is in every frame.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "spectradiff/base/json.h"
#include "spectradiff/features/features.h"
#include "spectradiff/timeline/option_change.h"
#include "spectradiff/timeline/signals.h"

namespace spectradiff {

// How one prompt's embedding becomes the next one's: along the line between them, along the arc (both as a
// whole, of their own lengths), or at once.
enum class PromptBlend { lerp, slerp, cut };
const std::vector<std::pair<std::string, PromptBlend>>& prompt_blends();  // by name

struct PromptKey {
  std::string at;  // "90", "1:30", "300f", "16beats" (from the first, 0) or "end", the song's last frame
  std::string prompt;
  std::optional<std::string> negative;  // absent: the job's
  // On the way to the next key:
  std::optional<PromptBlend> blend;  // absent: the schedule's
  std::string weight;                // of the next key's prompt, an expression; empty: the schedule's
  OptionChanges changes;             // at the key, and less and less on the way to the next one
  friend bool operator==(const PromptKey&, const PromptKey&) = default;
};

// Whether any of them changes an option.
bool has_changes(const std::vector<PromptKey>& keys);

// The name that weights may read beside series, counters and signals: 0 at a key, 1 at the next one.
inline constexpr const char* kProgress = "progress";

// Lines of `M:SS: text` (any time of a key, then a colon; empty lines and those that begin with # are
// skipped), behind it any of `| strength +0.2`, `| seed =7`, `| cut`, `| negative text`, `| weight EXPR`; \|
// is a bar. Or a JSON array of {"at", "prompt", "negative", "blend", "weight", and option keys: a number or
// expression sets, "+0.2" adds}; "at" may be a number of seconds. Messages begin with `source` and the line.
// Error{usage}.
std::vector<PromptKey> parse_prompts(std::string_view text, const std::string& source,
                                     const ChangeCheck& check = nullptr);
std::vector<PromptKey> prompts_from_json(const Json& keys, const std::string& source,
                                         const ChangeCheck& check = nullptr);
Json prompts_to_json(const std::vector<PromptKey>& keys);

struct PromptSchedule {
  std::vector<PromptKey> keys;  // at least one
  PromptBlend blend = PromptBlend::lerp;
  std::string weight;  // empty: progress; a cut waits for its key
  bool snap = false;   // every key to the beat nearest to it
};

// Error{usage} for a weight that is no expression.
void check_weights(const PromptSchedule& schedule, std::span<const std::string> signals);
void add_needs(const PromptSchedule& schedule, const SignalSet& signals, FeatureRequest& request);

// What a frame shows of the keys' prompts: (1 - weight) of `from` and `weight` of `to`, indices of keys.
struct PromptMix {
  int from = 0;
  int to = 0;
  double weight = 0;  // 0..1, rounded to 1e-6
  bool spherical = false;
  friend bool operator==(const PromptMix&, const PromptMix&) = default;
};

struct PlacedPrompts {
  std::vector<int64_t> key_frames;  // [keys]; what lies before the first shows its prompt
  std::vector<PromptMix> mixes;     // [frames]
  std::vector<std::string> notes;   // weights brought into 0..1, keys after the end
};

// A key's frame holds its time: floor(time · fps). Of keys in one frame the last one counts. Error{usage} for
// keys that do not ascend, weights that are no number, and beats where none were heard.
PlacedPrompts place_prompts(const PromptSchedule& schedule, const Features& features,
                            const SignalSet& signals, std::span<const int64_t> frames);

}  // namespace spectradiff
