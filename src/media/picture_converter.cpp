#include "picture_converter.h"

extern "C" {
#include <libavutil/display.h>
#include <libavutil/opt.h>
#include <libavutil/pixdesc.h>
}

#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>
#include <optional>
#include <vector>

#include "spectradiff/base/number.h"
#include "spectradiff/base/text.h"
#include "spectradiff/image/arrange.h"
#include "spectradiff/image/resize.h"

namespace spectradiff {
namespace {

constexpr int kLargestSide = 16384;
constexpr int kFirstHdHeight = 720;  // from here on, what does not say its colours is BT.709

int colour_space(const AVFrame& frame) {
  if (frame.colorspace != AVCOL_SPC_UNSPECIFIED && frame.colorspace != AVCOL_SPC_RGB) return frame.colorspace;
  return frame.height >= kFirstHdHeight ? SWS_CS_ITU709 : SWS_CS_ITU601;
}

bool is_full_range(const AVFrame& frame) {
  switch (frame.format) {
    case AV_PIX_FMT_YUVJ420P:
    case AV_PIX_FMT_YUVJ422P:
    case AV_PIX_FMT_YUVJ444P:
    case AV_PIX_FMT_YUVJ440P:
    case AV_PIX_FMT_YUVJ411P:
      return true;
    default:
      return frame.color_range == AVCOL_RANGE_JPEG;
  }
}

ScalerPtr make_scaler(const AVFrame& frame) {
  ScalerPtr owner(sws_alloc_context());
  if (!owner) throw Error(ErrorKind::memory, "out of memory for a picture's conversion");
  void* scaler = owner.get();
  av_opt_set_int(scaler, "srcw", frame.width, 0);
  av_opt_set_int(scaler, "srch", frame.height, 0);
  av_opt_set_int(scaler, "src_format", frame.format, 0);
  av_opt_set_int(scaler, "dstw", frame.width, 0);
  av_opt_set_int(scaler, "dsth", frame.height, 0);
  av_opt_set_int(scaler, "dst_format", AV_PIX_FMT_RGBA, 0);
  av_opt_set_int(scaler, "sws_flags",
                 SWS_BICUBIC | SWS_ACCURATE_RND | SWS_FULL_CHR_H_INP | SWS_FULL_CHR_H_INT | SWS_BITEXACT, 0);
  constexpr int kUnit = 1 << 16;
  const int* matrix = sws_getCoefficients(colour_space(frame));
  sws_setColorspaceDetails(owner.get(), matrix, is_full_range(frame) ? 1 : 0, matrix, 1, 0, kUnit, kUnit);
  if (sws_init_context(owner.get(), nullptr, nullptr) < 0) return nullptr;
  return owner;
}

// Opaque pixels of straight RGBA over `ground`.
Canvas over_ground(const std::vector<uint8_t>& rgba, Size size, Rgb ground) {
  Canvas canvas(size);
  const uint8_t grounds[3] = {ground.r, ground.g, ground.b};
  const uint8_t* in = rgba.data();
  for (size_t i = 0; i < canvas.bytes().size(); i += 3, in += 4)
    for (size_t c = 0; c < 3; ++c)
      canvas.bytes()[i + c] = static_cast<uint8_t>((in[c] * in[3] + grounds[c] * (255 - in[3]) + 127) / 255);
  return canvas;
}

Canvas with_square_pixels(Canvas canvas, AVRational aspect) {
  if (aspect.num <= 0 || aspect.den <= 0 || aspect.num == aspect.den) return canvas;
  const double width = static_cast<double>(canvas.width()) * aspect.num / aspect.den;
  if (!(width >= 1 && width <= kLargestSide)) return canvas;
  return resize_lanczos(canvas, {static_cast<int>(std::lround(width)), canvas.height()});
}

// Quarter turns and mirrorings of a display matrix; other angles are left alone, as most players do.
void orient(PictureShape& shape, const uint8_t* side_data) {
  std::array<int32_t, 9> matrix{};
  std::memcpy(matrix.data(), side_data, sizeof(matrix));
  const auto at = [&](size_t i) { return static_cast<double>(matrix[i]); };
  const bool is_mirrored = at(0) * at(4) - at(1) * at(3) < 0;
  if (is_mirrored) av_display_matrix_flip(matrix.data(), 1, 0);
  const double degrees = -av_display_rotation_get(matrix.data());
  if (std::isnan(degrees)) return;
  const long quarters = std::lround(degrees / 90);
  if (std::abs(degrees - 90.0 * static_cast<double>(quarters)) > 1) return;
  shape.turn_degrees = static_cast<int>((quarters % 4 + 4) % 4 * 90);
  shape.is_mirrored = is_mirrored;
}

// EXIF's own numbers, for decoders that pass them on as they are.
void orient_by_exif(PictureShape& shape, const AVDictionary* metadata) {
  const AVDictionaryEntry* entry = av_dict_get(metadata, "Orientation", nullptr, AV_DICT_IGNORE_SUFFIX);
  const auto number = entry == nullptr ? std::nullopt : parse_integer(trimmed(entry->value));
  if (!number || *number < 1 || *number > 8) return;
  constexpr int kTurns[] = {0, 0, 180, 180, 90, 90, 270, 270};
  shape.turn_degrees = kTurns[*number - 1];
  shape.is_mirrored = *number == 2 || *number == 4 || *number == 5 || *number == 7;
}

}  // namespace

PictureShape shape_of(AVFormatContext* input, AVStream* stream, AVFrame* frame) {
  PictureShape shape{av_guess_sample_aspect_ratio(input, stream, frame)};
  const AVFrameSideData* of_frame = av_frame_get_side_data(frame, AV_FRAME_DATA_DISPLAYMATRIX);
  const uint8_t* of_stream = av_stream_get_side_data(stream, AV_PKT_DATA_DISPLAYMATRIX, nullptr);
  if (of_stream != nullptr || of_frame != nullptr) {
    orient(shape, of_stream != nullptr ? of_stream : of_frame->data);
  } else {
    orient_by_exif(shape, frame->metadata);
  }
  return shape;
}

Canvas to_canvas(const AVFrame& frame, const PictureShape& shape, Rgb ground, const std::string& name) {
  const Size size{frame.width, frame.height};
  if (size.width < 1 || size.height < 1 || size.width > kLargestSide || size.height > kLargestSide) {
    throw_error(ErrorKind::input, "{} holds pictures of {}x{} pixels; up to {} a side can be used", name,
                size.width, size.height, kLargestSide);
  }
  const ScalerPtr scaler = make_scaler(frame);
  if (!scaler) {
    const char* format = av_get_pix_fmt_name(static_cast<AVPixelFormat>(frame.format));
    throw_error(ErrorKind::input, "{} holds pictures in a pixel format ({}) that cannot be used", name,
                format ? format : "unknown");
  }
  // Rows as libswscale likes them, with room behind them that it may write to.
  const size_t stride = (static_cast<size_t>(size.width) * 4 + 63) / 64 * 64;
  std::vector<uint8_t> padded(stride * size.height + 64);
  uint8_t* planes[4] = {padded.data()};
  const int strides[4] = {static_cast<int>(stride)};
  if (sws_scale(scaler.get(), frame.data, frame.linesize, 0, size.height, planes, strides) != size.height)
    throw_error(ErrorKind::input, "a picture of {} cannot be converted", name);
  const size_t row = static_cast<size_t>(size.width) * 4;
  for (int y = 1; y < size.height; ++y)
    std::copy_n(padded.begin() + static_cast<ptrdiff_t>(y * stride), row,
                padded.begin() + static_cast<ptrdiff_t>(y * row));
  Canvas canvas = over_ground(padded, size, ground);
  canvas = with_square_pixels(std::move(canvas), shape.pixel_aspect);
  canvas = rotate(std::move(canvas), shape.turn_degrees);
  return shape.is_mirrored ? mirrored(canvas) : std::move(canvas);
}

}  // namespace spectradiff
