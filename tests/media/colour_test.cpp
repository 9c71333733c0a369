// Pictures come back within two code values when the file is decoded by what its tags say.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "media_fixtures.h"
#include "spectradiff/media/probe.h"

namespace spectradiff::test {
namespace {

// Luma weights of a matrix, ITU-T H.273 table 4.
struct Matrix {
  double kr, kb;
};
constexpr Matrix kBt709{0.2126, 0.0722};
constexpr Matrix kBt601{0.299, 0.114};

// Limited-range 8-bit Y'CbCr to R'G'B'.
Rgb to_rgb(const Matrix& m, double y, double cb, double cr) {
  const double luma = (y - 16) / 219, b_y = (cb - 128) / 112 * (1 - m.kb),
               r_y = (cr - 128) / 112 * (1 - m.kr);
  const double r = luma + r_y, b = luma + b_y, g = (luma - m.kr * r - m.kb * b) / (1 - m.kr - m.kb);
  const auto code = [](double v) { return static_cast<uint8_t>(std::clamp(std::lround(v * 255), 0L, 255L)); };
  return {code(r), code(g), code(b)};
}

// Chroma at a luma place, by linear interpolation from samples sited left and vertically between (MPEG-2
// 4:2:0) or at each place.
double chroma(const std::vector<uint8_t>& plane, const Decoded& decoded, int x, int y) {
  const int width = decoded.size.width >> decoded.chroma_shift;
  const int height = decoded.size.height >> decoded.chroma_shift_y;
  const double fx = decoded.chroma_shift ? x / 2.0 : x, fy = decoded.chroma_shift_y ? (y - 0.5) / 2.0 : y;
  const auto at = [&](int cx, int cy) {
    cx = std::clamp(cx, 0, width - 1), cy = std::clamp(cy, 0, height - 1);
    return static_cast<double>(
        plane[static_cast<size_t>(cy) * static_cast<size_t>(width) + static_cast<size_t>(cx)]);
  };
  const int x0 = static_cast<int>(std::floor(fx)), y0 = static_cast<int>(std::floor(fy));
  const double ax = fx - x0, ay = fy - y0;
  return (at(x0, y0) * (1 - ax) + at(x0 + 1, y0) * ax) * (1 - ay) +
         (at(x0, y0 + 1) * (1 - ax) + at(x0 + 1, y0 + 1) * ax) * ay;
}

// The outermost pixels are left out: there 4:2:0 has no neighbour to interpolate chroma with.
int largest_difference(const Canvas& picture, const Decoded& decoded, const Matrix& matrix) {
  int largest = 0;
  for (int y = 1; y < picture.height() - 1; ++y) {
    for (int x = 1; x < picture.width() - 1; ++x) {
      const auto luma =
          decoded.first_planes[0][static_cast<size_t>(y) * static_cast<size_t>(picture.width()) +
                                  static_cast<size_t>(x)];
      const Rgb rgb = to_rgb(matrix, luma, chroma(decoded.first_planes[1], decoded, x, y),
                             chroma(decoded.first_planes[2], decoded, x, y));
      const uint8_t* wanted = picture.row(y) + static_cast<ptrdiff_t>(3) * x;
      largest = std::max(
          {largest, std::abs(rgb.r - wanted[0]), std::abs(rgb.g - wanted[1]), std::abs(rgb.b - wanted[2])});
    }
  }
  return largest;
}

Decoded through_video(const Canvas& picture, VideoSettings settings) {
  const TempFolder folder;
  settings.picture_size = settings.output_size = picture.size();
  VideoWriter writer(settings, folder / "colour.mp4", std::nullopt);
  writer.write(picture);
  writer.finish();
  return decode(folder / "colour.mp4");
}

constexpr Rgb kFlatColours[] = {{0, 0, 0},       {255, 255, 255}, {255, 0, 0},   {0, 255, 0},
                                {0, 0, 255},     {255, 255, 0},   {0, 255, 255}, {255, 0, 255},
                                {128, 128, 128}, {200, 30, 90},   {17, 99, 240}, {250, 128, 10}};

Canvas gradient() {
  Canvas picture(Size{256, 128});
  for (int y = 0; y < 128; ++y) {
    for (int x = 0; x < 256; ++x) {
      uint8_t* pixel = picture.row(y) + static_cast<ptrdiff_t>(3) * x;
      pixel[0] = static_cast<uint8_t>(x);
      pixel[1] = static_cast<uint8_t>(255 - x / 2 - y / 2);
      pixel[2] = static_cast<uint8_t>(2 * y);
    }
  }
  return picture;
}

TEST(Colour, FlatColoursComeBackWithinTwoCodeValuesAtTheDefaultQuality) {
  for (const char* format : {"yuv420p", "yuv444p"}) {
    VideoSettings settings = small_settings(Container::mp4);
    settings.pixel_format = format;
    for (const Rgb& colour : kFlatColours) {
      const Canvas picture(Size{64, 48}, colour);
      EXPECT_LE(largest_difference(picture, through_video(picture, settings), kBt709), 2)
          << format << " " << int{colour.r} << "," << int{colour.g} << "," << int{colour.b};
    }
  }
}

TEST(Colour, GradientsComeBackWithinTwoCodeValuesWhenCompressionLosesNothing) {
  for (const char* format : {"yuv420p", "yuv444p"}) {
    VideoSettings settings = small_settings(Container::mp4);
    settings.pixel_format = format;
    settings.crf = 0;
    const Canvas picture = gradient();
    EXPECT_LE(largest_difference(picture, through_video(picture, settings), kBt709), 2) << format;
  }
}

TEST(Colour, TheWrongMatrixWouldBeSeen) {
  const Canvas picture = gradient();
  VideoSettings settings = small_settings(Container::mp4);
  settings.crf = 0;
  EXPECT_GT(largest_difference(picture, through_video(picture, settings), kBt601), 10);
}

struct Kept {
  const char* codec;
  Container container;
  const char* pixel_format;
};

void PrintTo(const Kept& kept, std::ostream* out) {
  *out << kept.codec << "_" << kept.pixel_format;
}

class ColourOfCodec : public testing::TestWithParam<Kept> {};

TEST_P(ColourOfCodec, AGradientKeepsItsColoursFormatAndTags) {
  const Kept& kept = GetParam();
  if (!video_codecs_here().at(kept.codec)) GTEST_SKIP() << "this libav has no " << kept.codec;
  const TempFolder folder;
  const Canvas picture = gradient();
  VideoSettings settings = small_settings(kept.container);
  settings.video_codec = kept.codec;
  settings.pixel_format = kept.pixel_format;
  const bool has_scale = kept.codec != std::string("prores") && kept.codec != std::string("ffv1");
  settings.encoder_preset = has_scale ? "ultrafast" : "medium";
  if (has_scale) settings.crf = 0;
  settings.picture_size = settings.output_size = picture.size();
  {
    VideoWriter writer(settings, folder / "video", std::nullopt);
    writer.write(picture);
    writer.finish();
  }
  const Decoded decoded = decode(folder / "video");
  const bool lossless = kept.codec != std::string("prores");
  EXPECT_LE(largest_difference(picture, decoded, kBt709), lossless ? 2 : 8);
  // libav decodes ProRes 4444 with 12 bits, whatever it was made of.
  const bool prores_4444 = !lossless && kept.pixel_format == std::string("yuv444p10le");
  EXPECT_EQ(decoded.pixel_format, prores_4444 ? "yuv444p12le" : kept.pixel_format);
  EXPECT_EQ(decoded.matrix, 1);
  EXPECT_EQ(decoded.primaries, 1);
  EXPECT_EQ(decoded.transfer, 1);
  EXPECT_EQ(decoded.range, 1);
}

INSTANTIATE_TEST_SUITE_P(
    Kinds, ColourOfCodec,
    testing::Values(Kept{"h264", Container::mp4, "yuv422p"}, Kept{"h264", Container::mp4, "yuv420p10le"},
                    Kept{"h264", Container::mkv, "yuv422p10le"}, Kept{"h264", Container::mov, "yuv444p10le"},
                    Kept{"hevc", Container::mp4, "yuv420p"}, Kept{"hevc", Container::mov, "yuv422p10le"},
                    Kept{"hevc", Container::mkv, "yuv444p"}, Kept{"vp9", Container::webm, "yuv420p"},
                    Kept{"vp9", Container::mkv, "yuv444p"}, Kept{"vp9", Container::webm, "yuv420p10le"},
                    Kept{"av1", Container::webm, "yuv420p"}, Kept{"av1", Container::mp4, "yuv420p10le"},
                    Kept{"av1", Container::mov, "yuv420p"}, Kept{"av1", Container::mkv, "yuv444p"},
                    Kept{"prores", Container::mov, "yuv422p10le"},
                    Kept{"prores", Container::mkv, "yuv444p10le"}, Kept{"ffv1", Container::mkv, "yuv420p"},
                    Kept{"ffv1", Container::mkv, "yuv444p10le"}),
    [](const auto& instance) {
      return std::string(instance.param.codec) + "_" + instance.param.pixel_format + "_" +
             std::to_string(static_cast<int>(instance.param.container));
    });

TEST(Colour, TagsSayBt709LimitedRangeSitedLeftInEveryContainer) {
  for (const Container container : {Container::mp4, Container::mov, Container::mkv}) {
    const TempFolder folder;
    write_video(small_settings(container), folder / "tags", 3);
    const Decoded decoded = decode(folder / "tags");
    EXPECT_EQ(decoded.matrix, 1);
    EXPECT_EQ(decoded.primaries, 1);
    EXPECT_EQ(decoded.transfer, 1);
    EXPECT_EQ(decoded.range, 1);
    EXPECT_EQ(decoded.chroma_location, 1);
  }
}

}  // namespace
}  // namespace spectradiff::test
