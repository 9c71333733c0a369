// The networks of a diffusion model behind one narrow door: everything that touches a device.
//
// What crosses between host and device, and when. Text is encoded before a batch; then upload() takes all
// that the batch needs to the device, once; from there on calls name rows and arrays that are there already,
// so that nothing crosses and nothing waits until Decoding::collect().
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "spectradiff/diffusion/engine_facts.h"
#include "spectradiff/diffusion/latent_bend.h"
#include "spectradiff/diffusion/weighted_seed.h"
#include "spectradiff/image/canvas.h"

namespace spectradiff {

// Numbers on the device: latents [batch][channels][height][width], embeddings [batch][tokens][width],
// pictures or numbers [rows][batch]. Opaque; only the Networks that made it looks inside.
class DeviceArray {
 public:
  virtual ~DeviceArray() = default;
};
using Array = std::shared_ptr<const DeviceArray>;

// One noise source per frame and seed, torch's CPU generator for that seed: draws come in order and do not
// depend on batch, device or dtype.
class NoiseSource {
 public:
  virtual ~NoiseSource() = default;
  // Of noise that was made on the host: [channels][height][width], what every draw gives; else null.
  virtual const std::vector<float>* given() const { return nullptr; }
};

class GivenNoise : public NoiseSource {
 public:
  explicit GivenNoise(std::vector<float> values) : values_(std::move(values)) {}
  const std::vector<float>* given() const override { return &values_; }

 private:
  std::vector<float> values_;
};

// What a batch needs on the device beside its text.
struct BatchInputs {
  std::vector<const Canvas*> pictures;  // [batch], of one size
  std::vector<const Canvas*> control;   // the same, or empty: there is no control network
  // [batch][tokens · width of the texts] numbers to be laid over texts, null: of one that has none; or empty.
  std::vector<const std::vector<float>*> overlays;
  std::vector<std::vector<double>> numbers;      // [rows][batch]; at least one row
  std::vector<std::vector<NoiseSource*>> draws;  // [draws][batch], drawn in this order; null: zeros
  // [parts][batch][height · width of the latents]: what each part of a picture has of each place; or empty.
  std::vector<std::vector<std::vector<float>>> shares;
};
struct DeviceBatch {
  Array pictures, control;    // as they were given; control null where there is none
  Array overlays;             // [batch][tokens · width], float32; null where there are none
  Array numbers;              // [rows][batch], float32
  std::vector<Array> draws;   // [draws]: standard normal latents, drawn in float32 and then cast
  std::vector<Array> shares;  // [parts]: [batch][1][height][width], float32
};

// One term of a linear combination: numbers[row][column + b] · array[b] for item b of the array.
struct Term {
  Array array;
  int row = 0;
  int column = 0;
};

// What one call of the denoiser sees. `negative` absent: no guidance, the output is the positive one's, of a
// network that is told the guidance scale where the model's family has such.
struct DenoiseInput {
  Array latents;      // [batch][C][h][w], already scaled for the network
  Array numbers;      // of the batch; the following name rows of it
  int timesteps = 0;  // row
  // Row; output = negative + guidance · (positive − negative). Of a network that is told the guidance scale:
  // the scale less 1.
  int guidance = 0;
  Array positive;  // [batch][tokens][width]
  Array negative;  // the same, or null
  // Of a model with a control network: what control_pictures made, and the share that it has of what that
  // network adds to the denoiser, 1 in full.
  Array control;
  int control_weights = 0;  // row
  // Of networks that were loaded for coherence: what anchors left at this step, [batch], null: the item sees
  // none; and the share that it has in the item's self-attention. Empty: no item sees any.
  std::vector<Array> anchors;
  int coherence = 0;  // row, 0..1
};

// What an anchor's step gives.
struct DenoisedAnchor {
  Array prediction;
  Array tokens;  // what came into each self-attention layer, to be among DenoiseInput::anchors
};

// A piece of one text.
struct TextPart {
  Array text;                   // of text_encode, one item
  std::vector<double> weights;  // of the ids that the text is of; empty: all 1
};

struct TextShape {
  int tokens = 0, width = 0;  // without a text as a whole (SDXL's pooled text)
};

// Item `item` of a batch's overlays, to be laid over that item's text.
struct Overlay {
  Array overlays;
  int item = 0;
  int strength = 0, offset = 0;  // rows of the numbers; strength above 0
};

struct DecodedPictures {
  std::vector<Canvas> pictures;  // [batch]
  std::vector<bool> finite;  // [batch]; false: the network gave NaN or infinity, the picture is meaningless
};

// Pictures on their way from the device.
class Decoding {
 public:
  virtual ~Decoding() = default;
  // Whether collect would wait for nothing.
  virtual bool is_ready() const = 0;
  // Waits for them, and for nothing that was asked of the device later; one copy holds the pictures and
  // whether they are finite. Once.
  virtual DecodedPictures collect() = 0;
};

// Not thread-safe: one thread owns the device. On a CPU every call returns when its work is done, on a GPU
// when the device has been told, except as stated.
class Networks {
 public:
  virtual ~Networks() = default;

  // Those that engine_facts gave for the request.
  virtual EngineFacts facts() const = 0;
  // What the user should know of the networks and has not been told yet.
  virtual std::vector<std::string> take_notes() { return {}; }

  // Text, before a batch.
  // [batch][ids] → [batch][tokens][width]. Copies the ids to the device.
  virtual Array text_encode(std::span<const std::vector<int32_t>> ids) = 0;
  // One part after another along the tokens. A part's tokens are multiplied by their weights, then all of it
  // so that its mean stays what it was, where that is more than three standard errors from 0; with two text
  // encoders, what each of them gave by itself. A text as a whole (SDXL's pooled text, which stands below the
  // tokens) is the first part's, without weights. Waits where there are weights.
  virtual Array join_text(std::span<const TextPart> parts) = 0;
  // Of the angle between two arrays of one item each, as long vectors; in double on the host, so that devices
  // agree. Waits.
  virtual double cosine(const Array& one, const Array& other) = 0;
  virtual Array zeros_like(const Array& array) = 0;
  virtual TextShape text_shape(const Array& text) = 0;

  // A batch.
  // Turned, it draws what lies between its seed's noise and that of turned_seed.
  virtual std::unique_ptr<NoiseSource> noise_source(uint64_t seed, std::span<const NoiseTurn> turns) = 0;
  virtual DeviceBatch upload(const BatchInputs& inputs) = 0;
  // Pictures of a batch to unscaled latents; posterior_noise (a draw) samples the posterior, null takes its
  // mean.
  virtual Array vae_encode(const Array& pictures, const Array& posterior_noise) = 0;
  // Pictures of a batch as the control network takes them: [batch][3][height][width], 0..1.
  virtual Array control_pictures(const Array& pictures) = 0;
  virtual Array denoise(const DenoiseInput& input) = 0;
  // Of an anchor alone, a batch of one, by networks that were loaded for coherence (EngineRequest). It sees
  // none itself. Its tokens are with a negative text where it has one, and for frames that have one too.
  virtual DenoisedAnchor denoise_anchor(const DenoiseInput& input) = 0;
  virtual std::unique_ptr<Decoding> vae_decode(const Array& latents) = 0;  // unscaled latents
  // Σ terms, per item. All arrays of one shape; the result has the dtype of the first.
  virtual Array combine(const Array& numbers, std::span<const Term> terms) = 0;
  // text + (low + (high - low) · overlay) / strength + offset, low and high being the least and the greatest
  // number of the text, one item. What stands for the text as a whole stays.
  virtual Array lay_over(const Array& text, const Array& numbers, const Overlay& overlay) = 0;
  // Every token's vector on the arc from one text's to another's (slerp; the line where they are nearly
  // parallel), numbers[row][column] of the way. One item each; the text as a whole goes along.
  virtual Array along_arcs(const Array& from, const Array& to, const Array& numbers, int row, int column) = 0;
  // Latents of one item, one operation after another (latent_bend.h). `noise`: a draw, or null where no
  // operation adds any.
  virtual Array bend(const Array& latents, std::span<const LatentBend> bends, const Array& noise) = 0;
  // Σ shares[part] · outputs[part], place by place: parts of one picture that were denoised in their own way.
  virtual Array blend(std::span<const Array> outputs, std::span<const Array> shares) = 0;
  // Item b of the result is item `items[b].second` of array `items[b].first`.
  virtual Array gather(std::span<const std::pair<Array, int>> items) = 0;
};

}  // namespace spectradiff
