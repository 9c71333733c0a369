#include "spectradiff/render/flashes.h"

#include <algorithm>

namespace spectradiff {
namespace {

using Cell = FlashCounter::Step::Cell;

constexpr int kField = FlashCounter::kField;
constexpr int kPositions = FlashCounter::kPositions;

// In units of LightGrid::kOne, which is no multiple of ten: rounded up, as both say "at least".
constexpr int kGeneralChange = 6554;
constexpr int kRedChange = LightGrid::kOne / 16 + 1;  // more than 20 of 320
constexpr int kBright = 52428;                        // 0.80

struct State {
  int value = 0;
  bool saturated = false;
};

void set_high(Cell& cell, const State& state) {
  cell.high = static_cast<uint16_t>(state.value);
  cell.high_saturated = state.saturated;
}

void set_low(Cell& cell, const State& state) {
  cell.low = static_cast<uint16_t>(state.value);
  cell.low_saturated = state.saturated;
}

void start(Cell& cell, const State& state) {
  cell = Cell{};
  set_high(cell, state);
  set_low(cell, state);
}

// Extremes and direction after one more state; whether it made a transition.
bool follow(Cell& cell, const State& state, bool rises, bool falls) {
  cell.age = static_cast<uint8_t>(std::min(255, cell.age + 1));
  if (rises || state.value >= cell.high) set_high(cell, state);
  if (falls || state.value <= cell.low) set_low(cell, state);
  if (!rises && !falls) return false;
  cell.direction = rises ? 1 : -1;
  cell.age = 0;
  return true;
}

bool follow_luminance(Cell& cell, int value) {
  const bool rises = cell.direction != 1 && value - cell.low >= kGeneralChange && cell.low < kBright;
  const bool falls = cell.direction != -1 && cell.high - value >= kGeneralChange && value < kBright;
  return follow(cell, {value, false}, rises, falls);
}

bool follow_red(Cell& cell, const State& state) {
  const bool rises =
      cell.direction != 1 && state.value - cell.low >= kRedChange && (state.saturated || cell.low_saturated);
  const bool falls = cell.direction != -1 && cell.high - state.value >= kRedChange &&
                     (state.saturated || cell.high_saturated);
  return follow(cell, state, rises, falls);
}

// Above and left of each cell's corner: how many cells rose lately (low 16 bits) and fell (high 16 bits).
using AreaTable =
    std::array<uint32_t, static_cast<size_t>((LightGrid::kCells + 1) * (LightGrid::kCells + 1))>;

void sum_areas(const std::array<Cell, LightGrid::kCount>& cells, int concurrent_frames, AreaTable& table) {
  std::fill_n(table.begin(), LightGrid::kCells + 1, 0U);
  for (size_t y = 0; y < LightGrid::kCells; ++y) {
    const uint32_t* const above = table.data() + y * (LightGrid::kCells + 1);
    uint32_t* const here = table.data() + (y + 1) * (LightGrid::kCells + 1);
    uint32_t row = 0;
    here[0] = 0;
    for (size_t x = 0; x < LightGrid::kCells; ++x) {
      const Cell& cell = cells[y * LightGrid::kCells + x];
      if (cell.age < concurrent_frames) row += cell.direction > 0 ? 1U : 1U << 16;
      here[x + 1] = above[x + 1] + row;
    }
  }
}

bool field_brought_above(const FlashCounter::Step& step, size_t field, int transitions) {
  const auto kind_is = [&](const FlashCounter::Step::Kind& kind) {
    return kind.transition[field] != 0 && kind.in_second[field] > transitions;
  };
  return kind_is(step.general) || kind_is(step.red);
}

}  // namespace

FlashCounter::FlashCounter(const Rational& fps)
    : frames_per_second_(static_cast<int>(mul_div_ceil(fps.num, 1, fps.den))),
      concurrent_frames_(static_cast<int>(mul_div_ceil(fps.num, 1, 15 * fps.den))),
      general_(static_cast<size_t>(frames_per_second_)),
      red_(static_cast<size_t>(frames_per_second_)) {}

void FlashCounter::evaluate(const LightGrid& frame, Step& step) const {
  step.general.cells = latest_.general.cells;
  step.red.cells = latest_.red.cells;
  bool general_changed = false;
  bool red_changed = false;
  for (int i = 0; i < LightGrid::kCount; ++i) {
    const auto c = static_cast<size_t>(i);
    const int luminance = frame.luminance(i);
    const int others = frame.green[c] + frame.blue[c];
    const State red{std::max(0, frame.red[c] - others), frame.red[c] > 0 && frame.red[c] >= 4 * others};
    if (frames_ == 0) {
      start(step.general.cells[c], {luminance, false});
      start(step.red.cells[c], red);
    } else {
      general_changed |= follow_luminance(step.general.cells[c], luminance);
      red_changed |= follow_red(step.red.cells[c], red);
    }
  }
  evaluate_fields(latest_.general, general_, general_changed, step.general);
  evaluate_fields(latest_.red, red_, red_changed, step.red);
  const auto most = [](const Step::Kind& kind) {
    return *std::max_element(kind.in_second.begin(), kind.in_second.end()) / 2;
  };
  step.flashes = std::max(most(step.general), most(step.red));
}

// A frame in which no cell has a transition brings none, so a repeated picture never flashes.
void FlashCounter::evaluate_fields(const Step::Kind& before, const Second& second, bool changed,
                                   Step::Kind& kind) const {
  const auto& leaving = second[static_cast<size_t>(frames_ % frames_per_second_)];
  kind.directions = before.directions;
  kind.transition.fill(0);
  if (changed) {
    AreaTable table;
    sum_areas(kind.cells, concurrent_frames_, table);
    constexpr uint32_t kArea = kField * kField;
    for (size_t y = 0, field = 0; y < kPositions; ++y) {
      const uint32_t* const top = table.data() + y * (LightGrid::kCells + 1);
      const uint32_t* const bottom = top + ptrdiff_t{kField} * (LightGrid::kCells + 1);
      for (size_t x = 0; x < kPositions; ++x, ++field) {
        const uint32_t both = bottom[x + kField] - bottom[x] - top[x + kField] + top[x];
        const int8_t direction = before.directions[field];
        if (4 * (both & 0xffff) > kArea && direction != 1) {
          kind.directions[field] = 1;
          kind.transition[field] = 1;
        } else if (4 * (both >> 16) > kArea && direction != -1) {
          kind.directions[field] = -1;
          kind.transition[field] = 1;
        }
      }
    }
  }
  for (size_t field = 0; field < kFields; ++field) {
    kind.in_second[field] =
        static_cast<uint8_t>(before.in_second[field] - leaving[field] + kind.transition[field]);
  }
}

void FlashCounter::accept(const Step& step) {
  latest_ = step;
  const auto slot = static_cast<size_t>(frames_ % frames_per_second_);
  general_[slot] = step.general.transition;
  red_[slot] = step.red.transition;
  most_ = std::max(most_, step.flashes);
  ++frames_;
}

void FlashCounter::add(const LightGrid& frame) {
  evaluate(frame, next_);
  accept(next_);
}

bool FlashCounter::Step::brings_above(int transitions) const {
  for (size_t field = 0; field < kFields; ++field) {
    if (field_brought_above(*this, field, transitions)) return true;
  }
  return false;
}

void FlashCounter::Step::cells_brought_above(int transitions, CellMask& cells) const {
  // How many fields reach over a cell: their corners, summed along both axes.
  std::array<int, static_cast<size_t>((LightGrid::kCells + 1) * (LightGrid::kCells + 1))> corners{};
  for (size_t y = 0, field = 0; y < kPositions; ++y) {
    for (size_t x = 0; x < kPositions; ++x, ++field) {
      if (!field_brought_above(*this, field, transitions)) continue;
      int* const corner = corners.data() + y * (LightGrid::kCells + 1) + x;
      ++corner[0];
      --corner[kField];
      --corner[ptrdiff_t{kField} * (LightGrid::kCells + 1)];
      ++corner[ptrdiff_t{kField} * (LightGrid::kCells + 1) + kField];
    }
  }
  std::array<int, LightGrid::kCells> column{};
  for (size_t y = 0; y < LightGrid::kCells; ++y) {
    int over = 0;
    for (size_t x = 0; x < LightGrid::kCells; ++x) {
      column[x] += corners[y * (LightGrid::kCells + 1) + x];
      over += column[x];
      cells[y * LightGrid::kCells + x] = over > 0 ? 1 : 0;
    }
  }
}

}  // namespace spectradiff
