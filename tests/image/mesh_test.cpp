#include "spectradiff/image/mesh.h"

#include <gtest/gtest.h>

#include <cmath>
#include <numbers>

namespace spectradiff {
namespace {

// The place of each pixel as its colour, so that a moved picture says where its pixels come from.
Canvas places(Size size) {
  Canvas canvas(size);
  for (int y = 0; y < size.height; ++y) {
    for (int x = 0; x < size.width; ++x) {
      canvas.row(y)[3 * x] = static_cast<uint8_t>(x);
      canvas.row(y)[3 * x + 1] = static_cast<uint8_t>(y);
    }
  }
  return canvas;
}

TEST(MovedByMesh, AStepThatMovesNothingGivesTheSameBytes) {
  for (const Size size : {Size{64, 64}, Size{100, 37}, Size{1, 1}, Size{16, 200}}) {
    const Canvas picture = places(size);
    EXPECT_EQ(moved_by_mesh(picture, {}).bytes(), picture.bytes()) << size.width;
  }
}

TEST(MovedByMesh, ZoomsTurnsStretchesAndMovesTheWaysItIsTold) {
  const Canvas picture = places({161, 81});
  const auto from = [&](const MeshStep& step, int x, int y) {
    const Canvas moved = moved_by_mesh(picture, step);
    return std::pair<int, int>(moved.row(y)[3 * x], moved.row(y)[3 * x + 1]);
  };
  using Place = std::pair<int, int>;
  EXPECT_EQ(from({.zoom = 2}, 120, 60), Place(100, 50));
  EXPECT_EQ(from({.turn_degrees = 90}, 80, 60), Place(100, 40));  // the right side comes down
  EXPECT_EQ(from({.move_x = 20 / 161.0, .move_y = -10 / 81.0}, 80, 40), Place(60, 50));
  EXPECT_EQ(from({.stretch_x = 2}, 120, 60), Place(100, 60));
  EXPECT_EQ(from({.stretch_y = 2, .centre_y = 0.5 / 81}, 120, 60), Place(120, 30));
}

TEST(MovedByMesh, BendsTheZoomOutwards) {
  const Canvas picture = places({201, 201});
  MeshStep step{.zoom = 1.5, .bend = 2};
  const Canvas moved = moved_by_mesh(picture, step);
  // At r half widths the zoom is 1.5^(2^(2 r - 1)).
  for (const int x : {116, 148, 180}) {
    const double r = (x - 100) / 100.5;
    const double expected = 100 + (x - 100) / std::pow(1.5, std::pow(2, 2 * r - 1));
    EXPECT_NEAR(moved.row(100)[3 * x], expected, 1.5) << x;
  }
}

// MilkDrop's formula at a vertex, in the shares of width and height that it samples from.
TEST(MovedByMesh, StirsAsMilkDropDoes) {
  const Size size{240, 160};
  const Canvas picture = places(size);
  const MeshStep step{.warp = 8, .warp_scale = 2, .warp_time = 5};
  const Canvas moved = moved_by_mesh(picture, step);
  const double t = 5, s = 0.5;
  const double f[] = {11.68 + 4 * std::cos(1.413 * t + 10), 8.77 + 3 * std::cos(1.113 * t + 7),
                      10.54 + 3 * std::cos(1.233 * t + 3), 11.49 + 4 * std::cos(0.933 * t + 5)};
  double furthest = 0;
  for (const auto& [column, row] : {std::pair{64, 48}, {112, 96}, {160, 64}, {192, 112}}) {
    const double px = (column + 0.5) / 120 - 1, py = (row + 0.5) / 80 - 1;
    const double u = 0.0035 * 8 *
                     (std::sin(t * 0.333 + s * (px * f[0] - py * f[3])) +
                      std::cos(t * 0.753 - s * (px * f[1] - py * f[2])));
    const double v = 0.0035 * 8 *
                     (std::cos(t * 0.375 - s * (px * f[2] + py * f[1])) +
                      std::sin(t * 0.825 + s * (px * f[0] + py * f[3])));
    EXPECT_NEAR(moved.row(row)[3 * column], column + u * 240, 0.51);
    EXPECT_NEAR(moved.row(row)[3 * column + 1], row + v * 160, 0.51);
    furthest = std::max(furthest, std::abs(u * 240));
  }
  EXPECT_GT(furthest, 3);
}

TEST(LayTrail, ShowsWhatIsLeftWhereThePaintingIsNearerToTheGround) {
  Canvas painting({3, 1}, {0, 0, 0}), trail({3, 1}, {0, 0, 0});
  painting.bytes() = {10, 200, 0, 0, 0, 0, 5, 5, 5};
  trail.bytes() = {100, 100, 100, 1, 2, 4, 10, 10, 10};
  lay_trail(painting, trail, 0.5, {0, 0, 0});
  EXPECT_EQ(painting.bytes(), (std::vector<uint8_t>{50, 200, 50, 0, 1, 2, 5, 5, 5}));
  Canvas white({1, 1}, {255, 255, 255}), dark({1, 1}, {55, 155, 255});
  lay_trail(white, dark, 0.5, {255, 255, 255});
  EXPECT_EQ(white.bytes(), (std::vector<uint8_t>{155, 205, 255}));
}

TEST(LayTrail, EveryTrailComesToAnEnd) {
  Canvas trail({1, 1}, {255, 255, 255});
  for (int frame = 0; frame < 800; ++frame) {
    Canvas painting({1, 1}, {0, 0, 0});
    lay_trail(painting, trail, 0.99, {0, 0, 0});
    trail = std::move(painting);
  }
  EXPECT_EQ(trail.bytes(), (std::vector<uint8_t>{0, 0, 0}));
}

}  // namespace
}  // namespace spectradiff
