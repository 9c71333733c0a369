#include "relative.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

namespace spectradiff {
namespace {

constexpr double kKept = 0.992;  // of the average after 1/30 s
constexpr double kKeptRate = 30;

constexpr std::array<std::pair<std::string_view, std::string_view>, 5> kWords = {{{"bass_rel", "bass"},
                                                                                  {"mid_rel", "mid"},
                                                                                  {"treble_rel", "treble"},
                                                                                  {"level_rel", "rms"},
                                                                                  {"onset_rel", "onset"}}};

}  // namespace

std::optional<std::string> series_of_relative(std::string_view word) {
  for (const auto& [known, series] : kWords) {
    if (word == known) return std::string(series);
  }
  return std::nullopt;
}

double relative_memory_frames(double fps) {
  return -fps / kKeptRate / std::log(kKept);
}

void put_against_average(std::vector<double>& values, double memory_frames) {
  const double forgotten = memory_frames > 0 ? 1 - std::exp(-1 / memory_frames) : 1;
  double average = 0;
  double heard = 0;  // frames since the first sound
  for (double& value : values) {
    value = std::max(value, 0.0);
    if (value > 0 || heard > 0) ++heard;
    average += (value - average) * std::max(forgotten, heard > 0 ? 1 / heard : 1);
    value = average > 0 ? std::min(value / average, kMaxRelative) : 0;
  }
}

}  // namespace spectradiff
