// Pictures of a plan's rows that are there already, and where those that are made are kept.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "spectradiff/image/canvas.h"
#include "spectradiff/render/plan.h"
#include "spectradiff/store/frame_store.h"

namespace spectradiff {

// By the frames of rows. Any thread.
class KeptPictures {
 public:
  virtual ~KeptPictures() = default;
  virtual bool has(int64_t frame) const = 0;
  virtual Canvas picture(int64_t frame) const = 0;
  virtual void keep(int64_t frame, const Canvas& picture) = 0;
};

// Those of a store. What is there was looked at once, when it began: later it only grows.
class StoredPictures : public KeptPictures {
 public:
  // `keys`, [plan.rows], say which picture is a row's. The store outlives it.
  StoredPictures(FrameStore& store, const Plan& plan, const std::vector<std::string>& keys);

  int64_t count() const;               // of those that are there
  int64_t bytes(int64_t frame) const;  // as it is kept; 0: not, or not yet
  bool has(int64_t frame) const override;
  Canvas picture(int64_t frame) const override;
  void keep(int64_t frame, const Canvas& picture) override;

 private:
  struct Row {
    std::string key;
    bool is_there = false;
  };

  FrameStore& store_;
  std::map<int64_t, Row> rows_;  // by frame
};

}  // namespace spectradiff
