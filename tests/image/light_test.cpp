#include "spectradiff/image/light.h"

#include <gtest/gtest.h>

#include <fstream>

namespace spectradiff {
namespace {

TEST(Light, OfWhiteAndBlackIsAllAndNone) {
  LightGrid grid;
  measure_light(Canvas({100, 50}, {255, 255, 255}), grid);
  EXPECT_EQ(grid.luminance(0), LightGrid::kOne);
  EXPECT_EQ(grid.luminance(LightGrid::kCount - 1), LightGrid::kOne);
  measure_light(Canvas({100, 50}, {0, 0, 0}), grid);
  EXPECT_EQ(grid.luminance(LightGrid::kCount / 2), 0);
}

TEST(Light, OfThePrimariesHasTheirWeights) {
  LightGrid grid;
  measure_light(Canvas({72, 72}, {255, 0, 0}), grid);
  EXPECT_NEAR(grid.luminance(7) / 65535.0, 0.2126, 2e-5);
  measure_light(Canvas({72, 72}, {0, 255, 0}), grid);
  EXPECT_NEAR(grid.luminance(7) / 65535.0, 0.7152, 2e-5);
  measure_light(Canvas({72, 72}, {0, 0, 255}), grid);
  EXPECT_NEAR(grid.luminance(7) / 65535.0, 0.0722, 2e-5);
}

TEST(Light, OfACellIsTheMeanOfItsPixelsLightNotOfTheirValues) {
  Canvas canvas({144, 72}, {0, 0, 0});
  for (int i = 0; i < 3; ++i) canvas.row(0)[i] = 255;  // one of the first cell's two pixels
  LightGrid grid;
  measure_light(canvas, grid);
  EXPECT_NEAR(grid.green[0], LightGrid::kOne / 2.0, 1);
  EXPECT_EQ(grid.green[1], 0);
}

TEST(Light, OfAPictureSmallerThanTheGridRepeatsItsPixels) {
  Canvas canvas({2, 1}, {0, 0, 0});
  for (int i = 3; i < 6; ++i) canvas.row(0)[i] = 255;
  LightGrid grid;
  measure_light(canvas, grid);
  EXPECT_EQ(grid.red[35], 0);
  EXPECT_EQ(grid.red[36], LightGrid::kOne);
  EXPECT_EQ(grid.red[LightGrid::kCount - 1], LightGrid::kOne);
}

TEST(Cielab, IsThatOfScikitImage) {
  std::ifstream file(SPECTRADIFF_TEST_DATA "/cielab.txt");
  int count = 0;
  int r = 0, g = 0, b = 0;
  Lab wanted;
  while (file >> r >> g >> b >> wanted.l >> wanted.a >> wanted.b) {
    LightGrid grid;
    measure_light(Canvas({3, 3}, {static_cast<uint8_t>(r), static_cast<uint8_t>(g), static_cast<uint8_t>(b)}),
                  grid);
    // Its matrix is rounded to six digits, our light to 16 bits.
    EXPECT_LT(delta_e(cell_cielab(grid, LightGrid::kCount / 2), wanted), 0.03) << r << " " << g << " " << b;
    ++count;
  }
  EXPECT_EQ(count, 68);
}

TEST(Cielab, DeltaEIsTheEuclideanDistance) {
  EXPECT_DOUBLE_EQ(delta_e({50, 1, 2}, {53, 5, 2}), 5);
}

}  // namespace
}  // namespace spectradiff
