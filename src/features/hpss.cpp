#include "hpss.h"

#include <algorithm>
#include <limits>
#include <numeric>
#include <utility>

#include "spectradiff/base/mirrored.h"

namespace spectradiff {
namespace {

// Stands for a place that is not filled yet.
constexpr float kNothing = std::numeric_limits<float>::max();

// One pass takes the old value out (everything from it on moves down) and merges the new one in.
template <int Kernel, int LaneCount>
[[gnu::always_inline]] inline void replace_in_lanes(float (*__restrict values)[LaneCount],
                                                    const float* __restrict old_values,
                                                    const float* __restrict new_values) {
  for (int lane = 0; lane < LaneCount; ++lane) {
    const float old_value = old_values[lane];
    const float new_value = new_values[lane];
    float below = -kNothing;
#pragma GCC unroll 32
    for (int i = 0; i < Kernel; ++i) {
      const float above = i + 1 < Kernel ? values[i + 1][lane] : kNothing;
      const float kept = values[i][lane] < old_value ? values[i][lane] : above;
      values[i][lane] = std::max(below, std::min(kept, new_value));
      below = kept;
    }
  }
}

}  // namespace

HarmonicPercussive::HarmonicPercussive(int bins, Sink percussive)
    : bins_(bins),
      stride_((bins_ + kLanes - 1) / kLanes * kLanes),
      power_(static_cast<size_t>(kRing * stride_)),
      across_bins_(power_.size()),
      nothing_(static_cast<size_t>(stride_), kNothing),
      across_hops_(static_cast<size_t>(stride_ / kLanes)),
      shown_(static_cast<size_t>(percussive ? stride_ : 0)),
      sink_(std::move(percussive)) {
  for (Sorted& sorted : across_hops_) sorted.clear();
}

void HarmonicPercussive::Sorted::clear() {
  for (auto& lanes : values) std::fill_n(lanes, kLanes, kNothing);
}

// The same comparisons in wider registers, where there are any.
#if defined(__x86_64__)
[[gnu::target("avx2")]] void HarmonicPercussive::replace_wide(Sorted* sorted, const float* old_values,
                                                              const float* new_values, int64_t groups) {
  for (int64_t group = 0; group < groups; ++group, old_values += kLanes, new_values += kLanes)
    replace_in_lanes<kKernel, kLanes>(sorted[group].values, old_values, new_values);
}
#endif

void HarmonicPercussive::replace(Sorted* sorted, const float* old_values, const float* new_values,
                                 int64_t groups) {
#if defined(__x86_64__)
  if (__builtin_cpu_supports("avx2")) return replace_wide(sorted, old_values, new_values, groups);
#endif
  for (int64_t group = 0; group < groups; ++group, old_values += kLanes, new_values += kLanes)
    replace_in_lanes<kKernel, kLanes>(sorted[group].values, old_values, new_values);
}

void HarmonicPercussive::add(const float* power) {
  std::copy(power, power + bins_, power_of(hops_));
  ++hops_;
  if (hops_ - filtered_ == kLanes) {
    filter_across_bins();
    separate_until(hops_ - kHalf - 1);  // moving on needs the hop behind the window
  }
}

void HarmonicPercussive::finish() {
  if (hops_ == 0) return;
  if (filtered_ < hops_) filter_across_bins();
  separate_until(hops_);
}

void HarmonicPercussive::filter_across_bins() {
  columns_.assign(static_cast<size_t>(bins_ * kLanes), 0.0f);
  const int64_t count = hops_ - filtered_;
  for (int64_t lane = 0; lane < count; ++lane) {
    const float* power = power_of(filtered_ + lane);
    for (int64_t bin = 0; bin < bins_; ++bin) columns_[static_cast<size_t>(bin * kLanes + lane)] = power[bin];
  }
  const auto column = [&](int64_t bin) {
    return columns_.data() + (bin >= 0 && bin < bins_ ? bin : mirrored(bin, bins_)) * kLanes;
  };
  Sorted sorted;
  sorted.clear();
  for (int64_t bin = -kHalf; bin <= kHalf; ++bin) replace(&sorted, nothing_.data(), column(bin), 1);
  for (int64_t bin = 0; bin < bins_; ++bin) {
    for (int64_t lane = 0; lane < count; ++lane)
      percussive_of(filtered_ + lane)[bin] = sorted.values[kHalf][lane];
    replace(&sorted, column(bin - kHalf), column(bin + kHalf + 1), 1);
  }
  filtered_ = hops_;
}

void HarmonicPercussive::separate_until(int64_t end) {
  if (separated_ == 0 && end > 0) {
    for (int64_t hop = -kHalf; hop <= kHalf; ++hop) move_window(-1, mirrored(hop, hops_));
  }
  for (; separated_ < end; ++separated_) {
    separate(separated_);
    if (separated_ + 1 < hops_)
      move_window(mirrored(separated_ - kHalf, hops_), mirrored(separated_ + kHalf + 1, hops_));
  }
}

// An old hop of -1 stands for a place that is not filled yet.
void HarmonicPercussive::move_window(int64_t old_hop, int64_t new_hop) {
  const float* old_values = old_hop < 0 ? nothing_.data() : power_of(old_hop);
  replace(across_hops_.data(), old_values, power_of(new_hop), static_cast<int64_t>(across_hops_.size()));
}

void HarmonicPercussive::separate(int64_t hop) {
  const float* power = power_of(hop);
  const float* across_bins = percussive_of(hop);
  float harmonic[kLanes] = {};
  float percussive[kLanes] = {};
  float* shown = sink_ ? shown_.data() : nullptr;
  for (const Sorted& sorted : across_hops_) {
    for (int lane = 0; lane < kLanes; ++lane) {
      const float total = sorted.values[kHalf][lane] + across_bins[lane];
      const float share = total > 0 ? sorted.values[kHalf][lane] / total : 0.5f;
      harmonic[lane] += power[lane] * share * share;
      percussive[lane] += power[lane] * (1 - share) * (1 - share);
      if (shown != nullptr) shown[lane] = power[lane] * (1 - share) * (1 - share);
    }
    if (shown != nullptr) shown += kLanes;
    power += kLanes;
    across_bins += kLanes;
  }
  harmonic_.push_back(std::accumulate(harmonic, harmonic + kLanes, 0.0f));
  percussive_.push_back(std::accumulate(percussive, percussive + kLanes, 0.0f));
  if (sink_) sink_(shown_.data());
}

}  // namespace spectradiff
