// The option table: every setting of a job once. It drives flags, JSON, presets, environment, validation and
// help.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "spectradiff/base/json.h"
#include "spectradiff/render/render_job.h"

namespace spectradiff {

// Commands an option's flag belongs to; a mask.
enum CommandMask : unsigned {
  kAnalyze = 1,
  kPaint = 2,
  kRender = 4,
  kPictures = kPaint | kRender,
  kAll = kAnalyze | kPaint | kRender
};

// Where a number option lives and what it may be.
struct NumberPlace {
  double min = 0;
  double max = 0;
  bool min_excluded = false;
  bool whole = false;
  std::function<void(RenderJob&, double)> put;  // takes what fits
  double nearest(double value) const;  // finite `value`, brought into the range and whole where it must be
};

// "bin_spacing" to "--bin-spacing".
std::string flag_of(std::string_view key);

struct Option {
  std::string key;         // "bin_spacing": flag --bin-spacing, environment SPECTRADIFF_BIN_SPACING
  std::string group;       // heading in --help
  std::string value_name;  // "HZ"; empty for a switch, which is --key and --no-key
  std::string help;        // one line, with unit, range and default
  unsigned commands = 0;
  std::vector<std::string> choices;
  std::optional<NumberPlace> number;  // of a number option
  bool moves = false;                 // takes an expression too (RenderJob::expressions)
  bool repeats = false;  // its flag may be given more than once; values are objects, put together

  // Text as typed to the JSON value it means. Throws Error{usage} with the reason alone ("is not a number").
  std::function<Json(std::string_view)> from_text;
  // Checks and stores. Throws Error{usage} with the reason alone ("is outside 0..1; …").
  std::function<void(RenderJob&, const Json&)> set;
  // Null when absent.
  std::function<Json(const RenderJob&)> get;

  bool is_switch() const { return value_name.empty(); }
  std::string flag() const { return flag_of(key); }
  std::string environment() const;  // "SPECTRADIFF_BIN_SPACING"
};

const std::vector<Option>& option_table();
const Option* find_option(std::string_view key);
std::vector<std::string> option_keys();

// Every set option by key, in the table's order.
Json job_to_json(const RenderJob& job);

}  // namespace spectradiff
