#include "spectradiff/media/loop.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "media_fixtures.h"
#include "spectradiff/base/error.h"

namespace spectradiff::test {
namespace {

constexpr Container kLoops[] = {Container::gif, Container::webp, Container::apng};

VideoSettings loop_settings(Container container, Rational fps = Rational(15)) {
  VideoSettings settings = small_settings(container, fps);
  settings.video_codec = default_video_codec(container);
  settings.picture_size = settings.output_size = {48, 32};
  return settings;
}

LoopPictures moving(int64_t count) {
  return {count, [](int64_t index) { return test_picture({48, 32}, index); }, nullptr, nullptr};
}

TEST(Loops, SayHowLongTheyLastAndWhatTheyWereMadeWith) {
  const std::string comment = R"({"prompt": "<a & b> ü", "long": ")" + std::string(700, 'x') + "\"}";
  for (const Container container : kLoops) {
    for (const Rational& fps : {Rational(15), Rational(30000, 1001), Rational(7)}) {
      VideoSettings settings = loop_settings(container, fps);
      settings.comment = comment;
      const EncodedLoop loop = encode_loop(settings, moving(11));
      EXPECT_TRUE(begins_as_loop(loop.bytes));
      const LoopFacts facts = read_loop(loop.bytes, "it");
      EXPECT_EQ(facts.pictures, 11) << container_name(container);
      EXPECT_NEAR(facts.duration_s, 11 / fps.to_double(), 0.0051) << container_name(container);
      EXPECT_TRUE(facts.is_endless);
      EXPECT_EQ(facts.comment, comment);
    }
  }
}

TEST(Loops, OfOnePictureAreWhole) {
  for (const Container container : kLoops)
    EXPECT_EQ(read_loop(encode_loop(loop_settings(container), moving(1)).bytes, "it").pictures, 1);
}

TEST(Loops, ThatEndTooEarlyAreRefused) {
  for (const Container container : kLoops) {
    const std::string whole = encode_loop(loop_settings(container), moving(3)).bytes;
    for (size_t bytes = 12; bytes < whole.size(); bytes += 7) {
      try {
        read_loop(whole.substr(0, bytes), "cut.loop");
        FAIL() << container_name(container) << " of " << bytes << " bytes was taken";
      } catch (const Error& error) {
        EXPECT_EQ(error.kind(), ErrorKind::input);
        EXPECT_THAT(error.what(), testing::HasSubstr("cut.loop"));
      }
    }
  }
}

TEST(Loops, StayWithinTheirBytesOrSayTheLeast) {
  for (const Container container : kLoops) {
    VideoSettings settings = loop_settings(container);
    settings.output_size = {192, 128};
    const size_t whole = encode_loop(settings, moving(6)).bytes.size();
    settings.max_bytes = static_cast<int64_t>(whole / 2);
    const EncodedLoop loop = encode_loop(settings, moving(6));
    EXPECT_LE(loop.bytes.size(), whole / 2);
    EXPECT_NE(loop.choice, encode_loop(loop_settings(container), moving(6)).choice);
    settings.max_bytes = 100;
    EXPECT_THROW(encode_loop(settings, moving(6)), Error);
  }
}

TEST(Loops, AreTriedAtMostEightTimesAndTheLargestThatFitsIsKept) {
  for (const Container container : kLoops) {
    VideoSettings settings = loop_settings(container);
    settings.output_size = {192, 128};
    const auto whole = static_cast<double>(encode_loop(settings, moving(6)).bytes.size());
    for (const double share : {1.0, 0.9, 0.6, 0.4, 0.25, 0.15, 0.08, 0.04}) {
      settings.max_bytes = static_cast<int64_t>(whole * share);
      LoopPictures pictures = moving(6);
      std::vector<std::pair<std::string, uint64_t>> tries;
      pictures.tried = [&](const std::string& choice, uint64_t bytes) { tries.emplace_back(choice, bytes); };
      try {
        const EncodedLoop loop = encode_loop(settings, pictures);
        EXPECT_LE(loop.bytes.size(), static_cast<uint64_t>(settings.max_bytes));
        const auto kept = std::find(tries.begin(), tries.end(),
                                    std::pair(loop.choice, static_cast<uint64_t>(loop.bytes.size())));
        EXPECT_NE(kept, tries.end());
      } catch (const Error& error) {
        EXPECT_EQ(error.kind(), ErrorKind::output);
        EXPECT_GT(tries.back().second, static_cast<uint64_t>(settings.max_bytes));
      }
      EXPECT_LE(tries.size(), 8u) << container_name(container) << " " << share;
    }
  }
}

}  // namespace
}  // namespace spectradiff::test
