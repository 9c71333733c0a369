// libsndfile behind the decoder seam. It reads through callbacks and never sees the file's name: by the
// name's ending alone it would take any text for headerless samples.
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
  const auto* stream = static_cast<Stream*>(user);
  return stream->file->bytes() + static_cast<sf_count_t>(stream->patch.pads.size());
}

sf_count_t stream_seek(sf_count_t offset, int whence, void* user) {
  auto* stream = static_cast<Stream*>(user);
  if (whence == SEEK_CUR) offset += stream->position;
  if (whence == SEEK_END) offset += stream_length(user);
  if (offset < 0) return -1;
  stream->position = offset;
  return offset;
}

// Bytes of the file as the library sees it: up to the next padding, if one was put in.
sf_count_t read_padded(const Stream& stream, void* data, sf_count_t count) {
  sf_count_t shift = 0;
  for (const int64_t pad : stream.patch.pads) {
    const sf_count_t place = pad + shift;
    if (stream.position < place) {
      count = std::min(count, place - stream.position);
      break;
    }
    if (stream.position == place) {
      *static_cast<uint8_t*>(data) = 0;
      return 1;
    }
    ++shift;
  }
  return static_cast<sf_count_t>(
      stream.file->read_at(stream.position - shift, data, static_cast<size_t>(count)));
}

// Exceptions must not cross the library's C frames: a failing disk reads as the end of the file here and the
// length shows it.
sf_count_t stream_read(void* data, sf_count_t count, void* user) {
  auto* stream = static_cast<Stream*>(user);
  sf_count_t got = 0;
  const sf_count_t begin = stream->position;
  try {
    while (got < count) {
      const sf_count_t some = read_padded(*stream, static_cast<uint8_t*>(data) + got, count - got);
      if (some == 0) break;
      got += some;
      stream->position += some;
    }
  } catch (...) {
    return 0;
  }
  if (stream->patch.offset >= 0) {
    for (int i = 0; i < 4; ++i) {
      const sf_count_t at = stream->patch.offset + i - begin;
      if (at >= 0 && at < got) static_cast<uint8_t*>(data)[at] = stream->patch.bytes[i];
    }
  }
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

// The bit of WAVE's mask for one of libsndfile's places; negative where there is none.
int wave_bit(int place) {
  static constexpr int kPlaces[] = {SF_CHANNEL_MAP_FRONT_LEFT,
                                    SF_CHANNEL_MAP_FRONT_RIGHT,
                                    SF_CHANNEL_MAP_FRONT_CENTER,
                                    SF_CHANNEL_MAP_LFE,
                                    SF_CHANNEL_MAP_REAR_LEFT,
                                    SF_CHANNEL_MAP_REAR_RIGHT,
                                    SF_CHANNEL_MAP_FRONT_LEFT_OF_CENTER,
                                    SF_CHANNEL_MAP_FRONT_RIGHT_OF_CENTER,
                                    SF_CHANNEL_MAP_REAR_CENTER,
                                    SF_CHANNEL_MAP_SIDE_LEFT,
                                    SF_CHANNEL_MAP_SIDE_RIGHT,
                                    SF_CHANNEL_MAP_TOP_CENTER,
                                    SF_CHANNEL_MAP_TOP_FRONT_LEFT,
                                    SF_CHANNEL_MAP_TOP_FRONT_CENTER,
                                    SF_CHANNEL_MAP_TOP_FRONT_RIGHT,
                                    SF_CHANNEL_MAP_TOP_REAR_LEFT,
                                    SF_CHANNEL_MAP_TOP_REAR_CENTER,
                                    SF_CHANNEL_MAP_TOP_REAR_RIGHT};
  if (place == SF_CHANNEL_MAP_LEFT) return 0;
  if (place == SF_CHANNEL_MAP_RIGHT) return 1;
  if (place == SF_CHANNEL_MAP_CENTER || place == SF_CHANNEL_MAP_MONO) return 2;
  const auto* found = std::find(std::begin(kPlaces), std::end(kPlaces), place);
  return found == std::end(kPlaces) ? -1 : static_cast<int>(found - std::begin(kPlaces));
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
    find_channels(info.format & SF_FORMAT_TYPEMASK);
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
  bool damaged_inside() const override { return false; }
  bool broken_off() const override { return false; }
  int64_t read(float* interleaved, int64_t frames) override {
    const int64_t got = std::max<sf_count_t>(0, sf_readf_float(file_.get(), interleaved, frames));
    if (!source_of_.empty()) reorder(interleaved, got);
    return got;
  }

 private:
  // Channels come in the order of their bits from now on. FLAC's places are libav's to tell.
  void find_channels(int container) {
    const auto channels = static_cast<size_t>(info_.channels);
    if (container == SF_FORMAT_FLAC && channels > 2) {
      std::string reason;
      if (const auto told = open_with_libav(*stream_.file, reason))
        info_.channel_mask = told->info().channel_mask;
      return;
    }
    std::vector<int> places(channels);
    const int bytes = static_cast<int>(channels * sizeof(int));
    if (sf_command(file_.get(), SFC_GET_CHANNEL_MAP_INFO, places.data(), bytes) != SF_TRUE) return;
    std::vector<std::pair<int, size_t>> order;  // bit, channel in the file
    uint64_t mask = 0;
    for (size_t channel = 0; channel < channels; ++channel) {
      const int bit = wave_bit(places[channel]);
      if (bit < 0 || (mask >> bit & 1)) return;
      mask |= uint64_t{1} << bit;
      order.emplace_back(bit, channel);
    }
    info_.channel_mask = mask;
    if (std::is_sorted(order.begin(), order.end())) return;
    std::sort(order.begin(), order.end());
    for (const auto& each : order) source_of_.push_back(each.second);
  }

  void reorder(float* interleaved, int64_t frames) {
    std::vector<float> one(source_of_.size());
    for (int64_t i = 0; i < frames; ++i, interleaved += one.size()) {
      for (size_t channel = 0; channel < one.size(); ++channel)
        one[channel] = interleaved[source_of_[channel]];
      std::copy(one.begin(), one.end(), interleaved);
    }
  }

  Stream stream_;
  std::unique_ptr<SNDFILE, CloseSndfile> file_;
  AudioInfo info_;
  int subtype_ = 0;
  std::vector<size_t> source_of_;  // the file's channel for each that is given; empty: the same
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
