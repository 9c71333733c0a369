#include "spectradiff/image/png.h"

#include <libdeflate.h>

#include <cstdlib>
#include <memory>

#include "spectradiff/base/error.h"

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

std::vector<uint8_t> encode_png(const Canvas& canvas) {
  if (canvas.width() < 1 || canvas.height() < 1)
    throw_error(ErrorKind::internal, "an empty picture cannot become a PNG");
  int bytes = 0;
  const std::unique_ptr<unsigned char, decltype(&std::free)> png(
      stbi_write_png_to_mem(canvas.row(0), canvas.width() * 3, canvas.width(), canvas.height(), 3, &bytes),
      &std::free);
  if (!png)
    throw_error(ErrorKind::memory,
                "no memory for the PNG of a {}x{} picture; close other programs or paint smaller",
                canvas.width(), canvas.height());
  return {png.get(), png.get() + bytes};
}

}  // namespace spectradiff
