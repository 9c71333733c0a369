#include "spectradiff/media/video_writer.h"

#include <algorithm>
#include <string_view>
#include <utility>

#include "codec_table.h"
#include "growing_copy.h"
#include "libav.h"
#include "loop_settings.h"
#include "output_sink.h"
#include "sound_packets.h"
#include "spectradiff/base/file.h"
#include "spectradiff/base/frame_time.h"
#include "video_encoder.h"

namespace spectradiff {
namespace {

bool is_mp4_family(Container container) {
  return container == Container::mp4 || container == Container::mov;
}

// Nothing of the run's time or place: equal input, equal bytes.
MuxerPtr make_muxer(const VideoSettings& settings) {
  // libavformat writes AV1 by ISO's rules only, which QuickTime's readers know as well.
  const bool iso = settings.container == Container::mov && settings.video_codec == "av1";
  const Container container = iso ? Container::mp4 : settings.container;
  AVFormatContext* made = nullptr;
  const int code = avformat_alloc_output_context2(&made, nullptr, muxer_name(container), nullptr);
  if (code < 0) {
    throw_libav_error(ErrorKind::output, code,
                      fmt::format("this libavformat cannot write .{}", container_name(container)));
  }
  made->flags |= AVFMT_FLAG_BITEXACT;
  if (!is_mp4_family(container)) made->flags |= AVFMT_FLAG_FLUSH_PACKETS;  // what is muxed can be played
  return MuxerPtr(made);
}

std::unique_ptr<SoundPackets> open_sound_if_any(const VideoSettings& settings, const SoundTrack* track,
                                                bool global_header, std::vector<std::string>& notes) {
  if (!track) return nullptr;
  return open_sound(settings, *track, global_header, notes);
}

// Note on priming in Matroska. AAC, MP3 and Opus decoders give some samples before the first real one;
// CodecDelay tells a player how much to drop. libavformat 5.1 writes it for Opus only, with times that
// do not fit it, and later ones for all. So that every version writes the same, the muxer hears of no priming
// at all: packets keep times from 0 up, as Matroska wants them beside CodecDelay, and a Name element of the
// track stands in for the CodecDelay of the same length that goes out instead.
constexpr const char* kDelayName = "PRIM";
constexpr std::string_view kNameElement = "\x53\x6E\x84PRIM";

std::string codec_delay_element(int64_t samples, int rate_hz) {
  const auto delay_ns = static_cast<uint32_t>(av_rescale(samples, 1'000'000'000, rate_hz));
  std::string element("\x56\xAA\x84", 3);
  for (int shift = 24; shift >= 0; shift -= 8) element += static_cast<char>(delay_ns >> shift & 0xFF);
  return element;
}

bool holds_cover(Container container) {
  return container == Container::mp4 || container == Container::mkv;
}

VideoSettings checked(VideoSettings settings) {
  quiet_libav();
  if (is_loop(settings.container))
    throw_error(ErrorKind::internal, "a VideoWriter was asked for .{}", container_name(settings.container));
  check_video_values(settings);
  return settings;
}

}  // namespace

EncoderChoice check_video_settings(const VideoSettings& settings, const SoundTrack* sound) {
  if (is_loop(settings.container)) {
    check_loop_settings(settings);
    return {loop_encoder(settings).name, ""};
  }
  checked(settings);
  const MuxerPtr muxer = make_muxer(settings);
  const bool global_header = muxer->oformat->flags & AVFMT_GLOBALHEADER;
  std::vector<std::string> notes;
  const auto packets = open_sound_if_any(settings, sound, global_header, notes);
  const VideoEncoder encoder(settings, global_header);
  return {encoder.name(), packets ? packets->encoder_name() : ""};
}

struct VideoWriter::Impl {
  // The encoders come before the sink: settings that fail leave no file behind.
  template <typename Target>
  Impl(const VideoSettings& wanted, const Target& target, std::optional<SoundTrack> track)
      : settings(checked(wanted)),
        muxer(make_muxer(settings)),
        encoder(settings, muxer->oformat->flags & AVFMT_GLOBALHEADER),
        sound(open_sound_if_any(settings, track ? &*track : nullptr,
                                muxer->oformat->flags & AVFMT_GLOBALHEADER, summary.notes)),
        sample_rate_hz(track ? track->sample_rate_hz : 0),
        sound_samples(track ? track->samples : 0),
        packet(make_av_packet()),
        sound_packet(make_av_packet()) {
    open_sink(target);
    summary.video_encoder = encoder.name();
    if (sound) summary.audio_encoder = sound->encoder_name();
    begin();
  }

  void open_sink(const std::filesystem::path& path);
  void open_sink(int descriptor) { sink = std::make_unique<OutputSink>(descriptor); }
  void begin();
  void state_priming(AVDictionary** options);
  AVStream* add_stream(AVRational time_base);
  void add_tags();
  void add_cover();
  void write_cover();
  void write(const Canvas& picture, const Canvas* opacity);
  VideoSummary finish();
  int64_t sound_end() const;
  void mux_pictures();
  void mux_sound_until(int64_t pts, AVRational time_base);
  void mux(AVPacket* from, AVRational time_base, AVStream* stream);
  void check(int code, const char* what);

  VideoSettings settings;
  VideoSummary summary;
  std::filesystem::path grows_at;    // of the copy that plays meanwhile; empty: none is needed
  std::optional<PartFile> whole;     // then what the muxer writes to, and what takes that copy's place
  std::unique_ptr<OutputSink> sink;  // made last, outlives the muxer that writes to it
  MuxerPtr muxer;
  VideoEncoder encoder;
  std::unique_ptr<SoundPackets> sound;
  int sample_rate_hz;
  int64_t sound_samples;
  AVStream* picture_stream = nullptr;
  AVStream* sound_stream = nullptr;
  AVStream* cover_stream = nullptr;  // where the container takes the cover as a stream
  PacketPtr packet;
  PacketPtr sound_packet;
  std::unique_ptr<GrowingCopy> growing;
  bool has_sound_packet = false;
  int64_t sound_shift = 0;  // added to the sound's times, samples
};

void VideoWriter::Impl::check(int code, const char* what) {
  sink->check();
  if (code < 0)
    throw_libav_error(ErrorKind::output, code, fmt::format("cannot write {}: {}", sink->name(), what));
}

void VideoWriter::Impl::open_sink(const std::filesystem::path& path) {
  std::error_code failed;
  const bool is_file =
      std::filesystem::is_regular_file(path, failed) || !std::filesystem::exists(path, failed);
  if (is_mp4_family(settings.container) && is_file) {
    grows_at = path;
    whole.emplace(path);
  }
  sink = std::make_unique<OutputSink>(whole ? whole->path() : path);
}

AVStream* VideoWriter::Impl::add_stream(AVRational time_base) {
  AVStream* stream = avformat_new_stream(muxer.get(), nullptr);
  if (!stream) throw Error(ErrorKind::memory, "out of memory for a stream");
  stream->time_base = time_base;
  return stream;
}

void VideoWriter::Impl::begin() {
  picture_stream = add_stream(encoder.context()->time_base);
  picture_stream->avg_frame_rate = encoder.context()->framerate;
  picture_stream->sample_aspect_ratio = encoder.context()->sample_aspect_ratio;
  check(avcodec_parameters_from_context(picture_stream->codecpar, encoder.context()),
        "cannot describe the pictures");
  // Apple's players know HEVC by this name only.
  if (is_mp4_family(settings.container) && encoder.context()->codec_id == AV_CODEC_ID_HEVC)
    picture_stream->codecpar->codec_tag = MKTAG('h', 'v', 'c', '1');
  if (settings.transparent && settings.video_codec == "vp9")
    av_dict_set(&picture_stream->metadata, "alpha_mode", "1", 0);
  if (sound) {
    sound_stream = add_stream(sound->time_base());
    sound->describe(sound_stream->codecpar);
  }
  add_tags();
  if (!settings.tags.cover.empty() && holds_cover(settings.container)) add_cover();
  if (!grows_at.empty()) growing = std::make_unique<GrowingCopy>(grows_at, *muxer);

  AVDictionary* options = nullptr;
  if (is_mp4_family(settings.container)) {
    av_dict_set(&options, "movflags", "faststart", 0);
    av_dict_set(&options, "use_editlist", "1", 0);
    // Edit lists count in the movie's clock: with the sound's own, its end is exact.
    if (sound) av_dict_set_int(&options, "movie_timescale", sound->time_base().den, 0);
  }
  if (sound && !is_mp4_family(settings.container)) state_priming(&options);
  sink->attach(muxer.get());
  const int code = avformat_write_header(muxer.get(), &options);
  av_dict_free(&options);
  check(code, "the header");
  if (cover_stream) write_cover();
}

void VideoWriter::Impl::add_tags() {
  const SongTags& tags = settings.tags;
  for (const auto& [key, text] : {std::pair{"title", &tags.title},
                                  {"artist", &tags.artist},
                                  {"album", &tags.album},
                                  {"date", &tags.date},
                                  {"comment", &settings.comment}})
    if (!text->empty()) av_dict_set(&muxer->metadata, key, text->c_str(), 0);
}

// Matroska keeps files beside its streams; MP4 takes a cover as a stream of one picture.
void VideoWriter::Impl::add_cover() {
  const SongTags& tags = settings.tags;
  AVStream* stream = add_stream({1, 1});
  AVCodecParameters* kind = stream->codecpar;
  kind->codec_id = tags.cover_is_png ? AV_CODEC_ID_PNG : AV_CODEC_ID_MJPEG;
  if (is_mp4_family(settings.container)) {
    kind->codec_type = AVMEDIA_TYPE_VIDEO;
    kind->width = tags.cover_size.width;
    kind->height = tags.cover_size.height;
    stream->disposition = AV_DISPOSITION_ATTACHED_PIC;
    cover_stream = stream;
    return;
  }
  kind->codec_type = AVMEDIA_TYPE_ATTACHMENT;
  kind->extradata = static_cast<uint8_t*>(av_mallocz(tags.cover.size() + AV_INPUT_BUFFER_PADDING_SIZE));
  if (!kind->extradata) throw Error(ErrorKind::memory, "out of memory for the cover");
  std::copy(tags.cover.begin(), tags.cover.end(), kind->extradata);
  kind->extradata_size = static_cast<int>(tags.cover.size());
  av_dict_set(&stream->metadata, "filename", tags.cover_is_png ? "cover.png" : "cover.jpg", 0);
  av_dict_set(&stream->metadata, "mimetype", tags.cover_is_png ? "image/png" : "image/jpeg", 0);
}

void VideoWriter::Impl::write_cover() {
  const SongTags& tags = settings.tags;
  if (av_new_packet(packet.get(), static_cast<int>(tags.cover.size())) < 0)
    throw Error(ErrorKind::memory, "out of memory for the cover");
  std::copy(tags.cover.begin(), tags.cover.end(), packet->data);
  packet->pts = packet->dts = 0;
  packet->flags |= AV_PKT_FLAG_KEY;
  packet->stream_index = cover_stream->index;
  check(av_write_frame(muxer.get(), packet.get()), "the cover");
  av_packet_unref(packet.get());
}

void VideoWriter::Impl::state_priming(AVDictionary** options) {
  sound_stream->codecpar->initial_padding = 0;
  sound_shift = sound->priming();
  if (sound_shift == 0) return;
  av_dict_set(&sound_stream->metadata, "title", kDelayName, 0);
  av_dict_set(options, "write_crc32", "0", 0);  // it would not fit the replaced element
  sink->replace(std::string(kNameElement), codec_delay_element(sound_shift, sound->time_base().den));
}

void VideoWriter::Impl::mux(AVPacket* from, AVRational time_base, AVStream* stream) {
  if (growing) growing->write(*from, time_base, stream->index);
  av_packet_rescale_ts(from, time_base, stream->time_base);
  from->stream_index = stream->index;
  check(av_write_frame(muxer.get(), from), "the next packet");
  av_packet_unref(from);
}

void VideoWriter::Impl::mux_sound_until(int64_t pts, AVRational time_base) {
  for (;;) {
    if (!has_sound_packet) has_sound_packet = sound->next(sound_packet.get());
    if (!has_sound_packet) return;
    if (av_compare_ts(sound_packet->pts, sound->time_base(), pts, time_base) > 0) return;
    has_sound_packet = false;
    sound_packet->pts += sound_shift;
    sound_packet->dts += sound_shift;
    mux(sound_packet.get(), sound->time_base(), sound_stream);
  }
}

void VideoWriter::Impl::mux_pictures() {
  const AVRational time_base = encoder.context()->time_base;
  while (encoder.receive(packet.get())) {
    if (sound) mux_sound_until(packet->dts, time_base);
    mux(packet.get(), time_base, picture_stream);
  }
}

void VideoWriter::Impl::write(const Canvas& picture, const Canvas* opacity) {
  if ((opacity != nullptr) != settings.transparent || (opacity && opacity->size() != picture.size()))
    throw_error(ErrorKind::internal, "picture {} comes without the opacity that was announced",
                summary.pictures);
  if (picture.size() != settings.picture_size) {
    throw_error(ErrorKind::internal, "picture {} is {}x{} and {}x{} was announced", summary.pictures,
                picture.width(), picture.height(), settings.picture_size.width, settings.picture_size.height);
  }
  quiet_libav();
  encoder.send(picture, opacity);
  ++summary.pictures;
  if (sound) sound->allow(frame_start_sample(summary.pictures, sample_rate_hz, settings.fps), false);
  mux_pictures();
}

// Pieces of a song begin at whole samples, so that together they may be a few samples longer than their
// pictures: less than a frame.
int64_t VideoWriter::Impl::sound_end() const {
  const int64_t end = frame_start_sample(summary.pictures, sample_rate_hz, settings.fps);
  const int64_t next = frame_start_sample(summary.pictures + 1, sample_rate_hz, settings.fps);
  return sound_samples > end && sound_samples < next ? sound_samples : end;
}

VideoSummary VideoWriter::Impl::finish() {
  if (summary.pictures == 0) throw Error(ErrorKind::internal, "a video without pictures was finished");
  quiet_libav();
  if (sound) sound->allow(sound_end(), true);
  encoder.flush();
  mux_pictures();
  if (sound) mux_sound_until(summary.pictures + 1, encoder.context()->time_base);
  check(av_write_trailer(muxer.get()), "the index");
  sink->close();
  if (whole) whole->commit(true);
  return summary;
}

VideoWriter::VideoWriter(const VideoSettings& settings, const std::filesystem::path& path,
                         std::optional<SoundTrack> sound)
    : impl_(std::make_unique<Impl>(settings, path, std::move(sound))) {}

VideoWriter::VideoWriter(const VideoSettings& settings, int descriptor, std::optional<SoundTrack> sound) {
  VideoSettings streamed = settings;
  streamed.container = Container::mkv;
  impl_ = std::make_unique<Impl>(streamed, descriptor, std::move(sound));
}

VideoWriter::~VideoWriter() = default;
VideoWriter::VideoWriter(VideoWriter&&) noexcept = default;
VideoWriter& VideoWriter::operator=(VideoWriter&&) noexcept = default;

void VideoWriter::write(const Canvas& picture, const Canvas* opacity) {
  impl_->write(picture, opacity);
}
VideoSummary VideoWriter::finish() {
  return impl_->finish();
}

}  // namespace spectradiff
