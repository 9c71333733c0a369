#include "spectradiff/base/log.h"

#include <gmock/gmock.h>

#include "expect_error.h"
#include "spectradiff/base/file.h"
#include "temporary_folder.h"

namespace spectradiff {
namespace {

using ::testing::ContainsRegex;
using ::testing::HasSubstr;

struct Streams {
  std::string out;
  std::string err;
};

template <typename Body>
Streams captured(Body body) {
  testing::internal::CaptureStdout();
  testing::internal::CaptureStderr();
  body();
  return {testing::internal::GetCapturedStdout(), testing::internal::GetCapturedStderr()};
}

void say_all(Log& log) {
  log.detail("a detail");
  log.info("an {info} %v");
  log.warn("take care");
  log.error("it failed");
}

TEST(Log, WritesPlainLinesToStderrOnly) {
  const Streams streams = captured([] {
    Log log(LogLevel::normal, false, std::nullopt);
    say_all(log);
  });
  EXPECT_EQ(streams.out, "");
  EXPECT_EQ(streams.err, "an {info} %v\nwarning: take care\nerror: it failed\n");
}

TEST(Log, QuietShowsErrorsOnlyAndVerboseAddsDetails) {
  EXPECT_EQ(captured([] {
              Log log(LogLevel::quiet, false, std::nullopt);
              say_all(log);
            }).err,
            "error: it failed\n");
  EXPECT_THAT(captured([] {
                Log log(LogLevel::verbose, false, std::nullopt);
                say_all(log);
              }).err,
              HasSubstr("a detail\n"));
}

TEST(Log, ColoursThePrefixWhenAsked) {
  const std::string text = captured([] {
                             Log log(LogLevel::normal, true, std::nullopt);
                             say_all(log);
                           }).err;
  EXPECT_THAT(text, HasSubstr("an {info} %v\n"));
  EXPECT_THAT(text, ContainsRegex("\033\\[[0-9;m\033[]+warning: \033\\[mtake care\n"));
}

TEST(Log, FileGetsEverythingWithItsTime) {
  const TemporaryFolder folder;
  captured([&] {
    Log log(LogLevel::quiet, true, folder / "log.txt");
    say_all(log);
  });
  const std::string text = read_file(folder / "log.txt", 10000, ErrorKind::internal);
  EXPECT_THAT(text, ContainsRegex("20[0-9-]+T[0-9:.]+[+-][0-9:]+ debug a detail\n"));
  EXPECT_THAT(text, HasSubstr(" info an {info} %v\n"));
  EXPECT_THAT(text, HasSubstr(" warning take care\n"));
  EXPECT_THAT(text, HasSubstr(" error it failed\n"));
}

TEST(Log, SaysWhenTheFileCannotBeOpened) {
  const TemporaryFolder folder;
  EXPECT_ERROR(Log(LogLevel::normal, false, folder.path()), ErrorKind::output, "log file");
  EXPECT_ERROR(Log(LogLevel::normal, false, folder / "none/log.txt"), ErrorKind::output, "does not exist");
  EXPECT_ERROR(Log(LogLevel::normal, false, folder / std::string(256, 'n')), ErrorKind::output,
               "nnn: File name too long");
  EXPECT_FALSE(std::filesystem::exists(folder / "none"));
}

}  // namespace
}  // namespace spectradiff
