// libav, by way of media, behind the decoder seam: what libsndfile does not know. It never seeks: containers
// keep times too coarse to find a sample by.
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
    info_.samples = stream.samples;
    info_.format = stream.format;
    info_.lossless = stream.lossless;
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
  bool damaged() const override { return sound_->damaged(); }
  int64_t read(float* interleaved, int64_t frames) override { return sound_->read(interleaved, frames); }

 private:
  std::string name_;
  std::unique_ptr<SoundDecoder> sound_;
  AudioInfo info_;
};

}  // namespace

std::unique_ptr<Decoder> open_with_libav(const SoundFile& file, std::string& reason) {
  auto sound = SoundDecoder::open(file.path(), reason);
  if (!sound) return nullptr;
  return std::make_unique<LibavDecoder>(file.name(), std::move(sound));
}

}  // namespace spectradiff
