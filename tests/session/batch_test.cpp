#include "spectradiff/session/batch.h"

#include <gmock/gmock.h>

#include "expect_error.h"
#include "session_fixtures.h"
#include "spectradiff/base/file.h"

namespace spectradiff {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

struct WritingBatchObserver : BatchObserver {
  WritingObserver jobs;
  std::vector<std::string> begun, results;  // "a done", in order
  RenderObserver& begin(const BatchJob& job) override {
    begun.push_back(job.id);
    return jobs;
  }
  void result(const BatchJob& job) override {
    const char* status[] = {"waiting", "done", "skipped", "failed"};
    results.push_back(job.id + " " + status[static_cast<int>(job.status)]);
  }
};

class BatchTest : public testing::Test {
 protected:
  BatchTest() { write_song(song()); }

  std::string song() const { return in("song.wav"); }
  std::string in(const std::string& name) const { return (folder_ / name).string(); }

  // A job that paints into `output`.
  Json job(const std::string& output, const Json& more = Json::object()) const {
    Json values = {{"audio", song()}, {"output", in(output)},         {"diffusion", false}, {"size", "32x32"},
                   {"bins", 8},       {"encoder_preset", "ultrafast"}};
    values.update(more);
    return values;
  }

  Batch read(const Json& jobs) const { return Batch::read(jobs.dump(), "jobs.json", {}); }

  void run(Batch& batch, const Batch::Course& course = {}) {
    const std::atomic<int> no_stop{0};
    batch.run(course, shared_, observer_, no_stop);
  }

  TemporaryFolder folder_;
  SharedResources shared_;
  WritingBatchObserver observer_;
};

TEST_F(BatchTest, AJobThatIsWrongFailsAloneAndWhatIsDoneIsSkippedTheNextTime) {
  const Json jobs = {job("a.mp4", {{"id", "a"}}), job("b.mp4", {{"id", "b"}, {"blur", "nonsense"}}),
                     job("c.mp4", {{"id", "c"}, {"audio", in("none.wav")}})};
  Batch first = read(jobs);
  run(first);
  EXPECT_THAT(observer_.results, ElementsAre("b failed", "c failed", "a done"));
  EXPECT_EQ(first.jobs()[0].outcome.frames, 15);
  EXPECT_THAT(first.jobs()[1].message, HasSubstr("blur"));
  EXPECT_EQ(first.jobs()[2].exit_code, 3);
  observer_ = {};
  Batch again = read({jobs[0]});
  run(again);
  EXPECT_THAT(observer_.results, ElementsAre("a skipped"));
  EXPECT_THAT(observer_.begun, IsEmpty());
}

TEST_F(BatchTest, ASweepIsAJobPerCombinationNamedAfterItsValues) {
  Layer told{"test", job("v.mp4", {{"sweep", {{"blur", {1, 2}}, {"gamma", {0.5}}}}})};
  told.values.erase("audio");
  const Batch sweep = Batch::sweep(Task::paint, song(), {told});
  ASSERT_EQ(sweep.jobs().size(), 2u);
  EXPECT_EQ(sweep.jobs()[1].id, "blur=2/gamma=0.5");
  EXPECT_EQ(sweep.jobs()[1].output, in("v-blur-2-gamma-0.5.mp4"));
  const RenderJob chosen = resolve(sweep.request(sweep.jobs()[1]).layers).job;
  EXPECT_EQ(chosen.paint.post.blur_px, 2);
}

TEST_F(BatchTest, MoreJobsThanOneRunTakesAreRefusedWithTheirCount) {
  std::vector<double> values(400);
  for (size_t i = 0; i < values.size(); ++i) values[i] = 0.2 + static_cast<double>(i) / 1000;
  const Layer told{"test", {{"sweep", {{"gamma", values}, {"saturation", values}}}}};
  EXPECT_ERROR(Batch::sweep(Task::paint, song(), {told}), ErrorKind::usage,
               "would make 160000 jobs; one run takes at most 100000");
}

TEST_F(BatchTest, NoJobWritesWhatAnotherReadsOrWrites) {
  write_file(folder_ / "read.mp4", std::string_view("x"), true);
  Batch over_input = read({job("read.mp4"), job("v.mp4", {{"analysis_audio", in("read.mp4")}})});
  EXPECT_ERROR(run(over_input), ErrorKind::usage, "read.mp4");
  Batch twice = read({job("v.mp4"), job("v.mp4", {{"blur", 1}})});
  EXPECT_ERROR(run(twice), ErrorKind::usage, "the jobs 0 and 1 have the same output");
  std::filesystem::create_symlink(folder_.path(), folder_ / "link");
  Batch through_link = read({job("v.mp4"), job("link/v.mp4")});
  EXPECT_ERROR(run(through_link), ErrorKind::usage, "would overwrite each other");
  EXPECT_THAT(observer_.results, IsEmpty());
}

TEST_F(BatchTest, ADryRunOpensAllAndRunsNone) {
  Batch batch = read({job("a.mp4"), job("b.mp4", {{"audio", in("none.wav")}})});
  run(batch, {.dry_run = true});
  EXPECT_THAT(observer_.results, ElementsAre("0 waiting", "1 failed"));
  EXPECT_FALSE(std::filesystem::exists(folder_ / "a.mp4"));
}

}  // namespace
}  // namespace spectradiff
