#include "torch_networks.h"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <utility>

#include "anchor_tokens.h"
#include "conditioning_ops.h"
#include "door.h"
#include "pictures.h"
#include "spectradiff/base/error.h"
#include "torch_engine.h"
#include "transfers.h"

namespace spectradiff {
namespace {

// The log variances that diffusers' DiagonalGaussianDistribution lets through.
constexpr double kMinLogVariance = -30, kMaxLogVariance = 20;

class TorchNoise : public NoiseSource {
 public:
  TorchNoise(uint64_t seed, std::span<const NoiseTurn> turns)
      : generator_(at::detail::createCPUGenerator(seed)), turns_(turns.begin(), turns.end()) {
    if (!turns_.empty()) other_ = at::detail::createCPUGenerator(turned_seed(seed));
  }

  // [channels][height][width], float32.
  void draw(at::Tensor& latents) {
    latents.normal_(0, 1, generator_);
    if (turns_.empty()) return;
    const at::Tensor other = at::empty_like(latents).normal_(0, 1, other_);
    std::vector<float> angles =
        turn_field(turns_, static_cast<int>(latents.size(1)), static_cast<int>(latents.size(2)));
    const at::Tensor field = at::from_blob(angles.data(), {latents.size(1), latents.size(2)}, at::kFloat);
    latents.mul_(field.cos()).add_(other * field.sin());
  }

 private:
  at::Generator generator_, other_;
  std::vector<NoiseTurn> turns_;
};

const at::Tensor& tensor_of(const Array& array) {
  const auto* found = dynamic_cast<const TorchArray*>(array.get());
  if (found == nullptr) throw_error(ErrorKind::internal, "libtorch was given an array that is not its own");
  return found->value;
}

Array wrap(at::Tensor tensor) {
  return std::make_shared<TorchArray>(std::move(tensor));
}

void require_batch(size_t given, int64_t batch, const char* what) {
  if (std::cmp_not_equal(given, batch)) {
    throw_error(ErrorKind::internal, "{} {} for a batch of {}", given, what, batch);
  }
}

// [batch] → [batch][1][1]… with as many dimensions as `like`.
at::Tensor per_item(const at::Tensor& values, const at::Tensor& like) {
  std::vector<int64_t> shape(static_cast<size_t>(like.dim()), 1);
  shape[0] = values.size(0);
  return values.view(shape);
}

// Row `row` of a batch's numbers, from `column` on, for the items of `like`: [batch].
at::Tensor numbers_of(const Array& numbers, int row, const at::Tensor& like, int column = 0) {
  const at::Tensor& table = tensor_of(numbers);
  if (row < 0 || row >= table.size(0) || column < 0 || column + like.size(0) > table.size(1)) {
    throw_error(ErrorKind::internal, "row {} from {} on of numbers [{}][{}] for a batch of {}", row, column,
                table.size(0), table.size(1), like.size(0));
  }
  return table[row].narrow(0, column, like.size(0));
}

// Whether the mean is told apart from zero by the numbers it is of. Where it is not (behind a layer norm that
// adds nothing, say), a quotient of two such means could be anything.
bool has_a_mean(const at::Tensor& values) {
  constexpr double kStandardErrors = 3;
  const double error = values.std().item<double>() / std::sqrt(static_cast<double>(values.numel()));
  return std::abs(values.mean().item<double>()) > kStandardErrors * error;
}

at::ScalarType vae_dtype(const Manifest& manifest, at::ScalarType dtype) {
  return manifest.latent.force_upcast && dtype == at::kHalf ? at::kFloat : dtype;
}

std::string misfit(const Manifest& manifest, const Placement& placement, const EngineRequest& request) {
  return compiled_misfit(*manifest.compiled, request, placement.device, dtype_name(placement.dtype));
}

bool has_fitting_code(const Manifest& manifest, const Placement& placement, const EngineRequest& request) {
  return manifest.compiled && misfit(manifest, placement, request).empty();
}

std::string engine_text(bool compiled) {
  return fmt::format("libtorch {}, {}", TORCH_VERSION, compiled ? "compiled" : "TorchScript");
}

// "2.13" of "2.13.0".
std::string_view release_of(std::string_view version) {
  return version.substr(0, version.find('.', version.find('.') + 1));
}

std::vector<std::string> notes_on(const Manifest& manifest, const Placement& placement,
                                  const EngineRequest& request) {
  std::vector<std::string> notes;
  const auto exporter = manifest.exporter.find("torch");
  if (exporter != manifest.exporter.end() && release_of(exporter->second) != release_of(TORCH_VERSION)) {
    notes.push_back(
        fmt::format("the model {} was exported with torch {} and runs on libtorch {}: look at the pictures",
                    manifest.name, exporter->second, TORCH_VERSION));
  }
  if (!manifest.compiled) return notes;
  if (const std::string why = misfit(manifest, placement, request); !why.empty()) {
    notes.push_back(fmt::format(
        "the compiled code of the model {} is not used ({}); TorchScript runs instead", manifest.name, why));
  }
  return notes;
}

}  // namespace

TorchNetworks::TorchNetworks(const AdmittedModel& model, const Placement& placement,
                             const EngineRequest& request, EngineFacts facts)
    : manifest_(model.manifest()),
      placement_(placement),
      facts_(std::move(facts)),
      vae_dtype_(vae_dtype(manifest_, placement.dtype)),
      latent_(manifest_.latent),
      embeds_guidance_(manifest_.embeds_guidance()),
      embeds_size_(manifest_.embeds_size()),
      coherent_(request.coherent),
      notes_(notes_on(manifest_, placement, request)),
      compiled_(has_fitting_code(manifest_, placement, request)),
      text_encoder_(model, "text_encoder", placement.device, placement.dtype, compiled_),
      vae_encoder_(model, "vae_encoder", placement.device, vae_dtype_, compiled_),
      denoiser_(model, "denoiser", placement.device, placement.dtype, compiled_,
                request.coherent ? "coherent" : "forward"),
      vae_decoder_(model, "vae_decoder", placement.device, vae_dtype_, compiled_) {
  if (manifest_.takes_control())
    control_.emplace(model, "control", placement.device, placement.dtype, compiled_);
}

std::vector<std::string> TorchNetworks::take_notes() {
  std::vector<std::string> notes = std::exchange(notes_, {});
  for (Network* network :
       {&text_encoder_, &vae_encoder_, &denoiser_, &vae_decoder_, control_ ? &*control_ : nullptr}) {
    if (network == nullptr) continue;
    if (auto note = network->take_note()) notes.push_back(std::move(*note));
  }
  return notes;
}

std::unique_ptr<NoiseSource> TorchNetworks::noise_source(uint64_t seed, std::span<const NoiseTurn> turns) {
  return std::make_unique<TorchNoise>(seed, turns);
}

at::Tensor TorchNetworks::draws_of(const BatchInputs& inputs, Size size) const {
  at::Tensor draws = host_tensor({std::ssize(inputs.draws), std::ssize(inputs.pictures), latent_.channels,
                                  size.height / latent_.downscale, size.width / latent_.downscale},
                                 at::kFloat, placement_.device);
  for (int64_t d = 0; d < draws.size(0); ++d) {
    for (int64_t b = 0; b < draws.size(1); ++b) {
      NoiseSource* source = inputs.draws[static_cast<size_t>(d)].at(static_cast<size_t>(b));
      if (const std::vector<float>* given = source != nullptr ? source->given() : nullptr) {
        at::Tensor latents = draws[d][b];
        if (std::ssize(*given) != latents.numel())
          throw_error(ErrorKind::internal, "{} numbers of noise for {} latents", given->size(),
                      latents.numel());
        std::copy(given->begin(), given->end(), latents.data_ptr<float>());
        continue;
      }
      auto* noise = dynamic_cast<TorchNoise*>(source);
      if (noise == nullptr && source != nullptr)
        throw_error(ErrorKind::internal, "libtorch was given a noise source that is not its own");
      at::Tensor latents = draws[d][b];
      if (noise != nullptr) {
        noise->draw(latents);
      } else {
        latents.zero_();
      }
    }
  }
  return to_device(draws, placement_.device);
}

DeviceBatch TorchNetworks::upload(const BatchInputs& inputs) {
  return through_the_door("a batch", [&] {
    DeviceBatch batch;
    batch.pictures = wrap(to_device(picture_bytes(inputs.pictures, placement_.device), placement_.device));
    if (!inputs.control.empty())
      batch.control = wrap(to_device(picture_bytes(inputs.control, placement_.device), placement_.device));
    if (!inputs.overlays.empty())
      batch.overlays = wrap(to_device(host_overlays(inputs.overlays, placement_.device), placement_.device));
    const Size size = inputs.pictures[0]->size();
    if (embeds_size_) sizes_of(size.height, size.width);
    batch.numbers = wrap(to_device(host_numbers(inputs.numbers, placement_.device), placement_.device));
    const at::Tensor draws = draws_of(inputs, size);
    for (int64_t d = 0; d < draws.size(0); ++d) batch.draws.push_back(wrap(draws[d]));
    for (const auto& part : inputs.shares) {
      std::vector<const std::vector<float>*> maps;
      for (const std::vector<float>& map : part) maps.push_back(&map);
      const at::Tensor shares = to_device(host_overlays(maps, placement_.device), placement_.device);
      batch.shares.push_back(wrap(
          shares.view({shares.size(0), 1, size.height / latent_.downscale, size.width / latent_.downscale})));
    }
    return batch;
  });
}

// On a GPU a row that the table lacks would end the process's use of it.
void TorchNetworks::require_rows(std::span<const int32_t> ids) const {
  const auto rows = text_encoder_.rows_looked_up();
  if (!rows || ids.empty()) return;
  const auto [low, high] = std::minmax_element(ids.begin(), ids.end());
  if (*low >= 0 && *high < *rows) return;
  throw_error(ErrorKind::model,
              "{} knows the tokens 0 to {}, the tokenizer gave {}; their files are of different models",
              text_encoder_.title(), *rows - 1, *low < 0 ? *low : *high);
}

Array TorchNetworks::text_encode(std::span<const std::vector<int32_t>> ids) {
  return through_the_door(text_encoder_.title(), [&] {
    const auto batch = static_cast<int64_t>(ids.size());
    const auto tokens = static_cast<int64_t>(ids.empty() ? 0 : ids[0].size());
    at::Tensor table = at::empty({batch, tokens}, at::TensorOptions(at::kLong));
    auto* out = table.data_ptr<int64_t>();
    for (const std::vector<int32_t>& row : ids) {
      require_batch(row.size(), tokens, "token ids");
      require_rows(row);
      out = std::copy(row.begin(), row.end(), out);
    }
    return wrap(text_encoder_.run({table.to(placement_.device)}, {batch, -1, -1}));
  });
}

at::Tensor TorchNetworks::weighted_tokens(const TextPart& part) const {
  const at::Tensor text = tensor_of(part.text);
  const std::vector<int64_t>& stated = manifest_.text_widths;
  const std::vector<int64_t> widths = stated.empty() ? std::vector<int64_t>{text.size(2)} : stated;
  const at::Tensor tokens = text.narrow(1, 0, text.size(1) - pooled_rows());
  if (part.weights.empty()) return tokens;
  require_batch(part.weights.size(), tokens.size(1) * std::ssize(widths), "token weights");
  const std::vector<at::Tensor> weights =
      host_numbers({part.weights}, placement_.device)[0].to(placement_.device).chunk(std::ssize(widths));
  std::vector<at::Tensor> columns = tokens.to(at::kFloat).split_with_sizes(widths, 2);
  for (size_t i = 0; i < columns.size(); ++i) {
    const at::Tensor weighted = columns[i] * weights[i].view({1, -1, 1});
    columns[i] = has_a_mean(columns[i]) ? weighted * (columns[i].mean() / weighted.mean()) : weighted;
  }
  return at::cat(columns, 2).to(text.scalar_type());
}

Array TorchNetworks::join_text(std::span<const TextPart> parts) {
  return through_the_door("embeddings", [&] {
    std::vector<at::Tensor> whole;
    for (const TextPart& part : parts) whole.push_back(weighted_tokens(part));
    const at::Tensor& first = tensor_of(parts.front().text);
    whole.push_back(first.narrow(1, first.size(1) - pooled_rows(), pooled_rows()));
    return wrap(at::cat(whole, 1));
  });
}

Array TorchNetworks::vae_encode(const Array& pictures, const Array& posterior_noise) {
  return through_the_door(vae_encoder_.title(), [&] {
    const at::Tensor images = bytes_to_images(tensor_of(pictures), vae_dtype_).contiguous(vae_layout());
    const int64_t channels = int64_t{latent_.channels} * (latent_.gaussian_posterior ? 2 : 1);
    const std::vector<int64_t> shape = {images.size(0), channels, images.size(2) / latent_.downscale,
                                        images.size(3) / latent_.downscale};
    const at::Tensor output = vae_encoder_.run({images}, shape).to(at::kFloat).contiguous();
    if (!latent_.gaussian_posterior) return wrap(output);
    const std::vector<at::Tensor> moments = output.chunk(2, 1);
    if (posterior_noise == nullptr) return wrap(moments[0].contiguous());
    const at::Tensor deviation = moments[1].clamp(kMinLogVariance, kMaxLogVariance).mul(0.5).exp();
    return wrap(moments[0] + deviation * tensor_of(posterior_noise));
  });
}

const at::Tensor& TorchNetworks::sizes_of(int64_t height, int64_t width) {
  at::Tensor& sizes = sizes_[{height, width}];
  if (!sizes.defined()) {
    const auto h = static_cast<double>(height), w = static_cast<double>(width);
    sizes = to_device(host_numbers({{h, w, 0, 0, h, w}}, placement_.device), placement_.device)[0];
  }
  return sizes;
}

void TorchNetworks::add_facts(std::vector<c10::IValue>& inputs, const DenoiseInput& input,
                              const at::Tensor& latents) {
  if (embeds_guidance_) inputs.emplace_back(numbers_of(input.numbers, input.guidance, latents));
  if (embeds_size_) {
    const at::Tensor& sizes =
        sizes_of(latents.size(2) * latent_.downscale, latents.size(3) * latent_.downscale);
    inputs.emplace_back(sizes.expand({latents.size(0), 6}).contiguous());
  }
}

Array TorchNetworks::control_pictures(const Array& pictures) {
  return through_the_door("control pictures",
                          [&] { return wrap(bytes_to_unit_images(tensor_of(pictures), placement_.dtype)); });
}

void TorchNetworks::add_residuals(std::vector<c10::IValue>& inputs, const DenoiseInput& input) {
  const int64_t items = inputs[0].toTensor().size(0);
  const at::Tensor& pictures = tensor_of(input.control);
  const at::Tensor weights = numbers_of(input.numbers, input.control_weights, pictures);
  const int64_t times = items / pictures.size(0);
  std::vector<c10::IValue> seen(inputs.begin(), inputs.begin() + 3);
  seen.emplace_back(pictures.repeat({times, 1, 1, 1}));
  seen.emplace_back(weights.repeat({times}));
  for (at::Tensor& residual : control_->run_many(std::move(seen))) inputs.emplace_back(std::move(residual));
}

void TorchNetworks::add_anchors(std::vector<c10::IValue>& inputs, const DenoiseInput& input,
                                int64_t times) const {
  const at::Tensor& latents = tensor_of(input.latents);
  const at::Tensor shares = numbers_of(input.numbers, input.coherence, latents);
  inputs.emplace_back((input.anchors.empty() ? at::zeros_like(shares) : shares).repeat({times}));
  for (at::Tensor& tokens : seen_tokens(input.anchors, manifest_.attention_bank, latents.size(0), times,
                                        latents.options().dtype(placement_.dtype)))
    inputs.emplace_back(std::move(tokens));
}

at::Tensor TorchNetworks::predict(std::vector<c10::IValue> inputs, const DenoiseInput& input,
                                  TorchTokens& tokens) {
  const at::Tensor sample = inputs[0].toTensor();
  const std::vector<int64_t> shape = sample.sizes().vec();
  add_facts(inputs, input, sample);
  if (control_) add_residuals(inputs, input);
  if (!coherent_) return denoiser_.run(std::move(inputs), shape).to(at::kFloat);
  add_anchors(inputs, input, shape[0] / tensor_of(input.latents).size(0));
  tokens.layers = denoiser_.run_many(std::move(inputs));
  const at::Tensor prediction = of_shape(tokens.layers.front(), shape, denoiser_.title());
  tokens.layers.erase(tokens.layers.begin());
  if (tokens.layers.size() != manifest_.attention_bank.size())
    throw_error(ErrorKind::model, "{} left tokens of {} layers, its model.json states {}; export it again",
                denoiser_.title(), tokens.layers.size(), manifest_.attention_bank.size());
  return prediction.to(at::kFloat);
}

Array TorchNetworks::denoise(const DenoiseInput& input) {
  return through_the_door(denoiser_.title(), [&] {
    TorchTokens unused;
    return wrap(denoised(input, unused));
  });
}

DenoisedAnchor TorchNetworks::denoise_anchor(const DenoiseInput& input) {
  return through_the_door(denoiser_.title(), [&] {
    if (!coherent_) throw_error(ErrorKind::internal, "an anchor for networks without coherence");
    auto tokens = std::make_shared<TorchTokens>();
    const Array prediction = wrap(denoised(input, *tokens));
    for (at::Tensor& layer : tokens->layers) layer = layer.contiguous();
    return DenoisedAnchor{prediction, tokens};
  });
}

at::Tensor TorchNetworks::denoised(const DenoiseInput& input, TorchTokens& tokens) {
  const at::Tensor& latents = tensor_of(input.latents);
  const at::Tensor sample = latents.to(placement_.dtype);
  const at::Tensor timesteps = numbers_of(input.numbers, input.timesteps, latents);
  if ((input.control != nullptr) != control_.has_value())
    throw_error(ErrorKind::internal, "a control picture and a control network need each other");
  if (input.negative == nullptr)
    return predict({sample, timesteps, tensor_of(input.positive)}, input, tokens);
  const at::Tensor text = at::cat({tensor_of(input.negative), tensor_of(input.positive)});
  const at::Tensor both =
      predict({at::cat({sample, sample}), at::cat({timesteps, timesteps}), text}, input, tokens);
  const std::vector<at::Tensor> halves = both.chunk(2, 0);
  const at::Tensor guidance = per_item(numbers_of(input.numbers, input.guidance, latents), latents);
  const at::Tensor guided = halves[0] + guidance * (halves[1] - halves[0]);
  return at::where(guidance == 1, halves[1], guided);
}

std::unique_ptr<Decoding> TorchNetworks::vae_decode(const Array& latents) {
  return through_the_door(vae_decoder_.title(), [&]() -> std::unique_ptr<Decoding> {
    const at::Tensor& values = tensor_of(latents);
    const std::vector<int64_t> shape = {values.size(0), 3, values.size(2) * latent_.downscale,
                                        values.size(3) * latent_.downscale};
    const at::Tensor images = vae_decoder_.run({values.to(vae_dtype_).contiguous(vae_layout())}, shape);
    const Size size{static_cast<int>(shape[3]), static_cast<int>(shape[2])};
    return std::make_unique<TorchDecoding>(vae_decoder_.title(), images_to_bytes(images), size);
  });
}

// Multiplied and added one by one: fused, the result of an item would depend on where in the vector registers
// it falls.
Array TorchNetworks::combine(const Array& numbers, std::span<const Term> terms) {
  return through_the_door("latents", [&] {
    if (terms.empty()) throw_error(ErrorKind::internal, "a combination of nothing");
    at::Tensor sum;
    for (const Term& term : terms) {
      const at::Tensor& values = tensor_of(term.array);
      const at::Tensor coefficients = numbers_of(numbers, term.row, values, term.column);
      const at::Tensor product = values.to(at::kFloat) * per_item(coefficients, values);
      sum = sum.defined() ? sum.add_(product) : product;
    }
    return wrap(sum.to(tensor_of(terms[0].array).scalar_type()));
  });
}

double TorchNetworks::cosine(const Array& one, const Array& other) {
  return through_the_door("embeddings", [&] {
    const at::Tensor a = tensor_of(one).to(at::kCPU).to(at::kDouble).flatten();
    const at::Tensor b = tensor_of(other).to(at::kCPU).to(at::kDouble).flatten();
    return (a.dot(b) / (a.norm() * b.norm())).item<double>();
  });
}

Array TorchNetworks::zeros_like(const Array& array) {
  return through_the_door("embeddings", [&] { return wrap(at::zeros_like(tensor_of(array))); });
}

Array TorchNetworks::gather(std::span<const std::pair<Array, int>> items) {
  return through_the_door("latents", [&] {
    std::vector<at::Tensor> parts;
    for (const auto& [array, index] : items) parts.push_back(tensor_of(array).narrow(0, index, 1));
    return wrap(at::cat(parts));
  });
}

TextShape TorchNetworks::text_shape(const Array& text) {
  const at::Tensor& own = tensor_of(text);
  return {static_cast<int>(own.size(1) - pooled_rows()), static_cast<int>(own.size(2))};
}

Array TorchNetworks::lay_over(const Array& text, const Array& numbers, const Overlay& overlay) {
  return through_the_door("embeddings", [&] {
    const at::Tensor& own = tensor_of(text);
    return wrap(laid_over(own, pooled_rows(), tensor_of(overlay.overlays)[overlay.item],
                          numbers_of(numbers, overlay.strength, own, overlay.item),
                          numbers_of(numbers, overlay.offset, own, overlay.item)));
  });
}

Array TorchNetworks::along_arcs(const Array& from, const Array& to, const Array& numbers, int row,
                                int column) {
  return through_the_door("embeddings", [&] {
    const at::Tensor& own = tensor_of(from);
    return wrap(along_token_arcs(own, tensor_of(to), numbers_of(numbers, row, own, column)));
  });
}

Array TorchNetworks::blend(std::span<const Array> outputs, std::span<const Array> shares) {
  return through_the_door("latents", [&] {
    require_batch(outputs.size(), std::ssize(shares), "outputs of the denoiser");
    at::Tensor sum;
    for (size_t part = 0; part < outputs.size(); ++part) {
      const at::Tensor product = tensor_of(outputs[part]) * tensor_of(shares[part]);
      sum = sum.defined() ? sum.add_(product) : product;
    }
    return wrap(sum);
  });
}

Array TorchNetworks::bend(const Array& latents, std::span<const LatentBend> bends, const Array& noise) {
  return through_the_door("latents", [&] {
    return wrap(bent_latents(tensor_of(latents), bends, noise != nullptr ? tensor_of(noise) : at::Tensor()));
  });
}

std::unique_ptr<Networks> load_torch_networks(const AdmittedModel& model, const EngineRequest& request) {
  try {
    const Placement placement = choose_placement(request, model.manifest().verified_dtypes);
    configure_libtorch(request);
    return std::make_unique<TorchNetworks>(model, placement, request, torch_facts(model.manifest(), request));
  } catch (...) {
    rethrow_as_error("model " + model.manifest().name);
  }
}

EngineFacts torch_facts(const Manifest& manifest, const EngineRequest& request) {
  try {
    const Placement placement = choose_placement(request, manifest.verified_dtypes);
    return {.device = placement.device.str(),
            .device_class = device_class(placement),
            .dtype = dtype_name(placement.dtype),
            .engine = engine_text(has_fitting_code(manifest, placement, request)),
            .threads = intra_op_threads(request)};
  } catch (...) {
    rethrow_as_error("libtorch");
  }
}

EngineReport torch_report() {
  try {
    return {.torch_version = TORCH_VERSION, .plugin = {}, .devices = find_devices()};
  } catch (...) {
    rethrow_as_error("libtorch");
  }
}

}  // namespace spectradiff
