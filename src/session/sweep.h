// A sweep: every combination of the values of some settings.
#pragma once

#include <functional>
#include <string>

#include "spectradiff/config/run_settings.h"

namespace spectradiff {

using Sweep = decltype(RunSettings::sweep);

struct SweepPoint {
  Json chosen = Json::object();  // key → value
  std::string id;                // "/strength=0.4/seed=7"
  std::string addition;          // "-strength-0.4-seed-7", of characters that a file's name may hold
};
using SweepVisitor = std::function<void(const SweepPoint&)>;

double points_of(const Sweep& sweep);  // how many; as a double, since they multiply
void for_each_point(const Sweep& sweep, const SweepVisitor& visit);

// "song.mp4" to "song-strength-0.4.mp4", "frames/%05d.png" to "frames-strength-0.4/%05d.png".
std::string with_addition(const std::string& output, const std::string& addition);

}  // namespace spectradiff
