#include "door.h"

#include <algorithm>
#include <array>
#include <new>

#include "spectradiff/base/error.h"

namespace spectradiff {
namespace {

constexpr std::string_view kInterpreterPreamble =
    "The following operation failed in the TorchScript interpreter.";

// libtorch has exceptions of its own for these, but the interpreter passes on only their text.
constexpr std::array<std::string_view, 3> kMemoryTexts = {"out of memory", "can't allocate memory",
                                                          "not enough memory"};
constexpr std::array<std::string_view, 4> kDeviceTexts = {"CUDA error", "cuDNN error", "CUBLAS_STATUS",
                                                          "MPS backend"};

template <size_t N>
bool holds_any(std::string_view text, const std::array<std::string_view, N>& parts) {
  return std::any_of(parts.begin(), parts.end(),
                     [&](std::string_view part) { return text.find(part) != std::string_view::npos; });
}

[[noreturn]] void throw_memory(const std::string& what, const std::string& detail) {
  throw_error(ErrorKind::memory, "{}: out of memory ({})", what, detail);
}

[[noreturn]] void throw_by_text(const std::string& what, const std::string& line) {
  if (holds_any(line, kMemoryTexts)) throw_memory(what, line);
  if (holds_any(line, kDeviceTexts)) throw_error(ErrorKind::device, "{}: the device failed: {}", what, line);
  throw_error(ErrorKind::model, "{}: {}", what, line);
}

}  // namespace

std::string telling_line(std::string_view message) {
  if (message.starts_with(kInterpreterPreamble)) {
    const size_t last = message.rfind("\nRuntimeError: ");
    if (last != std::string_view::npos)
      message.remove_prefix(last + std::string_view("\nRuntimeError: ").size());
  }
  const size_t begin = message.find_first_not_of(" \n\t");
  if (begin == std::string_view::npos) return "no reason given";
  message.remove_prefix(begin);
  return std::string(message.substr(0, message.find('\n')));
}

void rethrow_as_error(const std::string& what) {
  try {
    throw;
  } catch (const Error&) {
    throw;
  } catch (const c10::OutOfMemoryError& error) {
    throw_memory(what, telling_line(error.what_without_backtrace()));
  } catch (const std::bad_alloc&) {
    throw_memory(what, "the system has no more");
  } catch (const c10::Error& error) {
    throw_by_text(what, telling_line(error.what_without_backtrace()));
  } catch (const std::exception& error) {
    throw_by_text(what, telling_line(error.what()));
  }
}

}  // namespace spectradiff
