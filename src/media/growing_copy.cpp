#include "growing_copy.h"

namespace spectradiff {

GrowingCopy::GrowingCopy(const std::filesystem::path& path, const AVFormatContext& whole)
    : sink_(path), packet_(make_av_packet()) {
  AVFormatContext* made = nullptr;
  check(avformat_alloc_output_context2(&made, whole.oformat, nullptr, nullptr));
  muxer_.reset(made);
  // Each fragment goes to the disk when it is whole.
  muxer_->flags |= AVFMT_FLAG_BITEXACT | AVFMT_FLAG_FLUSH_PACKETS;
  for (unsigned i = 0; i < whole.nb_streams; ++i) {
    const AVStream& from = *whole.streams[i];
    if (from.disposition & AV_DISPOSITION_ATTACHED_PIC) continue;
    AVStream* stream = avformat_new_stream(muxer_.get(), nullptr);
    if (!stream) throw Error(ErrorKind::memory, "out of memory for a stream");
    check(avcodec_parameters_copy(stream->codecpar, from.codecpar));
    stream->time_base = from.time_base;
    stream->avg_frame_rate = from.avg_frame_rate;
    stream->sample_aspect_ratio = from.sample_aspect_ratio;
  }
  check(av_dict_copy(&muxer_->metadata, whole.metadata, 0));
  AVDictionary* options = nullptr;
  // The header waits for the first fragment, because only then are the edit lists known that keep the sound
  // in time.
  av_dict_set(&options, "movflags", "frag_keyframe+delay_moov+default_base_moof", 0);
  av_dict_set(&options, "frag_duration", "2000000", 0);  // microseconds
  sink_.attach(muxer_.get());
  const int code = avformat_write_header(muxer_.get(), &options);
  av_dict_free(&options);
  check(code);
}

void GrowingCopy::check(int code) const {
  sink_.check();
  if (code < 0) throw_libav_error(ErrorKind::output, code, fmt::format("cannot write {}", sink_.name()));
}

void GrowingCopy::write(const AVPacket& packet, AVRational time_base, int index) {
  check(av_packet_ref(packet_.get(), &packet));
  packet_->stream_index = index;
  av_packet_rescale_ts(packet_.get(), time_base, muxer_->streams[index]->time_base);
  const int code = av_write_frame(muxer_.get(), packet_.get());
  av_packet_unref(packet_.get());
  check(code);
}

}  // namespace spectradiff
