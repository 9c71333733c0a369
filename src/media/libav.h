// Owning handles for libav's structures, its errors as text, and its log kept off stderr. Private to this
// module.
#pragma once

extern "C" {
#include <libavcodec/avcodec.h>
#include <libavformat/avformat.h>
#include <libavutil/channel_layout.h>
#include <libswresample/swresample.h>
#include <libswscale/swscale.h>
}

#include <filesystem>
#include <memory>
#include <string>

#include "spectradiff/base/error.h"

namespace spectradiff {

// For libav's functions that free *pointer and clear it.
template <auto Free>
struct FreeBy {
  template <typename T>
  void operator()(T* pointer) const {
    Free(&pointer);
  }
};

struct FreeMuxer {
  void operator()(AVFormatContext* muxer) const { avformat_free_context(muxer); }
};

struct FreeScaler {
  void operator()(SwsContext* scaler) const { sws_freeContext(scaler); }
};

using FramePtr = std::unique_ptr<AVFrame, FreeBy<av_frame_free>>;
using PacketPtr = std::unique_ptr<AVPacket, FreeBy<av_packet_free>>;
using CodecContextPtr = std::unique_ptr<AVCodecContext, FreeBy<avcodec_free_context>>;
using InputPtr = std::unique_ptr<AVFormatContext, FreeBy<avformat_close_input>>;
using MuxerPtr = std::unique_ptr<AVFormatContext, FreeMuxer>;
using ResamplerPtr = std::unique_ptr<SwrContext, FreeBy<swr_free>>;
using ScalerPtr = std::unique_ptr<SwsContext, FreeScaler>;

// Error{memory} when libav has none.
FramePtr make_av_frame();
PacketPtr make_av_packet();

// libav logs to stderr unless told otherwise, and its log is one per process. From the first call on, every
// line is kept off stderr and the last error line of each thread is kept for libav_error_text. Every door of
// this module calls it first.
void quiet_libav();

// Whether libav has logged an error on this thread since quiet_libav.
bool libav_complained();

// "Invalid argument (libx264: width not divisible by 2)": the code's meaning and the line libav logged with
// it, if any.
std::string libav_error_text(int code);

// Error{kind} "<what>: <libav's words>"; Error{memory} when libav, or a library behind it, ran out of memory.
[[noreturn]] void throw_libav_error(ErrorKind kind, int code, const std::string& what);

// A local media file, opened and its streams found. Error{input} naming the file, also for one that claims
// more than could be in it. Only the local file is read, whatever it may refer to; with `containers`, a list
// of libav's names, nothing else is accepted.
InputPtr open_media_file(const std::filesystem::path& path, const char* containers = nullptr);

// The best sound track, and nothing read but it from now on; negative when there is none.
int choose_sound_stream(AVFormatContext* input);

// The best track of pictures that move, for a song's cover is one to libav as well; else a cover; negative
// when there is neither.
int choose_picture_stream(AVFormatContext* input);

// A codec context, not opened. Error{memory}.
CodecContextPtr make_codec_context(const AVCodec* codec);

// The first of the named encoders that this libav has, or null.
const AVCodec* find_encoder(const char* const* names, size_t count);

}  // namespace spectradiff
