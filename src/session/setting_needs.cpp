#include "setting_needs.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <initializer_list>
#include <string_view>
#include <system_error>

#include "music.h"
#include "spectradiff/config/anchor_plan.h"
#include "spectradiff/config/trail_plan.h"
#include "spectradiff/timeline/walk.h"

namespace spectradiff {
namespace {

using BaseKind = BaseLayer::Kind;

std::string_view painter_of(const RenderJob& job) {
  return painter_names()[static_cast<size_t>(job.paint.painter)];
}

bool draws_hash(const PaintSettings& paint) {
  const bool below_pie = paint.base.kind == BaseKind::automatic && paint.painter == PainterKind::pie;
  return paint.painter == PainterKind::hash || paint.base.kind == BaseKind::hash || below_pie;
}

// Whether any of these numbers is moved, or is another than where nobody says anything.
bool has_any(const Resolution& settings, std::initializer_list<const char*> keys) {
  const RenderJob& job = settings.job;
  if (!job.scenes.empty()) return true;
  return std::any_of(keys.begin(), keys.end(), [&](const char* key) {
    const Option& option = *find_option(key);
    return job.moves(key) || option.get(settings) != option.get(Settings());
  });
}

// What options need to mean something, and what to say where it is missing.
struct Need {
  std::string_view keys;  // with spaces between
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

const WalkSettings& walk_of(const Resolution& settings) {
  return settings.job.diffusion.conditioning.walk;
}
constexpr const char* kNoSteps =
    "this walk goes by no beats; --walk circle with --walk-mode travel or snap does, and --walk random";
bool walks_in_steps(const Resolution& settings) {
  return walks_by_beats(walk_of(settings)) || !walk_of(settings).regions.empty();
}

constexpr const char* kNoMeshCentre =
    "no trail turns or stretches; --mesh-rot and --mesh-stretch-x and -y have a middle";
bool has_mesh_centre(const Resolution& settings) {
  return has_any(settings, {"mesh_rot", "mesh_stretch_x", "mesh_stretch_y"});
}

constexpr const char* kNoWarp = "no waves stir the trails; --mesh-warp 1 does";
bool has_warp(const Resolution& settings) {
  return has_any(settings, {"mesh_warp"});
}

constexpr const char* kNoCentre = "the camera neither zooms nor turns; --zoom and --turn have a middle";
bool has_camera_centre(const Resolution& settings) {
  return has_any(settings, {"zoom", "turn"});
}

constexpr const char* kNoBeats =
    "nothing here follows beats; --chain beats:16 and expressions such as beat do";
bool follows_beats(const Resolution& settings) {
  if (settings.run.statistics || !settings.run.report.empty()) return true;
  const FeatureRequest wanted = features_needed(settings);
  return wanted.beats || wanted.sections || wanted.all ||
         std::any_of(wanted.series.begin(), wanted.series.end(), [](const std::string& name) {
           return name.starts_with("beat") || name.starts_with("bar");
         });
}

constexpr const char* kNotDrawn = "this style of spectrogram has none; --spectrogram-style scroll does";
bool scrolls(const Resolution& settings) {
  const PaintSettings& paint = settings.job.paint;
  return paint.painter != PainterKind::spectrogram || paint.spectrogram.style == Spectrogram::Style::scroll;
}

constexpr const char* kNoChain = "no picture follows from another; --chain section makes them";
bool has_chain(const Resolution& settings) {
  return !settings.diffuses || settings.job.journey.is_chained();
}

constexpr const char* kNothingToMove =
    "frames from noise alone have no painting that the camera could move; --chain section makes each follow "
    "from the one before";
bool moves_something(const Resolution& settings) {
  return !settings.diffuses || settings.job.journey.is_chained() ||
         !settings.job.diffusion.conditioning.text_to_image;
}

constexpr const char* kNoHues = "colours come from --colour-map; --colour-map hue makes hues of them";
bool has_hues(const Resolution& settings) {
  const PaintSettings& paint = settings.job.paint;
  return paint.colour.map == "hue" || !settings.job.scenes.empty();
}

bool shows_one_file(const PaintSettings& paint) {
  const std::string& path = paint.image.path;
  std::error_code failed;
  return shows_image(paint) && path.find('%') == std::string::npos &&
         !std::filesystem::is_directory(path, failed);
}

bool shows_a_still(const PaintSettings& paint) {
  const std::string ending = std::filesystem::path(paint.image.path).extension().string();
  const auto stills = {".png", ".jpg", ".jpeg", ".bmp", ".tif", ".tiff"};
  return shows_one_file(paint) && std::find(stills.begin(), stills.end(), ending) != stills.end();
}

constexpr const char* kSeedBins =
    "bins of seed spacing have their own frequencies; --bin-spacing log takes --fmin and --fmax";
bool has_own_range(const Resolution& settings) {
  return settings.job.analysis.spacing != BinSpacing::seed;
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
    {"hue_start hue_span saturation lightness", has_hues, kNoHues},
    {"prompt_blend prompt_snap prompt_weight", has_prompt_keys, kNoPromptKeys},
    {"fit", is_reshaped, "the video has the shape of the pictures; --output-size 1920x1080 gives it another"},
    {"audio_bitrate",
     [](const Resolution& settings) {
       const std::string& codec = settings.job.output.audio_codec;
       return codec == "auto" || codec == "aac" || codec == "opus";
     },
     "this sound is not encoded with losses; --audio-codec aac is"},
    {"image_fps", [](const Resolution& settings) { return !shows_one_file(settings.job.paint); },
     "only a folder or a pattern of pictures has a rate to be told"},
    {"image_end", [](const Resolution& settings) { return !shows_a_still(settings.job.paint); },
     "one picture has no end; a folder, a pattern or a video of pictures has"},
    {"fmin fmax", has_own_range, kSeedBins},
    {"cqt_seconds",
     [](const Resolution& settings) {
       const PaintSettings& paint = settings.job.paint;
       return paint.painter != PainterKind::showcqt || settings.job.moves("cqt_bars") ||
              paint.showcqt.bars < 1;
     },
     "the bars take the whole height; --cqt-bars 0.5 leaves room for the past"},
    {"interpolation_model",
     [](const Resolution& settings) {
       const DiffusionSettings& diffusion = settings.job.diffusion;
       return diffusion.every == 1 || diffusion.interpolation == Interpolation::network;
     },
     "no network makes the frames between; --interpolate network lets it"},
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
    {"reference", [](const Resolution& settings) { return is_coherent(settings.job); },
     "no frame sees it at --coherence 0"},
    {"control_weight",
     [](const Resolution& settings) {
       return settings.model() != nullptr && settings.model()->takes_control();
     },
     "the model has no control network; export_model.py --controlnet adds one"},
    {"negative_prompt",
     [](const Resolution& settings) {
       return !settings.diffuses || settings.is_guided() || settings.model()->distilled_guidance > 1;
     },
     "it needs guidance above 1; --guidance 4 gives it"},
    {"negative_prompt", [](const Resolution& settings) { return !settings.diffuses || settings.is_guided(); },
     "it needs more guidance than this model has of itself; --guidance 8 gives it"},
    {"guidance",
     [](const Resolution& settings) {
       return !settings.diffuses || settings.is_guided() || settings.model()->distilled_guidance <= 1;
     },
     "this model has that much guidance of itself; --guidance 8 gives more, at twice the calls"},
    {"text_strength rms_embedding sound_slice sound_blend", has_sound, kNoSound},
    {"notes_mode notes_amount notes_top notes_smooth notes_shuffles", has_notes, kNoNotes},
    {"walk_mode", walks, kNoWalk},
    {"walk_mode",
     [](const Resolution& settings) {
       return walk_of(settings).kind == WalkKind::circle || !walk_of(settings).regions.empty();
     },
     "it is for walks around a circle; --walk circle is one"},
    {"walk_by walk_distance walk_note easing walk_turns walk_jitter walk_limit", walks, kNoWalk},
    {"walk_note easing walk_jitter", walks_in_steps, kNoSteps},
    {"walk_turns",
     [](const Resolution& settings) {
       const WalkSettings& walk = walk_of(settings);
       return walk.kind == WalkKind::closed || (walk.kind == WalkKind::circle && walk.mode == WalkMode::flow);
     },
     "only --walk closed and --walk circle --walk-mode flow have turns over the song"},
    {"walk_distance",
     [](const Resolution& settings) {
       const WalkSettings& walk = walk_of(settings);
       const bool flows = walk.kind == WalkKind::circle && walk.mode == WalkMode::flow;
       return (walk.kind != WalkKind::closed && !flows) || !walk.regions.empty();
     },
     "how far this walk goes over the song is --walk-turns"},
    {"walk_limit",
     [](const Resolution& settings) {
       return walk_of(settings).kind != WalkKind::closed || !walk_of(settings).regions.empty();
     },
     "a walk that closes keeps its own pace"},
    {"notes_top",
     [](const Resolution& settings) {
       return settings.job.diffusion.conditioning.note.mode == NotesMode::cumulative;
     },
     "only --notes-mode cumulative takes several notes at once"},
    {"notes_smooth",
     [](const Resolution& settings) {
       const NotesMode mode = settings.job.diffusion.conditioning.note.mode;
       return mode == NotesMode::cumulative || mode == NotesMode::focus;
     },
     "only --notes-mode cumulative and focus smooth them"},
    {"mesh_bend", [](const Resolution& settings) { return has_any(settings, {"mesh_zoom"}); },
     "the trails do not grow; --mesh-zoom 1.3 lets them"},
    {"mesh_warp_scale mesh_warp_speed", has_warp, kNoWarp},
    {"mesh_centre_x mesh_centre_y", has_mesh_centre, kNoMeshCentre},
    {"tempo first_beat beats_per_bar beats", follows_beats, kNoBeats},
    {"spectrogram_still_size",
     [](const Resolution& settings) {
       const PaintSettings& paint = settings.job.paint;
       return paint.painter != PainterKind::spectrogram ||
              paint.spectrogram.style == Spectrogram::Style::still;
     },
     "only a still has it; --spectrogram-style still is one"},
    {"spectrogram_seconds spectrogram_playhead spectrogram_playhead_width spectrogram_coming", scrolls,
     kNotDrawn},
    {"paint_over chain_strength colour_match sharpen chain_noise", has_chain, kNoChain},
    {"zoom turn pan_x pan_y centre_x centre_y border camera_pace forward yaw pitch fov", moves_something,
     kNothingToMove},
    {"centre_x centre_y", has_camera_centre, kNoCentre},
    {"fov",
     [](const Resolution& settings) {
       return has_any(settings, {"yaw", "pitch", "flip_x", "flip_y", "flip_z"});
     },
     "the camera neither looks aside nor tips; --yaw, --pitch and the flips have an angle of view"},
    {"flip_x flip_y flip_z depth", has_chain, kNoChain},
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
    {"keep_frames resume", [](const Resolution& settings) { return settings.diffuses || settings.run.shard; },
     "nothing is diffused, and paintings are not kept: painting anew is as quick"},
    {"blend_previous", [](const Resolution& settings) { return !has_trails(settings.job); },
     "the mesh leaves trails of the paintings before; without --mesh-… it mixes them in"},
    {"eta",
     [](const Resolution& settings) {
       const std::string& scheduler = settings.job.diffusion.scheduler;
       return !settings.diffuses || scheduler == "ddim" || scheduler == "tcd";
     },
     "only the schedulers ddim and tcd add noise by it; --scheduler ddim is one"}};

// Whether the option's key is one of them.
bool is_of(const Option& option, std::string_view keys) {
  const std::vector<std::string_view> each = split(keys, ' ');
  return std::find(each.begin(), each.end(), option.key) != each.end();
}

// Of paintings where none is seen, or of colours where the painter brings its own.
std::string missing_painting(const Option& option, const Resolution& settings) {
  constexpr std::string_view kGroups[] = {"Colours of every painter",
                                          "Below every painter",
                                          "Symmetry of every painter",
                                          "Less flicker",
                                          "Mesh",
                                          "After painting, in this order"};
  const std::string_view group = option.group;
  const RenderJob& job = settings.job;
  const bool paints = option.key == "painter" || group.starts_with("Painter ") ||
                      std::find(std::begin(kGroups), std::end(kGroups), group) != std::end(kGroups);
  const bool is_controlled = settings.model() != nullptr && settings.model()->takes_control();
  const bool is_noise =
      settings.diffuses && job.diffusion.conditioning.text_to_image && !job.journey.is_chained();
  if (is_noise && !is_controlled && (paints || option.key == "strength"))
    return "frames come from noise alone; without --text-to-image they have a painting";
  const bool colours = group == kGroups[0] && option.key != "background";
  if (colours && job.paint.painter == PainterKind::image && job.paint.base.kind != BaseKind::hash)
    return "the painter image shows pictures in their own colours";
  if (colours && option.key != "gamma" && job.paint.painter == PainterKind::polar &&
      job.paint.polar.seed_colours && !draws_hash(job.paint))
    return "--polar-colours seed has colours of its own";
  return "";
}

// Of the diffusion where there is none, --no-diffusion being asked for.
std::string missing_diffusion(const Option& option, const Resolution& settings) {
  const std::string_view group = option.group;
  const bool of_diffusion =
      group == "Diffusion" || group == "Sound, notes and walks" || is_of(option, "device dtype batch_size");
  // These choose a look, divide the song, or mix paintings too.
  const bool of_paintings =
      is_of(option,
            "diffusion model allow_unpinned_model scenes prompts diffuse_every diffuse_on interpolate "
            "interpolation_model");
  return settings.diffuses || !of_diffusion || of_paintings ? "" : "nothing is diffused";
}

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
  const bool of_sound = is_of(option, "audio_codec audio_bitrate");
  const bool of_pictures = is_of(option, "video_codec crf pixel_format");
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

}  // namespace

bool shows_image(const PaintSettings& paint) {
  return paint.painter == PainterKind::image || paint.base.kind == BaseLayer::Kind::image;
}

std::string missing_for(const Option& option, const Resolution& settings, const OutputTarget& target) {
  for (const auto& missing : {missing_video(option, target), missing_diffusion(option, settings),
                              missing_painting(option, settings)})
    if (!missing.empty()) return missing;
  for (const Need& need : kNeeds) {
    if (is_of(option, need.keys) && !need.is_met(settings)) return need.missing;
  }
  return missing_painter(option, settings);
}

}  // namespace spectradiff
