// What a picture looks like in a few numbers that can be kept for every frame.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "spectradiff/image/light.h"

namespace spectradiff {

struct PictureLook {
  static constexpr int kBlocks = 12;  // along either axis
  static constexpr int kPart = 8;     // bins of one histogram
  static constexpr int kHistogram = 4 * kPart;

  Lab mean;  // CIE 1976 L*a*b*
  // [kBlocks][kBlocks], L* of each block's mean light, 0..65535 for 0..100
  std::array<uint16_t, size_t{kBlocks} * kBlocks> lightness{};
  // Four histograms over the light's cells behind one another, each of sum 1 or, without gradients, the last
  // of sum 0; in units of 1/65535. L* from 0 to 100, a* and b* from -80 to 80 (what lies outside is in the
  // outermost bins), and the directions of L*'s gradient from 0 to 180 degrees, weighted by its size.
  std::array<uint16_t, kHistogram> histogram{};
};

// Half the sum of absolute differences, mean over the four histograms: 0 equal, 1 nothing in common. Of mean
// histograms, [kHistogram] in any unit that is the same for both and in which a histogram's sum is `whole`.
double histogram_distance(const std::vector<double>& one, const std::vector<double>& other, double whole);

// Fed with every frame's light in order.
class LookMeter {
 public:
  LookMeter();

  PictureLook look(const LightGrid& light);
  // Of the latest picture from the one before it: the mean over cells of CIE 1976 Delta E, in hundredths of
  // it: 1 is from black to white. 0 for the first one.
  double change() const { return change_; }

 private:
  std::vector<Lab> cells_, before_;  // [LightGrid::kCount]; the latter empty for the first picture
  double change_ = 0;
};

}  // namespace spectradiff
