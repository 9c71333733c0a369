#include "spectradiff/diffusion/diffuser.h"

#include <algorithm>
#include <cmath>
#include <list>
#include <unordered_map>

#include "spectradiff/base/error.h"

namespace spectradiff {
namespace {

// Embeddings are a few hundred kilobytes each; a schedule of prompts seldom has more than this many at a
// time.
constexpr size_t kMaxEmbeddings = 64;

// Text embeddings by text, the least recently used one dropped first. Each is encoded in a batch of its own,
// so that it does not depend on what else was asked for.
class EmbeddingCache {
 public:
  EmbeddingCache(Networks& networks, std::span<const Tokenizer> tokenizers, const Manifest& manifest,
                 const PromptReading& reading)
      : networks_(networks),
        tokenizers_(tokenizers),
        reading_(reading),
        zeroes_empty_negative_(manifest.zeroes_empty_negative) {
    if (tokenizers.size() > 1 && manifest.text_widths.empty() && reading != PromptReading()) {
      throw_error(
          ErrorKind::usage,
          "the model {} does not state the widths of its two text encoders, which prompt_weighting and "
          "long_prompts need: export it again, or leave them at none and cut",
          manifest.name);
    }
  }

  void expect(const std::set<std::string>& texts) {
    for (const std::string& text : texts)
      chunks_ = std::max(chunks_, read_prompt(tokenizers_, text, reading_).chunks.size());
  }

  Array get(const TextMix& mix) { return mixed(mix, &EmbeddingCache::encode); }
  Array get_negative(const TextMix& mix) { return mixed(mix, &EmbeddingCache::encode_negative); }

 private:
  Array encode(const std::string& text) {
    if (const auto found = places_.find(text); found != places_.end()) {
      entries_.splice(entries_.begin(), entries_, found->second);
      return entries_.front().second;
    }
    entries_.emplace_front(text, encode_chunks(text));
    places_[text] = entries_.begin();
    if (entries_.size() > kMaxEmbeddings) {
      places_.erase(entries_.back().first);
      entries_.pop_back();
    }
    return entries_.front().second;
  }

  Array encode_ids(const std::vector<int32_t>& ids) { return networks_.text_encode({&ids, 1}); }

  Array encode_chunks(const std::string& text) {
    ReadPrompt read = read_prompt(tokenizers_, text, reading_, chunks_);
    if (read.chunks.size() == 1 && read.chunks[0].weights.empty()) return encode_ids(read.chunks[0].ids);
    std::vector<TextPart> parts;
    for (TokenChunk& chunk : read.chunks) parts.push_back({encode_ids(chunk.ids), std::move(chunk.weights)});
    return networks_.join_text(parts);
  }

  Array encode_negative(const std::string& text) {
    Array embedding = encode(text);
    if (!text.empty() || !zeroes_empty_negative_) return embedding;
    const Term nothing{embedding, {0}};
    return networks_.combine({&nothing, 1});
  }

  // Mixed alone, so that it does not depend on the rest of the batch.
  Array mixed(const TextMix& mix, Array (EmbeddingCache::*encoded)(const std::string&)) {
    const TextMix simple = simplified(mix);
    std::vector<Term> terms;
    for (const TextMix::Part& part : simple.parts)
      terms.push_back({(this->*encoded)(part.text), {part.weight}});
    if (terms.size() == 1) return terms[0].array;
    if (simple.spherical) {
      const double cosine = networks_.cosine(terms[0].array, terms[1].array);
      const auto shares = mix_coefficients(simple.parts[1].weight, true, cosine);
      for (size_t i : {0, 1}) terms[i].coefficients = {shares[i]};
    }
    return networks_.combine(terms);
  }

  Networks& networks_;
  std::span<const Tokenizer> tokenizers_;
  PromptReading reading_;
  size_t chunks_ = 1;  // of every text
  bool zeroes_empty_negative_ = false;
  std::list<std::pair<std::string, Array>> entries_;
  std::unordered_map<std::string, std::list<std::pair<std::string, Array>>::iterator> places_;
};

// One slot of the batch while it runs. A slot beyond the requests repeats the last one.
struct Slot {
  const FrameRequest* request = nullptr;
  SamplerTable table;
  std::vector<std::unique_ptr<NoiseSource>> noise;  // [request->noise]

  // The step this slot takes in the batch's round, or null when its picture is done.
  const SamplerStep* step(size_t round) const {
    return round < table.steps.size() ? &table.steps[round] : nullptr;
  }
};

template <typename Value>
std::vector<double> per_slot(const std::vector<Slot>& slots, Value value) {
  std::vector<double> values;
  values.reserve(slots.size());
  for (const Slot& slot : slots) values.push_back(value(slot));
  return values;
}

std::vector<Tokenizer> tokenizers_of(const Manifest& manifest) {
  std::vector<Tokenizer> tokenizers;
  tokenizers.emplace_back(manifest.folder, manifest.tokenizer);
  if (manifest.second_tokenizer) tokenizers.emplace_back(manifest.folder, *manifest.second_tokenizer);
  return tokenizers;
}

bool any_nonzero(const std::vector<double>& values) {
  return std::any_of(values.begin(), values.end(), [](double v) { return v != 0; });
}

}  // namespace

struct Diffuser::Impl {
  Impl(Networks& networks_in, const Manifest& manifest, DiffuserSettings settings_in)
      : networks(networks_in),
        latent(manifest.latent),
        scheduler(manifest.scheduler),
        settings(std::move(settings_in)),
        tokenizers(tokenizers_of(manifest)),
        embeds_guidance(manifest.embeds_guidance()),
        takes_control(manifest.takes_control()),
        embeddings(networks, tokenizers, manifest, settings.reading),
        idle_noise(networks.noise_source(0)) {
    if (settings.batch_size < 1) {
      throw_error(ErrorKind::usage, "batch size = {} is outside 1 and up", settings.batch_size);
    }
    table_for(1.0);
  }

  SamplerTable table_for(double strength) const {
    return make_sampler_table(scheduler, {.scheduler = settings.scheduler,
                                          .steps = settings.steps,
                                          .strength = strength,
                                          .mode = settings.strength_mode,
                                          .eta = settings.eta,
                                          .shortens_schedule = embeds_guidance});
  }

  void check(std::span<const FrameRequest> requests) const {
    if (requests.empty() || requests.size() > static_cast<size_t>(settings.batch_size)) {
      throw_error(ErrorKind::internal, "{} frames for a batch of {}", requests.size(), settings.batch_size);
    }
    for (const FrameRequest& request : requests) {
      if (request.init == nullptr || request.init->size() != requests[0].init->size()) {
        throw_error(ErrorKind::internal, "the pictures of a batch must be there and of one size");
      }
      const Size size = request.init->size();
      if (size.width <= 0 || size.height <= 0 || size.width % latent.downscale ||
          size.height % latent.downscale) {
        throw_error(ErrorKind::usage, "the size {}x{} is not a multiple of {}, which this model needs",
                    size.width, size.height, latent.downscale);
      }
      check_mix(request.prompt);
      check_mix(request.negative_prompt);
      check_noise(request.noise);
      if (!std::isfinite(request.guidance)) {
        throw_error(ErrorKind::usage, "guidance = {} is not a number; 1 to 20 is usual", request.guidance);
      }
      if ((request.control != nullptr) != takes_control) {
        throw_error(ErrorKind::internal, "a control picture and a control network need each other");
      }
      if (takes_control && (request.control->size() != size || !std::isfinite(request.control_weight))) {
        throw_error(ErrorKind::internal, "a control picture of another size or a weight of {}",
                    request.control_weight);
      }
      if (!settings.guided && request.guidance > 1) {
        throw_error(ErrorKind::internal, "guidance {} in a job without guidance", request.guidance);
      }
    }
  }

  std::vector<Slot> fill_slots(std::span<const FrameRequest> requests) {
    std::vector<Slot> slots(static_cast<size_t>(settings.batch_size));
    for (size_t b = 0; b < slots.size(); ++b) {
      const FrameRequest& request = requests[std::min(b, requests.size() - 1)];
      slots[b] = {&request, table_for(request.strength), {}};
      for (const WeightedSeed& part : request.noise)
        slots[b].noise.push_back(networks.noise_source(part.seed));
    }
    return slots;
  }

  Array embed(const std::vector<Slot>& slots, TextMix FrameRequest::* text,
              Array (EmbeddingCache::*get)(const TextMix&)) {
    std::vector<std::pair<Array, int>> items;
    items.reserve(slots.size());
    for (const Slot& slot : slots) items.emplace_back((embeddings.*get)(slot.request->*text), 0);
    return networks.gather(items);
  }

  // Adds noise of these strengths, where any is not 0: a term for the first of every slot's seeds, one for
  // the second where any slot has two, and so on.
  void add_noise(std::vector<Term>& terms, const std::vector<Slot>& slots,
                 const std::vector<double>& strengths) {
    size_t most = 0;
    for (const Slot& slot : slots) most = std::max(most, slot.noise.size());
    for (size_t part = 0; part < most; ++part) add_noise_of(part, terms, slots, strengths);
  }

  // A draw for every slot whose coefficient is not 0. The others are given a source that nobody reads, so
  // that a frame's noise never depends on its neighbours.
  void add_noise_of(size_t part, std::vector<Term>& terms, const std::vector<Slot>& slots,
                    const std::vector<double>& strengths) {
    std::vector<double> coefficients;
    std::vector<NoiseSource*> sources;
    for (size_t b = 0; b < slots.size(); ++b) {
      const bool has = part < slots[b].noise.size();
      coefficients.push_back(has ? strengths[b] * slots[b].request->noise[part].weight : 0);
      sources.push_back(coefficients[b] != 0 ? slots[b].noise[part].get() : idle_noise.get());
    }
    if (!any_nonzero(coefficients)) return;
    terms.push_back({networks.draw(sources, slots[0].request->init->size()), std::move(coefficients)});
  }

  static std::vector<const Canvas*> pictures_of(const std::vector<Slot>& slots,
                                                const Canvas* FrameRequest::* picture) {
    std::vector<const Canvas*> pictures;
    pictures.reserve(slots.size());
    for (const Slot& slot : slots) pictures.push_back(slot.request->*picture);
    return pictures;
  }

  // The noisy latents that sampling starts from. Draws in diffusers' order: the posterior's sample, then the
  // noise.
  Array start(const std::vector<Slot>& slots) {
    Array posterior;
    if (latent.gaussian_posterior) {
      std::vector<Term> noise;
      add_noise(noise, slots, std::vector<double>(slots.size(), 1));
      posterior = networks.combine(noise);
    }
    std::vector<Term> terms(1);
    terms[0].array = networks.vae_encode(pictures_of(slots, &FrameRequest::init), posterior);
    terms[0].coefficients =
        per_slot(slots, [&](const Slot& s) { return s.table.image * latent.scaling_factor; });
    add_noise(terms, slots, per_slot(slots, [](const Slot& s) { return s.table.noise; }));
    return networks.combine(terms);
  }

  Array predict(const std::vector<Slot>& slots, size_t round, const Array& latents, DenoiseInput& input) {
    const std::vector<double> scales = per_slot(slots, [&](const Slot& slot) {
      const SamplerStep* step = slot.step(round);
      return step != nullptr ? step->input_scale : 1;
    });
    const bool scaled = std::any_of(scales.begin(), scales.end(), [](double scale) { return scale != 1; });
    const Term term{latents, scales};
    input.latents = scaled ? networks.combine({&term, 1}) : latents;
    for (size_t b = 0; b < slots.size(); ++b) {
      if (const SamplerStep* step = slots[b].step(round)) input.timesteps[b] = step->timestep;
    }
    return networks.denoise(input);
  }

  // history.front() is x_{k+1} afterwards. A slot that is done keeps its latents.
  Array advance(const std::vector<Slot>& slots, size_t round, const std::vector<Array>& latents,
                const std::vector<Array>& outputs) {
    std::vector<Term> terms;
    const auto add = [&](const std::vector<Array>& arrays, std::vector<double> SamplerStep::* member,
                         double when_done) {
      for (size_t j = 0; j < arrays.size(); ++j) {
        std::vector<double> coefficients = per_slot(slots, [&](const Slot& slot) {
          const SamplerStep* step = slot.step(round);
          if (step == nullptr) return j == 0 ? when_done : 0;
          return j < (step->*member).size() ? (step->*member)[j] : 0;
        });
        if (any_nonzero(coefficients)) terms.push_back({arrays[j], std::move(coefficients)});
      }
    };
    add(latents, &SamplerStep::sample, 1);
    add(outputs, &SamplerStep::output, 0);
    add_noise(terms, slots, per_slot(slots, [&](const Slot& slot) {
                const SamplerStep* step = slot.step(round);
                return step != nullptr ? step->noise : 0;
              }));
    return networks.combine(terms);
  }

  // Finished latents of every slot; null when cancelled.
  Array sample(const std::vector<Slot>& slots, const std::function<bool()>& cancelled) {
    size_t rounds = 0, samples_kept = 1, outputs_kept = 0;
    for (const Slot& slot : slots) {
      rounds = std::max(rounds, slot.table.steps.size());
      for (const SamplerStep& step : slot.table.steps) {
        samples_kept = std::max(samples_kept, step.sample.size());
        outputs_kept = std::max(outputs_kept, step.output.size());
      }
    }
    std::vector<Array> latents = {start(slots)}, outputs;  // newest first
    std::vector<std::pair<Array, int>> finished(slots.size());
    DenoiseInput input;
    if (rounds > 0) {
      input.positive = embed(slots, &FrameRequest::prompt, &EmbeddingCache::get);
      if (settings.guided && !embeds_guidance) {
        input.negative = embed(slots, &FrameRequest::negative_prompt, &EmbeddingCache::get_negative);
      }
      input.guidance = per_slot(slots, [&](const Slot& slot) {
        return embeds_guidance ? slot.request->guidance : std::max(slot.request->guidance, 1.0);
      });
      input.timesteps.assign(slots.size(), 0);
      if (takes_control) {
        input.control = networks.control_pictures(pictures_of(slots, &FrameRequest::control));
        input.control_weights = per_slot(slots, [](const Slot& s) { return s.request->control_weight; });
      }
    }
    for (size_t round = 0;; ++round) {
      // Taken out at once: what the network makes of a picture that is done no longer touches it.
      for (size_t b = 0; b < slots.size(); ++b) {
        if (slots[b].table.steps.size() == round) finished[b] = {latents.front(), static_cast<int>(b)};
      }
      if (round == rounds) return networks.gather(finished);
      if (cancelled && cancelled()) return nullptr;
      outputs.insert(outputs.begin(), predict(slots, round, latents.front(), input));
      latents.insert(latents.begin(), advance(slots, round, latents, outputs));
      latents.resize(std::min(latents.size(), samples_kept));
      outputs.resize(std::min(outputs.size(), outputs_kept));
    }
  }

  Networks& networks;
  LatentFacts latent;
  Json scheduler;
  DiffuserSettings settings;
  std::vector<Tokenizer> tokenizers;  // one for each text encoder
  bool embeds_guidance = false, takes_control = false;
  EmbeddingCache embeddings;
  std::unique_ptr<NoiseSource> idle_noise;
};

Diffuser::Diffuser(Networks& networks, const Manifest& manifest, DiffuserSettings settings)
    : impl_(std::make_unique<Impl>(networks, manifest, std::move(settings))) {}
Diffuser::~Diffuser() = default;

std::string Diffuser::cut_from(const std::string& prompt) const {
  return read_prompt(impl_->tokenizers, prompt, impl_->settings.reading).cut;
}

void Diffuser::expect(const std::set<std::string>& texts) {
  impl_->embeddings.expect(texts);
}

std::vector<DiffusedPicture> Diffuser::run(std::span<const FrameRequest> requests,
                                           const std::function<bool()>& cancelled) {
  impl_->check(requests);
  const std::vector<Slot> slots = impl_->fill_slots(requests);
  const Array latents = impl_->sample(slots, cancelled);
  if (latents == nullptr) return {};
  const Term unscaled{latents, std::vector<double>(slots.size(), 1 / impl_->latent.scaling_factor)};
  DecodedPictures decoded = impl_->networks.vae_decode(impl_->networks.combine({&unscaled, 1}));
  std::vector<DiffusedPicture> pictures;
  pictures.reserve(requests.size());
  for (size_t b = 0; b < requests.size(); ++b) {
    pictures.push_back({std::move(decoded.pictures[b]), decoded.finite[b]});
  }
  return pictures;
}

}  // namespace spectradiff
