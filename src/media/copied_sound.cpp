// The song's own packets, moved in time so that its first heard sample is at 0.
#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>
#include <utility>

#include "sound_packets.h"

extern "C" {
#include <libavutil/intreadwrite.h>
}

namespace spectradiff {
namespace {

// A coarse clock's packets are this far from where the ones before them end; more is a gap.
constexpr int64_t kRoundedTimesPerSecond = 500;

// How a file's packets lie in time; in samples of the stream's rate.
struct PacketTiming {
  int64_t start = 0;    // time of the first heard sample in the packets' own clock
  int64_t priming = 0;  // samples that a decoder makes before it
  int64_t heard = 0;    // samples heard in all
  int64_t longest_packet = 0;
};

int64_t end_discard(const AVPacket* packet) {
  size_t size = 0;
  const uint8_t* data = av_packet_get_side_data(packet, AV_PKT_DATA_SKIP_SAMPLES, &size);
  return data && size >= 8 ? AV_RL32(data + 4) : 0;
}

int64_t duration_of(const AVPacket* packet, AVCodecParameters* parameters, AVRational sample_clock,
                    AVRational clock) {
  const int64_t by_codec = av_get_audio_frame_duration2(parameters, packet->size);
  const int64_t stated = av_rescale_q(packet->duration, clock, sample_clock);
  const int64_t tick = av_rescale_q_rnd(1, clock, sample_clock, AV_ROUND_UP);
  // ALAC, FLAC and PCM packets vary, and their containers say by how much, as well as their clock allows.
  return by_codec > 0 && (packet->duration <= 0 || std::abs(by_codec - stated) < tick) ? by_codec : stated;
}

// Matroska gives a track the time that its decoder has to throw away, in milliseconds; Opus itself in
// samples.
int64_t opus_priming(const AVStream* stream) {
  const AVCodecParameters* parameters = stream->codecpar;
  const bool opus = parameters->codec_id == AV_CODEC_ID_OPUS && parameters->extradata_size >= 12;
  return opus ? AV_RL16(parameters->extradata + 10) : 0;
}

// Packet times in samples, from a clock that may be coarser.
class PacketClock {
 public:
  PacketClock(const AVStream* stream)
      : from_(stream->time_base),
        samples_{1, stream->codecpar->sample_rate},
        coarse_(av_cmp_q(from_, samples_) > 0) {}

  int64_t pts(const AVPacket* packet, int64_t duration) {
    int64_t pts = av_rescale_q(packet->pts, from_, samples_);
    if (coarse_ && !first_ && std::abs(pts - next_) * kRoundedTimesPerSecond <= samples_.den) pts = next_;
    first_ = false;
    next_ = pts + duration;
    return pts;
  }

 private:
  AVRational from_, samples_;
  bool coarse_;
  bool first_ = true;
  int64_t next_ = 0;  // where the packet before ended
};

PacketTiming measure(AVFormatContext* input, int index) {
  const AVStream* stream = input->streams[index];
  const AVRational sample_clock{1, stream->codecpar->sample_rate};
  PacketTiming timing;
  const int64_t start = stream->start_time == AV_NOPTS_VALUE ? 0 : stream->start_time;
  timing.start = av_rescale_q(start, stream->time_base, sample_clock);
  int64_t end = timing.start;
  bool first = true;
  PacketPtr packet = make_av_packet();
  PacketClock clock(stream);
  while (av_read_frame(input, packet.get()) >= 0) {
    if (packet->stream_index == index && packet->pts != AV_NOPTS_VALUE) {
      const int64_t duration = duration_of(packet.get(), stream->codecpar, sample_clock, stream->time_base);
      const int64_t pts = clock.pts(packet.get(), duration);
      if (std::exchange(first, false)) {
        if (const int64_t priming = opus_priming(stream)) timing.start = pts + priming;
        timing.priming = std::max<int64_t>(0, timing.start - pts);
      }
      end = std::max(end, pts + duration - end_discard(packet.get()));
      timing.longest_packet = std::max(timing.longest_packet, duration);
    }
    av_packet_unref(packet.get());
  }
  timing.heard = end - timing.start;
  // A Vorbis decoder makes nothing of its first packet, so there is nothing to drop.
  if (stream->codecpar->codec_id == AV_CODEC_ID_VORBIS) timing.priming = 0;
  return timing;
}

class CopiedSound : public SoundPackets {
 public:
  // `samples` is how many the song has when it is decoded.
  CopiedSound(InputPtr input, int index, const PacketTiming& timing, int64_t samples)
      : input_(std::move(input)),
        stream_(input_->streams[index]),
        timing_(timing),
        samples_(samples),
        clock_(stream_),
        pending_(make_av_packet()) {}

  void describe(AVCodecParameters* parameters) const override {
    const int code = avcodec_parameters_copy(parameters, stream_->codecpar);
    if (code < 0) throw_libav_error(ErrorKind::memory, code, "cannot describe the sound");
    parameters->codec_tag = 0;  // containers number codecs differently
    parameters->initial_padding = static_cast<int>(timing_.priming);
  }

  AVRational time_base() const override { return {1, stream_->codecpar->sample_rate}; }

  int64_t priming() const override { return timing_.priming; }

  std::string encoder_name() const override {
    return fmt::format("copy ({})", avcodec_get_name(stream_->codecpar->codec_id));
  }

  void allow(int64_t samples, bool last) override {
    allowed_ = samples;
    last_ = last;
  }

  bool next(AVPacket* packet) override {
    if (!has_pending_) has_pending_ = read();
    if (!has_pending_) return false;
    const int64_t end = pending_->pts + pending_->duration;
    if (end > allowed_) {
      if (!last_ || pending_->pts >= allowed_) return false;
      discard_end(pending_.get(), end_discard(pending_.get()) + end - allowed_);
      pending_->duration = allowed_ - pending_->pts;
    }
    av_packet_move_ref(packet, pending_.get());
    has_pending_ = false;
    return true;
  }

 private:
  // An MP4 file may state a shorter last packet than its decoder makes of it. What is heard of the song is
  // heard of its copy.
  int64_t unstated_end(const AVPacket* packet) const {
    if (packet->pts + packet->duration < timing_.heard || samples_ <= timing_.heard) return 0;
    const int64_t whole = av_get_audio_frame_duration2(stream_->codecpar, packet->size);
    return std::clamp<int64_t>(whole - packet->duration, 0, samples_ - timing_.heard);
  }

  bool read() {
    for (;;) {
      av_packet_unref(pending_.get());
      const int code = av_read_frame(input_.get(), pending_.get());
      if (code == AVERROR_EOF) return false;
      if (code < 0) throw_libav_error(ErrorKind::input, code, fmt::format("cannot read {}", input_->url));
      if (pending_->stream_index == stream_->index && pending_->pts != AV_NOPTS_VALUE) break;
    }
    AVPacket* packet = pending_.get();
    const int64_t duration = duration_of(packet, stream_->codecpar, time_base(), stream_->time_base);
    packet->pts = clock_.pts(packet, duration) - timing_.start;
    packet->duration = duration - end_discard(packet);
    packet->pts = std::max(packet->pts, -timing_.priming);
    packet->dts = packet->pts;
    packet->duration += unstated_end(packet);
    packet->pos = -1;
    packet->flags &= ~AV_PKT_FLAG_DISCARD;  // the new container says it in its own way
    return true;
  }

  InputPtr input_;
  AVStream* stream_;
  PacketTiming timing_;
  int64_t samples_;
  PacketClock clock_;
  PacketPtr pending_;
  bool has_pending_ = false;
  bool last_ = false;
  int64_t allowed_ = 0;
};

}  // namespace

CopyVerdict try_copy(Container container, const SoundTrack& track) {
  if (!track.whole)
    return {nullptr, "only a whole and undamaged song can be copied, and this one is cut or was mended",
            true};
  InputPtr input;
  try {
    input = open_media_file(track.file);
  } catch (const Error& error) {
    if (error.kind() != ErrorKind::input) throw;
    return {nullptr, "libav cannot read it", true};
  }
  const int index = choose_sound_stream(input.get());
  if (index < 0) return {nullptr, "libav finds no sound in it", true};
  const AVCodecParameters* parameters = input->streams[index]->codecpar;
  const char* codec = avcodec_get_name(parameters->codec_id);
  if (!may_copy_into(container, parameters->codec_id)) {
    return {nullptr, fmt::format("{} cannot be copied into .{}", codec, container_name(container)), true};
  }
  if (parameters->codec_id == AV_CODEC_ID_AAC && parameters->extradata_size == 0) {
    return {nullptr, "a raw AAC file lacks the header that a video needs", false};
  }
  if (parameters->sample_rate != track.sample_rate_hz ||
      parameters->ch_layout.nb_channels != track.channels) {
    return {nullptr,
            fmt::format("its header says {} Hz and {} channels, and its sound has {} Hz and {} channels",
                        parameters->sample_rate, parameters->ch_layout.nb_channels, track.sample_rate_hz,
                        track.channels),
            false};
  }
  const PacketTiming timing = measure(input.get(), index);
  // Decoders may add padding at the end, up to a packet. Not so in an MP3 file: there a difference means that
  // the two readers of its header disagree about where the music starts.
  const bool read_by_both = std::strcmp(input->iformat->name, "mp3") == 0;
  const int64_t tolerance = read_by_both ? 0 : timing.longest_packet;
  if (std::abs(timing.heard - track.samples) > tolerance) {
    return {nullptr,
            fmt::format("its packets last {} samples and its sound {}, so their timing cannot be trusted",
                        timing.heard, track.samples),
            false};
  }
  input = open_media_file(track.file);
  choose_sound_stream(input.get());
  return {std::make_unique<CopiedSound>(std::move(input), index, timing, track.samples), "", true};
}

}  // namespace spectradiff
