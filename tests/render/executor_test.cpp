#include "spectradiff/render/executor.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>
#include <optional>
#include <thread>

#include "expect_error.h"
#include "fake_model.h"
#include "fake_networks.h"
#include "show_stages.h"

namespace spectradiff {
namespace {

using testing::HasSubstr;

// A song of ten seconds whose levels differ from frame to frame.
Features song_features() {
  Features features;
  features.settings.bins = 8;
  features.sample_rate_hz = 8000;
  features.samples = 80000;
  features.frames = 150;
  features.bins = 8;
  for (int64_t i = 0; i < features.frames * features.bins; ++i) {
    features.levels.push_back(static_cast<float>((i * 37) % 101) / 100);
  }
  features.magnitudes = features.levels;
  features.reference = 1;
  return features;
}

RenderJob small_job() {
  RenderJob job;
  job.paint.size = {32, 24};
  job.diffusion.batch_size = 4;
  job.diffusion.scheduler = "ddim";
  job.diffusion.steps = 4;
  job.selection.frames = "3-25";
  return job;
}

class Collector : public FrameSink {
 public:
  void accept(int64_t frame, const Canvas& picture) override {
    if (frame == fail_at) throw Error(ErrorKind::output, "No space left on device");
    order.push_back(frame);
    pictures[frame] = picture.bytes();
  }
  int64_t fail_at = -1;
  std::vector<int64_t> order;
  std::map<int64_t, std::vector<uint8_t>> pictures;
};

// Everything a run needs, over the arithmetic networks.
struct Fixture {
  explicit Fixture(FakeFault fault = {}, int nan_from = -1)
      : networks(make_fake_networks(std::move(fault), nan_from)) {}

  RunResult run(const RenderJob& job, FrameSink& sink, int threads) {
    Plan plan = make_plan(job, 8000, 80000);
    if (job.diffusion.enabled) {
      plan.constants.diffusion.emplace();
      plan.constants.diffusion->slots = job.diffusion.batch_size;
    }
    if (moved) move(plan);
    if (change) change(plan);
    check_rows(plan);
    return run(job, plan, sink, threads);
  }

  RunResult run(const RenderJob& job, const Plan& plan, FrameSink& sink, int threads) {
    DiffuserSettings settings{job.diffusion.scheduler, job.diffusion.steps,      job.diffusion.strength_mode,
                              job.diffusion.eta,       job.diffusion.batch_size, job.is_guided()};
    Diffuser diffuser(*networks, model.manifest(), settings);
    settings.batch_size = 1;
    std::optional<Diffuser> again;
    if (retry_networks != nullptr) again.emplace(*retry_networks, model.manifest(), settings);
    Run run{plan, features, sink, stop};
    if (job.diffusion.enabled) run.diffuser = &diffuser;
    run.more_precise = [&](int64_t frame) {
      retried.push_back(frame);
      return again ? &*again : nullptr;
    };
    run.statistics = statistics;
    run.progress = progress;
    return threads == 0 ? run_serial(run) : run_threaded(run, threads);
  }

  // What differs from frame to frame as if the music had moved it.
  static void move(Plan& plan) {
    plan.painting = {{"blur", [](PaintSettings& paint, double value) { paint.post.blur_px = value; }}};
    for (Recipe& row : plan.rows) {
      const auto frame = static_cast<double>(row.frame);
      row.numbers.strength = std::fmod(frame * 0.37, 1);
      row.numbers.guidance = std::fmod(frame, 3);
      row.painting = {std::fmod(frame * 0.7, 5)};
    }
  }

  FakeModel model;
  bool moved = false;
  std::function<void(Plan&)> change;  // of the plan, before it runs
  std::unique_ptr<Networks> networks, retry_networks;
  std::vector<int64_t> retried;
  Features features = song_features();
  std::atomic<int> stop{0};
  std::function<void(int64_t, int64_t)> progress;
  bool statistics = false;
};

TEST(Executors, SerialAndThreadedGiveTheSameBytesInOrder) {
  for (const bool diffusion : {false, true}) {
    RenderJob job = small_job();
    job.diffusion.enabled = diffusion;
    Collector serial;
    EXPECT_TRUE(Fixture().run(job, serial, 0).complete);
    ASSERT_EQ(serial.order.size(), 23u);
    for (const int threads : {1, 2, 7}) {
      Collector threaded;
      EXPECT_TRUE(Fixture().run(job, threaded, threads).complete);
      EXPECT_EQ(threaded.order, serial.order);
      EXPECT_EQ(threaded.pictures, serial.pictures) << threads << " threads, diffusion " << diffusion;
    }
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
    Fixture broken({}, 2);  // from the third batch on, frame 11
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

// Frames 3 to 25 as chains of these lengths, over and over; each row but a chain's first follows from the one
// before it, moved by a camera.
void chain_up(Plan& plan, const std::vector<int64_t>& lengths) {
  int64_t chain = -1, left = 0;
  size_t next = 0;
  for (Recipe& row : plan.rows) {
    if (left-- == 0) {
      left = lengths[next++ % lengths.size()] - 1;
      ++chain;
    } else {
      row.init = {row.frame - 1, {1.05, 3, 0.02, 0}, 0.25};
    }
    row.chain = chain;
  }
}

auto chained_pictures(const std::vector<int64_t>& lengths, int slots, int threads,
                      const std::function<void(Plan&)>& part = {}) {
  Fixture fixture;
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
}

TEST(FrameOrder, PicturesThatWaitLieOnDiskAndComeOutInOrder) {
  std::vector<Recipe> rows(40);
  for (size_t i = 0; i < rows.size(); ++i) rows[i].frame = static_cast<int64_t>(i);
  FrameOrder order(rows, 3);
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
