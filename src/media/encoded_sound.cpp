// The song's samples through an audio encoder.
#include <algorithm>
#include <cstring>
#include <utility>

#include "sound_packets.h"

extern "C" {
#include <libavutil/audio_fifo.h>
}

namespace spectradiff {
namespace {

constexpr int64_t kBlockSamples = 4096;
constexpr int kVariableFrameSamples = 4096;  // for encoders that take any

struct FreeFifo {
  void operator()(AVAudioFifo* fifo) const { av_audio_fifo_free(fifo); }
};

// Many channels have no agreed places; odd ones go left and even ones right, each side's mean, as with stereo
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
  EncodedSound(const AudioCodecRow& row, const VideoSettings& settings, const SoundTrack& track, int channels,
               bool global_header);

  void describe(AVCodecParameters* parameters) const override {
    const int code = avcodec_parameters_from_context(parameters, context_.get());
    if (code < 0) throw_libav_error(ErrorKind::memory, code, "cannot describe the sound");
  }
  AVRational time_base() const override { return {1, context_->sample_rate}; }
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
  const bool mixes_down_;
  CodecContextPtr context_;
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

// How `channels` loudspeakers may stand, likeliest first. Songs say only how many there are; encoders know
// some arrangements only.
std::vector<const char*> layouts_of(int channels) {
  if (channels == 3) return {"2.1", "3.0"};
  if (channels == 7) return {"6.1", "6.1(back)"};
  if (channels == 8) return {"7.1", "7.1(wide)"};
  return {nullptr};
}

CodecContextPtr open_encoder(const AudioCodecRow& row, const VideoSettings& settings, const SoundTrack& track,
                             int channels, bool global_header) {
  const AVCodec* codec = find_encoder(row.encoders.data(), row.encoders.size());
  if (!codec) {
    throw_error(ErrorKind::output,
                "audio_codec = {} needs the encoder {}, which this libavcodec was built without", row.name,
                list_names(row.encoders));
  }
  int code = 0;
  for (const char* layout : layouts_of(channels)) {
    CodecContextPtr context = make_codec_context(codec);
    context->sample_fmt = row.sample_format;
    context->bits_per_raw_sample = row.bits_per_raw_sample;
    context->sample_rate = nearest_rate_hz(row, track.sample_rate_hz);
    context->time_base = {1, context->sample_rate};
    if (layout) {
      av_channel_layout_from_string(&context->ch_layout, layout);
    } else {
      av_channel_layout_default(&context->ch_layout, channels);
    }
    if (!row.lossless) context->bit_rate = settings.audio_bitrate;
    context->flags |= AV_CODEC_FLAG_BITEXACT | (global_header ? AV_CODEC_FLAG_GLOBAL_HEADER : 0);
    code = avcodec_open2(context.get(), codec, nullptr);
    if (code >= 0) return context;
  }
  throw_libav_error(
      ErrorKind::output, code,
      fmt::format("the encoder {} refuses {} channels at {} Hz and {} bit/s", codec->name, channels,
                  nearest_rate_hz(row, track.sample_rate_hz), settings.audio_bitrate));
}

EncodedSound::EncodedSound(const AudioCodecRow& row, const VideoSettings& settings, const SoundTrack& track,
                           int channels, bool global_header)
    : track_(track),
      mixes_down_(channels != track.channels),
      context_(open_encoder(row, settings, track, channels, global_header)),
      block_(static_cast<size_t>(kBlockSamples * track.channels)) {
  if (mixes_down_) stereo_.resize(2 * kBlockSamples);
  open_resampler();
  fifo_.reset(av_audio_fifo_alloc(context_->sample_fmt, channels, 2 * kBlockSamples));
  if (!fifo_) throw Error(ErrorKind::memory, "out of memory for sound");
}

void EncodedSound::open_resampler() {
  SwrContext* made = nullptr;
  // The same layout on both sides: channels keep their order.
  int code = swr_alloc_set_opts2(&made, &context_->ch_layout, context_->sample_fmt, context_->sample_rate,
                                 &context_->ch_layout, AV_SAMPLE_FMT_FLT, track_.sample_rate_hz, 0, nullptr);
  resampler_.reset(made);
  if (code >= 0) code = swr_init(made);
  check(code, "cannot convert the sound");
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
  check(made, "cannot convert the sound");
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
  const int channels = track.channels > row.max_channels ? 2 : track.channels;
  auto sound = std::make_unique<EncodedSound>(row, settings, track, channels, global_header);
  if (channels != track.channels) {
    notes.push_back(fmt::format("{} channels were mixed down to stereo: {} holds at most {}", track.channels,
                                row.name, row.max_channels));
  }
  const int rate_hz = sound->time_base().den;
  if (rate_hz != track.sample_rate_hz) {
    notes.push_back(fmt::format("the sound was resampled from {} to {} Hz, the nearest rate that {} can hold",
                                track.sample_rate_hz, rate_hz, row.name));
  }
  return sound;
}

}  // namespace spectradiff
