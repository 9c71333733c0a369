#include "spectradiff/render/executor.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <numeric>

#include "executor_fixture.h"
#include "expect_error.h"
#include "show_stages.h"

namespace spectradiff {
namespace {

using testing::HasSubstr;

TEST(Executors, SerialAndThreadedGiveTheSameBytesInOrder) {
  for (const bool diffusion : {false, true}) {
    RenderJob job = small_job();
    job.diffusion.enabled = diffusion;
    Collector serial;
    EXPECT_TRUE(Fixture().run(job, serial, 0).complete);
    ASSERT_EQ(serial.order.size(), 23u);
    for (const int threads : {0, 1, 2, 7}) {
      for (const bool works_alone : {false, true}) {
        Collector other;
        EXPECT_TRUE(Fixture({}, -1, works_alone).run(job, other, threads).complete);
        EXPECT_EQ(other.order, serial.order);
        EXPECT_EQ(other.pictures, serial.pictures) << threads << " threads, diffusion " << diffusion
                                                   << ", a device that works alone " << works_alone;
      }
    }
  }
}

TEST(Executors, ABatchIsPreparedWhileADeviceThatWorksAloneHasTheOneBefore) {
  EXPECT_EQ(told(true, 3), "bbwbwbwbwbww");
  EXPECT_EQ(told(true, 0), "bwbwbwbwbwbw");
  EXPECT_EQ(told(false, 3), "bwbwbwbwbwbw") << "what is ready is shown at once";
}

TEST(Executors, WhatRepeatsIsMadeOnceWithTheBytesThatItHasAlone) {
  for (const bool works_alone : {false, true}) {
    const auto silent = [](Fixture& fixture) {
      std::fill(fixture.features.levels.begin() + 9 * fixture.features.bins, fixture.features.levels.end(),
                0.0F);
    };
    RenderJob job = small_job();
    job.selection.frames = "3-33";
    Collector whole;
    int made = 0;
    const auto count = [&](const std::string& call, int) { made += call == "vae_decode"; };
    Fixture fixture(count, -1, works_alone);
    silent(fixture);
    fixture.change = [](Plan& plan) {
      for (Recipe& row : plan.rows) row.numbers.strength = row.frame < 18 ? 0.5 : 0.8;
    };
    EXPECT_TRUE(fixture.run(job, whole, works_alone ? 2 : 0).complete);
    // Of eight batches, those that begin with 3 and 7, with 11 (before, two slots were not silent), 15 (frame
    // 18 is stronger than 14) and 19 (so are its others).
    EXPECT_EQ(made, 5);
    EXPECT_EQ(whole.pictures.at(9), whole.pictures.at(17));
    EXPECT_NE(whole.pictures.at(17), whole.pictures.at(18));
    for (const char* frame : {"8", "14", "17", "18", "33"}) {
      Collector alone;
      Fixture other;
      silent(other);
      other.change = fixture.change;
      job.selection.frames = frame;
      other.run(job, alone, 0);
      EXPECT_EQ(alone.pictures.at(std::stoll(frame)), whole.pictures.at(std::stoll(frame))) << frame;
    }
  }
}

TEST(Executors, FramesInHandAreThoseOnADeviceThatWorksAloneToo) {
  for (const int stop : {1, 2}) {
    Collector sink;
    Fixture fixture({}, -1, true);
    const auto stopped_at = [&](const std::string& call, int number) {
      if (call == "vae_decode" && number == 2) fixture.stop = stop;
    };
    fixture.networks = make_fake_networks(stopped_at, -1, "float32", true);
    EXPECT_FALSE(fixture.run(small_job(), sink, 2).complete);
    EXPECT_EQ(sink.order.size(), stop == 1 ? 12u : 4u);
  }
}

TEST(Executors, FlashesAreLimitedToTheSameBytesWhateverTheThreads) {
  RenderJob job = small_job();
  job.diffusion.enabled = false;
  job.paint.hash.mark_size_px = 300;
  job.paint.colour.lightness = 1;
  const auto flashes = [&](Collector& sink, int threads) {
    Fixture fixture;
    for (size_t i = 0; i < fixture.features.levels.size(); ++i)
      fixture.features.levels[i] = i / 8 % 2 == 0 ? 0.0F : 1.0F;
    fixture.statistics = true;
    return fixture.run(job, sink, threads).pictures->flashes_per_s();
  };
  Collector unlimited;
  EXPECT_EQ(flashes(unlimited, 0), 7);
  job.output.flash_limit = 3;
  Collector serial;
  EXPECT_EQ(flashes(serial, 0), 3);
  EXPECT_EQ(serial.order, unlimited.order);
  EXPECT_NE(serial.pictures, unlimited.pictures);
  Collector threaded;
  EXPECT_EQ(flashes(threaded, 3), 3);
  EXPECT_EQ(threaded.pictures, serial.pictures);
}

TEST(Executors, MeasureThePicturesOnlyWhenAsked) {
  Fixture fixture;
  Collector sink;
  EXPECT_EQ(fixture.run(small_job(), sink, 2).pictures, nullptr);
}

TEST(Executors, AFrameIsTheSameWhateverPartOfTheSongIsRendered) {
  RenderJob job = small_job();
  Collector whole;
  Fixture().run(job, whole, 2);
  job.selection.frames = "9,17-18";
  Collector part;
  Fixture().run(job, part, 2);
  ASSERT_EQ(part.pictures.size(), 3u);
  for (const auto& [frame, bytes] : part.pictures) EXPECT_EQ(bytes, whole.pictures[frame]) << frame;
}

// Of a run of these frames, with what the fixture moves.
auto moved_pictures(RenderJob job, const std::string& frames, int batch_size, int threads) {
  job.selection.frames = frames;
  job.diffusion.batch_size = batch_size;
  Fixture fixture;
  fixture.moved = true;
  Collector sink;
  EXPECT_TRUE(fixture.run(job, sink, threads).complete);
  EXPECT_EQ(sink.order.size(), sink.pictures.size());
  return sink.pictures;
}

TEST(Executors, AMovedFrameIsTheSameAloneInBatchesInShardsAndOnManyThreads) {
  RenderJob job = small_job();
  job.diffusion.strength_mode = StrengthMode::exact;
  job.expressions = {{"strength", "moved"}, {"guidance", "moved"}, {"blur", "moved"}};
  const auto pictures = [&](const std::string& frames, int batch_size, int threads) {
    return moved_pictures(job, frames, batch_size, threads);
  };
  const auto whole = pictures("3-25", 4, 0);
  ASSERT_EQ(whole.size(), 23u);
  EXPECT_NE(whole.at(4), whole.at(5));
  EXPECT_EQ(pictures("3-25", 4, 3), whole);
  EXPECT_EQ(pictures("3-25", 1, 2), whole);
  EXPECT_EQ(pictures("3-25", 7, 2), whole);
  for (const char* frames : {"3", "4", "5,9", "10-17", "18-25"}) {
    for (const auto& [frame, bytes] : pictures(frames, 4, 2)) EXPECT_EQ(bytes, whole.at(frame)) << frame;
  }
}

TEST(Executors, BetweenDiffusedFramesPicturesAreMadeTheSameWhateverPartBatchAndThreads) {
  RenderJob job = small_job();
  job.diffusion.every = 4;
  job.diffusion.strength_mode = StrengthMode::exact;
  const auto pictures = [&](const std::string& frames, int batch_size, int threads) {
    return moved_pictures(job, frames, batch_size, threads);
  };
  for (const Interpolation by : {Interpolation::blend, Interpolation::motion}) {
    job.diffusion.interpolation = by;
    const auto whole = pictures("3-25", 4, 0);
    ASSERT_EQ(whole.size(), 23u);
    EXPECT_EQ(pictures("3-25", 3, 3), whole);
    for (const char* frames : {"3", "4", "5,9-10,21", "10-17", "18-25"}) {
      for (const auto& [frame, bytes] : pictures(frames, 4, 2)) EXPECT_EQ(bytes, whole.at(frame)) << frame;
    }
    const auto end = pictures("145-149", 4, 2);
    EXPECT_EQ(end.size(), 5u);
  }
}

TEST(Executors, DiffusedFramesAreThoseOfARunThatDiffusesEveryFrame) {
  RenderJob job = small_job();
  Collector all;
  Fixture().run(job, all, 2);
  job.diffusion.every = 4;
  Collector few;
  Fixture().run(job, few, 2);
  EXPECT_EQ(few.order, all.order);
  for (const int64_t frame : {4, 8, 24}) EXPECT_EQ(few.pictures[frame], all.pictures[frame]) << frame;
  std::vector<uint8_t> mean(all.pictures[4].size());
  for (size_t i = 0; i < mean.size(); ++i)
    mean[i] = static_cast<uint8_t>((all.pictures[4][i] + all.pictures[8][i] + 1) / 2);
  EXPECT_EQ(few.pictures[6], mean);
}

TEST(Executors, DiffusionChangesThePicture) {
  RenderJob job = small_job();
  Collector diffused;
  Fixture().run(job, diffused, 2);
  job.diffusion.enabled = false;
  Collector painted;
  Fixture().run(job, painted, 2);
  EXPECT_NE(diffused.pictures[5], painted.pictures[5]);
}

TEST(Executors, AFailingSinkEndsTheRunAndNamesTheFrame) {
  for (const int threads : {0, 1, 4}) {
    Collector sink;
    sink.fail_at = 14;
    try {
      Fixture().run(small_job(), sink, threads);
      FAIL() << "nothing was thrown";
    } catch (const FrameError& error) {
      EXPECT_EQ(error.frame(), 14);
      EXPECT_EQ(error.kind(), ErrorKind::output);
      EXPECT_THAT(error.what(), HasSubstr("frame 14: encode: No space left on device"));
    }
    EXPECT_EQ(sink.order.back(), 13);
  }
}

TEST(Executors, AFailingNetworkEndsTheRunAndNamesAFrameOfItsBatch) {
  for (const int threads : {0, 3}) {
    Collector sink;
    Fixture fixture([](const std::string& call, int number) {
      if (call == "vae_decode" && number == 2) throw Error(ErrorKind::memory, "out of memory");
    });
    try {
      fixture.run(small_job(), sink, threads);
      FAIL() << "nothing was thrown";
    } catch (const FrameError& error) {
      EXPECT_EQ(error.kind(), ErrorKind::memory);
      EXPECT_THAT(error.what(), HasSubstr("diffuse: out of memory"));
    }
  }
}

TEST(Executors, APictureWithNanIsNeverHandedOver) {
  for (const int threads : {0, 3}) {
    Collector sink;
    try {
      Fixture({}, 1).run(small_job(), sink, threads);
      FAIL() << "nothing was thrown";
    } catch (const FrameError& error) {
      EXPECT_EQ(error.kind(), ErrorKind::model);
      EXPECT_THAT(error.what(), HasSubstr("NaN"));
      for (const int64_t frame : sink.order) EXPECT_LT(frame, error.frame());
    }
  }
}

TEST(Executors, APictureWithNanIsMadeAgainAloneWithTheBytesThatItHasWithoutNan) {
  Collector fine;
  Fixture().run(small_job(), fine, 0);
  for (const int threads : {0, 3}) {
    Collector sink;
    Fixture broken({}, 2, true);  // from the third batch on, frame 11
    broken.retry_networks = make_fake_networks();
    EXPECT_TRUE(broken.run(small_job(), sink, threads).complete);
    EXPECT_EQ(sink.order, fine.order);
    EXPECT_EQ(sink.pictures, fine.pictures);
    EXPECT_EQ(broken.retried, std::vector<int64_t>(fine.order.begin() + 8, fine.order.end()));
  }
}

TEST(Executors, APictureWithNanEvenInHigherPrecisionEndsTheRunAndNamesTheFrame) {
  for (const int threads : {0, 3}) {
    Collector sink;
    Fixture broken({}, 1);
    broken.retry_networks = make_fake_networks({}, 2);
    EXPECT_ERROR(broken.run(small_job(), sink, threads), ErrorKind::model,
                 "frame 9: diffuse: the model gave NaN");
    EXPECT_EQ(broken.retried, (std::vector<int64_t>{7, 8, 9}));
    for (const int64_t frame : sink.order) EXPECT_LT(frame, 7);
  }
}

TEST(Executors, ASecondStopDropsAPictureThatIsMadeAgain) {
  Collector sink;
  Fixture broken({}, 0);
  broken.retry_networks = make_fake_networks([&](const std::string& call, int) {
    if (call == "denoise") broken.stop = 2;
  });
  EXPECT_FALSE(broken.run(small_job(), sink, 2).complete);
  EXPECT_TRUE(sink.order.empty());
}

TEST(Executors, StopEndsTheRunWithoutAnError) {
  for (const int threads : {0, 1, 4}) {
    Collector sink;
    Fixture fixture;
    fixture.progress = [&](int64_t done, int64_t) {
      if (done == 4) fixture.stop = 1;
    };
    const RunResult result = fixture.run(small_job(), sink, threads);
    EXPECT_FALSE(result.complete);
    EXPECT_GE(result.frames, 4);
    EXPECT_LT(result.frames, 23);
    EXPECT_EQ(static_cast<int64_t>(sink.order.size()), result.frames);
  }
}

TEST(FrameOrder, PicturesThatWaitLieOnDiskAndComeOutInOrder) {
  std::vector<Recipe> rows(40);
  for (size_t i = 0; i < rows.size(); ++i) rows[i].frame = static_cast<int64_t>(i);
  Fixture fixture;
  Collector sink;
  Plan plan;
  plan.rows = rows;
  const spectradiff::Run run{plan, fixture.features, sink, fixture.stop};
  FrameOrder order(run, 3);
  std::vector<int64_t> seen;
  const auto show = [&](Frame frame) {
    EXPECT_EQ(frame.picture.bytes(), Canvas({8, 4}, {static_cast<uint8_t>(frame.index), 1, 2}).bytes());
    seen.push_back(frame.index);
  };
  for (const int64_t step : {1, 2, 3, 0}) {
    for (int64_t frame = step; frame < 40; frame += 4)
      order.take({frame, Canvas({8, 4}, {static_cast<uint8_t>(frame), 1, 2})}, show);
  }
  std::vector<int64_t> all(40);
  std::iota(all.begin(), all.end(), int64_t{0});
  EXPECT_EQ(seen, all);
}

}  // namespace
}  // namespace spectradiff
