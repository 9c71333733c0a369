#include "spectradiff/media/video_writer.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <unistd.h>

#include <csignal>

#include "media_fixtures.h"
#include "spectradiff/base/error.h"
#include "spectradiff/base/frame_time.h"
#include "spectradiff/media/probe.h"

namespace spectradiff::test {
namespace {

using testing::Contains;
using testing::HasSubstr;
using testing::IsEmpty;

// What `action` throws, as "kind: message"; "nothing" when it does not.
template <typename Action>
std::string error_of(Action action) {
  try {
    action();
  } catch (const Error& error) {
    return std::to_string(exit_code(error.kind())) + ": " + error.what();
  }
  return "nothing";
}

// Writes past a limit or into a closed pipe raise signals that end a program which does not ignore them.
class IgnoredSignal {
 public:
  explicit IgnoredSignal(int number) : number_(number), before_(std::signal(number, SIG_IGN)) {}
  ~IgnoredSignal() { std::signal(number_, before_); }

 private:
  int number_;
  void (*before_)(int);
};

TEST(VideoWriter, KeepsEveryPictureAtTheExactRateInEveryContainer) {
  for (const Container container : {Container::mp4, Container::mov, Container::mkv}) {
    for (const Rational& fps :
         {Rational(15), Rational(30000, 1001), Rational(24000, 1001), Rational(24), Rational(240)}) {
      const TempFolder folder;
      write_video(small_settings(container, fps), folder / "video", 31);
      const VideoProbe probe = probe_video(folder / "video");
      EXPECT_EQ(probe.pictures, 31);
      EXPECT_EQ(probe.fps, fps) << probe.fps.text();
      EXPECT_NEAR(probe.video_duration_s, 31 / fps.to_double(), 0.0015);
    }
  }
}

TEST(VideoWriter, WritesOnePictureAsAVideo) {
  for (const Container container : {Container::mp4, Container::mov, Container::mkv}) {
    const TempFolder folder;
    EXPECT_EQ(write_video(small_settings(container), folder / "video", 1).pictures, 1);
    const VideoProbe probe = probe_video(folder / "video");
    EXPECT_EQ(probe.pictures, 1);
    EXPECT_EQ(probe.audio_codec, "");
    EXPECT_EQ(probe.audio_duration_s, 0);
  }
}

TEST(VideoWriter, TwoRunsGiveEqualBytes) {
  for (const Container container : {Container::mp4, Container::mov, Container::mkv}) {
    for (const Size size : {Size{64, 48}, Size{192, 128}}) {
      const TempFolder folder;
      VideoSettings settings = small_settings(container);
      settings.picture_size = settings.output_size = size;
      settings.threads = 3;
      settings.comment = R"({"fps": "15/1"})";
      const Sound song = chirps(44100, 2, 88200, {0, 30000});
      for (const char* name : {"one", "two"}) {
        write_video(settings, folder / name, 30, track_of(song, folder / "none", false, false));
      }
      EXPECT_GT(file_bytes(folder / "one").size(), 5000U);
      EXPECT_TRUE(file_bytes(folder / "one") == file_bytes(folder / "two"));
    }
  }
}

TEST(VideoWriter, StreamAndFileHoldTheSamePicturesAndSound) {
  const TempFolder folder;
  const VideoSettings settings = small_settings(Container::mkv);
  const Sound song = chirps(44100, 1, 44100, {0});
  write_video(settings, folder / "file.mkv", 15, track_of(song, folder / "none", true, false));
  int descriptor = ::open((folder / "stream.mkv").c_str(), O_WRONLY | O_CREAT, 0600);
  VideoWriter writer(settings, descriptor, track_of(song, folder / "none", true, false));
  for (int i = 0; i < 15; ++i) writer.write(test_picture(settings.picture_size, i));
  writer.finish();
  EXPECT_EQ(::close(descriptor), 0) << "the descriptor stays the caller's";
  const Decoded file = decode(folder / "file.mkv"), stream = decode(folder / "stream.mkv");
  EXPECT_EQ(file.last_planes, stream.last_planes);
  EXPECT_EQ(file.sound.samples, stream.sound.samples);
}

TEST(VideoWriter, KeepsTitleAndALongComment) {
  std::string comment = "{\"prompt\": \"Nebel über dem Fluß 霧\"";
  while (comment.size() < 6000) comment += ", \"key" + std::to_string(comment.size()) + "\": 0.75";
  comment += '}';
  for (const Container container : {Container::mp4, Container::mov, Container::mkv}) {
    const TempFolder folder;
    VideoSettings settings = small_settings(container);
    settings.tags.title = "Ein Lied";
    settings.comment = comment;
    write_video(settings, folder / "video", 2);
    const Decoded decoded = decode(folder / "video");
    EXPECT_EQ(decoded.title, "Ein Lied");
    EXPECT_EQ(decoded.comment, comment);
    EXPECT_EQ(probe_video(folder / "video").comment, comment);
  }
}

TEST(VideoWriter, PutsTheIndexOfMp4First) {
  const TempFolder folder;
  write_video(small_settings(Container::mp4), folder / "video.mp4", 5);
  const std::string bytes = file_bytes(folder / "video.mp4");
  EXPECT_LT(bytes.find("moov"), bytes.find("mdat"));
}

// Mean distance between the lumas of what `fit` makes of a picture in the video and of the same picture
// scaled by the image module.
double luma_distance_to_image_module(Size picture_size, Size output_size, Fit fit) {
  const TempFolder folder;
  VideoSettings settings = small_settings(Container::mp4);
  settings.crf = 0;
  settings.picture_size = picture_size;
  settings.output_size = output_size;
  settings.fit = fit;
  write_video(settings, folder / "scaled.mp4", 1);
  settings.picture_size = output_size;
  VideoWriter reference(settings, folder / "reference.mp4", std::nullopt);
  reference.write(fit_to_size(test_picture(picture_size, 0), output_size, fit));
  reference.finish();
  const Decoded scaled = decode(folder / "scaled.mp4"), wanted = decode(folder / "reference.mp4");
  EXPECT_EQ(scaled.size, output_size);
  double sum = 0;
  for (size_t i = 0; i < wanted.first_planes[0].size(); ++i) {
    sum += std::abs(int{scaled.first_planes[0][i]} - int{wanted.first_planes[0][i]});
  }
  return sum / static_cast<double>(wanted.first_planes[0].size());
}

TEST(VideoWriter, ScalesAsTheImageModuleDoes) {
  for (const Fit fit : {Fit::cover, Fit::contain, Fit::stretch}) {
    for (const Size size : {Size{128, 72}, Size{48, 128}, Size{64, 36}, Size{32, 24}}) {
      EXPECT_LT(luma_distance_to_image_module({64, 48}, size, fit), 1)
          << "to " << size.width << "x" << size.height << ", fit " << static_cast<int>(fit);
    }
  }
}

TEST(VideoWriter, EndsTheSoundWithThePicturesWhenTheyStopEarly) {
  for (const Container container : {Container::mp4, Container::mkv}) {
    for (const char* audio_codec : {"aac", "copy", "alac"}) {
      const TempFolder folder;
      const Sound song = chirps(44100, 2, 132300, {0});
      ASSERT_TRUE(write_sound(folder / "song.m4a", song, "aac"));
      VideoSettings settings = small_settings(container);
      settings.audio_codec = audio_codec;
      write_video(settings, folder / "video", 20, track_of(song, folder / "song.m4a", false));
      const VideoProbe probe = probe_video(folder / "video");
      EXPECT_NEAR(probe.audio_duration_s, 20.0 / 15, 1.0 / 15)
          << audio_codec << " in " << static_cast<int>(container);
    }
  }
}

TEST(VideoWriter, SoundAndPicturesEndWithinAFrameForSongsOfAnyLength) {
  for (const int64_t samples : {int64_t{1}, int64_t{2940}, int64_t{2941}, int64_t{44100}, int64_t{50001}}) {
    for (const char* audio_codec : {"aac", "flac"}) {
      const TempFolder folder;
      const Sound song = chirps(44100, 1, samples, {0});
      VideoSettings settings =
          small_settings(audio_codec == std::string("aac") ? Container::mp4 : Container::mkv);
      settings.audio_codec = audio_codec;
      const int64_t pictures = frame_count(samples, 44100, settings.fps);
      write_video(settings, folder / "video", pictures, track_of(song, folder / "none", true, false));
      const VideoProbe probe = probe_video(folder / "video");
      EXPECT_EQ(probe.pictures, pictures);
      EXPECT_NEAR(probe.audio_duration_s, static_cast<double>(samples) / 44100, 0.0015) << samples;
      EXPECT_LE(probe.audio_duration_s, probe.video_duration_s + 0.0015);
      EXPECT_GE(probe.audio_duration_s, probe.video_duration_s - 1.0 / 15 - 0.0015);
    }
  }
}

TEST(VideoWriter, CarriesOneToEightChannelsAndMixesMoreToStereoWithANote) {
  for (const int channels : {1, 2, 3, 4, 5, 6, 7, 8, 10, 64}) {
    for (const char* audio_codec : {"aac", "alac"}) {
      const TempFolder folder;
      VideoSettings settings = small_settings(Container::mp4);
      settings.audio_codec = audio_codec;
      const VideoSummary summary =
          write_video(settings, folder / "video.mp4", 3,
                      track_of(chirps(48000, channels, 9600, {0}), folder / "none", true, false));
      EXPECT_EQ(decode(folder / "video.mp4").sound.channels, channels > 8 ? 2 : channels);
      if (channels > 8) {
        EXPECT_THAT(summary.notes, Contains(HasSubstr("channels were mixed down to stereo")));
      } else {
        EXPECT_THAT(summary.notes, IsEmpty());
      }
    }
  }
}

TEST(VideoWriter, ResamplesRatesThatTheEncoderLacksWithANote) {
  struct Expected {
    int rate_hz, written_hz;
  };
  for (const Expected& rate : {Expected{8000, 8000},
                               {11025, 11025},
                               {44100, 44100},
                               {50000, 48000},
                               {192000, 96000},
                               {384000, 96000}}) {
    const TempFolder folder;
    const VideoSummary summary =
        write_video(small_settings(Container::mp4), folder / "video.mp4", 4,
                    track_of(chirps(rate.rate_hz, 2, rate.rate_hz / 4, {0}), folder / "none", true, false));
    EXPECT_EQ(decode(folder / "video.mp4").sound.rate_hz, rate.written_hz);
    EXPECT_EQ(summary.notes.empty(), rate.rate_hz == rate.written_hz);
  }
}

TEST(VideoWriter, EncodesAgainWhenThePacketsDoNotLastAsLongAsTheSong) {
  const TempFolder folder;
  const Sound song = chirps(44100, 2, 44100, {0});
  if (!write_sound(folder / "song.mp3", song, "libmp3lame")) GTEST_SKIP() << "this libav has no libmp3lame";
  const Sound other = chirps(44100, 2, 43000, {0});
  const VideoSummary summary = write_video(small_settings(Container::mp4), folder / "video.mp4", 15,
                                           track_of(other, folder / "song.mp3", false));
  EXPECT_EQ(summary.audio_encoder, "aac");
  EXPECT_THAT(summary.notes, Contains(HasSubstr("encoded again, not copied")));
}

TEST(VideoWriter, CopiesMp3WithoutAGaplessHeader) {
  const TempFolder folder;
  Sound song = chirps(44100, 2, 44100, {0});
  if (!write_sound(folder / "song.mp3", song, "libmp3lame", "write_xing=0"))
    GTEST_SKIP() << "this libav has no libmp3lame";
  const Decoded as_is = decode(folder / "song.mp3");
  VideoSettings settings = small_settings(Container::mp4);
  const int64_t pictures = frame_count(as_is.sound.frames(), 44100, settings.fps);
  const VideoSummary summary = write_video(settings, folder / "video.mp4", pictures,
                                           track_of(as_is.sound, folder / "song.mp3", false));
  EXPECT_EQ(summary.audio_encoder, "copy (mp3)");
  EXPECT_EQ(decode(folder / "video.mp4").sound.samples, as_is.sound.samples);
}

TEST(VideoWriter, WritesNoSoundWhenAskedForNone) {
  const TempFolder folder;
  VideoSettings settings = small_settings(Container::mp4);
  settings.audio_codec = "none";
  const VideoSummary summary = write_video(settings, folder / "video.mp4", 3,
                                           track_of(chirps(44100, 1, 8000, {0}), folder / "none", true));
  EXPECT_EQ(summary.audio_encoder, "");
  EXPECT_EQ(probe_video(folder / "video.mp4").audio_codec, "");
}

TEST(VideoWriter, FullDiskIsAnOutputErrorThatNamesTheFile) {
  for (const Container container : {Container::mp4, Container::mkv}) {
    const std::string error = error_of([&] { write_video(small_settings(container), "/dev/full", 20); });
    EXPECT_THAT(error, testing::StartsWith("5: "));
    EXPECT_THAT(error, HasSubstr("/dev/full"));
    EXPECT_THAT(error, HasSubstr("the disk is full: it needs at least"));
  }
}

TEST(VideoWriter, DiskThatFillsLaterIsAnOutputError) {
  const IgnoredSignal ignored(SIGXFSZ);
  const Sound song = chirps(44100, 2, 88200, {0});
  for (const Container container : {Container::mp4, Container::mkv}) {
    const TempFolder folder;
    write_video(small_settings(container), folder / "whole", 30,
                track_of(song, folder / "none", true, false));
    const auto whole = static_cast<rlim_t>(file_bytes(folder / "whole").size());
    rlimit before{};
    getrlimit(RLIMIT_FSIZE, &before);
    for (const rlim_t room : {whole / 2, whole - 10}) {
      const rlimit limit{room, before.rlim_max};
      setrlimit(RLIMIT_FSIZE, &limit);
      const std::string error = error_of([&] {
        write_video(small_settings(container), folder / "cut", 30,
                    track_of(song, folder / "none", true, false));
      });
      setrlimit(RLIMIT_FSIZE, &before);
      EXPECT_THAT(error, testing::StartsWith("5: ")) << room << " of " << whole;
      EXPECT_THAT(error, HasSubstr("File too large"));
    }
  }
}

TEST(VideoWriter, ClosedPipeIsAnOutputError) {
  const IgnoredSignal ignored(SIGPIPE);
  int ends[2];
  ASSERT_EQ(pipe(ends), 0);
  ::close(ends[0]);
  const std::string error = error_of([&] {
    VideoWriter writer(small_settings(Container::mkv), ends[1], std::nullopt);
    for (int i = 0; i < 5; ++i) writer.write(test_picture({64, 48}, i));
    writer.finish();
  });
  ::close(ends[1]);
  EXPECT_THAT(error, testing::StartsWith("5: "));
  EXPECT_THAT(error, HasSubstr("closed the pipe"));
}

TEST(VideoWriter, FolderThatIsMissingIsAnOutputError) {
  const std::string error =
      error_of([] { write_video(small_settings(Container::mp4), "/no/such/folder/v.mp4", 1); });
  EXPECT_THAT(error,
              testing::StartsWith("5: cannot write /no/such/folder/v.mp4: the folder /no/such/folder does"));
}

TEST(VideoWriter, PictureOfAnotherSizeIsABug) {
  const TempFolder folder;
  VideoWriter writer(small_settings(Container::mp4), folder / "video.mp4", std::nullopt);
  EXPECT_THAT(error_of([&] { writer.write(Canvas(Size{32, 32})); }),
              testing::StartsWith("1: picture 0 is 32x32"));
}

TEST(VideoWriter, BadSettingsLeaveNoFile) {
  const TempFolder folder;
  VideoSettings settings = small_settings(Container::mp4);
  settings.crf = 99;
  EXPECT_NE(error_of([&] { VideoWriter(settings, folder / "video.mp4", std::nullopt); }), "nothing");
  EXPECT_FALSE(std::filesystem::exists(folder / "video.mp4"));
}

TEST(VideoWriter, AVideoUnderWayPlaysAsFarAsItGoesAndIsWholeInTheEnd) {
  const Sound song = chirps(44100, 1, int64_t{44100} * 20, {11025});
  for (const Container container : {Container::mp4, Container::mov, Container::mkv}) {
    const TempFolder folder;
    const auto path = folder / "video";
    VideoSettings settings = small_settings(container);
    settings.audio_codec = "aac";
    const auto track = [&] { return track_of(song, folder / "none", true); };
    {
      VideoWriter writer(settings, path, track());
      for (int i = 0; i < 200; ++i) writer.write(test_picture({64, 48}, i));
      const Decoded shown = decode(path);
      EXPECT_GE(shown.picture_times_s.size(), 70U);
      EXPECT_EQ(shown.picture_times_s.front(), 0);
      EXPECT_LE(std::abs(chirp_offset(shown.sound, 11025, std::llround(shown.sound_start_s * 44100))), 44);
      writer.finish();
    }
    EXPECT_EQ(probe_video(path).pictures, 200);
    write_video(settings, folder / "again", 200, track());
    EXPECT_TRUE(file_bytes(path) == file_bytes(folder / "again"));
  }
}

TEST(VideoWriter, AVideoThatIsNotFinishedLeavesNothingBesideIt) {
  const TempFolder folder;
  {
    VideoWriter writer(small_settings(Container::mp4), folder / "video.mp4", std::nullopt);
    writer.write(test_picture({64, 48}, 0));
  }
  const std::filesystem::directory_iterator files(folder / "");
  EXPECT_EQ(std::distance(begin(files), end(files)), 1);
}

TEST(ContainerOf, KnowsTheExtensionsInAnyCase) {
  EXPECT_EQ(container_of("a.mp4"), Container::mp4);
  EXPECT_EQ(container_of("a.b.MOV"), Container::mov);
  EXPECT_EQ(container_of("a.mkv"), Container::mkv);
  EXPECT_EQ(container_of("a.webm"), Container::webm);
  EXPECT_THAT(error_of([] { container_of("a.avi"); }), testing::StartsWith("2: "));
}

struct BadSetting {
  const char* name;
  void (*change)(VideoSettings&);
  const char* error;
};

class BadSettings : public testing::TestWithParam<BadSetting> {};

TEST_P(BadSettings, AreRefusedBeforeAnyWork) {
  VideoSettings settings = small_settings(Container::mp4);
  GetParam().change(settings);
  const SoundTrack sound = track_of(chirps(44100, 2, 4410, {0}), "/none.wav", true, false);
  EXPECT_THAT(error_of([&] { check_video_settings(settings, &sound); }),
              testing::StartsWith(GetParam().error));
}

INSTANTIATE_TEST_SUITE_P(
    Each, BadSettings,
    testing::Values(
        BadSetting{"OddWidth", [](VideoSettings& s) { s.output_size = {65, 48}; },
                   "2: output_size = 65x48 is odd"},
        BadSetting{"OddHeight", [](VideoSettings& s) { s.output_size = {64, 47}; },
                   "2: output_size = 64x47 is odd"},
        BadSetting{"TooSmall", [](VideoSettings& s) { s.output_size = {8, 8}; },
                   "2: output_size = 8x8 is outside"},
        BadSetting{"Codec", [](VideoSettings& s) { s.video_codec = "h266"; },
                   "2: video_codec = h266 is not one of"},
        BadSetting{"CodecForContainer", [](VideoSettings& s) { s.container = Container::webm; },
                   "2: video_codec = h264 cannot go into .webm"},
        BadSetting{"CrfHigh", [](VideoSettings& s) { s.crf = 52; }, "2: crf = 52 is outside 0..51"},
        BadSetting{"CrfLow", [](VideoSettings& s) { s.crf = -1; }, "2: crf = -1 is outside 0..51"},
        BadSetting{"Preset", [](VideoSettings& s) { s.encoder_preset = "fastest"; },
                   "2: encoder_preset = fastest"},
        BadSetting{"CrfOfVp9",
                   [](VideoSettings& s) { s.container = Container::webm, s.video_codec = "vp9", s.crf = 64; },
                   "2: crf = 64 is outside 0..63, the scale of vp9"},
        BadSetting{"CrfOfFfv1",
                   [](VideoSettings& s) {
                     s.container = Container::mkv, s.video_codec = "ffv1", s.crf = 20,
                     s.encoder_preset = "medium";
                   },
                   "2: crf = 20 has no meaning for ffv1, which is lossless"},
        BadSetting{"PresetOfProres",
                   [](VideoSettings& s) {
                     s.container = Container::mov, s.video_codec = "prores", s.pixel_format = "yuv422p10le";
                   },
                   "2: encoder_preset = veryfast has no meaning for prores"},
        BadSetting{"FormatOfProres",
                   [](VideoSettings& s) {
                     s.container = Container::mov, s.video_codec = "prores", s.encoder_preset = "medium";
                   },
                   "2: pixel_format = yuv420p does not go with prores"},
        BadSetting{"ProresInMp4", [](VideoSettings& s) { s.video_codec = "prores"; },
                   "2: video_codec = prores cannot go into .mp4"},
        BadSetting{"OddHeightOf422IsFineButWidthIsNot",
                   [](VideoSettings& s) { s.output_size = {65, 47}, s.pixel_format = "yuv422p"; },
                   "2: output_size = 65x47 is odd"},
        BadSetting{"PixelFormat", [](VideoSettings& s) { s.pixel_format = "rgb24"; },
                   "2: pixel_format = rgb24"},
        BadSetting{"Rate", [](VideoSettings& s) { s.fps = Rational(241); }, "2: fps = 241 is outside"},
        BadSetting{"RateZero", [](VideoSettings& s) { s.fps = Rational(0); }, "2: fps = 0 is outside"},
        BadSetting{"AudioCodec", [](VideoSettings& s) { s.audio_codec = "mp9"; },
                   "2: audio_codec = mp9 is not one of"},
        BadSetting{"AudioCodecForContainer", [](VideoSettings& s) { s.audio_codec = "flac"; },
                   "2: audio_codec = flac cannot go into .mp4"},
        BadSetting{"CopyOfACutSong", [](VideoSettings& s) { s.audio_codec = "copy"; },
                   "2: audio_codec = copy is not possible"}),
    [](const auto& instance) { return instance.param.name; });

TEST(CheckVideoSettings, AcceptsOddSizesWithoutChromaSubsampling) {
  VideoSettings settings = small_settings(Container::mkv);
  settings.output_size = {65, 47};
  settings.pixel_format = "yuv444p";
  EXPECT_EQ(error_of([&] { check_video_settings(settings, nullptr); }), "nothing");
}

}  // namespace
}  // namespace spectradiff::test
