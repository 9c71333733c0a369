#include "spectradiff/diffusion/weighted_seed.h"

#include <gtest/gtest.h>

#include <cmath>

#include "expect_error.h"

namespace spectradiff {
namespace {

TEST(WeightedSeeds, TravelAlongTheArcFromOneSeedToTheNext) {
  EXPECT_EQ(travelling_noise(7, 0), (std::vector<WeightedSeed>{{7, 1}}));
  EXPECT_EQ(travelling_noise(7, 3), (std::vector<WeightedSeed>{{10, 1}}));
  const std::vector<WeightedSeed> half = travelling_noise(7, 2.5);
  ASSERT_EQ(half.size(), 2u);
  EXPECT_EQ(half[0].seed, 9u);
  EXPECT_EQ(half[1].seed, 10u);
  EXPECT_NEAR(half[0].weight, std::sqrt(0.5), 1e-15);
  EXPECT_NEAR(half[1].weight, std::sqrt(0.5), 1e-15);
  for (const double travel : {0.001, 0.3, 999.99}) EXPECT_NO_THROW(check_noise(travelling_noise(1, travel)));
  for (const double travel : {-0.1, 1e7, std::nan("")})
    EXPECT_ERROR(travelling_noise(7, travel), ErrorKind::usage, "outside 0 to 1000000");
}

TEST(WeightedSeeds, ThatAreNotAsStrongAsOneAreRefused) {
  const auto says = [](std::vector<WeightedSeed> noise, const char* text) {
    EXPECT_ERROR(check_noise(noise), ErrorKind::usage, text);
  };
  says({}, "sum to 0");
  says({{1, 0.5}, {2, 0.5}}, "sum to 0.5");
  says({{1, 0.6}, {1, 0.8}}, "the seed 1 comes twice");
  says({{1, INFINITY}}, "the weight inf of the seed 1");
  EXPECT_NO_THROW(check_noise(std::vector<WeightedSeed>{{1, 0.6}, {2, -0.8}}));
}

TEST(NoiseTurns, FadeOverTheMiddleAndShareThePictureWithTheRegionAcross) {
  const std::vector<NoiseTurn> bottom = {{PictureRegion::bottom, 2}};
  const std::vector<float> field = turn_field(bottom, 8, 4);
  ASSERT_EQ(field.size(), 32u);
  for (int column = 0; column < 4; ++column) {
    EXPECT_EQ(field[static_cast<size_t>(column)], 0) << "above";
    EXPECT_EQ(field[static_cast<size_t>(7 * 4 + column)], 2) << "below";
    EXPECT_NEAR(field[static_cast<size_t>(3 * 4 + column)] + field[static_cast<size_t>(4 * 4 + column)], 2,
                1e-6);
  }
  for (const auto& [one, other] :
       {std::pair{PictureRegion::top, PictureRegion::bottom}, {PictureRegion::left, PictureRegion::right}}) {
    const std::vector<NoiseTurn> both = {{one, 1.5}, {other, 1.5}};
    for (const float angle : turn_field(both, 5, 7)) EXPECT_NEAR(angle, 1.5, 1e-6);
  }
  const std::vector<NoiseTurn> middle = {{PictureRegion::middle, 1}};
  const std::vector<float> round = turn_field(middle, 9, 9);
  EXPECT_EQ(round[4 * 9 + 4], 1);
  EXPECT_EQ(round[0], 0);
}

TEST(RegionShares, SumToOneWhereverRegionsLieOverOneAnother) {
  const std::vector<RegionAmount> regions = {
      {PictureRegion::bottom, 1}, {PictureRegion::left, 0.5}, {PictureRegion::middle, 1}};
  const auto shares = region_shares(regions, 6, 8);
  ASSERT_EQ(shares.size(), 4u);
  for (size_t place = 0; place < 48; ++place) {
    float sum = 0;
    for (const std::vector<float>& part : shares) {
      EXPECT_GE(part[place], 0);
      sum += part[place];
    }
    EXPECT_NEAR(sum, 1, 1e-6);
  }
  EXPECT_EQ(shares[0][7], 1) << "nothing reaches the upper right corner";
  EXPECT_EQ(shares[2][0], 0.5F) << "half of the left";
  EXPECT_NEAR(shares[1][40], 2.0 / 3, 1e-6) << "1 of 1 and a half at the lower left corner";
}

TEST(NoiseTurns, GoTowardsANoiseThatNoWalkComesBy) {
  for (uint64_t seed = 0; seed < 100; ++seed) EXPECT_GT(turned_seed(seed), 1000u);
}

}  // namespace
}  // namespace spectradiff
