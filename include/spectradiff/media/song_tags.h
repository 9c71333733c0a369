// What a song says of itself: carried over into its video.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "spectradiff/image/canvas.h"

namespace spectradiff {

struct SongTags {
  std::string title, artist, album, date;  // UTF-8; empty: not said
  std::vector<uint8_t> cover;              // a whole JPEG or PNG file as the song holds it; empty: none
  bool cover_is_png = false;
  Size cover_size;
};

// Of any file that libav opens, empty where it opens none. What could not be carried over is left out: text
// that is not UTF-8, covers of other kinds, above 16 MiB or of unknown size. Error{memory}.
SongTags read_song_tags(const std::filesystem::path& song);

}  // namespace spectradiff
