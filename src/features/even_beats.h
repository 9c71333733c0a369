// Stretches of a song whose beats are even, as those that a computer or a click led are.
#pragma once

#include <cstddef>
#include <vector>

namespace spectradiff {

struct EvenStretch {
  size_t begin, end;  // of the beats it was found in
  double first_s;     // an exact grid: first_s + i · period_s, the first near beats[begin]
  double period_s;
};

// Lines through the beats' times that nearly all beats of a stretch lie on within 30 ms, in the order of
// time: 16 beats each at least. A beat that was tracked wrongly moves no line, and one that is missing or too
// much breaks none.
std::vector<EvenStretch> even_stretches(const std::vector<double>& beats_s);

}  // namespace spectradiff
