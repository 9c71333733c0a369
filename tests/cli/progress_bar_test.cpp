#include "progress_bar.h"

#include <gmock/gmock.h>

#include <algorithm>

#include "spectradiff/base/text.h"

namespace spectradiff {
namespace {

using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

const ProgressText kText{"[3] render", "120/288 frames", "3.1 frames/s", "1:29 left"};

TEST(ProgressBar, ItIsShorterThanTheTerminalIsWide) {
  for (size_t columns = 1; columns < 200; ++columns)
    EXPECT_LT(utf8_characters(progress_bar(kText, 0.5, columns)).size(), std::max<size_t>(columns, 2))
        << columns;
}

TEST(ProgressBar, WhatMattersLeastGoesFirst) {
  const std::string all = "[3] render 120/288 frames, 3.1 frames/s, 1:29 left";
  EXPECT_EQ(progress_line(kText), all);
  EXPECT_EQ(progress_bar(kText, 0.5, 100), "[############............] " + all);
  EXPECT_EQ(progress_bar(kText, 0.5, all.size() + 1 + 13), "[#####.....] " + all);
  EXPECT_EQ(progress_bar(kText, 0.5, all.size() + 1), all);
  EXPECT_THAT(progress_bar(kText, 0.5, 40), HasSubstr("[3] render 120/288 frames, 1:29 left"));
  EXPECT_EQ(progress_bar(kText, 0.5, 26), "120/288 frames, 1:29 left");
  EXPECT_EQ(progress_bar(kText, 0.5, 20), "120/288 frames");
}

TEST(ProgressBar, ItIsFullAtTheEndAndEmptyAtTheBegin) {
  EXPECT_THAT(progress_bar(kText, 1, 100), StartsWith("[########################]"));
  EXPECT_THAT(progress_bar(kText, 0, 100), StartsWith("[........................]"));
  EXPECT_THAT(progress_bar({"", "0/5 frames", "", ""}, 0, 100), Not(HasSubstr(",")));
}

}  // namespace
}  // namespace spectradiff
