#include "spectradiff/media/loop.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

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
  return {count, [](int64_t index) { return test_picture({48, 32}, index); }, nullptr};
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

}  // namespace
}  // namespace spectradiff::test
