// Now against the song's own last seconds, after MilkDrop.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace spectradiff {

// The series that a word such as "bass_rel" compares: bass. Nothing for other words.
std::optional<std::string> series_of_relative(std::string_view word);

inline constexpr double kMaxRelative = 8;

// MilkDrop's long average keeps 0.992 of the old at 30 frames per second: a time constant of 4.15 s.
double relative_memory_frames(double fps);

// `values` [frames], >= 0 (of energies: their roots). Each against an average of all until it, which forgets
// with this time constant; until that time is over it is the plain mean of what has sounded.
// 0..kMaxRelative: about 1 on average, 0 in silence.
void put_against_average(std::vector<double>& values, double memory_frames);

}  // namespace spectradiff
