#include "spectradiff/audio/sound_writer.h"

#include <sndfile.h>

#include <algorithm>
#include <cctype>
#include <cstring>
#include <filesystem>
#include <memory>

#include "spectradiff/base/error.h"

namespace spectradiff {
namespace {

struct Memory {
  std::vector<uint8_t> bytes;
  sf_count_t position = 0;
};

Memory& memory_of(void* user) {
  return *static_cast<Memory*>(user);
}

sf_count_t memory_length(void* user) {
  return static_cast<sf_count_t>(memory_of(user).bytes.size());
}

sf_count_t memory_seek(sf_count_t offset, int whence, void* user) {
  if (whence == SEEK_CUR) offset += memory_of(user).position;
  if (whence == SEEK_END) offset += memory_length(user);
  if (offset < 0) return -1;
  return memory_of(user).position = offset;
}

sf_count_t memory_read(void* data, sf_count_t count, void* user) {
  Memory& memory = memory_of(user);
  count = std::clamp<sf_count_t>(memory_length(user) - memory.position, 0, count);
  std::memcpy(data, memory.bytes.data() + memory.position, static_cast<size_t>(count));
  memory.position += count;
  return count;
}

// Exceptions must not cross the library's C frames.
sf_count_t memory_write(const void* data, sf_count_t count, void* user) try {
  Memory& memory = memory_of(user);
  const auto end = static_cast<size_t>(memory.position + count);
  if (end > memory.bytes.size()) memory.bytes.resize(end);
  std::memcpy(memory.bytes.data() + memory.position, data, static_cast<size_t>(count));
  memory.position += count;
  return count;
} catch (...) {
  return 0;
}

sf_count_t memory_tell(void* user) {
  return memory_of(user).position;
}

struct CloseSound {
  void operator()(SNDFILE* file) const { sf_close(file); }
};

}  // namespace

SoundFormat sound_format_of(const std::string& name) {
  std::string ending = std::filesystem::path(name).extension().string();
  std::transform(ending.begin(), ending.end(), ending.begin(),
                 [](unsigned char c) { return std::tolower(c); });
  if (ending == ".flac") return SoundFormat::flac;
  if (ending == ".wav" || ending == ".wave") return SoundFormat::wav;
  throw_error(ErrorKind::usage, "output = {}: sound is written as .wav or .flac", name);
}

std::vector<uint8_t> sound_file_bytes(std::span<const float> interleaved, int channels, int sample_rate_hz,
                                      SoundFormat format) {
  constexpr int kMostOfFlac = 8;
  if (format == SoundFormat::flac && channels > kMostOfFlac)
    throw_error(ErrorKind::usage, "FLAC holds {} channels at most, and there are {}; write .wav", kMostOfFlac,
                channels);
  SF_INFO info{};
  info.samplerate = sample_rate_hz;
  info.channels = channels;
  info.format = (format == SoundFormat::flac ? SF_FORMAT_FLAC : SF_FORMAT_WAV) | SF_FORMAT_PCM_24;
  SF_VIRTUAL_IO io{memory_length, memory_seek, memory_read, memory_write, memory_tell};
  Memory memory;
  std::unique_ptr<SNDFILE, CloseSound> file(sf_open_virtual(&io, SFM_WRITE, &info, &memory));
  if (file == nullptr) throw_error(ErrorKind::internal, "libsndfile cannot write: {}", sf_strerror(nullptr));
  sf_command(file.get(), SFC_SET_CLIPPING, nullptr, SF_TRUE);
  const auto count = static_cast<sf_count_t>(interleaved.size()) / channels;
  if (sf_writef_float(file.get(), interleaved.data(), count) != count)
    throw_error(ErrorKind::memory, "libsndfile cannot write {} samples: {}", count, sf_strerror(file.get()));
  file.reset();
  return std::move(memory.bytes);
}

}  // namespace spectradiff
