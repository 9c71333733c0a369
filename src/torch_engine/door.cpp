#include "door.h"

#include <algorithm>
#include <array>
#include <new>

#include "spectradiff/base/error.h"

namespace spectradiff {
namespace {

constexpr std::string_view kInterpreterPreamble =
    "The following operation failed in the TorchScript interpreter.";

// libtorch has an exception of its own for exhausted memory, but the interpreter passes on only its text.
constexpr std::array<std::string_view, 3> kMemoryTexts = {"out of memory", "can't allocate memory",
                                                          "not enough memory"};

bool is_about_memory(std::string_view text) {
  return std::any_of(kMemoryTexts.begin(), kMemoryTexts.end(),
                     [&](std::string_view part) { return text.find(part) != std::string_view::npos; });
}

[[noreturn]] void throw_memory(const std::string& what, const std::string& detail) {
  throw_error(ErrorKind::memory, "{}: out of memory ({}); a smaller --batch-size or picture needs less", what,
              detail);
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
  } catch (const c10::AcceleratorError& error) {
    throw_error(ErrorKind::device, "{}: the device failed: {}", what,
                telling_line(error.what_without_backtrace()));
  } catch (const c10::Error& error) {
    const std::string line = telling_line(error.what_without_backtrace());
    if (is_about_memory(line)) throw_memory(what, line);
    throw_error(ErrorKind::model, "{}: {}", what, line);
  } catch (const std::exception& error) {
    const std::string line = telling_line(error.what());
    if (is_about_memory(line)) throw_memory(what, line);
    throw_error(ErrorKind::model, "{}: {}", what, line);
  }
}

}  // namespace spectradiff
