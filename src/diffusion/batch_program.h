// Everything that the networks compute for a batch, known before their first call: no tensors here.
#pragma once

#include <cstddef>
#include <span>
#include <utility>
#include <vector>

#include "spectradiff/diffusion/sampler.h"
#include "spectradiff/diffusion/text_mix.h"
#include "spectradiff/diffusion/weighted_seed.h"

namespace spectradiff {

// What a slot of the batch is asked for.
struct SlotRequest {
  SamplerTable table;
  std::span<const WeightedSeed> noise;
  double guidance = 1;  // as DenoiseInput::guidance takes it
  double control_weight = 1;
  double coherence = 0;
  std::vector<double> prompt, negative_prompt;  // what its texts are multiplied by; the texts may be one
  std::vector<TextMix::Arc> arcs;               // of the prompt; their texts do not count here
  double overlay_strength = 1, overlay_offset = 0;
  double world_share = 0;  // of one more draw behind those of the seeds in the noise that it starts from
  // Of an anchor that is only noised: its latents' share and the noise's at each of its steps
  // (noised_levels).
  std::vector<std::pair<double, double>> levels;
  bool from_noise = false;
  bool bends_noise = false;  // a draw for bending
};

// Something of a list (a draw, a state of the latents) times a row of the numbers.
struct WeightedItem {
  size_t item = 0;
  int row = 0;
};

// From one state of the latents to the next.
struct ProgramStep {
  int input_scale = -1;                        // row; -1: the network takes the latents as they are
  int timestep = 0;                            // row
  std::vector<WeightedItem> samples, outputs;  // newest first: item 0 is x_k and what the network made of it
  std::vector<WeightedItem> noise;             // of draws
};

// A slot that is done keeps its latents through the steps that others still take.
struct BatchProgram {
  std::vector<std::vector<double>> numbers;  // [rows][slots]
  std::vector<std::vector<int>> draws;       // [draws][slots]: which of the slot's seeds; -1: zeros
  std::vector<WeightedItem> posterior;       // draws that sample it; empty: its mean
  int image = 0;                             // row: what the picture's latents are multiplied by
  std::vector<WeightedItem> start;           // draws that are added to them
  // [steps], of slots that have levels: the row of the picture's latents, and draws that are added to them.
  std::vector<std::pair<int, std::vector<WeightedItem>>> levels;
  std::vector<WeightedItem> bend;                // draws that sum to one for bending; empty: none
  std::vector<ProgramStep> steps;                // as many as the slot with most has
  std::vector<size_t> done_after;                // [slots]: steps
  int guidance = 0, control_weights = 0;         // rows
  int coherence = 0;                             // row
  int unscale = 0;                               // row: what finished latents are multiplied by
  std::vector<int> prompt, negative_prompt;      // rows: part p of each slot's texts
  std::vector<int> arc_weights, arc_places;      // rows: of arc a of each slot, and how far along
  int rest = 0;                                  // row: what the arcs leave of the parts' mix
  int overlay_strength = 0, overlay_offset = 0;  // rows
  size_t samples_kept = 1, outputs_kept = 0;     // of the newest that steps look back to
};

// Draws per slot in diffusers' order: the posterior's sample where the encoder has one, the noise of the
// start, one for bending, one for every step whose sampler asks for it; each from all seeds of the slot. A
// slot whose coefficient is 0 draws nothing, so that a frame's noise never depends on its neighbours.
BatchProgram make_batch_program(std::span<const SlotRequest> slots, double scaling_factor,
                                bool samples_posterior);

}  // namespace spectradiff
