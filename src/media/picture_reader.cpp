#include "spectradiff/media/picture_reader.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <deque>
#include <fstream>
#include <mutex>
#include <string_view>
#include <vector>

#include "libav.h"
#include "picture_converter.h"

namespace spectradiff {
namespace {

constexpr size_t kMaxKeptBytes = size_t{192} << 20;
constexpr size_t kMinKept = 2;
// Further ahead than this, seeking is tried before decoding on.
constexpr int64_t kFarPictures = 250;

using SharedFrame = std::shared_ptr<AVFrame>;

size_t bytes_of(const AVFrame& frame) {
  size_t bytes = 0;
  for (const AVBufferRef* buffer : frame.buf) bytes += buffer != nullptr ? buffer->size : 0;
  return bytes;
}

int64_t time_of(const AVPacket& packet) {
  return packet.pts != AV_NOPTS_VALUE ? packet.pts : packet.dts;
}

// A RIFF file's extended header says so in the second bit of its flags.
bool is_animated_webp(const std::filesystem::path& file) {
  constexpr size_t kFlags = 20;
  std::array<char, kFlags + 1> head{};
  std::ifstream in(file, std::ios::binary);
  if (!in.read(head.data(), head.size())) return false;
  const std::string_view text(head.data(), head.size());
  return text.starts_with("RIFF") && text.substr(8, 8) == "WEBPVP8X" && (text[kFlags] & 2) != 0;
}

}  // namespace

struct PictureReader::Impl {
  Impl(const std::filesystem::path& path, Rgb colour) : file(path), name(path.string()), ground(colour) {
    quiet_libav();
    open();
    scan();
    open();
    check_first();
  }

  // What cannot be decoded is known before anything is painted.
  void check_first() {
    try {
      if (!picture(0)) fail("holds no picture that can be decoded");
    } catch (const Error& error) {
      if (error.kind() != ErrorKind::input || !is_animated_webp(file)) throw;
      throw_error(
          ErrorKind::input,
          "{0} is an animated WebP, which this libavcodec cannot decode; videos, GIF and APNG are read: "
          "`convert {0} pictures.gif` (ImageMagick) makes one of it",
          name);
    }
  }

  Canvas at(const Rational& seconds, End end) {
    std::unique_lock lock(mutex);
    const AVRational base = stream->time_base;
    // Pictures begin at whole ticks of the file's clock, which a coarse one has rounded: 67 ms in Matroska
    // for the second of 15 a second. So must we, or that frame would still see the first.
    const int64_t half_ticks = mul_div_floor(seconds.num, int64_t{2} * base.den, seconds.den * base.num);
    int64_t tick = std::max<int64_t>((half_ticks + 1) / 2, 0);
    if (end == End::loop && length > 0) tick %= length;
    const auto later = std::upper_bound(times.begin(), times.end(), times.front() + tick);
    const size_t index = static_cast<size_t>(later - times.begin()) - 1;
    const SharedFrame frame = picture(index);
    if (!frame) fail("cannot be decoded: one of its pictures is missing");
    const PictureShape shape = shape_of(input.get(), stream, frame.get());
    lock.unlock();
    return to_canvas(*frame, shape, ground, name);
  }

  // The base rate is even rates' own, but only a common multiple of uneven ones.
  Rational fps() const {
    const AVRational base = stream->r_frame_rate, mean = stream->avg_frame_rate;
    const auto per_tick =
        Rational(static_cast<int64_t>(times.size()) * stream->time_base.den, length * stream->time_base.num);
    constexpr double kSame = 0.01;
    for (const AVRational& told : {base, mean}) {
      if (told.num <= 0 || told.den <= 0) continue;
      if (std::abs(av_q2d(told) / per_tick.to_double() - 1) < kSame) return Rational(told.num, told.den);
    }
    return per_tick;
  }

  [[noreturn]] void fail(const char* what) const { throw_error(ErrorKind::input, "{} {}", name, what); }

  void check(int code) const {
    if (code < 0)
      throw_libav_error(ErrorKind::input, code, fmt::format("cannot decode a picture of {}", name));
  }

  void open() {
    input = open_media_file(file);
    const int index = av_find_best_stream(input.get(), AVMEDIA_TYPE_VIDEO, -1, -1, nullptr, 0);
    if (index < 0) fail("holds no pictures: it is neither a picture nor a video");
    stream = input->streams[index];
    with_sound = av_find_best_stream(input.get(), AVMEDIA_TYPE_AUDIO, -1, -1, nullptr, 0) >= 0;
    for (unsigned i = 0; i < input->nb_streams; ++i)
      if (static_cast<int>(i) != index) input->streams[i]->discard = AVDISCARD_ALL;
    const AVCodec* codec = avcodec_find_decoder(stream->codecpar->codec_id);
    if (codec == nullptr) {
      throw_error(ErrorKind::input, "{} holds {} pictures, which this libavcodec cannot decode", name,
                  avcodec_get_name(stream->codecpar->codec_id));
    }
    decoder = make_codec_context(codec);
    check(avcodec_parameters_to_context(decoder.get(), stream->codecpar));
    decoder->pkt_timebase = stream->time_base;
    check(avcodec_open2(decoder.get(), codec, nullptr));
    kept.clear();
    last = AV_NOPTS_VALUE;
    drained = false;
  }

  // The times of all pictures, and where the last one ends.
  void scan() {
    PacketPtr packet = make_av_packet();
    int64_t end = 0;
    while (av_read_frame(input.get(), packet.get()) >= 0) {
      if (packet->stream_index == stream->index && !(packet->flags & AV_PKT_FLAG_DISCARD)) {
        const int64_t time = time_of(*packet);
        times.push_back(time != AV_NOPTS_VALUE ? time : times.empty() ? 0 : times.back() + 1);
        end = std::max(end, times.back() + packet->duration);
      }
      av_packet_unref(packet.get());
    }
    if (times.empty()) fail("holds no pictures");
    std::sort(times.begin(), times.end());
    times.erase(std::unique(times.begin(), times.end()), times.end());
    const auto count = static_cast<int64_t>(times.size());
    const int64_t mean = count > 1 ? (times.back() - times.front()) / (count - 1) : 1;
    length =
        std::max(end, times.back() + (end > times.back() ? 0 : std::max<int64_t>(mean, 1))) - times.front();
  }

  // The decoded picture that is shown at times[index]; null when the file has none there.
  SharedFrame picture(size_t index) {
    const int64_t wanted = times[index];
    if (SharedFrame frame = find(wanted)) return frame;
    const auto position = std::lower_bound(times.begin(), times.end(), last) - times.begin();
    const bool behind = last != AV_NOPTS_VALUE && last >= wanted;
    if (behind || static_cast<int64_t>(index) - position > kFarPictures) seek(wanted, behind);
    decode_to(wanted);
    if (last > wanted && !find(wanted)) {
      // The index led past it, or the picture is missing: the file's own order tells.
      open();
      decode_to(wanted);
    }
    return best(wanted);
  }

  SharedFrame find(int64_t time) const {
    for (const auto& [shown, frame] : kept)
      if (shown == time) return frame;
    return nullptr;
  }

  // The last kept picture that is not later, else the earliest one.
  SharedFrame best(int64_t time) const {
    const std::pair<int64_t, SharedFrame>* found = nullptr;
    for (const auto& each : kept) {
      const bool fits = each.first <= time;
      if (found == nullptr || (fits && (found->first > time || each.first > found->first)) ||
          (!fits && found->first > time && each.first < found->first)) {
        found = &each;
      }
    }
    return found != nullptr ? found->second : nullptr;
  }

  void seek(int64_t time, bool needed) {
    if (av_seek_frame(input.get(), stream->index, time, AVSEEK_FLAG_BACKWARD) < 0) {
      if (needed) open();
      return;
    }
    avcodec_flush_buffers(decoder.get());
    last = AV_NOPTS_VALUE;
    drained = false;
  }

  void decode_to(int64_t time) {
    while (last == AV_NOPTS_VALUE || last < time) {
      FramePtr frame = make_av_frame();
      const int code = avcodec_receive_frame(decoder.get(), frame.get());
      if (code == AVERROR_EOF) return;
      if (code == AVERROR(EAGAIN)) {
        feed();
        continue;
      }
      check(code);
      keep(std::move(frame));
    }
  }

  void feed() {
    PacketPtr packet = make_av_packet();
    int code = 0;
    while ((code = av_read_frame(input.get(), packet.get())) >= 0 && packet->stream_index != stream->index)
      av_packet_unref(packet.get());
    if (code >= 0) {
      check(avcodec_send_packet(decoder.get(), packet.get()));
    } else if (!drained) {
      drained = true;
      check(avcodec_send_packet(decoder.get(), nullptr));
    } else {
      fail("cannot be decoded to its end");
    }
  }

  void keep(FramePtr frame) {
    int64_t time = frame->best_effort_timestamp;
    if (time == AV_NOPTS_VALUE) time = last == AV_NOPTS_VALUE ? times.front() : last + 1;
    last = time;
    kept.emplace_back(time, SharedFrame(frame.release(), FreeBy<av_frame_free>()));
    size_t bytes = 0;
    for (const auto& each : kept) bytes += bytes_of(*each.second);
    while (kept.size() > kMinKept && bytes > kMaxKeptBytes) {
      bytes -= bytes_of(*kept.front().second);
      kept.pop_front();
    }
  }

  const std::filesystem::path file;
  const std::string name;
  const Rgb ground;
  std::vector<int64_t> times;  // in the stream's time base, ascending
  int64_t length = 0;          // from the first picture's begin to the last one's end

  std::mutex mutex;  // guards all below
  InputPtr input;
  AVStream* stream = nullptr;  // of input
  bool with_sound = false;
  CodecContextPtr decoder;
  std::deque<std::pair<int64_t, SharedFrame>> kept;  // as decoded
  int64_t last = AV_NOPTS_VALUE;                     // time of the picture decoded last
  bool drained = false;
};

PictureReader::PictureReader(const std::filesystem::path& path, Rgb ground)
    : impl_(std::make_unique<Impl>(path, ground)) {}

PictureReader::~PictureReader() = default;

Rational PictureReader::duration() const {
  const AVRational base = impl_->stream->time_base;
  return Rational((2 * impl_->length - 1) * base.num, int64_t{2} * base.den);
}

Rational PictureReader::fps() const {
  return impl_->times.size() > 1 ? impl_->fps() : Rational(0);
}

bool PictureReader::with_sound() const {
  return impl_->with_sound;
}

int64_t PictureReader::pictures() const {
  return static_cast<int64_t>(impl_->times.size());
}

Canvas PictureReader::at(const Rational& seconds, End end) const {
  return impl_->at(seconds, end);
}

}  // namespace spectradiff
