// Parts of a plan that processes make apart from each other.
#pragma once

#include "spectradiff/render/plan.h"

namespace spectradiff {

// The index-th of count parts, from 1.
struct Shard {
  int index = 1;
  int count = 1;
  friend bool operator==(const Shard&, const Shard&) = default;
};

inline constexpr int kMostShards = 100'000;

// Which of `count` shards makes a row, [plan.rows], from 1. Whole chains go to one shard, in the order in
// which they begin, and rows are as evenly divided as that allows; where there are fewer chains than shards
// some have none.
std::vector<int> shards_of_rows(const Plan& plan, int count);

// The rows of one shard, all of them shown: what lies between them is made once all are together. None where
// the shard is one too many.
Plan shard_of(Plan plan, const Shard& shard);

}  // namespace spectradiff
