// What a batch of the diffuser is made of, on the host and on the device.
#pragma once

#include <algorithm>
#include <memory>
#include <vector>

#include "anchor_banks.h"
#include "batch_program.h"
#include "spectradiff/diffusion/diffuser.h"
#include "text_embeddings.h"

namespace spectradiff {

inline std::vector<Tokenizer> tokenizers_of(const Manifest& manifest) {
  std::vector<Tokenizer> tokenizers;
  tokenizers.emplace_back(manifest.folder, manifest.tokenizer);
  if (manifest.second_tokenizer) tokenizers.emplace_back(manifest.folder, *manifest.second_tokenizer);
  return tokenizers;
}

// One slot of a batch before it runs: see "Slots and padding".
struct DiffusionSlot {
  const FrameRequest* request = nullptr;
  SamplerTable table;
  EncodedMix prompt, negative_prompt;                 // without parts where the job is not told them
  std::vector<EncodedMix> regions;                    // [request->regions]
  std::vector<std::unique_ptr<NoiseSource>> sources;  // [request->noise]
  bool is_noised = false;                             // of an anchor: only that
};

inline std::vector<double> weights_of(const EncodedMix& mix) {
  std::vector<double> weights;
  for (const EncodedMix::Part& part : mix.parts) weights.push_back(part.weight);
  return weights;
}

inline std::vector<TextMix::Arc> arcs_of(const EncodedMix& mix) {
  std::vector<TextMix::Arc> arcs;
  for (const EncodedMix::Arc& arc : mix.arcs) arcs.push_back({"", arc.weight, arc.along});
  return arcs;
}

inline bool bends_noise(const FrameRequest& request) {
  return std::any_of(request.bends.begin(), request.bends.end(), [](const LatentBend& bend) {
    return bend.kind == LatentBend::Kind::noise && !is_neutral(bend);
  });
}

inline size_t most_regions(const std::vector<DiffusionSlot>& slots) {
  size_t most = 0;
  for (const DiffusionSlot& slot : slots) most = std::max(most, slot.request->regions.size());
  return most;
}

// A batch on the device.
struct DiffusionBatch {
  BatchProgram program;
  DeviceBatch device;
  Array positive, negative;    // null where the program has no steps, or no guidance
  std::vector<Array> regions;  // instead of positive, of as many as the slot with most has
  bool sees_pictures = true;
  std::vector<std::vector<LatentBend>> bends;  // [slots], those that change something
  std::vector<const AnchorBank*> banks;        // [slots], null: it sees none; empty: none does

  Term term(const Array& array, int row) const { return {array, row, 0}; }
  void add_draws(std::vector<Term>& terms, const std::vector<WeightedItem>& draws) const {
    for (const WeightedItem& draw : draws) terms.push_back(term(device.draws[draw.item], draw.row));
  }
};

}  // namespace spectradiff
