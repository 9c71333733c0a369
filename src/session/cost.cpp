#include "cost.h"

#include <fmt/format.h>
#include <sys/statvfs.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <memory>

#include "anchors.h"
#include "kept_frames.h"
#include "sampling.h"
#include "spectradiff/base/bytes_text.h"
#include "spectradiff/base/text.h"
#include "spectradiff/config/frame_keys.h"
#include "spectradiff/render/shard.h"
#include "spectradiff/store/store_reader.h"

namespace spectradiff {
namespace {

// What coding and decoding takes beside the steps of a picture, in steps.
constexpr double kAround = 3;
// What a picture takes that the camera alone makes.
constexpr double kMoved = 0.05;

constexpr uint64_t kChannels = 3;
constexpr uint64_t kAround1Picture = 4096;  // of the store's pages, and of PNG

uint64_t raw_bytes(const Size& size) {
  return kChannels * static_cast<uint64_t>(size.width) * static_cast<uint64_t>(size.height);
}

size_t slots_of(const Plan& plan) {
  return plan.constants.diffusion ? static_cast<size_t>(plan.constants.diffusion->slots) : 1;
}

// What a pace belongs to.
std::string kind_of_work(const Plan& plan) {
  const auto& [width, height] = plan.constants.paint.size;
  const auto& diffusion = plan.constants.diffusion;
  if (!diffusion) return fmt::format("{}x{} painted", width, height);
  return fmt::format("{}x{} {} {} {} {} {}", width, height, diffusion->model_sha256, diffusion->device_class,
                     diffusion->dtype, diffusion->guided, diffusion->slots);
}

std::optional<double> seconds_per_work(const Plan& plan, const std::string& history) {
  if (history.empty()) return std::nullopt;
  try {
    const Json note = parse_json(history, "");
    const double work = note.value("work", 0.0);
    if (note.value("of", std::string()) == kind_of_work(plan) && work > 0)
      return note.value("seconds", 0.0) / work;
  } catch (const std::exception&) {
    // Somebody else's: it says nothing.
  }
  return std::nullopt;
}

// Of the nearest folder that there is; absent where the system does not say.
std::optional<uint64_t> free_bytes(std::filesystem::path folder) {
  std::error_code failed;
  folder = std::filesystem::absolute(folder, failed);
  while (!std::filesystem::exists(folder, failed) && folder.has_relative_path())
    folder = folder.parent_path();
  struct statvfs disk{};
  if (statvfs(folder.c_str(), &disk) != 0 || disk.f_blocks == 0) return std::nullopt;
  return uint64_t{disk.f_bavail} * disk.f_frsize;
}

// Of so many pictures of one size, where `measured` have so many bytes together.
ByteRange range_of(uint64_t pictures, uint64_t raw, uint64_t least_part, uint64_t measured_pictures,
                   uint64_t measured_bytes) {
  if (measured_pictures > 0) {
    const uint64_t all = pictures * (measured_bytes / measured_pictures + kAround1Picture / 4);
    return {all, all};
  }
  return {pictures * (raw / least_part), pictures * (raw + kAround1Picture)};
}

uint64_t sound_bytes(const SessionState& state) {
  const AudioInfo& info = state.input.song.info();
  return static_cast<uint64_t>(state.plan.sound_samples()) * static_cast<uint64_t>(info.channels) * kChannels;
}

std::string range_text(const ByteRange& bytes) {
  if (bytes.least == bytes.most) return bytes_text(bytes.most);
  return fmt::format("{} to {}", bytes_text(bytes.least), bytes_text(bytes.most));
}

bool has_disk(const SessionState& state) {
  return state.target.kind != OutputTarget::Kind::stream;
}

std::string room_text(const SessionState& state, const char* verb, uint64_t needed, uint64_t free) {
  return fmt::format("the disk of {} {} too small: {} ({} bytes) are needed and {} ({} bytes) are free",
                     state.target.text(), verb, bytes_text(needed), needed, bytes_text(free), free);
}

}  // namespace

std::function<double(const Recipe&)> row_work(const SessionState& state) {
  const Manifest* const model = state.settings.model();
  if (!state.settings.diffuses || model == nullptr) return nullptr;
  return [&state, model, known = std::map<double, double>()](const Recipe& row) mutable {
    if (!is_diffused(row)) return kMoved;
    const auto [found, is_new] = known.try_emplace(row.numbers.strength, 0);
    if (is_new) found->second = kAround + steps_at(found->first, state.settings.job, *model);
    return found->second;
  };
}

std::string note_of_pace(const Plan& plan, const Pace::Spent& spent) {
  return json_text({{"of", kind_of_work(plan)}, {"work", spent.work}, {"seconds", spent.seconds}});
}

Cost cost_of(const SessionState& state, const Plan& plan, const KnownPictures& known, uint64_t output_bytes,
             int64_t output_frames) {
  Cost cost;
  cost.anchors = bytes_of_anchors(state, plan);
  uint64_t kept = 0, kept_bytes = 0;
  for (const Recipe& row : plan.rows) {
    const bool is_there = known.has && known.has(row.frame);
    ++(is_there ? cost.there : cost.to_make);
    const int64_t bytes = known.bytes ? known.bytes(row.frame) : 0;
    kept += bytes > 0 ? 1 : 0;
    kept_bytes += static_cast<uint64_t>(bytes);
  }
  if (cost.to_make == 0) {
    cost.seconds = 0;
  } else if (const auto pace = seconds_per_work(plan, known.history)) {
    cost.seconds = *pace * work_left(plan, slots_of(plan), known.has, row_work(state));
  }
  if (!has_disk(state)) return cost;

  const auto rows = static_cast<uint64_t>(plan.rows.size());
  const bool is_video = state.target.kind == OutputTarget::Kind::video;
  const uint64_t raw = raw_bytes(plan.constants.paint.size);
  const uint64_t shown_raw = raw_bytes(plan.constants.video.size);
  const uint64_t least_part = state.settings.diffuses ? 4 : 50;
  if (keeps_pictures(state) && kept < rows)
    cost.frames = range_of(rows - std::max<uint64_t>(kept, static_cast<uint64_t>(cost.there)), raw,
                           least_part, kept, kept_bytes);
  if (!state.settings.run.shard) {
    const auto shown = static_cast<uint64_t>(static_cast<int64_t>(plan.shown.size()) - output_frames);
    cost.output = output_frames > 0
                      ? range_of(shown, shown_raw, 1, static_cast<uint64_t>(output_frames), output_bytes)
                      : range_of(shown, shown_raw, is_video ? 1000 : least_part, 0, 0);
    if (is_video && output_frames == 0) cost.output.most += sound_bytes(state);
  }
  cost.free = free_bytes(is_video ? std::filesystem::absolute(state.target.path).parent_path()
                                  : output_of(state.target));
  return cost;
}

Cost cost_beforehand(const SessionState& state) {
  const auto& shard = state.settings.run.shard;
  const Plan plan = shard ? shard_of(state.plan, *shard) : state.plan;
  KnownPictures known;
  if (state.settings.run.resume && keeps_pictures(state) && has_disk(state)) {
    if (const auto file = store_file(state); read_about(file, kAboutPace)) {
      const auto store = std::make_shared<StoreReader>(file);
      const auto keys = std::make_shared<std::map<int64_t, std::string>>();
      const std::vector<FrameKey> in_order = frame_keys(plan);
      for (size_t i = 0; i < in_order.size(); ++i) (*keys)[plan.rows[i].frame] = in_order[i];
      known = {[=](int64_t frame) { return store->holds(keys->at(frame)); },
               [=](int64_t frame) { return store->bytes(keys->at(frame)); }, store->about(kAboutPace)};
    }
  }
  return cost_of(state, plan, known);
}

std::string cost_text(const SessionState& state, const Cost& cost) {
  std::string text = "to make: " + counted(cost.to_make, "picture");
  if (cost.there > 0) text += fmt::format(", {} are there", cost.there);
  if (cost.to_make > 0) {
    text +=
        "; time: " + (cost.seconds ? "about " + clock_text(std::llround(*cost.seconds), *cost.seconds >= 3600)
                                   : "unknown before the first");
  }
  if (cost.anchors > 0) text += "; memory: " + bytes_text(cost.anchors) + " for anchors";
  if (!cost.free) return text;
  text += "; disk: ";
  if (cost.frames.most > 0)
    text += range_text(cost.frames) + " for " + store_file(state).filename().string() + ", ";
  if (cost.output.most > 0) text += range_text(cost.output) + " for " + state.target.text() + ", ";
  return text + bytes_text(*cost.free) + " are free";
}

Json cost_to_json(const Cost& cost) {
  const auto range = [](const ByteRange& bytes) {
    return Json{{"least", bytes.least}, {"most", bytes.most}};
  };
  return {{"to_make", cost.to_make},
          {"there", cost.there},
          {"seconds", cost.seconds ? Json(*cost.seconds) : Json()},
          {"store_bytes", range(cost.frames)},
          {"output_bytes", range(cost.output)},
          {"anchor_bytes", cost.anchors},
          {"free_bytes", cost.free ? Json(*cost.free) : Json()}};
}

std::string missing_room(const SessionState& state, const Cost& cost) {
  const uint64_t needed = cost.frames.least + cost.output.least;
  if (!cost.free || needed <= *cost.free) return "";
  return room_text(state, "is", needed, *cost.free) +
         "; make room, name another disk with -o, or go on all the same with --force";
}

std::string doubtful_room(const SessionState& state, const Cost& cost) {
  const uint64_t needed = cost.frames.most + cost.output.most;
  if (!cost.free || needed <= *cost.free || !missing_room(state, cost).empty()) return "";
  return room_text(state, "may be", needed, *cost.free) + "; what is finished when it is full is kept";
}

std::string what_needs_less(const SessionState& state, const std::string& kept) {
  const auto& diffusion = state.plan.constants.diffusion;
  if (!diffusion) return "";
  const int slots = diffusion->slots;
  if (!kept.empty())
    return fmt::format("{}; the same command goes on, when other programs have left the memory{}", kept,
                       slots > 1 ? "; --batch-size 1 needs less, and begins anew" : "");
  if (slots > 1)
    return fmt::format("; --batch-size {} needs less{}", slots / 2,
                       state.settings.run.shard ? ", and all shards need the same" : "");
  return "; a smaller --size needs less, and so does --dtype float16 where the device has it";
}

}  // namespace spectradiff
