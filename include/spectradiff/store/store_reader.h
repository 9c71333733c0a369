// A store that is read and not claimed: what others have made.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>

#include "spectradiff/image/canvas.h"

namespace spectradiff {

// One thread.
class StoreReader {
 public:
  // Reads through all of it; changes nothing but what a killed process has left half written. Error{output}
  // where it is not there, is no store of this program or of a newer version, and where it cannot be read.
  explicit StoreReader(std::filesystem::path file);
  ~StoreReader();
  StoreReader(StoreReader&&) noexcept;

  const std::filesystem::path& file() const;
  std::string about(const std::string& name) const;  // as FrameStore's

  int64_t pictures() const;  // how many are whole
  bool is_damaged() const;   // there were more
  // "process 4711 on turing", where a process has claimed it that lives or cannot be asked; else empty.
  std::string holder() const;

  bool holds(const std::string& key) const;     // whole
  int64_t bytes(const std::string& key) const;  // as it lies there; 0 where it does not
  // Error{output} where it is no longer whole.
  Canvas picture(const std::string& key) const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace spectradiff
