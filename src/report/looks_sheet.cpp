#include "spectradiff/report/looks_sheet.h"

#include <algorithm>
#include <cmath>

#include "spectradiff/base/text.h"
#include "spectradiff/image/resize.h"
#include "spectradiff/paint/drawing.h"

namespace spectradiff {
namespace {

constexpr int kLooksPerRow = 2;
constexpr int kPictureWidth = 232;
constexpr int kSheetMargin = 28, kPictureGap = 4, kLookGap = 28;
constexpr int kSheetTitleHeight = 76, kNameHeight = 26, kCommandHeight = 30;
constexpr Rgb kSheetGround = {20, 21, 25};
constexpr Rgb kSheetBright = {236, 234, 229}, kSheetDim = {150, 148, 142};

// As wide as `width`, with an ellipsis where there is more.
std::string cut_to(const Drawing& drawing, const std::string& text, const TextStyle& style, double width) {
  if (drawing.text_width(text, style) <= width) return text;
  size_t characters = utf8_characters(text).size();
  std::string cut = text;
  while (characters > 1 && drawing.text_width(cut, style) > width) cut = shortened(text, --characters);
  return cut;
}

// The height of one picture of this shape; a very tall one is cut.
int picture_height(const std::vector<SheetLook>& looks) {
  double ratio = 1;
  for (const SheetLook& look : looks)
    for (const Canvas& picture : look.pictures)
      ratio = std::max(ratio == 1 ? 0 : ratio, static_cast<double>(picture.height()) / picture.width());
  return static_cast<int>(std::lround(kPictureWidth * std::clamp(ratio, 0.4, 1.8)));
}

}  // namespace

Canvas looks_sheet(const std::string& title, const std::vector<std::string>& moments,
                   const std::vector<SheetLook>& looks) {
  const auto places = static_cast<int>(moments.size());
  const int height = picture_height(looks);
  const int look_width = places * (kPictureWidth + kPictureGap) - kPictureGap;
  const int look_height = kNameHeight + height + kCommandHeight;
  const int rows = (static_cast<int>(looks.size()) + kLooksPerRow - 1) / kLooksPerRow;
  const int columns = std::min(kLooksPerRow, std::max(1, static_cast<int>(looks.size())));
  Canvas sheet({2 * kSheetMargin + columns * (look_width + kLookGap) - kLookGap,
                kSheetTitleHeight + kSheetMargin + rows * (look_height + kLookGap) - kLookGap},
               kSheetGround);
  Drawing drawing(sheet.size());
  const TextStyle heading{24, true}, moment_style{12}, name{15, true}, command{11};
  const double width = sheet.width() - 2.0 * kSheetMargin;
  drawing.write_text(cut_to(drawing, title, heading, width), {kSheetMargin, 46}, heading, ink(kSheetBright));
  for (size_t i = 0; i < looks.size(); ++i) {
    const double left = kSheetMargin + static_cast<double>(i % kLooksPerRow) * (look_width + kLookGap);
    const double top = kSheetTitleHeight + static_cast<double>(i / kLooksPerRow) * (look_height + kLookGap);
    drawing.write_text(cut_to(drawing, looks[i].name, name, kPictureWidth), {left, top + 16}, name,
                       ink(kSheetBright));
    for (size_t k = 0; k < looks[i].pictures.size(); ++k) {
      const double x = left + static_cast<double>(k) * (kPictureWidth + kPictureGap);
      const Canvas small = fit_to_size(looks[i].pictures[k], {kPictureWidth, height}, Fit::cover);
      drawing.place_picture(small, {x, top + kNameHeight}, kPictureWidth, height, Drawing::Scaling::sharp);
      const TextStyle right{moment_style.size, false, TextAlign::right};
      if (k > 0 || drawing.text_width(looks[i].name, name) < kPictureWidth / 2.0)
        drawing.write_text(moments[k], {x + kPictureWidth, top + 16}, right, ink(kSheetDim));
    }
    drawing.write_text(cut_to(drawing, looks[i].command, command, look_width),
                       {left, top + kNameHeight + height + 19}, command, ink(kSheetDim));
  }
  drawing.lay_over(sheet);
  return sheet;
}

}  // namespace spectradiff
