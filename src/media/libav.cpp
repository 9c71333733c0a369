#include "libav.h"

#include <algorithm>
#include <cstdarg>
#include <cstdint>
#include <cstdio>
#include <mutex>

#include "riff_tags.h"

namespace spectradiff {
namespace {

// The callback has no owner to report to: the line waits here for the call on the same thread that failed.
thread_local std::string last_error_line;

void keep_error_line(void* source, int level, const char* format, va_list arguments) {
  if (level > AV_LOG_ERROR) return;
  char text[512];
  vsnprintf(text, sizeof text, format, arguments);
  std::string line(text);
  while (!line.empty() && (line.back() == '\n' || line.back() == ' ')) line.pop_back();
  const AVClass* type = source ? *static_cast<AVClass**>(source) : nullptr;
  last_error_line = type ? std::string(type->item_name(source)) + ": " + line : line;
}

// libav says it in a code, the libraries behind its encoders in words; and x264 writes its word to stderr,
// past every log, so that of all its failures only this one comes without a line.
bool ran_out_of_memory(ErrorKind kind, int code) {
  if (code == AVERROR(ENOMEM)) return true;
  if (kind != ErrorKind::output) return false;
  if (code == AVERROR_EXTERNAL && last_error_line.empty()) return true;
  for (const char* words : {"emory allocation", "ailed to allocate", "annot allocate"}) {
    if (last_error_line.find(words) != std::string::npos) return true;
  }
  return false;
}

// Whether there is memory for anything that so many bytes can describe: tables of 4 bytes become entries
// of 24.
bool has_memory_for(uintmax_t file_bytes) {
  constexpr size_t kLeast = 64 << 20, kMost = 1 << 30;
  void* memory = av_malloc(std::clamp<uintmax_t>(6 * file_bytes, kLeast, kMost));
  av_free(memory);
  return memory != nullptr;
}

[[noreturn]] void throw_open_error(const std::filesystem::path& path, int code) {
  const std::string what = fmt::format("cannot read {}", path.string());
  std::error_code failed;
  const uintmax_t bytes = std::filesystem::file_size(path, failed);
  if (code == AVERROR(ENOMEM) && !failed && has_memory_for(bytes)) {
    throw_error(ErrorKind::input, "{}: it is damaged: it claims to hold more than its {} bytes could", what,
                bytes);
  }
  throw_libav_error(ErrorKind::input, code, what);
}

}  // namespace

void quiet_libav() {
  static std::once_flag once;
  std::call_once(once, [] { av_log_set_callback(keep_error_line); });
  last_error_line.clear();
}

bool libav_complained() {
  return !last_error_line.empty();
}

std::string libav_error_text(int code) {
  char text[AV_ERROR_MAX_STRING_SIZE] = {};
  av_strerror(code, text, sizeof text);
  std::string result = text;
  if (!last_error_line.empty()) result += " (" + last_error_line + ")";
  last_error_line.clear();
  return result;
}

void throw_libav_error(ErrorKind kind, int code, const std::string& what) {
  if (ran_out_of_memory(kind, code)) throw Error(ErrorKind::memory, what + ": out of memory");
  throw Error(kind, what + ": " + libav_error_text(code));
}

FramePtr make_av_frame() {
  FramePtr frame(av_frame_alloc());
  if (!frame) throw Error(ErrorKind::memory, "out of memory for a picture");
  return frame;
}

PacketPtr make_av_packet() {
  PacketPtr packet(av_packet_alloc());
  if (!packet) throw Error(ErrorKind::memory, "out of memory for a packet");
  return packet;
}

CodecContextPtr make_codec_context(const AVCodec* codec) {
  CodecContextPtr context(avcodec_alloc_context3(codec));
  if (!context) throw Error(ErrorKind::memory, "out of memory for a codec");
  return context;
}

InputPtr open_media_file(const std::filesystem::path& path, const char* containers) {
  if (has_endless_tag(path)) {
    throw_error(ErrorKind::input,
                "cannot read {}: it is damaged: a tag in it claims to be longer than the file",
                path.string());
  }
  AVDictionary* options = nullptr;
  av_dict_set(&options, "protocol_whitelist", "file", 0);
  if (containers) av_dict_set(&options, "format_whitelist", containers, 0);
  AVFormatContext* opened = nullptr;
  // "file:" keeps a name such as "http:x.wav" from being taken for an address.
  const int code = avformat_open_input(&opened, ("file:" + path.string()).c_str(), nullptr, &options);
  av_dict_free(&options);
  InputPtr input(opened);
  if (code < 0) throw_open_error(path, code);
  const int found = avformat_find_stream_info(input.get(), nullptr);
  if (found < 0) throw_open_error(path, found);
  return input;
}

int choose_sound_stream(AVFormatContext* input) {
  const int index = av_find_best_stream(input, AVMEDIA_TYPE_AUDIO, -1, -1, nullptr, 0);
  for (unsigned i = 0; i < input->nb_streams; ++i) {
    if (static_cast<int>(i) != index) input->streams[i]->discard = AVDISCARD_ALL;
  }
  return index;
}

int choose_picture_stream(AVFormatContext* input) {
  int chosen = av_find_best_stream(input, AVMEDIA_TYPE_VIDEO, -1, -1, nullptr, 0);
  for (unsigned i = 0; chosen >= 0 && i < input->nb_streams; ++i) {
    if (!(input->streams[chosen]->disposition & AV_DISPOSITION_ATTACHED_PIC)) break;
    const bool moves = input->streams[i]->codecpar->codec_type == AVMEDIA_TYPE_VIDEO &&
                       !(input->streams[i]->disposition & AV_DISPOSITION_ATTACHED_PIC);
    if (moves) chosen = static_cast<int>(i);
  }
  return chosen;
}

const AVCodec* find_encoder(const char* const* names, size_t count) {
  for (size_t i = 0; i < count; ++i) {
    if (const AVCodec* codec = avcodec_find_encoder_by_name(names[i])) return codec;
  }
  return nullptr;
}

}  // namespace spectradiff
