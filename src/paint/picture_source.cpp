#include "spectradiff/paint/picture_source.h"

#include <algorithm>
#include <array>
#include <string_view>

#include "spectradiff/base/error.h"
#include "spectradiff/base/number.h"
#include "spectradiff/base/text.h"

namespace spectradiff {
namespace {

namespace fs = std::filesystem;

constexpr std::array kEndings = {".png", ".jpg", ".jpeg", ".webp", ".tif",  ".tiff",
                                 ".bmp", ".gif", ".ppm",  ".pgm",  ".avif", ".exr"};

// Not what systems keep beside pictures: "._a.png".
bool is_picture_name(const fs::path& path) {
  if (path.filename().string().starts_with('.')) return false;
  std::string ending = path.extension().string();
  std::transform(ending.begin(), ending.end(), ending.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
  return std::find(kEndings.begin(), kEndings.end(), ending) != kEndings.end();
}

// frame2 before frame10: digits count as the number they write.
bool comes_before(const std::string& a, const std::string& b) {
  size_t i = 0, j = 0;
  while (i < a.size() && j < b.size()) {
    if (!is_digit(a[i]) || !is_digit(b[j])) {
      if (a[i] != b[j]) return a[i] < b[j];
      ++i, ++j;
      continue;
    }
    while (i < a.size() && a[i] == '0') ++i;
    while (j < b.size() && b[j] == '0') ++j;
    const size_t a_begin = i, b_begin = j;
    while (i < a.size() && is_digit(a[i])) ++i;
    while (j < b.size() && is_digit(b[j])) ++j;
    if (i - a_begin != j - b_begin) return i - a_begin < j - b_begin;
    if (const int order = a.compare(a_begin, i - a_begin, b, b_begin, j - b_begin); order != 0)
      return order < 0;
  }
  return a.size() - i != b.size() - j ? a.size() - i < b.size() - j : a < b;
}

std::vector<fs::path> files_in(const fs::path& folder, const std::string& option) {
  std::vector<fs::path> files;
  std::error_code failed;
  for (fs::directory_iterator entry(folder, failed), end; !failed && entry != end; entry.increment(failed))
    files.push_back(entry->path());
  if (failed)
    throw_error(ErrorKind::input, "{} = {} cannot be read: {}", option, folder.string(), failed.message());
  return files;
}

std::map<int64_t, fs::path> pictures_of_folder(const fs::path& folder, const std::string& option) {
  std::vector<fs::path> files = files_in(folder, option);
  std::erase_if(files, [](const fs::path& file) { return !is_picture_name(file); });
  std::sort(files.begin(), files.end(), [](const fs::path& a, const fs::path& b) {
    return comes_before(a.filename().string(), b.filename().string());
  });
  std::map<int64_t, fs::path> numbered;
  for (fs::path& file : files) numbered.emplace(static_cast<int64_t>(numbered.size()), std::move(file));
  if (numbered.empty()) throw_error(ErrorKind::input, "{} = {} holds no pictures", option, folder.string());
  return numbered;
}

// A name with one %d or %0Nd in its last part, else nothing: what stands before it and behind.
std::optional<std::pair<std::string, std::string>> pattern_of(const fs::path& path) {
  const std::string name = path.filename().string();
  const size_t begin = name.find('%');
  if (begin == std::string::npos) return std::nullopt;
  size_t end = begin + 1;
  while (end < name.size() && is_digit(name[end])) ++end;
  if (end == name.size() || name[end] != 'd') return std::nullopt;
  return std::pair(name.substr(0, begin), name.substr(end + 1));
}

std::map<int64_t, fs::path> pictures_of_pattern(const fs::path& path, const std::string& before,
                                                const std::string& after, const std::string& option) {
  std::map<int64_t, fs::path> numbered;
  for (const fs::path& file : files_in(path.has_parent_path() ? path.parent_path() : ".", option)) {
    const std::string name = file.filename().string();
    if (!name.starts_with(before) || !name.ends_with(after) || name.size() <= before.size() + after.size())
      continue;
    const std::string digits = name.substr(before.size(), name.size() - before.size() - after.size());
    if (!std::all_of(digits.begin(), digits.end(), is_digit)) continue;
    if (const auto number =
            parse_integer(digits.substr(std::min(digits.find_first_not_of('0'), digits.size() - 1))))
      numbered.emplace(*number, file);
  }
  if (numbered.empty()) throw_error(ErrorKind::input, "{} = {} names no file", option, path.string());
  return numbered;
}

PictureReader::End end_of(const ImageSource& source) {
  return source.end == ImageSource::End::loop ? PictureReader::End::loop : PictureReader::End::hold;
}

// The song's frames that begin before `seconds`.
int64_t frames_before(const Rational& seconds, const Rational& song_fps) {
  return mul_div_ceil(seconds.num, song_fps.num, seconds.den * song_fps.den);
}

// Of a folder or pattern, by number; empty for a single file.
std::map<int64_t, fs::path> numbered_files(const fs::path& path, const std::string& option) {
  if (path.empty())
    throw_error(ErrorKind::usage, "no picture is named; --image PATH takes a picture, a video or a folder");
  std::error_code failed;
  if (fs::is_directory(path, failed)) return pictures_of_folder(path, option);
  const auto pattern = pattern_of(path);
  if (!pattern || fs::exists(path, failed)) return {};
  return pictures_of_pattern(path, pattern->first, pattern->second, option);
}

}  // namespace

void add_picture_files(FileGuard& guard, std::string_view option, const fs::path& path) {
  std::error_code failed;
  if (fs::is_directory(path, failed)) {
    guard.reads_folder(option, path, [](const std::string& name) { return is_picture_name(name); });
  } else if (pattern_of(path) && !fs::exists(path, failed)) {
    guard.reads_numbered(option, path);
  } else {
    guard.reads(option, path);
  }
}

int64_t first_number(const fs::path& path, const std::string& option) {
  const auto files = numbered_files(path, option);
  return files.empty() ? 0 : files.begin()->first;
}

std::vector<fs::path> picture_files(const fs::path& path, const std::string& option) {
  std::vector<fs::path> files;
  for (auto& [number, file] : numbered_files(path, option)) files.push_back(std::move(file));
  if (files.empty()) files.push_back(path);
  return files;
}

PictureSource::PictureSource(const ImageSource& source, const Rational& song_fps, Rgb ground,
                             std::string option)
    : source_(source), song_fps_(song_fps), ground_(ground), files_(numbered_files(source.path, option)) {
  if (files_.empty()) {
    reader_ = std::make_unique<const PictureReader>(source.path, ground_);
  } else {
    std::map<int64_t, fs::path> from_0;
    for (auto& [number, file] : files_) from_0.emplace(number - files_.begin()->first, std::move(file));
    files_ = std::move(from_0);
    at(0);  // what cannot be read is known at once
  }
}

// The last one that is not behind it.
const fs::path& PictureSource::file_at(int64_t number) const {
  return std::prev(files_.upper_bound(number))->second;
}

Canvas PictureSource::at(int64_t frame) const {
  if (reader_) {
    const Rational seconds(mul_div_floor(frame, song_fps_.den, 1), song_fps_.num);
    return reader_->at(seconds, end_of(source_));
  }
  int64_t number = frame;
  if (source_.fps.num > 0) {
    // floor(frame / song fps · picture fps), exact
    number = mul_div_floor(frame, song_fps_.den * source_.fps.num, song_fps_.num * source_.fps.den);
  }
  const int64_t count = files_.rbegin()->first + 1;
  if (source_.end == ImageSource::End::loop) number %= count;
  return PictureReader(file_at(number), ground_).at(Rational(0), PictureReader::End::hold);
}

std::optional<int64_t> PictureSource::frames() const {
  if (reader_) {
    if (reader_->pictures() == 1) return std::nullopt;
    return frames_before(reader_->duration(), song_fps_);
  }
  const int64_t count = files_.rbegin()->first + 1;
  if (source_.fps.num == 0) return count;
  return frames_before(Rational(count * source_.fps.den, source_.fps.num), song_fps_);
}

}  // namespace spectradiff
