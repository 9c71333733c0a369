#include "spectradiff/media/sound_decoder.h"

#include <algorithm>
#include <cstring>
#include <string_view>
#include <utility>
#include <vector>

#include "libav.h"

#include "spectradiff/base/text.h"

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
// Containers round times to milliseconds.
constexpr int64_t kRoundedTimesPerSecond = 500;
constexpr int64_t kLongestLeadSeconds = 3600;
constexpr int kLeastRateHz = 1000, kMostRateHz = 384000;  // of a part that differs from the song's begin
constexpr int kMostFailures = 100000;                     // in a row: nothing more can be decoded

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
  std::string title = fmt::format("{} of {} ({}, {}", number, tracks,
                                  avcodec_get_name(stream->codecpar->codec_id), counted(channels, "channel"));
  const AVDictionaryEntry* language = av_dict_get(stream->metadata, "language", nullptr, 0);
  if (language) title += std::string(", ") + language->value;
  return title + ")";
}

bool holds_tag(const AVPacket* packet) {
  const std::string_view bytes(reinterpret_cast<const char*>(packet->data),
                               static_cast<size_t>(packet->size));
  if (bytes.starts_with("TAG")) return true;
  const std::string_view marks[] = {"ID3\x02", "ID3\x03", "ID3\x04", "APETAGEX"};
  return std::any_of(std::begin(marks), std::end(marks),
                     [&](std::string_view mark) { return bytes.find(mark) != std::string_view::npos; });
}

}  // namespace

struct SoundDecoder::Impl {
  struct Block {
    std::vector<float> samples;  // [frames][channels]
    int64_t frames = 0;
  };

  // False, with the reason, when there is nothing to decode.
  bool open(const std::filesystem::path& path, std::string& reason);
  bool open_codec(std::string& reason);
  void describe();
  void measure_lead(int64_t picture_start, AVRational picture_clock);
  bool next_block();
  bool decode(Block& made);
  int receive();
  void feed();
  void fail();
  void convert(Block& made);
  void open_converter();
  void end_by_edit_list();

  InputPtr input;
  int index = -1;
  CodecContextPtr codec;
  PacketPtr packet = make_av_packet();
  FramePtr frame = make_av_frame();
  ResamplerPtr converter;  // of sample formats, and of what comes after a change of rate or channels
  AVSampleFormat converted_from = AV_SAMPLE_FMT_NONE;
  int converted_rate_hz = 0;
  int converted_channels = 0;
  SoundStreamInfo info;
  Block block;  // read up to block_used
  Block ahead;  // decoded behind it, to see whether it is the last one
  int64_t block_used = 0;
  int64_t lead_left = 0;   // of the silence in front, to be read
  int64_t decoded = 0;     // samples in all blocks so far
  int64_t edited_end = 0;  // where an edit list ends the sound, if only padding lies behind it; 0: nowhere
  int64_t first_pts = AV_NOPTS_VALUE;  // of the first sample, in the stream's clock
  int failures = 0;                    // of the decoder, since it last gave something
  bool heard = false;                  // something was decoded
  bool drained = false;                // the decoder was told that nothing follows
  bool ended = false;
  bool failing = false;     // something was lost since the last block
  bool unreadable = false;  // the file could not be read to its end
  bool damaged_inside = false;
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
  const int pictures = choose_picture_stream(input.get());
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
  if (edited_end > 0 && decoded > edited_end) end_by_edit_list();
  if (pictures >= 0 && !(input->streams[pictures]->disposition & AV_DISPOSITION_ATTACHED_PIC))
    measure_lead(input->streams[pictures]->start_time, input->streams[pictures]->time_base);
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
  if (info.samples > 0) info.length_slack = kSlackSamples + block.frames;
  std::string container = input->iformat->long_name ? input->iformat->long_name : input->iformat->name;
  if (container == "QuickTime / MOV") container = "MP4/MOV";
  info.format = container + ", " + codec_title(codec->codec_id);
  info.lossless = is_lossless(codec->codec_id);
  info.float_samples = info.lossless && is_float(codec->sample_fmt);
  // Packets of a lossless codec are as long as their sound.
  if (std::strstr(input->iformat->name, "mp4") && !info.lossless) edited_end = info.samples;

  int number = 0;
  for (unsigned i = 0; i < input->nb_streams; ++i) {
    if (input->streams[i]->codecpar->codec_type != AVMEDIA_TYPE_AUDIO) continue;
    ++info.tracks;
    if (static_cast<int>(i) == index) number = info.tracks;
  }
  if (info.tracks > 1) info.track = track_title(input.get(), index, number, info.tracks);
}

// A film is heard from its first picture on: sound that begins later follows silence.
void SoundDecoder::Impl::measure_lead(int64_t picture_start, AVRational picture_clock) {
  if (picture_start == AV_NOPTS_VALUE || first_pts == AV_NOPTS_VALUE) return;
  const AVRational samples{1, info.sample_rate_hz};
  const int64_t lead = av_rescale_q(first_pts, input->streams[index]->time_base, samples) -
                       av_rescale_q(picture_start, picture_clock, samples);
  if (lead * kRoundedTimesPerSecond <= info.sample_rate_hz) return;
  if (lead > kLongestLeadSeconds * info.sample_rate_hz) return;
  info.lead_samples = lead_left = lead;
  if (info.samples > 0) info.samples += lead;
}

// A song that was appended to another brings its tags along, which are no damage.
void SoundDecoder::Impl::fail() {
  if (packet->data != nullptr && holds_tag(packet.get())) return;
  failing = true;
  ++failures;
}

// The next packet of the track into the decoder, or the news that none follows.
void SoundDecoder::Impl::feed() {
  for (;;) {
    av_packet_unref(packet.get());
    quiet_libav();
    if (const int code = av_read_frame(input.get(), packet.get()); code < 0) {
      unreadable = code != AVERROR_EOF || (input->pb && input->pb->error < 0);
      drained = true;
      avcodec_send_packet(codec.get(), nullptr);
      return;
    }
    // What a container finds wrong it tells in its log alone.
    failing = failing || (heard && libav_complained());
    if (packet->stream_index != index) continue;
    const int code = avcodec_send_packet(codec.get(), packet.get());
    if (code == AVERROR(ENOMEM)) throw_libav_error(ErrorKind::memory, code, "cannot decode the sound");
    // A stream that was cut out of another may begin in the middle of a packet; later, it is damage.
    if (code < 0 && heard) fail();
    return;
  }
}

// A frame, or AVERROR_EOF.
int SoundDecoder::Impl::receive() {
  for (;;) {
    const int code = avcodec_receive_frame(codec.get(), frame.get());
    if (code == AVERROR(ENOMEM)) throw_libav_error(ErrorKind::memory, code, "cannot decode the sound");
    if (code >= 0) return code;
    if (code == AVERROR_EOF || failures > kMostFailures) return AVERROR_EOF;
    if (code != AVERROR(EAGAIN) && (heard || drained)) fail();
    if (!drained) feed();
  }
}

bool SoundDecoder::Impl::decode(Block& made) {
  while (receive() >= 0) {
    if (frame->nb_samples == 0) continue;
    const int channels = frame->ch_layout.nb_channels;
    if (!std::exchange(heard, true)) {
      info.sample_rate_hz = frame->sample_rate;
      info.channels = channels;
      if (frame->ch_layout.order == AV_CHANNEL_ORDER_NATIVE) info.channel_mask = frame->ch_layout.u.mask;
      first_pts = frame->best_effort_timestamp;
    }
    // Headers out of damage ask for any rate.
    if (frame->sample_rate < kLeastRateHz || frame->sample_rate > kMostRateHz || channels > kMaxChannels) {
      if (frame->sample_rate != info.sample_rate_hz || channels != info.channels) {
        failing = true;
        continue;
      }
    }
    damaged_inside = std::exchange(failing, false) || damaged_inside;
    failures = 0;
    convert(made);
    if (made.frames == 0) continue;
    decoded += made.frames;
    return true;
  }
  return false;
}

bool SoundDecoder::Impl::next_block() {
  block_used = 0;
  if (ahead.frames > 0) {
    std::swap(block, ahead);
    ahead.frames = 0;
    return true;
  }
  if (ended || !decode(block)) {
    ended = true;
    block.frames = 0;
    return false;
  }
  if (edited_end > 0 && decoded > edited_end) end_by_edit_list();
  return true;
}

// Padding fills the last packet alone. What more there is was meant.
void SoundDecoder::Impl::end_by_edit_list() {
  const int64_t padding = decoded - std::exchange(edited_end, 0);
  if (decode(ahead)) return;
  ended = true;
  block.frames = std::max<int64_t>(0, block.frames - padding);
}

void SoundDecoder::Impl::open_converter() {
  const bool same =
      frame->sample_rate == info.sample_rate_hz && frame->ch_layout.nb_channels == info.channels;
  AVChannelLayout from{AV_CHANNEL_ORDER_UNSPEC, info.channels, {}, nullptr};
  AVChannelLayout to = from;
  if (!same) {
    if (info.channel_mask == 0 || av_channel_layout_from_mask(&to, info.channel_mask) < 0)
      av_channel_layout_default(&to, info.channels);
    from = frame->ch_layout;
    if (from.order != AV_CHANNEL_ORDER_NATIVE) av_channel_layout_default(&from, from.nb_channels);
  }
  SwrContext* made = nullptr;
  int code = swr_alloc_set_opts2(&made, &to, AV_SAMPLE_FMT_FLT, info.sample_rate_hz, &from,
                                 static_cast<AVSampleFormat>(frame->format), frame->sample_rate, 0, nullptr);
  converter.reset(made);
  if (code >= 0) code = swr_init(made);
  if (code < 0) throw_libav_error(ErrorKind::internal, code, "cannot convert samples");
}

void SoundDecoder::Impl::convert(Block& made) {
  const auto format = static_cast<AVSampleFormat>(frame->format);
  if (format != converted_from || frame->sample_rate != converted_rate_hz ||
      frame->ch_layout.nb_channels != converted_channels) {
    open_converter();
    converted_from = format;
    converted_rate_hz = frame->sample_rate;
    converted_channels = frame->ch_layout.nb_channels;
  }
  const int most = std::max(frame->nb_samples, swr_get_out_samples(converter.get(), frame->nb_samples));
  made.samples.resize(static_cast<size_t>(most) * static_cast<size_t>(info.channels));
  auto* out = reinterpret_cast<uint8_t*>(made.samples.data());
  const int code = swr_convert(converter.get(), &out, most, const_cast<const uint8_t**>(frame->extended_data),
                               frame->nb_samples);
  if (code < 0) throw_libav_error(ErrorKind::internal, code, "cannot convert samples");
  made.frames = code;
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

bool SoundDecoder::damaged_inside() const {
  return impl_->damaged_inside;
}

bool SoundDecoder::broken_off() const {
  // One packet that is none: tags often lie behind the sound.
  return impl_->ended && (impl_->unreadable || impl_->failures > 1);
}

int64_t SoundDecoder::read(float* interleaved, int64_t frames) {
  Impl& impl = *impl_;
  const auto channels = static_cast<int64_t>(impl.info.channels);
  int64_t done = std::min(frames, impl.lead_left);
  std::fill_n(interleaved, done * channels, 0.0f);
  impl.lead_left -= done;
  while (done < frames) {
    if (impl.block_used == impl.block.frames && !impl.next_block()) break;
    const int64_t count = std::min(frames - done, impl.block.frames - impl.block_used);
    std::copy_n(impl.block.samples.data() + impl.block_used * channels, count * channels,
                interleaved + done * channels);
    impl.block_used += count;
    done += count;
  }
  return done;
}

}  // namespace spectradiff
