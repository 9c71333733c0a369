// Which rows are diffused side by side, and in which slot.
#pragma once

#include <cstddef>
#include <functional>
#include <vector>

#include "spectradiff/render/plan.h"

namespace spectradiff {

// A row in its place of a batch.
struct SlottedRow {
  size_t row = 0;   // of Plan::rows
  size_t slot = 0;  // 0..slots-1
  friend bool operator==(const SlottedRow&, const SlottedRow&) = default;
};
using Batch = std::vector<SlottedRow>;  // by row; at most one for each slot

// A picture's bytes may depend on its slot ("Slots and padding", diffusion/diffuser.h), so a row's slot is
// its chain's number in the whole song modulo the slots: it does not change with the part of the song that is
// rendered. Each slot works off its chains one after another, each chain row by row, and a batch is what is
// next in every slot: rows that nothing follows from fill batches by index, chains run side by side. So
// pictures may be finished out of order.
//
// A batch's rows are all diffused, or none is. Those that are not go first, so that batches for the device
// are full.
//
// Rows whose pictures are there already are left out.
std::vector<Batch> schedule(const Plan& plan, size_t slots,
                            const std::function<bool(int64_t frame)>& is_there = nullptr);

// How much each batch takes, where a row's picture alone takes so much; null: as much as any other. Slots
// work side by side: a batch takes what its longest row does.
std::vector<double> work_of(const Plan& plan, const std::vector<Batch>& batches,
                            const std::function<double(const Recipe&)>& work = nullptr);

}  // namespace spectradiff
