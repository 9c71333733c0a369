#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "executor_fixture.h"
#include "expect_error.h"
#include "temporary_folder.h"

namespace spectradiff {
namespace {

// Frames 3 to 25 as chains of these lengths, over and over; each row but a chain's first follows from the one
// before it, moved by a camera.
void chain_up(Plan& plan, const std::vector<int64_t>& lengths) {
  int64_t chain = -1, left = 0, length = 0;
  size_t next = 0;
  for (Recipe& row : plan.rows) {
    if (left-- == 0) {
      length = lengths[next++ % lengths.size()];
      left = length - 1;
      ++chain;
    } else {
      row.init = {row.frame - 1, {1.05, 3, 0.02, 0}, 0.25, false, Border::wrap, {}, 0.5, 0.05};
      // The chain's first picture gives the colours until the fourth does.
      const int64_t first = row.frame - (length - 1 - left);
      row.init.colours_of = row.frame - first < 4 ? first : first + 3;
    }
    row.chain = chain;
  }
}

auto chained_pictures(const std::vector<int64_t>& lengths, int slots, int threads,
                      const std::function<void(Plan&)>& part = {}, FrameStore* store = nullptr) {
  Fixture fixture({}, -1, true);
  fixture.store = store;
  fixture.moved = true;
  fixture.change = [&](Plan& plan) {
    chain_up(plan, lengths);
    if (part) part(plan);
  };
  RenderJob job = small_job();
  job.diffusion.strength_mode = StrengthMode::exact;
  job.diffusion.batch_size = slots;
  Collector sink;
  EXPECT_TRUE(fixture.run(job, sink, threads).complete);
  EXPECT_TRUE(std::is_sorted(sink.order.begin(), sink.order.end()));
  return sink.pictures;
}

TEST(Chains, AreTheSameAloneSideBySideAndOnManyThreads) {
  const auto whole = chained_pictures({5, 3, 9}, 1, 0);
  ASSERT_EQ(whole.size(), 23u);
  EXPECT_NE(whole, chained_pictures({1}, 1, 0));
  for (const int slots : {1, 2, 3, 8}) {
    for (const int threads : {0, 1, 3})
      EXPECT_EQ(chained_pictures({5, 3, 9}, slots, threads), whole)
          << slots << " slots, " << threads << " threads";
  }
}

TEST(Chains, AtStrengthZeroAPictureIsTheOneBeforeMoved) {
  const auto moves_some = [](Plan& plan) {
    for (Recipe& row : plan.rows) {
      if (row.init.previous && row.frame % 3 != 0) row.numbers.strength = 0;
    }
  };
  const auto whole = chained_pictures({5, 3, 9}, 1, 0, moves_some);
  EXPECT_NE(whole, chained_pictures({5, 3, 9}, 1, 0));
  for (const int slots : {2, 3}) {
    for (const int threads : {0, 2})
      EXPECT_EQ(chained_pictures({5, 3, 9}, slots, threads, moves_some), whole) << slots << ", " << threads;
  }
  const auto still = chained_pictures({5, 3, 9}, 2, 2, [&](Plan& plan) {
    moves_some(plan);
    for (Recipe& row : plan.rows) {
      if (!is_diffused(row)) row.init = {row.frame - 1, {}, 0};
    }
  });
  EXPECT_EQ(still.at(4), still.at(3));
  EXPECT_EQ(still.at(5), still.at(3));
  EXPECT_NE(still.at(6), still.at(5));
}

TEST(Chains, ABatchThatFollowsFromOneOnTheDeviceWaitsForIt) {
  EXPECT_EQ(told(true, 2, [](Plan& plan) { chain_up(plan, {3}); }), "bwbwbbwwbwbw");
}

TEST(Chains, AShardGivesTheBytesOfTheWhole) {
  const auto whole = chained_pictures({5, 3, 9}, 2, 2);
  const auto only = [](int64_t chain) {
    return [chain](Plan& plan) {
      std::erase_if(plan.rows, [&](const Recipe& row) { return row.chain != chain; });
      plan.shown.clear();
      for (const Recipe& row : plan.rows) plan.shown.push_back({row.frame, {}});
    };
  };
  for (int64_t chain = 0; chain < 4; ++chain) {
    const auto part = chained_pictures({5, 3, 9}, 2, 2, only(chain));
    ASSERT_FALSE(part.empty());
    for (const auto& [frame, bytes] : part) EXPECT_EQ(bytes, whole.at(frame)) << frame;
  }
}

TEST(Chains, GoOnFromWhatIsKept) {
  const auto whole = chained_pictures({5, 3, 9}, 2, 2);
  const TemporaryFolder folder;
  std::vector<std::string> notes;
  for (const int64_t keeps : {1, 2, 3, 5}) {
    FrameStore store(folder / std::to_string(keeps), notes);
    for (const auto& [frame, bytes] : whole) {
      Canvas picture({32, 24});
      picture.bytes() = bytes;
      if (frame % keeps == 0) store.put(std::to_string(frame), frame, std::move(picture));
    }
    store.flush();
    for (const int threads : {0, 2})
      EXPECT_EQ(chained_pictures({5, 3, 9}, 2, threads, {}, &store), whole) << keeps << ", " << threads;
    EXPECT_EQ(store.pictures(), 23);
  }
}

TEST(Chains, AFrameInsideAChainIsMadeFromItsStartAndShownAlone) {
  const auto whole = chained_pictures({5, 3, 9}, 2, 2);
  const auto part = chained_pictures({5, 3, 9}, 2, 2, [](Plan& plan) {
    std::erase_if(plan.rows, [](const Recipe& row) { return row.frame < 11 || row.frame > 14; });
    plan.shown = {{14, {}}};
  });
  ASSERT_EQ(part.size(), 1u);
  EXPECT_EQ(part.at(14), whole.at(14));
}

TEST(Chains, AnInitIsThePictureBeforeMovedUnderThePainting) {
  Collector sink;
  Fixture fixture;
  RenderJob job = small_job();
  job.selection.frames = "3-4";
  job.diffusion.batch_size = 1;
  const auto second = [&](double paint_over, double zoom) {
    fixture.change = [&](Plan& plan) {
      plan.rows[1].chain = plan.rows[0].chain;
      plan.rows[1].init = {3, {zoom, 0, 0, 0}, paint_over};
    };
    fixture.run(job, sink, 0);
    return sink.pictures.at(4);
  };
  fixture.run(job, sink, 0);
  const auto painted = sink.pictures.at(4);
  EXPECT_EQ(second(1, 1), painted);
  EXPECT_NE(second(0.5, 1), painted);
  EXPECT_NE(second(0, 1), second(0, 1.2));
}

TEST(Chains, AnInitTakesColoursIsSharpenedAndGetsNoise) {
  Collector sink;
  Fixture fixture;
  RenderJob job = small_job();
  job.selection.frames = "3-5";
  job.diffusion.batch_size = 1;
  const auto third = [&](const Init& init) {
    fixture.change = [&](Plan& plan) {
      for (Recipe& row : plan.rows) row.chain = 3;
      plan.rows[1].init = {3, {}, 0.5};
      plan.rows[2].init = init;
    };
    fixture.run(job, sink, 0);
    return sink.pictures.at(5);
  };
  const auto plain = third({4, {}, 0});
  EXPECT_NE(third({4, {}, 0, false, Border::reflect, 3}), plain);
  EXPECT_NE(third({4, {}, 0, false, Border::reflect, 3}), third({4, {}, 0, false, Border::reflect, 4}));
  EXPECT_NE(third({4, {}, 0, false, Border::reflect, {}, 0.5}), plain);
  EXPECT_NE(third({4, {}, 0, false, Border::reflect, {}, 0, 0.1}), plain);
  const CameraStep aside{1, 0, 0.25, 0};
  EXPECT_NE(third({4, aside, 0, false, Border::wrap}), third({4, aside, 0, false, Border::reflect}));
}

TEST(Chains, RowsThatFollowFromNoRowBeforeThemAreRefused) {
  Fixture fixture;
  Collector sink;
  fixture.change = [](Plan& plan) { plan.rows[3].init.previous = 2; };
  EXPECT_ERROR(fixture.run(small_job(), sink, 0), ErrorKind::usage,
               "the row of frame 6: it follows from frame 2");
  fixture.change = [](Plan& plan) {
    plan.rows[3].chain = plan.rows[2].chain;
    plan.rows[3].init = {plan.rows[2].frame, {0, 0, 0, 0}, 0.2};
  };
  EXPECT_ERROR(fixture.run(small_job(), sink, 0), ErrorKind::usage, "zoom = 0 is outside");
  fixture.change = [](Plan& plan) {
    plan.rows[3].chain = plan.rows[2].chain;
    plan.rows[3].init = {plan.rows[2].frame, {}, 0.2, false, Border::reflect, plan.rows[1].frame};
  };
  EXPECT_ERROR(fixture.run(small_job(), sink, 0), ErrorKind::usage, "it takes the colours of frame 4");
}

}  // namespace
}  // namespace spectradiff
