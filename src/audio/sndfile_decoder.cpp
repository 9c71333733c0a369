// libsndfile behind the decoder seam. It reads through callbacks and never sees the file's name: by the
// name's ending alone it would take any text for headerless samples. libmpg123, inside it, may write notes
// about a damaged MP3 to stderr.
#include <sndfile.h>

#include <algorithm>
#include <cstdio>
#include <cstring>

#include "decoder.h"
#include "sound_file.h"

namespace spectradiff {
namespace {

struct Stream {
  const SoundFile* file;
  HeaderPatch patch;
  sf_count_t position = 0;
};

sf_count_t stream_length(void* user) {
  return static_cast<Stream*>(user)->file->bytes();
}

sf_count_t stream_seek(sf_count_t offset, int whence, void* user) {
  auto* stream = static_cast<Stream*>(user);
  if (whence == SEEK_CUR) offset += stream->position;
  if (whence == SEEK_END) offset += stream->file->bytes();
  if (offset < 0) return -1;
  stream->position = offset;
  return offset;
}

// Exceptions must not cross the library's C frames: a failing disk reads as the end of the file here and the
// length shows it.
sf_count_t stream_read(void* data, sf_count_t count, void* user) {
  auto* stream = static_cast<Stream*>(user);
  sf_count_t got = 0;
  try {
    got = static_cast<sf_count_t>(stream->file->read_at(stream->position, data, static_cast<size_t>(count)));
  } catch (...) {
    return 0;
  }
  if (stream->patch.offset >= 0) {
    for (int i = 0; i < 4; ++i) {
      const sf_count_t at = stream->patch.offset + i - stream->position;
      if (at >= 0 && at < got) static_cast<uint8_t*>(data)[at] = stream->patch.bytes[i];
    }
  }
  stream->position += got;
  return got;
}

sf_count_t stream_write(const void*, sf_count_t, void*) {
  return 0;
}

sf_count_t stream_tell(void* user) {
  return static_cast<Stream*>(user)->position;
}

struct CloseSndfile {
  void operator()(SNDFILE* file) const { sf_close(file); }
};

// libsndfile's own name without what it puts in brackets: "WAV (Microsoft)" is "WAV".
std::string format_name(int format) {
  SF_FORMAT_INFO info{};
  info.format = format;
  if (sf_command(nullptr, SFC_GET_FORMAT_INFO, &info, sizeof info) != 0 || info.name == nullptr)
    return "unknown";
  std::string name = info.name;
  name = name.substr(0, name.find(" ("));
  if (name.starts_with("Signed ")) name = name.substr(7);
  return name;
}

bool is_lossless(int subtype) {
  static constexpr int kLossless[] = {SF_FORMAT_PCM_S8,  SF_FORMAT_PCM_U8,  SF_FORMAT_PCM_16,
                                      SF_FORMAT_PCM_24,  SF_FORMAT_PCM_32,  SF_FORMAT_FLOAT,
                                      SF_FORMAT_DOUBLE,  SF_FORMAT_ALAC_16, SF_FORMAT_ALAC_20,
                                      SF_FORMAT_ALAC_24, SF_FORMAT_ALAC_32};
  return std::find(std::begin(kLossless), std::end(kLossless), subtype) != std::end(kLossless);
}

class SndfileDecoder final : public Decoder {
 public:
  SndfileDecoder(const SoundFile& file, const HeaderPatch& patch) : stream_{&file, patch} {
    SF_VIRTUAL_IO callbacks{stream_length, stream_seek, stream_read, stream_write, stream_tell};
    SF_INFO info{};
    file_.reset(sf_open_virtual(&callbacks, SFM_READ, &info, &stream_));
    if (!file_) return;
    subtype_ = info.format & SF_FORMAT_SUBMASK;
    info_.sample_rate_hz = info.samplerate;
    info_.channels = info.channels;
    info_.samples = info.frames;
    info_.format = format_name(info.format & SF_FORMAT_TYPEMASK) + ", " + format_name(subtype_);
    info_.lossless = is_lossless(subtype_);
  }

  bool opened() const { return file_ != nullptr; }
  const AudioInfo& info() const override { return info_; }
  bool float_samples() const override { return subtype_ == SF_FORMAT_FLOAT || subtype_ == SF_FORMAT_DOUBLE; }
  int64_t length_slack() const override {
    const bool mpeg = subtype_ == SF_FORMAT_MPEG_LAYER_I || subtype_ == SF_FORMAT_MPEG_LAYER_II ||
                      subtype_ == SF_FORMAT_MPEG_LAYER_III;
    return mpeg ? info_.samples / 100 : 0;  // without a Xing header the length is guessed from the bit rate
  }
  std::string note() const override { return ""; }
  bool can_seek() const override { return true; }
  bool seek(int64_t sample) override { return sf_seek(file_.get(), sample, SEEK_SET) == sample; }
  bool damaged() const override { return false; }
  int64_t read(float* interleaved, int64_t frames) override {
    return std::max<sf_count_t>(0, sf_readf_float(file_.get(), interleaved, frames));
  }

 private:
  Stream stream_;
  std::unique_ptr<SNDFILE, CloseSndfile> file_;
  AudioInfo info_;
  int subtype_ = 0;
};

}  // namespace

std::unique_ptr<Decoder> open_with_sndfile(const SoundFile& file, const HeaderPatch& patch,
                                           std::string& reason) {
  auto decoder = std::make_unique<SndfileDecoder>(file, patch);
  if (decoder->opened()) return decoder;
  reason = sf_strerror(nullptr);
  reason = reason.substr(0, reason.find_last_not_of(". \n") + 1);
  return nullptr;
}

std::string audio_library_version() {
  return sf_version_string();
}

}  // namespace spectradiff
