#include "spectradiff/image/warp.h"
#include "spectradiff/image/perspective.h"

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

Projection read_projection(std::istream& numbers) {
  Projection read{};
  for (double& value : read) numbers >> value;
  return read;
}

void expect_equal(const Projection& found, const Projection& expected, const std::string& what) {
  for (size_t i = 0; i < found.size(); ++i) EXPECT_NEAR(found[i], expected[i], 1e-6) << what << ", " << i;
}

TEST(ThroughSpace, GoesWhereOpenCvGoes) {
  std::ifstream file(SPECTRADIFF_TEST_DATA "/space.txt");
  int cases = 0;
  for (std::string line; std::getline(file, line); ++cases) {
    std::istringstream numbers(line);
    double width = 0, height = 0, depth = 0;
    CameraStep step;
    numbers >> width >> height >> depth >> step.zoom >> step.turn_degrees >> step.pan_x >> step.pan_y >>
        step.centre_x >> step.centre_y >> step.forward >> step.yaw_degrees >> step.pitch_degrees >>
        step.flip_x_degrees >> step.flip_y_degrees >> step.flip_z_degrees >> step.fov_degrees;
    const Size size{static_cast<int>(width), static_cast<int>(height)};
    expect_equal(look(step.yaw_degrees, step.pitch_degrees, step.fov_degrees, size), read_projection(numbers),
                 line.substr(0, 60));
    expect_equal(flip(step.flip_x_degrees, step.flip_y_degrees, step.flip_z_degrees, step.fov_degrees, size),
                 read_projection(numbers), line.substr(0, 60));
    const Projection whole = read_projection(numbers);
    expect_equal(way(step, size, depth), whole, line.substr(0, 60));
    const DepthMap everywhere(static_cast<size_t>(size.width) * static_cast<size_t>(size.height),
                              static_cast<uint8_t>(std::lround(255 * (2 - depth))));
    const Canvas moved = moved_by_camera(recorded_picture(size), step, Border::reflect, everywhere);
    int inside = 0;
    for (int y = 0; y < size.height; ++y) {
      for (int x = 0; x < size.width; ++x) {
        int expected = -1;
        numbers >> expected;
        if (x < 4 || y < 4 || x > size.width - 5 || y > size.height - 5) continue;
        EXPECT_NEAR(moved.row(y)[3 * x], expected, 1) << x << ", " << y << ": " << line.substr(0, 60);
        ++inside;
      }
    }
    EXPECT_GT(inside, 100);
  }
  EXPECT_EQ(cases, 6);
}

// A place of the picture's middle half, to where the step takes it.
std::complex<double> taken(const Projection& way, std::complex<double> place) {
  const double x = place.real(), y = place.imag(), w = way[6] * x + way[7] * y + way[8];
  return {(way[0] * x + way[1] * y + way[2]) / w, (way[3] * x + way[4] * y + way[5]) / w};
}

// Deforum's step by t of what is one unit away takes its picture from x (1 - d / k), x from the middle, with
// d = 1 / (1 - t / 200) - 1 and k the tangent of half its angle of view.
TEST(ThroughSpace, FlyingForwardIsDeforumsZoom) {
  const double k = std::tan(35 * std::acos(-1.0) / 180), d = 1 / (1 - 1.0 / 200) - 1;
  CameraStep step;
  step.forward = -std::log(1 - d / k);  // 0.72 % nearer
  const Size size{201, 101};
  const auto from = taken(way(step, size), {100 + 80 * (1 - d / k), 50});
  EXPECT_NEAR(from.real(), 180, 1e-5);
  EXPECT_NEAR(from.imag(), 50, 1e-5);
  const auto far = taken(way(step, size, 2), {180, 50});
  EXPECT_NEAR(far.real() - 100, 80 * std::exp(step.forward / 2), 1e-9);
}

TEST(ThroughSpace, LookingAndFlippingGoTheWaysTheyAreNamed) {
  const Size size{201, 101};
  const std::complex<double> middle(100, 50);
  const auto shift = [&](const CameraStep& step) { return taken(way(step, size), middle) - middle; };
  const double f = 201 / 2.0 / std::tan(35 * std::acos(-1.0) / 180);
  CameraStep right, up;
  right.yaw_degrees = 5;
  up.pitch_degrees = 5;
  EXPECT_NEAR(shift(right).real(), -f * std::tan(5 * std::acos(-1.0) / 180), 1e-9);
  EXPECT_NEAR(shift(up).imag(), f * std::tan(5 * std::acos(-1.0) / 180), 1e-9);
  CameraStep tip, swing, turn;
  tip.flip_x_degrees = swing.flip_y_degrees = turn.flip_z_degrees = 5;
  EXPECT_GT(taken(way(tip, size), {150, 80}).real(), 150);  // the lower side comes nearer: it grows
  EXPECT_LT(taken(way(tip, size), {150, 20}).real(), 150);
  EXPECT_GT(taken(way(swing, size), {50, 80}).imag(), 80);  // so does the left one
  EXPECT_LT(taken(way(swing, size), {150, 80}).imag(), 80);
  EXPECT_GT(taken(way(turn, size), {150, 50}).imag(), 50);  // clockwise
}

TEST(ThroughSpace, TwoHalfStepsLeadWhereOneDoes) {
  const CameraStep whole{1.05, 3, 0.02, -0.01, 0.4, 0.6, 0.1, 3, -2, 4, -3, 2, 70};
  CameraStep half = whole;
  half.zoom = std::sqrt(whole.zoom);
  for (double CameraStep::* number :
       {&CameraStep::turn_degrees, &CameraStep::forward, &CameraStep::yaw_degrees, &CameraStep::pitch_degrees,
        &CameraStep::flip_x_degrees, &CameraStep::flip_y_degrees, &CameraStep::flip_z_degrees})
    half.*number = whole.*number / 2;
  // Half of what a similarity moves by, as journeys have it.
  const auto stretch = std::polar(half.zoom, half.turn_degrees * std::acos(-1.0) / 180);
  const Size size{512, 288};
  const auto pan =
      std::complex<double>(whole.pan_x * size.width, whole.pan_y * size.height) / (1.0 + stretch);
  half.pan_x = pan.real() / size.width;
  half.pan_y = pan.imag() / size.height;
  for (const std::complex<double> place : {std::complex<double>(30, 20), {400, 250}, {256, 144}}) {
    const auto once = taken(way(whole, size, 1.5), place);
    const auto twice = taken(way(half, size, 1.5), place);
    EXPECT_LT(std::abs(taken(way(half, size, 1.5), twice) - once), 0.05);
    EXPECT_GT(std::abs(once - place), 10);
  }
}

TEST(ThroughSpace, WhatIsNearGoesFurther) {
  const Canvas picture = gradient({40, 20});
  DepthMap depth(800, 0);
  for (size_t i = 400; i < 800; ++i) depth[i] = 255;  // the lower half is near
  CameraStep step;
  step.pan_x = 0.1;
  const Canvas moved = moved_by_camera(picture, step, Border::reflect, depth);
  EXPECT_EQ(moved.row(5)[3 * 20], picture.row(5)[3 * 18]);
  EXPECT_EQ(moved.row(15)[3 * 20], picture.row(15)[3 * 16]);
  EXPECT_EQ(moved_by_camera(picture, {}, Border::reflect, depth).bytes(), picture.bytes());
}

TEST(ThroughSpace, WhatIsBehindTheCameraIsBeyondTheBorder) {
  const Canvas picture = gradient({40, 20});
  CameraStep step;
  step.flip_x_degrees = step.pitch_degrees = step.yaw_degrees = 60;
  step.fov_degrees = 150;
  for (const Border border : {Border::reflect, Border::replicate, Border::wrap})
    EXPECT_EQ(moved_by_camera(picture, step, border).size(), picture.size());
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

double contrast_of(const Canvas& picture) {
  double sum = 0, squares = 0;
  for (const uint8_t value : picture.bytes()) {
    sum += value;
    squares += value * value;
  }
  const auto count = static_cast<double>(picture.bytes().size());
  return std::sqrt(squares / count - sum / count * (sum / count));
}

TEST(CameraView, BetweenOctavesContrastStays) {
  Canvas picture({96, 96});
  for (size_t i = 0; i < picture.bytes().size(); ++i)
    picture.bytes()[i] = static_cast<uint8_t>(i / 3 / 8 * 7919 % 160 + 40);
  const double whole = contrast_of(seen_by_camera(picture, {1.0001, 0, 0.1, 0.1}, Border::reflect));
  for (const double zoom : {1.2, 1.41, 1.6, 1.8}) {
    const double seen = contrast_of(seen_by_camera(picture, {zoom, 20, 0.1, 0.1}, Border::reflect));
    EXPECT_NEAR(seen / whole, 1, 0.12) << zoom;
  }
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
