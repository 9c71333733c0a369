// A folder that goes away with its object, and all that is in it.
#pragma once

#include <filesystem>
#include <utility>

namespace spectradiff {

class PassingFolder {
 public:
  explicit PassingFolder(std::filesystem::path path) : path_(std::move(path)) {}
  ~PassingFolder() {
    std::error_code failed;
    std::filesystem::remove_all(path_, failed);
  }
  PassingFolder(const PassingFolder&) = delete;
  PassingFolder& operator=(const PassingFolder&) = delete;
  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

}  // namespace spectradiff
