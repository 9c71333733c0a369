#include "cost_watch.h"

#include <fmt/format.h>

#include <cmath>
#include <optional>
#include <utility>

#include "kept_frames.h"
#include "spectradiff/base/duration_text.h"
#include "spectradiff/base/text.h"

namespace spectradiff {

void CostWatch::tell() {
  const Cost cost = cost_of(state_, plan_, known());
  there_ = cost.there;
  state_.observer.info(cost_text(state_, cost));
  state_.observer.event("cost", cost_to_json(cost));
  hold_against_disk(cost);
}

KnownPictures CostWatch::known() const {
  if (stored_ == nullptr) return {};
  return {[this](int64_t frame) { return stored_->has(frame); },
          [this](int64_t frame) { return stored_->bytes(frame); }, store_->about(kAboutPace)};
}

void CostWatch::hold_against_disk(const Cost& cost) {
  const std::string missing = missing_room(state_, cost);
  if (!missing.empty() && !state_.settings.run.force) throw_error(ErrorKind::output, "{}", missing);
  const std::string what = missing.empty() ? doubtful_room(state_, cost) : missing;
  if (!what.empty() && !std::exchange(warned_of_disk_, true)) state_.observer.warn(what);
}

void CostWatch::made() {
  const std::optional<double> left_s = pace_.left_s();
  state_.observer.advance(pace_.pictures(), left_s);
  ++batches_;
  // The first batch says much of a large model, and of a small one mostly how long it takes to get going.
  constexpr double kTelling = 10, kWorthSaying = 20;  // seconds
  constexpr int kTellingBatches = 4;
  const bool is_known = batches_ >= kTellingBatches || pace_.spent().seconds >= kTelling;
  if (is_known && !std::exchange(told_pace_, true) && left_s && *left_s > kWorthSaying) {
    state_.observer.info(fmt::format("the first {} took {}: about {} to go", pace_.pictures(),
                                     duration_text(pace_.spent().seconds),
                                     clock_text(std::llround(*left_s), *left_s >= 3600)));
  }
  if (stored_ != nullptr) store_->note(kAboutPace, note_of_pace(plan_, pace_.spent()));
  constexpr int64_t kBetween = 50;
  if (pace_.pictures() >= looked_at_disk_ + kBetween) look_at_disk();
}

// By the first ones that are on disk; then again, as others may fill it. Late in a run only a disk that is
// really full ends it: what it still holds is finished until then.
void CostWatch::look_at_disk() {
  const bool is_first = std::exchange(looked_at_disk_, pace_.pictures()) == 0;
  std::error_code failed;
  const uint64_t written = part_.empty() ? 0 : std::filesystem::file_size(part_, failed);
  const bool is_measured = !part_.empty() && !failed && written > 0;
  const Cost cost =
      cost_of(state_, plan_, known(), is_measured ? written : 0, is_measured ? shown_.load() : 0);
  if (is_first) {
    hold_against_disk(cost);
  } else if (const std::string missing = missing_room(state_, cost);
             !missing.empty() && !std::exchange(warned_of_disk_, true)) {
    state_.observer.warn(missing);
  }
}

}  // namespace spectradiff
