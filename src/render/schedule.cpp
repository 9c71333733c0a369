#include "spectradiff/render/schedule.h"

#include <algorithm>
#include <deque>
#include <numeric>

namespace spectradiff {

std::vector<Batch> schedule(const Plan& plan, size_t slots,
                            const std::function<bool(int64_t frame)>& is_there) {
  std::vector<size_t> by_chain(plan.rows.size());
  std::iota(by_chain.begin(), by_chain.end(), size_t{0});
  if (is_there) std::erase_if(by_chain, [&](size_t row) { return is_there(plan.rows[row].frame); });
  std::stable_sort(by_chain.begin(), by_chain.end(),
                   [&](size_t a, size_t b) { return plan.rows[a].chain < plan.rows[b].chain; });
  std::vector<std::deque<size_t>> waiting(slots);
  for (const size_t row : by_chain) waiting[static_cast<size_t>(plan.rows[row].chain) % slots].push_back(row);

  std::vector<Batch> batches;
  for (size_t left = by_chain.size(); left > 0; left -= batches.back().size()) {
    Batch& batch = batches.emplace_back();
    const auto is_next_diffused = [&](const auto& rows) { return is_diffused(plan.rows[rows.front()]); };
    const bool diffused = std::all_of(waiting.begin(), waiting.end(), [&](const auto& rows) {
      return rows.empty() || is_next_diffused(rows);
    });
    for (size_t slot = 0; slot < slots; ++slot) {
      if (waiting[slot].empty() || is_next_diffused(waiting[slot]) != diffused) continue;
      batch.push_back({waiting[slot].front(), slot});
      waiting[slot].pop_front();
    }
    std::sort(batch.begin(), batch.end(),
              [](const SlottedRow& a, const SlottedRow& b) { return a.row < b.row; });
  }
  return batches;
}

std::vector<double> work_of(const Plan& plan, const std::vector<Batch>& batches,
                            const std::function<double(const Recipe&)>& work) {
  std::vector<double> works;
  for (const Batch& batch : batches) {
    double& most = works.emplace_back(work ? 0 : 1);
    for (const SlottedRow& each : batch)
      if (work) most = std::max(most, work(plan.rows[each.row]));
  }
  return works;
}

}  // namespace spectradiff
