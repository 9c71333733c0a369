#include "spectradiff/base/file_guard.h"

#include <sys/stat.h>

#include <algorithm>
#include <cstdint>
#include <map>
#include <optional>
#include <utility>

#include "links.h"
#include "spectradiff/base/error.h"
#include "spectradiff/base/text.h"

namespace spectradiff {
namespace {

namespace fs = std::filesystem;

// What exists is its device and inode. What does not is the nearest folder that does, and the rest of the
// path.
struct Id {
  uint64_t device = 0;
  uint64_t inode = 0;
  std::string rest;
  friend auto operator<=>(const Id&, const Id&) = default;
};

struct Located {
  Id id;
  Id folder;
  std::string name;  // in the folder
};

std::optional<Id> id_of(fs::path path) {
  std::string rest;
  for (;;) {
    struct stat status{};
    if (::stat(path.c_str(), &status) == 0) return Id{status.st_dev, status.st_ino, std::move(rest)};
    if (path.filename().empty() || path == ".") return std::nullopt;
    rest = fmt::format("/{}{}", path.filename().native(), rest);
    path = detail::folder_of(path);
  }
}

// Nothing for what holds no bytes that could be lost: pipes, devices, "-"; and for links that lead nowhere.
std::optional<Located> locate(const fs::path& path) {
  if (path == "-") return std::nullopt;
  struct stat status{};
  const bool exists = ::stat(path.c_str(), &status) == 0;
  if (exists && !S_ISREG(status.st_mode) && !S_ISDIR(status.st_mode)) return std::nullopt;
  const auto file = detail::followed(path);
  if (!file) return std::nullopt;
  const auto id = id_of(exists ? path : *file);
  const auto folder = id_of(detail::folder_of(*file));
  if (!id || !folder) return std::nullopt;
  return Located{*id, *folder, file->filename().string()};
}

// One of two texts begins (or ends) with the other, and what it has more are digits of a number.
bool fits_beside_digits(std::string_view a, std::string_view b, bool at_begin) {
  if (a.size() > b.size()) std::swap(a, b);
  if (at_begin) return b.starts_with(a) && all_digits(b.substr(a.size()));
  return b.ends_with(a) && all_digits(b.substr(0, b.size() - a.size()));
}

std::string setting(const std::string& option, const fs::path& path) {
  return fmt::format("{} = {}", option, path.native());
}

}  // namespace

// One look at the disk: everything that is read and written, by what it is.
class FileGuard::Check {
 public:
  explicit Check(const FileGuard& guard);
  void written_file(const File& file);
  void written_names(const Names& names);

 private:
  static bool takes(const Names& names, const std::string& name);
  static bool overlap(const Names& written, const Names& other);
  static std::vector<File> present(const Names& names);
  void read_file(const File& file);
  void refuse_reader(const File& written, const Located& place) const;

  [[noreturn]] static void fail_read(const File& written, const File& read);
  [[noreturn]] static void fail_folder(const std::string& option, const fs::path& path, const Names& read);
  [[noreturn]] static void fail_twice(const std::string& option, const fs::path& path,
                                      const std::string& other_option, const fs::path& other);

  std::map<Id, std::vector<File>> readers_;
  std::map<Id, std::vector<std::pair<std::string, File>>> read_in_;  // by folder: names that are read
  std::map<Id, File> writers_;
  std::map<Id, std::vector<Names>> names_read_in_, names_written_in_;  // by folder
};

FileGuard::Check::Check(const FileGuard& guard) {
  for (const File& file : guard.read_files_) read_file(file);
  for (const Names& names : guard.read_names_) {
    const auto folder = id_of(names.folder);
    if (!folder) continue;
    std::vector<Names>& read = names_read_in_[*folder];
    const auto same = [&](const Names& other) {
      return other.option == names.option && other.path == names.path;
    };
    if (std::any_of(read.begin(), read.end(), same)) continue;
    read.push_back(names);
    for (const File& file : present(names)) read_file(file);
  }
}

// Once each: a batch reads one song many times.
void FileGuard::Check::read_file(const File& file) {
  const auto place = locate(file.path);
  if (!place) return;
  std::vector<File>& readers = readers_[place->id];
  const bool known = std::any_of(readers.begin(), readers.end(), [&](const File& reader) {
    return reader.option == file.option && reader.replaced_by == file.replaced_by;
  });
  if (known) return;
  readers.push_back(file);
  read_in_[place->folder].emplace_back(place->name, file);
}

void FileGuard::Check::refuse_reader(const File& written, const Located& place) const {
  const auto readers = readers_.find(place.id);
  if (readers == readers_.end()) return;
  for (const File& reader : readers->second) {
    if (reader.replaced_by != written.option) fail_read(written, reader);
  }
}

void FileGuard::Check::written_file(const File& file) {
  const auto place = locate(file.path);
  if (!place) return;
  refuse_reader(file, *place);
  if (const auto read = names_read_in_.find(place->folder); read != names_read_in_.end()) {
    for (const Names& names : read->second) {
      if (takes(names, place->name)) fail_folder(file.option, file.path, names);
    }
  }
  if (const auto [other, first] = writers_.emplace(place->id, file); !first)
    fail_twice(other->second.option, other->second.path, file.option, file.path);
  if (const auto written = names_written_in_.find(place->folder); written != names_written_in_.end()) {
    for (const Names& names : written->second) {
      if (takes(names, place->name)) fail_twice(names.option, names.path, file.option, file.path);
    }
  }
}

void FileGuard::Check::written_names(const Names& names) {
  const auto folder = id_of(names.folder);
  if (!folder) return;
  for (const File& file : present(names)) {
    if (const auto place = locate(file.path)) refuse_reader({names.option, names.path, ""}, *place);
  }
  for (const auto& [name, reader] : read_in_[*folder]) {
    if (takes(names, name) && reader.replaced_by != names.option)
      fail_read({names.option, names.path, ""}, reader);
  }
  for (const Names& read : names_read_in_[*folder]) {
    if (overlap(names, read)) fail_folder(names.option, names.path, read);
  }
  for (const Names& other : names_written_in_[*folder]) {
    if (overlap(names, other)) fail_twice(other.option, other.path, names.option, names.path);
  }
  names_written_in_[*folder].push_back(names);
}

bool FileGuard::Check::takes(const Names& names, const std::string& name) {
  if (!names.numbered) return names.takes(name);
  const size_t around = names.before.size() + names.after.size();
  return name.size() > around && name.starts_with(names.before) && name.ends_with(names.after) &&
         all_digits(std::string_view(name).substr(names.before.size(), name.size() - around));
}

// Whether a name could be of both.
bool FileGuard::Check::overlap(const Names& written, const Names& other) {
  if (!other.numbered) return other.takes(written.before + "0" + written.after);
  return fits_beside_digits(written.before, other.before, true) &&
         fits_beside_digits(written.after, other.after, false);
}

std::vector<FileGuard::File> FileGuard::Check::present(const Names& names) {
  std::vector<File> files;
  std::error_code failed;
  for (fs::directory_iterator entry(names.folder, failed), end; !failed && entry != end;
       entry.increment(failed)) {
    if (takes(names, entry->path().filename().string())) files.push_back({names.option, entry->path(), ""});
  }
  return files;
}

void FileGuard::Check::fail_read(const File& written, const File& read) {
  throw_error(ErrorKind::usage, "{} would overwrite what {} reads{}; give {} another name",
              setting(written.option, written.path), setting(read.option, read.path),
              written.path == read.path ? "" : " (both lead to the same file)", written.option);
}

void FileGuard::Check::fail_folder(const std::string& option, const fs::path& path, const Names& read) {
  throw_error(ErrorKind::usage, "{} would be written among the files that {} reads; give {} another folder",
              setting(option, path), setting(read.option, read.path), option);
}

void FileGuard::Check::fail_twice(const std::string& option, const fs::path& path,
                                  const std::string& other_option, const fs::path& other) {
  throw_error(ErrorKind::usage, "{} and {} would overwrite each other; give one of them another name",
              setting(option, path), setting(other_option, other));
}

FileGuard::Names FileGuard::numbered(std::string_view option, const fs::path& pattern) {
  const std::string name = pattern.filename().string();
  const size_t begin = name.find('%');
  const size_t end = name.find('d', begin == std::string::npos ? begin : begin + 1);
  if (end == std::string::npos || !all_digits(std::string_view(name).substr(begin + 1, end - begin - 1)))
    throw_error(ErrorKind::internal, "{} has no %d in its name", setting(std::string(option), pattern));
  Names names{std::string(option),
              pattern,
              detail::folder_of(pattern),
              name.substr(0, begin),
              name.substr(end + 1),
              true,
              {}};
  return names;
}

void FileGuard::reads(std::string_view option, const fs::path& file, std::string_view replaced_by) {
  read_files_.push_back({std::string(option), file, std::string(replaced_by)});
}

void FileGuard::reads_folder(std::string_view option, const fs::path& folder,
                             std::function<bool(const std::string&)> takes) {
  read_names_.push_back({std::string(option), folder, folder, "", "", false, std::move(takes)});
}

void FileGuard::reads_numbered(std::string_view option, const fs::path& pattern) {
  read_names_.push_back(numbered(option, pattern));
}

void FileGuard::writes(std::string_view option, const fs::path& file) {
  written_files_.push_back({std::string(option), file, ""});
}

void FileGuard::writes_numbered(std::string_view option, const fs::path& pattern) {
  written_names_.push_back(numbered(option, pattern));
}

void FileGuard::check() const {
  Check check(*this);
  for (const Names& names : written_names_) check.written_names(names);
  for (const File& file : written_files_) check.written_file(file);
}

}  // namespace spectradiff
