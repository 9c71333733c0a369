#include "console.h"

#include <gmock/gmock.h>

#include "expect_error.h"

namespace spectradiff {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::StartsWith;

// What `use` writes to a standard stream.
template <typename Use>
std::pair<std::string, std::string> written(const RunSettings& run, Use use) {
  testing::internal::CaptureStdout();
  testing::internal::CaptureStderr();
  {
    Console console(run);
    use(console);
  }
  std::string out = testing::internal::GetCapturedStdout();
  return {out, testing::internal::GetCapturedStderr()};
}

TEST(Console, MessagesGoToStderrAndAnswersToStdout) {
  const auto [out, err] = written({}, [](Console& console) {
    console.info("a note");
    console.answer("42\n");
  });
  EXPECT_EQ(out, "42\n");
  EXPECT_THAT(err, HasSubstr("a note"));
}

TEST(Console, ALogThatCannotBeOpenedLeavesTheTerminal) {
  const auto [out, err] = written({}, [](Console& console) {
    EXPECT_ERROR(console.keep_log("no/such/folder/x.log"), ErrorKind::output, "x.log");
    console.error("said all the same", 5);
  });
  EXPECT_THAT(err, HasSubstr("said all the same"));
}

TEST(Console, EventsAreLinesOfJsonWhereTheyAreAskedForAndNothingElse) {
  RunSettings run;
  EXPECT_THAT(written(run, [](Console& console) { console.event("start", {}); }).first, IsEmpty());
  run.json = true;
  const std::string line = written(run, [](Console& console) { console.warn("odd"); }).first;
  const Json event = parse_json(line, "");
  EXPECT_EQ(event["event"], "warning");
  EXPECT_EQ(event["message"], "odd");
  EXPECT_EQ(event["schema"], 1);
}

TEST(Console, WhatIsSaidOfABatchsJobNamesIt) {
  RunSettings run;
  run.json = true;
  const auto [out, err] = written(run, [](Console& console) {
    console.set_job("7");
    console.error("broken", 3);
  });
  EXPECT_THAT(err, HasSubstr("[7] broken"));
  EXPECT_THAT(out, AllOf(HasSubstr(R"("job":"7")"), HasSubstr(R"("exit_code":3)")));
}

TEST(Console, QuietSaysErrorsOnly) {
  RunSettings run;
  run.quiet = true;
  const std::string err = written(run, [](Console& console) {
                            console.info("a note");
                            console.warn("a warning");
                            console.error("broken", 1);
                          }).second;
  EXPECT_THAT(err, AllOf(HasSubstr("broken"), Not(HasSubstr("note")), Not(HasSubstr("warning"))));
}

TEST(Console, OutsideATerminalProgressDrawsNoBar) {
  RunSettings run;
  run.progress = "always";
  const std::string err = written(run, [](Console& console) {
                            console.begin_stage("paint", 3, 0);
                            for (int done = 1; done <= 3; ++done) console.advance(done, std::nullopt);
                            console.end_stage();
                          }).second;
  EXPECT_THAT(err, Not(HasSubstr("\r")));
}

}  // namespace
}  // namespace spectradiff
