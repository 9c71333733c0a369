// Img2img: init pictures through a diffusion model, a batch of frames at a time.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "spectradiff/diffusion/manifest.h"
#include "spectradiff/diffusion/networks.h"
#include "spectradiff/diffusion/picture_region.h"
#include "spectradiff/diffusion/prompt_text.h"
#include "spectradiff/diffusion/sampler.h"
#include "spectradiff/diffusion/text_mix.h"
#include "spectradiff/diffusion/tokenizer.h"
#include "spectradiff/diffusion/weighted_seed.h"
#include "spectradiff/diffusion/world_noise.h"

namespace spectradiff {

struct DiffuserSettings {
  std::string scheduler;  // empty: the bundle's own
  int steps = 50;
  StrengthMode strength_mode = StrengthMode::steps;
  double eta = 0;
  int batch_size = 1;  // the slots of every network call
  // Whether any frame of the job is guided: then all are, by 1 at least, so that no frame's bytes depend on
  // its neighbours. false computes no negative prompt.
  bool guided = true;
  // Whether any frame of the job sees an anchor: then all go through the networks' other way, which gives
  // those that see none the same bytes. Needs networks that were loaded for it (EngineRequest).
  bool coherent = false;
  PromptReading reading;  // other than the default only where the bundle has one text encoder
};

// Numbers that are laid over a prompt's embedding T: T + (low + (high - low) · values) / strength + offset,
// low and high being the least and the greatest of T.
struct TextOverlay {
  std::vector<float> values;  // [tokens][width], as Diffuser::text_shape has them; 0..1
  double strength = 1;        // of the text against it, above 0
  double offset = 0;          // on every number
  friend bool operator==(const TextOverlay&, const TextOverlay&) = default;
};

// What a part of the picture is told instead of the frame's prompt.
struct RegionText {
  PictureRegion region = PictureRegion::bottom;
  std::string text;
  double amount = 1;  // 0..1, of the denoiser's output where the region is; the rest is as the prompt has it
};

struct Anchor;

// One frame to diffuse. The pictures, the anchor and the overlay outlive the call to submit.
struct FrameRequest {
  const Canvas* init = nullptr;  // multiples of the latent downscale
  TextMix prompt, negative_prompt;
  double strength = 0.75;  // 0..1
  double guidance =
      7.5;  // up to Manifest::distilled_guidance: one call; more only where the diffuser is guided
  std::vector<WeightedSeed> noise = {{.seed = 42}};  // check_noise
  WorldNoise world;                                  // that the noise of the start is mixed with
  std::vector<NoiseTurn> turns;                      // of all of it
  const Canvas* control = nullptr;       // of init's size; there exactly where the bundle takes control
  double control_weight = 1;             // finite
  const TextOverlay* overlay = nullptr;  // of the prompt; null: none
  std::vector<LatentBend> bends;         // of the latents that sampling starts from
  // Each costs as many calls of the denoiser as the frame itself. What is laid over the prompt is laid over
  // their texts too.
  std::vector<RegionText> regions;
  // The init picture is not seen: sampling starts from noise alone, as text-to-image pipelines do.
  bool from_noise = false;
  const Anchor* anchor = nullptr;  // whose attention it sees; null: none
  double coherence = 0;            // 0..1, the anchor's share in its self-attention
};

// A picture whose self-attention frames see at the same step, or at the one of the nearest timestep.
struct Anchor {
  int64_t number = 0;      // by which it is known: what has one number is one anchor
  FrameRequest frame;      // diffused for it alone, in a batch of one; sees no anchor
  bool is_noised = false;  // its picture is only noised to each step's level, and not changed
};

struct DiffusedPicture {
  Canvas picture;
  bool finite = true;  // false: NaN or infinity came out, the picture must not be used
};

// A batch that was submitted: what its pictures are collected with. Move-only.
class DiffusionTicket {
 public:
  DiffusionTicket(std::unique_ptr<Decoding> decoding, size_t pictures)
      : decoding_(std::move(decoding)), pictures_(pictures) {}

  bool is_ready() const { return decoding_->is_ready(); }  // collect would not wait

 private:
  friend class Diffuser;
  std::unique_ptr<Decoding> decoding_;
  size_t pictures_ = 0;  // those of requests; slots beyond them are dropped
};

// Img2img as diffusers' StableDiffusionImg2ImgPipeline does it, for frames of different strength, guidance,
// prompts and seeds in one batch. Draws per frame, in this order, from a source of its own for each of its
// seeds: the posterior's sample (where the encoder has one), the noise of the start, one for every step whose
// sampler asks for it. Text is encoded once per distinct prompt and kept, the angle between two prompts once
// per pair. `networks` outlives it and its tickets. One thread.
//
// Slots and padding. A batch has as many slots as the diffuser's settings say, whatever it is given: kernels
// choose their blocks by the batch's size and a picture's place in it, and each adds up in another order.
// Request b runs in slot b; slots without a request repeat the last one, and their pictures are dropped. What
// is in one slot never touches another: coefficients, timesteps, texts and draws are per slot, a slot whose
// picture is done keeps its latents and has the last timestep again while others go on, and where one slot
// needs a term that another does not, the other's coefficient is 0 and its draw is zeros. So a frame's bytes
// follow from its request and the number of slots; whoever forms batches gives a frame its slot by the plan
// alone.
//
// Anchors. An anchor's pass through the steps is made when the first batch needs it and kept while batches
// do: a pure function of the anchor, so that a frame's bytes follow from its request, its anchor and the
// slots. Of what it leaves each of a frame's steps sees that of the anchor's step nearest in time: the same
// one where both have the same strength.
class Diffuser {
 public:
  // Error{model} and Error{usage} for whatever in the bundle's tokenizer and scheduler and in the settings
  // cannot work.
  Diffuser(Networks& networks, const Manifest& manifest, DiffuserSettings settings);
  ~Diffuser();

  // What was cut from a prompt that is too long; asked before rendering. Error{usage} for invalid UTF-8.
  std::string cut_from(const std::string& prompt) const;

  // All texts of the job, before it runs: every frame gets as many chunks as the longest of them, so that no
  // frame's bytes depend on its neighbours. Error{usage} as cut_from.
  void expect(const std::set<std::string>& texts);

  // Of every text once expect() was told them; encodes one to know.
  TextShape text_shape();

  // 1..batch_size requests of one picture size, see above. Strength 0 passes through the VAE only.
  // `cancelled` is asked before every denoising step; nothing comes back when it said yes. Error{usage} for a
  // size that is no multiple of the latent downscale and for values outside their ranges. On a GPU this
  // returns when the device has been told what to do, and the next batch can be submitted while it works; it
  // waits only for new text. On a CPU the work is done then. The requests' pictures are not needed any more.
  // Memory: the noise of all steps, up to steps · slots · latents.
  std::optional<DiffusionTicket> submit(std::span<const FrameRequest> requests,
                                        const std::function<bool()>& cancelled);

  // Waits for the pictures of one batch, in the order of its requests.
  std::vector<DiffusedPicture> collect(DiffusionTicket ticket);

  // Both; empty when cancelled.
  std::vector<DiffusedPicture> run(std::span<const FrameRequest> requests,
                                   const std::function<bool()>& cancelled);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace spectradiff
