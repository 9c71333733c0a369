#include "functions.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <numbers>

#include "spectradiff/base/number.h"

namespace spectradiff {
namespace {

constexpr const char* kPlain = "arithmetic";
constexpr const char* kShaping = "shaping";
constexpr const char* kEasing = "easing, 0..1 to 0..1";
constexpr const char* kOscillators = "oscillators, 0..1, p counts periods: t/4, beats/2, bars";
constexpr const char* kSwings =
    "beat-locked swings, -1..1 (osc_decay: 1..0), p counts periods: beats, beats/2, bars/4";
constexpr const char* kRandom = "seeded, 0..1";

double fraction(double x) {
  return x - std::floor(x);
}

double unit_clamp(double x) {
  return std::clamp(x, 0.0, 1.0);
}

// Curves of the easing functions: from 0 at 0 to 1 at 1.
double quad(double x) {
  return x * x;
}
double cubic(double x) {
  return x * x * x;
}
double quart(double x) {
  return x * x * x * x;
}
double expo(double x) {
  return (std::exp2(10 * x) - 1) / 1023;
}
double circ(double x) {
  return 1 - std::sqrt(1 - x * x);
}
double quarter_cosine(double x) {
  return 1 - std::cos(x * std::numbers::pi / 2);
}
// Penner's overshoot of a tenth.
double back(double x) {
  constexpr double kOvershoot = 1.70158;
  return x * x * ((kOvershoot + 1) * x - kOvershoot);
}

template <double (*Curve)(double)>
void add_easing(std::vector<ExpressionFunction>& table, const std::string& name) {
  table.push_back({"in_" + name, "x", kEasing, [](const double* a, int) { return Curve(unit_clamp(a[0])); }});
  table.push_back(
      {"out_" + name, "x", kEasing, [](const double* a, int) { return 1 - Curve(1 - unit_clamp(a[0])); }});
  table.push_back({"inout_" + name, "x", kEasing, [](const double* a, int) {
                     const double x = unit_clamp(a[0]);
                     return x < 0.5 ? Curve(2 * x) / 2 : 1 - Curve(2 - 2 * x) / 2;
                   }});
}

// 0..1, of a whole number. Numbers beyond 2^53 stand for their neighbours, as doubles do.
double hashed(double whole, double seed) {
  const auto bits = [](double x) {
    constexpr double kLargest = 9007199254740992.0;
    return static_cast<uint64_t>(static_cast<int64_t>(std::clamp(std::floor(x), -kLargest, kLargest)));
  };
  return static_cast<double>(splitmix64(bits(whole) ^ splitmix64(bits(seed))) >> 11) * 0x1p-53;
}

// Perlin's value noise: random at whole numbers, a quintic between them.
double value_noise(double x, double seed) {
  const double cell = std::floor(x);
  const double part = x - cell;
  const double weight = part * part * part * (part * (part * 6 - 15) + 10);
  return std::lerp(hashed(cell, seed), hashed(cell + 1, seed), weight);
}

// Whatever cannot be hashed comes out as it went in, to be reported.
double random_of(const double* a, int count, double (*random)(double, double)) {
  const double seed = count > 1 ? a[1] : 0;
  if (!std::isfinite(a[0]) || !std::isfinite(seed)) return std::numeric_limits<double>::quiet_NaN();
  return random(a[0], seed);
}

using Table = std::vector<ExpressionFunction>;

void add_plain(Table& table) {
  const Table rows = {
      {"abs", "x", kPlain, [](const double* a, int) { return std::abs(a[0]); }},
      {"sign", "x", kPlain, [](const double* a, int) { return (a[0] > 0 ? 1.0 : 0) - (a[0] < 0 ? 1.0 : 0); }},
      {"floor", "x", kPlain, [](const double* a, int) { return std::floor(a[0]); }},
      {"ceil", "x", kPlain, [](const double* a, int) { return std::ceil(a[0]); }},
      {"round", "x", kPlain, [](const double* a, int) { return std::round(a[0]); }},
      {"frac", "x", kPlain, [](const double* a, int) { return fraction(a[0]); }},
      {"mod", "a,b", kPlain, [](const double* a, int) { return modulo(a[0], a[1]); }},
      {"sqrt", "x", kPlain, [](const double* a, int) { return std::sqrt(a[0]); }},
      {"pow", "a,b", kPlain, [](const double* a, int) { return std::pow(a[0], a[1]); }},
      {"exp", "x", kPlain, [](const double* a, int) { return std::exp(a[0]); }},
      {"log", "x", kPlain, [](const double* a, int) { return std::log(a[0]); }},
      {"log2", "x", kPlain, [](const double* a, int) { return std::log2(a[0]); }},
      {"log10", "x", kPlain, [](const double* a, int) { return std::log10(a[0]); }},
      {"sin", "x", kPlain, [](const double* a, int) { return std::sin(a[0]); }},
      {"cos", "x", kPlain, [](const double* a, int) { return std::cos(a[0]); }},
      {"tan", "x", kPlain, [](const double* a, int) { return std::tan(a[0]); }},
      {"asin", "x", kPlain, [](const double* a, int) { return std::asin(a[0]); }},
      {"acos", "x", kPlain, [](const double* a, int) { return std::acos(a[0]); }},
      {"atan", "x", kPlain, [](const double* a, int) { return std::atan(a[0]); }},
      {"atan2", "y,x", kPlain, [](const double* a, int) { return std::atan2(a[0], a[1]); }},
      {"sinh", "x", kPlain, [](const double* a, int) { return std::sinh(a[0]); }},
      {"cosh", "x", kPlain, [](const double* a, int) { return std::cosh(a[0]); }},
      {"tanh", "x", kPlain, [](const double* a, int) { return std::tanh(a[0]); }},
      {"min", "a,b,…", kPlain, [](const double* a, int count) { return *std::min_element(a, a + count); }},
      {"max", "a,b,…", kPlain, [](const double* a, int count) { return *std::max_element(a, a + count); }},
  };
  table.insert(table.end(), rows.begin(), rows.end());
}

void add_shaping(Table& table) {
  const auto mix = [](const double* a, int) { return a[0] + (a[1] - a[0]) * a[2]; };
  const Table rows = {
      {"clamp", "x,lo,hi", kShaping,
       [](const double* a, int) { return std::min(std::max(a[0], a[1]), a[2]); }},
      {"mix", "a,b,w", kShaping, mix},
      {"lerp", "a,b,w", kShaping, mix},
      {"remap", "x,a,b,c,d", kShaping,
       [](const double* a, int) { return a[3] + (a[4] - a[3]) * (a[0] - a[1]) / (a[2] - a[1]); }},
      {"step", "edge,x", kShaping, [](const double* a, int) { return a[1] < a[0] ? 0.0 : 1.0; }},
      {"smoothstep", "a,b,x", kShaping,
       [](const double* a, int) {
         const double x = unit_clamp((a[2] - a[0]) / (a[1] - a[0]));
         return x * x * (3 - 2 * x);
       }},
      {"decay", "x,half", kShaping, [](const double* a, int) { return std::exp2(-a[0] / a[1]); }},
  };
  table.insert(table.end(), rows.begin(), rows.end());
}

void add_oscillators(Table& table) {
  const Table rows = {
      {"sine", "p", kOscillators,
       [](const double* a, int) { return 0.5 - 0.5 * std::cos(2 * std::numbers::pi * fraction(a[0])); }},
      {"tri", "p", kOscillators, [](const double* a, int) { return 1 - std::abs(2 * fraction(a[0]) - 1); }},
      {"saw", "p", kOscillators, [](const double* a, int) { return fraction(a[0]); }},
      {"square", "p", kOscillators, [](const double* a, int) { return fraction(a[0]) < 0.5 ? 1.0 : 0.0; }},
      {"pulse", "p,width", kOscillators,
       [](const double* a, int) { return fraction(a[0]) < a[1] ? 1.0 : 0.0; }},
  };
  table.insert(table.end(), rows.begin(), rows.end());
}

// The shapes of Daydream Scope's beat-locked modulation.
void add_swings(Table& table) {
  constexpr double kTurn = 2 * std::numbers::pi;
  const Table rows = {
      {"osc_sine", "p", kSwings, [](const double* a, int) { return std::sin(kTurn * fraction(a[0])); }},
      {"osc_cosine", "p", kSwings, [](const double* a, int) { return std::cos(kTurn * fraction(a[0])); }},
      {"osc_tri", "p", kSwings,
       [](const double* a, int) { return 4 * std::abs(fraction(a[0] + 0.75) - 0.5) - 1; }},
      {"osc_saw", "p", kSwings, [](const double* a, int) { return 2 * fraction(a[0]) - 1; }},
      {"osc_square", "p", kSwings, [](const double* a, int) { return fraction(a[0]) < 0.5 ? 1.0 : -1.0; }},
      {"osc_decay", "p", kSwings, [](const double* a, int) { return std::exp(-fraction(a[0]) / 0.15); }},
  };
  table.insert(table.end(), rows.begin(), rows.end());
}

std::vector<ExpressionFunction> make_table() {
  Table table;
  add_plain(table);
  add_shaping(table);
  add_easing<quad>(table, "quad");
  add_easing<cubic>(table, "cubic");
  add_easing<quart>(table, "quart");
  add_easing<expo>(table, "expo");
  add_easing<circ>(table, "circ");
  add_easing<quarter_cosine>(table, "sine");
  add_easing<back>(table, "back");
  add_oscillators(table);
  add_swings(table);
  table.push_back({"noise", "x[,seed]", kRandom,
                   [](const double* a, int count) { return random_of(a, count, value_noise); }});
  table.push_back(
      {"rand", "x[,seed]", kRandom, [](const double* a, int count) { return random_of(a, count, hashed); }});
  return table;
}

}  // namespace

double modulo(double a, double b) {
  return a - b * std::floor(a / b);
}

int ExpressionFunction::max_arguments() const {
  if (arguments.ends_with("…")) return std::numeric_limits<int>::max();
  return 1 + static_cast<int>(std::count(arguments.begin(), arguments.end(), ','));
}

int ExpressionFunction::min_arguments() const {
  const std::string needed = arguments.substr(0, arguments.find_first_of("[\xE2"));
  return static_cast<int>(std::count(needed.begin(), needed.end(), ',')) + (needed.ends_with(',') ? 0 : 1);
}

const std::vector<ExpressionFunction>& function_table() {
  static const std::vector<ExpressionFunction> table = make_table();
  return table;
}

const ExpressionFunction* find_function(const std::string& name) {
  for (const ExpressionFunction& function : function_table()) {
    if (function.name == name) return &function;
  }
  return nullptr;
}

}  // namespace spectradiff
