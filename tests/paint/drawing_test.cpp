#include "spectradiff/paint/drawing.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>

#include "levels.h"

namespace spectradiff {
namespace {

constexpr Ink kWhite{1, 1, 1};

Canvas on_black(const Drawing& drawing) {
  Canvas canvas(drawing.size());
  drawing.lay_over(canvas);
  return canvas;
}

int lit_pixels(const Canvas& canvas) {
  int count = 0;
  for (int y = 0; y < canvas.height(); ++y)
    for (int x = 0; x < canvas.width(); ++x) count += pixel(canvas, x, y).r > 127 ? 1 : 0;
  return count;
}

TEST(Drawing, IsTransparentWhereNothingIsDrawn) {
  Canvas canvas({8, 6}, {10, 20, 30});
  Drawing({8, 6}).lay_over(canvas);
  EXPECT_EQ(pixel(canvas, 0, 0), (Rgb{10, 20, 30}));
  EXPECT_EQ(pixel(canvas, 7, 5), (Rgb{10, 20, 30}));
}

TEST(Drawing, FillsExactlyTheRectangleAskedFor) {
  Drawing drawing({10, 10});
  drawing.fill_rectangle({2, 3}, 4, 5, ink({255, 128, 0}));
  const Canvas canvas = on_black(drawing);
  for (int y = 0; y < 10; ++y)
    for (int x = 0; x < 10; ++x) {
      const bool inside = x >= 2 && x < 6 && y >= 3 && y < 8;
      EXPECT_EQ(pixel(canvas, x, y), inside ? (Rgb{255, 128, 0}) : Rgb{}) << x << " " << y;
    }
}

TEST(Drawing, MixesByOpacity) {
  Drawing drawing({2, 2});
  drawing.fill_rectangle({0, 0}, 2, 2, {1, 1, 1, 0.5});
  EXPECT_NEAR(pixel(on_black(drawing), 1, 1).r, 128, 1);
}

TEST(Drawing, FillsPolygonsAndStrokesLines) {
  Drawing triangle({20, 20});
  const Point corners[] = {{0, 0}, {20, 0}, {0, 20}};
  triangle.fill_polygon(corners, kWhite);
  EXPECT_NEAR(lit_pixels(on_black(triangle)), 200, 10);

  Drawing line({20, 20});
  const Point ends[] = {{-5, 10}, {25, 10}};
  line.stroke_line(ends, 4, kWhite);
  EXPECT_EQ(lit_pixels(on_black(line)), 80);
}

TEST(Drawing, LinesAndAreasWithoutEnoughPointsAreNothing) {
  Drawing drawing({4, 4});
  const Point points[] = {{0, 0}, {4, 4}};
  drawing.fill_polygon(points, kWhite);
  drawing.stroke_line(std::span(points, 1), 2, kWhite);
  EXPECT_EQ(lit_pixels(on_black(drawing)), 0);
}

TEST(Drawing, SharpPicturesKeepTheirPixelsAsRectangles) {
  Canvas picture({2, 1});
  picture.row(0)[3] = 255;
  Drawing drawing({8, 4});
  drawing.place_picture(picture, {0, 0}, 8, 4, Drawing::Scaling::sharp);
  const Canvas canvas = on_black(drawing);
  for (int x = 0; x < 8; ++x) EXPECT_EQ(pixel(canvas, x, 2), (x < 4 ? Rgb{} : Rgb{255, 0, 0})) << x;
}

TEST(Drawing, NothingIsDrawnOutsideTheClip) {
  Drawing drawing({10, 10});
  drawing.begin_clip({0, 0}, 5, 10);
  drawing.fill_rectangle({0, 0}, 10, 10, kWhite);
  drawing.end_clip();
  EXPECT_EQ(lit_pixels(on_black(drawing)), 50);
  drawing.fill_rectangle({0, 0}, 10, 10, kWhite);
  EXPECT_EQ(lit_pixels(on_black(drawing)), 100);
}

TEST(Drawing, TextLiesWhereItIsAligned) {
  const TextStyle style{.size = 20};
  const auto columns = [&](TextAlign align) {
    Drawing drawing({200, 40});
    drawing.write_text("HHH", {100, 30}, {.size = 20, .align = align}, kWhite);
    const Canvas canvas = on_black(drawing);
    int first = 200, last = -1;
    for (int y = 0; y < 40; ++y)
      for (int x = 0; x < 200; ++x)
        if (pixel(canvas, x, y).r > 127) first = std::min(first, x), last = std::max(last, x);
    return std::pair(first, last);
  };
  const double width = Drawing({1, 1}).text_width("HHH", style);
  ASSERT_GT(width, 30);
  const auto [left, left_end] = columns(TextAlign::left);
  EXPECT_NEAR(left, 100, 4);
  EXPECT_NEAR(left_end, 100 + width, 4);
  const auto [centre, centre_end] = columns(TextAlign::centre);
  EXPECT_NEAR(centre, 100 - width / 2, 4);
  EXPECT_NEAR(centre_end, 100 + width / 2, 4);
  const auto [right, right_end] = columns(TextAlign::right);
  EXPECT_NEAR(right, 100 - width, 4);
  EXPECT_NEAR(right_end, 100, 4);
}

TEST(Drawing, TextThatIsNotUtf8IsDrawnWithReplacements) {
  Drawing drawing({100, 40});
  drawing.write_text(std::string_view("a\xff\0b", 4), {0, 30}, {.size = 20}, kWhite);
  const TextStyle style{.size = 20};
  EXPECT_DOUBLE_EQ(drawing.text_width("a\xff", style), drawing.text_width("a\uFFFD", style));
  EXPECT_GT(lit_pixels(on_black(drawing)), 20);
}

// Whatever fonts there are: letters that one font lacks come from others and stand beside it.
TEST(Drawing, TextOfSeveralFontsIsAsWideAsItsParts) {
  const Drawing drawing({8, 8});
  const TextStyle style{.size = 20};
  const double width = drawing.text_width("夜の海", style) + drawing.text_width(" – song ", style) +
                       drawing.text_width("밤", style);
  EXPECT_NEAR(drawing.text_width("夜の海 – song 밤", style), width, 0.01);
  EXPECT_GT(drawing.text_width("夜", style), 5);
}

TEST(Drawing, TheSameTwiceGivesTheSameBytes) {
  const auto draw = [] {
    Drawing drawing({120, 60});
    const Point line[] = {{3, 4}, {50.5, 33.3}, {119, 2}};
    drawing.stroke_line(line, 1.3, {0.2, 0.7, 0.4, 0.9});
    drawing.write_text("Ab 12", {10.2, 40.7}, {.size = 13.5, .bold = true, .turned_degrees = -12}, kWhite);
    return on_black(drawing).bytes();
  };
  EXPECT_EQ(draw(), draw());
}

}  // namespace
}  // namespace spectradiff
