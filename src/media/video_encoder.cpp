#include "video_encoder.h"

extern "C" {
#include <libavutil/opt.h>
#include <libavutil/pixdesc.h>
}

#include <limits>

namespace spectradiff {
namespace {

constexpr int kMaxSide = 16384;

void check_size(const VideoSettings& settings, AVPixelFormat format) {
  const Size size = settings.output_size;
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
  const VideoCodecRow& row = video_codec_row(settings.video_codec);
  const AVCodec* codec = find_encoder(row.encoders.data(), row.encoders.size());
  if (!codec) {
    throw_error(ErrorKind::output,
                "video_codec = {} needs the encoder {}, which this libavcodec was built without", row.name,
                list_names(row.encoders));
  }
  CodecContextPtr context = make_codec_context(codec);
  context->width = settings.output_size.width;
  context->height = settings.output_size.height;
  context->pix_fmt = av_get_pix_fmt(settings.pixel_format.c_str());
  context->time_base = {static_cast<int>(settings.fps.den), static_cast<int>(settings.fps.num)};
  context->framerate = av_inv_q(context->time_base);
  context->sample_aspect_ratio = {1, 1};
  context->color_range = AVCOL_RANGE_MPEG;
  context->colorspace = AVCOL_SPC_BT709;
  context->color_primaries = AVCOL_PRI_BT709;
  context->color_trc = AVCOL_TRC_BT709;
  context->chroma_sample_location = AVCHROMA_LOC_LEFT;
  context->thread_count = settings.threads;
  context->flags |= AV_CODEC_FLAG_BITEXACT | (global_header ? AV_CODEC_FLAG_GLOBAL_HEADER : 0);
  av_opt_set_int(context->priv_data, "crf", settings.crf, 0);
  av_opt_set(context->priv_data, "preset", settings.encoder_preset.c_str(), 0);
  const int code = avcodec_open2(context.get(), codec, nullptr);
  if (code < 0) {
    throw_libav_error(
        ErrorKind::output, code,
        fmt::format("the encoder {} refuses {}x{} at {} frames per second", codec->name,
                    settings.output_size.width, settings.output_size.height, settings.fps.text()));
  }
  return context;
}

}  // namespace

void check_video_values(const VideoSettings& settings) {
  const VideoCodecRow& row = video_codec_row(settings.video_codec);
  if (!names_contain(row.containers, container_name(settings.container))) {
    throw_error(ErrorKind::usage, "video_codec = {} cannot go into .{}; it goes into .{}", row.name,
                container_name(settings.container), list_names(row.containers));
  }
  if (settings.crf < 0 || settings.crf > row.crf_max) {
    throw_error(ErrorKind::usage, "crf = {} is outside 0..{} of {}; 18 is visually lossless", settings.crf,
                row.crf_max, row.name);
  }
  if (!names_contain(row.presets, settings.encoder_preset)) {
    throw_error(ErrorKind::usage, "encoder_preset = {} is not known to {}; known are {}",
                settings.encoder_preset, row.name, list_names(row.presets));
  }
  if (!names_contain(row.pixel_formats, settings.pixel_format)) {
    throw_error(ErrorKind::usage, "pixel_format = {} is not offered for {}; offered are {}",
                settings.pixel_format, row.name, list_names(row.pixel_formats));
  }
  if (settings.fps <= Rational(0) || settings.fps > Rational(240)) {
    throw_error(ErrorKind::usage, "fps = {} is outside 0..240", settings.fps.text());
  }
  constexpr int64_t kMaxTerm = std::numeric_limits<int>::max();
  if (settings.fps.num > kMaxTerm || settings.fps.den > kMaxTerm) {
    throw_error(ErrorKind::usage, "fps = {} cannot be stored exactly in a video; use a simpler fraction",
                settings.fps.text());
  }
  check_size(settings, av_get_pix_fmt(settings.pixel_format.c_str()));
}

YuvConverter::YuvConverter(Size size, AVPixelFormat format) : scaler_(sws_alloc_context()), size_(size) {
  if (!scaler_) throw Error(ErrorKind::memory, "out of memory for the colour conversion");
  SwsContext* scaler = scaler_.get();
  av_opt_set_int(scaler, "srcw", size.width, 0);
  av_opt_set_int(scaler, "srch", size.height, 0);
  av_opt_set_int(scaler, "dstw", size.width, 0);
  av_opt_set_int(scaler, "dsth", size.height, 0);
  av_opt_set_int(scaler, "src_format", AV_PIX_FMT_RGB24, 0);
  av_opt_set_int(scaler, "dst_format", format, 0);
  av_opt_set_int(scaler, "sws_flags",
                 SWS_BILINEAR | SWS_ACCURATE_RND | SWS_FULL_CHR_H_INP | SWS_FULL_CHR_H_INT, 0);
  const AVPixFmtDescriptor* layout = av_pix_fmt_desc_get(format);
  if (layout->log2_chroma_w) av_opt_set_int(scaler, "dst_h_chr_pos", 0, 0);
  if (layout->log2_chroma_h) av_opt_set_int(scaler, "dst_v_chr_pos", 128, 0);
  const int* bt709 = sws_getCoefficients(SWS_CS_ITU709);
  constexpr int kFullRange = 1, kLimitedRange = 0, kUnit = 1 << 16;
  int code = sws_setColorspaceDetails(scaler, bt709, kFullRange, bt709, kLimitedRange, 0, kUnit, kUnit);
  if (code >= 0) code = sws_init_context(scaler, nullptr, nullptr);
  if (code < 0) throw_libav_error(ErrorKind::internal, code, "the colour conversion cannot be set up");
}

void YuvConverter::convert(const Canvas& picture, AVFrame* frame) {
  const uint8_t* planes[] = {picture.row(0)};
  const int strides[] = {3 * size_.width};
  const int rows = sws_scale(scaler_.get(), planes, strides, 0, size_.height, frame->data, frame->linesize);
  if (rows != size_.height) throw_libav_error(ErrorKind::internal, rows, "the colour conversion failed");
}

VideoEncoder::VideoEncoder(const VideoSettings& settings, bool global_header)
    : output_size_(settings.output_size),
      fit_(settings.fit),
      context_(open_encoder(settings, global_header)),
      converter_(settings.output_size, context_->pix_fmt),
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

void VideoEncoder::send(const Canvas& picture) {
  int code = av_frame_make_writable(frame_.get());
  if (code < 0) throw_libav_error(ErrorKind::memory, code, "no memory for a picture");
  if (picture.size() == output_size_) {
    converter_.convert(picture, frame_.get());
  } else {
    converter_.convert(fit_to_size(picture, output_size_, fit_), frame_.get());
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
