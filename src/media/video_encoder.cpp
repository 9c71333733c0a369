#include "video_encoder.h"

extern "C" {
#include <libavutil/opt.h>
}

#include <algorithm>
#include <limits>

#include "spectradiff/image/opacity.h"

namespace spectradiff {
namespace {

constexpr int kMaxSide = 16384;
constexpr int kOverread = 64;  // bytes that libswscale's vector code may read past the end of a row

void check_size(const VideoSettings& settings, AVPixelFormat format) {
  const Size painted = settings.picture_size, size = settings.output_size;
  if (painted.width < 1 || painted.height < 1) {
    throw_error(ErrorKind::internal, "pictures of {}x{} were announced", painted.width, painted.height);
  }
  if (size.width < 16 || size.height < 16 || size.width > kMaxSide || size.height > kMaxSide) {
    throw_error(ErrorKind::usage, "output_size = {}x{} is outside 16x16..{}x{}", size.width, size.height,
                kMaxSide, kMaxSide);
  }
  const AVPixFmtDescriptor* layout = av_pix_fmt_desc_get(format);
  const int step_x = 1 << layout->log2_chroma_w, step_y = 1 << layout->log2_chroma_h;
  if (size.width % step_x || size.height % step_y) {
    throw_error(ErrorKind::usage,
                "output_size = {}x{} is odd and {} needs even numbers; {}x{} is the nearest", size.width,
                size.height, settings.pixel_format, size.width + size.width % step_x,
                size.height + size.height % step_y);
  }
}

CodecContextPtr open_encoder(const VideoSettings& settings, bool global_header) {
  const VideoEncoderRow& encoder = video_encoder_row(video_codec_row(settings.video_codec), settings);
  const AVCodec* codec = avcodec_find_encoder_by_name(encoder.name);
  CodecContextPtr context = make_codec_context(codec);
  context->width = settings.output_size.width;
  context->height = settings.output_size.height;
  context->pix_fmt = settings.transparent
                         ? transparent_format(video_codec_row(settings.video_codec), settings)
                         : av_get_pix_fmt(settings.pixel_format.c_str());
  context->time_base = {static_cast<int>(settings.fps.den), static_cast<int>(settings.fps.num)};
  context->framerate = av_inv_q(context->time_base);
  context->sample_aspect_ratio = {1, 1};
  context->color_range = AVCOL_RANGE_MPEG;
  context->colorspace = AVCOL_SPC_BT709;
  context->color_primaries = AVCOL_PRI_BT709;
  context->color_trc = AVCOL_TRC_BT709;
  context->chroma_sample_location = AVCHROMA_LOC_LEFT;
  context->thread_count = encoder.threads > 0 ? encoder.threads : settings.threads;
  context->flags |= AV_CODEC_FLAG_BITEXACT | (global_header ? AV_CODEC_FLAG_GLOBAL_HEADER : 0);
  encoder.configure(*context, settings);
  const int code = avcodec_open2(context.get(), codec, nullptr);
  if (code < 0) {
    throw_libav_error(
        ErrorKind::output, code,
        fmt::format("the encoder {} refuses {}x{} at {} frames per second", codec->name,
                    settings.output_size.width, settings.output_size.height, settings.fps.number_text()));
  }
  return context;
}

// The largest size of the shape of `shape` that lies within `room`.
Size largest_within(Size room, Size shape) {
  const int64_t by_height = static_cast<int64_t>(room.height) * shape.width;
  const int64_t by_width = static_cast<int64_t>(room.width) * shape.height;
  const auto rounded = [](int64_t a, int64_t b) {
    return static_cast<int>(std::max<int64_t>(1, (2 * a + b) / (2 * b)));
  };
  if (by_height < by_width) return {rounded(by_height, shape.height), room.height};
  return {room.width, rounded(by_width, shape.width)};
}

ScalerPtr make_scaler(Size from, Size to, AVPixelFormat source, AVPixelFormat format) {
  ScalerPtr owner(sws_alloc_context());
  SwsContext* scaler = owner.get();
  if (!scaler) throw Error(ErrorKind::memory, "out of memory for the colour conversion");
  const int filter = from == to ? SWS_BILINEAR : SWS_LANCZOS;
  av_opt_set_int(scaler, "srcw", from.width, 0);
  av_opt_set_int(scaler, "srch", from.height, 0);
  av_opt_set_int(scaler, "dstw", to.width, 0);
  av_opt_set_int(scaler, "dsth", to.height, 0);
  av_opt_set_int(scaler, "src_format", source, 0);
  av_opt_set_int(scaler, "dst_format", format, 0);
  av_opt_set_int(scaler, "sws_flags", filter | SWS_ACCURATE_RND | SWS_FULL_CHR_H_INP | SWS_FULL_CHR_H_INT, 0);
  const AVPixFmtDescriptor* layout = av_pix_fmt_desc_get(format);
  if (layout->log2_chroma_w) av_opt_set_int(scaler, "dst_h_chr_pos", 0, 0);
  if (layout->log2_chroma_h) av_opt_set_int(scaler, "dst_v_chr_pos", 128, 0);
  const int* bt709 = sws_getCoefficients(SWS_CS_ITU709);
  constexpr int kFullRange = 1, kLimitedRange = 0, kUnit = 1 << 16;
  int code = sws_setColorspaceDetails(scaler, bt709, kFullRange, bt709, kLimitedRange, 0, kUnit, kUnit);
  if (code >= 0) code = sws_init_context(scaler, nullptr, nullptr);
  if (code < 0) throw_libav_error(ErrorKind::internal, code, "the colour conversion cannot be set up");
  return owner;
}

// Codecs without a scale take no other word than the default, which every job carries.
void refuse_scales(const VideoCodecRow& row, const VideoSettings& settings) {
  const VideoSettings defaults;
  if (settings.crf != defaults.crf) {
    throw_error(ErrorKind::usage, "crf = {} has no meaning for {}, {}; leave it out", settings.crf, row.name,
                row.no_scale);
  }
  if (settings.encoder_preset != defaults.encoder_preset) {
    throw_error(ErrorKind::usage,
                "encoder_preset = {} has no meaning for {}, which has only one speed; leave it out",
                settings.encoder_preset, row.name);
  }
}

}  // namespace

std::vector<std::string> settings_not_taken(const VideoSettings& settings) {
  const VideoCodecRow& row = video_codec_row(settings.video_codec);
  const VideoSettings defaults;
  std::vector<std::string> keys;
  const bool has_scales = row.crf_max > 0;
  if (has_scales ? settings.crf > row.crf_max : settings.crf != defaults.crf) keys.emplace_back("crf");
  if (!has_scales && settings.encoder_preset != defaults.encoder_preset) keys.emplace_back("encoder_preset");
  if (!names_contain(row.encoders.front().pixel_formats, settings.pixel_format))
    keys.emplace_back("pixel_format");
  return keys;
}

void check_rate(const Rational& fps) {
  if (fps <= Rational(0) || fps > Rational(240))
    throw_error(ErrorKind::usage, "fps = {} is outside 0..240", fps.short_text());
  constexpr int64_t kMaxTerm = std::numeric_limits<int>::max();
  if (fps.num > kMaxTerm || fps.den > kMaxTerm) {
    throw_error(ErrorKind::usage, "fps = {} cannot be stored exactly in a video; use a simpler fraction",
                fps.short_text());
  }
}

void check_video_values(const VideoSettings& settings) {
  const VideoCodecRow& row = video_codec_row(settings.video_codec);
  if (!names_contain(row.containers, container_name(settings.container))) {
    throw_error(ErrorKind::usage, "video_codec = {} cannot go into .{}; it goes into {}", row.name,
                container_name(settings.container), list_names(row.containers));
  }
  if (row.crf_max == 0) {
    refuse_scales(row, settings);
  } else if (settings.crf < 0 || settings.crf > row.crf_max) {
    throw_error(ErrorKind::usage, "crf = {} is outside 0..{}, the scale of {}; 18 is visually lossless",
                settings.crf, row.crf_max, row.name);
  }
  if (!names_contain(encoder_preset_names(), settings.encoder_preset)) {
    throw_error(ErrorKind::usage, "encoder_preset = {} is not one of {}", settings.encoder_preset,
                list_names(encoder_preset_names()));
  }
  check_rate(settings.fps);
  if (settings.max_bytes > 0) {
    throw_error(
        ErrorKind::usage,
        "max_bytes bounds .gif, .webp and .apng; a .{} becomes smaller with a higher --crf, a smaller "
        "--output-size or a lower --audio-bitrate",
        container_name(settings.container));
  }
  const AVPixelFormat format = av_get_pix_fmt(settings.pixel_format.c_str());
  if (format != AV_PIX_FMT_NONE) check_size(settings, format);
  (void)video_encoder_row(row, settings);
  if (settings.transparent) (void)transparent_format(row, settings);
}

YuvConverter::YuvConverter(Size picture, Size output, Fit fit, AVPixelFormat format)
    : from_{0, 0, picture},
      to_{0, 0, output},
      output_(output),
      layout_(av_pix_fmt_desc_get(format)),
      channels_(layout_->flags & AV_PIX_FMT_FLAG_ALPHA ? 4 : 3) {
  if (fit == Fit::cover) {
    from_.size = largest_within(picture, output);
    from_.x = (picture.width - from_.size.width) / 2;
    from_.y = (picture.height - from_.size.height) / 2;
  } else if (fit == Fit::contain) {
    const int mask_x = ~((1 << layout_->log2_chroma_w) - 1), mask_y = ~((1 << layout_->log2_chroma_h) - 1);
    const Size part = largest_within(output, picture);
    to_.size = {std::max(part.width & mask_x, ~mask_x + 1), std::max(part.height & mask_y, ~mask_y + 1)};
    to_.x = (output.width - to_.size.width) / 2 & mask_x;
    to_.y = (output.height - to_.size.height) / 2 & mask_y;
  }
  scaler_ = make_scaler(from_.size, to_.size, channels_ == 4 ? AV_PIX_FMT_RGBA : AV_PIX_FMT_RGB24, format);
  width_ = picture.width;
  stride_ = (channels_ * from_.size.width + kOverread + 63) / 64 * 64;
  padded_.resize(static_cast<size_t>(stride_) * static_cast<size_t>(from_.size.height));
}

void YuvConverter::convert(const uint8_t* pixels, AVFrame* frame) {
  uint8_t* planes[4] = {};
  for (int plane = 0; plane < channels_; ++plane) {
    const bool is_chroma = plane == 1 || plane == 2;
    const ptrdiff_t x = (is_chroma ? to_.x >> layout_->log2_chroma_w : to_.x) * layout_->comp[0].step;
    const ptrdiff_t y = is_chroma ? to_.y >> layout_->log2_chroma_h : to_.y;
    planes[plane] = frame->data[plane] + y * frame->linesize[plane] + x;
  }
  const size_t row_bytes = static_cast<size_t>(from_.size.width) * static_cast<size_t>(channels_);
  for (int y = 0; y < from_.size.height; ++y) {
    const ptrdiff_t first = static_cast<ptrdiff_t>(from_.y + y) * width_ + from_.x;
    std::copy_n(pixels + channels_ * first, row_bytes, padded_.begin() + static_cast<ptrdiff_t>(y) * stride_);
  }
  const uint8_t* source[] = {padded_.data()};
  const int strides[] = {stride_};
  const int rows = sws_scale(scaler_.get(), source, strides, 0, from_.size.height, planes, frame->linesize);
  if (rows != to_.size.height) throw_libav_error(ErrorKind::internal, rows, "the colour conversion failed");
  // After the scaling, which writes a little past the right edge of its part.
  if (to_.size != output_) blacken_bars(frame);
}

void YuvConverter::blacken_bars(AVFrame* frame) const {
  layout_->comp[0].depth > 8 ? fill_bars<uint16_t>(frame) : fill_bars<uint8_t>(frame);
}

template <typename Sample>
void YuvConverter::fill_bars(AVFrame* frame) const {
  constexpr int kBlackLuma = 16, kNoChroma = 128;  // of 8 bits
  const int more_bits = layout_->comp[0].depth - 8;
  for (int plane = 0; plane < 3; ++plane) {
    const int shift_x = plane ? layout_->log2_chroma_w : 0, shift_y = plane ? layout_->log2_chroma_h : 0;
    const int left = to_.x >> shift_x, right = (to_.x + to_.size.width) >> shift_x,
              width = output_.width >> shift_x;
    const int top = to_.y >> shift_y, bottom = (to_.y + to_.size.height) >> shift_y;
    const auto value = static_cast<Sample>((plane ? kNoChroma : kBlackLuma) << more_bits);
    for (int y = 0; y < output_.height >> shift_y; ++y) {
      auto* row =
          reinterpret_cast<Sample*>(frame->data[plane] + static_cast<ptrdiff_t>(y) * frame->linesize[plane]);
      const bool in_bar = y < top || y >= bottom;
      std::fill(row, row + (in_bar ? width : left), value);
      if (!in_bar) std::fill(row + right, row + width, value);
    }
  }
}

VideoEncoder::VideoEncoder(const VideoSettings& settings, bool global_header)
    : context_(open_encoder(settings, global_header)),
      converter_(settings.transparent ? settings.output_size : settings.picture_size, settings.output_size,
                 settings.fit, context_->pix_fmt),
      fit_(settings.fit),
      frame_(make_av_frame()) {
  frame_->width = context_->width;
  frame_->height = context_->height;
  frame_->format = context_->pix_fmt;
  frame_->color_range = context_->color_range;
  frame_->colorspace = context_->colorspace;
  frame_->color_primaries = context_->color_primaries;
  frame_->color_trc = context_->color_trc;
  frame_->chroma_location = context_->chroma_sample_location;
  frame_->sample_aspect_ratio = context_->sample_aspect_ratio;
  const int code = av_frame_get_buffer(frame_.get(), 0);
  if (code < 0) throw_libav_error(ErrorKind::memory, code, "no memory for a picture");
}

void VideoEncoder::send(const Canvas& picture, const Canvas* opacity) {
  int code = av_frame_make_writable(frame_.get());
  if (code < 0) throw_libav_error(ErrorKind::memory, code, "no memory for a picture");
  if (opacity == nullptr) {
    converter_.convert(picture.bytes().data(), frame_.get());
  } else {
    const Size size{context_->width, context_->height};
    const auto rgba = straight_rgba(fit_to_size(picture, size, fit_), fit_to_size(*opacity, size, fit_));
    converter_.convert(rgba.data(), frame_.get());
  }
  frame_->pts = next_picture_++;
  code = avcodec_send_frame(context_.get(), frame_.get());
  if (code < 0)
    throw_libav_error(ErrorKind::output, code, fmt::format("{} failed at picture {}", name(), frame_->pts));
}

void VideoEncoder::flush() {
  const int code = avcodec_send_frame(context_.get(), nullptr);
  if (code < 0) throw_libav_error(ErrorKind::output, code, fmt::format("{} failed at its end", name()));
}

bool VideoEncoder::receive(AVPacket* packet) {
  const int code = avcodec_receive_packet(context_.get(), packet);
  if (code == AVERROR(EAGAIN) || code == AVERROR_EOF) return false;
  if (code < 0) throw_libav_error(ErrorKind::output, code, fmt::format("{} failed", name()));
  packet->duration = 1;
  return true;
}

}  // namespace spectradiff
