// What a frame is told and started from beside words and one seed, as the user asked for it.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "spectradiff/features/sound_embedding.h"
#include "spectradiff/timeline/notes.h"
#include "spectradiff/timeline/walk.h"

namespace spectradiff {

// Which sound a frame's embedding is of.
struct SoundSlice {
  enum class Kind {
    frame,     // the frame's own samples
    song,      // the same, as a piece of the whole song's analysis
    song_lag,  // the same with Sound-Diffusion's rounding, which falls behind the song little by little
    still,     // the same, laid out as of a still picture: frequency down the rows, by splines
    overlap    // the frame's and those of the frames behind it
  };
  Kind kind = Kind::frame;
  int frames = 1;  // of overlap, 2..240; else 1
  friend bool operator==(const SoundSlice&, const SoundSlice&) = default;
};

struct SoundSettings {
  std::optional<SoundFeature> embedding;  // absent: words alone
  SoundSlice slice;
  // Pieces are so many frames long, and a frame is told the two that lie around it, by their distance: no
  // sound is left out. 1: its own alone. 1..240.
  int blend_frames = 1;
  friend bool operator==(const SoundSettings&, const SoundSettings&) = default;
};

struct ConditioningSettings {
  SoundSettings sound;
  std::vector<std::string> notes;  // twelve prompts, c to b; empty: none
  NoteSettings note;
  WalkSettings walk;
  // Parts of the picture (diffusion/picture_region.h, each once) that are told a prompt of their own: part,
  // text; and how much it counts there (0..1) where that is not all: part, expression.
  std::vector<std::pair<std::string, std::string>> region_prompts, region_amounts;
  std::string bend;            // operations (diffusion/latent_bend.h), numbers being expressions; empty: none
  bool text_to_image = false;  // frames from noise alone
  bool loop = false;           // noise and words end where they begin
  friend bool operator==(const ConditioningSettings&, const ConditioningSettings&) = default;
};

}  // namespace spectradiff
