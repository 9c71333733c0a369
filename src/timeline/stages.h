// What a signal's stages do to its values.
#pragma once

#include <functional>
#include <string>
#include <vector>

namespace spectradiff {

// Arguments in the order they are written, by kind: t is a time (in frames here), n a number, capital letters
// may be left out.
struct StageKind {
  std::string name;
  std::string arguments;  // "tt"
  std::string usage;      // "env A R"
  std::string example;    // "env 1f 6f"
  bool negative_times = false;
  // `values` [frames]; fps is there for what is counted per second.
  void (*apply)(std::vector<double>& values, const std::vector<double>& times,
                const std::vector<double>& numbers, double fps);
};

// As the stage norm; within the frames from `reach_frames` before to as many after.
void normalise(std::vector<double>& values, double percent);
void normalise_around(std::vector<double>& values, double percent, double reach_frames);

const std::vector<StageKind>& stage_kinds();
const StageKind* find_stage(const std::string& name);

}  // namespace spectradiff
