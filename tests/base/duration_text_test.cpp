#include "spectradiff/base/duration_text.h"

#include <gtest/gtest.h>

namespace spectradiff {
namespace {

TEST(DurationText, ReadsAsPeopleSayIt) {
  EXPECT_EQ(duration_text(0.25), "0.25 s");
  EXPECT_EQ(duration_text(183.52943310657596), "3:03.5");
  EXPECT_EQ(duration_text(119.97), "2:00.0");
  EXPECT_EQ(duration_text(3723.4), "1:02:03");
}

}  // namespace
}  // namespace spectradiff
