// Schedules of other programs as signals.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "spectradiff/base/rational.h"

namespace spectradiff {

struct ScheduleScope {
  Rational fps;           // of the other program's frames
  double seed = 0;        // what `s` means
  double last_frame = 0;  // what `max_f` means
};

// Deforum's "0:(1.02), 30:(1+0.1*sin(t/9))" as the source of a signal. A key that is a number goes to the
// next key along a line; one that is an expression (numexpr's, `t` being the frame) holds until the next key.
// Before the first key its value holds, behind the last one that of the last. Error{usage} with the reason
// alone.
std::string signal_of_schedule(std::string_view text, const ScheduleScope& scope);

// A key's frame: a number, or an expression of max_f and s. Error{usage} with the reason alone.
double schedule_frame(std::string_view text, const ScheduleScope& scope);

// The same of values at frames, ascending, which there must be: a number, or `keys …` without those that lie
// on the line between others.
std::string signal_of_keys(const std::vector<std::pair<double, double>>& keys, const Rational& fps);

}  // namespace spectradiff
