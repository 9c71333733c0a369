// Sample 0 is heard when picture 0 is shown: proved by decoding a chirp out of finished files.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmath>

#include "media_fixtures.h"
#include "spectradiff/base/frame_time.h"

namespace spectradiff::test {
namespace {

struct Case {
  const char* name;
  Container container;
  const char* source_codec;  // libav's encoder for the song's own file
  const char* extension;     // of the song
  bool lossless;
  int rate_hz;
  int channels;
  bool whole;
  const char* audio_codec;  // as asked for
  const char* written;      // what VideoSummary must say
  // At the written rate. Matroska's times are whole milliseconds, so that priming ends within half of one.
  double tolerance_samples;
  Rational fps{15};
};

void PrintTo(const Case& c, std::ostream* out) {
  *out << c.name;
}

class Sync : public testing::TestWithParam<Case> {};

TEST_P(Sync, ChirpsAreHeardWithTheirPictures) {
  const Case& c = GetParam();
  const TempFolder folder;
  const int64_t pictures = 25, marked = 17;
  const int64_t second_start = frame_start_sample(marked, c.rate_hz, c.fps);
  // The last picture is covered only in part, as with real songs.
  const int64_t length = frame_start_sample(pictures, c.rate_hz, c.fps) - c.rate_hz / 100;
  const Sound song = chirps(c.rate_hz, c.channels, length, {0, second_start});
  const auto song_file = folder / (std::string("song.") + c.extension);
  if (!write_sound(song_file, song, c.source_codec)) GTEST_SKIP() << "this libav has no " << c.source_codec;

  VideoSettings settings = small_settings(c.container, c.fps);
  settings.audio_codec = c.audio_codec;
  settings.video_codec = default_video_codec(c.container);
  const auto video = folder / "video";
  const VideoSummary summary =
      write_video(settings, video, pictures, track_of(song, song_file, c.lossless, c.whole));
  EXPECT_EQ(summary.audio_encoder, c.written);

  const Decoded decoded = decode(video);
  ASSERT_EQ(decoded.picture_times_s.size(), static_cast<size_t>(pictures));
  EXPECT_NEAR(decoded.picture_times_s.front(), 0, 1e-9);
  EXPECT_NEAR(decoded.picture_times_s[marked], static_cast<double>(marked) / c.fps.to_double(), 0.0006);
  const double rate = decoded.sound.rate_hz;
  const int64_t first_sample = std::llround(decoded.sound_start_s * rate);
  for (const int64_t start : {int64_t{0}, second_start}) {
    const int64_t expected = std::llround(static_cast<double>(start) * rate / c.rate_hz);
    const int64_t found = chirp_offset(decoded.sound, expected, first_sample);
    EXPECT_NEAR(static_cast<double>(found), 0, c.tolerance_samples)
        << "chirp at sample " << start << ", decoding starts at sample " << first_sample;
    EXPECT_GT(chirp_strength(decoded.sound, expected + found - first_sample), 0.8);
  }
  const double sound_end_s = decoded.sound_start_s + static_cast<double>(decoded.sound.frames()) / rate;
  EXPECT_GE(sound_end_s, static_cast<double>(length) / c.rate_hz - 0.001) << "the song's tail is missing";
}

constexpr Container kMp4 = Container::mp4, kMov = Container::mov, kMkv = Container::mkv,
                    kWebm = Container::webm;

INSTANTIATE_TEST_SUITE_P(
    Containers, Sync,
    testing::Values(
        Case{"WavToAacInMp4", kMp4, "pcm_s16le", "wav", true, 44100, 2, true, "auto", "aac", 3},
        Case{"WavToAacInMov", kMov, "pcm_s16le", "wav", true, 44100, 2, true, "auto", "aac", 3},
        Case{"WavToAacInMkv", kMkv, "pcm_s16le", "wav", true, 44100, 2, true, "aac", "aac", 23},
        Case{"WavToAlacInMp4", kMp4, "pcm_s16le", "wav", true, 44100, 2, true, "alac", "alac", 1},
        Case{"WavToOpusInMkv", kMkv, "pcm_s16le", "wav", true, 44100, 2, true, "opus", "libopus", 8},
        Case{"WavCopiedIntoMkv", kMkv, "pcm_s16le", "wav", true, 44100, 2, true, "auto", "copy (pcm_s16le)",
             1},
        Case{"CutWavToFlacInMkv", kMkv, "pcm_s16le", "wav", true, 44100, 2, false, "auto", "flac", 1},
        Case{"CutMp3ToAacInMkv", kMkv, "libmp3lame", "mp3", false, 44100, 2, false, "auto", "aac", 23},
        Case{"FlacCopiedIntoMkv", kMkv, "flac", "flac", true, 44100, 2, true, "auto", "copy (flac)", 1},
        Case{"Mp3CopiedIntoMp4", kMp4, "libmp3lame", "mp3", false, 44100, 2, true, "auto", "copy (mp3)", 3},
        Case{"Mp3CopiedIntoMov", kMov, "libmp3lame", "mp3", false, 44100, 2, true, "auto", "copy (mp3)", 3},
        Case{"Mp3CopiedIntoMkv", kMkv, "libmp3lame", "mp3", false, 44100, 2, true, "auto", "copy (mp3)", 24},
        Case{"M4aCopiedIntoMp4", kMp4, "aac", "m4a", false, 44100, 2, true, "auto", "copy (aac)", 3},
        Case{"M4aCopiedIntoMov", kMov, "aac", "m4a", false, 44100, 2, true, "auto", "copy (aac)", 3},
        Case{"M4aCopiedIntoMkv", kMkv, "aac", "m4a", false, 44100, 2, true, "auto", "copy (aac)", 24},
        Case{"VorbisCopiedIntoMkv", kMkv, "libvorbis", "ogg", false, 44100, 2, true, "auto", "copy (vorbis)",
             24},
        Case{"OpusCopiedIntoMkv", kMkv, "libopus", "opus", false, 48000, 2, true, "auto", "copy (opus)", 26},
        Case{"OpusCopiedIntoWebm", kWebm, "libopus", "opus", false, 48000, 2, true, "auto", "copy (opus)",
             26},
        Case{"VorbisCopiedIntoWebm", kWebm, "libvorbis", "ogg", false, 44100, 2, true, "auto",
             "copy (vorbis)", 24},
        Case{"WavToOpusInWebm", kWebm, "pcm_s16le", "wav", true, 44100, 2, true, "auto", "libopus", 8},
        Case{"Mp3ToOpusInWebm", kWebm, "libmp3lame", "mp3", false, 48000, 1, true, "auto", "libopus", 8},
        Case{"CutOpusToOpusInWebm", kWebm, "libopus", "opus", false, 48000, 2, false, "auto", "libopus", 8},
        Case{"AlacInMov", kMov, "pcm_s16le", "wav", true, 44100, 2, true, "alac", "alac", 1},
        Case{"MonoAt8000Hz", kMp4, "pcm_s16le", "wav", true, 8000, 1, true, "auto", "aac", 3},
        Case{"StereoAt96000Hz", kMp4, "pcm_s16le", "wav", true, 96000, 2, true, "auto", "aac", 3},
        Case{"StereoAt192000HzIsResampled", kMp4, "pcm_s16le", "wav", true, 192000, 2, true, "auto", "aac",
             3},
        Case{"SixChannels", kMp4, "pcm_s16le", "wav", true, 48000, 6, true, "auto", "aac", 3},
        Case{"TenChannelsMixedDown", kMp4, "pcm_s16le", "wav", true, 48000, 10, true, "auto", "aac", 3},
        Case{"NtscRate", kMp4, "pcm_s16le", "wav", true, 48000, 2, true, "auto", "aac", 3,
             Rational(30000, 1001)},
        Case{"FilmRateInMkv", kMkv, "pcm_s16le", "wav", true, 48000, 2, false, "auto", "flac", 1,
             Rational(24)}),
    [](const auto& instance) { return instance.param.name; });

TEST(SyncOfStream, ChirpIsHeardWithItsPictureThroughAPipe) {
  const TempFolder folder;
  const Sound song = chirps(44100, 2, 44100, {0, 22050});
  const auto caught = folder / "caught.mkv";
  int ends[2];
  ASSERT_EQ(pipe(ends), 0);
  const pid_t reader = fork();
  if (reader == 0) {
    ::close(ends[1]);
    const int file = ::open(caught.c_str(), O_WRONLY | O_CREAT, 0600);
    char bytes[65536];
    for (ssize_t count; (count = ::read(ends[0], bytes, sizeof bytes)) > 0;) {
      if (::write(file, bytes, static_cast<size_t>(count)) != count) _exit(1);
    }
    _exit(0);
  }
  ::close(ends[0]);
  {
    VideoWriter writer(small_settings(Container::mp4), ends[1], track_of(song, folder / "none.wav", true));
    for (int i = 0; i < 15; ++i) writer.write(test_picture({64, 48}, i));
    EXPECT_EQ(writer.finish().audio_encoder, "flac");
  }
  ::close(ends[1]);
  int status = 0;
  waitpid(reader, &status, 0);
  ASSERT_EQ(status, 0);
  const Decoded decoded = decode(caught);
  EXPECT_EQ(decoded.picture_times_s.size(), 15U);
  EXPECT_EQ(decoded.frame_rate, Rational(15));
  EXPECT_EQ(decoded.sound_start_s, 0);
  EXPECT_EQ(decoded.sound.frames(), 44100);
  EXPECT_EQ(chirp_offset(decoded.sound, 0), 0);
  EXPECT_EQ(chirp_offset(decoded.sound, 22050), 0);
}

}  // namespace
}  // namespace spectradiff::test
