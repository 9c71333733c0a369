#include "codec_table.h"

#include <algorithm>
#include <array>

namespace spectradiff {
namespace {

constexpr const char* kAnyContainer[] = {"mp4", "mov", "mkv"};
constexpr const char* kMatroskaOnly[] = {"mkv"};
constexpr const char* kMatroskaAndWebm[] = {"mkv", "webm"};

constexpr const char* kAacEncoders[] = {"aac"};
constexpr const char* kAlacEncoders[] = {"alac"};
constexpr const char* kFlacEncoders[] = {"flac"};
constexpr const char* kOpusEncoders[] = {"libopus"};
constexpr int kAacRatesHz[] = {7350,  8000,  11025, 12000, 16000, 22050, 24000,
                               32000, 44100, 48000, 64000, 88200, 96000};
constexpr int kOpusRatesHz[] = {48000};

const AudioCodecRow kAudioCodecs[] = {
    {"aac", AV_CODEC_ID_AAC, kAacEncoders, kAnyContainer, AV_SAMPLE_FMT_FLTP, 0, kAacRatesHz, 8, false},
    {"alac", AV_CODEC_ID_ALAC, kAlacEncoders, kAnyContainer, AV_SAMPLE_FMT_S32P, 24, {}, 8, true},
    {"flac", AV_CODEC_ID_FLAC, kFlacEncoders, kMatroskaOnly, AV_SAMPLE_FMT_S32, 24, {}, 8, true},
    {"opus", AV_CODEC_ID_OPUS, kOpusEncoders, kMatroskaAndWebm, AV_SAMPLE_FMT_FLT, 0, kOpusRatesHz, 8, false},
};

struct ContainerRow {
  Container container;
  const char* name;
  const char* muxer;
};

constexpr ContainerRow kContainers[] = {
    {Container::mp4, "mp4", "mp4"},    {Container::mov, "mov", "mov"}, {Container::mkv, "mkv", "matroska"},
    {Container::webm, "webm", "webm"}, {Container::gif, "gif", "gif"}, {Container::webp, "webp", "webp"},
    {Container::apng, "apng", "apng"},
};

const ContainerRow& container_row(Container container) {
  for (const ContainerRow& row : kContainers) {
    if (row.container == container) return row;
  }
  throw_error(ErrorKind::internal, "container {} is not in the table", static_cast<int>(container));
}

}  // namespace

std::string list_names(std::span<const char* const> names) {
  std::string text;
  for (const char* name : names) text += (text.empty() ? "" : ", ") + std::string(name);
  return text;
}

bool names_contain(std::span<const char* const> names, std::string_view name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

const AudioCodecRow& audio_codec_row(std::string_view name) {
  return row_named<AudioCodecRow>(kAudioCodecs, name, "audio_codec");
}

const AudioCodecRow& default_audio_codec(Container container, bool lossless_source) {
  if (container == Container::webm) return audio_codec_row("opus");
  if (container == Container::mkv && lossless_source) return audio_codec_row("flac");
  return audio_codec_row("aac");
}

bool may_copy_into(Container container, AVCodecID codec) {
  switch (container) {
    case Container::mp4:
    case Container::mov:
      return codec == AV_CODEC_ID_AAC || codec == AV_CODEC_ID_MP3 || codec == AV_CODEC_ID_ALAC;
    case Container::webm:
      return codec == AV_CODEC_ID_OPUS || codec == AV_CODEC_ID_VORBIS;
    case Container::mkv: {
      const AVOutputFormat* matroska = av_guess_format("matroska", nullptr, nullptr);
      return matroska && avformat_query_codec(matroska, codec, FF_COMPLIANCE_NORMAL) == 1;
    }
    case Container::gif:
    case Container::webp:
    case Container::apng:
      return false;
  }
  return false;
}

std::string default_video_codec(Container container, bool transparent) {
  if (is_loop(container)) return container_name(container);
  if (transparent && container == Container::mov) return "prores";
  if (transparent && container == Container::mkv) return "ffv1";
  return container == Container::webm ? "vp9" : "h264";
}

const char* container_name(Container container) {
  return container_row(container).name;
}
const char* muxer_name(Container container) {
  return container_row(container).muxer;
}

int nearest_rate_hz(const AudioCodecRow& row, int rate_hz) {
  if (row.rates_hz.empty()) return rate_hz;
  const auto above = std::upper_bound(row.rates_hz.begin(), row.rates_hz.end(), rate_hz);
  return above == row.rates_hz.begin() ? row.rates_hz.front() : *(above - 1);
}

Container container_of(const std::filesystem::path& path) {
  std::string extension = path.extension().string();
  for (char& letter : extension) {
    if (letter >= 'A' && letter <= 'Z') letter = static_cast<char>(letter - 'A' + 'a');
  }
  for (const ContainerRow& row : kContainers) {
    if (extension == std::string(".") + row.name) return row.container;
  }
  std::error_code failed;
  if (std::filesystem::is_directory(path, failed)) {
    const std::string inside = (path / "").string();
    throw_error(ErrorKind::usage,
                "output = {}: this is a folder; name the video in it, {}video.mp4, or frames, '{}%05d.png'",
                path.string(), inside, inside);
  }
  throw_error(
      ErrorKind::usage,
      "output = {}: the name does not say what kind of video to write; end it in .mp4, .mov, .mkv or .webm, "
      "or, for a loop without sound, in .gif, .webp or .apng",
      path.string());
}

}  // namespace spectradiff
