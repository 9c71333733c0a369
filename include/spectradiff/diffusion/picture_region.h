// Parts of a picture that are noised or told in their own way, and fade into the rest.
#pragma once

#include <span>
#include <string>
#include <vector>

namespace spectradiff {

// Top and bottom share the picture, so do left and right; between them each fades over its middle half.
enum class PictureRegion { top, bottom, left, right, middle };
const std::vector<std::string>& picture_region_names();  // by their values

// 0..1: how much of it lies at a place, x and y from 0 (left, top) to 1.
double region_mask(PictureRegion region, double x, double y);

struct RegionAmount {
  PictureRegion region = PictureRegion::bottom;
  double amount = 1;  // 0..1
};

// [1 + regions][height · width]: what the rest of the picture has of each place, and then each region:
// its amount times its mask. Where regions together would have more than all, each has its part of it. Sum to
// 1 everywhere.
std::vector<std::vector<float>> region_shares(std::span<const RegionAmount> regions, int height, int width);

}  // namespace spectradiff
