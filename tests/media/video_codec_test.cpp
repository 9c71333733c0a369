#include <gtest/gtest.h>
#include <sched.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmath>
#include <fstream>
#include <functional>
#include <string>
#include <utility>

#include "media_fixtures.h"
#include "spectradiff/base/error.h"
#include "spectradiff/media/probe.h"
#include "spectradiff/media/video_writer.h"

namespace spectradiff::test {
namespace {

VideoSettings settings_of(const char* codec, Container container) {
  VideoSettings settings = small_settings(container);
  settings.video_codec = codec;
  settings.pixel_format = default_pixel_format(codec);
  const bool one_speed = codec == std::string("prores") || codec == std::string("ffv1");
  settings.encoder_preset = one_speed ? "medium" : "ultrafast";
  settings.picture_size = settings.output_size = {96, 64};
  return settings;
}

TEST(VideoCodecs, GiveEqualBytesTwiceAndEveryPicture) {
  for (const auto& [codec, container] : {std::pair{"hevc", Container::mp4},
                                         {"vp9", Container::webm},
                                         {"av1", Container::mkv},
                                         {"prores", Container::mov},
                                         {"ffv1", Container::mkv}}) {
    if (!video_codecs_here().at(codec)) continue;
    const TempFolder folder;
    VideoSettings settings = settings_of(codec, container);
    for (const char* name : {"one", "two"}) write_video(settings, folder / name, 20);
    EXPECT_TRUE(file_bytes(folder / "one") == file_bytes(folder / "two")) << codec;
    const VideoProbe probe = probe_video(folder / "one");
    EXPECT_EQ(probe.video_codec, codec);
    EXPECT_EQ(probe.pictures, 20) << codec;
    EXPECT_EQ(probe.fps, Rational(15)) << codec;
  }
}

// What a process on a machine with one core would see.
class OneCore {
 public:
  OneCore() {
    sched_getaffinity(0, sizeof before_, &before_);
    cpu_set_t one;
    CPU_ZERO(&one);
    for (int core = 0; CPU_COUNT(&one) == 0; ++core) {
      if (CPU_ISSET(core, &before_)) CPU_SET(core, &one);
    }
    sched_setaffinity(0, sizeof one, &one);
  }
  ~OneCore() { sched_setaffinity(0, sizeof before_, &before_); }
  OneCore(const OneCore&) = delete;
  OneCore& operator=(const OneCore&) = delete;

 private:
  cpu_set_t before_{};
};

TEST(VideoCodecs, GiveEqualBytesWithAnyNumberOfThreadsAndCores) {
  for (const auto& [codec, container] : {std::pair{"h264", Container::mp4},
                                         {"hevc", Container::mp4},
                                         {"vp9", Container::webm},
                                         {"av1", Container::mkv},
                                         {"prores", Container::mov},
                                         {"ffv1", Container::mkv}}) {
    if (!video_codecs_here().at(codec)) continue;
    const TempFolder folder;
    VideoSettings settings = settings_of(codec, container);
    if (codec == std::string("h264")) settings.encoder_preset = "medium";
    settings.picture_size = settings.output_size = {320, 192};
    const auto bytes_with = [&, container = container](int threads) {
      settings.threads = threads;
      write_video(settings, folder / "video", container == Container::mp4 ? 40 : 10);
      return file_bytes(folder / "video");
    };
    const auto bytes = bytes_with(0);
    EXPECT_TRUE(bytes_with(1) == bytes) << codec;
    EXPECT_TRUE(bytes_with(5) == bytes) << codec;
    const OneCore one;
    EXPECT_TRUE(bytes_with(0) == bytes) << codec;
  }
}

#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
// The exit code of a process that may have so much memory more than it has now.
int exit_code_within(uint64_t more_bytes, const std::function<void()>& work) {
  const pid_t child = ::fork();
  if (child == 0) {
    ::close(STDERR_FILENO);  // x264 writes to it
    long pages = 0;
    std::ifstream("/proc/self/statm") >> pages;
    const rlim_t bytes = static_cast<rlim_t>(pages * ::sysconf(_SC_PAGESIZE)) + more_bytes;
    const rlimit limit{bytes, bytes};
    ::setrlimit(RLIMIT_AS, &limit);
    try {
      work();
    } catch (const Error& error) {
      ::_exit(exit_code(error.kind()));
    }
    ::_exit(0);
  }
  int status = -1;
  ::waitpid(child, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

TEST(VideoCodecs, WithoutMemoryForThemAreAnErrorOfMemory) {
  for (const auto& [codec, container] : {std::pair{"h264", Container::mp4}, {"vp9", Container::webm}}) {
    if (!video_codecs_here().at(codec)) continue;
    VideoSettings settings = settings_of(codec, container);
    settings.output_size = {4096, 4096};
    const auto open = [&] { check_video_settings(settings, nullptr); };
    EXPECT_EQ(exit_code_within(100 << 20, open), exit_code(ErrorKind::memory)) << codec;
    EXPECT_EQ(exit_code_within(uint64_t{8} << 30, open), 0) << codec;
  }
}
#endif

TEST(VideoCodecs, ShowEveryPictureWithItsSoundInTheContainersOfTheTable) {
  const Container mp4 = Container::mp4, mov = Container::mov, mkv = Container::mkv, webm = Container::webm;
  const Sound song = chirps(48000, 1, 48000, {0, 32000});  // with pictures 0 and 10
  for (const auto& [codec, container] : {std::pair{"h264", mp4},
                                         {"h264", mov},
                                         {"h264", mkv},
                                         {"hevc", mp4},
                                         {"hevc", mov},
                                         {"hevc", mkv},
                                         {"vp9", mkv},
                                         {"vp9", webm},
                                         {"av1", mp4},
                                         {"av1", mov},
                                         {"av1", mkv},
                                         {"av1", webm},
                                         {"prores", mov},
                                         {"prores", mkv},
                                         {"ffv1", mkv}}) {
    if (!video_codecs_here().at(codec)) continue;
    SCOPED_TRACE(std::string(codec) + " in container " + std::to_string(static_cast<int>(container)));
    const TempFolder folder;
    write_video(settings_of(codec, container), folder / "video", 15,
                track_of(song, folder / "none", true, false));
    const Decoded shown = decode(folder / "video");
    ASSERT_EQ(shown.picture_times_s.size(), 15U);
    EXPECT_EQ(shown.picture_times_s.front(), 0);
    EXPECT_NEAR(shown.picture_times_s[10], 10 / 15.0, 0.0006);
    const auto first = std::llround(shown.sound_start_s * 48000);
    for (const int64_t start : {0, 32000}) EXPECT_LE(std::abs(chirp_offset(shown.sound, start, first)), 24);
  }
}

TEST(VideoCodecs, BarsOfTenBitsAreBlack) {
  const TempFolder folder;
  VideoSettings settings = small_settings(Container::mkv);
  settings.video_codec = "ffv1";
  settings.encoder_preset = "medium";
  settings.pixel_format = "yuv420p10le";
  settings.output_size = {128, 48};
  settings.fit = Fit::contain;
  VideoWriter writer(settings, folder / "video", std::nullopt);
  writer.write(Canvas(settings.picture_size, Rgb{255, 255, 255}));
  writer.finish();
  const std::vector<uint8_t> luma = decode(folder / "video").first_planes[0];
  const size_t row = size_t{24} * 128;
  EXPECT_EQ(luma[row], 16);
  EXPECT_EQ(luma[row + 31], 16);
  EXPECT_EQ(luma[row + 32], 235);
  EXPECT_EQ(luma[row + 95], 235);
  EXPECT_EQ(luma[row + 96], 16);
}

}  // namespace
}  // namespace spectradiff::test
