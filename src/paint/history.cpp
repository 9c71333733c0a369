#include "history.h"

#include <algorithm>
#include <cmath>

#include "spectradiff/image/clones.h"

namespace spectradiff {

namespace {

constexpr float kOne = 255 * 128;

void look_up(const uint16_t* frames, const int* places, uint16_t* __restrict firsts,
             uint16_t* __restrict seconds, size_t count) {
  for (size_t i = 0; i < count; ++i) {
    firsts[i] = frames[places[i]];
    seconds[i] = frames[places[i] + 1];
  }
}

SPECTRADIFF_CLONES
void mix(const uint16_t* __restrict firsts, const uint16_t* __restrict first_shares,
         const uint16_t* __restrict seconds, const uint16_t* __restrict second_shares,
         uint16_t* __restrict strengths, size_t count) {
  for (size_t i = 0; i < count; ++i)
    strengths[i] = static_cast<uint16_t>((firsts[i] * first_shares[i] + seconds[i] * second_shares[i]) >> 8);
}

}  // namespace

History::History(const Levels& levels, double gamma, int64_t begin, int64_t end, int heights)
    : begin_(begin),
      frames_(static_cast<int>(end - begin + 1)),
      heights_(heights),
      strengths_(static_cast<size_t>(frames_) * heights) {
  const int bins = levels.bins();
  const auto frames = static_cast<size_t>(frames_);
  std::vector<float> by_bin(frames * static_cast<size_t>(bins));  // [bins][frames]
  for (size_t i = 0; i < frames; ++i) {
    const std::vector<float> strengths = levels.strengths(begin + static_cast<int64_t>(i), gamma);
    for (size_t bin = 0; bin < strengths.size(); ++bin) by_bin[bin * frames + i] = strengths[bin] * kOne;
  }
  for (int height = 0; height < heights; ++height) {
    const float place = std::clamp(
        (static_cast<float>(height) + 0.5f) * static_cast<float>(bins) / static_cast<float>(heights) - 0.5f,
        0.0f, static_cast<float>(bins - 1));
    const int lower = static_cast<int>(place), upper = std::min(lower + 1, bins - 1);
    const float share = place - static_cast<float>(lower);
    const float* below = by_bin.data() + static_cast<size_t>(lower) * frames;
    const float* above = by_bin.data() + static_cast<size_t>(upper) * frames;
    uint16_t* out = strengths_.data() + static_cast<size_t>(height) * frames;
    for (size_t i = 0; i < frames; ++i)
      out[i] = static_cast<uint16_t>(below[i] + (above[i] - below[i]) * share);
  }
}

History::Column History::column(double frame, double frames_wide) const {
  const double place = frame - static_cast<double>(begin_);
  Column result;
  if (frames_wide <= 1) {
    const double below = std::floor(place);
    result.first = static_cast<int>(below);
    result.count = 2;
    result.first_share = 256 - static_cast<int>(std::lround((place - below) * 256));
    if (result.first < 0 || result.first + 1 >= frames_) result.count = 0;
    return result;
  }
  const int first = std::max(static_cast<int>(std::ceil(place - frames_wide / 2)), 0);
  const int last = std::min(static_cast<int>(std::floor(place + frames_wide / 2)), frames_ - 1);
  result.first = first;
  result.count = last < first ? 0 : last - first + 1;
  result.first_share = result.count == 2 ? 128 : 0;
  return result;
}

// `frames` is the strengths of one height.
inline int History::mean(const uint16_t* frames, const Column& column) {
  const uint16_t* at = frames + column.first;
  if (column.count == 2) return (at[0] * column.first_share + at[1] * (256 - column.first_share)) >> 8;
  if (column.count == 0) return 0;
  int sum = 0;
  for (int i = 0; i < column.count; ++i) sum += at[i];
  return sum / column.count;
}

int History::at(int height, const Column& column) const {
  return mean(strengths_.data() + static_cast<size_t>(height) * frames_, column);
}

History::Row::Row(const History& history, const std::vector<double>& frames, double frames_wide)
    : history_(history), strengths_(frames.size()), between_(frames_wide <= 1) {
  for (const double frame : frames) columns_.push_back(history.column(frame, frames_wide));
  if (!between_) return;
  for (const Column& column : columns_) {
    const bool silent = column.count == 0;
    places_.push_back(silent ? 0 : column.first);
    first_shares_.push_back(static_cast<uint16_t>(silent ? 0 : column.first_share));
    second_shares_.push_back(static_cast<uint16_t>(silent ? 0 : 256 - column.first_share));
  }
  firsts_.resize(frames.size());
  seconds_.resize(frames.size());
}

const std::vector<uint16_t>& History::Row::strengths(int height) {
  const uint16_t* frames = history_.strengths_.data() + static_cast<size_t>(height) * history_.frames_;
  const size_t count = columns_.size();
  if (!between_) {
    for (size_t i = 0; i < count; ++i) strengths_[i] = static_cast<uint16_t>(mean(frames, columns_[i]));
    return strengths_;
  }
  look_up(frames, places_.data(), firsts_.data(), seconds_.data(), count);
  mix(firsts_.data(), first_shares_.data(), seconds_.data(), second_shares_.data(), strengths_.data(), count);
  return strengths_;
}

}  // namespace spectradiff
