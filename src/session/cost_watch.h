// A run's cost while it goes on: told before it begins, then held against what it really takes.
#pragma once

#include <atomic>
#include <cstdint>
#include <filesystem>
#include <string>

#include "cost.h"
#include "spectradiff/render/kept_pictures.h"
#include "spectradiff/store/frame_store.h"

namespace spectradiff {

// All outlive it. One thread, but showed(), pictures() and left_s().
class CostWatch {
 public:
  // `plan`: all of what is to be made, or the part of it that this run makes. Null where nothing is kept.
  CostWatch(const SessionState& state, const Plan& plan, FrameStore* store, const StoredPictures* stored)
      : state_(state), plan_(plan), store_(store), stored_(stored) {}

  // What there is to do. Error{output} where the disk cannot hold it, unless it is forced.
  void tell();

  int64_t there() const { return there_; }  // pictures, when it was told
  Pace& pace() { return pace_; }
  const Pace& pace() const { return pace_; }
  // The file that a video is written into, from now on.
  void writes(std::filesystem::path part) { part_ = std::move(part); }
  void showed(int64_t frames) { shown_ = frames; }  // so far
  // After each batch. Error{output} as tell(), once the first pictures are measured.
  void made();

 private:
  KnownPictures known() const;
  void hold_against_disk(const Cost& cost);
  void look_at_disk();

  const SessionState& state_;
  const Plan& plan_;
  FrameStore* const store_;
  const StoredPictures* const stored_;
  int64_t there_ = 0;
  Pace pace_;
  std::filesystem::path part_;     // empty: none
  std::atomic<int64_t> shown_{0};  // frames
  int64_t looked_at_disk_ = 0;     // when so many pictures were made
  int batches_ = 0;                // so far
  bool told_pace_ = false, warned_of_disk_ = false;
};

}  // namespace spectradiff
