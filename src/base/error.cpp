#include "spectradiff/base/error.h"

#include <system_error>

namespace spectradiff {

int exit_code(ErrorKind kind) {
  switch (kind) {
    case ErrorKind::internal:
      return 1;
    case ErrorKind::usage:
      return 2;
    case ErrorKind::input:
      return 3;
    case ErrorKind::model:
      return 4;
    case ErrorKind::output:
      return 5;
    case ErrorKind::memory:
      return 6;
    case ErrorKind::device:
      return 8;
  }
  return 1;
}

std::string errno_text(int error_number) {
  return std::generic_category().message(error_number);
}

}  // namespace spectradiff
