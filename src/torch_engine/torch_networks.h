// Networks on libtorch.
#pragma once

#include <optional>
#include <vector>

#include "devices.h"
#include "network.h"
#include "spectradiff/diffusion/networks.h"
#include "torch_headers.h"

namespace spectradiff {

// Latents are float32, embeddings have the networks' dtype.
class TorchArray : public DeviceArray {
 public:
  explicit TorchArray(at::Tensor tensor) : value(std::move(tensor)) {}
  at::Tensor value;
};

class TorchNetworks : public Networks {
 public:
  TorchNetworks(const AdmittedModel& model, const Placement& placement, const EngineRequest& request);

  std::string device() const override { return placement_.device_text; }
  std::string dtype() const override { return dtype_name(placement_.dtype); }
  std::string engine() const override;
  std::vector<std::string> take_notes() override;

  std::unique_ptr<NoiseSource> noise_source(uint64_t seed) override;
  Array draw(std::span<NoiseSource* const> sources, Size picture_size) override;
  Array text_encode(std::span<const std::vector<int32_t>> ids) override;
  Array join_text(std::span<const TextPart> parts) override;
  Array vae_encode(std::span<const Canvas* const> pictures, const Array& posterior_noise) override;
  Array control_pictures(std::span<const Canvas* const> pictures) override;
  // Negative and positive go through the network as one batch of twice the size, negative first. An item
  // whose guidance is 1 has exactly the positive's output of that batch.
  Array denoise(const DenoiseInput& input) override;
  DecodedPictures vae_decode(const Array& latents) override;
  Array combine(std::span<const Term> terms) override;
  double cosine(const Array& one, const Array& other) override;
  Array gather(std::span<const std::pair<Array, int>> items) override;

 private:
  at::Tensor to_device(const std::vector<double>& values) const;  // float32 [batch]
  // The denoiser's inputs beside sample, timesteps and text, for `items` items: the guidance scale less 1
  // [items], the original size, crop and target size of SDXL [items][6], float32.
  void add_facts(std::vector<c10::IValue>& inputs, const DenoiseInput& input,
                 const at::Tensor& latents) const;
  // What the control network adds, as inputs of the denoiser; `inputs` are the sample, timesteps and text of
  // both.
  void add_residuals(std::vector<c10::IValue>& inputs, const DenoiseInput& input);
  // SDXL's pooled text is one more row of the embedding, the last.
  int64_t pooled_rows() const { return embeds_size_ ? 1 : 0; }
  at::Tensor weighted_tokens(const TextPart& part) const;  // [1][tokens][width]
  at::Tensor predict(std::vector<c10::IValue> inputs, const DenoiseInput& input);

  // On a CPU a VAE whose weights are not packed runs a third faster with channels last; CUDA's group norm
  // goes back to planes.
  at::MemoryFormat vae_layout() const {
    return placement_.device.is_cpu() ? at::MemoryFormat::ChannelsLast : at::MemoryFormat::Contiguous;
  }

  Manifest manifest_;
  Placement placement_;
  at::ScalarType vae_dtype_ = at::kFloat;
  LatentFacts latent_;
  bool embeds_guidance_ = false, embeds_size_ = false;
  std::vector<std::string> notes_;
  bool compiled_ = false;  // whether the bundle's compiled code fits
  Network text_encoder_, vae_encoder_, denoiser_, vae_decoder_;
  std::optional<Network> control_;
};

}  // namespace spectradiff
