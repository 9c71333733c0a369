#include "spectradiff/render/shard.h"

#include <algorithm>
#include <map>
#include <set>
#include <utility>

namespace spectradiff {

std::vector<int> shards_of_rows(const Plan& plan, int count) {
  std::vector<int64_t> in_order;       // chains, as they begin
  std::map<int64_t, int64_t> rows_of;  // chain → its rows
  for (const Recipe& row : plan.rows) {
    if (rows_of[row.chain]++ == 0) in_order.push_back(row.chain);
  }
  const auto rows = static_cast<int64_t>(plan.rows.size());
  std::map<int64_t, int> shard_of_chain;
  int64_t before = 0;
  for (const int64_t chain : in_order) {
    const int64_t length = rows_of[chain];
    shard_of_chain[chain] =
        static_cast<int>((2 * before + length) * count / (2 * rows)) + 1;  // of its middle
    before += length;
  }
  std::vector<int> shards;
  for (const Recipe& row : plan.rows) shards.push_back(shard_of_chain[row.chain]);
  return shards;
}

Plan shard_of(Plan plan, const Shard& shard) {
  const std::vector<int> shards = shards_of_rows(plan, shard.count);
  std::set<int64_t> frames;
  std::vector<ShownFrame> shown;
  const SongFacts& song = plan.constants.song;
  for (size_t i = 0; i < plan.rows.size(); ++i) {
    if (shards[i] != shard.index) continue;
    const int64_t frame = plan.rows[i].frame;
    SampleRange samples = frame_sample_range(frame, song.sample_rate_hz, plan.constants.analysis.fps);
    samples.end = std::min(samples.end, song.samples);
    shown.push_back({frame, samples});
    frames.insert(frame);
  }
  drop_rows(plan, [&](const Recipe& row) { return !frames.contains(row.frame); });
  plan.shown = std::move(shown);
  return plan;
}

}  // namespace spectradiff
