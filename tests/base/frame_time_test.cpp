#include "spectradiff/base/frame_time.h"

#include <gtest/gtest.h>

#include <cmath>

#include "expect_error.h"

namespace spectradiff {
namespace {

const Rational kNtsc(30000, 1001);

TEST(FrameTime, FramesTileTheSongWithoutGapOrOverlap) {
  for (const Rational& fps : {Rational(15), kNtsc, Rational(24000, 1001), Rational(25, 2), Rational(240)}) {
    for (const int rate : {8000, 44100, 48000, 192000}) {
      int64_t end = 0;
      for (int64_t frame = 0; frame < 500; ++frame) {
        const SampleRange range = frame_sample_range(frame, rate, fps);
        ASSERT_EQ(range.begin, end);
        end = range.end;
      }
    }
  }
}

TEST(FrameTime, StartsAreFlooredExactly) {
  EXPECT_EQ(frame_start_sample(0, 44100, kNtsc), 0);
  EXPECT_EQ(frame_start_sample(1, 44100, kNtsc), 1471);  // 1471.47
  EXPECT_EQ(frame_start_sample(30000, 44100, kNtsc), 44100 * 1001);
  EXPECT_EQ(frame_start_sample(1, 22050, Rational(40)), 551);
  EXPECT_EQ(frame_start_sample(-1, 44100, kNtsc), -1472);
}

TEST(FrameTime, StaysExactForADayAtHighRates) {
  const int64_t frame = 24LL * 3600 * 240;
  EXPECT_EQ(frame_start_sample(frame, 384000, Rational(240)), 24LL * 3600 * 384000);
}

TEST(FrameTime, CountKeepsThePartialLastFrame) {
  EXPECT_EQ(frame_count(0, 44100, Rational(15)), 0);
  EXPECT_EQ(frame_count(1, 44100, Rational(15)), 1);
  EXPECT_EQ(frame_count(2940, 44100, Rational(15)), 1);
  EXPECT_EQ(frame_count(2941, 44100, Rational(15)), 2);
  EXPECT_EQ(frame_count(44100, 44100, kNtsc), 30);
}

TEST(FrameTime, CountIsTheFirstFrameThatStartsAtOrAfterTheEnd) {
  for (int64_t samples = 1; samples < 20000; samples += 7) {
    const int64_t count = frame_count(samples, 44100, kNtsc);
    ASSERT_GE(frame_start_sample(count, 44100, kNtsc), samples);
    ASSERT_LT(frame_start_sample(count - 1, 44100, kNtsc), samples);
  }
}

TEST(ParseTime, ReadsEveryForm) {
  const auto seconds = [](int64_t num, int64_t den = 1) {
    return TimeSpan{Rational(num, den), TimeUnit::seconds};
  };
  EXPECT_EQ(parse_time("90", "start"), seconds(90));
  EXPECT_EQ(parse_time("90s", "start"), seconds(90));
  EXPECT_EQ(parse_time("1:30", "start"), seconds(90));
  EXPECT_EQ(parse_time("01:30", "start"), seconds(90));
  EXPECT_EQ(parse_time("90:00", "start"), seconds(5400));
  EXPECT_EQ(parse_time("1:02:03.5", "start"), seconds(7447, 2));
  EXPECT_EQ(parse_time("50ms", "start"), seconds(1, 20));
  EXPECT_EQ(parse_time("0.25", "start"), seconds(1, 4));
  EXPECT_EQ(parse_time("2205smp", "window"), (TimeSpan{Rational(2205), TimeUnit::samples}));
  EXPECT_EQ(parse_time("3f", "window"), (TimeSpan{Rational(3), TimeUnit::frames}));
  EXPECT_EQ(parse_time("0", "start"), seconds(0));
}

TEST(ParseTime, RefusesEverythingElse) {
  for (const char* text :
       {"",       " ",      "s",       "ms",           "f",     ":",           "1:",         ":30",   "1:5",
        "1:60",   "1:2:03", "1:60:00", "1:2:3:4",      "-1",    "-1s",         "+1",         "1e3",   "0x10",
        "010",    "nan",    "inf",     "1,5",          "1 s",   " 1",          "1 ",         "1.",    ".5",
        "1.5smp", "1h",     "5S",      "1.0000000001", "1:30s", "99999999999", "1\xC2\xA0s", "50 ms", "1:-5",
        "1:+5"}) {
    EXPECT_ERROR(parse_time(text, "start"), ErrorKind::usage,
                 "start = '" + std::string(text) + "' is not a time");
  }
}

TEST(ParseTime, TextReadsBackAsTheSameTime) {
  for (const char* text :
       {"0", "90", "1:30", "1:02:03.5", "50ms", "0.001", "186ms", "1500ms", "0.000000001", "0.000000001ms",
        "0.5", "2205smp", "3f", "1.5f", "0.066666667", "1000000000", "999999999.999999999"}) {
    const TimeSpan time = parse_time(text, "t");
    EXPECT_EQ(parse_time(time.text(), "t"), time) << text << " became " << time.text();
  }
  EXPECT_EQ(parse_time("0.05", "t").text(), "50ms");
  EXPECT_EQ(parse_time("1:30", "t").text(), "90s");
  EXPECT_EQ(parse_time("0", "t").text(), "0s");
  EXPECT_EQ(TimeSpan::milliseconds(50), parse_time("50ms", "t"));
}

TEST(TimeSpan, BecomesSamplesRoundedDown) {
  EXPECT_EQ(parse_time("50ms", "t").to_samples(44100, Rational(15)), 2205);
  EXPECT_EQ(parse_time("186ms", "t").to_samples(44100, Rational(15)), 8202);  // 8202.6
  EXPECT_EQ(parse_time("2205smp", "t").to_samples(48000, Rational(15)), 2205);
  EXPECT_EQ(parse_time("3f", "t").to_samples(44100, kNtsc), frame_start_sample(3, 44100, kNtsc));
  EXPECT_EQ(parse_time("1:00", "t").to_samples(48000, kNtsc), 2880000);
}

TEST(FrameTime, DurationsAreComparedExactlyAcrossRates) {
  EXPECT_TRUE(durations_match(44100, 44100, 48000, 48000, Rational(15)));
  EXPECT_TRUE(durations_match(44100, 44100, 48000 + 3200, 48000, Rational(15)));
  EXPECT_FALSE(durations_match(44100, 44100, 48000 + 3201, 48000, Rational(15)));
  EXPECT_FALSE(durations_match(44100, 44100, 48000 - 3201, 48000, Rational(15)));
  EXPECT_FALSE(durations_match(int64_t{6} * 3600 * 384000, 384000, 1, 8000, Rational(30000, 1001)));
}

TEST(FrameTime, MatchingSamplesCoverTheSameFramesAtAnyRate) {
  for (const Rational& fps : {Rational(15), Rational(30000, 1001), Rational(24), Rational(240)}) {
    for (const int rate : {8000, 44100, 48000, 96000}) {
      for (const int other : {8000, 11025, 44100, 48000, 192000}) {
        for (const int64_t samples : {int64_t{1}, int64_t{2939}, int64_t{2940}, int64_t{2941}, int64_t{44100},
                                      int64_t{3} * 60 * 44100 + 17}) {
          const int64_t matching = matching_samples(samples, rate, other, fps);
          EXPECT_EQ(frame_count(matching, other, fps), frame_count(samples, rate, fps))
              << samples << " at " << rate << " and " << other;
          EXPECT_LE(std::abs(static_cast<double>(matching) / other - static_cast<double>(samples) / rate),
                    1.0 / other);
        }
      }
    }
  }
  EXPECT_EQ(matching_samples(44100, 44100, 48000, Rational(15)), 48000);
}

}  // namespace
}  // namespace spectradiff
