#include "spectradiff/features/riffusion.h"

#include <algorithm>

#include "painting.h"
#include "spectradiff/base/error.h"
#include "spectradiff/base/frame_time.h"
#include "spectradiff/image/resize.h"

namespace spectradiff {
namespace {

// What is heard from the frame on, by itself, as riffusion cuts its clips: beyond the song's end is silence.
class RiffusionPainting final : public Painting {
 public:
  explicit RiffusionPainting(const Features& features) : sound_(features.sound), fps_(features.settings.fps) {
    if (!sound_) throw_error(ErrorKind::internal, "the song's sound was not asked for");
  }

  void paint(const PaintSettings&, int64_t frame, Canvas& canvas) const override {
    static_assert(kRiffusionRateHz == kSoundRateHz);
    const auto columns = static_cast<size_t>(canvas.width());
    const size_t shortest = kRiffusion.fft_size / 2 + 1;
    std::vector<double> piece(std::max((columns - 1) * kRiffusion.hop + 1, shortest));
    const std::vector<float>& song = sound_->samples;
    const auto begin =
        std::min(static_cast<size_t>(frame_sample_range(frame, kSoundRateHz, fps_).begin), song.size());
    std::copy_n(song.begin() + static_cast<ptrdiff_t>(begin), std::min(piece.size(), song.size() - begin),
                piece.begin());
    Magnitudes bands = riffusion_bands(piece);
    bands.resize(columns);
    Canvas picture({canvas.width(), kRiffusionBands});
    const std::vector<uint8_t> greys = riffusion_greys(bands);
    for (size_t i = 0; i < picture.bytes().size(); ++i) picture.bytes()[i] = greys[i / 3];
    canvas = canvas.height() == kRiffusionBands ? std::move(picture) : resize_bicubic(picture, canvas.size());
  }

 private:
  const std::shared_ptr<const EmbeddedSong> sound_;
  const Rational fps_;
};

}  // namespace

std::unique_ptr<Painting> make_riffusion(const Levels& levels) {
  return std::make_unique<RiffusionPainting>(levels.features());
}

}  // namespace spectradiff
