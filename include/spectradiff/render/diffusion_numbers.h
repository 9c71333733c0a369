// The numbers of a diffused frame that music may move.
#pragma once

namespace spectradiff {

// One more stands here and as a row of the option table; where it is used is DiffusionStage.
struct DiffusionNumbers {
  double strength = 0.75;     // 0..1
  double guidance = 7.5;      // 0..100; at most 1: no guidance
  double control_weight = 1;  // 0..2
  friend bool operator==(const DiffusionNumbers&, const DiffusionNumbers&) = default;
};

}  // namespace spectradiff
