// Harmonic and percussive energy (Fitzgerald, "Harmonic/percussive separation using median filtering", 2010).
#pragma once

#include <cstdint>
#include <functional>
#include <vector>

namespace spectradiff {

// As librosa.decompose.hpss(kernel_size=31, power=2, margin=1) splits a spectrogram: of each bin the share
// H² / (H² + P²), H being the median over 31 hops and P that over 31 bins, mirrored at the edges. Powers are
// filtered in the place of magnitudes, whose medians' squares they are. Memory is that of some 50 hops.
class HarmonicPercussive {
 public:
  // `percussive` is shown |X · share|² of every hop's percussive part, [bins], in their order.
  using Sink = std::function<void(const float* power)>;
  explicit HarmonicPercussive(int bins, Sink percussive = nullptr);
  void add(const float* power);  // [bins], |X|² of one hop
  void finish();
  // [hops], sum over bins of |X · share|².
  const std::vector<float>& harmonic() const { return harmonic_; }
  const std::vector<float>& percussive() const { return percussive_; }

 private:
  static constexpr int kLanes = 8;
  static constexpr int kKernel = 31;
  static constexpr int64_t kHalf = kKernel / 2;
  static constexpr int64_t kRing = 64;  // kKernel and kLanes hops at least
  // Windows over kLanes neighbouring sequences: each lane's values, sorted.
  struct alignas(32) Sorted {
    float values[kKernel][kLanes];
    void clear();
  };
  // Takes an old value out of every lane and puts a new one in; groups of lanes lie one behind the other.
  static void replace(Sorted* sorted, const float* old_values, const float* new_values, int64_t groups);
  static void replace_wide(Sorted* sorted, const float* old_values, const float* new_values, int64_t groups);

  float* power_of(int64_t hop) { return power_.data() + hop % kRing * stride_; }
  float* percussive_of(int64_t hop) { return across_bins_.data() + hop % kRing * stride_; }
  void filter_across_bins();
  void separate_until(int64_t end);
  void move_window(int64_t old_hop, int64_t new_hop);
  void separate(int64_t hop);

  const int64_t bins_;
  const int64_t stride_;             // bins, rounded up to kLanes
  std::vector<float> power_;         // [kRing][stride], by hop
  std::vector<float> across_bins_;   // [kRing][stride], medians over bins
  std::vector<float> columns_;       // [bins][kLanes], the hops that are filtered over bins
  std::vector<float> nothing_;       // [stride], places not filled yet
  std::vector<Sorted> across_hops_;  // [stride / kLanes], medians over hops
  std::vector<float> shown_;         // [stride], of the sink
  Sink sink_;
  int64_t hops_ = 0;      // added
  int64_t filtered_ = 0;  // in across_bins_
  int64_t separated_ = 0;
  std::vector<float> harmonic_;
  std::vector<float> percussive_;
};

}  // namespace spectradiff
