#include "trails.h"

#include <gtest/gtest.h>

#include <functional>
#include <map>
#include <set>
#include <utility>
#include <vector>

#include "executor_fixture.h"
#include "spectradiff/render/shard.h"

namespace spectradiff {
namespace {

using Pictures = std::map<int64_t, std::vector<uint8_t>>;

RenderJob trailing_job() {
  RenderJob job = small_job();
  job.paint.mesh.warp = 10;
  job.paint.mesh.turn_degrees = 90;
  job.diffusion.strength_mode = StrengthMode::exact;
  return job;
}

// The song's frames 0 to 29 with trails from 0 and 14 on.
Pictures pictures_of(const RenderJob& job, int threads, const std::function<void(Plan&)>& change = {}) {
  Fixture fixture;
  fixture.change = [&](Plan& plan) {
    plan.painting = {{"blur", [](PaintSettings& paint, double value) { paint.post.blur_px = value; }},
                     {"mesh_zoom", [](PaintSettings& paint, double value) { paint.mesh.zoom = value; }}};
    for (Recipe& row : plan.rows) row.painting = {1, 1.2 + 0.5 * static_cast<double>(row.frame % 7)};
    plan.trails = {0, 14};
    if (change) change(plan);
  };
  RenderJob asked = job;
  asked.selection.frames = "0-29";
  Collector sink;
  EXPECT_TRUE(fixture.run(asked, sink, threads).complete);
  return sink.pictures;
}

TEST(Trails, AFrameAloneIsTheFrameInTheWhole) {
  const Pictures whole = pictures_of(trailing_job(), 0);
  ASSERT_EQ(whole.size(), 30u);
  for (const int threads : {1, 4}) EXPECT_EQ(pictures_of(trailing_job(), threads), whole);
  const auto part = pictures_of(trailing_job(), 2, [](Plan& plan) {
    plan = part_of(std::move(plan), [](int64_t frame) { return frame == 9 || frame == 22; });
    EXPECT_EQ(plan.rows.size(), 2u);
    EXPECT_EQ(plan.carried.size(), 28u);
  });
  EXPECT_EQ(part, (Pictures{{9, whole.at(9)}, {22, whole.at(22)}}));
}

TEST(Trails, AShardGivesTheBytesOfTheWhole) {
  const Pictures whole = pictures_of(trailing_job(), 0);
  for (int shard = 1; shard <= 3; ++shard) {
    const auto part =
        pictures_of(trailing_job(), 1, [&](Plan& plan) { plan = shard_of(std::move(plan), {shard, 3}); });
    EXPECT_EQ(part.size(), 10u);
    for (const auto& [frame, bytes] : part) EXPECT_EQ(bytes, whole.at(frame)) << frame;
  }
}

TEST(Trails, BeginAnewWhereThePlanSaysSo) {
  RenderJob job = trailing_job();
  job.diffusion.enabled = false;
  const Pictures whole = pictures_of(job, 0);
  const Pictures bare = pictures_of(job, 0, [](Plan& plan) { plan.trails.clear(); });
  for (const int64_t frame : {0, 14}) EXPECT_EQ(whole.at(frame), bare.at(frame));
  for (const int64_t frame : {1, 13, 15, 29}) EXPECT_NE(whole.at(frame), bare.at(frame)) << frame;
  const Pictures once = pictures_of(job, 0, [](Plan& plan) { plan.trails = {0}; });
  EXPECT_EQ(once.at(13), whole.at(13));
  EXPECT_NE(once.at(14), whole.at(14));
}

}  // namespace
}  // namespace spectradiff
