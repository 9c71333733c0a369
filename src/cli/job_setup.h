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

namespace spectradiff {

// Lowest first: the user's file, presets, --config, environment, flags.
std::vector<Layer> settings_layers(const Arguments& arguments);

struct PreparedJob {
  Resolved resolved;
  bool diffuse = false;  // render, and not switched off
  std::optional<Manifest>
      manifest;  // absent: no diffusion, or a painter that found no model to take a look from
};

// Settings over the model's own look. Error{model} when diffusion is on and the model is not found.
PreparedJob prepare_job(const Arguments& arguments, Console& console);

// The resolved settings as --print-config prints them.
std::string config_text(const Resolved& resolved, bool with_origin);

// The song's features; damage found on the way, and silence, become warnings, or with strict an Error{input}.
Features hear(AudioSource& source, const AnalysisSettings& settings, bool strict, Console& console,
              const FeatureRequest& wanted = {});

// Hashes, then trust: Error{model} before any of the model's code is loaded.
void admit_model(const Manifest& manifest, bool allow_unpinned);

}  // namespace spectradiff
