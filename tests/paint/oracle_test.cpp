// Painters against drawings that other programs made.
#include <gtest/gtest.h>

#include <cmath>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>

#include "../audio/wav_bytes.h"
#include "levels.h"

namespace spectradiff {
namespace {

TEST(Polar, FollowsTheOriginalsDrawing) {
  std::ifstream file(SPECTRADIFF_TEST_DATA "/polar.bin", std::ios::binary);
  int side = 0, bins = 0;
  file >> side >> bins;
  std::vector<float> levels(static_cast<size_t>(bins));
  for (float& level : levels) file >> level, level /= 60;
  file.get();
  std::vector<uint8_t> expected(static_cast<size_t>(side) * side * 3);
  ASSERT_TRUE(
      file.read(reinterpret_cast<char*>(expected.data()), static_cast<std::streamsize>(expected.size())));

  const Features features = features_of({levels});
  PaintSettings settings;
  settings.painter = PainterKind::polar;
  settings.size = {side, side};
  settings.colour.background = {255, 255, 255};
  settings.colour.gamma = 1;
  settings.polar.seed_colours = true;
  settings.post.blur_px = 0;
  const auto distance = [&](const PaintSettings& drawn) {
    const Canvas canvas = Painter(features, drawn).paint(0);
    double sum = 0;
    for (size_t i = 0; i < expected.size(); ++i) sum += std::abs(canvas.bytes()[i] - expected[i]);
    return sum / static_cast<double>(expected.size());
  };
  // Edges are laid over each other dot by dot here and averaged once there.
  EXPECT_LT(distance(settings), 0.5);
  PaintSettings wrong = settings;
  wrong.polar.petals = 7;
  EXPECT_GT(distance(wrong), 0.75);
  wrong = settings;
  wrong.polar.mirror = false;
  EXPECT_GT(distance(wrong), 2);
}

// The song of tests/oracles/record_still.py.
std::string still_song(int64_t samples) {
  std::string data;
  for (int64_t i = 0; i < samples; ++i) {
    data += little_endian(static_cast<uint64_t>(i * i / 97 % 20001 - 10000), 2);
    data += little_endian(static_cast<uint64_t>(i % 12000 < 6000 ? i % 89 * 200 - 8800 : 0), 2);
  }
  return wav_bytes({.channels = 2, .sample_rate_hz = 22050}, data);
}

TEST(Spectrogram, AStillIsTorchaudiosAndPillowsWithinOneCodeValue) {
  std::ifstream file(SPECTRADIFF_TEST_DATA "/still.bin", std::ios::binary);
  int64_t samples = 0;
  Size size;
  file >> samples >> size.width >> size.height;
  file.get();
  std::vector<uint8_t> expected(static_cast<size_t>(size.width) * size.height);
  ASSERT_TRUE(
      file.read(reinterpret_cast<char*>(expected.data()), static_cast<std::streamsize>(expected.size())));

  const std::string path = testing::TempDir() + "still_song.wav";
  write_bytes(path, still_song(samples));
  AudioSource source = AudioSource::open(path);
  FeatureRequest wanted;
  wanted.still = true;
  const Features features = analyze(source, {}, wanted);
  EXPECT_EQ(features.still.columns, samples / 256 + 1);

  PaintSettings settings;
  settings.painter = PainterKind::spectrogram;
  settings.size = size;
  settings.spectrogram.style = Spectrogram::Style::still;
  settings.spectrogram.playhead_px = 0;
  settings.post.blur_px = 0;
  const Canvas canvas = Painter(features, settings).paint(0);
  int farthest = 0;
  for (size_t i = 0; i < expected.size(); ++i)
    for (size_t c = 0; c < 3; ++c)
      farthest = std::max(farthest, std::abs(canvas.bytes()[i * 3 + c] - expected[i]));
  EXPECT_LE(farthest, 1);
  std::filesystem::remove(path);
}

}  // namespace
}  // namespace spectradiff
