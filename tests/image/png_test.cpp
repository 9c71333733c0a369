#include "spectradiff/image/png.h"

#include <gtest/gtest.h>

#include <memory>

#include "spectradiff/base/error.h"

#define STB_IMAGE_STATIC
#define STB_IMAGE_IMPLEMENTATION
#define STBI_ONLY_PNG
#define STBI_NO_STDIO
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wunused-function"
#include <stb_image.h>
#pragma GCC diagnostic pop

namespace spectradiff {
namespace {

void expect_round_trip(const Canvas& canvas) {
  const std::vector<uint8_t> png = encode_png(canvas);
  int width = 0, height = 0, channels = 0;
  const std::unique_ptr<stbi_uc, decltype(&stbi_image_free)> pixels(
      stbi_load_from_memory(png.data(), static_cast<int>(png.size()), &width, &height, &channels, 0),
      &stbi_image_free);
  ASSERT_TRUE(pixels);
  EXPECT_EQ((Size{width, height}), canvas.size());
  ASSERT_EQ(channels, 3);
  EXPECT_TRUE(std::equal(canvas.bytes().begin(), canvas.bytes().end(), pixels.get()));
  const auto decoded = decode_png(png);
  ASSERT_TRUE(decoded);
  EXPECT_EQ(decoded->size(), canvas.size());
  EXPECT_EQ(decoded->bytes(), canvas.bytes());
}

TEST(EncodePng, KeepsEveryPixel) {
  Canvas canvas({61, 47});
  uint32_t state = 1;
  for (uint8_t& byte : canvas.bytes())
    byte = static_cast<uint8_t>((state = state * 1664525u + 1013904223u) >> 24);
  expect_round_trip(canvas);
}

TEST(EncodePng, KeepsASinglePixel) {
  expect_round_trip(Canvas({1, 1}, {3, 2, 1}));
}

TEST(EncodePng, StartsWithTheSignatureAndAnRgbHeader) {
  const std::vector<uint8_t> png = encode_png(Canvas({258, 3}));
  const std::vector<uint8_t> head(png.begin(), png.begin() + 26);
  EXPECT_EQ(head, (std::vector<uint8_t>{0x89, 'P', 'N', 'G', '\r', '\n', 0x1A, '\n', 0, 0, 0, 13, 'I',
                                        'H',  'D', 'R', 0,   0,    1,    2,    0,    0, 0, 3, 8,  2}));
}

TEST(EncodePng, CompressesAFlatPicture) {
  EXPECT_LT(encode_png(Canvas({256, 256}, {9, 9, 9})).size(), 2000u);
}

TEST(EncodePng, RefusesAnEmptyPicture) {
  EXPECT_THROW(encode_png(Canvas()), Error);
}

TEST(DecodePng, GivesNothingWhereAnyByteIsAnotherOrMissing) {
  Canvas canvas({19, 7});
  for (size_t i = 0; i < canvas.bytes().size(); ++i) canvas.bytes()[i] = static_cast<uint8_t>(i * i);
  const std::vector<uint8_t> png = encode_png(canvas);
  for (size_t i = 0; i < png.size(); ++i) {
    std::vector<uint8_t> changed = png;
    changed[i] ^= 0x10;
    const auto decoded = decode_png(changed);
    EXPECT_TRUE(!decoded || decoded->bytes() == canvas.bytes()) << "byte " << i;
    EXPECT_FALSE(decode_png(std::span(png).first(i)) && i + 12 < png.size()) << i << " bytes";
  }
}

}  // namespace
}  // namespace spectradiff
