#include "spectradiff/base/error.h"

#include <gtest/gtest.h>

#include <cerrno>

namespace spectradiff {
namespace {

TEST(Error, EachKindIsTheExitCodeOfTheContract) {
  EXPECT_EQ(exit_code(ErrorKind::internal), 1);
  EXPECT_EQ(exit_code(ErrorKind::usage), 2);
  EXPECT_EQ(exit_code(ErrorKind::input), 3);
  EXPECT_EQ(exit_code(ErrorKind::model), 4);
  EXPECT_EQ(exit_code(ErrorKind::output), 5);
  EXPECT_EQ(exit_code(ErrorKind::memory), 6);
  EXPECT_EQ(exit_code(ErrorKind::device), 8);
}

TEST(Error, CarriesAFormattedMessage) {
  try {
    throw_error(ErrorKind::usage, "fps = {} is outside 0..{}", -3, 240);
  } catch (const Error& e) {
    EXPECT_STREQ(e.what(), "fps = -3 is outside 0..240");
    EXPECT_EQ(e.kind(), ErrorKind::usage);
  }
}

TEST(Error, NamesErrnoInWords) {
  EXPECT_EQ(errno_text(ENOSPC), "No space left on device");
}

}  // namespace
}  // namespace spectradiff
