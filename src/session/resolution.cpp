#include "resolution.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "anchors.h"
#include "aspect.h"
#include "draft.h"
#include "model_look.h"
#include "sampling.h"
#include "spectradiff/base/error.h"
#include "spectradiff/base/number.h"
#include "spectradiff/base/text.h"
#include "spectradiff/config/options.h"
#include "spectradiff/diffusion/manifest.h"
#include "spectradiff/diffusion/sampler.h"
#include "spectradiff/media/video_writer.h"
#include "spectradiff/render/control_pictures.h"
#include "video_tag.h"

namespace spectradiff {
namespace {

// The layers' choice of a model alone: expressions may use signals that only its look brings.
Resolved asked_model(std::vector<Layer> layers) {
  for (Layer& layer : layers) {
    Json kept = Json::object();
    for (const char* key : {"diffusion", "model"}) {
      if (layer.values.contains(key)) kept[key] = layer.values[key];
    }
    layer.values = std::move(kept);
  }
  return resolve(layers);
}

// The model whose look the job takes: a render's; elsewhere one that a flag names, since settings that are
// read again hold what a look had said.
std::shared_ptr<const Manifest> manifest_for(const SessionRequest& request, ModelStore& models) {
  const bool by_flag = std::any_of(request.layers.begin(), request.layers.end(), [](const Layer& layer) {
    return layer.kind == LayerKind::flag && layer.values.contains("model");
  });
  if (request.task != Task::render && !by_flag) return nullptr;
  const DiffusionSettings asked = asked_model(request.layers).job.diffusion;
  const bool needed = request.task == Task::render && asked.enabled;
  const bool named = asked.model != DiffusionSettings{}.model && !asked.model.starts_with(kModelHashPrefix);
  try {
    return models.manifest(asked.model);
  } catch (const Error&) {
    resolve(request.layers);  // what was mistyped is told first
    if (needed || named) throw;
    return nullptr;
  }
}

// Whether the song is to choose among the model's own prompts.
bool leaves_prompt_open(const Manifest& manifest, Resolved& resolved, RenderObserver& observer) {
  if (!resolved.job.diffusion.prompts.empty()) {
    for (const char* key : {"prompt", "end_prompt"}) {
      if (resolved.origins.contains(key)) {
        observer.warn(fmt::format("{} ({}) is ignored: prompts ({}) overrides it", key, resolved.origins[key],
                                  resolved.origins["prompts"]));
      }
    }
    return false;
  }
  if (resolved.origins.contains("prompt")) return false;
  if (brings_prompts(manifest)) return true;
  observer.info(
      "no prompt is given and the model brings none: the prompt is empty; set one with --prompt \"…\"");
  return false;
}

// Whether this run itself says so, not a preset, the user's file or an old video.
bool is_told(const std::vector<Layer>& layers, const std::string& key) {
  const Layer* const last = last_word(layers, key);
  return last != nullptr && is_of_this_call(last->kind);
}

bool is_from(const Resolved& resolved, const std::string& key, LayerKind kind) {
  const auto found = resolved.kinds.find(key);
  return found != resolved.kinds.end() && found->second == kind;
}

// A codec that lacks the usual pixel format, or the scales that an old video was made with, is no mistake of
// the user's.
void suit_video_codec(const std::vector<Layer>& layers, Resolved& resolved) {
  const OutputSettings& output = resolved.job.output;
  if (output.video_codec == "auto") return;
  VideoSettings asked;
  const Json own = {{"crf", asked.crf},
                    {"encoder_preset", asked.encoder_preset},
                    {"pixel_format", default_pixel_format(output.video_codec)}};
  asked.video_codec = output.video_codec;
  asked.crf = output.crf;
  asked.encoder_preset = output.encoder_preset;
  asked.pixel_format = output.pixel_format;
  for (const std::string& key : settings_not_taken(asked)) {
    if (is_told(layers, key)) continue;
    find_option(key)->set(resolved, own.at(key));
    resolved.origins[key] = "video_codec " + output.video_codec;
  }
}

// A picture of the user's own is shown as it is unless somebody asks for blur.
void keep_image_sharp(Resolved& resolved) {
  constexpr const char* kBlur = "blur";
  RenderJob& job = resolved.job;
  const bool is_asked = resolved.kinds.contains(kBlur) && !is_from(resolved, kBlur, LayerKind::look);
  const bool is_painter = job.paint.painter == PainterKind::image;
  if (is_asked || (!is_painter && job.paint.base.kind != BaseLayer::Kind::image)) return;
  job.paint.post.blur_px = 0;
  job.expressions.erase(kBlur);
  resolved.origins[kBlur] = is_painter ? "painter image" : "base image";
}

void choose_interpolation(Resolved& resolved, RenderObserver& observer) {
  DiffusionSettings& diffusion = resolved.job.diffusion;
  for (const char* key : {"interpolate", "interpolation_model", "diffuse_on"}) {
    if (!is_from(resolved, key, LayerKind::flag)) continue;
    if (resolved.job.journey.is_chained()) {
      observer.warn(fmt::format(
          "{} is ignored: with a chain the camera moves what is not diffused; --chain none lets it",
          flag_of(key)));
    } else if (diffusion.every == 1) {
      observer.warn(fmt::format(
          "{} is ignored: every frame is diffused; --diffuse-every 4 diffuses every fourth", flag_of(key)));
    }
  }
  // A network is named to be used.
  if (diffusion.interpolation_model.empty() || resolved.origins.contains("interpolate")) return;
  diffusion.interpolation = Interpolation::network;
  resolved.origins["interpolate"] = "interpolation_model";
}

bool is_there(const std::string& model) {
  try {
    find_model(model, model_search_path());
    return true;
  } catch (const Error&) {
    return false;
  }
}

// A look's upscaler is for pictures that are diffused and shown larger; it asks for no larger video itself,
// and nobody has to have it.
void choose_upscaling(Resolution& resolution) {
  constexpr const char* kUpscale = "upscale";
  if (!is_from(resolution, kUpscale, LayerKind::look)) return;
  OutputSettings& output = resolution.job.output;
  const Size painted = resolution.job.paint.size, shown = output.size.value_or(painted);
  const bool enlarges = shown.width > painted.width || shown.height > painted.height;
  if (enlarges && resolution.diffuses && is_there(output.upscale)) return;
  output.upscale.clear();
  resolution.origins.erase(kUpscale);
}

void warn_of_left_out_files(const Resolved& resolved, RenderObserver& observer) {
  const std::string& video = resolved.run.from;
  for (const std::string& key : files_of_old_render(video)) {
    if (resolved.origins.contains(key)) continue;
    observer.warn(fmt::format(
        "{} was made with {} too, but the names of files are not taken from a video; give that option again",
        video, flag_of(key)));
  }
}

// Frames from noise alone have nothing to keep: a strength of this call's own that is less is a mistake.
void take_full_strength(const std::vector<Layer>& layers, Resolution& resolution) {
  double& strength = resolution.job.diffusion.numbers.strength;
  if (is_told(layers, "strength") && (strength != 1 || resolution.job.moves("strength"))) {
    throw_error(ErrorKind::usage,
                "text_to_image and strength do not go together: frames from noise alone have strength 1; "
                "--chain-strength is that of frames that follow from others, --no-text-to-image starts from "
                "the painting");
  }
  strength = 1;
  resolution.job.expressions.erase("strength");
  resolution.origins["strength"] = "text_to_image";
}

// What a frame behind the last one would be told is what the first one is.
void close_loop(Resolution& resolution) {
  DiffusionSettings& diffusion = resolution.job.diffusion;
  WalkSettings& walk = diffusion.conditioning.walk;
  if (walk.kind == WalkKind::none) {
    walk.kind = WalkKind::closed;
    resolution.origins["walk"] = "loop";
  }
  const bool closes =
      walk.kind == WalkKind::closed ||
      (walk.kind == WalkKind::circle && walk.mode == WalkMode::flow && walk.turns == std::round(walk.turns));
  if (!walk.regions.empty() && (walk.mode != WalkMode::flow || walk.turns != std::round(walk.turns))) {
    throw_error(
        ErrorKind::usage,
        "loop: --walk-regions end elsewhere than they began; --walk-mode flow with whole --walk-turns "
        "does not");
  }
  if (!closes) {
    throw_error(
        ErrorKind::usage,
        "loop: this walk ends elsewhere than it began; --walk closed does not, nor does --walk circle "
        "--walk-mode flow with whole --walk-turns");
  }
  if (diffusion.seed_mode != SeedMode::fixed && diffusion.seed_mode != SeedMode::fresh)
    throw_error(ErrorKind::usage,
                "loop: with another seed in each frame nothing closes; use --seed-mode fixed");
  const auto& keys = diffusion.prompts;
  if (!keys.empty() && keys.front().prompt != keys.back().prompt)
    throw_error(ErrorKind::usage, "loop: the last of --prompts must be the first one again");
}

// A preset paints and travels as it says and no other way. A look's journey also yields to --chain none, to a
// loop and to paintings that are not diffused.
LookParts parts_of_look(const std::vector<Layer>& layers) {
  const auto says = [&](const char* key, const Json& value) {
    const Layer* const last = last_word(layers, key);
    return last != nullptr && last->values[key] == value;
  };
  const RunSettings run = run_settings(layers);
  const bool preset = !run.presets.empty() || !run.imported.empty();
  return {!preset, !preset && !says("loop", true) && !says("chain", "none") && !says("diffusion", false)};
}

// Of a look that travels, a strength that is told instead of its own changes the pictures of its chains too.
void scale_chain_strength(Resolution& resolution) {
  const auto is_of_look = [&](const char* key) { return is_from(resolution, key, LayerKind::look); };
  const Json& look = resolution.manifest->look;
  if (!is_of_look("chain_strength") || is_of_look("strength") || !resolution.kinds.contains("strength") ||
      !look.contains("strength"))
    return;
  auto& expressions = resolution.job.expressions;
  const auto text_of = [&](const char* key, double number) {
    const auto moved = expressions.find(key);
    return moved != expressions.end() ? moved->second : format_real(number);
  };
  expressions["chain_strength"] = fmt::format(
      "min(1, ({}) * ({}) / ({}))", text_of("chain_strength", resolution.job.journey.numbers.chain_strength),
      text_of("strength", resolution.job.diffusion.numbers.strength),
      look["strength"].is_string() ? look["strength"].get<std::string>() : look["strength"].dump());
  resolution.origins["chain_strength"] += ", times strength";
}

// Every picture of a chain is made from the one before.
void prepare_chain(Resolution& resolution) {
  if (resolution.job.diffusion.conditioning.loop) {
    throw_error(
        ErrorKind::usage,
        "loop and chain do not go together: a chain's end is made from all that was before and cannot "
        "meet its beginning; --chain none lets it");
  }
  scale_chain_strength(resolution);
}

void choose_sampling(const std::vector<Layer>& layers, Resolution& resolution, RenderObserver& observer) {
  DiffusionSettings& diffusion = resolution.job.diffusion;
  if (diffusion.scheduler.empty()) {
    diffusion.scheduler = scheduler_name_of(resolution.manifest->scheduler);
    resolution.origins["scheduler"] = "model " + resolution.manifest->name;
  }
  if (diffusion.conditioning.text_to_image) take_full_strength(layers, resolution);
  if (diffusion.conditioning.loop) close_loop(resolution);
  if (resolution.job.journey.is_chained()) prepare_chain(resolution);
  resolution.prompt_by_song = leaves_prompt_open(*resolution.manifest, resolution, observer);
  if (resolution.job.own_scenes && !resolution.prompt_by_song) {
    resolution.job.own_scenes = false;
    if (resolution.kinds.at("scenes") != LayerKind::look)
      observer.warn(
          "scenes = auto takes the model's own prompts, and is ignored: there is a prompt, or it has none");
  }
  // Music moves strength smoothly only where the first step begins at its noise level; a look that counts
  // steps is for strengths that stay.
  const bool chained = resolution.job.journey.is_chained();
  const bool asks_mode = last_word(layers, "strength_mode") != nullptr;
  const bool moves = chained || resolution.job.moves("strength");
  if (moves && !asks_mode && diffusion.strength_mode == StrengthMode::steps) {
    diffusion.strength_mode = StrengthMode::exact;
    resolution.origins["strength_mode"] =
        chained ? "chain, which has two strengths" : "strength, which the music moves";
  }
}

Json with_origins(Json values, const Resolved& resolved) {
  for (auto& [key, value] : values.items()) {
    const auto origin = resolved.origins.find(key);
    value = {{"value", value}, {"origin", origin == resolved.origins.end() ? "default" : origin->second}};
  }
  return values;
}

}  // namespace

Resolution resolve_request(const SessionRequest& request, ModelStore& models, RenderObserver& observer) {
  for (const Layer& layer : request.layers) {
    for (const std::string& note : layer.notes) observer.warn(note);
  }
  if (request.task == Task::analyze) return {resolve(request.layers)};
  std::vector<Layer> layers = request.layers;
  std::shared_ptr<const Manifest> manifest = manifest_for(request, models);
  if (manifest) {
    layers.insert(layers.begin(), look_layer(*manifest, parts_of_look(layers)));
  }
  Resolution resolution{resolve(layers)};
  if (!resolution.run.aspect.empty()) {
    insert_aspect(layers, resolution.job.paint.size, manifest.get());
    resolution = {resolve(layers)};
  }
  if (resolution.run.draft) {
    constexpr int kSideStep = 8;
    insert_draft(layers, resolution.job,
                 manifest ? std::max(kSideStep, manifest->latent.downscale) : kSideStep);
    resolution = {resolve(layers)};
  }
  resolution.manifest = std::move(manifest);
  suit_video_codec(layers, resolution);
  keep_image_sharp(resolution);
  choose_interpolation(resolution, observer);
  if (!resolution.run.from.empty()) warn_of_left_out_files(resolution, observer);
  resolution.diffuses = request.task == Task::render && resolution.job.diffusion.enabled;
  choose_upscaling(resolution);
  if (!resolution.diffuses) {
    resolution.job.own_scenes = false;
    return resolution;
  }
  choose_sampling(request.layers, resolution, observer);
  check_sampling(resolution.job, *resolution.manifest);
  check_control(resolution.job.diffusion, *resolution.manifest);
  choose_coherence(resolution);
  return resolution;
}

Json resolved_settings(const SessionRequest& request, bool with_origin, RenderObserver& observer) {
  ModelStore models;
  const Resolution settings = resolve_request(request, models, observer);
  Json values = settings_to_json(settings);
  if (settings.prompt_by_song) values.erase("prompt");
  return with_origin ? with_origins(std::move(values), settings) : values;
}

}  // namespace spectradiff
