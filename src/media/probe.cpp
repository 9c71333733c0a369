#include "spectradiff/media/probe.h"

extern "C" {
#include <libavutil/pixdesc.h>
}

#include <algorithm>
#include <fstream>

#include "libav.h"
#include "spectradiff/base/file.h"
#include "spectradiff/media/sound_decoder.h"
#include "video_codec_table.h"

namespace spectradiff {
namespace {

// First and last picture of a stream really come out of its decoder.
class PictureCheck {
 public:
  PictureCheck(const AVStream* stream, std::string name) : name_(std::move(name)), frame_(make_av_frame()) {
    const AVCodec* codec = avcodec_find_decoder(stream->codecpar->codec_id);
    if (!codec) {
      throw_error(ErrorKind::input, "{} holds {} pictures, which this libavcodec cannot decode", name_,
                  avcodec_get_name(stream->codecpar->codec_id));
    }
    decoder_ = make_codec_context(codec);
    int code = avcodec_parameters_to_context(decoder_.get(), stream->codecpar);
    if (code >= 0) code = avcodec_open2(decoder_.get(), codec, nullptr);
    check(code);
  }

  void take(const AVPacket* packet) {
    check(avcodec_send_packet(decoder_.get(), packet));
    for (;;) {
      const int code = avcodec_receive_frame(decoder_.get(), frame_.get());
      if (code == AVERROR(EAGAIN) || code == AVERROR_EOF) return;
      check(code);
      if (frame_->decode_error_flags || (frame_->flags & AV_FRAME_FLAG_CORRUPT)) {
        throw_error(ErrorKind::input, "a picture of {} is damaged", name_);
      }
      last_pts_ = std::max(last_pts_, frame_->best_effort_timestamp);
      ++pictures_;
    }
  }

  int64_t pictures() const { return pictures_; }
  int64_t last_pts() const { return last_pts_; }

 private:
  void check(int code) const {
    if (code < 0)
      throw_libav_error(ErrorKind::input, code, fmt::format("cannot decode a picture of {}", name_));
  }

  std::string name_;
  CodecContextPtr decoder_;
  FramePtr frame_;
  int64_t pictures_ = 0;
  int64_t last_pts_ = INT64_MIN;
};

// The times that one stream's packets cover, in its own clock.
struct Span {
  int64_t packets = 0;
  int64_t begin = INT64_MAX;
  int64_t end = INT64_MIN;
  int64_t last_pts = INT64_MIN;
  int64_t last_key_dts = AV_NOPTS_VALUE;
  bool end_unknown = false;  // the last packet does not say how long it is

  void add(const AVPacket* packet) {
    ++packets;
    if (packet->pts == AV_NOPTS_VALUE) return;
    begin = std::min(begin, packet->pts);
    last_pts = std::max(last_pts, packet->pts);
    end = std::max(end, packet->pts + packet->duration);
    end_unknown = packet->duration == 0;
    if (packet->flags & AV_PKT_FLAG_KEY) last_key_dts = packet->dts;
  }

  double seconds(const AVStream* stream) const {
    if (packets == 0 || end < begin) return 0;
    // What lies before 0 is priming or reordering, and not shown.
    return static_cast<double>(end - std::max<int64_t>(begin, 0)) * av_q2d(stream->time_base);
  }
};

int read_packet(AVFormatContext* input, AVPacket* packet, const std::string& name) {
  const int code = av_read_frame(input, packet);
  if (code < 0 && code != AVERROR_EOF)
    throw_libav_error(ErrorKind::input, code, fmt::format("cannot read {}", name));
  if (code == 0 && (packet->flags & AV_PKT_FLAG_CORRUPT))
    throw_error(ErrorKind::input, "{} is truncated", name);
  return code;
}

void check_last_picture(const std::filesystem::path& path, int index, const Span& span) {
  InputPtr input = open_media_file(path);
  // A file without an index is read through from its start.
  if (span.last_key_dts == AV_NOPTS_VALUE ||
      av_seek_frame(input.get(), index, span.last_key_dts, AVSEEK_FLAG_BACKWARD) < 0) {
    input = open_media_file(path);
  }
  PictureCheck pictures(input->streams[index], path.string());
  PacketPtr packet = make_av_packet();
  while (read_packet(input.get(), packet.get(), path.string()) >= 0) {
    if (packet->stream_index == index) pictures.take(packet.get());
    av_packet_unref(packet.get());
  }
  pictures.take(nullptr);
  if (pictures.last_pts() < span.last_pts)
    throw_error(ErrorKind::input, "the last picture of {} is missing", path.string());
}

double decoded_seconds(const std::filesystem::path& path) {
  std::string reason;
  const auto sound = SoundDecoder::open(path, reason);
  if (!sound) throw_error(ErrorKind::input, "the sound of {} cannot be decoded: {}", path.string(), reason);
  constexpr int64_t kBlockFrames = 8192;
  std::vector<float> block(static_cast<size_t>(kBlockFrames * sound->info().channels));
  int64_t samples = 0;
  while (const int64_t got = sound->read(block.data(), kBlockFrames)) samples += got;
  return static_cast<double>(samples) / sound->info().sample_rate_hz;
}

std::string tag(const AVFormatContext* input, const char* key) {
  const AVDictionaryEntry* entry = av_dict_get(input->metadata, key, nullptr, 0);
  return entry ? entry->value : "";
}

}  // namespace

std::optional<LoopFacts> read_loop_file(const std::filesystem::path& path) {
  constexpr size_t kBeginning = 12;
  std::string bytes(kBeginning, '\0');
  std::ifstream file(path, std::ios::binary);
  file.read(bytes.data(), kBeginning);
  if (!file || !begins_as_loop(bytes)) return std::nullopt;
  constexpr uint64_t kMost = uint64_t{1} << 32;
  return read_loop(read_file(path, kMost, ErrorKind::input), path.string());
}

VideoProbe probe_video(const std::filesystem::path& path) {
  quiet_libav();
  const InputPtr input = open_media_file(path);
  const int video = choose_picture_stream(input.get());
  if (video < 0)
    throw_error(ErrorKind::input, "{} holds no pictures: it is neither a picture nor a video", path.string());
  const int audio = av_find_best_stream(input.get(), AVMEDIA_TYPE_AUDIO, -1, -1, nullptr, 0);
  const AVStream* stream = input->streams[video];

  Span pictures, sound;
  PictureCheck first_picture(stream, path.string());
  PacketPtr packet = make_av_packet();
  while (read_packet(input.get(), packet.get(), path.string()) >= 0) {
    if (packet->stream_index == video) {
      pictures.add(packet.get());
      if (first_picture.pictures() == 0) first_picture.take(packet.get());
    } else if (packet->stream_index == audio) {
      sound.add(packet.get());
    }
    av_packet_unref(packet.get());
  }
  if (pictures.packets == 0) throw_error(ErrorKind::input, "{} holds no pictures", path.string());
  check_last_picture(path, video, pictures);

  VideoProbe probe;
  probe.size = {stream->codecpar->width, stream->codecpar->height};
  probe.fps = Rational(stream->avg_frame_rate.num, std::max(stream->avg_frame_rate.den, 1));
  probe.pictures = pictures.packets;
  probe.video_duration_s = pictures.seconds(stream);
  probe.video_codec = avcodec_get_name(stream->codecpar->codec_id);
  const char* format = av_get_pix_fmt_name(static_cast<AVPixelFormat>(stream->codecpar->format));
  probe.pixel_format = format ? format : "";
  if (audio >= 0) {
    probe.audio_duration_s = sound.end_unknown ? decoded_seconds(path) : sound.seconds(input->streams[audio]);
    probe.audio_codec = avcodec_get_name(input->streams[audio]->codecpar->codec_id);
  }
  probe.comment = tag(input.get(), "comment");
  return probe;
}

std::vector<std::string> media_library_versions() {
  const auto line = [](const char* name, unsigned version) {
    return fmt::format("{} {}.{}.{}", name, AV_VERSION_MAJOR(version), AV_VERSION_MINOR(version),
                       AV_VERSION_MICRO(version));
  };
  return {line("libavformat", avformat_version()), line("libavcodec", avcodec_version()),
          line("libavutil", avutil_version()), line("libswscale", swscale_version()),
          line("libswresample", swresample_version())};
}

std::map<std::string, bool> video_codecs_here() {
  quiet_libav();
  std::map<std::string, bool> codecs;
  for (const VideoCodecRow& codec : video_codec_rows()) {
    codecs[codec.name] = std::any_of(codec.encoders.begin(), codec.encoders.end(), [](const auto& row) {
      return avcodec_find_encoder_by_name(row.name) != nullptr;
    });
  }
  return codecs;
}

std::string read_video_comment(const std::filesystem::path& path) {
  quiet_libav();
  if (const auto loop = read_loop_file(path)) return loop->comment;
  return tag(open_media_file(path).get(), "comment");
}

}  // namespace spectradiff
