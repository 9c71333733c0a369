// Flashes per second, as WCAG 2.3.1 counts them.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "spectradiff/base/rational.h"
#include "spectradiff/image/light.h"

namespace spectradiff {

// The general and the red flash threshold of WCAG 2.x (success criterion 2.3.1 and its definitions), brought
// to a picture that fills the screen:
// - A transition of a cell is a change of at least 10 % of full relative luminance from its latest extreme,
//   against the direction of its transition before, where the darker state is below 0.80. Small steps add up
//   until the direction turns.
// - A red transition is a change of more than 20 in 320 · max(0, R - G - B), linear light 0..1, where either
//   state is saturated: R / (R + G + B) >= 0.8 (the working definition of WCAG 2.1, one number of which
//   "opposing" has a clear meaning).
// - Area: WCAG's field of 10 degrees is 341 x 256 of 1024 x 768 pixels, here a third of the width by a third
//   of the height, at every position of a grid of 72 x 72 cells. A field has a transition in a frame when
//   more than a quarter of its cells have had one of that direction within a fifteenth of a second (within
//   the frame itself up to 15 frames per second), and never two of the same direction in a row.
// - Two transitions are a flash. A second holds fps frames, rounded up; what counts is the worst second of
//   the worst field, general and red flashes apart.
class FlashCounter {
 public:
  static constexpr int kField = LightGrid::kCells / 3;               // cells along a field's side
  static constexpr int kPositions = LightGrid::kCells - kField + 1;  // of a field along either axis
  static constexpr int kFields = kPositions * kPositions;
  using CellMask = std::array<uint8_t, LightGrid::kCount>;

  explicit FlashCounter(const Rational& fps);

  // What one more frame would do. Its buffers are reused.
  struct Step {
    struct Cell {
      uint16_t high = 0, low = 0;  // extremes since the latest transition
      int8_t direction = 0;        // of that transition: 1, -1, 0 before the first
      uint8_t age = 255;           // frames since it
      bool high_saturated = false, low_saturated = false;
    };
    struct Kind {
      std::array<Cell, LightGrid::kCount> cells{};
      std::array<int8_t, kFields> directions{};   // of each field's latest transition
      std::array<uint8_t, kFields> transition{};  // 1: this frame brings one
      std::array<uint8_t, kFields> in_second{};   // transitions in the second that ends with this frame
    };
    Kind general, red;
    int flashes = 0;  // in that second

    // Whether a transition of this frame brings a field above so many transitions in that second.
    bool brings_above(int transitions) const;
    // Sets the cells of every such field to 1, all others to 0.
    void cells_brought_above(int transitions, CellMask& cells) const;
  };

  void evaluate(const LightGrid& frame, Step& step) const;
  void accept(const Step& step);  // the frame is shown
  void add(const LightGrid& frame);

  int per_second() const { return most_; }        // of all frames so far; 0 before the first
  int latest() const { return latest_.flashes; }  // in the second that ends with the latest frame

 private:
  using Second = std::vector<std::array<uint8_t, kFields>>;  // [frames of a second]: Kind::transition

  void evaluate_fields(const Step::Kind& before, const Second& second, bool changed, Step::Kind& kind) const;

  int frames_per_second_;
  int concurrent_frames_;
  int64_t frames_ = 0;
  int most_ = 0;
  Step latest_, next_;
  Second general_, red_;
};

}  // namespace spectradiff
