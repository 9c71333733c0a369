#include "spectradiff/render/frame_sink.h"

#include <gtest/gtest.h>

#include <filesystem>

#include "spectradiff/base/error.h"

namespace spectradiff {
namespace {

TEST(FramePattern, NumbersFilesByFrameIndex) {
  EXPECT_EQ(FramePattern("out/%05d.png").file(7), "out/00007.png");
  EXPECT_EQ(FramePattern("f-%d.png").file(123), "f-123.png");
  EXPECT_EQ(FramePattern("out/%03d.png").file(12345), "out/12345.png");
  EXPECT_EQ(FramePattern("%05d.png").folder(), ".");
}

TEST(FramePattern, RefusesAnythingButOneField) {
  for (const char* path : {"out/%s.png", "out/%5d.png", "out/%05d-%05d.png", "out/%.png", "out/%00d.png"}) {
    EXPECT_THROW(FramePattern{path}, Error) << path;
  }
}

TEST(FramePattern, IsOnlyWhatNamesPngFiles) {
  EXPECT_TRUE(FramePattern::is_pattern("a/%05d.png"));
  EXPECT_FALSE(FramePattern::is_pattern("a/100%.mp4"));
  EXPECT_FALSE(FramePattern::is_pattern("a%d/b.png"));
}

TEST(PngSink, KeepsFilesThatExistUnlessToldToReplaceThem) {
  const auto folder = std::filesystem::temp_directory_path() / "spectradiff-png-sink-test";
  std::filesystem::remove_all(folder);
  std::filesystem::create_directory(folder);
  const FramePattern pattern((folder / "%d.png").string());
  const Canvas picture({16, 16}, {1, 2, 3});
  PngSink(pattern, {16, 16}, Fit::cover, false).accept(0, picture);
  EXPECT_GT(std::filesystem::file_size(folder / "0.png"), 0u);
  EXPECT_THROW(PngSink(pattern, {16, 16}, Fit::cover, false).accept(0, picture), Error);
  EXPECT_NO_THROW(PngSink(pattern, {16, 16}, Fit::cover, true).accept(0, picture));
  std::filesystem::remove_all(folder);
}

}  // namespace
}  // namespace spectradiff
