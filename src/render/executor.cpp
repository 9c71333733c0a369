#include "spectradiff/render/executor.h"

#include <algorithm>
#include <chrono>
#include <exception>
#include <mutex>
#include <new>
#include <optional>
#include <thread>
#include <utility>
#include <vector>

#include "spectradiff/base/bounded_queue.h"
#include "spectradiff/paint/painter.h"
#include "spectradiff/render/flash_limiter.h"
#include "spectradiff/render/ordered_queue.h"

namespace spectradiff {
namespace {

using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point begin) {
  return std::chrono::duration<double>(Clock::now() - begin).count();
}

// Does a stage's work for a frame; whatever it throws comes out naming the frame.
template <typename Work>
auto at_frame(int64_t frame, const char* stage, Work work) {
  try {
    return work();
  } catch (const FrameError&) {
    throw;
  } catch (const Error& error) {
    throw FrameError(error.kind(), frame, fmt::format("frame {}: {}: {}", frame, stage, error.what()));
  } catch (const std::bad_alloc&) {
    throw FrameError(
        ErrorKind::memory, frame,
        fmt::format("frame {}: {}: out of memory; try a smaller --size or --batch-size", frame, stage));
  } catch (const std::exception& error) {
    throw FrameError(ErrorKind::internal, frame, fmt::format("frame {}: {}: {}", frame, stage, error.what()));
  }
}

struct Finished {
  int64_t frame = 0;
  Canvas picture;
};

// Rows whose frames share a batch: a frame's slot is its number among the song's diffused frames modulo the
// batch size, whatever part of the song is rendered.
using Group = std::vector<const PlanRow*>;

size_t slot_of(const Run& run, const PlanRow& row) {
  return static_cast<size_t>(run.plan.cadence.number(row.frame) % run.job.diffusion.batch_size);
}

std::vector<Group> group_rows(const Plan& plan, int batch_size) {
  const auto batch = [&](const PlanRow& row) { return plan.cadence.number(row.frame) / batch_size; };
  std::vector<Group> groups;
  for (const PlanRow& row : plan.rows) {
    if (groups.empty() || batch(*groups.back().back()) != batch(row)) groups.emplace_back();
    groups.back().push_back(&row);
  }
  return groups;
}

int batch_size_of(const Run& run) {
  return run.diffuser != nullptr ? run.job.diffusion.batch_size : 1;
}

// What a frame is made of.
struct Painted {
  Canvas init;
  Canvas control;  // empty without a control network
};

Painted paint_row(const Run& run, const Painter& painter, const PlanRow& row) {
  Canvas init = at_frame(row.frame, "paint", [&] {
    if (run.plan.modulations.empty()) return painter.paint(row.frame);
    const PaintSettings moved = run.plan.job_at(run.job, row).paint;
    return moved == run.job.paint ? painter.paint(row.frame) : painter.paint(moved, row.frame);
  });
  if (run.control == nullptr) return {std::move(init), {}};
  return {std::move(init), at_frame(row.frame, "control", [&] { return run.control->at(row.frame); })};
}

bool is_cancelled(const Run& run) {
  return run.stop.load() >= 2;
}

// A frame whose picture came out with NaN; nullopt when cancelled.
std::optional<Canvas> diffuse_again(const Run& run, int64_t frame, const FrameRequest& request) {
  Diffuser* const diffuser = run.more_precise ? run.more_precise(frame) : nullptr;
  if (diffuser != nullptr) {
    auto again = diffuser->run({&request, 1}, [&] { return is_cancelled(run); });
    if (again.empty()) return std::nullopt;
    if (again[0].finite) return std::move(again[0].picture);
  }
  throw_error(ErrorKind::model,
              "the model gave NaN or infinity instead of a picture{}; other steps, strength or guidance may "
              "help",
              diffuser != nullptr ? ", in higher precision too" : "");
}

// Diffuses one group; empty when cancelled. Slots without a frame of the plan repeat the group's first one.
std::vector<Canvas> diffuse(const Run& run, const Group& group, const std::vector<Painted>& painted) {
  const int batch_size = run.job.diffusion.batch_size;
  const auto request = [&](size_t i) {
    const DiffusionSettings at = run.plan.job_at(run.job, *group[i]).diffusion;
    const PromptMix& mix = group[i]->prompts;
    const PromptPair& from = run.plan.prompts.at(static_cast<size_t>(mix.from));
    const PromptPair& to = run.plan.prompts.at(static_cast<size_t>(mix.to));
    return FrameRequest{&painted[i].init,
                        {from.prompt, to.prompt, mix.weight, mix.spherical},
                        {from.negative, to.negative, mix.weight, mix.spherical},
                        at.strength,
                        at.guidance,
                        group[i]->seed,
                        at.seed_travel,
                        run.control != nullptr ? &painted[i].control : nullptr,
                        at.control_weight};
  };
  std::vector<FrameRequest> slots(static_cast<size_t>(batch_size), request(0));
  for (size_t i = 0; i < group.size(); ++i) slots[slot_of(run, *group[i])] = request(i);

  auto diffused = run.diffuser->run(slots, [&] { return is_cancelled(run); });
  std::vector<Canvas> pictures;
  if (diffused.empty()) return pictures;
  for (const PlanRow* row : group) {
    const size_t slot = slot_of(run, *row);
    if (diffused[slot].finite) {
      pictures.push_back(std::move(diffused[slot].picture));
      continue;
    }
    auto again = at_frame(row->frame, "diffuse", [&] { return diffuse_again(run, row->frame, slots[slot]); });
    if (!again) return {};
    pictures.push_back(std::move(*again));
  }
  return pictures;
}

std::vector<Canvas> init_pictures(std::vector<Painted> painted) {
  std::vector<Canvas> pictures;
  pictures.reserve(painted.size());
  for (Painted& each : painted) pictures.push_back(std::move(each.init));
  return pictures;
}

// Where finished pictures leave the run, in order, all from one thread, and those between them are made.
class Outlet {
 public:
  explicit Outlet(const Run& run) : run_(run) {
    if (const auto& limit = run.job.output.flash_limit) limiter_.emplace(run.job.analysis.fps, *limit);
    if (run.statistics) {
      result.pictures.emplace(run.job.analysis.fps, static_cast<int64_t>(run.plan.shown.size()));
    }
  }

  // The picture of the plan's next row. What is shown up to it leaves.
  void take(int64_t frame, Canvas picture) {
    const std::vector<ShownFrame>& shown = run_.plan.shown;
    std::vector<Canvas> between;
    for (; next_ < shown.size() && shown[next_].frame < frame; ++next_) {
      const int64_t at = shown[next_].frame;
      if (between.empty())
        between = at_frame(at, "interpolate", [&] { return on_the_way_to(frame, picture); });
      show(at, std::move(between[static_cast<size_t>(at - latest_frame_ - 1)]));
    }
    latest_frame_ = frame;
    latest_ = run_.plan.cadence.every > 1 ? picture.clone() : Canvas();
    if (next_ == shown.size() || shown[next_].frame > frame) return;
    show(frame, std::move(picture));
    ++next_;
  }

  RunResult result;

 private:
  std::vector<Canvas> on_the_way_to(int64_t frame, const Canvas& picture) {
    const auto begin = Clock::now();
    const int parts = static_cast<int>(frame - latest_frame_);
    auto between = run_.interpolator != nullptr
                       ? run_.interpolator->between(latest_, picture, parts)
                       : pictures_between(latest_, picture, parts, run_.job.diffusion.interpolation);
    result.seconds.interpolate += seconds_since(begin);
    return between;
  }

  void show(int64_t frame, Canvas picture) {
    if (limiter_) picture = limiter_->limit(std::move(picture));
    const auto begin = Clock::now();
    at_frame(frame, "encode", [&] { run_.sink.accept(frame, picture); });
    result.seconds.encode += seconds_since(begin);
    if (result.pictures) result.pictures->add(frame, picture);
    ++result.frames;
    if (run_.progress) run_.progress(result.frames, frame);
  }

  const Run& run_;
  size_t next_ = 0;           // of the plan's shown frames
  int64_t latest_frame_ = 0;  // of the latest row
  Canvas latest_;
  std::optional<FlashLimiter> limiter_;
};

// The first failure of any stage; later ones are its consequences.
class FirstFailure {
 public:
  void keep(std::exception_ptr failure) {
    std::lock_guard lock(mutex_);
    if (!failure_) failure_ = std::move(failure);
  }
  void rethrow() const {
    if (failure_) std::rethrow_exception(failure_);
  }

 private:
  std::mutex mutex_;
  std::exception_ptr failure_;
};

// The stages of one threaded run: painters → the calling thread, which owns the device → the sink's thread.
class Pipeline {
 public:
  Pipeline(const Run& run, int painters)
      : run_(run),
        painter_(run.features, run.job.paint),
        painted_(static_cast<int64_t>(run.plan.rows.size()),
                 int64_t{2} * std::max(painters, batch_size_of(run))),
        finished_(static_cast<size_t>(2 * batch_size_of(run) + 2)),
        outlet_(run) {
    for (int i = 0; i < painters; ++i) threads_.emplace_back([this] { relay([this] { paint(); }); });
    threads_.emplace_back([this] { relay([this] { keep(); }); });
  }

  RunResult run() {
    relay([this] { diffuse_all(); });
    finished_.close();
    painted_.cancel();
    threads_.clear();
    failure_.rethrow();
    RunResult& result = outlet_.result;
    result.complete = result.frames == static_cast<int64_t>(run_.plan.shown.size());
    for (const double seconds : paint_seconds_) result.seconds.paint += seconds;
    return std::move(result);
  }

 private:
  template <typename Stage>
  void relay(Stage stage) {
    try {
      stage();
    } catch (...) {
      failure_.keep(std::current_exception());
      painted_.cancel();
      finished_.cancel();
    }
  }

  void paint() {
    double seconds = 0;
    while (const auto number = painted_.claim()) {
      if (run_.stop.load() > 0) {
        painted_.cancel();
        break;
      }
      const PlanRow& row = run_.plan.rows[static_cast<size_t>(*number)];
      const auto begin = Clock::now();
      Painted painted = paint_row(run_, painter_, row);
      seconds += seconds_since(begin);
      if (!painted_.push(*number, std::move(painted))) break;
    }
    std::lock_guard lock(paint_seconds_mutex_);
    paint_seconds_.push_back(seconds);
  }

  void diffuse_all() {
    for (const Group& group : group_rows(run_.plan, batch_size_of(run_))) {
      std::vector<Painted> painted;
      while (painted.size() < group.size()) {
        if (run_.stop.load() > 0) return;
        auto next = painted_.pop();
        if (!next) return;
        painted.push_back(std::move(*next));
      }
      std::vector<Canvas> pictures;
      if (run_.diffuser != nullptr) {
        const auto begin = Clock::now();
        pictures = at_frame(group.front()->frame, "diffuse", [&] { return diffuse(run_, group, painted); });
        outlet_.result.seconds.diffuse += seconds_since(begin);
        if (pictures.empty()) return;
      } else {
        pictures = init_pictures(std::move(painted));
      }
      for (size_t i = 0; i < group.size(); ++i) {
        if (!finished_.push({group[i]->frame, std::move(pictures[i])})) return;
      }
    }
  }

  void keep() {
    while (auto finished = finished_.pop()) outlet_.take(finished->frame, std::move(finished->picture));
  }

  const Run& run_;
  const Painter painter_;
  OrderedQueue<Painted> painted_;
  BoundedQueue<Finished> finished_;
  FirstFailure failure_;
  std::mutex paint_seconds_mutex_;
  std::vector<double> paint_seconds_;
  Outlet outlet_;
  std::vector<std::jthread> threads_;  // last: joined before anything they use goes
};

}  // namespace

RunResult run_serial(const Run& run) {
  Outlet outlet(run);
  RunResult& result = outlet.result;
  const Painter painter(run.features, run.job.paint);
  for (const Group& group : group_rows(run.plan, batch_size_of(run))) {
    if (run.stop.load() > 0) return std::move(outlet.result);
    std::vector<Painted> painted;
    const auto begin = Clock::now();
    for (const PlanRow* row : group) {
      painted.push_back(paint_row(run, painter, *row));
    }
    std::vector<Canvas> pictures;
    result.seconds.paint += seconds_since(begin);
    if (run.diffuser != nullptr) {
      const auto diffuse_begin = Clock::now();
      pictures = at_frame(group.front()->frame, "diffuse", [&] { return diffuse(run, group, painted); });
      result.seconds.diffuse += seconds_since(diffuse_begin);
      if (pictures.empty()) return std::move(outlet.result);
    } else {
      pictures = init_pictures(std::move(painted));
    }
    for (size_t i = 0; i < group.size(); ++i) outlet.take(group[i]->frame, std::move(pictures[i]));
  }
  result.complete = true;
  return std::move(outlet.result);
}

RunResult run_threaded(const Run& run, int threads) {
  return Pipeline(run, std::max(1, threads)).run();
}

}  // namespace spectradiff
