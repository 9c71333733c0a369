#include "spectradiff/diffusion/diffuser.h"

#include <algorithm>
#include <cmath>

#include "diffusion_batch.h"
#include "spectradiff/base/error.h"
#include "text_embeddings.h"

namespace spectradiff {

struct Diffuser::Impl {
  using Slot = DiffusionSlot;
  using Batch = DiffusionBatch;

  Impl(Networks& networks_in, const Manifest& manifest, DiffuserSettings settings_in)
      : networks(networks_in),
        latent(manifest.latent),
        scheduler(manifest.scheduler),
        settings(std::move(settings_in)),
        tokenizers(tokenizers_of(manifest)),
        distilled_guidance(manifest.distilled_guidance),
        embeds_guidance(manifest.embeds_guidance()),
        takes_control(manifest.takes_control()),
        embeddings(networks, tokenizers, manifest, settings.reading) {
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
      for (const LatentBend& bend : request.bends) check_bend(bend, latent.channels);
      for (const RegionText& region : request.regions) {
        if (!(region.amount >= 0 && region.amount <= 1))
          throw_error(ErrorKind::usage, "a region's amount = {} is outside 0 to 1", region.amount);
      }
      if (request.from_noise && request.strength < 1)
        throw_error(ErrorKind::usage, "pictures from noise alone need strength 1, not {}", request.strength);
      if (request.overlay != nullptr && !(request.overlay->strength > 0))
        throw_error(ErrorKind::usage, "text strength = {} is not above 0", request.overlay->strength);
      if (!settings.guided && request.guidance > distilled_guidance) {
        throw_error(ErrorKind::internal, "guidance {} in a job without guidance", request.guidance);
      }
      if (request.anchor != nullptr) check_anchor(request);
    }
  }

  void check_anchor(const FrameRequest& request) const {
    if (!settings.coherent)
      throw_error(ErrorKind::internal, "a frame sees an anchor in a job without coherence");
    if (!(request.coherence >= 0 && request.coherence <= 1))
      throw_error(ErrorKind::usage, "coherence = {} is outside 0..1", request.coherence);
    const FrameRequest& anchor = request.anchor->frame;
    if (anchor.anchor != nullptr || anchor.init == nullptr || anchor.init->size() != request.init->size())
      throw_error(ErrorKind::internal, "an anchor sees none itself and has its frames' size");
  }

  bool has_negative() const { return settings.guided && !embeds_guidance; }

  std::vector<Slot> fill_slots(std::span<const FrameRequest> requests, int count) {
    std::vector<Slot> slots(static_cast<size_t>(count));
    for (size_t b = 0; b < slots.size(); ++b) {
      const FrameRequest& request = requests[std::min(b, requests.size() - 1)];
      slots[b].request = &request;
      slots[b].table = table_for(request.strength);
      for (const WeightedSeed& part : request.noise)
        slots[b].sources.push_back(networks.noise_source(part.seed, request.turns));
      if (const WorldNoise& world = request.world; world.share > 0) {
        const Size size = request.init->size();
        slots[b].sources.push_back(std::make_unique<GivenNoise>(
            world_noise(world.seed, world.view, latent.channels, size.height / latent.downscale,
                        size.width / latent.downscale)));
      }
    }
    return slots;
  }

  // Encodes what was not encoded yet: the one thing of a batch that may wait for the device.
  void encode_texts(std::vector<Slot>& slots) {
    for (Slot& slot : slots) {
      slot.prompt = embeddings.get(slot.request->prompt, TextRole::prompt);
      if (has_negative())
        slot.negative_prompt = embeddings.get(slot.request->negative_prompt, TextRole::negative_prompt);
      for (const RegionText& region : slot.request->regions)
        slot.regions.push_back(embeddings.get(region.text, TextRole::prompt));
    }
  }

  // As the network is told it: see DenoiseInput. What was distilled from guidance g is, from the empty
  // prompt's output, g times as far as the prompt's own would be.
  double guidance_of(const FrameRequest& request) const {
    return embeds_guidance ? request.guidance - 1 : std::max(request.guidance / distilled_guidance, 1.0);
  }

  BatchProgram program_of(const std::vector<Slot>& slots) const {
    std::vector<SlotRequest> asked;
    for (const Slot& slot : slots) {
      const FrameRequest& request = *slot.request;
      asked.push_back({.table = slot.table,
                       .noise = request.noise,
                       .guidance = guidance_of(request),
                       .control_weight = request.control_weight,
                       .coherence = request.anchor != nullptr ? request.coherence : 0,
                       .prompt = weights_of(slot.prompt),
                       .negative_prompt = weights_of(slot.negative_prompt),
                       .arcs = arcs_of(slot.prompt),
                       .overlay_strength = request.overlay != nullptr ? request.overlay->strength : 1,
                       .overlay_offset = request.overlay != nullptr ? request.overlay->offset : 0,
                       .world_share = request.world.share,
                       .levels = slot.is_noised ? noised_levels(slot.table, scheduler)
                                                : std::vector<std::pair<double, double>>(),
                       .from_noise = request.from_noise,
                       .bends_noise = bends_noise(request)});
    }
    return make_batch_program(asked, latent.scaling_factor, latent.gaussian_posterior);
  }

  // As BatchInputs::shares; a slot with fewer regions than others gives the others' nothing.
  std::vector<std::vector<std::vector<float>>> shares_of(const std::vector<Slot>& slots) const {
    std::vector<std::vector<std::vector<float>>> shares;
    const size_t regions = most_regions(slots);
    if (regions == 0) return shares;
    shares.resize(1 + regions);
    for (const Slot& slot : slots) {
      std::vector<RegionAmount> amounts;
      for (const RegionText& region : slot.request->regions)
        amounts.push_back({region.region, region.amount});
      const Size size = slot.request->init->size();
      auto parts = region_shares(amounts, size.height / latent.downscale, size.width / latent.downscale);
      parts.resize(shares.size(), std::vector<float>(parts.front().size()));
      for (size_t part = 0; part < parts.size(); ++part) shares[part].push_back(std::move(parts[part]));
    }
    return shares;
  }

  // All that crosses to the device for a batch beside new text.
  DeviceBatch upload(const std::vector<Slot>& slots, const BatchProgram& program) {
    BatchInputs inputs;
    for (const Slot& slot : slots) {
      inputs.pictures.push_back(slot.request->init);
      if (takes_control) inputs.control.push_back(slot.request->control);
      const TextOverlay* overlay = slot.request->overlay;
      inputs.overlays.push_back(overlay != nullptr ? &overlay->values : nullptr);
    }
    if (std::none_of(inputs.overlays.begin(), inputs.overlays.end(),
                     [](const auto* values) { return values != nullptr; }))
      inputs.overlays.clear();
    inputs.numbers = program.numbers;
    inputs.shares = shares_of(slots);
    for (const std::vector<int>& draw : program.draws) {
      std::vector<NoiseSource*>& sources = inputs.draws.emplace_back();
      for (size_t b = 0; b < slots.size(); ++b)
        sources.push_back(draw[b] < 0 ? nullptr : slots[b].sources[static_cast<size_t>(draw[b])].get());
    }
    return networks.upload(inputs);
  }

  // A mix is made alone, so that it does not depend on the rest of the batch.
  Array mixed(const EncodedMix& text, int slot, const std::vector<int>& rows, const Array& numbers) {
    std::vector<Term> terms;
    for (size_t p = 0; p < text.parts.size(); ++p) terms.push_back({text.parts[p].embedding, rows[p], slot});
    return terms.size() == 1 ? text.parts[0].embedding : networks.combine(numbers, terms);
  }

  // The prompt's mix, turned towards the texts of its arcs and with its overlay.
  Array told(const Batch& batch, const Slot& slot, int b) {
    const BatchProgram& program = batch.program;
    const Array& numbers = batch.device.numbers;
    Array text = mixed(slot.prompt, b, program.prompt, numbers);
    if (const auto& arcs = slot.prompt.arcs; !arcs.empty()) {
      std::vector<Term> terms = {{text, program.rest, b}};
      for (size_t a = 0; a < arcs.size(); ++a) {
        const Array turned = networks.along_arcs(text, arcs[a].embedding, numbers, program.arc_places[a], b);
        terms.push_back({turned, program.arc_weights[a], b});
      }
      text = networks.combine(numbers, terms);
    }
    return overlaid(text, batch, slot, b);
  }

  Array overlaid(const Array& text, const Batch& batch, const Slot& slot, int b) {
    if (slot.request->overlay == nullptr) return text;
    const BatchProgram& program = batch.program;
    return networks.lay_over(text, batch.device.numbers,
                             {batch.device.overlays, b, program.overlay_strength, program.overlay_offset});
  }

  // A slot with fewer regions than others is told its prompt once more, and nothing of that is seen.
  Array told_in_region(const Batch& batch, const Slot& slot, int b, size_t region) {
    if (region >= slot.regions.size()) return told(batch, slot, b);
    return overlaid(slot.regions[region].parts.front().embedding, batch, slot, b);
  }

  void tell(Batch& batch, const std::vector<Slot>& slots) {
    std::vector<std::pair<Array, int>> positive, negative;
    for (size_t b = 0; b < slots.size(); ++b) {
      const int slot = static_cast<int>(b);
      positive.emplace_back(told(batch, slots[b], slot), 0);
      if (has_negative())
        negative.emplace_back(
            mixed(slots[b].negative_prompt, slot, batch.program.negative_prompt, batch.device.numbers), 0);
    }
    batch.positive = networks.gather(positive);
    if (has_negative()) batch.negative = networks.gather(negative);
    for (size_t region = 0; region < most_regions(slots); ++region) {
      std::vector<std::pair<Array, int>> texts;
      for (size_t b = 0; b < slots.size(); ++b)
        texts.emplace_back(told_in_region(batch, slots[b], static_cast<int>(b), region), 0);
      batch.regions.push_back(networks.gather(texts));
    }
  }

  Batch prepare(std::span<const FrameRequest> requests, int count, bool is_noised = false) {
    check(requests);
    std::vector<Slot> slots = fill_slots(requests, count);
    for (Slot& slot : slots) slot.is_noised = is_noised;
    const bool denoises =
        std::any_of(slots.begin(), slots.end(), [](const Slot& slot) { return !slot.table.steps.empty(); });
    if (denoises) encode_texts(slots);
    Batch batch;
    batch.program = program_of(slots);
    batch.sees_pictures = std::any_of(requests.begin(), requests.end(),
                                      [](const FrameRequest& request) { return !request.from_noise; });
    batch.device = upload(slots, batch.program);
    if (!denoises) return batch;
    tell(batch, slots);
    for (const Slot& slot : slots) {
      batch.bends.push_back(slot.request->bends);
      std::erase_if(batch.bends.back(), is_neutral);
    }
    return batch;
  }

  // Unscaled latents of the pictures.
  Array encoded(const Batch& batch) {
    Array posterior;
    if (!batch.program.posterior.empty()) {
      std::vector<Term> noise;
      batch.add_draws(noise, batch.program.posterior);
      posterior = networks.combine(batch.device.numbers, noise);
    }
    return networks.vae_encode(batch.device.pictures, posterior);
  }

  // The noisy latents that sampling starts from.
  Array start(const Batch& batch) {
    std::vector<Term> terms;
    if (batch.sees_pictures) terms.push_back(batch.term(encoded(batch), batch.program.image));
    batch.add_draws(terms, batch.program.start);
    return bent(batch, networks.combine(batch.device.numbers, terms));
  }

  Array bent(const Batch& batch, const Array& latents) {
    if (std::all_of(batch.bends.begin(), batch.bends.end(), [](const auto& bends) { return bends.empty(); }))
      return latents;
    Array noise;
    if (!batch.program.bend.empty()) {
      std::vector<Term> draws;
      batch.add_draws(draws, batch.program.bend);
      noise = networks.combine(batch.device.numbers, draws);
    }
    std::vector<std::pair<Array, int>> items;
    for (size_t b = 0; b < batch.bends.size(); ++b) {
      const std::pair<Array, int> own(latents, static_cast<int>(b));
      if (batch.bends[b].empty()) {
        items.push_back(own);
        continue;
      }
      Array drawn;
      if (const std::pair<Array, int> item(noise, static_cast<int>(b)); noise != nullptr)
        drawn = networks.gather({&item, 1});
      items.emplace_back(networks.bend(networks.gather({&own, 1}), batch.bends[b], drawn), 0);
    }
    return networks.gather(items);
  }

  void set_step(const Batch& batch, size_t k, const Array& latents, DenoiseInput& input) {
    const ProgramStep& step = batch.program.steps[k];
    const Term scaled = batch.term(latents, step.input_scale);
    input.latents = step.input_scale >= 0 ? networks.combine(batch.device.numbers, {&scaled, 1}) : latents;
    input.timesteps = step.timestep;
    input.anchors.clear();
    for (size_t b = 0; b < batch.banks.size(); ++b) {
      const double timestep = batch.program.numbers[static_cast<size_t>(step.timestep)][b];
      input.anchors.push_back(batch.banks[b] != nullptr ? batch.banks[b]->nearest(timestep, k) : nullptr);
    }
  }

  // With what the network makes of other texts where there are regions.
  Array blended(const Batch& batch, const Array& output, const DenoiseInput& input) {
    if (batch.regions.empty()) return output;
    std::vector<Array> outputs = {output};
    DenoiseInput in_region = input;
    for (const Array& text : batch.regions) {
      in_region.positive = text;
      outputs.push_back(networks.denoise(in_region));
    }
    return networks.blend(outputs, batch.device.shares);
  }

  Array advance(const Batch& batch, const ProgramStep& step, const std::vector<Array>& latents,
                const std::vector<Array>& outputs) {
    std::vector<Term> terms;
    for (const WeightedItem& sample : step.samples)
      terms.push_back(batch.term(latents[sample.item], sample.row));
    for (const WeightedItem& output : step.outputs)
      terms.push_back(batch.term(outputs[output.item], output.row));
    batch.add_draws(terms, step.noise);
    return networks.combine(batch.device.numbers, terms);
  }

  DenoiseInput input_of(const Batch& batch) {
    const BatchProgram& program = batch.program;
    DenoiseInput input{.numbers = batch.device.numbers,
                       .guidance = program.guidance,
                       .positive = batch.positive,
                       .negative = batch.negative,
                       .control_weights = program.control_weights,
                       .coherence = program.coherence};
    if (takes_control && !program.steps.empty())
      input.control = networks.control_pictures(batch.device.control);
    return input;
  }

  // Finished latents of every slot; null when cancelled. `predict` makes a step's output.
  Array sample(const Batch& batch, const std::function<bool()>& cancelled,
               const std::function<Array(const DenoiseInput&)>& predict) {
    const BatchProgram& program = batch.program;
    std::vector<Array> latents = {start(batch)}, outputs;  // newest first
    DenoiseInput input = input_of(batch);
    std::vector<std::pair<Array, int>> finished(program.done_after.size());
    for (size_t k = 0;; ++k) {
      // Taken out at once: what the network makes of a picture that is done no longer touches it.
      for (size_t b = 0; b < finished.size(); ++b) {
        if (program.done_after[b] == k) finished[b] = {latents.front(), static_cast<int>(b)};
      }
      if (k == program.steps.size()) return networks.gather(finished);
      if (cancelled && cancelled()) return nullptr;
      const ProgramStep& step = program.steps[k];
      set_step(batch, k, latents.front(), input);
      outputs.insert(outputs.begin(), blended(batch, predict(input), input));
      latents.insert(latents.begin(), advance(batch, step, latents, outputs));
      latents.resize(std::min(latents.size(), program.samples_kept));
      outputs.resize(std::min(outputs.size(), program.outputs_kept));
    }
  }

  // What the anchor leaves at each of its steps; absent when cancelled.
  std::optional<AnchorBank> bank_of(const Anchor& anchor, const std::function<bool()>& cancelled) {
    const Batch batch = prepare({&anchor.frame, 1}, 1, anchor.is_noised);
    AnchorBank bank;
    for (const ProgramStep& step : batch.program.steps)
      bank.timesteps.push_back(batch.program.numbers[static_cast<size_t>(step.timestep)][0]);
    const auto predict = [&](const DenoiseInput& input) {
      auto [prediction, tokens] = networks.denoise_anchor(input);
      bank.tokens.push_back(std::move(tokens));
      return prediction;
    };
    if (!anchor.is_noised) {
      if (sample(batch, cancelled, predict) == nullptr) return std::nullopt;
      return bank;
    }
    if (batch.program.steps.empty()) return bank;
    const Array picture = encoded(batch);
    DenoiseInput input = input_of(batch);
    for (size_t k = 0; k < batch.program.steps.size(); ++k) {
      if (cancelled && cancelled()) return std::nullopt;
      const auto& [image, draws] = batch.program.levels[k];
      std::vector<Term> terms = {batch.term(picture, image)};
      batch.add_draws(terms, draws);
      set_step(batch, k, networks.combine(batch.device.numbers, terms), input);
      predict(input);
    }
    return bank;
  }

  // Those that the batch's requests see; false when cancelled.
  bool see_anchors(Batch& batch, std::span<const FrameRequest> requests,
                   const std::function<bool()>& cancelled) {
    std::set<int64_t> seen;
    for (const FrameRequest& request : requests)
      if (request.anchor != nullptr) seen.insert(request.anchor->number);
    banks.keep(seen);
    for (size_t b = 0; b < static_cast<size_t>(settings.batch_size); ++b) {
      const Anchor* anchor = requests[std::min(b, requests.size() - 1)].anchor;
      batch.banks.push_back(nullptr);
      if (anchor == nullptr) continue;
      batch.banks.back() = banks.get(anchor->number, [&] { return bank_of(*anchor, cancelled); });
      if (batch.banks.back() == nullptr) return false;
    }
    return true;
  }

  Networks& networks;
  LatentFacts latent;
  Json scheduler;
  DiffuserSettings settings;
  std::vector<Tokenizer> tokenizers;  // one for each text encoder
  double distilled_guidance = 1;
  bool embeds_guidance = false, takes_control = false;
  TextEmbeddings embeddings;
  AnchorBanks banks;
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

TextShape Diffuser::text_shape() {
  return impl_->embeddings.shape();
}

std::optional<DiffusionTicket> Diffuser::submit(std::span<const FrameRequest> requests,
                                                const std::function<bool()>& cancelled) {
  DiffusionBatch batch = impl_->prepare(requests, impl_->settings.batch_size);
  if (impl_->settings.coherent && !impl_->see_anchors(batch, requests, cancelled)) return std::nullopt;
  Networks& networks = impl_->networks;
  const Array latents =
      impl_->sample(batch, cancelled, [&](const DenoiseInput& input) { return networks.denoise(input); });
  if (latents == nullptr) return std::nullopt;
  const Term unscaled = batch.term(latents, batch.program.unscale);
  return DiffusionTicket(networks.vae_decode(networks.combine(batch.device.numbers, {&unscaled, 1})),
                         requests.size());
}

std::vector<DiffusedPicture> Diffuser::collect(DiffusionTicket ticket) {
  DecodedPictures decoded = ticket.decoding_->collect();
  std::vector<DiffusedPicture> pictures;
  for (size_t b = 0; b < ticket.pictures_; ++b)
    pictures.push_back({std::move(decoded.pictures[b]), decoded.finite[b]});
  return pictures;
}

std::vector<DiffusedPicture> Diffuser::run(std::span<const FrameRequest> requests,
                                           const std::function<bool()>& cancelled) {
  auto ticket = submit(requests, cancelled);
  if (!ticket) return {};
  return collect(std::move(*ticket));
}

}  // namespace spectradiff
