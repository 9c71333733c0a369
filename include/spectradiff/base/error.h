// The one error type: what failed, in words for the user, and whose fault it is.
#pragma once

#include <fmt/core.h>

#include <stdexcept>
#include <string>
#include <utility>

namespace spectradiff {

// Each kind is one exit code of the program (see exit_code).
enum class ErrorKind {
  internal,  // 1: a bug
  usage,     // 2: flag, value, preset, JSON
  input,     // 3: sound, picture or video unreadable or rejected
  model,     // 4: model missing, damaged, untrusted, incompatible
  output,    // 5: exists, permission, disk full, closed pipe
  memory,    // 6: out of memory after all fall-backs
  device,    // 8: device unavailable
};

// A message names what failed, the value, what is allowed and what to do next.
class Error : public std::runtime_error {
 public:
  Error(ErrorKind kind, const std::string& message) : std::runtime_error(message), kind_(kind) {}
  ErrorKind kind() const { return kind_; }

 private:
  ErrorKind kind_;
};

int exit_code(ErrorKind kind);

// throw_error(ErrorKind::usage, "fps = {} is outside 0..240", value)
template <typename... Args>
[[noreturn]] void throw_error(ErrorKind kind, fmt::format_string<Args...> format, Args&&... args) {
  throw Error(kind, fmt::format(format, std::forward<Args>(args)...));
}

// The text of errno, as "No space left on device".
std::string errno_text(int error_number);

}  // namespace spectradiff
