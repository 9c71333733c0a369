#include "spectradiff/media/sound_decoder.h"

#include <algorithm>
#include <cstring>
#include <utility>
#include <vector>

#include "libav.h"

namespace spectradiff {
namespace {

// Containers of sound and video. Left out is whatever points at other files or devices (playlists, concat
// scripts), holds pictures or text only, or is a codec's raw stream that any bytes could be taken for.
constexpr const char* kSoundContainers =
    "aac,ac3,eac3,dts,dtshd,truehd,mlp,aiff,amr,ape,asf,au,avi,caf,dsf,flac,flv,gxf,iff,loas,matroska,mov,"
    "mp3,"
    "mpc,mpc8,mpeg,mpegts,mxf,nut,ogg,oma,rm,shn,spdif,tak,tta,voc,w64,wav,wtv,wv,xwma";
// Bytes that fit a container by chance score lower.
constexpr int kMinProbeScore = AVPROBE_SCORE_RETRY + 1;
constexpr int kMaxChannels = 255;
// A codec's delay, which some containers count as sound.
constexpr int64_t kSlackSamples = 2048;

bool is_lossless(AVCodecID codec) {
  const AVCodecDescriptor* descriptor = avcodec_descriptor_get(codec);
  return descriptor && (descriptor->props & AV_CODEC_PROP_LOSSLESS) &&
         !(descriptor->props & AV_CODEC_PROP_LOSSY);
}

bool is_float(AVSampleFormat format) {
  const AVSampleFormat packed = av_get_packed_sample_fmt(format);
  return packed == AV_SAMPLE_FMT_FLT || packed == AV_SAMPLE_FMT_DBL;
}

std::string codec_title(AVCodecID codec) {
  const AVCodecDescriptor* descriptor = avcodec_descriptor_get(codec);
  return descriptor && descriptor->long_name ? descriptor->long_name : avcodec_get_name(codec);
}

std::string track_title(const AVFormatContext* input, int index, int number, int tracks) {
  const AVStream* stream = input->streams[index];
  const int channels = stream->codecpar->ch_layout.nb_channels;
  std::string title =
      fmt::format("{} of {} ({}, {} channel{}", number, tracks, avcodec_get_name(stream->codecpar->codec_id),
                  channels, channels == 1 ? "" : "s");
  const AVDictionaryEntry* language = av_dict_get(stream->metadata, "language", nullptr, 0);
  if (language) title += std::string(", ") + language->value;
  return title + ")";
}

}  // namespace

struct SoundDecoder::Impl {
  // False, with the reason, when there is nothing to decode.
  bool open(const std::filesystem::path& path, std::string& reason);
  bool open_codec(std::string& reason);
  void describe();
  bool next_block();
  int receive();
  void feed();
  void convert();

  InputPtr input;
  int index = -1;
  CodecContextPtr codec;
  PacketPtr packet = make_av_packet();
  FramePtr frame = make_av_frame();
  ResamplerPtr converter;  // of sample formats only
  AVSampleFormat converted_from = AV_SAMPLE_FMT_NONE;
  SoundStreamInfo info;
  std::vector<float> block;  // [block_frames][channels], decoded; read up to block_used
  int64_t block_frames = 0;
  int64_t block_used = 0;
  bool heard = false;    // something was decoded
  bool drained = false;  // the decoder was told that nothing follows
  bool ended = false;
  bool damaged = false;
};

bool SoundDecoder::Impl::open(const std::filesystem::path& path, std::string& reason) {
  try {
    input = open_media_file(path, kSoundContainers);
  } catch (const Error& error) {
    if (error.kind() != ErrorKind::input) throw;
    reason = error.what();
    return false;
  }
  if (input->probe_score < kMinProbeScore) {
    reason = "it looks like no kind of sound or video file";
    return false;
  }
  index = choose_sound_stream(input.get());
  if (index < 0) {
    reason = "there is no sound track in it";
    return false;
  }
  if (!open_codec(reason)) return false;
  // The decoder knows rate and channels better than the container (a high-efficiency AAC doubles its rate).
  if (!next_block()) {
    info.sample_rate_hz = codec->sample_rate;
    info.channels = codec->ch_layout.nb_channels;
  }
  if (info.sample_rate_hz < 1 || info.channels < 1 || info.channels > kMaxChannels) {
    reason = fmt::format("its sound track claims to have {} channels at {} Hz", info.channels,
                         info.sample_rate_hz);
    return false;
  }
  describe();
  return true;
}

bool SoundDecoder::Impl::open_codec(std::string& reason) {
  const AVStream* stream = input->streams[index];
  const char* name = avcodec_get_name(stream->codecpar->codec_id);
  const AVCodec* decoder = avcodec_find_decoder(stream->codecpar->codec_id);
  if (!decoder || stream->codecpar->ch_layout.nb_channels > kMaxChannels) {
    reason = decoder ? fmt::format("its sound track claims to have {} channels",
                                   stream->codecpar->ch_layout.nb_channels)
                     : fmt::format("this libavcodec cannot decode its sound ({})", name);
    return false;
  }
  codec = make_codec_context(decoder);
  int code = avcodec_parameters_to_context(codec.get(), stream->codecpar);
  // The decoder drops priming by packet times.
  codec->pkt_timebase = stream->time_base;
  if (code >= 0) code = avcodec_open2(codec.get(), decoder, nullptr);
  if (code < 0) reason = fmt::format("its sound ({}) cannot be decoded: {}", name, libav_error_text(code));
  return code >= 0;
}

void SoundDecoder::Impl::describe() {
  const AVStream* stream = input->streams[index];
  const bool guessed = input->duration_estimation_method == AVFMT_DURATION_FROM_BITRATE;
  if (stream->duration != AV_NOPTS_VALUE && stream->duration > 0 && !guessed) {
    info.samples = av_rescale_q(stream->duration, stream->time_base, {1, info.sample_rate_hz});
  } else if (input->duration > 0 && input->nb_streams == 1 && !guessed) {
    info.samples = av_rescale(input->duration, info.sample_rate_hz, AV_TIME_BASE);
  }
  if (info.samples > 0) {
    info.length_slack = kSlackSamples + block_frames;
  }
  std::string container = input->iformat->long_name ? input->iformat->long_name : input->iformat->name;
  if (container == "QuickTime / MOV") container = "MP4/MOV";
  info.format = container + ", " + codec_title(codec->codec_id);
  info.lossless = is_lossless(codec->codec_id);
  info.float_samples = info.lossless && is_float(codec->sample_fmt);

  int number = 0;
  for (unsigned i = 0; i < input->nb_streams; ++i) {
    if (input->streams[i]->codecpar->codec_type != AVMEDIA_TYPE_AUDIO) continue;
    ++info.tracks;
    if (static_cast<int>(i) == index) number = info.tracks;
  }
  if (info.tracks > 1) info.track = track_title(input.get(), index, number, info.tracks);
}

// The next packet of the track into the decoder, or the news that none follows.
void SoundDecoder::Impl::feed() {
  for (;;) {
    av_packet_unref(packet.get());
    if (const int code = av_read_frame(input.get(), packet.get()); code < 0) {
      damaged = damaged || code != AVERROR_EOF || (input->pb && input->pb->error < 0);
      drained = true;
      avcodec_send_packet(codec.get(), nullptr);
      return;
    }
    if (packet->stream_index != index) continue;
    const int code = avcodec_send_packet(codec.get(), packet.get());
    if (code == AVERROR(ENOMEM)) throw_libav_error(ErrorKind::memory, code, "cannot decode the sound");
    // A stream that was cut out of another may begin in the middle of a packet; later, damage ends the song.
    if (code < 0 && heard) damaged = ended = true;
    if (code >= 0 || heard) return;
  }
}

int SoundDecoder::Impl::receive() {
  for (;;) {
    const int code = avcodec_receive_frame(codec.get(), frame.get());
    if (code == AVERROR(ENOMEM)) throw_libav_error(ErrorKind::memory, code, "cannot decode the sound");
    if (code >= 0 || code == AVERROR_EOF || drained || (code != AVERROR(EAGAIN) && heard)) return code;
    feed();
    if (ended) return AVERROR_INVALIDDATA;
  }
}

bool SoundDecoder::Impl::next_block() {
  while (!ended) {
    if (const int code = receive(); code < 0) {
      damaged = damaged || code != AVERROR_EOF;
      break;
    }
    if (!std::exchange(heard, true)) {
      info.sample_rate_hz = frame->sample_rate;
      info.channels = frame->ch_layout.nb_channels;
    }
    // A track that changes its rate or its channels on the way ends there.
    if (frame->sample_rate != info.sample_rate_hz || frame->ch_layout.nb_channels != info.channels) {
      damaged = true;
      break;
    }
    if (frame->nb_samples == 0) continue;
    convert();
    return true;
  }
  ended = true;
  block_frames = block_used = 0;
  return false;
}

void SoundDecoder::Impl::convert() {
  const auto format = static_cast<AVSampleFormat>(frame->format);
  int code = 0;
  if (format != converted_from) {
    AVChannelLayout plain{AV_CHANNEL_ORDER_UNSPEC, info.channels, {}, nullptr};
    SwrContext* made = nullptr;
    code = swr_alloc_set_opts2(&made, &plain, AV_SAMPLE_FMT_FLT, info.sample_rate_hz, &plain, format,
                               info.sample_rate_hz, 0, nullptr);
    converter.reset(made);
    if (code >= 0) code = swr_init(made);
    if (code < 0) throw_libav_error(ErrorKind::internal, code, "cannot convert samples");
    converted_from = format;
  }
  block.resize(static_cast<size_t>(frame->nb_samples) * static_cast<size_t>(info.channels));
  auto* out = reinterpret_cast<uint8_t*>(block.data());
  code = swr_convert(converter.get(), &out, frame->nb_samples,
                     const_cast<const uint8_t**>(frame->extended_data), frame->nb_samples);
  if (code < 0) throw_libav_error(ErrorKind::internal, code, "cannot convert samples");
  block_frames = code;
  block_used = 0;
}

std::unique_ptr<SoundDecoder> SoundDecoder::open(const std::filesystem::path& path, std::string& reason) {
  quiet_libav();
  auto impl = std::make_unique<Impl>();
  if (!impl->open(path, reason)) return nullptr;
  return std::unique_ptr<SoundDecoder>(new SoundDecoder(std::move(impl)));
}

SoundDecoder::SoundDecoder(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
SoundDecoder::~SoundDecoder() = default;

const SoundStreamInfo& SoundDecoder::info() const {
  return impl_->info;
}

bool SoundDecoder::damaged() const {
  return impl_->damaged;
}

int64_t SoundDecoder::read(float* interleaved, int64_t frames) {
  Impl& impl = *impl_;
  const auto channels = static_cast<int64_t>(impl.info.channels);
  int64_t done = 0;
  while (done < frames) {
    if (impl.block_used == impl.block_frames && !impl.next_block()) break;
    const int64_t count = std::min(frames - done, impl.block_frames - impl.block_used);
    std::copy_n(impl.block.data() + impl.block_used * channels, count * channels,
                interleaved + done * channels);
    impl.block_used += count;
    done += count;
  }
  return done;
}

}  // namespace spectradiff
