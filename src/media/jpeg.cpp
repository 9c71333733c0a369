#include "spectradiff/media/jpeg.h"

#include <array>

#include "libav.h"

namespace spectradiff {
namespace {

constexpr int kQuantiser = 3;  // 1 (best) to 31
constexpr const char* kWhat = "the picture cannot be written as JPEG";

void check(int code) {
  if (code < 0) throw_libav_error(ErrorKind::output, code, kWhat);
}

CodecContextPtr open_encoder(Size size) {
  const std::array<const char*, 1> names = {"mjpeg"};
  const AVCodec* codec = find_encoder(names.data(), names.size());
  if (codec == nullptr)
    throw_error(ErrorKind::output, "{}: this libav has no encoder for it; use .png", kWhat);
  CodecContextPtr context = make_codec_context(codec);
  context->width = size.width;
  context->height = size.height;
  context->pix_fmt = AV_PIX_FMT_YUVJ420P;
  context->time_base = {1, 1};
  context->flags |= AV_CODEC_FLAG_QSCALE | AV_CODEC_FLAG_BITEXACT;
  context->global_quality = kQuantiser * FF_QP2LAMBDA;
  check(avcodec_open2(context.get(), codec, nullptr));
  return context;
}

FramePtr to_yuv(const Canvas& canvas) {
  FramePtr frame = make_av_frame();
  frame->width = canvas.width();
  frame->height = canvas.height();
  frame->format = AV_PIX_FMT_YUVJ420P;
  frame->quality = kQuantiser * FF_QP2LAMBDA;
  check(av_frame_get_buffer(frame.get(), 0));
  const ScalerPtr scaler(sws_getContext(frame->width, frame->height, AV_PIX_FMT_RGB24, frame->width,
                                        frame->height, AV_PIX_FMT_YUVJ420P, SWS_BICUBIC, nullptr, nullptr,
                                        nullptr));
  if (!scaler) throw_error(ErrorKind::memory, "{}: no memory for its conversion", kWhat);
  const uint8_t* rows[] = {canvas.row(0)};
  const int stride[] = {canvas.width() * 3};
  check(sws_scale(scaler.get(), rows, stride, 0, frame->height, frame->data, frame->linesize));
  return frame;
}

}  // namespace

std::vector<uint8_t> encode_jpeg(const Canvas& canvas) {
  quiet_libav();
  const CodecContextPtr encoder = open_encoder(canvas.size());
  const FramePtr frame = to_yuv(canvas);
  check(avcodec_send_frame(encoder.get(), frame.get()));
  check(avcodec_send_frame(encoder.get(), nullptr));
  const PacketPtr packet = make_av_packet();
  check(avcodec_receive_packet(encoder.get(), packet.get()));
  return {packet->data, packet->data + packet->size};
}

}  // namespace spectradiff
