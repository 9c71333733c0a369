#include "help.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "commands.h"
#include "spectradiff/base/text.h"
#include "spectradiff/features/series.h"
#include "spectradiff/timeline/expression.h"
#include "spectradiff/timeline/signals.h"
#include "topics.h"

namespace spectradiff {
namespace {

constexpr size_t kNameWidth = 30;
constexpr size_t kLineWidth = 100;  // of a line

std::string usage_line(const Command& command) {
  return fmt::format("usage: spectradiff {} {}{}[options]\n", command.name, command.operands,
                     command.operands.empty() ? "" : " ");
}

// Lines of at most `width` characters, broken at spaces; the second and following begin with `indent` spaces.
std::string wrapped(const std::string& text, size_t width, size_t indent) {
  std::string lines;
  size_t column = 0;
  for (size_t begin = 0; begin < text.size();) {
    const size_t end = std::min(text.find(' ', begin), text.size());
    const std::string word = text.substr(begin, end - begin);
    const size_t length = utf8_characters(word).size();
    if (column > 0 && column + 1 + length > width) {
      lines += "\n" + std::string(indent, ' ');
      column = 0;
    } else if (column > 0) {
      lines += ' ';
      ++column;
    }
    lines += word;
    column += length;
    begin = end + 1;
  }
  return lines;
}

std::string row(const std::string& name, const std::string& help) {
  const size_t length = utf8_characters(name).size();
  const std::string gap = length + 3 > kNameWidth ? "\n" + std::string(kNameWidth, ' ')
                                                  : std::string(kNameWidth - 2 - length, ' ');
  return "  " + name + gap + wrapped(help, kLineWidth - kNameWidth, kNameWidth) + "\n";
}

std::string option_row(const Option& option, const OptionHelp& help, unsigned commands) {
  const std::string names = (option.short_flag.empty() ? "" : option.short_flag + ", ") +
                            (option.is_switch() ? "--[no-]" + option.flag().substr(2) : option.flag());
  if (option.is_switch()) return row(names, help.line(option, commands));
  return row(names + " " + option.value_name + (option.moves ? " ◇" : ""), help.line(option, commands));
}

// Words behind a title, wrapped.
std::string listing(const std::string& title, const std::vector<std::string>& words) {
  std::string text = "  " + title + ":\n";
  std::string line = "   ";
  for (const std::string& word : words) {
    if (line.size() + word.size() >= kLineWidth) {
      text += line + "\n";
      line = "   ";
    }
    line += " " + word;
  }
  return text + line + "\n";
}

// The keys of a command's options that only some places may set.
std::string limited_keys(unsigned commands, bool (*wanted)(const Option&)) {
  std::vector<std::string> keys;
  for (const Option& option : option_table()) {
    if ((option.commands & commands) != 0 && wanted(option)) keys.push_back(option.key);
  }
  return join(keys, ", ");
}

// Where else an option may be set, and who wins.
std::string settings_help(const Command& command) {
  if (command.options == kOthers)
    return "\nEvery option is also an environment variable, such as SPECTRADIFF_JSON.\n";
  std::string help = "\nOther places for options:\n";
  for (const std::string& line : settings_rules(command.options))
    help += "  " + wrapped(line, kLineWidth - 2, 2) + "\n";
  return help;
}

std::string commands_help() {
  std::string help =
      "usage: spectradiff COMMAND …\nMakes music videos: a picture is painted from every moment of a song "
      "and diffused.\n\n";
  for (const Command& text : commands()) help += row(text.name + " " + text.operands, text.summary);
  return help +
         "\n  spectradiff render song.wav --prompt \"iceland vista, cinematic\" --strength 0.75 --fps 15\n\n"
         "`spectradiff COMMAND --help` explains one command, `spectradiff --help-all` all of them,\n"
         "`spectradiff help TOPIC` one matter: " +
         join(topic_names(), ", ") + ".\n";
}

// What most people need, for -h.
struct CommonOptions {
  const char* title;
  std::vector<const char*> keys;
};

const std::array<CommonOptions, 6> kCommonOptions = {
    {{"What is shown",
      {"prompt", "negative_prompt", "prompts", "strength", "guidance", "steps", "seed", "model"}},
     {"The painting", {"preset", "painter", "image", "colour_map", "blur", "size"}},
     {"The song", {"fps", "start", "duration", "tempo"}},
     {"What is written",
      {"output", "aspect", "output_size", "report", "looks", "csv", "json_out", "plot", "series", "seed_csv",
       "overwrite"}},
     {"Trying things out", {"draft", "frames", "sweep", "dry_run", "config"}},
     {"This computer", {"device", "quiet"}}}};

}  // namespace

std::vector<std::string> settings_rules(unsigned commands) {
  std::vector<std::string> rules = {
      "Every option is also an environment variable, such as SPECTRADIFF_BIN_SPACING, and a key of JSON, "
      "such as "
      "bin_spacing, in a --config file, in presets and in your settings file, "
      "$XDG_CONFIG_HOME/spectradiff/config.json.",
      "A flag wins over the environment, which wins over --config, then --from, --preset, your settings file "
      "and "
      "what the model brings."};
  const auto add = [&](const char* rule, bool (*wanted)(const Option&)) {
    if (const std::string keys = limited_keys(commands, wanted); !keys.empty())
      rules.push_back(rule + keys + ".");
  };
  add("Not allowed in presets and your settings file: ",
      [](const Option& option) { return option.option_class == OptionClass::run && !option.typed_only; });
  add("Only as a flag or an environment variable: ", [](const Option& option) { return option.typed_only; });
  add("Only as a flag, as an environment variable or in your settings file: ",
      [](const Option& option) { return option.option_class == OptionClass::trust; });
  rules.emplace_back(
      "A relative path in a preset or in your settings file counts from the folder of that file.");
  return rules;
}

// What an expression is made of.
std::string expression_help() {
  std::string help =
      "\nOptions with ◇ take a number, or an expression that gives a number for every frame:\n"
      "  spectradiff paint song.wav --blur \"1 + 12*onset\"\n"
      "  spectradiff paint song.wav --signal \"kick=band 40 120 | env 1f 6f | norm 95\" --mark-size \"16 + "
      "24*kick\"\n"
      "  spectradiff paint song.wav --hue-start \"frac(bars/8)\" --lightness \"0.35 + 0.3*decay(since_beat, "
      "0.15)\"\n";
  std::vector<std::string> series = series_names();
  series.insert(series.end(), {"mel_0…127", "mfcc_0…19", "band(LOW_HZ,HIGH_HZ)"});
  const auto& librosa = librosa_series_names();
  series.insert(series.end(), librosa.begin(), librosa.end());
  help += listing("series, scaled to 0..1 over the song", series);
  help += listing("from beside the song, for files given by --stem, --midi and --labels",
                  {"stem:NAME", "midi:NAME", "midi:NAME:NOTE", "pitch:NAME", "labels:NAME"});
  help +=
      "  any of these names, a counter's or a signal's, otherwise than it is now:\n"
      "    at(NAME, -2f)         at another time (f, ms, s, beats)\n"
      "    raw(SERIES)           as it was measured, not scaled\n"
      "    norm(NAME, 95)        divided by its 95th percentile, at most 1; norm(NAME, 95, 8s): of 8 s to "
      "either side\n"
      "    rel(NAME, 4s)         against its own last seconds, about 1\n"
      "    quantize(NAME, 1bar)  changing at every bar alone (or 4beats, 2bars)\n";
  help += "  counters:\n";
  for (const Counter& counter : expression_counters())
    help += fmt::format("    {:<14} {}\n", counter.name, counter.meaning);
  for (const FunctionGroup& group : expression_functions()) help += listing(group.title, group.calls);
  help += listing("operators", {"+ - * / % ^", "< <= > >= == !=", "&& || !", "CONDITION ? A : B"});
  std::vector<std::string> stages;
  for (const std::string& usage : signal_stages()) stages.push_back("| " + usage);
  return help + listing(
                    "stages of --signal NAME=SOURCE; SOURCE is `band LOW HIGH` (in Hz), `keys 0s 1, 2.5s 3` "
                    "or an expression",
                    stages);
}

// What the file of a batch holds, and what comes out.
const char* const kBatchHelp = R"(
The file of a batch is [{"audio": "a.wav", "output": "a.mp4", "strength": 0.5}, …], or {"defaults":
{…}, "jobs": […]}, or has one job per line. A job needs "audio"; it may have "id" (its index if it has
none) and any option by its JSON key, but allow_unpinned_model. Its options win over --config; flags and
the environment win over them. Without "output", the video has the song's name with .mp4. Paths start in
the current folder.
The settings of all jobs are checked before the first one starts; jobs with the same model run one after
another. A video that exists and was made with the same settings is skipped.
For each job stdout gets a line: id, done|skipped|failed|waiting, exit code, output and message, with tabs
between; tabs, line ends and backslashes in them are written \t, \n and \\. The exit code is 7 if a job
failed.
)";

std::string short_help(const std::string& command, const HelpDefaults& defaults) {
  if (command.empty()) return commands_help();
  const Command& text = command_named(command);
  std::string help = fmt::format("{}{}\n\nexamples:\n{}", usage_line(text), text.summary, text.examples);
  for (const CommonOptions& group : kCommonOptions) {
    std::string rows;
    for (const char* key : group.keys) {
      const Option& option = *find_option(key);
      if (text.has(option) && !(command == "analyze" && option.moves))
        rows += option_row(option, defaults.of(command), text.options);
    }
    if (!rows.empty()) help += fmt::format("\n{}:\n{}", group.title, rows);
  }
  const bool has_moving = help.find("◇") != std::string::npos;
  return help + fmt::format("\n{}`spectradiff {} --help` lists every option.\n",
                            has_moving
                                ? "An option with ◇ also takes an expression, so that the music moves it. "
                                : "",
                            command);
}

std::string full_help(const std::string& command, const HelpDefaults& defaults) {
  if (command.empty()) return commands_help();
  const Command& text = command_named(command);
  std::string help = fmt::format("examples:\n{}\n{}{}\n", text.examples, usage_line(text), text.summary);

  std::string group;
  for (const Option& option : option_table()) {
    if (!text.has(option)) continue;
    if (command == "analyze" && option.moves) continue;
    if (option.group != group) help += fmt::format("\n{}:\n", group = option.group);
    help += option_row(option, defaults.of(command), text.options);
  }
  help += "\nHelp:\n";
  for (const HelpFlag& flag : help_flags()) help += row(flag.flag, flag.help);
  if (command == "analyze") {
    help +=
        "\nThe options of render and paint that are marked with ◇ are taken too: --plot draws them and every "
        "--signal\n"
        "as curves over the song, --csv and --json-out write them.\n";
  } else if ((text.options & kAll) != 0) {
    help += expression_help();
  }
  if (command == "batch") help += kBatchHelp;
  return help + settings_help(text);
}

std::string help_of_everything(const HelpDefaults& defaults) {
  std::string help = commands_help();
  for (const Command& text : commands())
    help += fmt::format("\n---- {} ----\n\n{}", text.name, full_help(text.name, defaults));
  return help;
}

}  // namespace spectradiff
