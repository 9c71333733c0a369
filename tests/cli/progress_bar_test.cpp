#include "progress_bar.h"

#include <gmock/gmock.h>

#include <algorithm>

#include "spectradiff/base/text.h"

namespace spectradiff {
namespace {

using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

const ProgressText kText{"[3] render", 120, 240, 48, "3.1 frames/s", "1:29 left"};
const ProgressText kAnew{"render", 120, 240, 0, "3.1 frames/s", "1:29 left"};

TEST(ProgressBar, ItIsShorterThanTheTerminalIsWide) {
  for (size_t columns = 1; columns < 200; ++columns)
    EXPECT_LT(utf8_characters(progress_bar(kText, columns)).size(), std::max<size_t>(columns, 2)) << columns;
}

TEST(ProgressBar, WhatMattersLeastGoesFirst) {
  const std::string all = "[3] render 120/240 frames, 48 reused, 3.1 frames/s, 1:29 left";
  EXPECT_EQ(progress_line(kText), all);
  EXPECT_EQ(progress_bar(kText, 100), "[====##########..........] " + all);
  EXPECT_EQ(progress_bar(kText, all.size() + 1 + 13), "[=####.....] " + all);
  EXPECT_EQ(progress_bar(kText, all.size() + 1), all);
  EXPECT_THAT(progress_bar(kText, 50), HasSubstr("[3] render 120/240 frames, 48 reused, 1:29 left"));
  EXPECT_EQ(progress_bar(kText, 40), "120/240 frames, 48 reused, 1:29 left");
  EXPECT_EQ(progress_bar(kText, 22), "120/240+48, 1:29 left");
}

TEST(ProgressBar, TwentyColumnsHoldFramesAndTime) {
  EXPECT_EQ(progress_bar({"render", 12, 246, 0, "3.1 frames/s", "1:29 left"}, 20), "12/246, 1:29 left");
  EXPECT_EQ(progress_bar({"render", 12, 246, 4, "3.1 frames/s", "1:29 left"}, 20), "12/246+4, 1:29 left");
  EXPECT_EQ(progress_bar({"render", 1200, 2460, 42, "3.1 frames/s", "1:29:00 left"}, 20), "1200/2460+42");
}

TEST(ProgressBar, WhatWasThereIsToldFromWhatIsMade) {
  EXPECT_THAT(progress_bar(kAnew, 100), StartsWith("[############............] render 120/240 frames, 3.1"));
  EXPECT_THAT(progress_bar({"render", 0, 0, 48, "", ""}, 100), StartsWith("[========================]"));
  EXPECT_THAT(progress_bar({"render", 0, 240, 240, "", ""}, 100), StartsWith("[============............]"));
}

TEST(ProgressBar, ItIsFullAtTheEndAndEmptyAtTheBegin) {
  EXPECT_THAT(progress_bar({"render", 240, 240, 0, "", ""}, 100), StartsWith("[########################]"));
  EXPECT_THAT(progress_bar({"render", 0, 240, 0, "", ""}, 100), StartsWith("[........................]"));
  EXPECT_THAT(progress_bar({"", 0, 5, 0, "", ""}, 100), Not(HasSubstr(",")));
}

}  // namespace
}  // namespace spectradiff
