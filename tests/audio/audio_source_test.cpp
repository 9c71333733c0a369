#include "spectradiff/audio/audio_source.h"

#include <gmock/gmock.h>
#include <sndfile.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <thread>
#include <vector>

#include "expect_error.h"
#include "spectradiff/base/error.h"
#include "temporary_folder.h"
#include "wav_bytes.h"

namespace spectradiff {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

std::vector<int16_t> noise(size_t count) {
  std::vector<int16_t> samples(count);
  uint32_t state = 7;
  for (int16_t& sample : samples) {
    state = state * 1664525u + 1013904223u;
    sample = static_cast<int16_t>(static_cast<int>(state >> 16) - 32768);
  }
  return samples;
}

std::string noise_wav(size_t count, uint16_t channels = 1) {
  const std::vector<int16_t> samples = noise(count);
  return wav_bytes<int16_t>({.channels = channels}, samples);
}

std::vector<float> read_all(AudioSource& source, int64_t block = 1000) {
  std::vector<float> samples;
  std::vector<float> part(static_cast<size_t>(block * source.info().channels));
  while (const int64_t got = source.read(part.data(), block)) {
    samples.insert(samples.end(), part.begin(), part.begin() + got * source.info().channels);
  }
  return samples;
}

class AudioSourceTest : public ::testing::Test {
 protected:
  AudioSource open(std::string_view bytes, const std::string& name = "song.wav") {
    write_bytes(folder_ / name, bytes);
    return AudioSource::open(folder_ / name);
  }
  void write_with_sndfile(const std::string& name, int format, const std::vector<int16_t>& samples,
                          int channels) {
    SF_INFO info{};
    info.samplerate = 44100;
    info.channels = channels;
    info.format = format;
    SNDFILE* file = sf_open((folder_ / name).c_str(), SFM_WRITE, &info);
    ASSERT_NE(file, nullptr) << sf_strerror(nullptr);
    const std::vector<float> scaled = as_floats(samples);
    sf_write_float(file, scaled.data(), static_cast<sf_count_t>(scaled.size()));
    sf_close(file);
  }
  TemporaryFolder folder_;
};

TEST_F(AudioSourceTest, ReadsSixteenBitSamplesExactly) {
  const std::vector<int16_t> samples = noise(5000);
  AudioSource source = open(wav_bytes<int16_t>({.channels = 2}, samples));
  EXPECT_EQ(source.info().samples, 2500);
  EXPECT_EQ(source.info().channels, 2);
  EXPECT_EQ(source.info().sample_rate_hz, 44100);
  EXPECT_EQ(source.info().format, "WAV, 16 bit PCM");
  EXPECT_TRUE(source.info().lossless);
  EXPECT_THAT(source.notes(), IsEmpty());
  const std::vector<float> read = read_all(source, 333);
  ASSERT_EQ(read.size(), samples.size());
  for (size_t i = 0; i < read.size(); ++i) ASSERT_EQ(read[i], samples[i] / 32768.0f) << i;
}

TEST_F(AudioSourceTest, MonoIsTheMeanOfAllChannels) {
  const std::vector<int16_t> samples = {100, 200, 600, -32768, 0, 32767};
  AudioSource source = open(wav_bytes<int16_t>({.channels = 3}, samples));
  float mono[4];
  ASSERT_EQ(source.read_mono(mono, 4), 2);
  EXPECT_FLOAT_EQ(mono[0], 300 / 32768.0f);
  EXPECT_FLOAT_EQ(mono[1], -1 / 32768.0f / 3);
}

TEST_F(AudioSourceTest, ReadsTheSameFromAnyPlaceInEveryKindOfFile) {
  const std::vector<int16_t> samples = noise(120000);
  write_with_sndfile("a.wav", SF_FORMAT_WAV | SF_FORMAT_PCM_24, samples, 2);
  write_with_sndfile("a.flac", SF_FORMAT_FLAC | SF_FORMAT_PCM_16, samples, 2);
  write_with_sndfile("a.ogg", SF_FORMAT_OGG | SF_FORMAT_VORBIS, samples, 2);
  write_with_sndfile("a.caf", SF_FORMAT_CAF | SF_FORMAT_ALAC_16, samples, 2);
  for (const char* name : {"a.wav", "a.flac", "a.ogg", "a.caf"}) {
    AudioSource source = AudioSource::open(folder_ / name);
    const std::vector<float> whole = read_all(source);
    ASSERT_EQ(whole.size(), samples.size()) << name;
    for (const int64_t start : {int64_t{31234}, int64_t{0}, int64_t{59990}, int64_t{60000}, int64_t{77}}) {
      source.seek(start);
      const std::vector<float> part = read_all(source, 4096);
      ASSERT_EQ(part.size(), whole.size() - static_cast<size_t>(2 * start)) << name;
      for (size_t i = 0; i < part.size(); ++i) {
        ASSERT_NEAR(part[i], whole[static_cast<size_t>(2 * start) + i], 1e-6)
            << name << " " << start << " " << i;
      }
    }
  }
}

TEST_F(AudioSourceTest, KnowsWhichFormatsLoseNothing) {
  const std::vector<int16_t> samples = noise(20000);
  const std::pair<int, bool> cases[] = {
      {SF_FORMAT_WAV | SF_FORMAT_PCM_U8, true},  {SF_FORMAT_WAV | SF_FORMAT_FLOAT, true},
      {SF_FORMAT_FLAC | SF_FORMAT_PCM_24, true}, {SF_FORMAT_CAF | SF_FORMAT_ALAC_16, true},
      {SF_FORMAT_AIFF | SF_FORMAT_PCM_16, true}, {SF_FORMAT_RF64 | SF_FORMAT_PCM_16, true},
      {SF_FORMAT_WAV | SF_FORMAT_ULAW, false},   {SF_FORMAT_WAV | SF_FORMAT_IMA_ADPCM, false},
      {SF_FORMAT_OGG | SF_FORMAT_VORBIS, false},
  };
  for (const auto& [format, lossless] : cases) {
    write_with_sndfile("a", format, samples, 1);
    const AudioSource source = AudioSource::open(folder_ / "a");
    EXPECT_EQ(source.info().lossless, lossless) << source.info().format;
    EXPECT_GE(source.info().samples, 20000) << source.info().format;
    EXPECT_THAT(source.notes(), IsEmpty()) << source.info().format;
  }
}

TEST_F(AudioSourceTest, ReadsSixtyFourChannelsAndRefusesMore) {
  EXPECT_EQ(open(noise_wav(6400, 64)).info().channels, 64);
  EXPECT_ERROR(open(noise_wav(6500, 65)), ErrorKind::input, "65 channels");
  EXPECT_ERROR(open(noise_wav(65535, 65535)), ErrorKind::input, "at most 64");
}

TEST_F(AudioSourceTest, OddNamesAreNamesLikeAnyOther) {
  for (const std::string name :
       {"a b.wav", "it's \"it\".wav", "line\nbreak.wav", "-leading.wav", "stray\xff_byte.wav", "text.vox"}) {
    EXPECT_EQ(open(noise_wav(100), name).info().samples, 100) << name;
    EXPECT_ERROR(open("no sound", name), ErrorKind::input, "a text file");
  }
  EXPECT_ERROR(open("no sound", "line\nbreak\xff"), ErrorKind::input, "line\\x0abreak\\xff");
}

TEST_F(AudioSourceTest, ATruncatedWavIsReadWithBothDurationsNoted) {
  const std::string bytes = noise_wav(88200);
  AudioSource source = open(bytes.substr(0, kWavHeaderBytes + 44100 + 1));
  EXPECT_EQ(source.info().samples, 22050);
  EXPECT_THAT(source.notes(), ElementsAre(HasSubstr("cut off: 0.50 s of 2.00 s")));
  EXPECT_EQ(read_all(source).size(), 22050u);
}

TEST_F(AudioSourceTest, SizesThatStreamingWritersLeaveMeanUnknown) {
  for (const uint32_t size : {0xffffffffu, 0x7fffffffu, 0xffffffdbu, 0x7ffff000u}) {
    std::string bytes = noise_wav(30000);
    bytes.replace(kWavDataSizeOffset, 4, little_endian(size, 4));
    AudioSource source = open(bytes);
    EXPECT_EQ(source.info().samples, 30000);
    EXPECT_THAT(source.notes(), IsEmpty()) << size;
  }
}

TEST_F(AudioSourceTest, SamplesBehindASizeOfZeroAreUsed) {
  std::string bytes = noise_wav(30000);
  bytes.replace(kWavDataSizeOffset, 4, little_endian(0, 4));
  AudioSource source = open(bytes);
  EXPECT_EQ(source.info().samples, 30000);
  EXPECT_THAT(source.notes(), ElementsAre(HasSubstr("no sound, but 0.68 s of it follow")));
  EXPECT_EQ(read_all(source)[12345], noise(30000)[12345] / 32768.0f);
}

TEST_F(AudioSourceTest, BytesBehindTheStatedSamplesAreIgnoredWithANote) {
  std::string bytes = noise_wav(30000);
  bytes.replace(kWavDataSizeOffset, 4, little_endian(20000, 4));
  AudioSource source = open(bytes);
  EXPECT_EQ(source.info().samples, 10000);
  EXPECT_THAT(source.notes(), ElementsAre(HasSubstr("40000 bytes ignored")));
}

TEST_F(AudioSourceTest, ChunksAndTagsAroundTheSamplesAreNoFault) {
  const std::string list = "LIST" + little_endian(300000, 4) + std::string(300000, 'x');
  const std::string tag = "TAG" + std::string(125, ' ');
  std::string bytes = noise_wav(3000) + list + tag;
  bytes.insert(36, list);
  EXPECT_EQ(open(bytes).info().samples, 3000);
  EXPECT_THAT(open(bytes).notes(), IsEmpty());
}

TEST_F(AudioSourceTest, FlacWithoutALengthIsCountedAndOneCutShortIsNoted) {
  write_with_sndfile("a.flac", SF_FORMAT_FLAC | SF_FORMAT_PCM_16, noise(100000), 1);
  std::string bytes(std::filesystem::file_size(folder_ / "a.flac"), '\0');
  std::ifstream(folder_ / "a.flac", std::ios::binary)
      .read(bytes.data(), static_cast<std::streamsize>(bytes.size()));

  // STREAMINFO keeps the number of samples in the 36 bits from byte 21 on.
  std::string streamed = bytes;
  streamed[21] = static_cast<char>(streamed[21] & 0xf0);
  streamed.replace(22, 4, std::string(4, '\0'));
  AudioSource counted = open(streamed, "streamed.flac");
  EXPECT_EQ(counted.info().samples, 100000);
  EXPECT_THAT(counted.notes(), IsEmpty());

  AudioSource cut = open(bytes.substr(0, bytes.size() / 2), "cut.flac");
  EXPECT_GT(cut.info().samples, 40000);
  EXPECT_LT(cut.info().samples, 50001);
  EXPECT_THAT(cut.notes(), ElementsAre(HasSubstr("of 2.27 s can be read")));
  EXPECT_EQ(read_all(cut).size(), static_cast<size_t>(cut.info().samples));
}

TEST_F(AudioSourceTest, DamageInTheMiddleIsSilentAndTheSongGoesOnBehindItInItsPlace) {
  write_with_sndfile("a.flac", SF_FORMAT_FLAC | SF_FORMAT_PCM_16, noise(100000), 1);
  AudioSource whole = AudioSource::open(folder_ / "a.flac");
  const auto heard = read_all(whole);
  std::fstream file(folder_ / "a.flac", std::ios::binary | std::ios::in | std::ios::out);
  file.seekp(100000);
  file.write(std::string(20000, '\x5a').data(), 20000);
  file.close();
  AudioSource source = AudioSource::open(folder_ / "a.flac");
  EXPECT_EQ(source.info().samples, 100000);
  const auto read = read_all(source);
  ASSERT_EQ(read.size(), 100000u);
  EXPECT_EQ(source.info().samples, 100000);
  EXPECT_TRUE(source.info().mended);
  EXPECT_THAT(source.notes(), ElementsAre(HasSubstr("cannot be read and is silent")));
  size_t silent = 0;
  for (size_t i = 0; i < read.size(); ++i) {
    EXPECT_TRUE(read[i] == 0 || read[i] == heard[i]) << i;
    silent += read[i] == 0 && heard[i] != 0 ? 1 : 0;
  }
  EXPECT_GT(silent, 9000u);  // the 20000 bytes are about 10000 samples
  EXPECT_LT(silent, 21000u);

  // Read again, from there or in pieces: the same, and nothing is said twice.
  source.seek(55000);
  std::vector<float> again(45000);
  int64_t got = 0;
  while (const int64_t some = source.read(again.data() + got, std::min<int64_t>(777, 45000 - got)))
    got += some;
  EXPECT_EQ(got, 45000);
  EXPECT_TRUE(std::equal(again.begin(), again.end(), read.begin() + 55000));
  EXPECT_EQ(source.notes().size(), 1u);
}

TEST_F(AudioSourceTest, NumbersThatAreNoneBecomeZeroAndAreCounted) {
  std::vector<float> samples(1000, 0.5f);
  samples[10] = std::numeric_limits<float>::quiet_NaN();
  samples[20] = std::numeric_limits<float>::infinity();
  samples[30] = -std::numeric_limits<float>::infinity();
  samples[40] = 1e30f;
  samples[50] = 1e-39f;
  AudioSource source = open(wav_bytes<float>({.tag = 3, .bits = 32}, samples));
  EXPECT_THAT(source.notes(), ElementsAre(HasSubstr("4 samples")));
  const std::vector<float> read = read_all(source);
  for (const size_t i : {10u, 20u, 30u, 40u, 50u}) EXPECT_EQ(read[i], 0.0f) << i;
  EXPECT_EQ(read[60], 0.5f);

  std::fill_n(samples.begin(), 11, std::numeric_limits<float>::quiet_NaN());
  EXPECT_ERROR(open(wav_bytes<float>({.tag = 3, .bits = 32}, samples)), ErrorKind::input, "not numbers");
}

TEST_F(AudioSourceTest, LoudFloatsAreScaledToFullScaleWithANote) {
  std::vector<float> samples(1000, -8.0f);
  samples[1] = 2.0f;
  AudioSource source = open(wav_bytes<float>({.tag = 3, .bits = 32}, samples));
  EXPECT_THAT(source.notes(), ElementsAre(HasSubstr("peaks at 8")));
  EXPECT_TRUE(source.info().mended);
  EXPECT_EQ(read_all(source)[0], -1.0f);
  source.seek(1);
  EXPECT_EQ(read_all(source)[0], 0.25f);
}

TEST_F(AudioSourceTest, AnRf64FileBeyondFourGibibytesIsReadToItsLastSample) {
  constexpr uint64_t kDataBytes = (uint64_t{5} << 30);
  constexpr int kAlign = 64 * 2;
  const std::string header = std::string("RF64\xff\xff\xff\xffWAVEds64") + little_endian(28, 4) +
                             little_endian(72 + kDataBytes, 8) + little_endian(kDataBytes, 8) +
                             little_endian(kDataBytes / kAlign, 8) + little_endian(0, 4) + "fmt " +
                             little_endian(16, 4) + little_endian(1, 2) + little_endian(64, 2) +
                             little_endian(384000, 4) + little_endian(384000u * kAlign, 4) +
                             little_endian(kAlign, 2) + little_endian(16, 2) + "data\xff\xff\xff\xff";
  write_bytes(folder_ / "song.wav", header);
  std::filesystem::resize_file(folder_ / "song.wav", header.size() + kDataBytes - 2);
  std::ofstream(folder_ / "song.wav", std::ios::binary | std::ios::app).write("\x00\x40", 2);

  AudioSource source = AudioSource::open(folder_ / "song.wav");
  EXPECT_EQ(source.info().samples, static_cast<int64_t>(kDataBytes / kAlign));
  EXPECT_THAT(source.notes(), IsEmpty());
  source.seek(source.info().samples - 1);
  std::vector<float> last(64);
  ASSERT_EQ(source.read(last.data(), 1), 1);
  EXPECT_EQ(last[62], 0.0f);
  EXPECT_EQ(last[63], 0.5f);
}

TEST_F(AudioSourceTest, OneSampleIsASongWithANote) {
  AudioSource source = open(noise_wav(1));
  EXPECT_EQ(source.info().samples, 1);
  EXPECT_THAT(source.notes(), ElementsAre(HasSubstr("very short")));
}

// Puts `bytes` on this process's standard input through a pipe.
class PipedStdin {
 public:
  explicit PipedStdin(std::string bytes) : saved_(::dup(STDIN_FILENO)) {
    int ends[2];
    if (::pipe(ends) != 0) throw std::runtime_error("no pipe");
    ::dup2(ends[0], STDIN_FILENO);
    ::close(ends[0]);
    writer_ = std::thread([bytes = std::move(bytes), end = ends[1]] {
      for (size_t done = 0; done < bytes.size();) {
        const ssize_t put = ::write(end, bytes.data() + done, std::min<size_t>(bytes.size() - done, 1000));
        if (put <= 0) break;
        done += static_cast<size_t>(put);
      }
      ::close(end);
    });
  }
  ~PipedStdin() {
    writer_.join();
    ::dup2(saved_, STDIN_FILENO);
    ::close(saved_);
  }

 private:
  int saved_;
  std::thread writer_;
};

TEST_F(AudioSourceTest, StandardInputIsSpooledToAFileThatGoesWithTheSource) {
  std::filesystem::path spool;
  {
    std::string bytes = noise_wav(50000);
    bytes.replace(kWavDataSizeOffset, 4, little_endian(0xffffffff, 4));
    PipedStdin piped(bytes);
    AudioSource source = AudioSource::open("-");
    spool = source.file();
    EXPECT_EQ(std::filesystem::file_size(spool), bytes.size());
    EXPECT_EQ(source.info().samples, 50000);
    EXPECT_EQ(read_all(source).size(), 50000u);
    AudioSource moved = std::move(source);
    EXPECT_TRUE(std::filesystem::exists(spool));
  }
  EXPECT_FALSE(std::filesystem::exists(spool));
}

TEST_F(AudioSourceTest, AnEmptyStandardInputIsNamed) {
  PipedStdin piped("");
  EXPECT_ERROR(AudioSource::open("-"), ErrorKind::input, "standard input is an empty file");
}

}  // namespace
}  // namespace spectradiff
