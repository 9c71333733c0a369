// From arguments to a resolved job, its song and its model.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "arguments.h"
#include "console.h"
#include "spectradiff/audio/audio_source.h"
#include "spectradiff/config/settings.h"
#include "spectradiff/diffusion/manifest.h"
#include "spectradiff/features/features.h"
#include "spectradiff/render/plan.h"

namespace spectradiff {

// Lowest first: --config, environment, flags. `commands`: whose options they are (CommandMask).
std::vector<Layer> told_layers(const Layer& flags, unsigned commands);

// Below these, the user's file, and the presets and the video that the highest of them names.
std::vector<Layer> all_layers(const std::vector<Layer>& told);

struct PreparedJob {
  Resolved resolved;
  bool diffuse = false;  // render, and not switched off
  std::optional<Manifest>
      manifest;                 // absent: no diffusion, or a painter that found no model to take a look from
  bool prompt_by_song = false;  // none was given, and the model brings some to choose from
};

// Settings over the model's own look. Error{model} when diffusion is on and the model is not found.
PreparedJob prepare_job(const Arguments& arguments, Console& console);

// The resolved settings as --print-config prints them; a prompt that the song is to choose is left out.
std::string config_text(const PreparedJob& prepared, bool with_origin);

// The song's features; damage found on the way, and silence, become warnings, or with strict an Error{input}.
Features hear(AudioSource& source, const AnalysisSettings& settings, bool strict, Console& console,
              const FeatureRequest& wanted = {});

// What a job's pictures need heard: for its expressions, its prompt and, with `statistics`, for these.
FeatureRequest picture_needs(const PreparedJob& prepared, bool statistics);

// Takes the model's prompt that suits the song, where none was given.
void choose_prompt(PreparedJob& prepared, const Features& features, Console& console);

// Whether the model's sampler can run what is asked, before anything heavy happens. Error{usage}.
void check_sampler(const RenderJob& job, const Manifest& manifest);

// Lets the music move the plan's options, warning of what is brought into its range. Error{usage} for an
// expression that gives no number and for a strength that the sampler cannot run. `model` is null where
// nothing is diffused.
void move_plan(Plan& plan, const RenderJob& job, const Features& features, const Manifest* model,
               Console& console);

}  // namespace spectradiff
