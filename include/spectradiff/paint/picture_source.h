// Pictures from files by frame of a song.
#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "spectradiff/base/file_guard.h"
#include "spectradiff/base/rational.h"
#include "spectradiff/image/canvas.h"
#include "spectradiff/media/picture_reader.h"
#include "spectradiff/paint/paint_settings.h"

namespace spectradiff {

// The files of a picture, a video, a folder of pictures or a pattern with one %d, in the order they are
// shown. `option` names it in errors: Error{input} where there are none, Error{usage} without a path.
std::vector<std::filesystem::path> picture_files(const std::filesystem::path& path,
                                                 const std::string& option);

// Of a pattern the number of its first file, which is shown with the song's first frame; else 0. Errors as
// picture_files().
int64_t first_number(const std::filesystem::path& path, const std::string& option);

// Adds what a source of this path reads: a file, the pictures of a folder, or those of a pattern.
void add_picture_files(FileGuard& guard, std::string_view option, const std::filesystem::path& path);

// at() may be called on many threads.
class PictureSource {
 public:
  // `option` names the source in errors; `ground` shows through what is transparent. Error{input} when
  // nothing can be read, Error{usage} without a path.
  PictureSource(const ImageSource& source, const Rational& song_fps, Rgb ground, std::string option);

  Canvas at(int64_t frame) const;  // in its own size; what follows the last picture is the source's `end`
  // The song's frames from 0 until the pictures run out; absent: a still, which lasts.
  std::optional<int64_t> frames() const;

 private:
  const std::filesystem::path& file_at(int64_t number) const;

  const ImageSource source_;
  const Rational song_fps_;
  const Rgb ground_;
  std::unique_ptr<const PictureReader> reader_;     // of a single file
  std::map<int64_t, std::filesystem::path> files_;  // of a folder or pattern, by number, the first one 0
};

}  // namespace spectradiff
