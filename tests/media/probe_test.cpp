#include "spectradiff/media/probe.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "media_fixtures.h"
#include "spectradiff/base/error.h"

namespace spectradiff::test {
namespace {

ErrorKind kind_of_probe(const std::filesystem::path& path) {
  try {
    probe_video(path);
  } catch (const Error& error) {
    return error.kind();
  }
  return ErrorKind::internal;
}

void write_bytes(const std::filesystem::path& path, const std::string& bytes) {
  std::ofstream(path, std::ios::binary) << bytes;
}

TEST(ProbeVideo, SaysWhatTheFileHolds) {
  const TempFolder folder;
  VideoSettings settings = small_settings(Container::mp4);
  settings.comment = "a comment";
  write_video(settings, folder / "video.mp4", 300,
              track_of(chirps(44100, 2, 882000, {0}), folder / "none", true, false));
  const VideoProbe probe = probe_video(folder / "video.mp4");
  EXPECT_EQ(probe.size, (Size{64, 48}));
  EXPECT_EQ(probe.fps, Rational(15));
  EXPECT_EQ(probe.pictures, 300);
  EXPECT_NEAR(probe.video_duration_s, 20, 1e-6);
  EXPECT_NEAR(probe.audio_duration_s, 20, 1e-4);
  EXPECT_EQ(probe.video_codec, "h264");
  EXPECT_EQ(probe.audio_codec, "aac");
  EXPECT_EQ(probe.pixel_format, "yuv420p");
  EXPECT_EQ(probe.comment, "a comment");
}

TEST(ProbeVideo, RefusesFilesThatAreNotWholeVideos) {
  const TempFolder folder;
  write_video(small_settings(Container::mp4), folder / "whole.mp4", 40);
  const std::string whole = file_bytes(folder / "whole.mp4");
  write_bytes(folder / "cut.mp4", whole.substr(0, whole.size() * 2 / 3));
  write_bytes(folder / "text.mp4", "not a video");
  write_bytes(folder / "empty.mp4", "");
  for (const char* name : {"cut.mp4", "text.mp4", "empty.mp4", "missing.mp4"}) {
    EXPECT_EQ(kind_of_probe(folder / name), ErrorKind::input) << name;
  }
}

TEST(ProbeVideo, RefusesASoundWithoutPictures) {
  const TempFolder folder;
  ASSERT_TRUE(write_sound(folder / "song.wav", chirps(44100, 1, 4410, {0}), "pcm_s16le"));
  EXPECT_EQ(kind_of_probe(folder / "song.wav"), ErrorKind::input);
}

TEST(MediaLibraryVersions, NamesEveryLibavLibraryOnce) {
  EXPECT_THAT(media_library_versions(),
              testing::ElementsAre(testing::StartsWith("libavformat "), testing::StartsWith("libavcodec "),
                                   testing::StartsWith("libavutil "), testing::StartsWith("libswscale "),
                                   testing::StartsWith("libswresample ")));
}

TEST(VideoCodecsHere, KnowsEveryCodecAndHasTheFirst) {
  const std::map<std::string, bool> codecs = video_codecs_here();
  EXPECT_EQ(codecs.size(), 6U);
  EXPECT_TRUE(codecs.at("h264"));
}

}  // namespace
}  // namespace spectradiff::test
