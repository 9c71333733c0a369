#include "spectradiff/render/cadence.h"

#include <algorithm>
#include <cmath>
#include <set>
#include <utility>

#include "spectradiff/image/blend.h"
#include "spectradiff/media/motion.h"

namespace spectradiff {

namespace {

// So many of them, the first and the last among them, evenly spread by their place in the list.
std::vector<int64_t> some_of(const std::vector<int64_t>& frames, size_t count) {
  std::vector<int64_t> some;
  for (size_t i = 0; i < count; ++i)
    some.push_back(frames[count == 1 ? 0 : i * (frames.size() - 1) / (count - 1)]);
  return some;
}

// What the gap between two frames is parted at.
int64_t parting(int64_t before, int64_t after, const std::vector<HeardFrame>& others) {
  const double middle = static_cast<double>(before + after) / 2;
  const double half = static_cast<double>(after - before) / 2;
  int64_t best = (before + after) / 2;
  double most = 0;
  auto heard = std::upper_bound(others.begin(), others.end(), before,
                                [](int64_t frame, const HeardFrame& each) { return frame < each.frame; });
  for (; heard != others.end() && heard->frame < after; ++heard) {
    const double worth = heard->strength * (1 - std::abs(static_cast<double>(heard->frame) - middle) / half);
    if (worth <= most) continue;
    most = worth;
    best = heard->frame;
  }
  return best;
}

}  // namespace

std::vector<int64_t> heard_cadence(int64_t last, int64_t count, const std::vector<int64_t>& bars,
                                   const std::vector<HeardFrame>& others) {
  std::set<int64_t> chosen = {0, last};
  const auto most = static_cast<size_t>(std::min(count, last + 1));
  std::vector<int64_t> inner;
  for (const int64_t bar : bars) {
    if (bar > 0 && bar < last) inner.push_back(bar);
  }
  const size_t places = most - std::min(most, chosen.size());
  if (inner.size() > places) inner = some_of(inner, places);
  chosen.insert(inner.begin(), inner.end());
  // Gaps by their length, of several the first.
  std::set<std::pair<int64_t, int64_t>> gaps;  // minus the length, and where it begins
  for (auto frame = chosen.begin(); std::next(frame) != chosen.end(); ++frame)
    gaps.insert({*frame - *std::next(frame), *frame});
  while (chosen.size() < most) {
    const auto [length, before] = *gaps.begin();
    gaps.erase(gaps.begin());
    const int64_t after = before - length;
    const int64_t frame = parting(before, after, others);
    chosen.insert(frame);
    gaps.insert({before - frame, before});
    gaps.insert({frame - after, frame});
  }
  return {chosen.begin(), chosen.end()};
}

std::vector<Canvas> pictures_between(const Canvas& from, const Canvas& to, int parts, Interpolation by,
                                     const KnownWay& way) {
  if (by == Interpolation::flow) return flow_between(from, to, parts, way);
  if (by == Interpolation::motion) return move_between(from, to, parts);
  std::vector<Canvas> between;
  for (int part = 1; part < parts; ++part) between.push_back(blend(from, to, part, parts));
  return between;
}

}  // namespace spectradiff
