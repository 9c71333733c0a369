// What a run has begun on disk, so that another thread can bring it to an end.
#pragma once

#include <filesystem>
#include <mutex>

namespace spectradiff {

class FrameStore;

// Any thread. A run tells it what it holds; abandon() is for whoever cannot wait for the run, which may be
// inside a call to a device for long.
class OpenWork {
 public:
  // `output` is a video, or the folder of frames.
  void begin(FrameStore* store, const std::filesystem::path& output);
  void complete();  // all pictures are made: it is too late to abandon it
  void end();       // the run is over

  // What is finished is on disk, the claim is given back, and no half file is left. The process must end now:
  // whatever the run does with its work from here on waits forever. False, and nothing done, where it is too
  // late.
  bool abandon();

 private:
  std::mutex mutex_;
  enum class State { none, open, complete } state_ = State::none;
  FrameStore* store_ = nullptr;
  std::filesystem::path output_;
};

}  // namespace spectradiff
