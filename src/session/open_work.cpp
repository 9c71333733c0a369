#include "spectradiff/session/open_work.h"

#include "spectradiff/base/error.h"
#include "spectradiff/base/leftovers.h"
#include "spectradiff/store/frame_store.h"

namespace spectradiff {

void OpenWork::begin(FrameStore* store, const std::filesystem::path& output) {
  std::lock_guard lock(mutex_);
  state_ = State::open;
  store_ = store;
  output_ = output;
}

void OpenWork::complete() {
  std::lock_guard lock(mutex_);
  state_ = State::complete;
}

void OpenWork::end() {
  std::lock_guard lock(mutex_);
  state_ = State::none;
}

bool OpenWork::abandon() {
  std::unique_lock lock(mutex_);
  if (state_ == State::complete) return false;
  lock.release();  // for good
  if (state_ == State::none) return true;
  try {
    if (store_ != nullptr) store_->abandon();
  } catch (const Error&) {
    // What could not be written is made again.
  }
  remove_own_parts(output_);
  return true;
}

}  // namespace spectradiff
