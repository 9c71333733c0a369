// Pictures as sound, as tests/oracles/record_sonify.py recorded it with torchaudio and SciPy.
#include "spectradiff/sonify/sonify.h"

#include <gtest/gtest.h>

#include <cmath>
#include <numbers>

#include "correlation.h"
#include "spectradiff/audio/stretch.h"
#include "spectradiff/base/error.h"
#include "spectradiff/base/json.h"
#include "spectradiff/features/riffusion.h"

namespace spectradiff {
namespace {

Canvas picture() {
  Canvas made({24, 18});
  for (int y = 0; y < made.height(); ++y) {
    for (int x = 0; x < made.width(); ++x) {
      for (int c = 0; c < 3; ++c)
        made.row(y)[x * 3 + c] = static_cast<uint8_t>((x * x * 7 + y * 13 + c * 40 + x * y * 3) % 256);
    }
  }
  return made;
}

Json recorded() {
  return read_json(SPECTRADIFF_TEST_DATA "/sonify.json");
}

TEST(Sonify, FindsThePhasesThatTorchaudioFinds) {
  const Canvas image = picture();
  const ShortTime size{34, 34, 17};
  Magnitudes magnitudes(24);
  ShortTimeSpectra phases(24);
  for (int x = 0; x < 24; ++x) {
    for (int y = 0; y < 18; ++y) {
      const double power = std::pow(10, (80 * (image.row(y)[x * 3] / 255.0) - 80) / 20);
      magnitudes[static_cast<size_t>(x)].push_back(std::sqrt(power));
      const int k = x * 18 + y;
      phases[static_cast<size_t>(x)].emplace_back((k * 37 % 101) / 101.0, (k * 53 % 103) / 103.0);
    }
  }
  const std::vector<double> made = griffin_lim(magnitudes, size, phases);
  const auto expected = recorded()["griffin_lim"].get<std::vector<double>>();
  ASSERT_EQ(made.size(), expected.size());
  double peak = 0;
  for (const double value : expected) peak = std::max(peak, std::abs(value));
  for (size_t i = 0; i < made.size(); ++i) EXPECT_NEAR(made[i], expected[i], 1e-3 * peak) << i;
}

TEST(Sonify, ChirpsAsSciPyDoes) {
  const std::vector<double> made = chirps(picture(), {}, 3, 24000);
  const Json oracle = recorded();
  ASSERT_EQ(made.size(), oracle["chirp_samples"].get<size_t>());
  const auto expected = oracle["chirps"].get<std::vector<double>>();
  for (size_t i = 0; i < expected.size(); ++i)
    EXPECT_NEAR(made[i * oracle["chirp_every"].get<size_t>()], expected[i], 1e-9) << i;
}

// VS4: 400 x 296 at 24 kHz are 117 705 samples.
TEST(Sonify, LastsAsLongAsThePicturesColumns) {
  Canvas white({400, 296});
  std::fill(white.bytes().begin(), white.bytes().end(), uint8_t{255});
  const MadeSound sound = sonify(white, {.channels = PictureChannel::red});
  EXPECT_EQ(sound.samples.size(), 117705u);
  EXPECT_EQ(sound.sample_rate_hz, 24000);
  float peak = 0;
  for (const float value : sound.samples) peak = std::max(peak, std::abs(value));
  EXPECT_FLOAT_EQ(peak, 1);
}

TEST(Sonify, GivesBlueTheLengthWhereItIsAskedTo) {
  Canvas blue({1, 1});
  blue.bytes() = {128, 255, 128};
  const auto whole = chirps(blue, {}, 1, 8000),
             half = chirps(blue, {.length = PictureChannel::blue}, 1, 8000);
  EXPECT_EQ(whole[1000], half[1000]);
  EXPECT_NE(whole[7000], 0);
  EXPECT_EQ(half[7000], 0);
}

TEST(Sonify, RefusesAPictureThatHoldsNoSpectrogram) {
  const Canvas dot({1, 1});
  for (const SonifyMethod method : {SonifyMethod::griffin_lim, SonifyMethod::riffusion}) {
    try {
      sonify(dot, {.method = method});
      ADD_FAILURE() << "threw nothing";
    } catch (const Error& error) {
      EXPECT_EQ(error.kind(), ErrorKind::input) << error.what();
    }
  }
  EXPECT_EQ(sonify(dot, {.method = SonifyMethod::chirp}).samples.size(), 720000u);
}

// Sound to picture to sound: what is heard again has nearly the same spectrum.
TEST(Sonify, ComesRoundByRiffusionsPictures) {
  std::vector<double> song;
  for (int i = 0; i < 2 * kRiffusionRateHz; ++i) {
    const double t = static_cast<double>(i) / kRiffusionRateHz;
    const double note = 220 * std::exp2(std::floor(t * 4) / 4);
    double value = 0;
    for (int k = 1; k < 12; ++k) value += std::sin(2 * std::numbers::pi * note * k * t) / k;
    song.push_back(0.2 * value * std::exp(-3 * std::fmod(t, 0.25)));
  }
  const Magnitudes before = riffusion_bands(song);
  Canvas picture({static_cast<int>(before.size()), kRiffusionBands});
  const std::vector<uint8_t> greys = riffusion_greys(before);
  for (size_t i = 0; i < picture.bytes().size(); ++i) picture.bytes()[i] = greys[i / 3];
  const MadeSound sound = sonify(picture, {.method = SonifyMethod::riffusion});
  const Magnitudes after = riffusion_bands(std::vector<double>(sound.samples.begin(), sound.samples.end()));
  std::vector<double> a, b;
  double loudest_a = 0, loudest_b = 0;
  for (size_t frame = 20; frame + 20 < std::min(before.size(), after.size()); ++frame) {
    for (size_t band = 0; band < kRiffusionBands; ++band) {
      a.push_back(before[frame][band]);
      b.push_back(after[frame][band]);
      loudest_a = std::max(loudest_a, a.back());
      loudest_b = std::max(loudest_b, b.back());
    }
  }
  const auto in_db = [](std::vector<double>& values, double loudest) {
    for (double& value : values) value = std::max(20 * std::log10(value / loudest + 1e-12), -60.0);
  };
  in_db(a, loudest_a);
  in_db(b, loudest_b);
  EXPECT_GE(correlation(a, b), 0.9);
}

TEST(Stretch, IsLongerAtTheSamePitch) {
  std::vector<float> tone;
  for (int i = 0; i < 24000; ++i)
    tone.push_back(static_cast<float>(0.5 * std::sin(2 * std::numbers::pi * 440 * i / 24000.0)));
  const std::vector<float> slow = stretched(tone, 1, 24000, 3);
  ASSERT_EQ(slow.size(), 72000u);
  int crossings = 0;
  for (size_t i = 24000; i < 48000; ++i) crossings += slow[i - 1] < 0 && slow[i] >= 0;
  EXPECT_NEAR(crossings, 440, 5);
}

}  // namespace
}  // namespace spectradiff
