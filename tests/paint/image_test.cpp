#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <thread>

#include "levels.h"
#include "spectradiff/base/error.h"
#include "spectradiff/base/file.h"
#include "spectradiff/image/png.h"
#include "spectradiff/media/video_writer.h"
#include "spectradiff/paint/picture_source.h"

namespace spectradiff {
namespace {

namespace fs = std::filesystem;

class Image : public testing::Test {
 protected:
  Image()
      : folder_(fs::path(testing::TempDir()) /
                testing::UnitTest::GetInstance()->current_test_info()->name()) {
    fs::remove_all(folder_);
    fs::create_directories(folder_);
    features_.settings.fps = Rational(10);
  }
  ~Image() override { fs::remove_all(folder_); }

  fs::path write_png(const std::string& name, const Canvas& canvas) const {
    const auto bytes = encode_png(canvas);
    std::ofstream(folder_ / name, std::ios::binary)
        .write(reinterpret_cast<const char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
    return folder_ / name;
  }

  // Picture i is grey 8·i.
  fs::path write_video(int pictures, const Rational& fps) const {
    VideoSettings settings;
    settings.picture_size = settings.output_size = {64, 48};
    settings.fps = fps;
    settings.crf = 1;
    VideoWriter writer(settings, folder_ / "video.mp4", std::nullopt);
    for (int i = 0; i < pictures; ++i) {
      const auto grey = static_cast<uint8_t>(8 * i);
      writer.write(Canvas({64, 48}, {grey, grey, grey}));
    }
    writer.finish();
    return folder_ / "video.mp4";
  }

  PaintSettings settings_of(const fs::path& path) const {
    PaintSettings settings;
    settings.painter = PainterKind::image;
    settings.size = {32, 24};
    settings.image.path = path.string();
    settings.post.blur_px = 0;
    return settings;
  }

  int grey_at(const PaintSettings& settings, int64_t frame) const {
    return pixel(Painter(features_, settings).paint(frame), 16, 12).g;
  }

  fs::path folder_;
  Features features_ = features_of(std::vector<std::vector<float>>(60, {0.5f}));  // six seconds
};

TEST_F(Image, APictureOfTheSameSizeIsItself) {
  Canvas canvas({32, 24}, {10, 200, 90});
  canvas.row(3)[7] = 255;
  const PaintSettings settings = settings_of(write_png("a.png", canvas));
  EXPECT_TRUE(Painter(features_, settings).paint(5).bytes() == canvas.bytes());
}

TEST_F(Image, OtherAspectsAreFitted) {
  PaintSettings settings = settings_of(write_png("a.png", Canvas({200, 50}, {255, 255, 255})));
  EXPECT_EQ(pixel(Painter(features_, settings).paint(0), 16, 0), (Rgb{255, 255, 255}));
  settings.image.fit = Fit::contain;
  EXPECT_EQ(pixel(Painter(features_, settings).paint(0), 16, 0), Rgb{});
  EXPECT_EQ(pixel(Painter(features_, settings).paint(0), 16, 12), (Rgb{255, 255, 255}));
}

TEST_F(Image, AFolderIsMatchedByTime) {
  for (const int i : {0, 1, 2, 10})
    write_png("f" + std::to_string(i) + ".png", Canvas({32, 24}, {0, static_cast<uint8_t>(20 * i + 5), 0}));
  PaintSettings settings = settings_of(folder_);
  EXPECT_EQ(grey_at(settings, 1), 25);
  EXPECT_EQ(grey_at(settings, 3), 205);  // 10 comes after 2
  EXPECT_EQ(grey_at(settings, 4), 5);
  settings.image.fps = Rational(10, 3);
  EXPECT_EQ(grey_at(settings, 2), 5);
  EXPECT_EQ(grey_at(settings, 3), 25);
  settings.image.end = ImageSource::End::hold;
  EXPECT_EQ(grey_at(settings, 59), 205);
}

TEST_F(Image, APatternIsNumberedByFrameFromItsFirstNumber) {
  for (const int i : {30, 31, 33})
    write_png("00" + std::to_string(i) + ".png", Canvas({32, 24}, {0, static_cast<uint8_t>(i), 0}));
  PaintSettings settings = settings_of(folder_ / "%04d.png");
  settings.image.end = ImageSource::End::hold;
  EXPECT_EQ(first_number(settings.image.path, "image"), 30);
  EXPECT_EQ(grey_at(settings, 0), 30);
  EXPECT_EQ(grey_at(settings, 2), 31);
  EXPECT_EQ(grey_at(settings, 10), 33);
}

TEST_F(Image, AVideoIsShownByItsOwnTime) {
  PaintSettings settings = settings_of(write_video(25, Rational(25)));  // one second
  for (const int64_t frame : {0, 1, 4, 9})
    EXPECT_NEAR(grey_at(settings, frame), 8 * (frame * 25 / 10), 3) << frame;
  EXPECT_NEAR(grey_at(settings, 14), 8 * 10, 3);  // from its begin again
  settings.image.end = ImageSource::End::hold;
  EXPECT_NEAR(grey_at(settings, 14), 8 * 24, 3);
}

TEST_F(Image, ASourceKnowsHowManyOfTheSongsFramesItLastsFor) {
  const auto frames = [&](const fs::path& path, const Rational& song_fps, const Rational& picture_fps = {}) {
    ImageSource source{path.string()};
    if (picture_fps.num > 0) source.fps = picture_fps;
    return PictureSource(source, song_fps, {0, 0, 0}, "image").frames();
  };
  const fs::path video = write_video(25, Rational(25));  // one second
  EXPECT_EQ(frames(video, Rational(10)), 10);
  EXPECT_EQ(frames(video, Rational(21, 2)), 11);
  EXPECT_EQ(frames(write_png("a1.png", Canvas({8, 8})), Rational(10)), std::nullopt);
  write_png("a3.png", Canvas({8, 8}));
  EXPECT_EQ(frames(folder_ / "a%d.png", Rational(10)), 3);
  EXPECT_EQ(frames(folder_ / "a%d.png", Rational(10), Rational(4)), 8);
}

TEST_F(Image, ManyThreadsMayAskInAnyOrder) {
  const PaintSettings settings = settings_of(write_video(30, Rational(10)));
  const Painter painter(features_, settings);
  std::vector<int> greys(60, -1);
  const auto paint = [&](int64_t first, int64_t step) {
    for (int64_t i = 0; i < 30; ++i) {
      const int64_t frame = (first + i * step) % 30;
      greys[static_cast<size_t>(frame + (step > 1 ? 30 : 0))] = pixel(painter.paint(frame), 16, 12).g;
    }
  };
  std::thread other(paint, 17, 7);
  paint(0, 1);
  other.join();
  for (size_t i = 0; i < 60; ++i) EXPECT_NEAR(greys[i], 8.0 * static_cast<double>(i % 30), 3) << i;
}

TEST_F(Image, LiesBelowOtherPaintersAsABase) {
  PaintSettings settings = settings_of(write_png("a.png", Canvas({32, 24}, {200, 100, 50})));
  settings.painter = PainterKind::circles;
  settings.base = {.kind = BaseLayer::Kind::image, .opacity = 0.5};
  EXPECT_EQ(pixel(Painter(features_, settings).paint(0), 0, 0), (Rgb{100, 50, 25}));
}

TEST_F(Image, WhatCannotBeReadIsRefused) {
  std::ofstream(folder_ / "notes.png") << "not a picture";
  fs::create_directories(folder_ / "empty");
  for (const fs::path& path :
       {folder_ / "notes.png", folder_ / "nothing.png", folder_ / "empty", folder_ / "%d.jpg"}) {
    try {
      Painter(features_, settings_of(path));
      ADD_FAILURE() << path << " was accepted";
    } catch (const Error& error) {
      EXPECT_EQ(error.kind(), ErrorKind::input) << path;
      EXPECT_NE(std::string(error.what()).find(folder_.string()), std::string::npos) << error.what();
    }
  }
}

}  // namespace
}  // namespace spectradiff
