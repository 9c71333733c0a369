// What the user asked for, fully resolved: a plain value that round-trips through JSON (config/options.h).
#pragma once

#include <algorithm>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "spectradiff/base/frame_time.h"
#include "spectradiff/diffusion/prompt_text.h"
#include "spectradiff/diffusion/sampler.h"
#include "spectradiff/features/features.h"
#include "spectradiff/image/canvas.h"
#include "spectradiff/image/resize.h"
#include "spectradiff/paint/painter.h"
#include "spectradiff/render/conditioning_settings.h"
#include "spectradiff/render/diffusion_numbers.h"
#include "spectradiff/render/journey_settings.h"
#include "spectradiff/timeline/prompt_schedule.h"
#include "spectradiff/timeline/scenes.h"

namespace spectradiff {

enum class SeedMode {
  fixed,      // the same for every frame
  increment,  // seed + frame
  random,     // SplitMix64 of seed and frame
  fresh       // as fixed, but of pictures that follow from another one of their own each
};

// How pictures are made between those that are diffused (render/cadence.h).
// What is made of the pictures for a control network, or of the painting where there are none.
enum class ControlMap { none, painting, luminance, edges };
enum class Interpolation { blend, motion, flow, network };
// Which frames are diffused where not all are.
enum class DiffuseOn {
  grid,   // every so many
  beats,  // as many, each bar's first beat among them and the others on beats as far as they are evenly
          // spread
  onsets  // the same with the strongest onsets
};

// Which part of the song becomes frames. Indices, level and beats stay those of the whole song.
struct Selection {
  TimeSpan start;
  std::optional<TimeSpan> duration;  // absent: to the end
  std::string frames;                // "12-40,60-", both ends included; empty: all
  friend bool operator==(const Selection&, const Selection&) = default;
};

// How the sound files are read.
struct InputSettings {
  TimeSpan max_duration{Rational(int64_t{6} * 3600),
                        TimeUnit::seconds};  // in seconds; longer files are refused
  bool any_sample_rate = false;              // not only 8 to 384 kHz
  bool strict = false;                       // faults that could be mended are refused
  std::string analysis_audio;                // analysed in place of the song; "-" is stdin, empty: the song
  // What expressions read beside the song, by the name that they use: sound files, MIDI files, label tracks.
  std::map<std::string, std::string> stems, midi, labels;
  friend bool operator==(const InputSettings&, const InputSettings&) = default;
};

struct DiffusionSettings {
  bool enabled = true;
  std::string model = "mini";  // a name on the search path or a folder
  bool allow_unpinned = false;
  std::string prompt;
  std::string negative_prompt;
  std::string end_prompt;          // where the song ends; empty: as it begins
  std::vector<PromptKey> prompts;  // in place of prompt and end_prompt; empty: none
  PromptBlend prompt_blend = PromptBlend::lerp;
  std::string prompt_weight;  // an expression; empty: evenly from key to key
  bool prompt_snap = false;   // keys go to the nearest beat
  PromptReading reading;
  ConditioningSettings conditioning;
  DiffusionNumbers numbers;
  StrengthMode strength_mode = StrengthMode::steps;
  int steps = 50;  // 1..1000
  ControlMap control_map = ControlMap::none;
  std::string control_image;  // for every frame alike; empty: none
  std::string control_video;  // by the song's time, or a folder or pattern, a picture a frame; empty: none
  std::string scheduler;      // empty: the class the bundle names
  double eta = 0;             // 0..1
  int64_t seed = 42;          // >= 0
  SeedMode seed_mode = SeedMode::fresh;
  double seed_travel =
      0;          // 0..kMaxSeedTravel (diffusion/weighted_seed.h): on the way to the next seeds' noise
  int every = 1;  // 1..60: every so many frames one is diffused; the others are made between them
  DiffuseOn on = DiffuseOn::grid;
  Interpolation interpolation = Interpolation::blend;
  std::string interpolation_model;  // a name on the search path or a folder; empty: none
  std::string device = "auto";
  std::string dtype = "auto";
  int batch_size = 0;  // 1..64; 0: by device and size

  // What the prompts are over the song; nothing where they stay the same.
  std::optional<PromptSchedule> schedule() const;
  friend bool operator==(const DiffusionSettings&, const DiffusionSettings&) = default;
};

struct OutputSettings {
  std::optional<Size> size;  // of the video; absent: what is painted
  Fit fit = Fit::cover;
  std::string video_codec = "auto";  // auto: the container's first
  int crf = 18;                      // 0..63, on the codec's own scale
  std::optional<int> flash_limit;    // flashes per second, 0..120; absent: as they come
  std::string encoder_preset = "medium";
  std::string pixel_format = "yuv420p";
  std::string audio_codec = "auto";
  int64_t audio_bitrate = 256000;    // bit/s
  std::optional<int64_t> max_bytes;  // of a GIF, WebP or APNG
  std::string upscale;               // a network's name on the search path or a folder; empty: none
  friend bool operator==(const OutputSettings&, const OutputSettings&) = default;
};

struct RenderJob {
  Selection selection;
  InputSettings input;
  AnalysisSettings analysis;  // holds fps
  PaintSettings paint;        // holds the size that is painted and diffused
  DiffusionSettings diffusion;
  JourneySettings journey;
  OutputSettings output;
  int threads = 0;  // 0: all cores
  // What music moves: option key → expression. The number in that option's own place is then its default.
  std::map<std::string, std::string> expressions;
  std::map<std::string, std::string> signals;  // name → source and stages (timeline/signals.h)

  bool own_scenes =
      false;  // one per label, with the model's own prompts; `scenes` is then empty until it is heard
  std::vector<Scene> scenes;  // over all of the above

  // Whether an option differs from frame to frame.
  bool moves(const std::string& key) const {
    const auto changes = [&](const auto& part) { return part.changes.contains(key); };
    return expressions.contains(key) || std::any_of(scenes.begin(), scenes.end(), changes) ||
           std::any_of(diffusion.prompts.begin(), diffusion.prompts.end(), changes);
  }
  friend bool operator==(const RenderJob&, const RenderJob&) = default;
};

}  // namespace spectradiff
