#include "shards.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <optional>
#include <set>
#include <system_error>

#include "finished_work.h"
#include "spectradiff/base/error.h"
#include "spectradiff/base/number.h"
#include "spectradiff/base/sha256.h"
#include "spectradiff/base/text.h"
#include "spectradiff/render/shard.h"

namespace spectradiff {
namespace {

namespace fs = std::filesystem;

constexpr const char* kAboutShard = "shard";
constexpr const char* kAboutPlan = "plan";
constexpr const char* kAboutPlanHash = "plan_sha256";
constexpr const char* kAboutSongFile = "song_file";

// "12-17, 30".
std::string ranges_text(const std::vector<int64_t>& frames) {
  constexpr size_t kMost = 12;
  std::vector<std::string> ranges;
  for (size_t i = 0; i < frames.size(); ++i) {
    const int64_t first = frames[i];
    while (i + 1 < frames.size() && frames[i + 1] == frames[i] + 1) ++i;
    ranges.push_back(frames[i] == first ? fmt::format("{}", first) : fmt::format("{}-{}", first, frames[i]));
  }
  const bool is_cut = ranges.size() > kMost;
  ranges.resize(std::min(kMost, ranges.size()));
  return join(ranges, ",") + (is_cut ? ",…" : "");
}

// "/7" of "2/7"; 0 of what is no shard.
int shards_in(const StoreReader& store) {
  const std::string shard = store.about(kAboutShard);
  const size_t slash = shard.find('/');
  if (slash == std::string::npos) return 0;
  const auto count = parse_integer(std::string_view(shard).substr(slash + 1));
  return count && *count >= 1 && *count <= kMostShards ? static_cast<int>(*count) : 0;
}

// What a video made of the plan would say in its tag, so that two plans are compared as two videos are.
Json tag_of(const PlanFile& plan) {
  Json tag = plan.request.is_object() ? plan.request : Json::object();
  tag["constants"] = plan.constants;
  return tag;
}

std::vector<StoreReader> open_all(const std::vector<fs::path>& files) {
  std::vector<StoreReader> stores;
  for (const fs::path& file : files) {
    std::error_code failed;
    for (const StoreReader& other : stores) {
      if (fs::equivalent(file, other.file(), failed))
        throw_error(ErrorKind::output, "{} is named twice; name every shard once", file.string());
    }
    if (!fs::exists(file, failed)) {
      throw_error(ErrorKind::output,
                  "{} is not there; the render's command with the --shard that its name says makes it",
                  file.string());
    }
    stores.emplace_back(file);
  }
  return stores;
}

}  // namespace

void tell_shard(FrameStore& store, const Shard& shard, const std::string& plan,
                const std::string& song_file) {
  store.set_about(kAboutShard, fmt::format("{}/{}", shard.index, shard.count));
  store.set_about(kAboutSongFile, song_file);
  store.set_about(kAboutPlan, plan);
  store.set_about(kAboutPlanHash, sha256_hex(plan));
  store.stay();
}

ShardPictures::ShardPictures(const std::vector<fs::path>& files) : stores_(open_all(files)) {
  std::optional<PlanFile> first;
  for (size_t i = 0; i < stores_.size(); ++i) {
    const std::string text = stores_[i].about(kAboutPlan);
    if (text.empty()) continue;
    const std::string name = stores_[i].file().string();
    if (sha256_hex(text) != stores_[i].about(kAboutPlanHash)) {
      throw_error(ErrorKind::output, "{} is damaged; the render's command mends it with --shard {}", name,
                  stores_[i].about(kAboutShard));
    }
    PlanFile plan = parse_plan(text, name);
    if (!first) {
      first = std::move(plan);
      first_ = i;
    } else if (plan.digest != first->digest) {
      std::vector<std::string> different = differences(tag_of(plan), tag_of(*first));
      if (different.empty()) different.emplace_back("what its frames are told");
      throw_error(
          ErrorKind::output,
          "{} is a shard of another render than {} (different: {}); leave one of them out, or make it "
          "again with the settings and on a machine of the kind of the other",
          name, first->name, join(different, ", "));
    }
  }
  if (!first) {
    if (stores_.front().is_damaged()) {
      throw_error(ErrorKind::output,
                  "{} is damaged, and nothing else here says what the whole render is; the render's command "
                  "mends it with the --shard that its name says",
                  stores_.front().file().string());
    }
    throw_error(ErrorKind::output,
                "{} is no shard: it was not made by `spectradiff render … --shard I/N`, and says nothing of "
                "the whole render",
                stores_.front().file().string());
  }
  plan_ = std::move(*first);
}

std::string ShardPictures::song_file() const {
  return stores_[first_].about(kAboutSongFile);
}

void ShardPictures::take(const Plan& plan) {
  find(plan, frame_keys(plan));
  if (places_.size() < plan.rows.size()) refuse_missing(plan);
}

void ShardPictures::find(const Plan& plan, const std::vector<FrameKey>& keys) {
  std::vector<int64_t> used(stores_.size());
  for (size_t row = 0; row < keys.size(); ++row) {
    const int64_t frame = plan.rows[row].frame;
    for (size_t i = 0; i < stores_.size(); ++i) {
      if (!stores_[i].holds(keys[row])) continue;
      ++used[i];
      const auto [place, is_new] = places_.try_emplace(frame, Place{i, keys[row]});
      if (is_new) continue;
      throw_error(ErrorKind::output, "frame {} is in {} and in {}; leave one of them out", frame,
                  stores_[place->second.store].file().string(), stores_[i].file().string());
    }
  }
  for (size_t i = 0; i < stores_.size(); ++i) {
    if (used[i] > 0 || stores_[i].pictures() == 0 || shards_in(stores_[i]) > 0) continue;
    throw_error(ErrorKind::output, "{} holds no frame of this render; leave it out",
                stores_[i].file().string());
  }
}

void ShardPictures::refuse_missing(const Plan& plan) const {
  const int count = shards_in(stores_[first_]);
  const std::vector<int> shards = shards_of_rows(plan, std::max(1, count));
  std::vector<int64_t> missing;
  std::set<int> makers;
  for (size_t row = 0; row < plan.rows.size(); ++row) {
    if (has(plan.rows[row].frame)) continue;
    missing.push_back(plan.rows[row].frame);
    makers.insert(shards[row]);
  }
  std::string states;
  for (const StoreReader& store : stores_) {
    if (store.is_damaged())
      states += fmt::format("; {} is damaged, and its own command mends it", store.file().string());
    if (const std::string holder = store.holder(); !holder.empty())
      states += fmt::format("; {} is still held by {}", store.file().string(), holder);
  }
  std::vector<std::string> commands;
  for (const int shard : makers) commands.push_back(fmt::format("--shard {}/{}", shard, count));
  throw_error(ErrorKind::output,
              "{} of {} frames are missing ({}){}: the render's command makes them with {}; or with --frames "
              "{} --keep-frames and another -o, whose store is then named here too",
              missing.size(), plan.rows.size(), ranges_text(missing), states, join(commands, ", "),
              ranges_text(missing));
}

Canvas ShardPictures::picture(int64_t frame) const {
  const Place& place = places_.at(frame);
  return stores_[place.store].picture(place.key);
}

}  // namespace spectradiff
