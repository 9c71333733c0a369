#include <algorithm>
#include <array>
#include <cmath>

#include "spectradiff/base/mirrored.h"
#include "spectradiff/features/sound_embedding.h"

namespace spectradiff {
namespace {

// What a cubic B-spline through the values has at its knots, mirrored at both ends without repeating them
// (Unser, Aldroubi and Eden, "B-spline signal processing", 1993).
void to_knots(std::vector<double>& values) {
  const auto count = static_cast<int64_t>(values.size());
  if (count < 2) return;
  const double pole = std::sqrt(3.0) - 2;
  const double gain = (1 - pole) * (1 - 1 / pole);
  for (double& value : values) value *= gain;
  const double last_power = std::pow(pole, static_cast<double>(count - 1));
  double power = pole, sum = values.front() + last_power * values.back();
  double back_power = last_power * last_power / pole;
  for (int64_t i = 1; i < count - 1; ++i) {
    sum += values[static_cast<size_t>(i)] * (power + back_power);
    power *= pole;
    back_power /= pole;
  }
  values.front() = sum / (1 - last_power * last_power);
  for (size_t i = 1; i < values.size(); ++i) values[i] += pole * values[i - 1];
  values.back() = pole / (pole * pole - 1) * (values.back() + pole * values[values.size() - 2]);
  for (size_t i = values.size() - 1; i-- > 0;) values[i] = pole * (values[i + 1] - values[i]);
}

// Where the values of another grid lie among so many knots, and what each of the four around counts.
struct GridPlace {
  std::array<size_t, 4> knots;
  std::array<double, 4> weights;
};

std::vector<GridPlace> grid_places(int64_t knots, int size) {
  std::vector<GridPlace> places;
  for (int i = 0; i < size; ++i) {
    const double place = size > 1 ? static_cast<double>(i) * static_cast<double>(knots - 1) / (size - 1) : 0;
    const auto first = static_cast<int64_t>(std::floor(place));
    const double t = place - static_cast<double>(first), u = 1 - t;
    GridPlace& made = places.emplace_back();
    made.weights = {u * u * u / 6, (t * t * (t - 2) * 3 + 4) / 6, (u * u * (u - 2) * 3 + 4) / 6,
                    t * t * t / 6};
    for (int64_t k = 0; k < 4; ++k)
      made.knots[static_cast<size_t>(k)] = static_cast<size_t>(mirrored_about_ends(first - 1 + k, knots));
  }
  return places;
}

double value_at(const GridPlace& place, const std::vector<double>& knots) {
  double sum = 0;
  for (size_t k = 0; k < 4; ++k) sum += place.weights[k] * knots[place.knots[k]];
  return sum;
}

}  // namespace

// Down the columns first, then along the rows that these become.
Matrix zoomed(const Matrix& array, int rows, int columns) {
  const auto own_columns = static_cast<size_t>(array.columns);
  std::vector<std::vector<double>> by_row(static_cast<size_t>(rows), std::vector<double>(own_columns));
  const std::vector<GridPlace> down = grid_places(array.rows, rows);
  for (size_t column = 0; column < own_columns; ++column) {
    std::vector<double> line;
    for (size_t row = 0; row < static_cast<size_t>(array.rows); ++row)
      line.push_back(array.values[row * own_columns + column]);
    to_knots(line);
    for (size_t row = 0; row < by_row.size(); ++row) by_row[row][column] = value_at(down[row], line);
  }
  const std::vector<GridPlace> along = grid_places(array.columns, columns);
  Matrix made{rows, columns, {}};
  made.values.reserve(static_cast<size_t>(rows) * static_cast<size_t>(columns));
  for (std::vector<double>& line : by_row) {
    to_knots(line);
    for (const GridPlace& place : along) made.values.push_back(static_cast<float>(value_at(place, line)));
  }
  return made;
}

}  // namespace spectradiff
