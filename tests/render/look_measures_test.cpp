#include "spectradiff/render/look_measures.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <numbers>

namespace spectradiff {
namespace {

Rgb even_grey(double value) {
  const auto v = static_cast<uint8_t>(std::lround(value));
  return {v, v, v};
}

PictureLook look_of(LookMeter& meter, const Canvas& picture) {
  LightGrid light;
  measure_light(picture, light);
  return meter.look(light);
}

// One even picture per frame.
std::vector<PictureLook> looks_of(int frames, const std::function<Rgb(int)>& colour) {
  LookMeter meter;
  std::vector<PictureLook> looks;
  for (int i = 0; i < frames; ++i) looks.push_back(look_of(meter, Canvas({8, 8}, colour(i))));
  return looks;
}

TEST(LookMeter, MeasuresTheChangeInHundredthsOfDeltaE) {
  LookMeter meter;
  look_of(meter, Canvas({8, 8}, {0, 0, 0}));
  EXPECT_EQ(meter.change(), 0);
  look_of(meter, Canvas({8, 8}, {255, 255, 255}));
  EXPECT_NEAR(meter.change(), 1, 1e-3);
  Canvas half({72, 72}, {255, 255, 255});
  for (int y = 0; y < 36; ++y) std::fill(half.row(y), half.row(y) + 3 * 72, uint8_t{0});
  look_of(meter, half);
  EXPECT_NEAR(meter.change(), 0.5, 1e-3);
}

TEST(LookMeter, SaysHowLightEachBlockIs) {
  LookMeter meter;
  Canvas picture({72, 72}, {0, 0, 0});
  for (int y = 0; y < 6; ++y) std::fill(picture.row(y) + 3 * 6, picture.row(y) + 3 * 12, uint8_t{255});
  const PictureLook look = look_of(meter, picture);
  EXPECT_EQ(look.lightness[0], 0);
  EXPECT_NEAR(look.lightness[1], 65535, 8);
  EXPECT_EQ(look.lightness[PictureLook::kBlocks], 0);
}

TEST(LookMeter, TellsTheDirectionsOfEdgesApart) {
  Canvas upright({72, 72}, {0, 0, 0}), level({72, 72}, {0, 0, 0});
  for (int y = 0; y < 72; ++y) {
    std::fill(upright.row(y) + 3 * 36, upright.row(y) + 3 * 72, uint8_t{255});
    if (y >= 36) std::fill(level.row(y), level.row(y) + 3 * 72, uint8_t{255});
  }
  LookMeter meter;
  const auto of = [&](const Canvas& picture) {
    const PictureLook look = look_of(meter, picture);
    return std::vector<double>(look.histogram.begin(), look.histogram.end());
  };
  EXPECT_EQ(of(upright)[3 * PictureLook::kPart], 65535);
  EXPECT_EQ(of(level)[3 * PictureLook::kPart + 4], 65535);
  EXPECT_NEAR(histogram_distance(of(upright), of(level), 65535), 0.25, 1e-4);
  EXPECT_EQ(histogram_distance(of(level), of(level), 65535), 0);
}

TEST(FastFlicker, IsTheDeviationOfWhatComesAndGoesThreeToFifteenTimesASecond) {
  const auto flicker_at = [](double hz) {
    // Six steps of grey around a middle one: close to a sine of lightness.
    const auto looks = looks_of(
        300, [&](int i) { return even_grey(119 + 40 * std::sin(2 * std::numbers::pi * hz * i / 30)); });
    return fast_flicker(looks, {}, 30)->all;
  };
  const double at_six = flicker_at(6);
  EXPECT_NEAR(at_six, 0.157 / std::sqrt(2), 0.01);  // L* of 159 is 65, of 79 it is 33.6
  EXPECT_LT(flicker_at(1), 0.05 * at_six);
}

TEST(FastFlicker, IsExplainedByOnsetsThatItEchoes) {
  std::vector<double> onset(300, 0);
  for (size_t i = 10; i < onset.size(); i += 7 + i % 5) onset[i] = 1;
  std::vector<double> light(300, 0);
  for (size_t i = 0; i < onset.size(); ++i)
    for (size_t k = 0; k < 8 && i + k < light.size(); ++k)
      light[i + k] += onset[i] * std::exp(-0.4 * static_cast<double>(k));
  const auto follows =
      looks_of(300, [&](int i) { return even_grey(40 + 80 * light[static_cast<size_t>(i)]); });
  const auto heard = fast_flicker(follows, onset, 30);
  EXPECT_LT(heard->unexplained, 0.2 * heard->all);
  EXPECT_EQ(fast_flicker(follows, {}, 30)->unexplained, heard->all);
  // Every other frame: no onset tells of that.
  const auto strobes = looks_of(300, [](int i) { return even_grey(i % 4 < 2 ? 100 : 140); });
  const auto seen = fast_flicker(strobes, onset, 30);
  EXPECT_GT(seen->unexplained, 0.9 * seen->all);
}

TEST(FastFlicker, IsUnknownForFewFramesAndLowRates) {
  EXPECT_FALSE(fast_flicker(looks_of(39, [](int) { return Rgb{}; }), {}, 30));
  EXPECT_TRUE(fast_flicker(looks_of(40, [](int) { return Rgb{}; }), {}, 30));
  EXPECT_FALSE(fast_flicker(looks_of(40, [](int) { return Rgb{}; }), {}, 6));
}

TEST(DriftPerMinute, IsTheSlopeOfTheMeanColour) {
  // From L* 0 to 100 in ten seconds, as far as 8 bits have them.
  const auto looks = looks_of(100, [](int i) {
    const double l = i / 99.0 * 100;
    const double y = l > 8 ? std::pow((l + 16) / 116, 3) : l / 903.3;
    return even_grey(255 * (y > 0.0031308 ? 1.055 * std::pow(y, 1 / 2.4) - 0.055 : 12.92 * y));
  });
  EXPECT_NEAR(*drift_per_minute(looks, 10), 100 / 9.9 * 60, 3);
  EXPECT_NEAR(*drift_per_minute(looks_of(50, [](int i) { return even_grey(3 * std::min(i, 49 - i)); }), 10),
              0, 1e-6);
  EXPECT_FALSE(drift_per_minute(looks_of(1, [](int) { return Rgb{}; }), 10));
}

TEST(SectionContrast, ComparesBeginsOfSectionsWithWhatGoesOnWithin) {
  // Four sections of four seconds, red and blue by turns; within them the grey of a stripe comes and goes.
  const auto looks_with = [](int length) {
    LookMeter meter;
    std::vector<PictureLook> looks;
    for (int i = 0; i < 160; ++i) {
      Canvas picture({72, 72}, i / length % 2 == 0 ? Rgb{200, 20, 20} : Rgb{20, 20, 200});
      for (int y = 0; y < 18; ++y)
        std::fill(picture.row(y), picture.row(y) + 3 * 72, static_cast<uint8_t>(i % 40 * 6));
      looks.push_back(look_of(meter, picture));
    }
    return looks;
  };
  const std::vector<double> begins = {0, 4, 8, 12};
  EXPECT_GT(*section_contrast(looks_with(40), begins, 10), 2);
  EXPECT_LT(*section_contrast(looks_with(160), begins, 10), 1.2);
  EXPECT_FALSE(section_contrast(looks_with(40), {0}, 10));
  EXPECT_FALSE(section_contrast(looks_with(40), {0, 0.3, 15.9}, 10));
}

}  // namespace
}  // namespace spectradiff
