// Networks on libtorch.
#pragma once

#include <map>
#include <optional>
#include <utility>
#include <vector>

#include "anchor_tokens.h"
#include "devices.h"
#include "network.h"
#include "spectradiff/diffusion/networks.h"
#include "torch_headers.h"

namespace spectradiff {

// Latents and numbers are float32, embeddings have the networks' dtype, pictures are bytes [batch][H][W][3].
class TorchArray : public DeviceArray {
 public:
  explicit TorchArray(at::Tensor tensor) : value(std::move(tensor)) {}
  at::Tensor value;
};

class TorchNetworks : public Networks {
 public:
  // `facts` as torch_facts gives them for the request.
  TorchNetworks(const AdmittedModel& model, const Placement& placement, const EngineRequest& request,
                EngineFacts facts);

  EngineFacts facts() const override { return facts_; }
  std::vector<std::string> take_notes() override;

  Array text_encode(std::span<const std::vector<int32_t>> ids) override;
  Array join_text(std::span<const TextPart> parts) override;
  double cosine(const Array& one, const Array& other) override;
  Array zeros_like(const Array& array) override;
  TextShape text_shape(const Array& text) override;

  std::unique_ptr<NoiseSource> noise_source(uint64_t seed, std::span<const NoiseTurn> turns) override;
  DeviceBatch upload(const BatchInputs& inputs) override;
  Array vae_encode(const Array& pictures, const Array& posterior_noise) override;
  Array control_pictures(const Array& pictures) override;
  // Negative and positive go through the network as one batch of twice the size, negative first. An item
  // whose guidance is 1 has exactly the positive's output of that batch.
  Array denoise(const DenoiseInput& input) override;
  DenoisedAnchor denoise_anchor(const DenoiseInput& input) override;
  std::unique_ptr<Decoding> vae_decode(const Array& latents) override;
  Array combine(const Array& numbers, std::span<const Term> terms) override;
  Array gather(std::span<const std::pair<Array, int>> items) override;
  Array lay_over(const Array& text, const Array& numbers, const Overlay& overlay) override;
  Array along_arcs(const Array& from, const Array& to, const Array& numbers, int row, int column) override;
  Array blend(std::span<const Array> outputs, std::span<const Array> shares) override;
  Array bend(const Array& latents, std::span<const LatentBend> bends, const Array& noise) override;

 private:
  void require_rows(std::span<const int32_t> ids) const;  // of the text encoder's tokens; Error{model}
  at::Tensor draws_of(const BatchInputs& inputs, Size size) const;  // [draws][batch][C][h][w], on the device
  // The original size, crop and target size that SDXL is told of pictures of this size: [6], float32. Copied
  // to the device once per size, when a batch of that size is uploaded.
  const at::Tensor& sizes_of(int64_t height, int64_t width);
  // The denoiser's inputs beside sample, timesteps and text, for `items` items: the guidance scale less 1
  // [items], SDXL's sizes [items][6], float32.
  void add_facts(std::vector<c10::IValue>& inputs, const DenoiseInput& input, const at::Tensor& latents);
  // What the control network adds, as inputs of the denoiser; `inputs` are the sample, timesteps and text of
  // both.
  void add_residuals(std::vector<c10::IValue>& inputs, const DenoiseInput& input);
  // SDXL's pooled text is one more row of the embedding, the last.
  int64_t pooled_rows() const { return embeds_size_ ? 1 : 0; }
  at::Tensor weighted_tokens(const TextPart& part) const;  // [1][tokens][width]
  // float32; what else the network gives goes to `tokens`, where the network is coherent.
  at::Tensor predict(std::vector<c10::IValue> inputs, const DenoiseInput& input, TorchTokens& tokens);
  at::Tensor denoised(const DenoiseInput& input, TorchTokens& tokens);
  // Shares, and for each layer the tokens that its items see, as inputs of a coherent denoiser: `times` the
  // batch, as the sample is.
  void add_anchors(std::vector<c10::IValue>& inputs, const DenoiseInput& input, int64_t times) const;

  // On a CPU a VAE whose weights are not packed runs a third faster with channels last; CUDA's group norm
  // goes back to planes.
  at::MemoryFormat vae_layout() const {
    return placement_.device.is_cpu() ? at::MemoryFormat::ChannelsLast : at::MemoryFormat::Contiguous;
  }

  Manifest manifest_;
  Placement placement_;
  EngineFacts facts_;
  std::map<std::pair<int64_t, int64_t>, at::Tensor> sizes_;  // sizes_of, by height and width
  at::ScalarType vae_dtype_ = at::kFloat;
  LatentFacts latent_;
  bool embeds_guidance_ = false, embeds_size_ = false, coherent_ = false;
  std::vector<std::string> notes_;
  bool compiled_ = false;  // whether the bundle's compiled code fits
  Network text_encoder_, vae_encoder_, denoiser_, vae_decoder_;
  std::optional<Network> control_;
};

}  // namespace spectradiff
