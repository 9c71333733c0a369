#include <algorithm>
#include <cmath>

#include "history.h"
#include "painting.h"
#include "strength_ink.h"

namespace spectradiff {
namespace {

Rgb contrary(Rgb colour) {
  const int luma = (colour.r * 299 + colour.g * 587 + colour.b * 114) / 1000;
  return luma < 128 ? Rgb{255, 255, 255} : Rgb{0, 0, 0};
}

class ScrollingSpectrogram final : public Painting {
 public:
  explicit ScrollingSpectrogram(const Levels& levels) : levels_(levels) {}

  void paint(const PaintSettings& now, int64_t frame, Canvas& canvas) const override {
    const Spectrogram& settings = now.spectrogram;
    const int width = canvas.width(), height = canvas.height();
    const double frames_per_pixel = settings.seconds * levels_.features().settings.fps.to_double() / width;
    const double playhead = settings.playhead * width;
    const auto time = [&](double x) {
      return static_cast<double>(frame) + (x - playhead) * frames_per_pixel;
    };
    const History history(levels_, now.colour.gamma, static_cast<int64_t>(std::floor(time(0))) - 1,
                          static_cast<int64_t>(std::ceil(time(width))) + 1, height);
    std::vector<History::Column> columns;
    std::vector<int> dims;
    for (int x = 0; x < width; ++x) {
      columns.push_back(history.column(time(x + 0.5), frames_per_pixel));
      dims.push_back(weight_of(x + 0.5 > playhead ? settings.coming : 1.0));
    }

    const StrengthInk ink(now, height);
    for (int y = 0; y < height; ++y) {
      uint8_t* pixel = canvas.row(y);
      const int place = height - 1 - y;
      for (int x = 0; x < width; ++x, pixel += 3)
        ink.lay_on(pixel, place, history.at(place, columns[static_cast<size_t>(x)]),
                   dims[static_cast<size_t>(x)]);
    }
    draw_playhead(settings, now.colour.background, canvas);
  }

 private:
  static void draw_playhead(const Spectrogram& settings, Rgb background, Canvas& canvas) {
    const double thickness = settings.playhead_px * scale_of(canvas.size());
    if (thickness == 0) return;
    const double middle = settings.playhead * canvas.width();
    const Rgb colour = contrary(background);
    const int begin = std::max(static_cast<int>(middle - thickness / 2) - 1, 0),
              end = std::min(static_cast<int>(middle + thickness / 2) + 2, canvas.width());
    for (int x = begin; x < end; ++x) {
      const double cover =
          std::min(x + 1.0, middle + thickness / 2) - std::max(x + 0.0, middle - thickness / 2);
      const int weight = weight_of(cover) * 3 / 5;
      for (int y = 0; y < canvas.height(); ++y)
        lay(canvas.row(y) + static_cast<ptrdiff_t>(x) * 3, colour, weight);
    }
  }

  const Levels& levels_;
};

}  // namespace

std::unique_ptr<Painting> make_spectrogram(const Levels& levels, const PaintSettings&, Size) {
  return std::make_unique<ScrollingSpectrogram>(levels);
}

}  // namespace spectradiff
