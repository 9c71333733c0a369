#include <algorithm>
#include <cmath>

#include "history.h"
#include "painting.h"
#include "spectradiff/base/error.h"
#include "spectradiff/image/resize.h"
#include "strength_ink.h"

namespace spectradiff {
namespace {

Rgb contrary(Rgb colour) {
  const int luma = (colour.r * 299 + colour.g * 587 + colour.b * 114) / 1000;
  return luma < 128 ? Rgb{255, 255, 255} : Rgb{0, 0, 0};
}

// A line at `place`, 0..1 of the width.
void draw_playhead(double place, double width_px, Rgb background, Canvas& canvas) {
  const double thickness = width_px * scale_of(canvas.size());
  if (thickness == 0) return;
  const double left = place * canvas.width() - thickness / 2, right = left + thickness;
  const Rgb colour = contrary(background);
  for (int x = std::max(static_cast<int>(std::floor(left)), 0);
       x < std::min(static_cast<int>(std::ceil(right)), canvas.width()); ++x) {
    const int weight = weight_of(std::min(x + 1.0, right) - std::max<double>(x, left)) * 3 / 5;
    for (int y = 0; y < canvas.height(); ++y)
      lay(canvas.row(y) + static_cast<ptrdiff_t>(x) * 3, colour, weight);
  }
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
    std::vector<double> times;
    std::vector<uint16_t> dims;
    for (int x = 0; x < width; ++x) {
      times.push_back(time(x + 0.5));
      dims.push_back(static_cast<uint16_t>(weight_of(x + 0.5 > playhead ? settings.coming : 1.0)));
    }

    History::Row row(history, times, frames_per_pixel);
    StrengthInk ink(now, height);
    for (int y = 0; y < height; ++y) {
      const int place = height - 1 - y;
      ink.lay_row(canvas.row(y), place, row.strengths(place), dims);
    }
    draw_playhead(settings.playhead, settings.playhead_px, now.colour.background, canvas);
  }

 private:
  const Levels& levels_;
};

// Row by row, so that a long song needs no picture of its own length.
Canvas fitted(const StillSpectrogram& still, Size size) {
  Canvas narrow({size.width, StillSpectrogram::kRows});
  Canvas row({static_cast<int>(still.columns), 1});
  for (int y = 0; y < narrow.height(); ++y) {
    const uint8_t* in = still.pixels.data() + y * still.columns;
    for (size_t i = 0; i < row.bytes().size(); ++i) row.bytes()[i] = in[i / 3];
    const Canvas scaled = resize_bicubic(row, {size.width, 1});
    std::copy(scaled.bytes().begin(), scaled.bytes().end(), narrow.row(y));
  }
  return resize_bicubic(narrow, size);
}

class StillPainting final : public Painting {
 public:
  StillPainting(const Levels& levels, Size own_size, Size size) : levels_(levels), own_size_(own_size) {
    if (levels.features().still.columns == 0)
      throw_error(ErrorKind::internal, "the song's still spectrogram was not asked for");
    picture_ = picture(size);
  }

  void paint(const PaintSettings& now, int64_t frame, Canvas& canvas) const override {
    canvas = canvas.size() == picture_.size() ? picture_.clone() : picture(canvas.size());
    if (now.colour.map != "hue") {
      const ColourTable map = colour_map(now.colour.map);
      for (size_t i = 0; i < canvas.bytes().size(); i += 3) {
        const Rgb colour = map[canvas.bytes()[i]];
        canvas.bytes()[i] = colour.r;
        canvas.bytes()[i + 1] = colour.g;
        canvas.bytes()[i + 2] = colour.b;
      }
    }
    const double place = (static_cast<double>(frame) + 0.5) / static_cast<double>(levels_.frames());
    draw_playhead(place, now.spectrogram.playhead_px, now.colour.background, canvas);
  }

 private:
  Canvas picture(Size size) const {
    const StillSpectrogram& still = levels_.features().still;
    return own_size_ == Size{} ? fitted(still, size) : resize_lanczos(fitted(still, own_size_), size);
  }

  const Levels& levels_;
  const Size own_size_;
  Canvas picture_;
};

}  // namespace

std::unique_ptr<Painting> make_spectrogram(const Levels& levels, const PaintSettings& settings, Size size) {
  if (settings.spectrogram.style == Spectrogram::Style::still)
    return std::make_unique<StillPainting>(levels, settings.spectrogram.still_size, size);
  if (settings.spectrogram.style == Spectrogram::Style::riffusion) return make_riffusion(levels);
  return std::make_unique<ScrollingSpectrogram>(levels);
}

}  // namespace spectradiff
