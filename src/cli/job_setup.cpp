#include "job_setup.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <set>
#include <utility>

#include "draft.h"
#include "look.h"
#include "old_render.h"
#include "song_input.h"
#include "spectradiff/base/error.h"
#include "spectradiff/base/file.h"
#include "spectradiff/base/locations.h"
#include "spectradiff/base/text.h"
#include "spectradiff/config/modulation.h"
#include "spectradiff/config/options.h"
#include "spectradiff/diffusion/sampler.h"
#include "spectradiff/media/video_writer.h"

namespace spectradiff {
namespace {

bool diffuses(const Arguments& arguments, const Resolved& resolved) {
  return arguments.command == "render" && resolved.job.diffusion.enabled;
}

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
std::optional<Manifest> manifest_for(const Arguments& arguments) {
  if (arguments.command != "render" && !arguments.flags.values.contains("model")) return std::nullopt;
  const Resolved asked = asked_model(arguments.layers);
  const bool needed = diffuses(arguments, asked);
  const std::string& model = asked.job.diffusion.model;
  const bool named = model != DiffusionSettings{}.model && !model.starts_with(kModelHashPrefix);
  try {
    return read_manifest(find_model(model, model_search_path()));
  } catch (const Error&) {
    resolve(arguments.layers);  // what was mistyped is told first
    if (needed || named) throw;
    return std::nullopt;
  }
}

// Whether the song is to choose among the model's own prompts.
bool leaves_prompt_open(const Manifest& manifest, Resolved& resolved, Console& console) {
  if (!resolved.job.diffusion.prompts.empty()) {
    for (const char* key : {"prompt", "end_prompt"}) {
      if (resolved.origins.contains(key)) {
        console.warn(fmt::format("{} ({}) is not used: prompts ({}) says what comes when", key,
                                 resolved.origins[key], resolved.origins["prompts"]));
      }
    }
    return false;
  }
  if (resolved.origins.contains("prompt")) return false;
  if (brings_prompts(manifest)) return true;
  console.info(
      "no prompt given and the model brings none: rendering with an empty one; --prompt \"…\" says what to "
      "make");
  return false;
}

// Whether this run itself says so, not a preset, the user's file or an old video.
bool is_told(const std::vector<Layer>& layers, const std::string& key) {
  const auto last = std::find_if(layers.rbegin(), layers.rend(),
                                 [&](const Layer& layer) { return layer.values.contains(key); });
  return last != layers.rend() && is_of_this_call(last->kind);
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

void choose_interpolation(Resolved& resolved, Console& console) {
  DiffusionSettings& diffusion = resolved.job.diffusion;
  for (const char* key : {"interpolate", "interpolation_model"}) {
    const auto origin = resolved.origins.find(key);
    if (diffusion.every > 1 || origin == resolved.origins.end() || origin->second != "flag") continue;
    console.warn(fmt::format("{} is not used: no frame is left out; --diffuse-every 4 makes every fourth",
                             flag_of(key)));
  }
  // A network is named to be used.
  if (diffusion.interpolation_model.empty() || resolved.origins.contains("interpolate")) return;
  diffusion.interpolation = Interpolation::network;
  resolved.origins["interpolate"] = "interpolation_model";
}

SamplerRequest sampler_request(const DiffusionSettings& diffusion, const Manifest& manifest) {
  return {diffusion.scheduler,     diffusion.steps, diffusion.strength,
          diffusion.strength_mode, diffusion.eta,   manifest.embeds_guidance()};
}

void warn_of_left_out_files(const std::string& video, const Resolved& resolved, Console& console) {
  for (const std::string& key : files_of_old_render(video)) {
    if (resolved.origins.contains(key)) continue;
    console.warn(fmt::format("{} was made with {} as well; files are not taken from a video: give it again",
                             video, flag_of(key)));
  }
}

}  // namespace

std::vector<Layer> told_layers(const Layer& flags, unsigned commands) {
  std::vector<Layer> told = {environment_layer(commands), flags};
  const std::string config = run_settings(told).config;
  if (config == "-") {
    told.insert(told.begin(), parse_layer(read_stdin(kMaxTextBytes), "stdin", LayerKind::config));
  } else if (!config.empty()) {
    check_there("config", config);
    told.insert(told.begin(), read_layer(config, config, LayerKind::config));
  }
  return told;
}

std::vector<Layer> all_layers(const std::vector<Layer>& told) {
  std::vector<Layer> layers;
  if (const auto folder = user_config_folder(); !folder.empty()) {
    std::error_code failed;
    if (const auto file = folder / "config.json"; std::filesystem::exists(file, failed))
      layers.push_back(read_layer(file, file.string(), LayerKind::user_file));
  }
  const RunSettings run = run_settings(told);
  for (const std::string& name : run.presets)
    layers.push_back(read_layer(find_preset(name).file, "preset " + name, LayerKind::preset));
  if (!run.from.empty()) layers.push_back(old_render_layer(run.from));
  layers.insert(layers.end(), told.begin(), told.end());
  return layers;
}

PreparedJob prepare_job(const Arguments& arguments, Console& console) {
  std::vector<Layer> layers = arguments.layers;
  PreparedJob prepared;
  const bool asked_mode = std::any_of(layers.begin(), layers.end(), [](const Layer& layer) {
    return layer.values.contains("strength_mode");
  });
  prepared.manifest = manifest_for(arguments);
  if (prepared.manifest)
    layers.insert(layers.begin(), look_layer(*prepared.manifest, !arguments.run.presets.empty()));
  prepared.resolved = resolve(layers);
  if (arguments.run.draft) {
    constexpr int kSideStep = 8;
    insert_draft(layers, prepared.resolved.job,
                 prepared.manifest ? std::max(kSideStep, prepared.manifest->latent.downscale) : kSideStep);
    prepared.resolved = resolve(layers);
  }

  suit_video_codec(layers, prepared.resolved);
  choose_interpolation(prepared.resolved, console);
  if (!arguments.run.from.empty()) warn_of_left_out_files(arguments.run.from, prepared.resolved, console);
  prepared.diffuse = diffuses(arguments, prepared.resolved);
  if (prepared.diffuse) {
    DiffusionSettings& diffusion = prepared.resolved.job.diffusion;
    if (diffusion.scheduler.empty()) {
      diffusion.scheduler = scheduler_name_of(prepared.manifest->scheduler);
    }
    prepared.prompt_by_song = leaves_prompt_open(*prepared.manifest, prepared.resolved, console);
    // Music moves strength smoothly only where every step follows it.
    if (prepared.resolved.job.expressions.contains("strength") && !asked_mode) {
      diffusion.strength_mode = StrengthMode::exact;
      prepared.resolved.origins["strength_mode"] = "strength, which the music moves";
    }
  }
  return prepared;
}

void check_sampler(const RenderJob& job, const Manifest& manifest) {
  SamplerRequest request = sampler_request(job.diffusion, manifest);
  // Of a strength that moves only the song tells more than that the rest fits.
  if (job.expressions.contains("strength")) request.strength = 1;
  make_sampler_table(manifest.scheduler, request);
  const auto [width, height] = job.paint.size;
  const int step = manifest.latent.downscale;
  if (width % step != 0 || height % step != 0) {
    const auto nearest = [step](int side) { return (side + step / 2) / step * step; };
    throw_error(ErrorKind::usage, "size = {}x{}: the model {} takes multiples of {}; {}x{} is the nearest",
                width, height, manifest.name, step, nearest(width), nearest(height));
  }
}

FeatureRequest picture_needs(const PreparedJob& prepared, bool statistics) {
  const RenderJob& job = prepared.resolved.job;
  FeatureRequest wanted;
  wanted.threads = job.threads;
  wanted.still = needs_still_spectrogram(job.paint);
  add_expression_needs(job, wanted);
  if (prepared.prompt_by_song) add_mood_needs(wanted);
  if (statistics) {
    wanted.series.insert("onset");
    wanted.beats = true;
  }
  return wanted;
}

void choose_prompt(PreparedJob& prepared, const Features& features, Console& console) {
  if (!prepared.prompt_by_song) return;
  DiffusionSettings& diffusion = prepared.resolved.job.diffusion;
  const Mood mood = mood_of(features);
  diffusion.prompt = suiting_prompt(*prepared.manifest, mood, diffusion.seed);
  console.info(fmt::format(
      "no prompt given: \"{}\" suits the song (energy {:.2f}, brightness {:.2f}{}); --prompt \"…\" says "
      "otherwise",
      diffusion.prompt, mood.energy, mood.brightness, features.key.empty() ? "" : ", " + features.key));
}

void move_plan(Plan& plan, const RenderJob& job, const Features& features, const Manifest* model,
               Console& console) {
  for (const std::string& note : move_options(plan, job, features)) console.warn(note);
  if (model != nullptr) {
    for (const std::string& note : mix_prompts(plan, job, features)) console.warn(note);
  }
  if (model == nullptr || !job.expressions.contains("strength")) return;
  std::set<double> checked;
  for (const PlanRow& row : plan.rows) {
    const DiffusionSettings at = plan.job_at(job, row).diffusion;
    if (!checked.insert(at.strength).second) continue;
    try {
      make_sampler_table(model->scheduler, sampler_request(at, *model));
    } catch (const Error& error) {
      throw_error(error.kind(), "frame {}: {}", row.frame, error.what());
    }
  }
}

std::string config_text(const PreparedJob& prepared, bool with_origin) {
  const Resolved& resolved = prepared.resolved;
  Json values = settings_to_json(resolved);
  if (prepared.prompt_by_song) values.erase("prompt");
  if (with_origin) {
    for (auto& [key, value] : values.items()) {
      const auto origin = resolved.origins.find(key);
      value = {{"value", value}, {"origin", origin == resolved.origins.end() ? "default" : origin->second}};
    }
  }
  return json_text(values, 2) + "\n";
}

Features hear(AudioSource& source, const AnalysisSettings& settings, bool strict, Console& console,
              const FeatureRequest& wanted) {
  const size_t known = source.notes().size();
  Features features = analyze(source, settings, wanted);
  warn_of_notes(source, known, strict, console);
  if (features.reference == 0) {
    warn_of_input(source.name() + " is silent: there is nothing to see in it", strict, console);
  }
  return features;
}

}  // namespace spectradiff
