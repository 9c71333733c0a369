// The song's samples through an audio encoder.
#include <algorithm>
#include <cstring>
#include <utility>

#include "sound_packets.h"
#include "spectradiff/base/text.h"

extern "C" {
#include <libavutil/audio_fifo.h>
#include <libavutil/opt.h>
}

namespace spectradiff {
namespace {

constexpr int64_t kBlockSamples = 4096;
constexpr int kVariableFrameSamples = 4096;  // for encoders that take any
constexpr double kBassInMix = 0.5;
constexpr const char* kCannotConvert = "cannot convert the sound";

struct FreeFifo {
  void operator()(AVAudioFifo* fifo) const { av_audio_fifo_free(fifo); }
};

// Channels whose places nobody states: odd ones go left and even ones right, each side's mean, as with stereo
// pairs.
void mix_to_stereo(const float* in, int64_t samples, int channels, float* out) {
  const int left_channels = (channels + 1) / 2, right_channels = channels / 2;
  for (int64_t i = 0; i < samples; ++i, in += channels) {
    float sum[2] = {0, 0};
    for (int c = 0; c < channels; ++c) sum[c & 1] += in[c];
    out[2 * i] = sum[0] / static_cast<float>(left_channels);
    out[2 * i + 1] = sum[1] / static_cast<float>(right_channels);
  }
}

class EncodedSound : public SoundPackets {
 public:
  EncodedSound(const AudioCodecRow& row, const VideoSettings& settings, const SoundTrack& track,
               bool global_header);

  void describe(AVCodecParameters* parameters) const override {
    const int code = avcodec_parameters_from_context(parameters, context_.get());
    if (code < 0) throw_libav_error(ErrorKind::memory, code, "cannot describe the sound");
  }
  AVRational time_base() const override { return {1, context_->sample_rate}; }
  int channels() const { return context_->ch_layout.nb_channels; }
  int64_t priming() const override { return context_->initial_padding; }
  std::string encoder_name() const override { return context_->codec->name; }

  void allow(int64_t samples, bool last) override {
    allowed_ = std::min(samples, track_.samples);
    last_ = last || allowed_ == track_.samples;
  }

  bool next(AVPacket* packet) override;

 private:
  void open_resampler();
  bool read_block();  // false: nothing was allowed or left
  void end_input();
  void convert(const float* samples, int64_t count);  // null: the resampler's rest
  void send_frame(int samples);
  void check(int code, const char* what) const;

  SoundTrack track_;
  CodecContextPtr context_;
  const bool mixes_down_;  // before the resampler, which knows places only
  ResamplerPtr resampler_;
  std::unique_ptr<AVAudioFifo, FreeFifo> fifo_;
  std::vector<float> block_, stereo_;
  int64_t allowed_ = 0;
  bool last_ = false;
  int64_t read_ = 0;    // of the song
  int64_t queued_ = 0;  // into the fifo, at the encoder's rate
  int64_t sent_ = 0;    // out of it
  bool input_ended_ = false;
  bool flushed_ = false;
};

constexpr uint64_t kBackPair = AV_CH_BACK_LEFT | AV_CH_BACK_RIGHT;
constexpr uint64_t kSidePair = AV_CH_SIDE_LEFT | AV_CH_SIDE_RIGHT;

// The other name that encoders have for one pair of loudspeakers behind the listener; the same mask without
// it.
uint64_t with_other_pair(uint64_t mask) {
  if ((mask & (kBackPair | kSidePair)) == kBackPair) return (mask & ~kBackPair) | kSidePair;
  if ((mask & (kBackPair | kSidePair)) == kSidePair) return (mask & ~kSidePair) | kBackPair;
  return mask;
}

// How the sound's loudspeakers may be called, best first: encoders know some arrangements only. Where nobody
// says how they stand, the likeliest ones, and none in which three of them have a bass of their own.
std::vector<AVChannelLayout> layouts_of(const SoundTrack& track) {
  std::vector<AVChannelLayout> layouts;
  const auto add = [&](const char* name) { av_channel_layout_from_string(&layouts.emplace_back(), name); };
  if (track.channel_mask != 0) {
    av_channel_layout_from_mask(&layouts.emplace_back(), track.channel_mask);
    const uint64_t other = with_other_pair(track.channel_mask);
    if (other != track.channel_mask) av_channel_layout_from_mask(&layouts.emplace_back(), other);
  } else if (track.channels == 3) {
    add("3.0");
    add("2.1");
  } else if (track.channels == 7) {
    add("6.1");
    add("6.1(back)");
  } else if (track.channels == 8) {
    add("7.1");
    add("7.1(wide)");
  } else {
    av_channel_layout_default(&layouts.emplace_back(), track.channels);
  }
  return layouts;
}

// "5.1(side)"
std::string layout_name(uint64_t mask) {
  AVChannelLayout layout{};
  char name[128] = "places unknown";
  if (av_channel_layout_from_mask(&layout, mask) >= 0) av_channel_layout_describe(&layout, name, sizeof name);
  return name;
}

struct OpenedEncoder {
  CodecContextPtr context;
  int code = 0;  // libav's, where there is none
};

OpenedEncoder try_encoder(const AVCodec* codec, const AudioCodecRow& row, const VideoSettings& settings,
                          const AVChannelLayout& layout, int rate_hz, bool global_header) {
  CodecContextPtr context = make_codec_context(codec);
  context->sample_fmt = row.sample_format;
  context->bits_per_raw_sample = row.bits_per_raw_sample;
  context->sample_rate = nearest_rate_hz(row, rate_hz);
  context->time_base = {1, context->sample_rate};
  if (av_channel_layout_copy(&context->ch_layout, &layout) < 0)
    throw Error(ErrorKind::memory, "out of memory for sound");
  if (!row.lossless) context->bit_rate = settings.audio_bitrate;
  context->flags |= AV_CODEC_FLAG_BITEXACT | (global_header ? AV_CODEC_FLAG_GLOBAL_HEADER : 0);
  const int code = avcodec_open2(context.get(), codec, nullptr);
  if (code < 0) return {nullptr, code};
  return {std::move(context), 0};
}

// With the sound's own loudspeakers, or else stereo.
CodecContextPtr open_encoder(const AudioCodecRow& row, const VideoSettings& settings, const SoundTrack& track,
                             bool global_header) {
  const AVCodec* codec = find_encoder(row.encoders.data(), row.encoders.size());
  if (!codec) {
    throw_error(ErrorKind::output,
                "audio_codec = {} needs the encoder {}, which this libavcodec was built without", row.name,
                list_names(row.encoders));
  }
  std::vector<AVChannelLayout> layouts;
  if (track.channels <= row.max_channels) layouts = layouts_of(track);
  if (track.channels > 2) layouts.push_back(AV_CHANNEL_LAYOUT_STEREO);
  int code = 0;
  for (const AVChannelLayout& layout : layouts) {
    OpenedEncoder opened = try_encoder(codec, row, settings, layout, track.sample_rate_hz, global_header);
    if (opened.context) return std::move(opened.context);
    code = opened.code;
  }
  throw_libav_error(ErrorKind::output, code,
                    fmt::format("the encoder {} refuses {} at {} Hz and {} bit/s", codec->name,
                                counted(track.channels, "channel"),
                                nearest_rate_hz(row, track.sample_rate_hz), settings.audio_bitrate));
}

EncodedSound::EncodedSound(const AudioCodecRow& row, const VideoSettings& settings, const SoundTrack& track,
                           bool global_header)
    : track_(track),
      context_(open_encoder(row, settings, track, global_header)),
      mixes_down_(track.channel_mask == 0 && context_->ch_layout.nb_channels != track.channels),
      block_(static_cast<size_t>(kBlockSamples * track.channels)) {
  if (mixes_down_) stereo_.resize(2 * kBlockSamples);
  open_resampler();
  fifo_.reset(av_audio_fifo_alloc(context_->sample_fmt, context_->ch_layout.nb_channels, 2 * kBlockSamples));
  if (!fifo_) throw Error(ErrorKind::memory, "out of memory for sound");
}

void EncodedSound::open_resampler() {
  // Where the places are not known, the same layout on both sides: channels keep their order.
  AVChannelLayout from = context_->ch_layout;
  if (track_.channel_mask != 0)
    check(av_channel_layout_from_mask(&from, track_.channel_mask), kCannotConvert);
  SwrContext* made = nullptr;
  int code = swr_alloc_set_opts2(&made, &context_->ch_layout, context_->sample_fmt, context_->sample_rate,
                                 &from, AV_SAMPLE_FMT_FLT, track_.sample_rate_hz, 0, nullptr);
  resampler_.reset(made);
  // A mix holds the bass channel too, and does not clip.
  if (code >= 0) code = av_opt_set_double(made, "lfe_mix_level", kBassInMix, 0);
  if (code >= 0) code = av_opt_set_double(made, "rematrix_maxval", 1, 0);
  if (code >= 0) code = swr_init(made);
  check(code, kCannotConvert);
}

void EncodedSound::check(int code, const char* what) const {
  if (code < 0)
    throw_libav_error(ErrorKind::output, code, fmt::format("{}: {}", context_->codec->name, what));
}

bool EncodedSound::next(AVPacket* packet) {
  const int frame_samples = context_->frame_size > 0 ? context_->frame_size : kVariableFrameSamples;
  for (;;) {
    const int code = avcodec_receive_packet(context_.get(), packet);
    if (code == AVERROR_EOF) return false;
    if (code != AVERROR(EAGAIN)) {
      check(code, "encoding the sound failed");
      break;
    }
    while (!input_ended_ && av_audio_fifo_size(fifo_.get()) < frame_samples) {
      if (read_block()) continue;
      if (!last_) return false;
      end_input();
    }
    const int available = std::min(av_audio_fifo_size(fifo_.get()), frame_samples);
    if (available > 0) {
      send_frame(available);
    } else if (!std::exchange(flushed_, true)) {
      check(avcodec_send_frame(context_.get(), nullptr), "encoding the sound failed at its end");
    }
  }
  // A codec with priming is a codec that pads its last packets as well; Matroska is told by how much.
  if (context_->initial_padding > 0 && packet->size > 0 && packet->duration < context_->frame_size &&
      !av_packet_get_side_data(packet, AV_PKT_DATA_SKIP_SAMPLES, nullptr)) {
    discard_end(packet, context_->frame_size - packet->duration);
  }
  return true;
}

bool EncodedSound::read_block() {
  const int64_t wanted = std::min(kBlockSamples, allowed_ - read_);
  if (wanted <= 0) return false;
  const int64_t count = track_.read(block_.data(), wanted);
  if (count <= 0) {
    last_ = true;
    return false;
  }
  read_ += count;
  if (mixes_down_) mix_to_stereo(block_.data(), count, track_.channels, stereo_.data());
  convert(mixes_down_ ? stereo_.data() : block_.data(), count);
  return true;
}

void EncodedSound::end_input() {
  convert(nullptr, 0);
  input_ended_ = true;
}

void EncodedSound::convert(const float* samples, int64_t count) {
  FramePtr frame = make_av_frame();
  frame->nb_samples = std::max(1, swr_get_out_samples(resampler_.get(), static_cast<int>(count)));
  frame->format = context_->sample_fmt;
  frame->sample_rate = context_->sample_rate;
  check(av_channel_layout_copy(&frame->ch_layout, &context_->ch_layout), "no memory for sound");
  check(av_frame_get_buffer(frame.get(), 0), "no memory for sound");
  const auto* in = reinterpret_cast<const uint8_t*>(samples);
  const int made = swr_convert(resampler_.get(), frame->extended_data, frame->nb_samples,
                               samples ? &in : nullptr, static_cast<int>(count));
  check(made, kCannotConvert);
  // The resampler rounds up; what it adds after the song's last sample is not the song.
  const int64_t whole = av_rescale_rnd(read_, context_->sample_rate, track_.sample_rate_hz, AV_ROUND_UP);
  const int kept = static_cast<int>(std::min<int64_t>(made, whole - queued_));
  if (kept <= 0) return;
  check(av_audio_fifo_write(fifo_.get(), reinterpret_cast<void**>(frame->extended_data), kept),
        "no memory for sound");
  queued_ += kept;
}

void EncodedSound::send_frame(int samples) {
  FramePtr frame = make_av_frame();
  frame->nb_samples = samples;
  frame->format = context_->sample_fmt;
  frame->sample_rate = context_->sample_rate;
  check(av_channel_layout_copy(&frame->ch_layout, &context_->ch_layout), "no memory for sound");
  check(av_frame_get_buffer(frame.get(), 0), "no memory for sound");
  check(av_audio_fifo_read(fifo_.get(), reinterpret_cast<void**>(frame->extended_data), samples),
        "no memory for sound");
  frame->pts = sent_;
  sent_ += samples;
  check(avcodec_send_frame(context_.get(), frame.get()), "encoding the sound failed");
}

}  // namespace

std::unique_ptr<SoundPackets> encode_sound(const AudioCodecRow& row, const VideoSettings& settings,
                                           const SoundTrack& track, bool global_header,
                                           std::vector<std::string>& notes) {
  auto sound = std::make_unique<EncodedSound>(row, settings, track, global_header);
  if (track.channels > row.max_channels) {
    notes.push_back(fmt::format("{} channels were mixed down to stereo: {} holds at most {}", track.channels,
                                row.name, row.max_channels));
  } else if (sound->channels() != track.channels) {
    notes.push_back(fmt::format("{} channels ({}) were mixed down to stereo: {} cannot hold them",
                                track.channels, layout_name(track.channel_mask), row.name));
  }
  const int rate_hz = sound->time_base().den;
  if (rate_hz != track.sample_rate_hz) {
    notes.push_back(fmt::format("the sound was resampled from {} to {} Hz, the nearest rate that {} can hold",
                                track.sample_rate_hz, rate_hz, row.name));
  }
  return sound;
}

}  // namespace spectradiff
