// What libsndfile does not read and libav does.
#include <gmock/gmock.h>

#include <algorithm>
#include <filesystem>
#include <optional>
#include <vector>

#include "expect_error.h"
#include "spectradiff/audio/audio_source.h"
#include "spectradiff/base/file.h"
#include "spectradiff/media/song_tags.h"
#include "spectradiff/media/video_writer.h"
#include "temporary_folder.h"
#include "wav_bytes.h"

namespace spectradiff {
namespace {

using namespace std::string_literals;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

std::vector<int16_t> ramp(size_t count) {
  std::vector<int16_t> samples(count);
  for (size_t i = 0; i < count; ++i) samples[i] = static_cast<int16_t>(i * 7919 % 60000 - 30000);
  return samples;
}

// As RF64: the sizes are in a ds64 chunk in front.
std::string bw64_bytes(const std::vector<int16_t>& samples, uint64_t stated_bytes, int channels = 2) {
  const std::string data(reinterpret_cast<const char*>(samples.data()), samples.size() * 2);
  const std::string ds64 = "ds64" + little_endian(28, 4) + little_endian(72 + data.size(), 8) +
                           little_endian(stated_bytes, 8) + little_endian(samples.size() / 2, 8) +
                           little_endian(0, 4);
  const std::string format = "fmt " + little_endian(16, 4) + little_endian(1, 2) +
                             little_endian(channels, 2) + little_endian(48000, 4) +
                             little_endian(48000 * 2 * channels, 4) + little_endian(2 * channels, 2) +
                             little_endian(16, 2);
  return "BW64\xff\xff\xff\xffWAVE"s + ds64 + format + "data\xff\xff\xff\xff"s + data;
}

std::vector<float> read_from(AudioSource& source, int64_t sample) {
  source.seek(sample);
  std::vector<float> samples;
  std::vector<float> block(static_cast<size_t>(777 * source.info().channels));
  while (const int64_t got = source.read(block.data(), 777)) {
    samples.insert(samples.end(), block.begin(), block.begin() + got * source.info().channels);
  }
  return samples;
}

class LibavDecoderTest : public ::testing::Test {
 protected:
  AudioSource open(std::string_view bytes) {
    write_bytes(folder_ / "song.wav", bytes);
    return AudioSource::open(folder_ / "song.wav");
  }
  // Half a second of the samples, as the sound of a film.
  std::filesystem::path film(const std::vector<int16_t>& samples) {
    VideoSettings settings;
    settings.fps = Rational(10);
    settings.picture_size = settings.output_size = {16, 16};
    settings.audio_codec = "alac";
    SoundTrack sound;
    sound.sample_rate_hz = 44100;
    sound.channels = 2;
    sound.samples = static_cast<int64_t>(samples.size() / 2);
    const std::vector<float> floats = as_floats(samples);
    int64_t done = 0;
    sound.read = [&](float* out, int64_t frames) {
      const int64_t count = std::min(frames, sound.samples - done);
      std::copy_n(floats.data() + 2 * done, 2 * count, out);
      done += count;
      return count;
    };
    VideoWriter writer(settings, folder_ / "film.mp4", sound);
    for (int64_t i = 0; i * 4410 < sound.samples; ++i) writer.write(Canvas({16, 16}));
    writer.finish();
    return folder_ / "film.mp4";
  }
  TemporaryFolder folder_;
};

TEST_F(LibavDecoderTest, Bw64IsReadExactlyFromAnyPlace) {
  const std::vector<int16_t> samples = ramp(30000);
  AudioSource source = open(bw64_bytes(samples, samples.size() * 2));
  EXPECT_EQ(source.info().samples, 15000);
  EXPECT_EQ(source.info().sample_rate_hz, 48000);
  EXPECT_TRUE(source.info().lossless);
  EXPECT_THAT(source.notes(), IsEmpty());
  const std::vector<float> whole = as_floats(samples);
  for (const int64_t place : {int64_t{0}, int64_t{14999}, int64_t{5001}, int64_t{8192}}) {
    EXPECT_EQ(read_from(source, place), std::vector<float>(whole.begin() + 2 * place, whole.end())) << place;
  }
}

TEST_F(LibavDecoderTest, ATruncatedBw64IsNotedWithBothDurationsOnce) {
  const AudioSource source = open(bw64_bytes(ramp(48000), 192000));
  EXPECT_EQ(source.info().samples, 24000);
  EXPECT_THAT(source.notes(), ::testing::ElementsAre(HasSubstr("0.50 s of 1.00 s")));
}

TEST_F(LibavDecoderTest, ABw64HeaderIsHeldToTheSameLimits) {
  EXPECT_ERROR(open(bw64_bytes(ramp(4096), 8192, 1024)), ErrorKind::input, "1024 channels");
}

TEST_F(LibavDecoderTest, TheSoundOfAFilmIsASong) {
  const std::vector<int16_t> samples = ramp(44100);
  AudioSource source = AudioSource::open(film(samples));
  EXPECT_EQ(source.info().samples, 22050);
  EXPECT_THAT(source.info().format, HasSubstr("ALAC"));
  EXPECT_TRUE(source.info().lossless);
  EXPECT_THAT(source.notes(), IsEmpty());
  const std::vector<float> whole = as_floats(samples);
  EXPECT_EQ(read_from(source, 0), whole);
  EXPECT_EQ(read_from(source, 10000), std::vector<float>(whole.begin() + 20000, whole.end()));
}

TEST_F(LibavDecoderTest, AFilmCutShortIsReadToItsCutOrRefused) {
  const std::filesystem::path path = film(ramp(44100));
  const auto bytes = std::filesystem::file_size(path);
  for (const uintmax_t size : {bytes - 40000, bytes / 2, bytes / 8, uintmax_t{100}}) {
    std::filesystem::resize_file(path, size);
    try {
      const AudioSource source = AudioSource::open(path);
      EXPECT_LT(source.info().samples, 22050) << size;
      EXPECT_THAT(source.notes(), ::testing::Contains(HasSubstr("ends early"))) << size;
    } catch (const Error& error) {
      EXPECT_EQ(error.kind(), ErrorKind::input) << size;
    }
  }
}

TEST_F(LibavDecoderTest, APlaylistDoesNotLeadToAnotherFile) {
  (void)open(wav_bytes<int16_t>({.channels = 2}, ramp(4000)));
  for (const char* text : {"ffconcat version 1.0\nfile song.wav\n", "#EXTM3U\n#EXTINF:1,\nsong.wav\n"}) {
    write_bytes(folder_ / "list.m4a", text);
    EXPECT_ERROR(AudioSource::open(folder_ / "list.m4a"), ErrorKind::input, "a text file");
  }
}

TEST_F(LibavDecoderTest, ALengthCanBeFittedWithSilenceOrACut) {
  const std::vector<int16_t> samples = ramp(2000);
  for (const bool libav : {false, true}) {
    AudioSource source =
        open(libav ? bw64_bytes(samples, samples.size() * 2) : wav_bytes<int16_t>({.channels = 2}, samples));
    source.fit_length(1100);
    std::vector<float> longer = as_floats(samples);
    longer.resize(2200, 0.0f);
    EXPECT_EQ(read_from(source, 0), longer);
    EXPECT_EQ(read_from(source, 1050), std::vector<float>(100, 0.0f));
    EXPECT_EQ(read_from(source, 990), std::vector<float>(longer.begin() + 1980, longer.end()));
    source.fit_length(500);
    EXPECT_EQ(read_from(source, 0), std::vector<float>(longer.begin(), longer.begin() + 1000));
    EXPECT_THAT(source.notes(), IsEmpty());
  }
}

// Tables of an index hold as many entries as a number in front of them says.
TEST_F(LibavDecoderTest, AFileThatClaimsMoreThanItHoldsIsDamagedAndNoLackOfMemory) {
  std::string bytes = read_file(film(ramp(44100)), 1 << 20, ErrorKind::internal);
  const size_t sound = bytes.rfind("stts");
  ASSERT_NE(sound, std::string::npos);
  bytes.replace(sound + 8, 4, "\x0f\xff\xff\xff");
  EXPECT_ERROR(open(bytes), ErrorKind::input, "it is damaged: it claims to hold more than its");
}

// libav would make room for the whole tag: 2 GB for 100 bytes.
TEST_F(LibavDecoderTest, AWavWhoseTagsClaimMuchIsReadWithoutThemOrRefused) {
  const std::string format = "fmt " + little_endian(16, 4) + little_endian(1, 2) + little_endian(1, 2) +
                             little_endian(44100, 4) + little_endian(88200, 4) + little_endian(2, 2) +
                             little_endian(16, 2);
  for (const uint32_t claim : {0x02000000U, 0x7ffffff0U, 0xfffffff0U}) {
    const std::string list = "LIST" + little_endian(claim, 4) + "INFOISFT" + little_endian(claim - 16, 4);
    const std::string wav = "RIFF" + little_endian(92, 4) + "WAVE" + format;
    EXPECT_ERROR(open((wav + list).append(36, '\0')), ErrorKind::input, "claims to be longer than the file");
    const std::string data = "data" + little_endian(20, 4) + std::string(20, '\1');
    EXPECT_EQ(open((wav + data + list).append(8, '\0')).info().samples, 10) << claim;
    EXPECT_EQ(read_song_tags(folder_ / "song.wav").title, "");
  }
}

}  // namespace
}  // namespace spectradiff
