#include "spectradiff/image/png.h"

#include <libdeflate.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <memory>
#include <string_view>

#include "spectradiff/base/error.h"
#include "spectradiff/image/opacity.h"

namespace {

// What stb calls to compress: a malloc'ed zlib stream of *out_bytes bytes, or null.
[[maybe_unused]] unsigned char* zlib_compress(const unsigned char* data, int bytes, int* out_bytes,
                                              int /*quality*/) {
  constexpr int kLevel = 6;
  const std::unique_ptr<libdeflate_compressor, decltype(&libdeflate_free_compressor)> compressor(
      libdeflate_alloc_compressor(kLevel), &libdeflate_free_compressor);
  if (!compressor) return nullptr;
  const size_t bound = libdeflate_zlib_compress_bound(compressor.get(), bytes);
  auto* out = static_cast<unsigned char*>(std::malloc(bound));
  if (!out) return nullptr;
  *out_bytes = static_cast<int>(libdeflate_zlib_compress(compressor.get(), data, bytes, out, bound));
  return out;
}

}  // namespace

#define STB_IMAGE_WRITE_STATIC
#ifdef __clang_analyzer__  // it calls memory of size zero what encode_png never asks for
static unsigned char* stbi_write_png_to_mem(const unsigned char*, int, int, int, int, int*);
#else
#define STB_IMAGE_WRITE_IMPLEMENTATION
#endif
#define STBI_WRITE_NO_STDIO
#define STBIW_ZLIB_COMPRESS zlib_compress
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wunused-function"
#include <stb_image_write.h>
#pragma GCC diagnostic pop

namespace spectradiff {
namespace {

constexpr std::array<uint8_t, 8> kSignature = {0x89, 'P', 'N', 'G', '\r', '\n', 0x1A, '\n'};
constexpr int kLargestSide = 1 << 16;

uint32_t big_endian(std::span<const uint8_t> bytes) {
  return uint32_t{bytes[0]} << 24 | uint32_t{bytes[1]} << 16 | uint32_t{bytes[2]} << 8 | bytes[3];
}

// Of a header of 8-bit RGB without interlacing.
std::optional<Size> size_in(std::span<const uint8_t> header) {
  constexpr std::array<uint8_t, 5> kRgb = {8, 2, 0, 0, 0};
  if (header.size() != 13 || !std::equal(kRgb.begin(), kRgb.end(), header.begin() + 8)) return std::nullopt;
  const uint32_t width = big_endian(header), height = big_endian(header.subspan(4));
  if (width < 1 || height < 1 || width > kLargestSide || height > kLargestSide) return std::nullopt;
  return Size{static_cast<int>(width), static_cast<int>(height)};
}

// What the PNG specification calls the filters' predictions (section 9), of a byte's left, upper and upper
// left neighbours.
int prediction(int filter, int left, int up, int corner) {
  switch (filter) {
    case 1:
      return left;
    case 2:
      return up;
    case 3:
      return (left + up) / 2;
    case 4: {
      const int sum = left + up - corner;
      const int to_left = std::abs(sum - left), to_up = std::abs(sum - up),
                to_corner = std::abs(sum - corner);
      if (to_left <= to_up && to_left <= to_corner) return left;
      return to_up <= to_corner ? up : corner;
    }
    default:
      return 0;
  }
}

// Rows of a filter's number and filtered bytes; nothing where a filter is unknown.
std::optional<Canvas> unfiltered(std::span<const uint8_t> rows, Size size) {
  constexpr size_t kPixel = 3;
  const size_t stride = kPixel * static_cast<size_t>(size.width);
  Canvas canvas(size);
  const std::vector<uint8_t> above_first(stride);
  for (int y = 0; y < size.height; ++y) {
    const uint8_t* const filtered = rows.data() + (stride + 1) * static_cast<size_t>(y);
    const uint8_t* const above = y > 0 ? canvas.row(y - 1) : above_first.data();
    uint8_t* const row = canvas.row(y);
    const int filter = filtered[0];
    if (filter > 4) return std::nullopt;
    for (size_t i = 0; i < stride; ++i) {
      const int left = i < kPixel ? 0 : row[i - kPixel], corner = i < kPixel ? 0 : above[i - kPixel];
      row[i] = static_cast<uint8_t>(filtered[i + 1] + prediction(filter, left, above[i], corner));
    }
  }
  return canvas;
}

}  // namespace

std::optional<Canvas> decode_png(std::span<const uint8_t> bytes) {
  constexpr size_t kAround = 12;  // a chunk's length, type and checksum
  if (bytes.size() < kSignature.size() || !std::equal(kSignature.begin(), kSignature.end(), bytes.begin()))
    return std::nullopt;
  std::optional<Size> size;
  std::vector<uint8_t> packed;
  for (auto rest = bytes.subspan(kSignature.size()); rest.size() >= kAround;) {
    const size_t length = big_endian(rest);
    if (length > rest.size() - kAround) return std::nullopt;
    const auto typed = rest.subspan(4, 4 + length), data = typed.subspan(4);
    const std::string_view type(reinterpret_cast<const char*>(typed.data()), 4);
    if (libdeflate_crc32(0, typed.data(), typed.size()) != big_endian(rest.subspan(8 + length)))
      return std::nullopt;
    if (type == "IHDR") size = size_in(data);
    if (type == "IDAT") packed.insert(packed.end(), data.begin(), data.end());
    if (type == "IEND") break;
    rest = rest.subspan(kAround + length);
  }
  if (!size) return std::nullopt;
  constexpr size_t kMostUnpacked = 1032;  // bytes out of one of deflate's
  const size_t count = (size_t{3} * size->width + 1) * static_cast<size_t>(size->height);
  if (count / kMostUnpacked > packed.size()) return std::nullopt;
  std::vector<uint8_t> rows(count);
  const std::unique_ptr<libdeflate_decompressor, decltype(&libdeflate_free_decompressor)> decompressor(
      libdeflate_alloc_decompressor(), &libdeflate_free_decompressor);
  if (!decompressor) throw Error(ErrorKind::memory, "no memory for a PNG");
  if (libdeflate_zlib_decompress(decompressor.get(), packed.data(), packed.size(), rows.data(), rows.size(),
                                 nullptr) != LIBDEFLATE_SUCCESS)
    return std::nullopt;
  return unfiltered(rows, *size);
}

namespace {

std::vector<uint8_t> encoded(const uint8_t* pixels, Size size, int channels) {
  if (size.width < 1 || size.height < 1)
    throw_error(ErrorKind::internal, "an empty picture cannot become a PNG");
  int bytes = 0;
  const std::unique_ptr<unsigned char, decltype(&std::free)> png(
      stbi_write_png_to_mem(pixels, size.width * channels, size.width, size.height, channels, &bytes),
      &std::free);
  if (!png)
    throw_error(ErrorKind::memory,
                "no memory for the PNG of a {}x{} picture; close other programs or paint smaller", size.width,
                size.height);
  return {png.get(), png.get() + bytes};
}

}  // namespace

std::vector<uint8_t> encode_png(const Canvas& canvas) {
  return encoded(canvas.bytes().data(), canvas.size(), 3);
}

std::vector<uint8_t> encode_png(const Canvas& over_black, const Canvas& opacity) {
  return encoded(straight_rgba(over_black, opacity).data(), over_black.size(), 4);
}

}  // namespace spectradiff
