// What one frame is made from.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "spectradiff/diffusion/diffuser.h"
#include "spectradiff/diffusion/world_noise.h"
#include "spectradiff/features/sound_embedding.h"
#include "spectradiff/flow/between.h"
#include "spectradiff/image/warp.h"
#include "spectradiff/render/diffusion_numbers.h"
#include "spectradiff/render/journey_settings.h"

namespace spectradiff {

// How much of one of the plan's prompts a frame is told.
struct PromptShare {
  int prompt = 0;  // of Plan::prompts
  double weight = 1;
  friend bool operator==(const PromptShare&, const PromptShare&) = default;
};

// A prompt that the others together are turned towards, as TextMix::Arc has it.
struct PromptArc {
  int prompt = 0;  // of Plan::prompts, whose negative prompt does not count
  double weight = 1;
  double along = 1;
  friend bool operator==(const PromptArc&, const PromptArc&) = default;
};

// A prompt that a part of the picture is told, as RegionText has it.
struct PromptRegion {
  PictureRegion region = PictureRegion::bottom;
  int prompt = 0;  // of Plan::prompts, whose negative prompt does not count
  double amount = 1;
  friend bool operator==(const PromptRegion&, const PromptRegion&) = default;
};

// The picture that is diffused: the painting; or the picture of another frame, moved by a camera, with the
// painting laid over it.
struct Init {
  std::optional<int64_t> previous;  // that frame: of the row before this one in its chain; absent: painted
  CameraStep camera;                // on the way from there
  double paint_over = 0.2;          // 0..1, the painting's share
  bool from_noise = false;          // there is none: sampling starts from noise alone
  // Of an init that follows from another picture:
  Border border = Border::reflect;
  std::optional<int64_t> colours_of;  // the frame, earlier in the same chain, whose colours it takes
  double sharpen = 0;                 // 0..2 (image/texture.h)
  double noise = 0;                   // 0..1 (image/texture.h)
  Depth depth = Depth::flat;          // of the other picture
  friend bool operator==(const Init&, const Init&) = default;
};

// A row of the plan: everything that tells this frame from others, small, a value. What is heavy (a picture,
// an embedding) is made from it when its turn comes.
struct Recipe {
  int64_t frame = 0;  // index in the whole song
  // Which of the song's chains it belongs to, counted from 0 over the whole song. A chain is a row with a
  // painted init and those that follow from it; a row that nothing follows from is a chain of its own.
  int64_t chain = 0;
  std::vector<double> painting;     // [Plan::painting]: numbers of the painter, inside their ranges
  std::optional<CameraView> view;   // of a camera that moves the painting
  Border border = Border::reflect;  // of the view
  KnownWay way;                     // of the view, from the row before, where pictures between follow it
  DiffusionNumbers numbers;
  std::vector<PromptShare> prompts{{}};  // at least one; weights sum to 1
  bool along_arc = false;                // two prompts are mixed along the arc, else along the line
  std::vector<PromptArc> arcs;           // weights sum to 1 at most
  std::vector<PromptRegion> regions;     // of more than nothing each
  std::vector<SoundPart> sound;   // what is laid over the prompts; empty: nothing, else weights sum to 1
  std::vector<LatentBend> bends;  // of the latents that sampling starts from
  std::vector<WeightedSeed> noise{{}};  // at least one; the squares of the weights sum to 1
  WorldNoise world;                     // that its own noise is mixed with; share 0: it is not
  std::vector<NoiseTurn> turns;         // of all of it, where in the picture
  Init init;
  std::optional<int64_t> anchor;  // the frame of Plan::anchors whose attention it sees
  friend bool operator==(const Recipe&, const Recipe&) = default;
};

// Else its picture is the init itself: in a chain, strength 0 only moves the picture before.
inline bool is_diffused(const Recipe& row) {
  return !row.init.previous || row.numbers.strength > 0;
}

}  // namespace spectradiff
