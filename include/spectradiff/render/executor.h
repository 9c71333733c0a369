// Runs a plan: paint, diffuse, hand over. The serial and the threaded executor give the same bytes.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>

#include "spectradiff/base/error.h"
#include "spectradiff/diffusion/diffuser.h"
#include "spectradiff/diffusion/interpolator.h"
#include "spectradiff/diffusion/upscaler.h"
#include "spectradiff/features/features.h"
#include "spectradiff/render/control_pictures.h"
#include "spectradiff/render/depth_pictures.h"
#include "spectradiff/render/frame_sink.h"
#include "spectradiff/render/kept_pictures.h"
#include "spectradiff/render/pace.h"
#include "spectradiff/render/plan.h"
#include "spectradiff/render/statistics.h"

namespace spectradiff {

// A stage failed at a frame.
class FrameError : public Error {
 public:
  FrameError(ErrorKind kind, int64_t frame, const std::string& message)
      : Error(kind, message), frame_(frame) {}
  int64_t frame() const { return frame_; }

 private:
  int64_t frame_;
};

// What a run needs; all outlive it.
struct Run {
  const Plan& plan;
  const Features& features;
  FrameSink& sink;
  // Requests so far: 1 ends the run after the frames in hand, 2 drops these too.
  const std::atomic<int>& stop;
  Diffuser* diffuser = nullptr;  // there exactly where the plan's constants have diffusion, of their slots
  const ControlPictures* control = nullptr;  // there exactly where the diffuser's bundle takes control
  const DepthVideo* depth = nullptr;         // there where rows have Depth::video
  const Canvas* reference = nullptr;  // what rows see in the place of their anchors' paintings; null: these
  const SoundEmbedder* sound = nullptr;  // there where rows are told sound, of the diffuser's text_shape
  // A diffuser of higher precision and one slot, asked for with each frame whose picture was not finite; null
  // where there is none. From the thread that diffuses.
  std::function<Diffuser*(int64_t frame)> more_precise = nullptr;
  // Told of a frame whose batch is begun once more, since the device had no memory for it; what fails again
  // ends the run. From the thread that diffuses; null: the first failure does.
  std::function<void(int64_t frame)> again = nullptr;
  Interpolator* interpolator = nullptr;  // there where the plan interpolates by a network
  Upscaler* upscaler = nullptr;          // there where the plan enlarges by a network
  // What is there is not made again, and what is made is kept; null: neither.
  KeptPictures* kept = nullptr;
  // Told of each picture that is about to be diffused, from the thread that diffuses; null: nobody asks.
  std::function<void(int64_t frame, const Canvas& init)> inits = nullptr;
  bool shows = true;        // false: pictures are kept, and reach the sink as they are made
  bool statistics = false;  // fill RunResult::pictures
  // After each frame handed over, from the sink's thread.
  std::function<void(int64_t done, int64_t frame)> progress = nullptr;
  // Filled while it goes on; null: nobody asks. `work` says how much a row's picture takes beside others;
  // null: all take as much.
  Pace* pace = nullptr;
  std::function<double(const Recipe&)> work = nullptr;
  // After each batch, when its pictures are kept and handed on, from the calling thread.
  std::function<void()> made = nullptr;
};

struct RunResult {
  bool complete = false;                        // false: stopped
  int64_t frames = 0;                           // handed over
  std::unique_ptr<PictureStatistics> pictures;  // when asked for; too large for small stacks
  StageSeconds seconds;
};

// Both throw FrameError naming the frame whose stage failed. A picture with NaN is never handed over. Serial:
// all on the calling thread, one batch after another. Threaded: so many paint beside it, one more hands over.
RunResult run_serial(const Run& run);
RunResult run_threaded(const Run& run, int threads);

// Of a plan all of whose rows' pictures are kept: hands over what is shown. Makes nothing, and hears nothing.
RunResult show_kept(const Run& run);

}  // namespace spectradiff
