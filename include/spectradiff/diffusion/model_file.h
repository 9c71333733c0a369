// A file of a model's folder, held open: what was checked is what is read.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>

namespace spectradiff {

// Immutable, shared freely between threads.
//
// What is promised of files that change after they were checked. One that another takes the name of (a copy,
// a download, `mv`) does not matter: the one that was checked stays open and is read. One that is written
// into is noticed by its times and its size, before anything of it is run: loading() fails. A write within
// the same tick of the file system's clock (some milliseconds) as a check, and whoever can set that clock or
// write to the disk below the file system, are not noticed.
class ModelFile {
 public:
  // Error{model} for what is no regular file or cannot be opened.
  explicit ModelFile(std::filesystem::path path);
  ~ModelFile();
  ModelFile(ModelFile&&) noexcept;

  const std::filesystem::path& path() const;  // it had this name when it was opened
  uint64_t bytes() const;
  void read(uint64_t at, std::span<char> into) const;  // all of it; Error{model} where the file is shorter
  std::string sha256() const;                          // reads every byte
  // Another name for the open file itself, while this lives.
  std::filesystem::path open_name() const;

  // Gives what `load` makes of the file, whose SHA-256 is `expected`. Error{model} when its content is
  // another by now, or changes while it is loaded.
  template <typename Load>
  auto loading(const std::string& expected, Load load) const {
    const Times before = require_content(expected);
    auto loaded = load();
    require_untouched(before);
    return loaded;
  }

 private:
  struct Times {
    int64_t bytes = 0, modified_s = 0, modified_ns = 0, changed_s = 0, changed_ns = 0;
    friend bool operator==(const Times&, const Times&) = default;
  };
  struct Handle;
  Times times() const;
  Times require_content(const std::string& expected) const;
  void require_untouched(const Times& since) const;

  std::unique_ptr<const Handle> handle_;
};

}  // namespace spectradiff
