// The networks of a diffusion model behind one narrow door: everything that touches a device.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "spectradiff/image/canvas.h"

namespace spectradiff {

// Numbers on the device: latents [batch][channels][height][width] or embeddings [batch][tokens][width].
// Opaque; only the Networks that made it looks inside.
class DeviceArray {
 public:
  virtual ~DeviceArray() = default;
};
using Array = std::shared_ptr<const DeviceArray>;

// One term of a linear combination: coefficients[b] · array[b] for item b of the batch.
struct Term {
  Array array;
  std::vector<double> coefficients;  // [batch]
};

// What one call of the denoiser sees. `negative` absent: no guidance, the output is the positive one's, of a
// network that is told the guidance scale where the model's family has such.
struct DenoiseInput {
  Array latents;                  // [batch][C][h][w], already scaled for the network
  std::vector<double> timesteps;  // [batch]
  Array positive;                 // [batch][tokens][width]
  Array negative;                 // the same, or null
  std::vector<double> guidance;   // [batch]; output = negative + guidance · (positive − negative)
  // Of a model with a control network: what control_pictures made, and the share that it has of what that
  // network adds to the denoiser, 1 in full.
  Array control;
  std::vector<double> control_weights;  // [batch]
};

// A piece of one text.
struct TextPart {
  Array text;                   // of text_encode, one item
  std::vector<double> weights;  // of the ids that the text is of; empty: all 1
};

struct DecodedPictures {
  std::vector<Canvas> pictures;  // [batch]
  std::vector<bool> finite;  // [batch]; false: the network gave NaN or infinity, the picture is meaningless
};

// One noise source per frame, torch's CPU generator for its seed: draws come in order and do not depend on
// batch, device or dtype.
class NoiseSource {
 public:
  virtual ~NoiseSource() = default;
};

// Not thread-safe: one thread owns the device.
class Networks {
 public:
  virtual ~Networks() = default;

  virtual std::string device() const = 0;  // "cpu", "cuda:0 NVIDIA …"
  virtual std::string dtype() const = 0;   // "float32", "bfloat16", "float16"
  virtual std::string engine() const = 0;  // "libtorch 2.13.0, TorchScript"
  // What the user should know of the networks and has not been told yet.
  virtual std::vector<std::string> take_notes() { return {}; }

  virtual std::unique_ptr<NoiseSource> noise_source(uint64_t seed) = 0;
  // Standard normal, float32 and then cast: one draw [1][C][size/8] from each source.
  virtual Array draw(std::span<NoiseSource* const> sources, Size picture_size) = 0;

  virtual Array text_encode(
      std::span<const std::vector<int32_t>> ids) = 0;  // [batch][ids] → [batch][tokens][width]
  // One part after another along the tokens. A part's tokens are multiplied by their weights, then all of it
  // so that its mean stays what it was, where that is more than three standard errors from 0; with two text
  // encoders, what each of them gave by itself. A text as a whole (SDXL's pooled text, which stands below the
  // tokens) is the first part's, without weights.
  virtual Array join_text(std::span<const TextPart> parts) = 0;
  // Pictures of one size to unscaled latents; posterior_noise (a draw) samples the posterior, null takes its
  // mean.
  virtual Array vae_encode(std::span<const Canvas* const> pictures, const Array& posterior_noise) = 0;
  // Pictures of one size as the control network takes them: [batch][3][height][width], 0..1.
  virtual Array control_pictures(std::span<const Canvas* const> pictures) = 0;
  virtual Array denoise(const DenoiseInput& input) = 0;
  virtual DecodedPictures vae_decode(const Array& latents) = 0;  // unscaled latents

  // Σ terms, per item of the batch. All arrays of one shape.
  virtual Array combine(std::span<const Term> terms) = 0;
  // Of the angle between two arrays of one item each, as long vectors; in double on the host, so that devices
  // agree.
  virtual double cosine(const Array& one, const Array& other) = 0;
  // Item b of the result is item `items[b].second` of array `items[b].first`.
  virtual Array gather(std::span<const std::pair<Array, int>> items) = 0;
};

}  // namespace spectradiff
