// Stores of shards, read together.
#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "spectradiff/config/frame_keys.h"
#include "spectradiff/config/plan_file.h"
#include "spectradiff/render/kept_pictures.h"
#include "spectradiff/render/plan.h"
#include "spectradiff/store/frame_store.h"
#include "spectradiff/store/store_reader.h"

namespace spectradiff {

// Of a store whose shard is known: the whole render's plan, which part it is, and where the song lay.
void tell_shard(FrameStore& store, const Shard& shard, const std::string& plan, const std::string& song_file);

// The pictures of a plan in the stores of its shards. One thread.
class ShardPictures : public KeptPictures {
 public:
  // Error{output} as Assembly::open, of what the stores say of themselves.
  explicit ShardPictures(const std::vector<std::filesystem::path>& files);

  const PlanFile& plan() const { return plan_; }  // of all of them
  std::string song_file() const;                  // empty: it lay nowhere

  // Finds every row's picture. Error{output} where one is missing or there twice.
  void take(const Plan& plan);

  bool has(int64_t frame) const override { return places_.contains(frame); }
  Canvas picture(int64_t frame) const override;
  void keep(int64_t, const Canvas&) override {}  // nothing is made

 private:
  struct Place {
    size_t store = 0;
    FrameKey key;
  };

  void find(const Plan& plan, const std::vector<FrameKey>& keys);
  [[noreturn]] void refuse_missing(const Plan& plan) const;

  std::vector<StoreReader> stores_;
  PlanFile plan_;
  size_t first_ = 0;                 // of the stores: whose plan it is
  std::map<int64_t, Place> places_;  // by frame
};

}  // namespace spectradiff
