#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <complex>

#include "spectradiff/flow/between.h"
#include "spectradiff/flow/optical_flow.h"

namespace spectradiff {
namespace {

#define NEEDS_FLOW() \
  if (!flow_problem().empty()) GTEST_SKIP() << flow_problem()

using Place = std::complex<double>;

// Soft spots that repeat nowhere.
double ground(Place at) {
  return 110 + 45 * std::sin(at.real() / 7 + 2 * std::sin(at.imag() / 19)) +
         45 * std::cos(at.imag() / 6 - 1.5 * std::sin(at.real() / 23));
}

// What a function of places from the middle looks like.
template <typename Seen>
Canvas picture(Size size, Seen seen) {
  Canvas canvas(size);
  for (int y = 0; y < size.height; ++y) {
    for (int x = 0; x < size.width; ++x) {
      const double value = seen(Place(x - (size.width - 1) / 2.0, y - (size.height - 1) / 2.0));
      for (int channel = 0; channel < 3; ++channel)
        canvas.row(y)[3 * x + channel] = static_cast<uint8_t>(std::lround(std::clamp(value, 0.0, 255.0)));
    }
  }
  return canvas;
}

double mean_difference(const Canvas& one, const Canvas& other, int border) {
  double sum = 0;
  int count = 0;
  for (int y = border; y < one.height() - border; ++y) {
    for (int x = border; x < one.width() - border; ++x, ++count)
      sum += std::abs(one.row(y)[3 * x] - other.row(y)[3 * x]);
  }
  return sum / count;
}

constexpr Size kSize{160, 120};

TEST(OpticalFlow, FindsHowFarAPictureHasMoved) {
  NEEDS_FLOW();
  const Canvas from = picture(kSize, ground);
  const Canvas to = picture(kSize, [](Place at) { return ground(at - Place(5, -3)); });
  const Flow flow = optical_flow(from, to);
  double x = 0, y = 0;
  int count = 0;
  for (int row = 16; row < 104; ++row) {
    for (int column = 16; column < 144; ++column, ++count) {
      x += flow.x[static_cast<size_t>(row * 160 + column)];
      y += flow.y[static_cast<size_t>(row * 160 + column)];
    }
  }
  EXPECT_NEAR(x / count, 5, 0.2);
  EXPECT_NEAR(y / count, -3, 0.2);
  const auto sure = reliability(flow, optical_flow(to, from));
  EXPECT_GT(std::count(sure.begin(), sure.end(), 1.0F), 160 * 120 * 8 / 10);
  const auto unsure = reliability(flow, flow);  // leads twice as far, not back
  EXPECT_EQ(std::count(unsure.begin(), unsure.end(), 1.0F), 0);
}

TEST(OpticalFlow, InTinyPicturesNothingMoves) {
  NEEDS_FLOW();
  const Flow flow = optical_flow(Canvas({20, 40}), Canvas({20, 40}, {255, 255, 255}));
  EXPECT_TRUE(std::all_of(flow.x.begin(), flow.x.end(), [](float value) { return value == 0; }));
}

TEST(FlowBetween, MovesWhatMovesInPlaceOfFadingIt) {
  NEEDS_FLOW();
  const auto at = [](double share) {
    return picture(kSize, [=](Place place) { return ground(place - share * Place(12, 6)); });
  };
  const Canvas from = at(0), to = at(1);
  const auto between = flow_between(from, to, 4);
  ASSERT_EQ(between.size(), 3u);
  for (int part = 1; part < 4; ++part) {
    const Canvas expected = at(part / 4.0);
    const Canvas faded = picture(kSize, [&](Place place) {
      return (4 - part) / 4.0 * ground(place) + part / 4.0 * ground(place - Place(12, 6));
    });
    const double moved = mean_difference(between[static_cast<size_t>(part - 1)], expected, 16);
    EXPECT_LT(moved, 0.2 * mean_difference(faded, expected, 16)) << part;
    EXPECT_LT(moved, 4) << part;
  }
}

// A camera that goes further than anything could be found again: 1.6 times nearer and half a right angle.
TEST(FlowBetween, GoesTheWayOfACameraThatIsKnownExactly) {
  NEEDS_FLOW();
  const KnownWay way{1.6, 45, 20, -10};
  const auto seen = [&](double share) {
    const Place rate(std::log(1.6), 45 * std::acos(-1.0) / 180);
    const Place stretch = std::exp(rate * share);
    const Place shift = Place(20, -10) * (stretch - 1.0) / (std::exp(rate) - 1.0);
    return picture(kSize, [=](Place place) { return ground((place - shift) / stretch); });
  };
  constexpr int kInside = 24;  // what both pictures show
  const Canvas from = seen(0), to = seen(1);
  const auto known = flow_between(from, to, 3, way), unknown = flow_between(from, to, 3);
  for (int part = 1; part < 3; ++part) {
    const Canvas expected = seen(part / 3.0);
    EXPECT_LT(mean_difference(known[static_cast<size_t>(part - 1)], expected, kInside), 1) << part;
    EXPECT_GT(mean_difference(unknown[static_cast<size_t>(part - 1)], expected, kInside), 15) << part;
  }
}

TEST(FlowBetween, APictureThatStaysStays) {
  NEEDS_FLOW();
  const Canvas still = picture(kSize, ground);
  for (const Canvas& between : flow_between(still, still, 3)) EXPECT_EQ(between.bytes(), still.bytes());
}

}  // namespace
}  // namespace spectradiff
