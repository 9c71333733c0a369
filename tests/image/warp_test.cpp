#include "spectradiff/image/warp.h"

#include <gtest/gtest.h>

#include <cmath>
#include <complex>
#include <fstream>
#include <sstream>
#include <string>

namespace spectradiff {
namespace {

// Differs in every pixel, smooth enough to be read between pixels.
Canvas gradient(Size size) {
  Canvas canvas(size);
  for (int y = 0; y < size.height; ++y) {
    for (int x = 0; x < size.width; ++x) {
      uint8_t* pixel = canvas.row(y) + 3 * x;
      pixel[0] = static_cast<uint8_t>(4 * x);
      pixel[1] = static_cast<uint8_t>(5 * y);
      pixel[2] = static_cast<uint8_t>(x + y);
    }
  }
  return canvas;
}

TEST(MovedByCamera, AStepThatMovesNothingGivesTheSameBytes) {
  const Canvas picture = gradient({31, 17});
  EXPECT_EQ(moved_by_camera(picture, {}).bytes(), picture.bytes());
  EXPECT_EQ(moved_by_camera(picture, {1, 360, 0, 0}).bytes(), picture.bytes());
}

TEST(MovedByCamera, APanMovesThePictureAndReflectsItAtTheBorder) {
  const Canvas picture = gradient({32, 16});
  const Canvas moved = moved_by_camera(picture, {1, 0, 0.25, 0.125});  // 8 to the right, 2 down
  for (int x = 8; x < 32; ++x) EXPECT_EQ(moved.row(5)[3 * x], picture.row(3)[3 * (x - 8)]) << x;
  EXPECT_EQ(moved.row(5)[3 * 7], picture.row(3)[3 * 1]);
  EXPECT_EQ(moved.row(1)[3 * 20 + 1], picture.row(1)[3 * 12 + 1]);
}

TEST(MovedByCamera, AQuarterTurnClockwiseBringsTheTopToTheRight) {
  const Canvas picture = gradient({21, 21});
  const Canvas moved = moved_by_camera(picture, {1, 90, 0, 0});
  for (int i = 0; i < 21; ++i) {
    EXPECT_EQ(moved.row(i)[3 * 20], picture.row(0)[3 * i]) << i;
    EXPECT_EQ(moved.row(0)[3 * i + 1], picture.row(20 - i)[1]) << i;
  }
}

TEST(MovedByCamera, ZoomingInKeepsTheCentreAndHalvesTheSlope) {
  const Canvas picture = gradient({33, 33});
  const Canvas moved = moved_by_camera(picture, {2, 0, 0, 0});
  EXPECT_EQ(moved.row(16)[3 * 16], picture.row(16)[3 * 16]);
  EXPECT_EQ(moved.row(16)[3 * 26], picture.row(16)[3 * 21]);
  EXPECT_EQ(moved.row(16)[3 * 27], picture.row(16)[3 * 21] + 2);  // half-way to the next pixel, 4 brighter
}

// As tests/oracles/record_camera.py makes it.
Canvas recorded_picture(Size size) {
  Canvas canvas(size);
  for (int y = 0; y < size.height; ++y) {
    for (int x = 0; x < size.width; ++x)
      canvas.row(y)[3 * x] = static_cast<uint8_t>(10 + (x * x + 2 * x * y) / 8 + 5 * y);
  }
  return canvas;
}

TEST(MovedByCamera, GoesWhereOpenCvGoes) {
  std::ifstream file(SPECTRADIFF_TEST_DATA "/camera.txt");
  int cases = 0;
  for (std::string line; std::getline(file, line); ++cases) {
    std::istringstream numbers(line);
    double width = 0, height = 0;
    CameraStep step;
    numbers >> width >> height >> step.zoom >> step.turn_degrees >> step.pan_x >> step.pan_y >>
        step.centre_x >> step.centre_y;
    const Size size{static_cast<int>(width), static_cast<int>(height)};
    const auto before = place_before(step, size);
    for (const double found : before) {
      double expected = 0;
      numbers >> expected;
      EXPECT_NEAR(found, expected, 1e-6) << line.substr(0, 60);
    }
    const Canvas moved = moved_by_camera(recorded_picture(size), step);
    int inside = 0;
    for (int y = 0; y < size.height; ++y) {
      for (int x = 0; x < size.width; ++x) {
        int expected = -1;
        numbers >> expected;
        const double from_x = before[0] * x + before[1] * y + before[2];
        const double from_y = before[3] * x + before[4] * y + before[5];
        if (from_x < 0 || from_y < 0 || from_x > size.width - 1 || from_y > size.height - 1) continue;
        EXPECT_NEAR(moved.row(y)[3 * x], expected, 1) << x << ", " << y << ": " << line.substr(0, 60);
        ++inside;
      }
    }
    EXPECT_GT(inside, size.width * size.height / 4);
  }
  EXPECT_EQ(cases, 6);
}

TEST(MovedByCamera, ShowsBeyondTheBorderWhatItIsTold) {
  const Canvas picture = gradient({32, 16});
  const auto left = [&](Border border) {
    return moved_by_camera(picture, {1, 0, 0.25, 0}, border).row(5)[3 * 6] / 4;  // 2 pixels beyond
  };
  EXPECT_EQ(left(Border::reflect), 2);
  EXPECT_EQ(left(Border::replicate), 0);
  EXPECT_EQ(left(Border::wrap), 30);
}

TEST(MovedByCamera, ZoomsAboutItsCentre) {
  const Canvas picture = gradient({32, 16});
  const Canvas moved = moved_by_camera(picture, {2, 0, 0, 0, 4.5 / 32, 8.5 / 16});  // pixel 4, 8
  EXPECT_EQ(moved.row(8)[3 * 4], picture.row(8)[3 * 4]);
  EXPECT_EQ(moved.row(8)[3 * 8], picture.row(8)[3 * 6]);
  EXPECT_EQ(moved.row(12)[3 * 4 + 1], picture.row(10)[3 * 4 + 1]);
}

TEST(MovedByCamera, APictureOfOnePixelStaysIt) {
  const Canvas picture({1, 1}, {9, 8, 7});
  EXPECT_EQ(moved_by_camera(picture, {3, 45, 0.5, 0.5}).bytes(), picture.bytes());
}

// Where a view sees what is at (x, y) of the first octave's tile, from the middle and in pixels.
std::complex<double> seen_at(const CameraView& view, std::complex<double> place, Size size, double octave) {
  const std::complex<double> middle(view.x * (size.width - 1), view.y * (size.height - 1));
  return (place * octave - middle) * std::polar(view.zoom, view.turn_degrees * std::acos(-1.0) / 180);
}

TEST(CameraView, CarriesAPointAsTheStepsDo) {
  const Size size{320, 200};
  const CameraStep step{1.015, 1.5, 0.004, -0.003, 0.4, 0.7};
  const std::complex<double> centre((step.centre_x - 0.5) * size.width, (step.centre_y - 0.5) * size.height);
  const auto stretch = std::polar(step.zoom, step.turn_degrees * std::acos(-1.0) / 180);
  std::complex<double> point(10, -5);
  CameraView view;
  double octave = 1;
  for (int frame = 0; frame < 100; ++frame) {
    point = stretch * (point - centre) + centre +
            std::complex<double>(step.pan_x * size.width, step.pan_y * size.height);
    const double before = view.zoom;
    view = moved_on(view, step, size, Border::reflect);
    if (view.zoom < before) octave *= 2;
    // Every second tile is the same one.
    const auto seen = seen_at(view, std::complex<double>(10, -5), size, octave);
    const auto way = (seen - point) / std::polar(view.zoom, view.turn_degrees * std::acos(-1.0) / 180);
    EXPECT_LT(std::abs(std::remainder(way.real(), 2.0 * (size.width - 1))), 0.5) << frame;
    EXPECT_LT(std::abs(std::remainder(way.imag(), 2.0 * (size.height - 1))), 0.5) << frame;
  }
  EXPECT_EQ(octave, 4);
}

TEST(CameraView, ZoomsWithoutEndAndWithoutAJumpBetweenOctaves) {
  const Size size{64, 48};
  const Canvas picture = gradient(size);
  CameraView view;
  for (int frame = 0; frame < 3000; ++frame) view = moved_on(view, {1.02, 0, 0.001, 0}, size, Border::wrap);
  EXPECT_GE(view.zoom, 1);
  EXPECT_LT(view.zoom, 2);
  EXPECT_LE(std::abs(view.x), 0.5);
  const Canvas before = seen_by_camera(picture, {1.999999, 10, 0.1, 0.2}, Border::reflect);
  const Canvas after = seen_by_camera(picture, {1, 10, 0.2, 0.4}, Border::reflect);
  for (size_t i = 0; i < before.bytes().size(); ++i) ASSERT_NEAR(before.bytes()[i], after.bytes()[i], 1) << i;
}

TEST(CameraView, ThatHasNotMovedSeesThePicture) {
  const Canvas picture = gradient({31, 17});
  EXPECT_EQ(seen_by_camera(picture, {}, Border::reflect).bytes(), picture.bytes());
  EXPECT_EQ(moved_on({}, {}, {31, 17}, Border::reflect), CameraView());
  const CameraView back = moved_on(moved_on({}, {0.5, 0, 0, 0}, {32, 32}, Border::reflect), {2, 0, 0, 0},
                                   {32, 32}, Border::reflect);
  EXPECT_EQ(back, CameraView());
}

}  // namespace
}  // namespace spectradiff
