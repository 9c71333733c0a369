#include "spectradiff/render/flash_limiter.h"

#include <gtest/gtest.h>

#include <functional>
#include <random>

#include "flash_colours.h"

namespace spectradiff {
namespace {

using Pictures = std::function<Canvas(int)>;

Pictures alternating(Rgb one, Rgb other, Size size = {48, 40}) {
  return [=](int i) { return Canvas(size, i % 2 == 0 ? one : other); };
}

std::vector<Canvas> limited(const Rational& fps, int limit, int frames, const Pictures& picture) {
  FlashLimiter limiter(fps, limit);
  std::vector<Canvas> out;
  out.reserve(static_cast<size_t>(frames));
  for (int i = 0; i < frames; ++i) out.push_back(limiter.limit(picture(i)));
  return out;
}

int flashes(const Rational& fps, const std::vector<Canvas>& pictures) {
  FlashCounter counter(fps);
  LightGrid grid;
  for (const Canvas& picture : pictures) {
    measure_light(picture, grid);
    counter.add(grid);
  }
  return counter.per_second();
}

int value_at(const Canvas& picture, int x, int y) {
  return picture.row(y)[ptrdiff_t{3} * x];
}

TEST(FlashLimiter, KeepsAStrobeBelowAnyLimitAtAnyRate) {
  for (const Rational fps : {Rational(10), Rational(15), Rational(30000, 1001), Rational(60)}) {
    for (const int limit : {0, 1, 3}) {
      const auto pictures = limited(fps, limit, 150, alternating(kBlack, kWhite));
      EXPECT_LE(flashes(fps, pictures), limit) << fps.text();
      EXPECT_EQ(pictures.size(), 150u);
    }
  }
}

TEST(FlashLimiter, KeepsRedBelowTheLimit) {
  EXPECT_LE(flashes(15, limited(15, 3, 90, alternating(kBlack, {255, 0, 0}))), 3);
  EXPECT_LE(flashes(30, limited(30, 3, 90, alternating({0, 128, 255}, {255, 0, 0}))), 3);
}

TEST(FlashLimiter, KeepsPicturesOfRandomBoxesBelowTheLimit) {
  const Size size{90, 70};
  for (const unsigned seed : {1U, 2U, 3U, 4U}) {
    std::mt19937 random(seed);
    const auto boxes = [&](int) {
      Canvas canvas(size);
      for (int box = 0; box < 12; ++box) {
        const int x = static_cast<int>(random() % 60);
        const int y = static_cast<int>(random() % 45);
        const auto value = static_cast<uint8_t>(random() % 256);
        for (int row = y; row < y + 25; ++row) std::fill_n(canvas.row(row) + ptrdiff_t{3} * x, 90, value);
      }
      return canvas;
    };
    std::vector<Canvas> pictures;
    pictures.reserve(100);
    for (int i = 0; i < 100; ++i) pictures.push_back(boxes(i));
    EXPECT_GT(flashes(15, pictures), 3);
    const auto calm = limited(15, 3, 100, [&](int i) { return pictures[static_cast<size_t>(i)].clone(); });
    EXPECT_LE(flashes(15, calm), 3) << seed;
  }
}

TEST(FlashLimiter, LeavesCalmPicturesByteForByte) {
  // A slow wave, and three flashes a second.
  const auto wave = [](int i) {
    const auto value = static_cast<uint8_t>(std::abs(i % 120 - 60) * 4);
    return Canvas({48, 40}, {value, value, 0});
  };
  const auto flash = [](int i) { return Canvas({48, 40}, i % 5 == 0 ? kWhite : kBlack); };
  for (const Pictures& pictures : {Pictures(wave), Pictures(flash)}) {
    const auto out = limited(15, 3, 150, pictures);
    for (int i = 0; i < 150; ++i)
      EXPECT_EQ(out[static_cast<size_t>(i)].bytes(), pictures(i).bytes()) << "frame " << i;
  }
}

TEST(FlashLimiter, SettlesNearTheMeanInsteadOfStandingStill) {
  const auto out = limited(15, 3, 150, alternating(kBlack, kWhite));
  int sum = 0;
  for (size_t i = 90; i < 150; ++i) sum += value_at(out[i], 20, 20);
  EXPECT_NEAR(sum / 60.0, 127, 25);
}

TEST(FlashLimiter, GivesFullContrastBackWhenTheFlashesEnd) {
  const auto strobe_then_cuts = [](int i) {
    return Canvas({48, 40}, i < 60 ? (i % 2 == 0 ? kBlack : kWhite) : i / 20 % 2 == 0 ? kBlack : kWhite);
  };
  const auto out = limited(15, 3, 150, strobe_then_cuts);
  for (int i = 120; i < 150; ++i)
    EXPECT_EQ(out[static_cast<size_t>(i)].bytes(), strobe_then_cuts(i).bytes()) << "frame " << i;
}

TEST(FlashLimiter, TouchesOnlyWhatFlashes) {
  // The left third strobes; two thirds away a bar moves.
  const auto corner = [](int i) {
    Canvas canvas({144, 144});
    for (int y = 0; y < 144; ++y) {
      if (i % 2 == 0) std::fill_n(canvas.row(y), 48 * 3, uint8_t{255});
      std::fill_n(canvas.row(y) + ptrdiff_t{3} * (120 + i % 20), 6, uint8_t{200});
    }
    return canvas;
  };
  const auto out = limited(15, 3, 60, corner);
  EXPECT_LE(flashes(15, out), 3);
  for (int i = 0; i < 60; ++i) {
    const Canvas in = corner(i);
    for (int y = 0; y < 144; y += 11) {
      for (int x = 122; x < 144; ++x)
        ASSERT_EQ(value_at(out[static_cast<size_t>(i)], x, y), value_at(in, x, y)) << i << " " << x;
    }
  }
}

}  // namespace
}  // namespace spectradiff
