#include "spectradiff/media/song_tags.h"

#include "libav.h"
#include "spectradiff/base/text.h"

namespace spectradiff {
namespace {

constexpr int kMaxCoverBytes = 16 << 20;
constexpr size_t kMaxTagBytes = 4096;

// Most containers say it of the file, Ogg of its stream.
std::string text_of(const AVFormatContext* input, const char* key) {
  const AVDictionaryEntry* entry = av_dict_get(input->metadata, key, nullptr, 0);
  for (unsigned i = 0; entry == nullptr && i < input->nb_streams; ++i)
    entry = av_dict_get(input->streams[i]->metadata, key, nullptr, 0);
  const std::string text = entry ? entry->value : "";
  return text.size() <= kMaxTagBytes && is_valid_utf8(text) ? text : "";
}

void take_cover(const AVStream* stream, SongTags& tags) {
  const AVPacket& picture = stream->attached_pic;
  const AVCodecParameters& kind = *stream->codecpar;
  const bool known = kind.codec_id == AV_CODEC_ID_MJPEG || kind.codec_id == AV_CODEC_ID_PNG;
  if (!known || picture.size <= 0 || picture.size > kMaxCoverBytes || kind.width < 1 || kind.height < 1)
    return;
  tags.cover.assign(picture.data, picture.data + picture.size);
  tags.cover_is_png = kind.codec_id == AV_CODEC_ID_PNG;
  tags.cover_size = {kind.width, kind.height};
}

}  // namespace

SongTags read_song_tags(const std::filesystem::path& song) {
  quiet_libav();
  InputPtr input;
  try {
    input = open_media_file(song);
  } catch (const Error& error) {
    if (error.kind() != ErrorKind::input) throw;
    return {};
  }
  SongTags tags;
  tags.title = text_of(input.get(), "title");
  tags.artist = text_of(input.get(), "artist");
  tags.album = text_of(input.get(), "album");
  tags.date = text_of(input.get(), "date");
  for (unsigned i = 0; i < input->nb_streams && tags.cover.empty(); ++i) {
    if (input->streams[i]->disposition & AV_DISPOSITION_ATTACHED_PIC) take_cover(input->streams[i], tags);
  }
  return tags;
}

}  // namespace spectradiff
