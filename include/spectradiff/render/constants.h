// What all frames of a render have in common, with every choice made.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include "spectradiff/diffusion/engine.h"
#include "spectradiff/diffusion/manifest.h"
#include "spectradiff/render/render_job.h"

namespace spectradiff {

struct SongFacts {
  std::string sha256;  // of the file's bytes
  int sample_rate_hz = 0;
  int64_t samples = 0;
  int64_t frames = 0;  // at the render's rate
  friend bool operator==(const SongFacts&, const SongFacts&) = default;
};

// Where and by what pictures are diffused: what their bytes depend on beside their recipes.
struct DiffusionConstants {
  std::string model;         // its name
  std::string model_sha256;  // of its model.json, which holds the hashes of all its files
  std::string scheduler;     // one of scheduler_names()
  int steps = 0;
  StrengthMode strength_mode = StrengthMode::steps;
  double eta = 0;
  bool guided = false;    // whether any frame is (DiffuserSettings::guided)
  bool coherent = false;  // whether any row sees an anchor (DiffuserSettings::coherent)
  PromptReading reading;
  ControlMap control_map = ControlMap::none;
  int text_chunks = 1;  // of every text of the job: those of its longest (Diffuser::expect)
  std::string device_class, dtype, engine;  // as EngineFacts has them
  int threads = 0;                          // the same, at least 1
  int slots = 1;                            // of a batch: "Slots and padding", diffusion/diffuser.h
  friend bool operator==(const DiffusionConstants&, const DiffusionConstants&) = default;
};

// How the pictures become a video. What is not of the output at hand (frames have no codec) is empty.
struct VideoConstants {
  Size size;
  Fit fit = Fit::cover;
  std::optional<int> flash_limit;  // flashes per second
  std::string container, codec, encoder_preset, pixel_format;
  int crf = 0;
  std::string sound;  // a codec, "copy" or "none"
  int64_t sound_bitrate = 0;
  std::optional<int64_t> max_bytes;
  friend bool operator==(const VideoConstants&, const VideoConstants&) = default;
};

// A plain value. What the user asked for, RenderJob, may leave choices open; here none is.
struct Constants {
  SongFacts song;
  std::map<std::string, std::string> files;     // option key → SHA-256 of the content of what it names
  AnalysisSettings analysis;                    // holds the rate
  PaintSettings paint;                          // holds the size that is painted and diffused
  std::optional<DiffusionConstants> diffusion;  // absent: the painter's pictures are shown
  int every = 1;                                // every so many frames one is made, the others between them
  Interpolation interpolation = Interpolation::blend;
  std::string interpolation_sha256;  // of the network's model.json; empty: no network
  std::string upscale_sha256;        // the same of the network that enlarges what is shown
  int upscale_scale = 1;             // how many times as long it makes sides
  VideoConstants video;

  // Of the pictures that reach the sink.
  Size shown_size() const { return {paint.size.width * upscale_scale, paint.size.height * upscale_scale}; }
  friend bool operator==(const Constants&, const Constants&) = default;
};

}  // namespace spectradiff
