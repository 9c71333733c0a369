#include "spectradiff/render/flashes.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <functional>

#include "flash_colours.h"

namespace spectradiff {
namespace {

constexpr Rgb kRed{255, 0, 0};

struct Box {
  int x, y, width, height;
};

Canvas boxed(Size size, Rgb ground, Rgb colour, Box box) {
  Canvas canvas(size, ground);
  for (int y = box.y; y < box.y + box.height; ++y) {
    for (int x = box.x; x < box.x + box.width; ++x) {
      uint8_t* const pixel = canvas.row(y) + ptrdiff_t{3} * x;
      pixel[0] = colour.r;
      pixel[1] = colour.g;
      pixel[2] = colour.b;
    }
  }
  return canvas;
}

int flashes(Rational fps, int frames, const std::function<Canvas(int)>& picture) {
  FlashCounter counter(fps);
  LightGrid grid;
  for (int i = 0; i < frames; ++i) {
    measure_light(picture(i), grid);
    counter.add(grid);
  }
  return counter.per_second();
}

int flat_flashes(Rational fps, int frames, const std::function<Rgb(int)>& colour) {
  return flashes(fps, frames, [&](int i) { return Canvas({36, 36}, colour(i)); });
}

// The 8-bit sRGB grey nearest to this relative luminance.
uint8_t grey_of(double luminance) {
  const double value =
      luminance <= 0.0031308 ? 12.92 * luminance : 1.055 * std::pow(luminance, 1 / 2.4) - 0.055;
  return static_cast<uint8_t>(std::lround(255 * value));
}

Rgb grey(double luminance) {
  const uint8_t value = grey_of(luminance);
  return {value, value, value};
}

TEST(Flashes, OfAlternatingBlackAndWhiteAreHalfTheFrameRate) {
  const auto alternate = [](int i) { return i % 2 == 0 ? kBlack : kWhite; };
  EXPECT_EQ(flat_flashes(15, 60, alternate), 7);
  EXPECT_EQ(flat_flashes(30, 60, alternate), 15);
  EXPECT_EQ(flat_flashes(60, 120, alternate), 30);
  EXPECT_EQ(flat_flashes({30000, 1001}, 60, alternate), 15);
}

TEST(Flashes, AreCountedInTheWorstSecond) {
  // Three flashes of two frames each within the fourth second of eight.
  const auto burst = [](int i) { return i >= 90 && i < 108 && i % 6 < 2 ? kWhite : kBlack; };
  EXPECT_EQ(flat_flashes(30, 240, burst), 3);
  // The same three flashes a second apart.
  const auto apart = [](int i) { return i % 31 < 2 ? kWhite : kBlack; };
  EXPECT_EQ(flat_flashes(30, 240, apart), 1);
}

TEST(Flashes, OfASlowFadeAreNone) {
  EXPECT_EQ(flat_flashes(30, 240, [](int i) { return grey(0.5 - 0.5 * std::cos(i / 240.0 * 2 * M_PI)); }), 0);
}

TEST(Flashes, OfAFastFadeAreThoseOfItsCycles) {
  // Four cycles a second from 0.1 to 0.6, of fifteen frames each.
  const auto wave = [](int i) { return grey(0.35 - 0.25 * std::cos(i / 15.0 * 2 * M_PI)); };
  EXPECT_EQ(flat_flashes(60, 240, wave), 4);
}

TEST(Flashes, NeedATenthOfFullLuminance) {
  const auto between = [](double low, double high) {
    return [=](int i) { return i % 2 == 0 ? grey(low) : grey(high); };
  };
  EXPECT_EQ(flat_flashes(15, 30, between(0.30, 0.42)), 7);
  EXPECT_EQ(flat_flashes(15, 30, between(0.30, 0.38)), 0);
}

TEST(Flashes, NeedADarkerStateBelowEightTenths) {
  const auto between = [](double low, double high) {
    return [=](int i) { return i % 2 == 0 ? grey(low) : grey(high); };
  };
  EXPECT_EQ(flat_flashes(15, 30, between(0.82, 1)), 0);
  EXPECT_EQ(flat_flashes(15, 30, between(0.78, 1)), 7);
}

TEST(Flashes, NeedMoreThanAQuarterOfAField) {
  const Size size{216, 144};  // a field is 72 x 48
  const auto blinking = [&](Box box) {
    return [=](int i) { return boxed(size, kBlack, i % 2 == 0 ? kBlack : kWhite, box); };
  };
  EXPECT_EQ(flashes(15, 30, blinking({60, 50, 36, 24})), 0);
  EXPECT_EQ(flashes(15, 30, blinking({60, 50, 39, 26})), 7);
  EXPECT_EQ(flashes(15, 30, blinking({177, 118, 39, 26})), 7) << "in a corner";
  // As much area as counts, but spread over more than one field.
  EXPECT_EQ(flashes(15, 30, blinking({0, 60, 216, 8})), 0);
}

TEST(Flashes, OfHalvesThatTakeTurnsAreThoseOfOne) {
  const auto turns = [](int i) { return boxed({72, 72}, kBlack, kWhite, {i % 2 == 0 ? 0 : 36, 0, 36, 72}); };
  EXPECT_EQ(flashes(15, 30, turns), 7);
}

TEST(Flashes, OfRedNeedNoLuminance) {
  // Red of 0.08 relative luminance; the same light in blue and green never counts.
  const auto against_black = [](Rgb colour) { return [=](int i) { return i % 2 == 0 ? kBlack : colour; }; };
  EXPECT_EQ(flat_flashes(15, 30, against_black({168, 0, 0})), 7);
  EXPECT_EQ(flat_flashes(15, 30, against_black({0, 0, 255})), 0);
  EXPECT_EQ(flat_flashes(15, 30, against_black({0, 90, 0})), 0);
}

TEST(Flashes, OfRedAgainstItsEqualInLuminanceCount) {
  EXPECT_EQ(flat_flashes(15, 30, [](int i) { return i % 2 == 0 ? kRed : grey(0.2126); }), 7);
}

TEST(Flashes, OfAPictureAndOfMinorRedAreNone) {
  EXPECT_EQ(flat_flashes(15, 30, [](int) { return kRed; }), 0);
  // 320 · (R - G - B) below 20
  EXPECT_EQ(flat_flashes(15, 30, [](int i) { return i % 2 == 0 ? kBlack : Rgb{60, 0, 0}; }), 0);
  // A pale red against white is not saturated.
  EXPECT_EQ(flat_flashes(15, 30, [](int i) { return i % 2 == 0 ? grey(0.5) : Rgb{240, 170, 120}; }), 0);
}

TEST(Flashes, OfFewFramesAreCounted) {
  EXPECT_EQ(FlashCounter(15).per_second(), 0);
  EXPECT_EQ(flat_flashes(15, 1, [](int) { return kWhite; }), 0);
  EXPECT_EQ(flat_flashes(15, 2, [](int i) { return i == 0 ? kBlack : kWhite; }), 0);
  EXPECT_EQ(flat_flashes(15, 3, [](int i) { return i == 1 ? kWhite : kBlack; }), 1);
  EXPECT_EQ(flat_flashes({1, 2}, 9, [](int i) { return i % 2 == 0 ? kWhite : kBlack; }), 0);
}

TEST(Flashes, OfAStepThatIsNotAcceptedLeaveNoTrace) {
  FlashCounter counter(15);
  LightGrid black;
  LightGrid white;
  measure_light(Canvas({9, 9}, kBlack), black);
  measure_light(Canvas({9, 9}, kWhite), white);
  FlashCounter::Step step;
  counter.add(black);
  for (int i = 0; i < 20; ++i) {
    counter.evaluate(i % 2 == 0 ? white : black, step);
    EXPECT_EQ(step.flashes, 0);
  }
  counter.accept(step);
  EXPECT_EQ(counter.per_second(), 0);
}

TEST(Flashes, AStepNamesTheCellsOfTheFieldsItBringsTooFar) {
  FlashCounter counter(15);
  LightGrid grid;
  const auto measure = [&](int i) {
    measure_light(boxed({72, 72}, kBlack, i % 2 == 0 ? kBlack : kWhite, {0, 0, 24, 24}), grid);
  };
  for (int i = 0; i < 30; ++i) {
    measure(i);
    counter.add(grid);
  }
  FlashCounter::Step step;
  FlashCounter::CellMask cells;
  measure(30);
  counter.evaluate(grid, step);
  EXPECT_TRUE(step.brings_above(14));
  step.cells_brought_above(14, cells);
  EXPECT_EQ(cells[0], 1);
  EXPECT_EQ(cells[72 * 71 + 71], 0);
  EXPECT_FALSE(step.brings_above(15));
  step.cells_brought_above(15, cells);
  EXPECT_EQ(std::count(cells.begin(), cells.end(), 1), 0);
  measure(29);
  counter.evaluate(grid, step);
  EXPECT_FALSE(step.brings_above(0)) << "nothing changes in this frame";
}

}  // namespace
}  // namespace spectradiff
