#include "spectradiff/render/executor.h"

#include <algorithm>
#include <chrono>
#include <exception>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>
#include <vector>

#include "diffusion_stage.h"
#include "paint_stage.h"
#include "show_stages.h"
#include "spectradiff/base/bounded_queue.h"
#include "spectradiff/render/ordered_queue.h"
#include "stopwatch.h"

namespace spectradiff {
namespace {

size_t slots_of(const Run& run) {
  return run.diffuser != nullptr ? static_cast<size_t>(run.plan.constants.diffusion->slots) : 1;
}

std::vector<Batch> batches_of(const Run& run) {
  const KeptPictures* const kept = run.kept;
  if (kept == nullptr) return schedule(run.plan, slots_of(run));
  return schedule(run.plan, slots_of(run), [=](int64_t frame) { return kept->has(frame); });
}

// Rows as they are painted.
std::vector<size_t> order_of(const std::vector<Batch>& batches) {
  std::vector<size_t> order;
  for (const Batch& batch : batches) {
    for (const SlottedRow& each : batch) order.push_back(each.row);
  }
  return order;
}

using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point begin) {
  return std::chrono::duration<double>(Clock::now() - begin).count();
}

// The show stages with the pace of their lane.
class PacedShow {
 public:
  PacedShow(const Run& run, RunResult& result)
      : run_(run_with_pace(run)), stages_(show_stages(run_, result)) {}

  void begin() {
    begin_ = Clock::now();
    stages_.begin();
    busy_s_ += seconds_since(begin_);
  }
  void take(Frame frame) {
    begin_ = Clock::now();
    stages_.take(std::move(frame));
    busy_s_ += seconds_since(begin_);
  }

 private:
  Run run_with_pace(Run run) {
    if (run.pace == nullptr) return run;
    run.progress = [this, pace = run.pace, progress = run.progress](int64_t done, int64_t frame) {
      pace->showed(busy_s_ + seconds_since(begin_));
      if (progress) progress(done, frame);
    };
    return run;
  }

  const Run run_;
  double busy_s_ = 0;
  Clock::time_point begin_;
  ShowStages stages_;
};

void begin_pace(const Run& run, const std::vector<Batch>& batches, bool at_once) {
  if (run.pace == nullptr) return;
  run.pace->begin(work_of(run.plan, batches, run.work), static_cast<int64_t>(run.plan.shown.size()), at_once);
}

// What the loop takes painted rows from and gives pictures to: at once, or by way of other threads. Either
// says no by nothing and false: the run is to end.
struct Connections {
  std::function<std::optional<Painted>(size_t row)> painted;  // asked in the order of the batches
  std::function<bool(Frame)> show;
  std::function<Painted(const Recipe&)> paint;  // what is no row: at once, on the calling thread
};

// The one loop of every run, on the thread that owns the device. So many batches may be left on the device
// while the next one is painted and prepared.
class Loop {
 public:
  Loop(const Run& run, const std::vector<Batch>& batches, Connections connections, size_t left_running,
       double& seconds)
      : run_(run),
        batches_(batches),
        connections_(std::move(connections)),
        left_running_(left_running),
        seconds_(seconds) {
    if (run.diffuser != nullptr) diffusion_.emplace(run, batches, connections_.paint);
  }

  void run() {
    since_ = Clock::now();
    for (const Batch& batch : batches_) {
      auto painted = paintings_of(batch);
      if (!painted) break;  // what is on the device is still shown
      const bool goes_on =
          diffusion_ ? diffuse(batch, std::move(*painted)) : show_paintings(batch, std::move(*painted));
      if (!goes_on) return;
    }
    while (diffusion_ && diffusion_->running() > 0 && finish_batch()) {
    }
  }

 private:
  std::optional<std::vector<Painted>> paintings_of(const Batch& batch) {
    std::vector<Painted> painted;
    for (const SlottedRow& each : batch) {
      auto next = run_.stop.load() > 0 ? std::nullopt : connections_.painted(each.row);
      if (!next) return std::nullopt;
      painted.push_back(std::move(*next));
    }
    return painted;
  }

  bool show_paintings(const Batch& batch, std::vector<Painted> painted) {
    std::vector<Frame> frames;
    for (size_t i = 0; i < batch.size(); ++i)
      frames.push_back({run_.plan.rows[batch[i].row].frame, std::move(painted[i].painting)});
    return keep_and_show(std::move(frames));
  }

  bool keep_and_show(std::vector<Frame> frames) {
    if (run_.kept != nullptr) {
      for (const Frame& frame : frames) run_.kept->keep(frame.index, frame.picture);
    }
    const auto show_all = [&] {
      const Stopwatch watch(showing_s_);
      return std::all_of(frames.begin(), frames.end(),
                         [&](Frame& frame) { return connections_.show(std::move(frame)); });
    };
    if (!show_all()) return false;
    if (run_.pace != nullptr) {
      run_.pace->made(static_cast<int64_t>(frames.size()), seconds_since(since_) - showing_s_);
      since_ = Clock::now();
      showing_s_ = 0;
    }
    if (run_.made) run_.made();
    return true;
  }

  bool diffuse(const Batch& batch, std::vector<Painted> painted) {
    while (diffusion_->must_wait(batch))
      if (!finish_batch()) return false;
    if (!begin(batch, std::move(painted))) return false;
    while (diffusion_->running() > left_running_ || diffusion_->is_ready())
      if (!finish_batch()) return false;
    return true;
  }

  // What the device has no memory for is tried once more when nothing else is on it: the same pictures.
  bool begin(const Batch& batch, std::vector<Painted> painted) {
    try {
      const Stopwatch watch(seconds_);
      return diffusion_->begin(batch, std::move(painted));
    } catch (const FrameError& error) {
      if (error.kind() != ErrorKind::memory || !run_.again) throw;
    }
    while (diffusion_->running() > 0)
      if (!finish_batch()) return false;
    run_.again(run_.plan.rows[batch.front().row].frame);
    const Stopwatch watch(seconds_);
    return diffusion_->begin_again();
  }

  bool finish_batch() {
    std::optional<std::vector<Frame>> frames;
    {
      const Stopwatch watch(seconds_);
      frames = diffusion_->finish();
    }
    return frames && keep_and_show(std::move(*frames));
  }

  const Run& run_;
  const std::vector<Batch>& batches_;
  const Connections connections_;
  const size_t left_running_;
  double& seconds_;
  std::optional<DiffusionStage> diffusion_;
  Clock::time_point since_;  // when the latest batch was made
  double showing_s_ = 0;     // since then, what belongs to the other lane
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

// The threads beside the one that owns the device: painters before it, the sink's behind it.
class Threads {
 public:
  Threads(const Run& run, int painters)
      : run_(run),
        batches_(batches_of(run)),
        order_(order_of(batches_)),
        paint_(run),
        painted_(static_cast<int64_t>(order_.size()),
                 int64_t{2} * std::max(painters, static_cast<int>(slots_of(run)))),
        finished_(2 * slots_of(run) + 2),
        show_(run, result_) {
    begin_pace(run, batches_, true);
    for (int i = 0; i < painters; ++i) threads_.emplace_back([this] { relay([this] { paint(); }); });
    threads_.emplace_back([this] { relay([this] { show(); }); });
  }

  // Runs a stage; what it throws ends all of them.
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

  const std::vector<Batch>& batches() const { return batches_; }
  Connections connections() {
    return {[this](size_t) { return painted_.pop(); },
            [this](Frame frame) { return finished_.push(std::move(frame)); },
            [this](const Recipe& recipe) { return paint_.paint(recipe); }};
  }
  double& diffuse_seconds() { return result_.seconds.diffuse; }

  // Waits for the others; throws what failed first.
  RunResult finish() {
    finished_.close();
    painted_.cancel();
    threads_.clear();
    failure_.rethrow();
    result_.complete = result_.frames == static_cast<int64_t>(run_.plan.shown.size());
    for (const double seconds : paint_seconds_) result_.seconds.paint += seconds;
    return std::move(result_);
  }

 private:
  void paint() {
    double seconds = 0;
    while (const auto number = painted_.claim()) {
      if (run_.stop.load() > 0) {
        painted_.cancel();
        break;
      }
      std::optional<Painted> painted;
      {
        const Stopwatch watch(seconds);
        painted = paint_.paint(run_.plan.rows[order_[static_cast<size_t>(*number)]]);
      }
      if (!painted_.push(*number, std::move(*painted))) break;
    }
    std::lock_guard lock(paint_seconds_mutex_);
    paint_seconds_.push_back(seconds);
  }

  void show() {
    show_.begin();
    while (auto frame = finished_.pop()) show_.take(std::move(*frame));
  }

  const Run& run_;
  const std::vector<Batch> batches_;
  const std::vector<size_t> order_;
  const PaintStage paint_;
  OrderedQueue<Painted> painted_;
  BoundedQueue<Frame> finished_;
  FirstFailure failure_;
  std::mutex paint_seconds_mutex_;
  std::vector<double> paint_seconds_;
  RunResult result_;
  PacedShow show_;
  std::vector<std::jthread> threads_;  // last: joined before anything they use goes
};

}  // namespace

RunResult run_serial(const Run& run) {
  RunResult result;
  const std::vector<Batch> batches = batches_of(run);
  const PaintStage paint(run);
  begin_pace(run, batches, false);
  PacedShow show(run, result);
  show.begin();
  Connections connections{[&](size_t row) -> std::optional<Painted> {
                            const Stopwatch watch(result.seconds.paint);
                            return paint.paint(run.plan.rows[row]);
                          },
                          [&](Frame frame) {
                            show.take(std::move(frame));
                            return true;
                          },
                          [&](const Recipe& recipe) { return paint.paint(recipe); }};
  Loop(run, batches, std::move(connections), 0, result.seconds.diffuse).run();
  result.complete = result.frames == static_cast<int64_t>(run.plan.shown.size());
  return result;
}

RunResult run_threaded(const Run& run, int threads) {
  Threads others(run, std::max(1, threads));
  others.relay([&] { Loop(run, others.batches(), others.connections(), 1, others.diffuse_seconds()).run(); });
  return others.finish();
}

RunResult show_kept(const Run& run) {
  RunResult result;
  begin_pace(run, {}, false);
  PacedShow(run, result).begin();
  result.complete = result.frames == static_cast<int64_t>(run.plan.shown.size());
  return result;
}

}  // namespace spectradiff
