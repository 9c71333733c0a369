#include "media_fixtures.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <memory>
#include <numbers>
#include <sstream>

extern "C" {
#include <libavcodec/avcodec.h>
#include <libavformat/avformat.h>
#include <libavutil/channel_layout.h>
#include <libavutil/pixdesc.h>
}

namespace spectradiff::test {
namespace {

void must(int code, const char* what) {
  if (code < 0) {
    char text[AV_ERROR_MAX_STRING_SIZE] = {};
    av_strerror(code, text, sizeof text);
    throw std::runtime_error(std::string(what) + ": " + text);
  }
}

constexpr double kChirpSeconds = 0.02;

// 300 Hz rising to 3000 Hz, falling in level: sharp enough to place, low enough for 8 kHz.
double chirp(double t) {
  if (t < 0 || t >= kChirpSeconds) return 0;
  const double phase = 2 * std::numbers::pi * (300 * t + 0.5 * (2700 / kChirpSeconds) * t * t);
  return 0.8 * std::cos(phase) * (1 - t / kChirpSeconds);
}

std::vector<double> chirp_at(int rate_hz) {
  std::vector<double> samples;
  for (int i = 0; i <= static_cast<int>(kChirpSeconds * rate_hz); ++i) {
    samples.push_back(chirp(static_cast<double>(i) / rate_hz));
  }
  return samples;
}

double correlation(const Sound& sound, const std::vector<double>& pattern, int64_t start) {
  double sum = 0;
  for (int64_t i = 0; i < static_cast<int64_t>(pattern.size()); ++i) {
    const int64_t at = start + i;
    if (at < 0 || at >= sound.frames()) continue;
    sum += sound.samples[static_cast<size_t>(at * sound.channels)] * pattern[static_cast<size_t>(i)];
  }
  return sum;
}

void fill_frame(AVFrame* frame, const Sound& sound, int64_t begin) {
  const auto value = [&](int i, int c) {
    return sound.samples[static_cast<size_t>((begin + i) * sound.channels + c)];
  };
  for (int i = 0; i < frame->nb_samples; ++i) {
    for (int c = 0; c < sound.channels; ++c) {
      const int at = i * sound.channels + c;
      switch (frame->format) {
        case AV_SAMPLE_FMT_FLTP:
          reinterpret_cast<float*>(frame->extended_data[c])[i] = value(i, c);
          break;
        case AV_SAMPLE_FMT_FLT:
          reinterpret_cast<float*>(frame->data[0])[at] = value(i, c);
          break;
        case AV_SAMPLE_FMT_S16:
          reinterpret_cast<int16_t*>(frame->data[0])[at] =
              static_cast<int16_t>(std::lrint(value(i, c) * 32767));
          break;
        default:
          throw std::runtime_error("sample format not covered");
      }
    }
  }
}

double sample_of(const AVFrame* frame, int i, int c) {
  const auto format = static_cast<AVSampleFormat>(frame->format);
  const bool planar = av_sample_fmt_is_planar(format);
  const uint8_t* plane = frame->extended_data[planar ? c : 0];
  const int at = planar ? i : i * frame->ch_layout.nb_channels + c;
  switch (av_get_packed_sample_fmt(format)) {
    case AV_SAMPLE_FMT_FLT:
      return reinterpret_cast<const float*>(plane)[at];
    case AV_SAMPLE_FMT_S16:
      return reinterpret_cast<const int16_t*>(plane)[at] / 32768.0;
    case AV_SAMPLE_FMT_S32:
      return reinterpret_cast<const int32_t*>(plane)[at] / 2147483648.0;
    default:
      throw std::runtime_error("sample format not covered");
  }
}

void keep_sound(Decoded& decoded, const AVFrame* frame, AVRational clock) {
  Sound& sound = decoded.sound;
  if (sound.samples.empty()) {
    sound.rate_hz = frame->sample_rate;
    sound.channels = frame->ch_layout.nb_channels;
    decoded.sound_start_s = static_cast<double>(frame->best_effort_timestamp) * av_q2d(clock);
  }
  for (int i = 0; i < frame->nb_samples; ++i) {
    for (int c = 0; c < sound.channels; ++c)
      sound.samples.push_back(static_cast<float>(sample_of(frame, i, c)));
  }
}

void keep_picture(Decoded& decoded, const AVFrame* frame, AVRational clock) {
  decoded.picture_times_s.push_back(static_cast<double>(frame->best_effort_timestamp) * av_q2d(clock));
  decoded.size = {frame->width, frame->height};
  const AVPixFmtDescriptor* layout = av_pix_fmt_desc_get(static_cast<AVPixelFormat>(frame->format));
  decoded.pixel_format = av_get_pix_fmt_name(static_cast<AVPixelFormat>(frame->format));
  decoded.chroma_shift = layout->log2_chroma_w;
  decoded.chroma_shift_y = layout->log2_chroma_h;
  decoded.last_planes.assign(3, {});
  const int depth = layout->comp[0].depth;
  for (int plane = 0; plane < 3; ++plane) {
    const int width = frame->width >> (plane == 0 ? 0 : decoded.chroma_shift);
    const int height = frame->height >> (plane == 0 ? 0 : decoded.chroma_shift_y);
    for (int y = 0; y < height; ++y) {
      const uint8_t* row = frame->data[plane] + static_cast<ptrdiff_t>(y) * frame->linesize[plane];
      for (int x = 0; x < width; ++x) {
        const int value =
            depth > 8 ? (reinterpret_cast<const uint16_t*>(row)[x] + (1 << (depth - 9))) >> (depth - 8)
                      : row[x];
        decoded.last_planes[static_cast<size_t>(plane)].push_back(static_cast<uint8_t>(value));
      }
    }
  }
  if (decoded.first_planes.empty()) decoded.first_planes = decoded.last_planes;
}

struct Decoder {
  AVCodecContext* context = nullptr;
  ~Decoder() { avcodec_free_context(&context); }
};

}  // namespace

TempFolder::TempFolder() {
  std::string pattern = (std::filesystem::temp_directory_path() / "spectradiff-media-XXXXXX").string();
  if (!mkdtemp(pattern.data())) throw std::runtime_error("no temporary folder");
  path_ = pattern;
}

TempFolder::~TempFolder() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

Sound chirps(int rate_hz, int channels, int64_t frames, const std::vector<int64_t>& starts) {
  Sound sound{rate_hz, channels, std::vector<float>(static_cast<size_t>(frames * channels))};
  for (const int64_t start : starts) {
    for (int64_t i = start; i < std::min(frames, start + static_cast<int64_t>(kChirpSeconds * rate_hz) + 1);
         ++i) {
      const auto value = static_cast<float>(chirp(static_cast<double>(i - start) / rate_hz));
      for (int c = 0; c < channels; ++c) sound.samples[static_cast<size_t>(i * channels + c)] = value;
    }
  }
  return sound;
}

int64_t chirp_offset(const Sound& sound, int64_t expected, int64_t first_sample) {
  const std::vector<double> pattern = chirp_at(sound.rate_hz);
  const int64_t reach = sound.rate_hz / 25;
  double best = 0;
  int64_t best_offset = 0;
  for (int64_t offset = -reach; offset <= reach; ++offset) {
    const double value = correlation(sound, pattern, expected - first_sample + offset);
    if (value > best) best = value, best_offset = offset;
  }
  return best_offset;
}

double chirp_strength(const Sound& sound, int64_t start) {
  const std::vector<double> pattern = chirp_at(sound.rate_hz);
  double energy = 0;
  for (const double value : pattern) energy += value * value;
  return correlation(sound, pattern, start) / energy;
}

bool write_sound(const std::filesystem::path& path, const Sound& sound, const std::string& codec_name,
                 const std::string& muxer_options) {
  const AVCodec* codec = avcodec_find_encoder_by_name(codec_name.c_str());
  if (!codec) return false;
  Decoder encoder{avcodec_alloc_context3(codec)};
  AVCodecContext* context = encoder.context;
  context->sample_rate = sound.rate_hz;
  context->time_base = {1, sound.rate_hz};
  context->bit_rate = 192000;
  av_channel_layout_default(&context->ch_layout, sound.channels);
  const bool floats = codec_name == "libmp3lame" || codec_name == "aac" || codec_name == "libvorbis";
  context->sample_fmt = floats                    ? AV_SAMPLE_FMT_FLTP
                        : codec_name == "libopus" ? AV_SAMPLE_FMT_FLT
                                                  : AV_SAMPLE_FMT_S16;
  AVFormatContext* muxer = nullptr;
  must(avformat_alloc_output_context2(&muxer, nullptr, nullptr, path.c_str()), "muxer");
  if (muxer->oformat->flags & AVFMT_GLOBALHEADER) context->flags |= AV_CODEC_FLAG_GLOBAL_HEADER;
  must(avcodec_open2(context, codec, nullptr), "encoder");
  AVStream* stream = avformat_new_stream(muxer, nullptr);
  stream->time_base = context->time_base;
  must(avcodec_parameters_from_context(stream->codecpar, context), "parameters");
  AVDictionary* options = nullptr;
  av_dict_parse_string(&options, muxer_options.c_str(), "=", ":", 0);
  must(avio_open(&muxer->pb, path.c_str(), AVIO_FLAG_WRITE), "open");
  must(avformat_write_header(muxer, &options), "header");
  av_dict_free(&options);

  AVPacket* packet = av_packet_alloc();
  const auto drain = [&] {
    while (avcodec_receive_packet(context, packet) >= 0) {
      av_packet_rescale_ts(packet, context->time_base, stream->time_base);
      must(av_interleaved_write_frame(muxer, packet), "packet");
    }
  };
  const int64_t step = context->frame_size > 0 ? context->frame_size : 1024;
  for (int64_t at = 0; at < sound.frames(); at += step) {
    AVFrame* frame = av_frame_alloc();
    frame->nb_samples = static_cast<int>(std::min(step, sound.frames() - at));
    frame->format = context->sample_fmt;
    frame->sample_rate = sound.rate_hz;
    frame->pts = at;
    av_channel_layout_copy(&frame->ch_layout, &context->ch_layout);
    must(av_frame_get_buffer(frame, 0), "frame");
    fill_frame(frame, sound, at);
    must(avcodec_send_frame(context, frame), "encode");
    av_frame_free(&frame);
    drain();
  }
  must(avcodec_send_frame(context, nullptr), "flush");
  drain();
  must(av_write_trailer(muxer), "trailer");
  av_packet_free(&packet);
  avio_closep(&muxer->pb);
  avformat_free_context(muxer);
  return true;
}

SoundTrack track_of(const Sound& sound, const std::filesystem::path& file, bool lossless, bool whole) {
  auto held = std::make_shared<Sound>(sound);
  auto at = std::make_shared<int64_t>(0);
  SoundTrack track;
  track.file = file;
  track.lossless = lossless;
  track.whole = whole;
  track.sample_rate_hz = sound.rate_hz;
  track.channels = sound.channels;
  track.samples = sound.frames();
  track.read = [held, at](float* out, int64_t frames) {
    const int64_t count = std::min(frames, held->frames() - *at);
    std::copy_n(held->samples.begin() + *at * held->channels, count * held->channels, out);
    *at += count;
    return count;
  };
  return track;
}

Canvas test_picture(Size size, int64_t index) {
  Canvas picture(size);
  for (int y = 0; y < size.height; ++y) {
    uint8_t* row = picture.row(y);
    for (int x = 0; x < size.width; ++x) {
      uint8_t* pixel = row + static_cast<ptrdiff_t>(3) * x;
      pixel[0] = static_cast<uint8_t>((x * 255 / size.width + index * 7) % 256);
      pixel[1] = static_cast<uint8_t>(y * 255 / size.height);
      pixel[2] = static_cast<uint8_t>((index * 20) % 256);
    }
  }
  return picture;
}

Decoded decode(const std::filesystem::path& path) {
  AVFormatContext* input = nullptr;
  must(avformat_open_input(&input, path.c_str(), nullptr, nullptr), "open");
  const std::unique_ptr<AVFormatContext, void (*)(AVFormatContext*)> owner(
      input, [](AVFormatContext* p) { avformat_close_input(&p); });
  must(avformat_find_stream_info(input, nullptr), "streams");
  Decoded decoded;
  std::vector<Decoder> decoders(input->nb_streams);
  for (unsigned i = 0; i < input->nb_streams; ++i) {
    const AVStream* stream = input->streams[i];
    const AVCodec* codec = avcodec_find_decoder(stream->codecpar->codec_id);
    decoders[i].context = avcodec_alloc_context3(codec);
    decoders[i].context->pkt_timebase = stream->time_base;
    must(avcodec_parameters_to_context(decoders[i].context, stream->codecpar), "parameters");
    must(avcodec_open2(decoders[i].context, codec, nullptr), "decoder");
    if (stream->codecpar->codec_type == AVMEDIA_TYPE_AUDIO) {
      decoded.sound_codec = avcodec_get_name(stream->codecpar->codec_id);
      continue;
    }
    decoded.matrix = stream->codecpar->color_space;
    decoded.primaries = stream->codecpar->color_primaries;
    decoded.transfer = stream->codecpar->color_trc;
    decoded.range = stream->codecpar->color_range;
    decoded.chroma_location = stream->codecpar->chroma_location;
    decoded.frame_rate = Rational(stream->avg_frame_rate.num, stream->avg_frame_rate.den);
  }
  const auto tag = [&](const char* key) {
    const AVDictionaryEntry* entry = av_dict_get(input->metadata, key, nullptr, 0);
    return std::string(entry ? entry->value : "");
  };
  decoded.title = tag("title");
  decoded.comment = tag("comment");

  AVPacket* packet = av_packet_alloc();
  AVFrame* frame = av_frame_alloc();
  const auto feed = [&](unsigned index, const AVPacket* given) {
    const AVStream* stream = input->streams[index];
    must(avcodec_send_packet(decoders[index].context, given), "decode");
    while (avcodec_receive_frame(decoders[index].context, frame) >= 0) {
      if (stream->codecpar->codec_type == AVMEDIA_TYPE_AUDIO) {
        keep_sound(decoded, frame, stream->time_base);
      } else {
        keep_picture(decoded, frame, stream->time_base);
      }
    }
  };
  while (av_read_frame(input, packet) >= 0) {
    feed(static_cast<unsigned>(packet->stream_index), packet);
    av_packet_unref(packet);
  }
  for (unsigned i = 0; i < input->nb_streams; ++i) feed(i, nullptr);
  av_frame_free(&frame);
  av_packet_free(&packet);
  return decoded;
}

std::string file_bytes(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream bytes;
  bytes << file.rdbuf();
  return bytes.str();
}

VideoSettings small_settings(Container container, Rational fps) {
  VideoSettings settings;
  settings.container = container;
  settings.fps = fps;
  settings.picture_size = {64, 48};
  settings.output_size = {64, 48};
  settings.encoder_preset = "veryfast";
  return settings;
}

VideoSummary write_video(const VideoSettings& settings, const std::filesystem::path& path, int64_t pictures,
                         const std::optional<SoundTrack>& sound) {
  VideoWriter writer(settings, path, sound);
  for (int64_t i = 0; i < pictures; ++i) writer.write(test_picture(settings.picture_size, i));
  return writer.finish();
}

}  // namespace spectradiff::test
