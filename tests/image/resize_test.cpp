#include "spectradiff/image/resize.h"

#include <gtest/gtest.h>

#include "spectradiff/base/error.h"

namespace spectradiff {
namespace {

Rgb pixel(const Canvas& canvas, int x, int y) {
  const uint8_t* p = canvas.row(y) + x * 3;
  return {p[0], p[1], p[2]};
}

// Left half red, right half blue, the outermost columns white.
Canvas red_and_blue(Size size) {
  Canvas canvas(size, {255, 0, 0});
  for (int y = 0; y < size.height; ++y) {
    for (int x = size.width / 2; x < size.width; ++x)
      canvas.row(y)[x * 3] = 0, canvas.row(y)[x * 3 + 2] = 255;
    for (int c = 0; c < 3; ++c) canvas.row(y)[c] = canvas.row(y)[(size.width - 1) * 3 + c] = 255;
  }
  return canvas;
}

TEST(ResizeLanczos, ToItsOwnSizeIsAClone) {
  const Canvas source = red_and_blue({9, 4});
  EXPECT_EQ(resize_lanczos(source, {9, 4}).bytes(), source.bytes());
}

TEST(ResizeLanczos, KeepsAFlatPicture) {
  const Canvas source({13, 7}, {10, 128, 255});
  EXPECT_EQ(resize_lanczos(source, {64, 3}).bytes(), Canvas({64, 3}, {10, 128, 255}).bytes());
}

TEST(ResizeLanczos, RefusesSizesWithoutArea) {
  EXPECT_THROW(resize_lanczos(Canvas({4, 4}), {0, 4}), Error);
  EXPECT_THROW(resize_lanczos(Canvas(), {4, 4}), Error);
}

TEST(FitToSize, CoverFillsTheSizeAndLosesTheSides) {
  const Canvas fitted = fit_to_size(red_and_blue({200, 100}), {50, 50}, Fit::cover);
  EXPECT_EQ(fitted.size(), (Size{50, 50}));
  EXPECT_EQ(pixel(fitted, 0, 0), (Rgb{255, 0, 0}));
  EXPECT_EQ(pixel(fitted, 49, 49), (Rgb{0, 0, 255}));
}

TEST(FitToSize, ContainKeepsTheWholePictureBetweenBlackBars) {
  const Canvas fitted = fit_to_size(Canvas({200, 100}, {9, 9, 9}), {50, 50}, Fit::contain);
  EXPECT_EQ(fitted.size(), (Size{50, 50}));
  for (int y = 0; y < 50; ++y) EXPECT_EQ(pixel(fitted, 25, y).r, y >= 12 && y < 37 ? 9 : 0) << y;
}

TEST(FitToSize, StretchIgnoresTheAspect) {
  const Canvas source = red_and_blue({200, 100});
  EXPECT_EQ(fit_to_size(source, {50, 50}, Fit::stretch).bytes(), resize_lanczos(source, {50, 50}).bytes());
}

TEST(FitToSize, OfTheSameAspectIsPlainResizing) {
  const Canvas source = red_and_blue({64, 32});
  for (const Fit fit : {Fit::cover, Fit::contain})
    EXPECT_EQ(fit_to_size(source, {128, 64}, fit).bytes(), resize_lanczos(source, {128, 64}).bytes());
}

TEST(FitToSize, SurvivesExtremeAspects) {
  for (const Fit fit : {Fit::cover, Fit::contain, Fit::stretch}) {
    EXPECT_EQ(fit_to_size(Canvas({4096, 1}, {7, 7, 7}), {3, 90}, fit).size(), (Size{3, 90}));
    EXPECT_EQ(fit_to_size(Canvas({1, 1}, {7, 7, 7}), {90, 3}, fit).size(), (Size{90, 3}));
  }
}

}  // namespace
}  // namespace spectradiff
