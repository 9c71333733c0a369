// Where values lie on a plot's axes, and how they are named there.
#pragma once

#include <string>
#include <vector>

#include "spectradiff/features/features.h"

namespace spectradiff {

struct Tick {
  double value;
  std::string label;
};

// At most `most` round times from 0 up to the duration, from microseconds to hours apart. most >= 2.
std::vector<Tick> time_ticks(double duration_s, int most);

// Round values within low..high, a few of them; low < high.
std::vector<Tick> value_ticks(double low, double high);

// A number with the minus sign of typography.
std::string number_text(double value, int decimals);

// Of the frames that fall into each of the columns that a song's samples are spread over, [columns]; where a
// frame is wider than a column, each column has the value of the frame at its middle.
enum class Pooling { mean, maximum };
std::vector<float> pooled(const Features& features, const std::vector<float>& values, int columns,
                          Pooling pooling);

}  // namespace spectradiff
