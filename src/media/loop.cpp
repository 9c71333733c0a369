#include "spectradiff/media/loop.h"

extern "C" {
#include <libavutil/opt.h>
}

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <utility>
#include <vector>

#include "codec_table.h"
#include "filter_library.h"
#include "libav.h"
#include "loop_file.h"
#include "loop_settings.h"
#include "spectradiff/base/rational.h"
#include "spectradiff/base/text.h"
#include "spectradiff/image/opacity.h"
#include "spectradiff/image/resize.h"

namespace spectradiff {
namespace {

// How much of the pictures a loop keeps.
struct Step {
  double scale = 1;  // of each side
  int quality = 0;   // colours of GIF, 0..100 of WebP; APNG has none
  int every = 1;     // so many pictures one is shown
};

// From all of it to the least that still shows something, each smaller than the one before.
std::vector<Step> steps_of(Container container) {
  std::vector<int> qualities = {0};
  if (container == Container::gif) qualities = {255, 128, 64};
  if (container == Container::webp) qualities = {85, 65, 45};
  std::vector<Step> steps;
  for (const double scale : {1.0, 0.8, 0.65, 0.5, 0.4, 0.3, 0.25}) {
    for (const int quality : qualities) steps.push_back({scale, quality, 1});
  }
  for (const int every : {2, 3, 4}) steps.push_back({0.25, qualities.back(), every});
  return steps;
}

constexpr int kFastestGif = 50;  // pictures per second: below 2/100 s, browsers show a picture for 10

Size scaled(Size size, double scale) {
  constexpr int kLeast = 16;
  const auto side = [&](int whole) {
    return std::max(std::min(whole, kLeast), static_cast<int>(std::lround(whole * scale)));
  };
  return {side(size.width), side(size.height)};
}

// Pictures of one step, in the size and at the times that are shown.
class Shown {
 public:
  Shown(const VideoSettings& settings, const LoopPictures& pictures, const Step& step)
      : settings_(settings), pictures_(pictures), size_(scaled(settings.output_size, step.scale)) {
    every_ = step.every;
    if (settings.container == Container::gif)
      every_ *= mul_div_ceil(settings.fps.num, 1, kFastestGif * settings.fps.den);
  }

  Size size() const { return size_; }
  double fps() const { return settings_.fps.to_double() / static_cast<double>(every_); }
  int64_t count() const { return (pictures_.count + every_ - 1) / every_; }
  // In 1/settings.fps, of the n-th picture's beginning; of count() the loop's end.
  int64_t time(int64_t number) const { return std::min(number * every_, pictures_.count); }

  // RGB24, RGBA or RGB32.
  FramePtr frame(int64_t number, AVPixelFormat format) const {
    const int64_t index = number * every_;
    FramePtr frame = make_av_frame();
    frame->format = format;
    frame->width = size_.width;
    frame->height = size_.height;
    frame->pts = time(number);
    if (const int code = av_frame_get_buffer(frame.get(), 0); code < 0)
      throw_libav_error(ErrorKind::memory, code, "no memory for a picture");
    const Canvas picture = fitted(pictures_.at(index));
    if (!settings_.transparent) {
      fill(*frame, picture.bytes(), 3);
    } else {
      fill(*frame, straight_rgba(picture, fitted(pictures_.opacity(index))), 4);
    }
    return frame;
  }

 private:
  Canvas fitted(const Canvas& picture) const {
    const Canvas whole = fit_to_size(picture, settings_.output_size, settings_.fit);
    return size_ == whole.size() ? whole.clone() : resize_lanczos(whole, size_);
  }

  static void fill(AVFrame& frame, const std::vector<uint8_t>& pixels, size_t channels) {
    const uint8_t* in = pixels.data();
    const size_t row_bytes = static_cast<size_t>(frame.width) * channels;
    for (int y = 0; y < frame.height; ++y, in += row_bytes) {
      uint8_t* const row = frame.data[0] + static_cast<ptrdiff_t>(y) * frame.linesize[0];
      if (frame.format != AV_PIX_FMT_RGB32) {
        std::copy_n(in, row_bytes, row);
        continue;
      }
      auto* out = reinterpret_cast<uint32_t*>(row);  // 0xAARRGGBB in the machine's order
      for (const uint8_t* pixel = in; pixel < in + row_bytes; pixel += channels)
        *out++ = (channels == 4 ? uint32_t{pixel[3]} : 255U) << 24 | uint32_t{pixel[0]} << 16 |
                 uint32_t{pixel[1]} << 8 | pixel[2];
    }
  }

  const VideoSettings& settings_;
  const LoopPictures& pictures_;
  const Size size_;
  int64_t every_ = 1;
};

CodecContextPtr open_encoder(const LoopEncoder& encoder, const VideoSettings& settings, Size size,
                             int quality) {
  const AVCodec* codec = avcodec_find_encoder_by_name(encoder.name);
  CodecContextPtr context = make_codec_context(codec);
  context->width = size.width;
  context->height = size.height;
  context->pix_fmt = settings.transparent ? encoder.transparent : encoder.opaque;
  context->time_base = {static_cast<int>(settings.fps.den), static_cast<int>(settings.fps.num)};
  context->framerate = av_inv_q(context->time_base);
  context->flags |= AV_CODEC_FLAG_BITEXACT;
  context->thread_count = 1;
  if (settings.container == Container::webp) av_opt_set_int(context->priv_data, "quality", quality, 0);
  if (settings.container == Container::apng) av_opt_set(context->priv_data, "pred", "mixed", 0);
  if (const int code = avcodec_open2(context.get(), codec, nullptr); code < 0)
    throw_libav_error(ErrorKind::output, code,
                      fmt::format("the encoder {} refuses {}x{}", codec->name, size.width, size.height));
  return context;
}

// Packets out of an encoder, for each frame that goes in; null ends it.
template <typename Take>
void encode(AVCodecContext& encoder, const AVFrame* frame, const Take& take) {
  const auto check = [&](int code) {
    if (code < 0) throw_libav_error(ErrorKind::output, code, fmt::format("{} failed", encoder.codec->name));
  };
  check(avcodec_send_frame(&encoder, frame));
  const PacketPtr packet = make_av_packet();
  for (;;) {
    const int code = avcodec_receive_packet(&encoder, packet.get());
    if (code == AVERROR(EAGAIN) || code == AVERROR_EOF) return;
    check(code);
    take(packet.get());
    av_packet_unref(packet.get());
  }
}

// libavformat's writer of a format, into memory.
class MemoryMuxer {
 public:
  MemoryMuxer(const char* format, const AVCodecContext& encoder, int64_t final_delay_ticks) {
    AVFormatContext* made = nullptr;
    check(avformat_alloc_output_context2(&made, nullptr, format, nullptr));
    muxer_.reset(made);
    muxer_->flags |= AVFMT_FLAG_BITEXACT;
    AVStream* stream = avformat_new_stream(made, nullptr);
    if (stream == nullptr) throw Error(ErrorKind::memory, "out of memory for a stream");
    stream->time_base = encoder.time_base;
    stream->avg_frame_rate = encoder.framerate;
    check(avcodec_parameters_from_context(stream->codecpar, &encoder));
    check(avio_open_dyn_buf(&muxer_->pb));
    constexpr const char* kForever = "0";
    av_opt_set(muxer_->priv_data, format == std::string_view("gif") ? "loop" : "plays", kForever, 0);
    const AVRational delay = av_mul_q({static_cast<int>(final_delay_ticks), 1}, encoder.time_base);
    if (format == std::string_view("gif")) {
      av_opt_set_int(muxer_->priv_data, "final_delay", final_delay_ticks, 0);
    } else {
      av_opt_set_q(muxer_->priv_data, "final_delay", delay, 0);
    }
    check(avformat_write_header(made, nullptr));
    time_base_ = encoder.time_base;
  }
  ~MemoryMuxer() {
    uint8_t* bytes = nullptr;
    if (muxer_ && muxer_->pb) avio_close_dyn_buf(muxer_->pb, &bytes);
    av_free(bytes);
  }
  MemoryMuxer(const MemoryMuxer&) = delete;
  MemoryMuxer& operator=(const MemoryMuxer&) = delete;

  void write(AVPacket* packet) {
    av_packet_rescale_ts(packet, time_base_, muxer_->streams[0]->time_base);
    packet->stream_index = 0;
    check(av_write_frame(muxer_.get(), packet));
  }

  std::string finish() {
    check(av_write_trailer(muxer_.get()));
    uint8_t* bytes = nullptr;
    const int count = avio_get_dyn_buf(muxer_->pb, &bytes);
    return {reinterpret_cast<const char*>(bytes), static_cast<size_t>(count)};
  }

 private:
  static void check(int code) {
    if (code < 0) throw_libav_error(ErrorKind::output, code, "the loop cannot be put together");
  }

  MuxerPtr muxer_;
  AVRational time_base_{};
};

constexpr AVPixelFormat kPaletted = AV_PIX_FMT_RGB32;  // what palettes are made of

const FilterLibrary& palette_library() {
  return filters("paletteuse", "a .gif", "end the output's name in .webp");
}

std::string buffer_of(Size size) {
  return fmt::format("buffer=video_size={}x{}:pix_fmt={}:time_base=1/1:pixel_aspect=1/1", size.width,
                     size.height, static_cast<int>(kPaletted));
}

void send(AVFilterContext* source, AVFrame* frame) {
  check_filter(palette_library().write_frame(source, frame));
}

// One for all pictures.
FramePtr palette_of(const Shown& shown, int colours) {
  const GraphPtr graph =
      make_graph(palette_library(), fmt::format("{},palettegen=max_colors={}:stats_mode=full,buffersink",
                                                buffer_of(shown.size()), colours + 1));  // one is transparent
  AVFilterContext* const source = filter_of(*graph, "buffer");
  for (int64_t i = 0; i < shown.count(); ++i) send(source, shown.frame(i, kPaletted).get());
  send(source, nullptr);
  FramePtr palette = make_av_frame();
  check_filter(palette_library().get_frame(filter_of(*graph, "buffersink"), palette.get()));
  return palette;
}

// Whether every colour of the pictures is in it.
bool is_exact(const AVFrame& palette) {
  const AVDictionaryEntry* kept = av_dict_get(palette.metadata, "lavfi.color_quant_ratio", nullptr, 0);
  return kept != nullptr && std::strtod(kept->value, nullptr) >= 1;
}

// Dithered, where it must be, by a pattern that stands still, so that what does not move stays as it is.
template <typename Take>
void map_to_palette(const Shown& shown, int colours, const Take& take) {
  const FramePtr palette = palette_of(shown, colours);
  const GraphPtr graph =
      make_graph(palette_library(),
                 fmt::format("{}[in],{}[palette],[in][palette]paletteuse=dither={}:diff_mode=rectangle,"
                             "buffersink",
                             buffer_of(shown.size()), buffer_of({palette->width, palette->height}),
                             is_exact(*palette) ? "none" : "bayer:bayer_scale=4"));
  AVFilterContext* const sink = filter_of(*graph, "buffersink");
  AVFilterContext* const pictures = filter_of(*graph, "buffer", 0);
  palette->pts = 0;
  send(filter_of(*graph, "buffer", 1), palette.get());
  send(filter_of(*graph, "buffer", 1), nullptr);
  const auto drain = [&] {
    for (;;) {
      const FramePtr frame = make_av_frame();
      const int code = palette_library().get_frame(sink, frame.get());
      if (code == AVERROR(EAGAIN) || code == AVERROR_EOF) return;
      check_filter(code);
      take(frame.get());
    }
  };
  for (int64_t i = 0; i < shown.count(); ++i) {
    send(pictures, shown.frame(i, kPaletted).get());
    drain();
  }
  send(pictures, nullptr);
  drain();
}

// So many of `unit` per second, from picture times in 1/fps.
int64_t ticks(int64_t time, const Rational& fps, int64_t unit) {
  return av_rescale(time, unit * fps.den, fps.num);
}

std::string encode_step(const VideoSettings& settings, const LoopPictures& pictures, const Step& step) {
  const LoopEncoder& encoder = loop_encoder(settings);
  const Shown shown(settings, pictures, step);
  const int64_t last = shown.count() - 1, end = shown.time(shown.count());
  const CodecContextPtr context = open_encoder(encoder, settings, shown.size(), step.quality);
  if (settings.container == Container::webp) {
    std::string bytes;
    const auto keep = [&](const AVPacket* packet) {
      bytes.append(reinterpret_cast<const char*>(packet->data), static_cast<size_t>(packet->size));
    };
    for (int64_t i = 0; i <= last; ++i) encode(*context, shown.frame(i, context->pix_fmt).get(), keep);
    encode(*context, nullptr, keep);
    constexpr int64_t kMs = 1000;
    set_webp_duration(bytes, ticks(end, settings.fps, kMs));
    return with_loop_comment(std::move(bytes), settings.comment);
  }
  const bool gif = settings.container == Container::gif;
  constexpr int64_t kHundredths = 100;
  const int64_t final_delay =
      gif ? ticks(end, settings.fps, kHundredths) - ticks(shown.time(last), settings.fps, kHundredths)
          : end - shown.time(last);
  MemoryMuxer muxer(muxer_name(settings.container), *context, final_delay);
  const auto write = [&](AVPacket* packet) { muxer.write(packet); };
  if (gif) {
    map_to_palette(shown, step.quality, [&](AVFrame* frame) { encode(*context, frame, write); });
  } else {
    for (int64_t i = 0; i <= last; ++i) encode(*context, shown.frame(i, context->pix_fmt).get(), write);
  }
  encode(*context, nullptr, write);
  return with_loop_comment(muxer.finish(), settings.comment);
}

std::string choice_text(const VideoSettings& settings, const LoopPictures& pictures, const Step& step) {
  const Shown shown(settings, pictures, step);
  std::string text = fmt::format("{}x{}", shown.size().width, shown.size().height);
  if (settings.container == Container::gif) text += fmt::format(", {} colours", step.quality);
  if (settings.container == Container::webp) text += fmt::format(", quality {}", step.quality);
  return text + fmt::format(", {:.4g} pictures a second", shown.fps());
}

// What a step's bytes are about, as a share of the first one's: where to look first.
double guess_of(const Step& step, const Step& first) {
  const double quality = first.quality == 0 ? 1 : static_cast<double>(step.quality) / first.quality;
  return std::pow(step.scale, 1.7) * std::sqrt(quality) / step.every;
}

// The first of `steps` behind `too_large` and before `fits` whose bytes are guessed to be within the limit,
// one step having taken so many.
size_t next_step(const std::vector<Step>& steps, size_t too_large, size_t fits, double bytes_per_guess,
                 double limit) {
  size_t at = too_large + 1;
  while (at + 1 < fits && guess_of(steps[at], steps.front()) * bytes_per_guess > limit) ++at;
  return at;
}

// The first step that fits, its bytes kept. Bytes fall from step to step, so that one that fits next to one
// that does not is the one. The guess of where that is gets better with each try; after a few, halves do.
std::pair<Step, std::string> fitting(const VideoSettings& settings, const LoopPictures& pictures) {
  constexpr int kGuesses = 3;
  const std::vector<Step> steps = steps_of(settings.container);
  const auto limit = static_cast<uint64_t>(settings.max_bytes);
  size_t too_large = 0, fits = steps.size(), at = 0, least = SIZE_MAX;
  std::string best;
  for (int tries = 1; at == 0 || fits - too_large > 1; ++tries) {
    std::string made = encode_step(settings, pictures, steps[at]);
    if (limit == 0) return {steps[at], std::move(made)};
    if (pictures.tried) pictures.tried(choice_text(settings, pictures, steps[at]), made.size());
    least = std::min(least, made.size());
    const double per_guess = static_cast<double>(made.size()) / guess_of(steps[at], steps.front());
    if (made.size() > limit) {
      too_large = at;
    } else {
      fits = at;
      best = std::move(made);
      if (at == 0) break;
    }
    at = tries < kGuesses ? next_step(steps, too_large, fits, per_guess, static_cast<double>(limit))
                          : (too_large + fits) / 2;
  }
  if (!best.empty()) return {steps[fits], std::move(best)};
  throw_error(
      ErrorKind::output,
      "max_bytes = {}: these {} take {} bytes at least, as {}; allow more, or show less of the song with "
      "--duration",
      settings.max_bytes, counted(pictures.count, "picture"), least,
      choice_text(settings, pictures, steps.back()));
}

}  // namespace

EncodedLoop encode_loop(const VideoSettings& settings, const LoopPictures& pictures) {
  quiet_libav();
  check_loop_settings(settings);
  if (pictures.count < 1 || pictures.count > kMostLoopPictures)
    throw_error(ErrorKind::internal, "a loop of {} pictures was asked for", pictures.count);
  auto [step, bytes] = fitting(settings, pictures);
  return {std::move(bytes), loop_encoder(settings).name, choice_text(settings, pictures, step)};
}

}  // namespace spectradiff
