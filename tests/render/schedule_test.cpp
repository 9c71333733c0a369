#include "spectradiff/render/schedule.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace spectradiff {
namespace {

using testing::ElementsAre;

Plan plan_of(const std::vector<std::pair<int64_t, int64_t>>& frames_and_chains) {
  Plan plan;
  for (const auto& [frame, chain] : frames_and_chains) {
    Recipe& row = plan.rows.emplace_back();
    row.frame = frame;
    row.chain = chain;
  }
  return plan;
}

// "0 1|2": the frames of every batch.
std::string text_of(const Plan& plan, size_t slots) {
  std::string text;
  for (const Batch& batch : schedule(plan, slots)) {
    if (!text.empty()) text += "|";
    for (const SlottedRow& each : batch)
      text += (text.empty() || text.back() == '|' ? "" : " ") + std::to_string(plan.rows[each.row].frame);
  }
  return text;
}

TEST(Schedule, RowsThatNothingFollowsFromFillBatchesByIndex) {
  Plan plan;
  for (int64_t frame = 0; frame < 7; ++frame) {
    Recipe& row = plan.rows.emplace_back();
    row.frame = row.chain = frame;
  }
  EXPECT_EQ(text_of(plan, 3), "0 1 2|3 4 5|6");
  EXPECT_EQ(text_of(plan, 1), "0|1|2|3|4|5|6");
}

TEST(Schedule, ChainsRunSideBySideEachInItsSlotAndTheNextOneTakesTheSlotOver) {
  const Plan plan = plan_of({{0, 0}, {1, 0}, {2, 0}, {3, 1}, {4, 2}, {5, 2}, {6, 3}, {7, 3}});
  EXPECT_EQ(text_of(plan, 2), "0 3|1 6|2 7|4|5");
  const auto batches = schedule(plan, 2);
  EXPECT_THAT(batches[0], ElementsAre(SlottedRow{0, 0}, SlottedRow{3, 1}));
  EXPECT_THAT(batches[3], ElementsAre(SlottedRow{4, 0}));
}

TEST(Schedule, RowsThatAreOnlyMovedGoFirstAndFillNoBatchOfTheDevice) {
  Plan plan = plan_of({{0, 0}, {1, 0}, {2, 0}, {3, 0}, {4, 1}, {5, 1}, {6, 1}});
  for (const size_t row : {1, 2, 3, 5, 6}) plan.rows[row].init.previous = plan.rows[row].frame - 1;
  for (const size_t row : {1, 3, 5}) plan.rows[row].numbers.strength = 0;
  EXPECT_EQ(text_of(plan, 2), "0 4|1 5|2 6|3");
  plan.rows[2].numbers.strength = 0;
  EXPECT_EQ(text_of(plan, 2), "0 4|1 5|2|3|6");
}

TEST(Schedule, ARowKeepsItsSlotWhateverPartOfTheSongIsRendered) {
  const Plan part = plan_of({{4, 2}, {5, 2}, {6, 3}});
  EXPECT_THAT(schedule(part, 2)[0], ElementsAre(SlottedRow{0, 0}, SlottedRow{2, 1}));
  const Plan last = plan_of({{6, 3}, {7, 3}});
  EXPECT_THAT(schedule(last, 2)[0], ElementsAre(SlottedRow{0, 1}));
}

TEST(Schedule, ABatchTakesWhatItsLongestRowDoes) {
  Plan plan;
  for (int64_t i = 0; i < 4; ++i) {
    Recipe& row = plan.rows.emplace_back();
    row.frame = row.chain = i;
    row.numbers.strength = static_cast<double>(i) / 10;
  }
  const std::vector<Batch> batches = schedule(plan, 2);
  EXPECT_EQ(work_of(plan, batches), (std::vector<double>{1, 1}));
  EXPECT_EQ(work_of(plan, batches, [](const Recipe& row) { return 1 + 10 * row.numbers.strength; }),
            (std::vector<double>{2, 4}));
}

}  // namespace
}  // namespace spectradiff
