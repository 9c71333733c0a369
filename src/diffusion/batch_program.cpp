#include "batch_program.h"

#include <algorithm>
#include <cmath>

namespace spectradiff {
namespace {

bool any_nonzero(const std::vector<double>& values) {
  return std::any_of(values.begin(), values.end(), [](double value) { return value != 0; });
}

class Writer {
 public:
  Writer(std::span<const SlotRequest> slots, double scaling_factor, bool samples_posterior) : slots_(slots) {
    const auto sees_picture = [](const SlotRequest& slot) { return !slot.from_noise; };
    if (samples_posterior)
      program_.posterior = noise([&](const SlotRequest& slot) { return sees_picture(slot) ? 1.0 : 0.0; });
    program_.image = row(
        [&](const SlotRequest& slot) { return sees_picture(slot) ? slot.table.image * scaling_factor : 0; });
    // Noise alone has the variance that picture and noise have together.
    const auto starting = [&](const SlotRequest& slot) {
      return sees_picture(slot) ? slot.table.noise : std::hypot(slot.table.image, slot.table.noise);
    };
    const auto norm = [](const SlotRequest& slot) {
      return std::hypot(slot.world_share, 1 - slot.world_share);
    };
    program_.start = noise([&](const SlotRequest& slot) {
      return slot.world_share == 0 ? starting(slot) : starting(slot) * (1 - slot.world_share) / norm(slot);
    });
    add_world(per_slot([&](const SlotRequest& slot) {
      return slot.world_share == 0 ? 0 : starting(slot) * slot.world_share / norm(slot);
    }));
    add_levels(scaling_factor);
    program_.bend = noise([](const SlotRequest& slot) { return slot.bends_noise ? 1.0 : 0.0; });
    for (const SlotRequest& slot : slots) program_.done_after.push_back(slot.table.steps.size());
    const size_t steps = *std::max_element(program_.done_after.begin(), program_.done_after.end());
    for (size_t k = 0; k < steps; ++k) program_.steps.push_back(step(k));
    program_.guidance = row([](const SlotRequest& slot) { return slot.guidance; });
    program_.control_weights = row([](const SlotRequest& slot) { return slot.control_weight; });
    program_.coherence = row([](const SlotRequest& slot) { return slot.coherence; });
    program_.unscale = row([&](const SlotRequest&) { return 1 / scaling_factor; });
    program_.prompt = text_rows(&SlotRequest::prompt);
    program_.negative_prompt = text_rows(&SlotRequest::negative_prompt);
    add_arcs();
    program_.overlay_strength = row([](const SlotRequest& slot) { return slot.overlay_strength; });
    program_.overlay_offset = row([](const SlotRequest& slot) { return slot.overlay_offset; });
  }

  BatchProgram take() { return std::move(program_); }

 private:
  template <typename Value>
  std::vector<double> per_slot(Value value) const {
    std::vector<double> values;
    values.reserve(slots_.size());
    for (const SlotRequest& slot : slots_) values.push_back(value(slot));
    return values;
  }

  int add(std::vector<double> values) {
    program_.numbers.push_back(std::move(values));
    return static_cast<int>(program_.numbers.size()) - 1;
  }

  template <typename Value>
  int row(Value value) {
    return add(per_slot(value));
  }

  // Noise of these strengths, where any is not 0: a draw of the first of every slot's seeds, one of the
  // second where any slot has two, and so on.
  template <typename Strength>
  std::vector<WeightedItem> noise(Strength strength) {
    size_t most = 0;
    for (const SlotRequest& slot : slots_) most = std::max(most, slot.noise.size());
    std::vector<WeightedItem> draws;
    for (size_t part = 0; part < most; ++part) {
      std::vector<double> coefficients = per_slot([&](const SlotRequest& slot) {
        return part < slot.noise.size() ? strength(slot) * slot.noise[part].weight : 0;
      });
      if (!any_nonzero(coefficients)) continue;
      std::vector<int> drawn;
      for (const double coefficient : coefficients)
        drawn.push_back(coefficient != 0 ? static_cast<int>(part) : -1);
      draws.push_back({program_.draws.size(), add(std::move(coefficients))});
      program_.draws.push_back(std::move(drawn));
    }
    return draws;
  }

  // To the start: the draw behind those of each slot's seeds.
  void add_world(std::vector<double> coefficients) {
    if (!any_nonzero(coefficients)) return;
    std::vector<int> drawn;
    for (size_t b = 0; b < slots_.size(); ++b)
      drawn.push_back(coefficients[b] != 0 ? static_cast<int>(slots_[b].noise.size()) : -1);
    program_.start.push_back({program_.draws.size(), add(std::move(coefficients))});
    program_.draws.push_back(std::move(drawn));
  }

  // The noise of the start, as strong as each step's level has it.
  void add_levels(double scaling_factor) {
    for (size_t k = 0; k < slots_.front().levels.size(); ++k) {
      const int image = row([&](const SlotRequest& slot) { return slot.levels[k].first * scaling_factor; });
      std::vector<WeightedItem> draws;
      for (const WeightedItem& draw : program_.start) {
        std::vector<double> coefficients = program_.numbers[static_cast<size_t>(draw.row)];
        for (size_t b = 0; b < slots_.size(); ++b)
          coefficients[b] *= slots_[b].levels[k].second / slots_[b].levels.front().second;
        draws.push_back({draw.item, add(std::move(coefficients))});
      }
      program_.levels.emplace_back(image, std::move(draws));
    }
  }

  static const SamplerStep* step_of(const SlotRequest& slot, size_t k) {
    return k < slot.table.steps.size() ? &slot.table.steps[k] : nullptr;
  }

  // The coefficients of what a step looks back to; `when_done`: of x_k, in a slot that is done.
  std::vector<WeightedItem> history(size_t k, std::vector<double> SamplerStep::* member, double when_done) {
    size_t length = 1;
    for (const SlotRequest& slot : slots_)
      if (const SamplerStep* step = step_of(slot, k)) length = std::max(length, (step->*member).size());
    std::vector<WeightedItem> items;
    for (size_t j = 0; j < length; ++j) {
      std::vector<double> coefficients = per_slot([&](const SlotRequest& slot) {
        const SamplerStep* step = step_of(slot, k);
        if (step == nullptr) return j == 0 ? when_done : 0;
        return j < (step->*member).size() ? (step->*member)[j] : 0;
      });
      if (any_nonzero(coefficients)) items.push_back({j, add(std::move(coefficients))});
    }
    return items;
  }

  ProgramStep step(size_t k) {
    ProgramStep made;
    std::vector<double> scales = per_slot([&](const SlotRequest& slot) {
      const SamplerStep* step = step_of(slot, k);
      return step != nullptr ? step->input_scale : 1;
    });
    if (std::any_of(scales.begin(), scales.end(), [](double scale) { return scale != 1; }))
      made.input_scale = add(std::move(scales));
    // Of a slot that is done: its last one.
    made.timestep = row([&](const SlotRequest& slot) {
      const auto& steps = slot.table.steps;
      return steps.empty() ? 0 : steps[std::min(k, steps.size() - 1)].timestep;
    });
    made.samples = history(k, &SamplerStep::sample, 1);
    made.outputs = history(k, &SamplerStep::output, 0);
    for (const WeightedItem& sample : made.samples)
      program_.samples_kept = std::max(program_.samples_kept, sample.item + 1);
    for (const WeightedItem& output : made.outputs)
      program_.outputs_kept = std::max(program_.outputs_kept, output.item + 1);
    made.noise = noise([&](const SlotRequest& slot) {
      const SamplerStep* step = step_of(slot, k);
      return step != nullptr ? step->noise : 0;
    });
    return made;
  }

  std::vector<int> text_rows(std::vector<double> SlotRequest::* weights) {
    size_t most = 0;
    for (const SlotRequest& slot : slots_) most = std::max(most, (slot.*weights).size());
    std::vector<int> rows;
    for (size_t part = 0; part < most; ++part) {
      rows.push_back(row([&](const SlotRequest& slot) {
        return part < (slot.*weights).size() ? (slot.*weights)[part] : 0;
      }));
    }
    return rows;
  }

  void add_arcs() {
    size_t most = 0;
    for (const SlotRequest& slot : slots_) most = std::max(most, slot.arcs.size());
    const auto add_row = [&](size_t arc, double TextMix::Arc::* number) {
      return row(
          [&](const SlotRequest& slot) { return arc < slot.arcs.size() ? slot.arcs[arc].*number : 0; });
    };
    for (size_t arc = 0; arc < most; ++arc) {
      program_.arc_weights.push_back(add_row(arc, &TextMix::Arc::weight));
      program_.arc_places.push_back(add_row(arc, &TextMix::Arc::along));
    }
    program_.rest = row([](const SlotRequest& slot) {
      double rest = 1;
      for (const TextMix::Arc& arc : slot.arcs) rest -= arc.weight;
      return rest;
    });
  }

  std::span<const SlotRequest> slots_;
  BatchProgram program_;
};

}  // namespace

BatchProgram make_batch_program(std::span<const SlotRequest> slots, double scaling_factor,
                                bool samples_posterior) {
  return Writer(slots, scaling_factor, samples_posterior).take();
}

}  // namespace spectradiff
