#include "arguments.h"

#include <CLI/CLI.hpp>

#include <algorithm>
#include <list>

#include "spectradiff/base/error.h"
#include "spectradiff/base/text.h"
#include "spectradiff/config/options.h"

namespace spectradiff {
namespace {

using Values = std::vector<std::string>;

GeneralOption text_row(std::string flags, std::string value_name, std::string help,
                       std::string Arguments::* field, std::vector<std::string> only = {}) {
  return {std::move(flags), std::move(value_name), std::move(help), std::move(only),
          [field](Arguments& arguments, const Values& values) { arguments.*field = values.back(); }};
}

GeneralOption switch_row(std::string flags, std::string help, bool Arguments::* field,
                         std::vector<std::string> only = {}) {
  return {std::move(flags), "", std::move(help), std::move(only),
          [field](Arguments& arguments, const Values&) { arguments.*field = true; }};
}

// Every name an option may be typed by: "--strength", "--no-greyscale", "-o".
std::vector<std::string> flag_names(const std::string& command, unsigned mask) {
  std::vector<std::string> names;
  for (const GeneralOption& option : general_options()) {
    if (!applies(option, command)) continue;
    for (const std::string& name : CLI::detail::split(option.flags, ',')) names.push_back(name);
  }
  for (const Option& option : option_table()) {
    if ((option.commands & mask) == 0) continue;
    names.push_back(option.flag());
    if (option.is_switch()) names.push_back("--no-" + option.flag().substr(2));
  }
  return names;
}

[[noreturn]] void refuse_extra(const std::vector<std::string>& extras, const std::string& command,
                               unsigned mask) {
  for (const std::string& extra : extras) {
    if (extra.size() < 2 || extra.front() != '-') continue;
    const std::string name = extra.substr(0, extra.find('='));
    throw_error(ErrorKind::usage, "unknown option {}{}; `spectradiff {} --help` lists them", name,
                suggestion(name, flag_names(command, mask)), command);
  }
  throw_error(ErrorKind::usage, "unexpected argument \"{}\"; `spectradiff {} --help` shows what goes where",
              extras.front(), command);
}

// One command's share of the parser. The list keeps what CLI11 points into.
struct ParserStore {
  std::list<Values> values;
  std::vector<std::pair<CLI::Option*, std::function<void(Arguments&)>>> stores;
};

void add_general_options(CLI::App& app, const std::string& command, ParserStore& store) {
  for (const GeneralOption& option : general_options()) {
    if (!applies(option, command)) continue;
    Values& values = store.values.emplace_back();
    CLI::Option* added = nullptr;
    if (option.value_name.empty()) {
      added = app.add_flag(option.flags)
                  ->multi_option_policy(CLI::MultiOptionPolicy::TakeLast)
                  ->disable_flag_override();
    } else {
      added = app.add_option(option.flags, values)
                  ->expected(1)
                  ->allow_extra_args(false)
                  ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
    }
    store.stores.emplace_back(added,
                              [&option, &values](Arguments& arguments) { option.store(arguments, values); });
  }
}

void add_settings(CLI::App& app, unsigned mask, ParserStore& store) {
  for (const Option& option : option_table()) {
    if ((option.commands & mask) == 0) continue;
    if (option.is_switch()) {
      CLI::Option* added = app.add_flag(option.flag() + ",!--no-" + option.flag().substr(2))
                               ->multi_option_policy(CLI::MultiOptionPolicy::TakeLast)
                               ->disable_flag_override();
      store.stores.emplace_back(added, [&option, added](Arguments& arguments) {
        arguments.flags.values[option.key] = added->as<bool>();
      });
    } else {
      Values& values = store.values.emplace_back();
      CLI::Option* added = app.add_option(option.flag(), values)
                               ->expected(1)
                               ->allow_extra_args(false)
                               ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
      store.stores.emplace_back(added, [&option, &values](Arguments& arguments) {
        Json& typed = arguments.flags.values[option.key];
        if (!option.repeats) {
          typed = flag_value(option.key, values.back());
          return;
        }
        for (const std::string& value : values) typed.update(flag_value(option.key, value));
      });
    }
  }
}

std::vector<std::string> command_names() {
  std::vector<std::string> names;
  for (const CommandText& command : commands()) names.push_back(command.name);
  return names;
}

void check_actions(const Arguments& arguments) {
  const auto one_of = [&](const std::vector<std::string>& actions) {
    if (std::find(actions.begin(), actions.end(), arguments.action) == actions.end()) {
      throw_error(ErrorKind::usage, "{} {}: unknown action{}; use {}", arguments.command, arguments.action,
                  suggestion(arguments.action, actions), join(actions, ", "));
    }
  };
  if (arguments.command == "model") one_of({"list", "info", "check", "trust"});
  if (arguments.command == "presets") one_of({"list", "show"});
  if (arguments.command == "presets" && arguments.action == "show" && arguments.subject.empty()) {
    throw_error(ErrorKind::usage, "presets show needs a name; `spectradiff presets list` names them");
  }
  if (arguments.progress != "auto" && arguments.progress != "always" && arguments.progress != "never") {
    throw_error(ErrorKind::usage, "progress = {} is not one of auto, always, never", arguments.progress);
  }
  if (arguments.subject == "-" && arguments.config == "-") {
    throw_error(ErrorKind::usage,
                "both the song and --config read stdin (\"-\"); name a file for one of them");
  }
  if (arguments.json && arguments.output == "-") {
    throw_error(ErrorKind::usage, "--json and -o - both write stdout; give the video a file name");
  }
}

}  // namespace

bool applies(const GeneralOption& option, const std::string& command) {
  return option.commands.empty() ||
         std::find(option.commands.begin(), option.commands.end(), command) != option.commands.end();
}

const std::vector<CommandText>& commands() {
  static const std::vector<CommandText> table = {
      {"render", "AUDIO", "make a music video: paint every frame from the spectrum, diffuse it, add the song",
       kRender},
      {"paint", "AUDIO", "the painter alone, without a model: what render would start from", kPaint},
      {"analyze", "AUDIO", "what is heard, as numbers and as a picture", kAnalyze},
      {"model", "list|info|check|trust [NAME|DIR]",
       "model bundles: what is there, what one holds, whether it works", 0},
      {"presets", "list|show [NAME]", "named settings", 0},
      {"doctor", "", "what this machine has, what is missing and what to do", 0},
  };
  return table;
}

const std::vector<GeneralOption>& general_options() {
  const std::vector<std::string> pictures = {"render", "paint"};
  const std::vector<std::string> jobs = {"render", "paint", "analyze"};
  static const std::vector<GeneralOption> table = {
      text_row("-o,--output", "PATH",
               ".mp4, .mov or .mkv; dir/%05d.png writes frames; - streams Matroska (default: the song's name "
               "with .mp4)",
               &Arguments::output, pictures),
      switch_row("-y,--overwrite", "replace what exists under the output's name", &Arguments::overwrite,
                 jobs),
      text_row("--seed-csv", "FILE",
               "magnitudes per frame as the original projects wrote them; 256 bins and 50 ms unless said "
               "otherwise; - is stdout",
               &Arguments::seed_csv, {"analyze"}),
      text_row("--csv", "FILE", "frame, time and a named column per series; - is stdout", &Arguments::csv,
               {"analyze"}),
      text_row("--json-out", "FILE", "series, events, tempo and key as JSON; - is stdout",
               &Arguments::json_out, {"analyze"}),
      text_row("--series", "NAMES",
               "what the CSV and the JSON hold: rms,onset,chroma,band:40:120,mel,mfcc,… (default all: every "
               "series but bands, mel and mfcc)",
               &Arguments::series, {"analyze"}),
      text_row("--plot", "FILE", "a PNG: waveform, level, spectrogram, onsets and beats, chroma; - is stdout",
               &Arguments::plot, {"analyze"}),
      {"--preset", "NAME", "named settings, or a .json file; can be given more than once, later wins", jobs,
       [](Arguments& arguments, const Values& values) { arguments.presets = values; }},
      text_row("--config", "FILE", "settings as JSON, above presets; - is stdin", &Arguments::config, jobs),
      switch_row("--print-config", "print the resolved settings as JSON and stop", &Arguments::print_config,
                 jobs),
      switch_row("--origin", "with --print-config: where each setting came from", &Arguments::origin, jobs),
      switch_row("--dry-run", "print the plan as JSON and stop, without loading a model", &Arguments::dry_run,
                 pictures),
      switch_row(
          "--stats",
          "after the run: flicker, match with onsets and beats, flashes, level, drift, seconds per stage",
          &Arguments::stats, pictures),
      switch_row("--json", "events (or the answer) as JSON on stdout", &Arguments::json),
      text_row("--progress", "WHEN", "auto, always or never (default auto)", &Arguments::progress, jobs),
      text_row("--log-file", "FILE", "append every message, with its time", &Arguments::log_file),
      switch_row("-q,--quiet", "say nothing unless it fails", &Arguments::quiet),
      switch_row("-v,--verbose", "say more", &Arguments::verbose),
      switch_row("-h", "short help", &Arguments::help_short),
      switch_row("--help", "help with examples and every option", &Arguments::help),
      switch_row("--help-all", "help of every command", &Arguments::help_all),
  };
  return table;
}

Arguments parse_arguments(const std::vector<std::string>& words) {
  Arguments arguments;
  arguments.typed = words;

  CLI::App app;
  app.set_help_flag();
  app.require_subcommand(0, 1);
  app.allow_extras();
  ParserStore store;
  add_general_options(app, "", store);
  bool version = false;
  app.add_flag("--version,-V", version);

  for (const CommandText& command : commands()) {
    CLI::App* sub = app.add_subcommand(command.name);
    sub->set_help_flag();
    sub->allow_extras();
    sub->positionals_at_end(false);
    add_general_options(*sub, command.name, store);
    add_settings(*sub, command.options, store);
    if (command.name == "model" || command.name == "presets") sub->add_option("action", arguments.action);
    if (!command.operands.empty()) sub->add_option("subject", arguments.subject);
  }

  try {
    app.parse(std::vector<std::string>(words.rbegin(), words.rend()));
  } catch (const CLI::ParseError& error) {
    throw_error(ErrorKind::usage, "{}; `spectradiff --help` shows the usage", error.what());
  }

  const auto chosen = app.get_subcommands();
  if (!chosen.empty()) arguments.command = chosen.front()->get_name();
  for (const auto& [option, apply] : store.stores) {
    if (option->count() > 0) apply(arguments);
  }
  arguments.version = version;
  if (arguments.help_short || arguments.help || arguments.help_all || arguments.version) return arguments;

  if (chosen.empty()) {
    const auto extras = app.remaining();
    if (extras.empty()) {
      arguments.help_short = true;
      return arguments;
    }
    throw_error(ErrorKind::usage, "unknown command {}{}; use {}", extras.front(),
                suggestion(extras.front(), command_names()), join(command_names(), ", "));
  }
  const CommandText& command = *std::find_if(commands().begin(), commands().end(), [&](const CommandText& c) {
    return c.name == arguments.command;
  });
  auto extras = chosen.front()->remaining();
  // CLI11 counts the first "--" as an extra word.
  if (const auto mark = std::find(extras.begin(), extras.end(), "--"); mark != extras.end())
    extras.erase(mark);
  if (!extras.empty()) refuse_extra(extras, command.name, command.options);
  if (command.operands == "AUDIO" && arguments.subject.empty()) {
    throw_error(ErrorKind::usage, "{} needs a sound file, or - for stdin: spectradiff {} song.wav",
                command.name, command.name);
  }
  check_actions(arguments);
  return arguments;
}

}  // namespace spectradiff
