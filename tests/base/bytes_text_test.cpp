#include "spectradiff/base/bytes_text.h"

#include <gtest/gtest.h>

namespace spectradiff {
namespace {

TEST(BytesText, IsAsPeopleSayIt) {
  EXPECT_EQ(bytes_text(0), "0 bytes");
  EXPECT_EQ(bytes_text(999), "999 bytes");
  EXPECT_EQ(bytes_text(1500), "1.5 kB");
  EXPECT_EQ(bytes_text(999'400), "999 kB");
  EXPECT_EQ(bytes_text(999'600), "1.0 MB");
  EXPECT_EQ(bytes_text(9'960'000), "10 MB");
  EXPECT_EQ(bytes_text(83'400'000'000), "83 GB");
  EXPECT_EQ(bytes_text(UINT64_MAX), "18 EB");
}

}  // namespace
}  // namespace spectradiff
