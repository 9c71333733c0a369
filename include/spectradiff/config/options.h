// The option table: every setting once. It drives flags, JSON, presets, environment, validation and help.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "spectradiff/base/json.h"
#include "spectradiff/config/option_class.h"
#include "spectradiff/config/run_settings.h"
#include "spectradiff/render/render_job.h"

namespace spectradiff {

// Commands an option's flag belongs to; a mask.
enum CommandMask : unsigned {
  kAnalyze = 1,
  kPaint = 2,
  kRenderAlone = 4,
  kBatch = 8,
  kOthers = 16,  // those without a song
  kSonify = 32,
  kStill = 64,
  kMeasure = 128,
  kTry = 256,
  kAssemble = 512,
  kSlow = 1024,
  kRender = kRenderAlone | kBatch | kStill | kTry,
  kPictures = kPaint | kRender,
  kVideos = kPaint | kRenderAlone | kBatch,  // not those that make one picture of a song
  kAll = kAnalyze | kPictures,
  kEvery = kAll | kOthers | kSonify | kMeasure | kAssemble | kSlow
};

// Where a number option lives and what it may be.
struct NumberPlace {
  double min = 0;
  double max = 0;
  bool min_excluded = false;
  bool whole = false;
  void (*put)(RenderJob&, double) = nullptr;  // takes what fits; null of what is no job's
  // The same where a frame's recipe has it; null for others: of the painting, and of the diffusion.
  void (*put_painting)(PaintSettings&, double) = nullptr;
  void (*put_numbers)(DiffusionNumbers&, double) = nullptr;
  double (*get_numbers)(const DiffusionNumbers&) = nullptr;
  void (*put_journey)(JourneyNumbers&, double) = nullptr;  // of what a chain and its camera are moved by
  double nearest(double value) const;  // finite `value`, brought into the range and whole where it must be
};

// What "seed" may hold before whoever runs a job draws one: nothing below does.
inline constexpr const char* kRandomSeed = "random";

// The heading in help of what makes pictures follow from one another, and of the camera that moves them. What
// these options decide stands in the rows of a plan.
inline constexpr const char* kJourneyGroup = "Journey";

// The heading of what paintings leave behind them; any of these options makes trails.
inline constexpr const char* kMeshGroup = "Mesh";

// "bin_spacing" to "--bin-spacing".
std::string flag_of(std::string_view key);

enum class PathKind {
  none,
  file,  // or a folder, or a pattern of files
  model  // a model's name, or its folder where it has a slash
};

// What help says of an option where these commands mean something else by it.
struct OtherMeaning {
  unsigned commands = 0;
  std::string help, without;
};

struct Option {
  std::string key;  // "bin_spacing": flag --bin-spacing, environment SPECTRADIFF_BIN_SPACING
  OptionClass option_class = OptionClass::picture;
  bool typed_only = false;  // no setting but a command to this call: a flag or the environment
  std::string short_flag;   // "-o"; empty: none
  std::string group;        // heading in --help
  std::string value_name;   // "HZ"; empty for a switch, which is --key and --no-key
  std::string help;     // what it decides, with its unit; range, choices and default are added (OptionHelp)
  std::string range;    // the values it takes, in words: "0 to 1"; empty: choices, or nothing to say
  std::string without;  // what holds where it has no value: "to the end"
  std::vector<OtherMeaning> other_meanings;
  unsigned commands = 0;
  std::vector<std::string> choices;
  std::vector<std::string> choice_notes;  // [choices]; empty texts: the name says it
  std::optional<NumberPlace> number;      // of a number option
  bool moves = false;                     // takes an expression too (RenderJob::expressions)
  bool repeats = false;  // its flag may be given more than once; values are objects or arrays, put together
  bool of_job = true;    // false: of the run (RunSettings)
  PathKind path = PathKind::none;     // what a text value names
  std::vector<std::string> no_paths;  // the texts that name nothing

  // Text as typed to the JSON value it means. Throws Error{usage} with the reason alone ("is not a number").
  std::function<Json(std::string_view)> from_text;
  // Checks and stores. Throws Error{usage} with the reason alone ("is outside 0..1; …").
  std::function<void(Settings&, const Json&)> set;
  // Null when absent.
  std::function<Json(const Settings&)> get;

  bool has_choice_notes() const;
  bool is_switch() const { return value_name.empty(); }
  bool names_path(const Json& value) const;  // and no word that stands for something else
  std::string flag() const { return flag_of(key); }
  std::string environment() const;  // "SPECTRADIFF_BIN_SPACING"
};

const std::vector<Option>& option_table();
const Option* find_option(std::string_view key);
std::vector<std::string> option_keys();

// Whether the option may stand there with this value: may_stand(), and no files named by those who may not
// read any. Otherwise why not, and where it may stand: "cannot stand in a preset: …"; empty: it may.
std::string layer_problem(const Option& option, const Json& value, LayerKind layer);

// Without the options that may not stand there; what is no option stays.
Json allowed_in(LayerKind layer, Json values);

// Why a number option does not take this value, as "is outside 0..1; …"; empty: it does.
std::string check_number(const Option& option, double value);

// Every set option by key, in the table's order: those of the job; or all that could be read back from a
// --config file.
Json job_to_json(const RenderJob& job);
Json settings_to_json(const Settings& settings);

// The keys of two jobs' JSON whose values differ and that decide what is seen and heard: pictures, video and
// what is read.
std::vector<std::string> differing_keys(const Json& job, const Json& other);

}  // namespace spectradiff
