// A song of ten seconds and a run over the arithmetic networks.
#pragma once

#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "fake_model.h"
#include "fake_networks.h"
#include "spectradiff/render/executor.h"

namespace spectradiff {

// A song of ten seconds whose levels differ from frame to frame.
inline Features song_features() {
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

inline RenderJob small_job() {
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
  explicit Fixture(FakeFault fault = {}, int nan_from = -1, bool works_alone = false)
      : networks(make_fake_networks(std::move(fault), nan_from, "float32", works_alone)) {}

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
    const bool guided = job.moves("guidance") || model.manifest().guides(job.diffusion.numbers.guidance);
    DiffuserSettings settings{job.diffusion.scheduler, job.diffusion.steps,      job.diffusion.strength_mode,
                              job.diffusion.eta,       job.diffusion.batch_size, guided};
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
    std::optional<StoredPictures> kept;
    std::vector<std::string> keys;
    for (const Recipe& row : plan.rows) keys.push_back(std::to_string(row.frame));
    if (store != nullptr) run.kept = &kept.emplace(*store, plan, keys);
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
  FrameStore* store = nullptr;  // what it keeps is under the numbers of frames
};

// What the device was told, in short: a batch was given to it, or its pictures were waited for.
inline std::string told(bool works_alone, int threads, const std::function<void(Plan&)>& change = {}) {
  std::string calls;
  Fixture fixture(
      [&](const std::string& call, int) {
        if (call == "vae_decode") calls += "b";
        if (call == "wait") calls += "w";
      },
      -1, works_alone);
  fixture.change = change;
  Collector sink;
  EXPECT_TRUE(fixture.run(small_job(), sink, threads).complete);
  return calls;
}

}  // namespace spectradiff
