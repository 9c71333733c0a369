// Messages to the person at the terminal, on stderr.
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string_view>

namespace spectradiff {

enum class LogLevel { quiet, normal, verbose };  // -q shows errors only, -v adds details

// Owned by main; libraries below hand their notes upwards instead. Thread-safe.
class Log {
 public:
  // `file` gets every message with its time, whatever the level; Error{output} when it cannot be opened.
  Log(LogLevel level, bool colour, const std::optional<std::filesystem::path>& file);
  ~Log();

  void detail(std::string_view message);
  void info(std::string_view message);
  void warn(std::string_view message);
  void error(std::string_view message);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace spectradiff
