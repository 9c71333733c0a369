#include "scales.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <limits>

#include "spectradiff/base/text.h"

namespace spectradiff {
namespace {

constexpr auto kTimeSteps = std::to_array<double>(
    {1e-6, 2e-6, 5e-6, 1e-5, 2e-5, 5e-5, 1e-4, 2e-4, 5e-4, 1e-3, 2e-3, 5e-3, 0.01, 0.02, 0.05, 0.1,  0.2,
     0.5,  1,    2,    5,    10,   15,   30,   60,   120,  300,  600,  900,  1800, 3600, 7200, 10800});

int decimals_of_step(double step) {
  return std::max(0, static_cast<int>(std::ceil(-std::log10(step) - 1e-9)));
}

std::string time_label(double seconds, double step, double duration_s) {
  if (duration_s > 60 && step >= 1) return clock_text(std::llround(seconds), duration_s >= 3600);
  if (duration_s < 1) return fmt::format("{:.{}f} ms", seconds * 1000, decimals_of_step(step * 1000));
  return fmt::format("{:.{}f} s", seconds, decimals_of_step(step));
}

}  // namespace

std::vector<Tick> time_ticks(double duration_s, int most) {
  const auto fits = [&](double step) { return std::floor(duration_s / step) + 1 <= most; };
  const auto found = std::find_if(kTimeSteps.begin(), kTimeSteps.end(), fits);
  const double step = found == kTimeSteps.end() ? kTimeSteps.back() : *found;
  std::vector<Tick> ticks;
  for (int i = 0; i * step <= duration_s; ++i)
    ticks.push_back({i * step, time_label(i * step, step, duration_s)});
  return ticks;
}

std::vector<Tick> value_ticks(double low, double high) {
  constexpr double kAbout = 4;
  const double rough = (high - low) / kAbout;
  const double decade = std::pow(10.0, std::floor(std::log10(rough)));
  const double share = rough / decade;
  const double step = decade * (share < 1.5 ? 1 : share < 3.5 ? 2 : share < 7.5 ? 5 : 10);
  std::vector<Tick> ticks;
  for (double i = std::ceil(low / step - 1e-9); i * step <= high + step * 1e-9; ++i)
    ticks.push_back({i * step, number_text(i * step, decimals_of_step(step))});
  return ticks;
}

std::string number_text(double value, int decimals) {
  std::string text = fmt::format("{:.{}f}", std::abs(value), decimals);
  const bool zero = text.find_first_not_of("0.") == std::string::npos;
  return value < 0 && !zero ? "\u2212" + text : text;
}

std::vector<float> pooled(const Features& features, const std::vector<float>& values, int columns,
                          Pooling pooling) {
  const double frames =
      static_cast<double>(features.samples) / features.sample_rate_hz * features.settings.fps.to_double();
  const auto count = static_cast<int64_t>(values.size());
  const auto frame_at = [&](double column) { return static_cast<int64_t>(column / columns * frames); };
  std::vector<float> result;
  result.reserve(static_cast<size_t>(columns));
  for (int column = 0; column < columns; ++column) {
    int64_t first = frame_at(column), end = std::min(frame_at(column + 1), count);
    if (end <= first) first = std::min(frame_at(column + 0.5), count - 1), end = first + 1;
    double sum = 0, largest = -std::numeric_limits<double>::infinity();
    for (int64_t frame = first; frame < end; ++frame) {
      const double value = values[static_cast<size_t>(frame)];
      sum += value;
      largest = std::max(largest, value);
    }
    result.push_back(
        static_cast<float>(pooling == Pooling::mean ? sum / static_cast<double>(end - first) : largest));
  }
  return result;
}

}  // namespace spectradiff
