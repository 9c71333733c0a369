#include "spectradiff/config/journey_plan.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <complex>

#include "expect_error.h"
#include "plan_fixture.h"
#include "spectradiff/config/options.h"
#include "spectradiff/image/perspective.h"

namespace spectradiff {
namespace {

// Of plan_of's song of two seconds: sections from frames 0 and 20 on at 15 frames a second.
Features journey_song(const RenderJob& job) {
  Features features;
  features.settings = job.analysis;
  features.sample_rate_hz = 8000;
  features.samples = 16000;
  features.frames = frame_count(16000, 8000, job.analysis.fps);
  features.events.sections = {{0, 1.34, 0, 0.2, SectionEnergy::low}, {1.34, 2, 1, 0.8, SectionEnergy::high}};
  return features;
}

RenderJob chained_job(Cuts::Kind kind = Cuts::Kind::song) {
  RenderJob job = planned_job();
  job.paint.size = {512, 256};
  job.journey.chain.kind = kind;
  return job;
}

Plan chained_plan(const RenderJob& job, const std::vector<MovedOption>& moved = {},
                  std::vector<std::string>* said = nullptr) {
  const Features features = journey_song(job);
  std::vector<std::string> notes;
  Plan plan = plan_of(job);
  put_chains(plan, job, features, notes);
  move_plan(plan, job, moved);
  put_journey(plan, job, features, moved);
  check_rows(plan);
  if (said != nullptr) *said = notes;
  return plan;
}

TEST(Journey, AChainBeginsWithEachSection) {
  const RenderJob job = chained_job(Cuts::Kind::section);
  const Plan plan = chained_plan(job);
  ASSERT_EQ(plan.rows.size(), 30u);
  for (const Recipe& row : plan.rows) {
    EXPECT_EQ(row.chain, row.frame < 20 ? 0 : 1) << row.frame;
    EXPECT_EQ(row.init.previous.has_value(), row.frame != 0 && row.frame != 20) << row.frame;
    EXPECT_EQ(row.numbers.strength, row.init.previous ? 0.4 : 0.75) << row.frame;
    if (row.init.previous) {
      EXPECT_EQ(row.init.colours_of, row.frame < 20 ? 0 : 20) << row.frame;
    }
  }
}

TEST(Journey, AFrameInsideAChainBringsThoseBeforeItUnshown) {
  RenderJob job = chained_job(Cuts::Kind::section);
  job.selection.frames = "7,24-25";
  std::vector<std::string> said;
  const Plan plan = chained_plan(job, {}, &said);
  EXPECT_EQ(plan.shown.size(), 3u);
  ASSERT_EQ(plan.rows.size(), 14u);
  EXPECT_THAT(said, testing::ElementsAre(testing::HasSubstr("11 frames are made and not shown")));
  const Plan whole = chained_plan(chained_job(Cuts::Kind::section));
  for (const Recipe& row : plan.rows) EXPECT_EQ(row, whole.rows[static_cast<size_t>(row.frame)]);
}

TEST(Journey, OneChainTakesItsColoursFromSectionOrSong) {
  RenderJob job = chained_job();
  for (const auto& [match, giver] : {std::pair{ColourMatch::section, std::optional<int64_t>(20)},
                                     std::pair{ColourMatch::song, std::optional<int64_t>(0)},
                                     std::pair{ColourMatch::none, std::optional<int64_t>()}}) {
    job.journey.colour_match = match;
    const Plan plan = chained_plan(job);
    EXPECT_EQ(plan.rows[25].init.colours_of, giver);
    EXPECT_FALSE(plan.rows[0].init.colours_of);
  }
}

// Where the steps of the rows up to this frame bring a point of the first picture, in pixels.
std::complex<double> brought(const Plan& plan, int64_t frame, std::complex<double> point) {
  const Size size = plan.constants.paint.size;
  for (const Recipe& row : plan.rows) {
    if (!row.init.previous || row.frame > frame) continue;
    const CameraStep& step = row.init.camera;
    const std::complex<double> centre(size.width * step.centre_x - 0.5, size.height * step.centre_y - 0.5);
    const auto turned = std::polar(step.zoom, step.turn_degrees * std::acos(-1.0) / 180) * (point - centre);
    point = turned + centre + std::complex<double>(step.pan_x * size.width, step.pan_y * size.height);
  }
  return point;
}

// A moved option whose values are those of a function of time, at each row.
MovedOption moved_by(const char* key, const Plan& plan, double (*value)(double)) {
  MovedOption moved{key, {}};
  const double fps = plan.constants.analysis.fps.to_double();
  for (const Recipe& row : plan.rows) moved.values.push_back(value(static_cast<double>(row.frame) / fps));
  return moved;
}

TEST(Journey, AnyFrameRateIsAtTheSamePlaceEachSecond) {
  const auto at_rate = [](int64_t fps, bool moves) {
    RenderJob job = chained_job();
    job.analysis.fps = Rational(fps);
    job.journey.numbers.zoom = 1.6;
    job.journey.numbers.turn = 25;
    job.journey.numbers.pan_x = 0.1;
    job.journey.numbers.pan_y = -0.2;
    std::vector<MovedOption> moved;
    if (moves) {
      const Plan plan = plan_of(job);
      moved = {moved_by("pan_x", plan, [](double t) { return 0.2 * std::sin(3 * t); }),
               moved_by("turn", plan, [](double t) { return 20 + 40 * t; }),
               moved_by("zoom", plan, [](double t) { return 1.2 + 0.4 * std::cos(2 * t); })};
    }
    return chained_plan(job, moved);
  };
  for (const bool moves : {false, true}) {
    for (const double seconds : {1.0, 28.0 / 15}) {
      const auto place = [&](int64_t fps) {
        return brought(at_rate(fps, moves), std::llround(seconds * static_cast<double>(fps)), {40, 200});
      };
      EXPECT_LT(std::abs(place(15) - place(30)), 0.5) << seconds << ", moved by music: " << moves;
      EXPECT_GT(std::abs(place(15) - std::complex<double>(40, 200)), 50);
    }
  }
}

TEST(Journey, AnyFrameRateFliesThroughTheSameSpace) {
  const auto at_rate = [](int64_t fps, double depth, double seconds) {
    RenderJob job = chained_job();
    job.analysis.fps = Rational(fps);
    job.journey.depth = Depth::radial;
    JourneyNumbers& numbers = job.journey.numbers;
    numbers.zoom = 1.2;
    numbers.turn = 15;
    numbers.pan_x = 0.05;
    numbers.forward = 0.4;
    numbers.yaw = 12;
    numbers.pitch = -6;
    numbers.flip_x = 9;
    numbers.flip_y = -7;
    numbers.flip_z = 5;
    const Plan plan = plan_of(job);
    const auto slow = [](double t) { return 12 * std::sin(3 * t); };
    const Plan made = chained_plan(job, {moved_by("yaw", plan, slow)});
    std::complex<double> place(40, 200);
    for (const Recipe& row : made.rows) {
      if (!row.init.previous || row.frame > std::llround(seconds * static_cast<double>(fps))) continue;
      EXPECT_EQ(row.init.depth, Depth::radial);
      const Projection m = way(row.init.camera, job.paint.size, depth);
      const double x = place.real(), y = place.imag(), w = m[6] * x + m[7] * y + m[8];
      place = {(m[0] * x + m[1] * y + m[2]) / w, (m[3] * x + m[4] * y + m[5]) / w};
    }
    return place;
  };
  for (const double depth : {1.0, 2.0}) {
    for (const double seconds : {1.0, 28.0 / 15}) {
      const auto place = at_rate(15, depth, seconds);
      EXPECT_LT(std::abs(place - at_rate(30, depth, seconds)), 0.5) << depth << ", " << seconds;
      EXPECT_GT(std::abs(place - std::complex<double>(40, 200)), 30);
    }
  }
}

TEST(Journey, WithoutAChainFlyingIsZoomingAndLookingAsideGoesAlong) {
  const auto last_view = [](const JourneyNumbers& numbers) {
    RenderJob job = planned_job();
    job.paint.size = {300, 200};
    job.journey.numbers = numbers;
    EXPECT_TRUE(moves_painting(job));
    Plan plan = plan_of(job);
    put_views(plan, job, journey_song(job));
    return *plan.rows.back().view;
  };
  JourneyNumbers space, plane;
  space.forward = 0.3;
  space.yaw = 7;
  space.pitch = 14;
  plane.zoom = std::exp(0.3);
  plane.pan_x = -0.1;  // of 70 degrees
  plane.pan_y = 0.3;   // of 70 * 200 / 300 degrees
  EXPECT_EQ(last_view(space), last_view(plane));
}

TEST(Journey, DepthIsAWordOrAVideosName) {
  const Option& depth = *find_option("depth");
  Settings settings;
  for (const char* word : {"luminance", "radial", "painter", "flat"}) {
    depth.set(settings, word);
    EXPECT_EQ(depth.get(settings), word);
    EXPECT_FALSE(depth.names_path(word));
  }
  depth.set(settings, "d.mp4");
  EXPECT_EQ(settings.job.journey.depth, Depth::video);
  EXPECT_TRUE(depth.names_path("d.mp4"));
  EXPECT_EQ(layer_problem(depth, "radial", LayerKind::look), "");
  EXPECT_NE(layer_problem(depth, "d.mp4", LayerKind::look), "");
  EXPECT_ERROR(depth.set(settings, "radiall"), ErrorKind::usage, "did you mean 'radial'");
}

TEST(Journey, WithoutAChainEachRowHasItsPlaceWhateverIsShown) {
  RenderJob job = planned_job();
  EXPECT_FALSE(moves_painting(job));
  job.journey.numbers.zoom = 1.5;
  EXPECT_TRUE(moves_painting(job));
  job.expressions["turn"] = "10*t";
  Plan whole = plan_of(job);
  put_views(whole, job, journey_song(job));
  EXPECT_EQ(whole.rows[0].view, CameraView());
  EXPECT_NEAR(whole.rows[15].view->zoom, 1.5, 1e-6);
  constexpr double kBySamples = 1e-3;  // t is the time of a whole sample
  EXPECT_NEAR(whole.rows[15].view->turn_degrees, 5, kBySamples);
  EXPECT_NEAR(whole.rows[29].view->zoom, std::pow(1.5, 29 / 15.0) / 2, 1e-6);
  job.selection.frames = "17,29";
  Plan part = plan_of(job);
  put_views(part, job, journey_song(job));
  EXPECT_EQ(part.rows[0].view, whole.rows[17].view);
  EXPECT_EQ(part.rows[1].view, whole.rows[29].view);
  check_rows(part);
  job.journey.chain.kind = Cuts::Kind::song;
  EXPECT_FALSE(moves_painting(job));
}

TEST(Journey, NumbersOfEachRowGoIntoItsInit) {
  RenderJob job = chained_job();
  job.journey.border = Border::wrap;
  const Plan plan = plan_of(job);
  const Plan moved =
      chained_plan(job, {moved_by("chain_noise", plan, [](double t) { return t / 10; }),
                         moved_by("chain_strength", plan, [](double t) { return 0.3 + t / 10; }),
                         moved_by("paint_over", plan, [](double t) { return t / 4; }),
                         moved_by("sharpen", plan, [](double t) { return t; })});
  EXPECT_NEAR(moved.rows[15].init.noise, 0.1, 1e-9);
  EXPECT_NEAR(moved.rows[15].numbers.strength, 0.4, 1e-9);
  EXPECT_NEAR(moved.rows[15].init.paint_over, 0.25, 1e-9);
  EXPECT_NEAR(moved.rows[15].init.sharpen, 1, 1e-9);
  EXPECT_EQ(moved.rows[15].init.border, Border::wrap);
  EXPECT_EQ(moved.rows[0].numbers.strength, 0.75);
  EXPECT_EQ(moved.rows[0].init, Init());
}

TEST(Journey, AChainOfOneFrameIsRefused) {
  RenderJob job = chained_job(Cuts::Kind::time);
  job.journey.chain.time = TimeSpan::milliseconds(100);
  EXPECT_ERROR(check_chain(job, 8000), ErrorKind::usage,
               "chain = 100ms: a chain holds two frames at least, 0.133 s at 15 fps");
  job.journey.chain.time = TimeSpan::milliseconds(200);
  check_chain(job, 8000);
}

}  // namespace
}  // namespace spectradiff
