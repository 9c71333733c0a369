#include "setting_notes.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <string>
#include <string_view>
#include <vector>

#include "aspect.h"
#include "spectradiff/base/text.h"
#include "spectradiff/config/options.h"
#include "spectradiff/config/trail_plan.h"
#include "spectradiff/paint/picture_source.h"

namespace spectradiff {
namespace {

using BaseKind = BaseLayer::Kind;

std::string_view painter_of(const RenderJob& job) {
  return painter_names()[static_cast<size_t>(job.paint.painter)];
}

bool shows_image(const PaintSettings& paint) {
  return paint.painter == PainterKind::image || paint.base.kind == BaseKind::image;
}

bool draws_hash(const PaintSettings& paint) {
  const bool below_pie = paint.base.kind == BaseKind::automatic && paint.painter == PainterKind::pie;
  return paint.painter == PainterKind::hash || paint.base.kind == BaseKind::hash || below_pie;
}

// What an option needs to mean something, and what to say where it is missing.
struct Need {
  std::string_view key;
  bool (*is_met)(const Resolution&);
  const char* missing;
};

constexpr const char* kNoBase =
    "there is no hash field or image below the painting; --base hash or --base image puts one there";

constexpr const char* kNoSound = "no sound is laid over the prompt; --sound-embedding melspectrogram does";
bool has_sound(const Resolution& settings) {
  return settings.job.diffusion.conditioning.sound.embedding.has_value();
}
constexpr const char* kNoNotes = "there are no prompts for notes; --notes FILE names them";
bool has_notes(const Resolution& settings) {
  return !settings.job.diffusion.conditioning.notes.empty();
}
constexpr const char* kNoWalk = "the noise does not walk; --walk circle makes it";
bool walks(const Resolution& settings) {
  const WalkSettings& walk = settings.job.diffusion.conditioning.walk;
  return walk.kind != WalkKind::none || !walk.regions.empty();
}

constexpr const char* kNoChain = "no picture follows from another; --chain section makes them";
bool has_chain(const Resolution& settings) {
  return !settings.diffuses || settings.job.journey.is_chained();
}

constexpr const char* kNothingToMove =
    "frames from noise alone have no painting that the camera could move; --chain section makes each follow "
    "from "
    "the one before";
bool moves_something(const Resolution& settings) {
  return !settings.diffuses || settings.job.journey.is_chained() ||
         !settings.job.diffusion.conditioning.text_to_image;
}

constexpr const char* kNoHues = "colours come from --colour-map; --colour-map hue makes hues of them";
bool has_hues(const Resolution& settings) {
  const PaintSettings& paint = settings.job.paint;
  return paint.colour.map == "hue" || !settings.job.scenes.empty();
}

constexpr const char* kNoPromptKeys = "one prompt holds for the whole song; --prompts FILE changes it";
bool has_prompt_keys(const Resolution& settings) {
  const RenderJob& job = settings.job;
  return !settings.diffuses || job.diffusion.schedule() || !job.scenes.empty() || job.own_scenes;
}

bool is_reshaped(const Resolution& settings) {
  const Size from = settings.job.paint.size, to = settings.job.output.size.value_or(from);
  return int64_t{from.width} * to.height != int64_t{from.height} * to.width;
}

constexpr Need kNeeds[] = {
    {"hue_start", has_hues, kNoHues},
    {"hue_span", has_hues, kNoHues},
    {"saturation", has_hues, kNoHues},
    {"lightness", has_hues, kNoHues},
    {"prompt_blend", has_prompt_keys, kNoPromptKeys},
    {"prompt_snap", has_prompt_keys, kNoPromptKeys},
    {"fit", is_reshaped, "the video has the shape of the pictures; --output-size 1920x1080 gives it another"},
    {"audio_bitrate",
     [](const Resolution& settings) {
       const std::string& codec = settings.job.output.audio_codec;
       return codec == "auto" || codec == "aac" || codec == "opus";
     },
     "this sound is not encoded with losses; --audio-codec aac is"},
    {"base_opacity",
     [](const Resolution& settings) {
       const PaintSettings& paint = settings.job.paint;
       const bool below_pie = paint.base.kind == BaseKind::automatic && paint.painter == PainterKind::pie;
       return below_pie || paint.base.kind == BaseKind::hash || paint.base.kind == BaseKind::image;
     },
     kNoBase},
    {"symmetry_folds",
     [](const Resolution& settings) {
       return settings.job.paint.arrangement.symmetry == Arrangement::Symmetry::kaleidoscope;
     },
     "only a kaleidoscope has folds; --symmetry kaleidoscope makes one"},
    {"control_weight",
     [](const Resolution& settings) {
       return settings.model() != nullptr && settings.model()->takes_control();
     },
     "the model has no control network; export_model.py --controlnet adds one"},
    {"negative_prompt",
     [](const Resolution& settings) { return !settings.diffuses || settings.job.is_guided(); },
     "it needs guidance above 1; --guidance 4 gives it"},
    {"text_strength", has_sound, kNoSound},
    {"rms_embedding", has_sound, kNoSound},
    {"sound_slice", has_sound, kNoSound},
    {"sound_blend", has_sound, kNoSound},
    {"notes_mode", has_notes, kNoNotes},
    {"notes_amount", has_notes, kNoNotes},
    {"notes_top", has_notes, kNoNotes},
    {"notes_smooth", has_notes, kNoNotes},
    {"notes_shuffles", has_notes, kNoNotes},
    {"walk_mode", walks, kNoWalk},
    {"walk_by", walks, kNoWalk},
    {"walk_distance", walks, kNoWalk},
    {"walk_note", walks, kNoWalk},
    {"easing", walks, kNoWalk},
    {"walk_turns", walks, kNoWalk},
    {"walk_jitter", walks, kNoWalk},
    {"walk_limit", walks, kNoWalk},
    {"paint_over", has_chain, kNoChain},
    {"chain_strength", has_chain, kNoChain},
    {"colour_match", has_chain, kNoChain},
    {"sharpen", has_chain, kNoChain},
    {"chain_noise", has_chain, kNoChain},
    {"zoom", moves_something, kNothingToMove},
    {"turn", moves_something, kNothingToMove},
    {"pan_x", moves_something, kNothingToMove},
    {"pan_y", moves_something, kNothingToMove},
    {"centre_x", moves_something, kNothingToMove},
    {"centre_y", moves_something, kNothingToMove},
    {"border", moves_something, kNothingToMove},
    {"camera_pace", moves_something, kNothingToMove},
    {"forward", moves_something, kNothingToMove},
    {"yaw", moves_something, kNothingToMove},
    {"pitch", moves_something, kNothingToMove},
    {"fov", moves_something, kNothingToMove},
    {"flip_x", has_chain, kNoChain},
    {"flip_y", has_chain, kNoChain},
    {"flip_z", has_chain, kNoChain},
    {"depth", has_chain, kNoChain},
    {"depth",
     [](const Resolution& settings) {
       const JourneyNumbers& numbers = settings.job.journey.numbers;
       const auto moves = [&](const char* key) { return settings.job.moves(key); };
       return numbers.forward != 0 || numbers.pan_x != 0 || numbers.pan_y != 0 || moves("forward") ||
              moves("pan_x") || moves("pan_y");
     },
     "what is near goes further by --forward, --pan-x and --pan-y alone, and none of them moves"},
    {"camera_noise", [](const Resolution& settings) { return settings.diffuses; },
     "nothing is diffused, so there is no noise"},
    {"inits", [](const Resolution& settings) { return settings.diffuses; },
     "nothing is diffused; -o DIR/%05d.png writes the paintings"},
    {"blend_previous", [](const Resolution& settings) { return !has_trails(settings.job); },
     "the mesh leaves trails of the paintings before; without --mesh-… it mixes them in"},
    {"eta",
     [](const Resolution& settings) {
       const std::string& scheduler = settings.job.diffusion.scheduler;
       return !settings.diffuses || scheduler == "ddim" || scheduler == "tcd";
     },
     "only the schedulers ddim and tcd add noise by it; --scheduler ddim is one"}};

// Options of one painter alone stand under its name.
std::string missing_painter(const Option& option, const Resolution& settings) {
  constexpr std::string_view kTitle = "Painter ";
  if (!std::string_view(option.group).starts_with(kTitle)) return "";
  const std::string painter = option.group.substr(kTitle.size());
  const PaintSettings& paint = settings.job.paint;
  if (painter == painter_of(settings.job) || (painter == "image" && shows_image(paint)) ||
      (painter == "hash" && draws_hash(paint)))
    return "";
  return fmt::format("the painter is {}; --painter {} uses it{}", painter_of(settings.job), painter,
                     painter == "image"  ? ", and so does --base image"
                     : painter == "hash" ? ", and so does --base hash"
                                         : "");
}

// Of what says how a video is encoded, where none is. A wish for speed alone is nothing to speak of.
std::string missing_video(const Option& option, const OutputTarget& target) {
  const auto is_one_of = [&](std::initializer_list<std::string_view> keys) {
    return std::find(keys.begin(), keys.end(), option.key) != keys.end();
  };
  const bool of_sound = is_one_of({"audio_codec", "audio_bitrate"});
  const bool of_pictures = is_one_of({"video_codec", "crf", "pixel_format"});
  if (target.kind == OutputTarget::Kind::frames) {
    const bool is_idle = of_sound || of_pictures || option.key == "max_bytes";
    return is_idle ? "numbered PNG pictures are neither encoded nor heard" : "";
  }
  if (!is_loop(target.container) || option.key == "video_codec") return "";
  const std::string name = container_name(target.container);
  if (of_sound) return fmt::format("a .{} has no sound", name);
  return of_pictures
             ? fmt::format("it is a video codec's, and a .{} has none; --max-bytes 8M makes it smaller", name)
             : "";
}

std::string missing_for(const Option& option, const Resolution& settings, const OutputTarget& target) {
  if (std::string missing = missing_video(option, target); !missing.empty()) return missing;
  for (const Need& need : kNeeds) {
    if (need.key == option.key && !need.is_met(settings)) return need.missing;
  }
  return missing_painter(option, settings);
}

bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

// "BREAK" and "AND" where no letter stands beside them.
bool has_word(std::string_view text, std::string_view word) {
  for (size_t at = text.find(word); at != text.npos; at = text.find(word, at + 1)) {
    const bool begins = at == 0 || !is_letter(text[at - 1]);
    const size_t end = at + word.size();
    if (begins && (end == text.size() || !is_letter(text[end]))) return true;
  }
  return false;
}

// From one sign to another, when `fits` takes what lies between: "<lora:x:0.8>".
template <typename Fits>
void add_bracketed(std::string_view text, char open, char close, Fits fits, std::vector<std::string>& found) {
  for (size_t at = text.find(open); at != text.npos; at = text.find(open, at + 1)) {
    const size_t end = text.find(close, at);
    if (end == text.npos) return;
    if (fits(text.substr(at + 1, end - at - 1))) found.emplace_back(text.substr(at, end + 1 - at));
  }
}

std::vector<std::string> foreign_words(std::string_view text) {
  std::vector<std::string> found;
  add_bracketed(
      text, '<', '>',
      [](std::string_view inner) {
        return inner.starts_with("lora:") || inner.starts_with("lyco:") || inner.starts_with("hypernet:");
      },
      found);
  add_bracketed(
      text, '[', ']',
      [](std::string_view inner) {
        const size_t colon = inner.rfind(':');
        return colon != inner.npos && colon + 1 < inner.size() &&
               inner.find_first_not_of("0123456789.", colon + 1) == inner.npos;
      },
      found);
  // Not of prompts that are shouted.
  const bool has_small = std::any_of(text.begin(), text.end(), [](char c) { return c >= 'a' && c <= 'z'; });
  for (const char* word : {"BREAK", "AND"}) {
    if (has_small && has_word(text, word)) found.emplace_back(word);
  }
  return found;
}

}  // namespace

void warn_of_idle_flags(const Resolution& settings, const OutputTarget& target, RenderObserver& observer) {
  for (const auto& [key, kind] : settings.kinds) {
    const Option* option = kind == LayerKind::flag ? find_option(key) : nullptr;
    if (option == nullptr) continue;
    if (const std::string missing = missing_for(*option, settings, target); !missing.empty())
      observer.warn(fmt::format("{} changes nothing: {}", option->flag(), missing));
  }
}

void warn_of_foreign_words(const Resolution& settings, RenderObserver& observer) {
  if (!settings.diffuses) return;
  const DiffusionSettings& diffusion = settings.job.diffusion;
  std::vector<std::string> texts = {diffusion.prompt, diffusion.negative_prompt, diffusion.end_prompt};
  for (const PromptKey& key : diffusion.prompts)
    texts.insert(texts.end(), {key.prompt, key.negative.value_or("")});
  for (const auto& [region, text] : diffusion.conditioning.region_prompts) texts.push_back(text);
  std::vector<std::string> all;
  for (const std::string& text : texts) {
    for (std::string& word : foreign_words(text)) {
      if (std::find(all.begin(), all.end(), word) == all.end()) all.push_back(std::move(word));
    }
  }
  if (all.empty()) return;
  constexpr size_t kMost = 5;
  const size_t more = all.size() - std::min(kMost, all.size());
  all.resize(std::min(kMost, all.size()));
  observer.warn(
      fmt::format("{}{} in the prompts {} read as plain words: other programs' signs mean nothing here; "
                  "export_model.py --lora builds a LoRA into a model, --prompts changes prompts over "
                  "the song",
                  join(all, ", "), more > 0 ? fmt::format(" and {} more", more) : "",
                  all.size() + more == 1 ? "is" : "are"));
}

void warn_of_unknown_size(const Resolution& settings, RenderObserver& observer) {
  const Manifest* model = settings.model();
  if (model == nullptr || settings.run.draft) return;
  const Size size = settings.job.paint.size;
  const std::vector<Size>& known = model->verified_sizes;
  if (std::find(known.begin(), known.end(), size) != known.end()) return;
  if (known.empty()) {
    observer.warn(
        fmt::format("the model {} names no size that it was tried at: look at the pictures", model->name));
    return;
  }
  const Size nearest = most_like(known, size);
  std::vector<std::string> names;
  for (const Size& each : known) names.push_back(fmt::format("{}x{}", each.width, each.height));
  const Size asked = settings.job.output.size.value_or(size);
  observer.warn(
      fmt::format("the model {} knows {}, not {}x{}: pictures may melt or repeat themselves, and large "
                  "ones take long; --size {}x{} --output-size {}x{} gives that size",
                  model->name, join(names, ", "), size.width, size.height, nearest.width, nearest.height,
                  asked.width, asked.height));
}

void tell_first_pictures(const RenderJob& job, RenderObserver& observer) {
  const auto tell = [&](const char* option, const std::string& path) {
    if (const int64_t first = first_number(path, option); first != 0) {
      observer.info(
          fmt::format("{} = {} begins with number {}: that picture is shown with the song's first frame",
                      option, path, first));
    }
  };
  if (shows_image(job.paint) && !job.paint.image.path.empty()) tell("image", job.paint.image.path);
  if (!job.diffusion.control_video.empty()) tell("control_video", job.diffusion.control_video);
}

}  // namespace spectradiff
