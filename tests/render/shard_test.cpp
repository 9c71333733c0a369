#include "spectradiff/render/shard.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace spectradiff {
namespace {

// Chains of these lengths, one after another.
Plan plan_with_chains(const std::vector<int64_t>& lengths) {
  Plan plan;
  plan.constants.song = {"", 8000, 8'000'000, 100'000};
  for (size_t chain = 0; chain < lengths.size(); ++chain) {
    for (int64_t i = 0; i < lengths[chain]; ++i) {
      Recipe& row = plan.rows.emplace_back();
      row.frame = static_cast<int64_t>(plan.rows.size()) - 1;
      row.chain = static_cast<int64_t>(chain);
      if (i > 0) row.init.previous = row.frame - 1;
    }
  }
  return plan;
}

std::vector<int64_t> shard_sizes(const Plan& plan, int count) {
  std::vector<int64_t> rows(static_cast<size_t>(count));
  for (const int shard : shards_of_rows(plan, count)) ++rows.at(static_cast<size_t>(shard - 1));
  return rows;
}

TEST(Shard, OfFramesThatStandAloneAreAsManyInEachAsCanBe) {
  const Plan plan = plan_with_chains(std::vector<int64_t>(100, 1));
  for (int count = 1; count <= 120; ++count) {
    const std::vector<int64_t> rows = shard_sizes(plan, count);
    const auto [least, most] = std::minmax_element(rows.begin(), rows.end());
    EXPECT_LE(*most - *least, 1) << count;
  }
}

TEST(Shard, TheUnionIsThePlanAndNoChainIsCut) {
  const Plan plan = plan_with_chains({5, 1, 40, 2, 2, 17, 1, 1, 30, 1});
  for (int count = 1; count <= 20; ++count) {
    std::vector<Recipe> together;
    for (int index = 1; index <= count; ++index) {
      const Plan part = shard_of(plan, {index, count});
      EXPECT_EQ(part.shown.size(), part.rows.size());
      EXPECT_TRUE(part.rows.empty() || !part.rows.front().init.previous);
      together.insert(together.end(), part.rows.begin(), part.rows.end());
    }
    EXPECT_EQ(together, plan.rows) << count;
  }
}

TEST(Shard, OneChainIsOneShardAndTheOthersAreEmpty) {
  const std::vector<int64_t> rows = shard_sizes(plan_with_chains({12}), 3);
  EXPECT_EQ(rows, (std::vector<int64_t>{0, 12, 0}));
}

TEST(Shard, ChainsThatLieAcrossEachOtherStayWhole) {
  Plan plan = plan_with_chains(std::vector<int64_t>(12, 1));
  for (Recipe& row : plan.rows) row.chain = row.frame % 3;
  EXPECT_EQ(shard_sizes(plan, 3), (std::vector<int64_t>{4, 4, 4}));
  EXPECT_EQ(shard_of(plan, {2, 3}).rows[1].frame, 4);
}

}  // namespace
}  // namespace spectradiff
