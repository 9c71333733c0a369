// Files that are no song: each is refused in words that say what it is.
#include <gmock/gmock.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <vector>

#include "expect_error.h"
#include "sound_file.h"
#include "spectradiff/audio/audio_source.h"
#include "spectradiff/base/error.h"
#include "temporary_folder.h"
#include "wav_bytes.h"

namespace spectradiff {
namespace {

using namespace std::string_literals;

std::string quiet_wav(const WavFormat& format, size_t bytes) {
  return wav_bytes(format, std::string(bytes, '\0'));
}

class BadFileTest : public ::testing::Test {
 protected:
  AudioSource open(std::string_view bytes) {
    write_bytes(folder_ / "song.wav", bytes);
    return AudioSource::open(folder_ / "song.wav");
  }
  TemporaryFolder folder_;
};

TEST_F(BadFileTest, AFileThatIsNoSoundIsNamedForWhatItIs) {
  const std::pair<std::string, const char*> cases[] = {
      {"", "empty"},
      {"\n <!DOCTYPE html><html>404", "HTML"},
      {"<HTML><body>", "HTML"},
      {"{\"error\": 1}", "text"},
      {"\x89PNG\r\n\x1a\n0000"s, "PNG"},
      {"\xff\xd8\xff\xe0 JFIF"s, "JPEG"},
      {"PK\x03\x04 and more"s, "ZIP"},
      {"\0\0\0\x20"
       "ftypM4A "s,
       "M4A"},
      {std::string(10000, '\0'), "zeros"},
      {"RIFF", "cut off in its header"},
  };
  for (const auto& [bytes, words] : cases) EXPECT_ERROR(open(bytes), ErrorKind::input, words);
  EXPECT_ERROR(open("some text"), ErrorKind::input, "ffmpeg -i in out.wav");
}

TEST_F(BadFileTest, WhatIsNoRegularFileIsRefusedAtOnce) {
  EXPECT_ERROR(AudioSource::open(folder_ / "missing.wav"), ErrorKind::input, "missing.wav: No such file");
  EXPECT_ERROR(AudioSource::open(folder_.path()), ErrorKind::input, "a folder");
  EXPECT_ERROR(AudioSource::open("/dev/zero"), ErrorKind::input, "a device");
  ASSERT_EQ(::mkfifo((folder_ / "pipe").c_str(), 0600), 0);
  EXPECT_ERROR(AudioSource::open(folder_ / "pipe"), ErrorKind::input, "a pipe; give '-'");
}

TEST_F(BadFileTest, AHeaderWithoutSamplesHoldsNoAudio) {
  EXPECT_ERROR(open(quiet_wav({}, 0)), ErrorKind::input, "holds no audio");
  EXPECT_ERROR(open(quiet_wav({}, 0) + "LIST" + little_endian(4, 4) + "INFO"), ErrorKind::input,
               "holds no audio");
}

TEST_F(BadFileTest, ImpossibleHeadersAreRefusedWithTheirValue) {
  EXPECT_ERROR(open(quiet_wav({.channels = 0}, 1000)), ErrorKind::input, "0 channels");
  EXPECT_ERROR(open(quiet_wav({.channels = 1024}, 10240)), ErrorKind::input, "1024 channels");
  EXPECT_ERROR(open(quiet_wav({.sample_rate_hz = 0}, 1000)), ErrorKind::input, "0 Hz");
  EXPECT_ERROR(open(quiet_wav({.sample_rate_hz = 1}, 1000)), ErrorKind::input, "1 Hz");
  EXPECT_ERROR(open(quiet_wav({.sample_rate_hz = 4000000000u}, 1000)), ErrorKind::input, "4000000000 Hz");
  EXPECT_ERROR(open(quiet_wav({.tag = 0x1234}, 1000)), ErrorKind::input, "ffmpeg -i in out.wav");
}

TEST_F(BadFileTest, ASongBeyondSixHoursIsRefusedWithoutReadingIt) {
  constexpr int64_t kBytes = int64_t{7} * 3600 * 44100;
  std::string header = quiet_wav({.bits = 8}, 0);
  header.replace(kWavDataSizeOffset, 4, little_endian(kBytes, 4));
  write_bytes(folder_ / "song.wav", header);
  std::filesystem::resize_file(folder_ / "song.wav", kWavHeaderBytes + kBytes);
  EXPECT_ERROR(AudioSource::open(folder_ / "song.wav"), ErrorKind::input,
               "longer than 6:00:00, the limit that --max-duration sets");
}

TEST_F(BadFileTest, EveryCutOfASoundFileIsReadOrRefused) {
  const std::string bytes = quiet_wav({.channels = 2}, 80) + "LIST" + little_endian(4, 4) + "INFO";
  int read = 0;
  for (size_t size = 0; size < bytes.size(); ++size) {
    try {
      AudioSource source = open(bytes.substr(0, size));
      EXPECT_EQ(source.info().samples, static_cast<int64_t>(std::min<size_t>(size - kWavHeaderBytes, 80) / 4))
          << size;
      ++read;
    } catch (const Error& error) {
      EXPECT_EQ(error.kind(), ErrorKind::input) << size;
    }
  }
  EXPECT_GE(read, 80);
}

TEST_F(BadFileTest, ASpoolHasALimitAndLeavesNothing) {
  TemporaryFolder spools;
  ::setenv("TMPDIR", spools.path().c_str(), 1);
  int ends[2];
  ASSERT_EQ(::pipe(ends), 0);
  ASSERT_EQ(::write(ends[1], "0123456789", 10), 10);
  ::close(ends[1]);
  EXPECT_ERROR(SoundFile::spool(ends[0], 9), ErrorKind::input, "more than 9 bytes");
  ::close(ends[0]);
  EXPECT_TRUE(std::filesystem::is_empty(spools.path()));
  ::setenv("TMPDIR", "/nowhere", 1);
  EXPECT_ERROR(SoundFile::spool(0, 9), ErrorKind::output, "set TMPDIR");
  ::unsetenv("TMPDIR");
}

}  // namespace
}  // namespace spectradiff
