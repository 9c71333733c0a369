#include "show_stages.h"

#include <utility>

#include "frame_error.h"
#include "stopwatch.h"

namespace spectradiff {

void FrameOrder::take(Frame frame, const PassOn& pass_on) {
  if (frame.index != rows_[next_].frame) {
    const bool fits = held_ < in_memory_;
    waiting_[frame.index] =
        fits ? Waiting{std::move(frame.picture), -1} : Waiting{{}, spill_.put(frame.picture)};
    held_ += fits ? 1 : 0;
    return;
  }
  pass_on(std::move(frame));
  ++next_;
  pass_on_next(pass_on);
}

// All whose turn it is, as far as they are there.
void FrameOrder::pass_on_next(const PassOn& pass_on) {
  for (; next_ < rows_.size(); ++next_) {
    if (const int64_t frame = rows_[next_].frame; run_.kept != nullptr && run_.kept->has(frame)) {
      if (run_.stop.load() > 0) return;
      pass_on({frame, run_.kept->picture(frame)});
      continue;
    }
    const auto found = waiting_.find(rows_[next_].frame);
    if (found == waiting_.end()) return;
    Waiting& waiting = found->second;
    const bool in_memory = waiting.place < 0;
    held_ -= in_memory ? 1 : 0;
    pass_on({found->first, in_memory ? std::move(waiting.picture) : spill_.take(waiting.place)});
    waiting_.erase(found);
  }
}

namespace {

class BetweenStage : public ShowStage {
 public:
  BetweenStage(const Run& run, double& seconds) : run_(run), seconds_(seconds) {}

  void take(Frame frame, const PassOn& pass_on) override {
    const std::vector<ShownFrame>& shown = run_.plan.shown;
    std::vector<Canvas> between;
    for (; next_ < shown.size() && shown[next_].frame < frame.index; ++next_) {
      const int64_t at = shown[next_].frame;
      if (between.empty()) between = at_frame(at, "interpolate", [&] { return on_the_way_to(frame); });
      pass_on({at, std::move(between[static_cast<size_t>(at - latest_.index - 1)])});
    }
    latest_ = {frame.index, run_.plan.constants.every > 1 ? frame.picture.clone() : Canvas()};
    if (next_ == shown.size() || shown[next_].frame > frame.index) return;
    ++next_;
    pass_on(std::move(frame));
  }

 private:
  std::vector<Canvas> on_the_way_to(const Frame& frame) {
    const Stopwatch watch(seconds_);
    const int parts = static_cast<int>(frame.index - latest_.index);
    if (run_.interpolator != nullptr)
      return run_.interpolator->between(latest_.picture, frame.picture, parts);
    return pictures_between(latest_.picture, frame.picture, parts, run_.plan.constants.interpolation,
                            find_row(run_.plan, frame.index)->way);
  }

  const Run& run_;
  double& seconds_;
  size_t next_ = 0;  // of the plan's shown frames
  Frame latest_{-1, {}};
};

class FlashStage : public ShowStage {
 public:
  FlashStage(const Rational& fps, int flashes_per_s) : limiter_(fps, flashes_per_s) {}
  void take(Frame frame, const PassOn& pass_on) override {
    pass_on({frame.index, limiter_.limit(std::move(frame.picture))});
  }

 private:
  FlashLimiter limiter_;
};

class UpscaleStage : public ShowStage {
 public:
  UpscaleStage(Upscaler& upscaler, double& seconds) : upscaler_(upscaler), seconds_(seconds) {}
  void take(Frame frame, const PassOn& pass_on) override {
    frame.picture = at_frame(frame.index, "upscale", [&] {
      const Stopwatch watch(seconds_);
      return upscaler_.upscale(frame.picture);
    });
    pass_on(std::move(frame));
  }

 private:
  Upscaler& upscaler_;
  double& seconds_;
};

class MeasureStage : public ShowStage {
 public:
  explicit MeasureStage(PictureStatistics& statistics) : statistics_(statistics) {}
  void take(Frame frame, const PassOn& pass_on) override {
    statistics_.add(frame.index, frame.picture);
    pass_on(std::move(frame));
  }

 private:
  PictureStatistics& statistics_;
};

class SinkStage : public ShowStage {
 public:
  SinkStage(const Run& run, RunResult& result) : run_(run), result_(result) {}
  void take(Frame frame, const PassOn&) override {
    {
      const Stopwatch watch(result_.seconds.encode);
      at_frame(frame.index, "encode", [&] { run_.sink.accept(frame.index, frame.picture); });
    }
    ++result_.frames;
    if (run_.progress) run_.progress(result_.frames, frame.index);
  }

 private:
  const Run& run_;
  RunResult& result_;
};

}  // namespace

ShowStages show_stages(const Run& run, RunResult& result) {
  const Constants& constants = run.plan.constants;
  constexpr size_t kWaitInMemory = size_t{256} << 20;  // bytes
  const auto [width, height] = constants.paint.size;
  ShowStages stages;
  if (!run.shows) {
    stages.add(std::make_unique<SinkStage>(run, result));
    return stages;
  }
  stages.add(std::make_unique<FrameOrder>(run, kWaitInMemory / (size_t{3} * width * height)));
  stages.add(std::make_unique<BetweenStage>(run, result.seconds.interpolate));
  if (const auto& limit = constants.video.flash_limit)
    stages.add(std::make_unique<FlashStage>(constants.analysis.fps, *limit));
  if (run.statistics) {
    result.pictures = std::make_unique<PictureStatistics>(constants.analysis.fps,
                                                          static_cast<int64_t>(run.plan.shown.size()));
    stages.add(std::make_unique<MeasureStage>(*result.pictures));
  }
  if (run.upscaler != nullptr)
    stages.add(std::make_unique<UpscaleStage>(*run.upscaler, result.seconds.upscale));
  stages.add(std::make_unique<SinkStage>(run, result));
  return stages;
}

}  // namespace spectradiff
