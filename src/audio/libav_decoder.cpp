// libav, by way of media, behind the decoder seam: what libsndfile does not know. It never seeks: containers
// keep times too coarse to find a sample by.
#include <string_view>
#include <utility>

#include "decoder.h"
#include "sound_file.h"
#include "spectradiff/base/error.h"
#include "spectradiff/media/sound_decoder.h"

namespace spectradiff {
namespace {

class LibavDecoder final : public Decoder {
 public:
  LibavDecoder(std::string name, std::unique_ptr<SoundDecoder> sound)
      : name_(std::move(name)), sound_(std::move(sound)) {
    const SoundStreamInfo& stream = sound_->info();
    info_.sample_rate_hz = stream.sample_rate_hz;
    info_.channels = stream.channels;
    info_.channel_mask = stream.channel_mask;
    info_.samples = stream.samples;
    info_.format = stream.format;
    info_.lossless = stream.lossless;
    info_.mended = stream.lead_samples > 0;
  }

  const AudioInfo& info() const override { return info_; }
  bool float_samples() const override { return sound_->info().float_samples; }
  int64_t length_slack() const override { return sound_->info().length_slack; }
  std::string note() const override {
    const SoundStreamInfo& stream = sound_->info();
    if (stream.tracks < 2) return "";
    return fmt::format("{} holds {} sound tracks; the one that is used is {}", name_, stream.tracks,
                       stream.track);
  }
  bool can_seek() const override { return false; }
  bool seek(int64_t) override { return false; }
  bool damaged_inside() const override { return sound_->damaged_inside(); }
  bool broken_off() const override { return sound_->broken_off(); }
  int64_t read(float* interleaved, int64_t frames) override { return sound_->read(interleaved, frames); }

 private:
  std::string name_;
  std::unique_ptr<SoundDecoder> sound_;
  AudioInfo info_;
};

// An MPEG frame's first two bytes, layer and all.
bool is_mpeg_frame(std::string_view head) {
  if (head.size() < 2) return false;
  const auto first = static_cast<uint8_t>(head[0]), second = static_cast<uint8_t>(head[1]);
  return first == 0xff && (second & 0xe0) == 0xe0 && (second & 0x06) != 0;
}

}  // namespace

bool is_for_libav(const SoundFile& file) {
  constexpr int64_t kLongestTag = int64_t{1} << 28;
  const std::string head = file.head(10);
  if (head.starts_with("OggS") || is_mpeg_frame(head)) return true;
  if (head.size() < 10 || !head.starts_with("ID3")) return false;
  int64_t tag_bytes = 10;
  for (size_t i = 6; i < 10; ++i) tag_bytes += int64_t{static_cast<uint8_t>(head[i]) & 0x7f} << 7 * (9 - i);
  std::string behind(4, '\0');
  if (tag_bytes > kLongestTag || file.read_at(tag_bytes, behind.data(), behind.size()) < behind.size())
    return false;
  return is_mpeg_frame(behind);
}

std::unique_ptr<Decoder> open_with_libav(const SoundFile& file, std::string& reason) {
  auto sound = SoundDecoder::open(file.path(), reason);
  if (!sound) return nullptr;
  return std::make_unique<LibavDecoder>(file.name(), std::move(sound));
}

}  // namespace spectradiff
