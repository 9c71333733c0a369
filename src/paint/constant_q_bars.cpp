#include <algorithm>
#include <cmath>

#include "history.h"
#include "painting.h"
#include "strength_ink.h"

namespace spectradiff {
namespace {

constexpr int kFullStrength = 255 * 128;

class ConstantQBarsPainting final : public Painting {
 public:
  explicit ConstantQBarsPainting(const Levels& levels) : levels_(levels) {}

  void paint(const PaintSettings& now, int64_t frame, Canvas& canvas) const override {
    const int bar_rows = static_cast<int>(std::lround(now.showcqt.bars * canvas.height()));
    paint_bars(now, frame, bar_rows, canvas);
    paint_running(now, frame, bar_rows, canvas);
  }

 private:
  void paint_bars(const PaintSettings& now, int64_t frame, int rows, Canvas& canvas) const {
    if (rows == 0) return;
    const ConstantQBars& settings = now.showcqt;
    const int width = canvas.width();
    const History history(levels_, now.colour.gamma, frame, frame + 1, width);
    const History::Column present = history.column(static_cast<double>(frame), 0);
    const Colours colours(now.colour);
    const double room = settings.centred ? rows / 2.0 : rows;
    for (int x = 0; x < width; ++x) {
      const double strength = history.at(x, present) / static_cast<double>(kFullStrength);
      const double top = strength * room;
      if (top == 0) continue;
      const Rgb colour = colours.of(width == 1 ? 0.5 : x / static_cast<double>(width - 1), strength);
      uint8_t* pixel = canvas.row(0) + static_cast<ptrdiff_t>(x) * 3;
      for (int y = 0; y < rows; ++y, pixel += static_cast<ptrdiff_t>(width) * 3) {
        const double above = settings.centred ? std::abs(y + 0.5 - room) : rows - y - 0.5;
        const double cover = std::clamp(top - above + 0.5, 0.0, 1.0);
        if (cover == 0) continue;
        const double bright = settings.fade == 0 ? 1 : fading(std::max(1 - above / top, 0.0), settings.fade);
        lay(pixel, colour, weight_of(cover * bright));
      }
    }
  }

  static double fading(double share, double fade) { return fade == 1 ? share : std::pow(share, fade); }

  void paint_running(const PaintSettings& now, int64_t frame, int begin, Canvas& canvas) const {
    const int rows = canvas.height() - begin, width = canvas.width();
    if (rows == 0) return;
    const double frames_per_row = now.showcqt.seconds * levels_.features().settings.fps.to_double() / rows;
    const auto time = [&](int row) { return static_cast<double>(frame) - (row + 0.5) * frames_per_row; };
    const History history(levels_, now.colour.gamma, static_cast<int64_t>(std::floor(time(rows))) - 1,
                          frame + 1, width);
    const StrengthInk ink(now, width);
    for (int row = 0; row < rows; ++row) {
      const History::Column column = history.column(time(row), frames_per_row);
      uint8_t* pixel = canvas.row(begin + row);
      for (int x = 0; x < width; ++x, pixel += 3) ink.lay_on(pixel, x, history.at(x, column), 256);
    }
  }

  const Levels& levels_;
};

}  // namespace

std::unique_ptr<Painting> make_constant_q_bars(const Levels& levels, const PaintSettings&, Size) {
  return std::make_unique<ConstantQBarsPainting>(levels);
}

}  // namespace spectradiff
