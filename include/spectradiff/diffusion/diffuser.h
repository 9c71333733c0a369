// Img2img: init pictures through a diffusion model, a batch of frames at a time.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "spectradiff/diffusion/manifest.h"
#include "spectradiff/diffusion/networks.h"
#include "spectradiff/diffusion/sampler.h"
#include "spectradiff/diffusion/tokenizer.h"

namespace spectradiff {

struct DiffuserSettings {
  std::string scheduler;  // empty: the bundle's own
  int steps = 50;
  StrengthMode strength_mode = StrengthMode::steps;
  double eta = 0;
  int batch_size = 1;  // the slots of every network call; short batches are padded
};

// One frame to diffuse. `init` outlives the call.
struct FrameRequest {
  const Canvas* init = nullptr;  // multiples of the latent downscale
  std::string prompt;
  std::string negative_prompt;
  double strength = 0.75;  // 0..1
  double guidance = 7.5;   // <= 1: no guidance
  uint64_t seed = 42;
};

// Which frame of the batch failed and why; the executor names the frame.
struct DiffusedPicture {
  Canvas picture;
  bool finite = true;  // false: NaN or infinity came out, the picture must not be used
};

// Owns no device: `networks` outlives it. One thread.
class Diffuser {
 public:
  Diffuser(Networks& networks, const Manifest& manifest, DiffuserSettings settings);
  ~Diffuser();

  // What was cut from a prompt that is too long; asked before rendering. Error{usage} for invalid UTF-8.
  std::string cut_from(const std::string& prompt) const;

  // 1..batch_size requests of one picture size; request b runs in slot b whatever the others are. `cancelled`
  // is asked before every denoising step; an empty result means it said yes.
  std::vector<DiffusedPicture> run(std::span<const FrameRequest> requests,
                                   const std::function<bool()>& cancelled);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace spectradiff
