#include "arguments.h"

#include <CLI/CLI.hpp>

#include <algorithm>
#include <array>
#include <filesystem>
#include <list>

#include "habits.h"
#include "spectradiff/base/error.h"
#include "spectradiff/base/text.h"
#include "spectradiff/config/options.h"
#include "spectradiff/render/frame_sink.h"
#include "topics.h"

namespace spectradiff {
namespace {

using Values = std::vector<std::string>;

constexpr std::array kVideoEndings = {".mp4", ".mov", ".mkv", ".webm"};

// Every name an option may be typed by: "--strength", "--no-greyscale", "-o".
std::vector<std::string> flag_names(unsigned mask) {
  std::vector<std::string> names;
  for (const HelpFlag& flag : help_flags()) names.emplace_back(flag.flag);
  for (const Option& option : option_table()) {
    if ((option.commands & mask) == 0) continue;
    names.push_back(option.flag());
    if (!option.short_flag.empty()) names.push_back(option.short_flag);
    if (option.is_switch()) names.push_back("--no-" + option.flag().substr(2));
  }
  return names;
}

const Option* find_flag(std::string_view flag) {
  const auto found = std::find_if(option_table().begin(), option_table().end(), [&](const Option& option) {
    return option.flag() == flag || option.short_flag == flag;
  });
  return found == option_table().end() ? nullptr : &*found;
}

// "render, batch": the commands that have this option; empty: none.
std::string commands_with(const std::string& flag) {
  const Option* option = find_flag(flag);
  if (option == nullptr && flag.starts_with("--no-")) {
    option = find_flag("--" + flag.substr(5));
    if (option != nullptr && !option->is_switch()) option = nullptr;
  }
  std::vector<std::string> names;
  for (const CommandText& command : commands()) {
    if (option != nullptr && (option->commands & command.options) != 0) names.push_back(command.name);
  }
  return join(names, ", ");
}

bool is_option_like(const std::string& word) {
  return word.starts_with('-') && word.find_first_not_of('-') != std::string::npos;
}

[[noreturn]] void refuse_option(const std::string& word, const std::vector<std::string>& known,
                                const std::string& help) {
  std::string name = word.substr(0, word.find('='));
  if (name.find_first_not_of('-') == std::string::npos) name = word;
  if (const std::string others = commands_with(name); !others.empty())
    throw_error(ErrorKind::usage,
                "{} is an option of {}, not of this command; `{}` lists what can be used here", name, others,
                help);
  if (const std::string answer = habit_answer(name); !answer.empty())
    throw_error(ErrorKind::usage, "unknown option {}: {}", name, answer);
  throw_error(ErrorKind::usage, "unknown option {}{}; `{}` lists them", name,
              name.starts_with("--") ? suggestion(name, known) : "", help);
}

bool names_video(const std::string& word) {
  return std::any_of(kVideoEndings.begin(), kVideoEndings.end(),
                     [&](const char* ending) { return word.ends_with(ending); });
}

[[noreturn]] void refuse_argument(const std::string& word, const std::string& command) {
  const Option* output = find_option("output");
  const bool makes_video = (output->commands & command_text(command).options) != 0;
  if (makes_video && (names_video(word) || FramePattern::is_pattern(word))) {
    throw_error(ErrorKind::usage,
                "unexpected argument \"{}\"; the output is named with -o: spectradiff {} … -o {}", word,
                command, word);
  }
  throw_error(ErrorKind::usage, "unexpected argument \"{}\"; `spectradiff {} --help` shows what goes where",
              word, command);
}

[[noreturn]] void refuse_extra(const std::vector<std::string>& extras, const CommandText& command) {
  if (const auto option = std::find_if(extras.begin(), extras.end(), is_option_like); option != extras.end())
    refuse_option(*option, flag_names(command.options), "spectradiff " + command.name + " --help");
  refuse_argument(extras.front(), command.name);
}

[[noreturn]] void refuse_command(const std::string& word) {
  if (is_option_like(word)) {
    std::vector<std::string> known = flag_names(kOthers);
    known.emplace_back("--version");
    refuse_option(word, known, "spectradiff --help");
  }
  std::error_code failed;
  if (std::filesystem::is_regular_file(word, failed))
    throw_error(ErrorKind::usage, "unknown command {}; `spectradiff render {}` makes a video of it", word,
                word);
  throw_error(ErrorKind::usage, "unknown command {}{}; use {}", word, suggestion(word, command_names()),
              join(command_names(), ", "));
}

// The words that CLI11 found no place for. It counts the first "--" as one of them.
std::vector<std::string> left_over(const CLI::App& app) {
  std::vector<std::string> words = app.remaining();
  if (const auto mark = std::find(words.begin(), words.end(), "--"); mark != words.end()) words.erase(mark);
  return words;
}

// What CLI11 would misread: it takes the empty value of "--prompt=" for none, "-o=v.mp4" for a file "=v.mp4",
// and has its own words for a switch that is given a value.
std::vector<std::string> plain_words(const std::vector<std::string>& words) {
  std::vector<std::string> plain;
  bool options_end = false;
  for (const std::string& word : words) {
    options_end |= word == "--";
    const size_t equals = word.find('=');
    const std::string flag = word.substr(0, equals);
    const bool is_long = flag.starts_with("--") && flag.size() > 2;
    const bool is_short = flag.size() == 2 && flag.front() == '-' && flag != "--";
    if (options_end || equals == std::string::npos || !(is_long || is_short)) {
      plain.push_back(word);
      continue;
    }
    const std::string name = flag.starts_with("--no-") ? "--" + flag.substr(5) : flag;
    const Option* option = find_flag(name);
    if (option != nullptr && option->is_switch()) {
      throw_error(ErrorKind::usage, "{} is a switch and takes no value; write {} or {}", flag, name,
                  "--no-" + option->flag().substr(2));
    }
    const std::string value = word.substr(equals + 1);
    if (option == nullptr || (is_long && !value.empty())) {
      plain.push_back(word);
    } else if (value.empty()) {
      plain.insert(plain.end(), {flag, value});
    } else {
      plain.push_back(flag + value);
    }
  }
  return plain;
}

// "help" and "help render" are "--help" and "render --help".
std::vector<std::string> without_help_word(const std::vector<std::string>& words) {
  if (words.empty() || words.front() != "help") return words;
  std::vector<std::string> rest(words.begin() + 1, words.end());
  rest.insert(rest.begin() + (rest.empty() ? 0 : 1), "--help");
  return rest;
}

// One command's share of the parser. The list keeps what CLI11 points into.
struct ParserStore {
  std::list<Values> values;
  std::vector<std::pair<CLI::Option*, std::function<void(Arguments&)>>> stores;
};

void add_help_flags(CLI::App& app, ParserStore& store) {
  for (const HelpFlag& flag : help_flags()) {
    CLI::Option* added = app.add_flag(flag.flag)
                             ->multi_option_policy(CLI::MultiOptionPolicy::TakeLast)
                             ->disable_flag_override();
    store.stores.emplace_back(added, [&flag](Arguments& arguments) { arguments.*flag.asked = true; });
  }
}

// Values of an option that was given more than once.
void put_together(Json& all, const Json& more) {
  if (more.is_array() && all.is_array()) {
    all.insert(all.end(), more.begin(), more.end());
  } else if (all.is_null()) {
    all = more;
  } else {
    all.update(more);
  }
}

void add_settings(CLI::App& app, unsigned mask, ParserStore& store) {
  for (const Option& option : option_table()) {
    if ((option.commands & mask) == 0) continue;
    const std::string names = (option.short_flag.empty() ? "" : option.short_flag + ",") + option.flag();
    if (option.is_switch()) {
      CLI::Option* added = app.add_flag(names + ",!--no-" + option.flag().substr(2))
                               ->multi_option_policy(CLI::MultiOptionPolicy::TakeLast)
                               ->disable_flag_override();
      store.stores.emplace_back(added, [&option, added](Arguments& arguments) {
        arguments.flags.values[option.key] = added->as<bool>();
      });
    } else {
      Values& values = store.values.emplace_back();
      CLI::Option* added = app.add_option(names, values)
                               ->expected(1)
                               ->allow_extra_args(false)
                               ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
      store.stores.emplace_back(added, [&option, &values](Arguments& arguments) {
        Json& typed = arguments.flags.values[option.key];
        if (!option.repeats) {
          typed = flag_value(option.key, values.back());
          return;
        }
        for (const std::string& value : values) put_together(typed, flag_value(option.key, value));
      });
    }
  }
}

void check_actions(const Arguments& arguments) {
  const auto& actions = command_text(arguments.command).actions;
  if (!actions.empty() && arguments.action.empty()) {
    throw_error(ErrorKind::usage, "{} needs one of {}: spectradiff {} {}", arguments.command,
                join(actions, ", "), arguments.command, actions.front());
  }
  if (!actions.empty() && std::find(actions.begin(), actions.end(), arguments.action) == actions.end()) {
    throw_error(ErrorKind::usage, "{} {}: unknown action{}; use {}", arguments.command, arguments.action,
                suggestion(arguments.action, actions), join(actions, ", "));
  }
  if (arguments.command == "presets" && arguments.action == "show" && arguments.subject.empty()) {
    throw_error(ErrorKind::usage,
                "presets show needs the name of a preset; `spectradiff presets list` lists them");
  }
  if (arguments.action == "list" && !arguments.subject.empty())
    refuse_argument(arguments.subject, arguments.command);
}

// Of an option at the end of the line, or before another: "--resume: 1 required TEXT missing".
std::string missing_value(const std::string& complaint) {
  const std::string flag = complaint.substr(0, complaint.find(':'));
  std::string key = flag.substr(std::min(flag.size(), flag.find_first_not_of('-')));
  std::replace(key.begin(), key.end(), '-', '_');
  const Option* option = find_option(key);
  if (option == nullptr) return complaint + "; `spectradiff --help` shows the usage";
  return fmt::format("{} needs a value: {}", flag,
                     option->choices.empty() ? option->value_name : join(option->choices, ", "));
}

}  // namespace

SessionRequest Arguments::request() const {
  const Task task = command == "analyze" ? Task::analyze : command == "paint" ? Task::paint : Task::render;
  return {task, subject, layers};
}

const std::vector<CommandText>& commands() {
  static const std::vector<CommandText> table = {
      {"render",
       "AUDIO",
       "make a music video: paint every frame from the spectrum, diffuse it, add the song",
       kRenderAlone,
       {}},
      {"paint", "AUDIO", "the painted pictures alone, without a model: what render starts from", kPaint, {}},
      {"try",
       "AUDIO",
       "one picture to choose by: the loudest, quietest and most changing moments in eight looks",
       kTry,
       {}},
      {"analyze",
       "AUDIO",
       "measure a song: tempo, key, beats and curves, as text, CSV, JSON or a picture",
       kAnalyze,
       {}},
      {"batch",
       "FILE",
       "many renders in one call, from a file of jobs (JSON, one or many lines; - is stdin)",
       kBatch,
       {}},
      {"assemble",
       "STORE...",
       "make the video of what render --shard has made in parts; what is not given here is as it was there",
       kAssemble,
       {}},
      {"still",
       "SOUND...",
       "one picture of each sound, file, list (.txt) or folder: the whole of it becomes the prompt",
       kStill,
       {}},
      {"sonify", "PICTURE", "make sound of a picture", kSonify, {}},
      {"slow",
       "AUDIO",
       "a song slowed down, at the same pitch, until a beat lasts a whole number of frames",
       kSlow,
       {}},
      {"measure",
       "VIDEO [SONG]",
       "how a video meets its music: flicker, beats, lag, flashes, drift; for any video, not only from here",
       kMeasure,
       {}},
      {"model",
       "list|info|check|trust [NAME|DIR]",
       "list models, show what one holds, test it, or permit it to run",
       kOthers,
       {"list", "info", "check", "trust"}},
      {"presets", "list|show [NAME]", "list or show named settings", kOthers, {"list", "show"}},
      {"doctor", "", "check this computer: what is there, what is missing and what to do", kOthers, {}},
      {"completion",
       "bash|zsh|fish",
       "print a script that lets this shell complete commands and options",
       kOthers,
       {"bash", "zsh", "fish"}},
      {"man", "", "print the manual page: spectradiff man | man -l -", kOthers, {}},
  };
  return table;
}

std::vector<std::string> command_names() {
  std::vector<std::string> names;
  for (const CommandText& command : commands()) names.push_back(command.name);
  return names;
}

const CommandText& command_text(const std::string& name) {
  return *std::find_if(commands().begin(), commands().end(),
                       [&](const CommandText& text) { return text.name == name; });
}

const std::vector<HelpFlag>& help_flags() {
  static const std::vector<HelpFlag> table = {
      {"-h", "help with the options that most people need", &Arguments::help_short},
      {"--help", "help with examples and every option", &Arguments::help},
      {"--help-all", "the help of every command", &Arguments::help_all},
  };
  return table;
}

Arguments parse_arguments(const std::vector<std::string>& words) {
  Arguments arguments;
  arguments.words = words;
  if (words.size() == 2 && words.front() == "help" && is_topic(words.back())) {
    arguments.topic = words.back();
    return arguments;
  }
  CLI::App app;
  app.set_help_flag();
  app.require_subcommand(0, 1);
  app.allow_extras();
  ParserStore store;
  add_help_flags(app, store);
  add_settings(app, kOthers, store);
  bool version = false;
  app.add_flag("--version,-V", version);

  for (const CommandText& command : commands()) {
    CLI::App* sub = app.add_subcommand(command.name);
    sub->set_help_flag();
    sub->allow_extras();
    sub->positionals_at_end(false);
    add_help_flags(*sub, store);
    add_settings(*sub, command.options, store);
    if (!command.actions.empty()) sub->add_option("action", arguments.action);
    if (command.operands.ends_with("...") || command.name == "measure") {
      sub->add_option("subjects", arguments.subjects);
    } else if (!command.operands.empty() && command.name != "completion") {
      sub->add_option("subject", arguments.subject);
    }
  }

  try {
    std::vector<std::string> plain = plain_words(without_help_word(words));
    std::reverse(plain.begin(), plain.end());
    app.parse(plain);
  } catch (const CLI::ArgumentMismatch& error) {
    throw_error(ErrorKind::usage, "{}", missing_value(error.what()));
  } catch (const CLI::ParseError& error) {
    throw_error(ErrorKind::usage, "{}; `spectradiff --help` shows the usage", error.what());
  }

  const auto chosen = app.get_subcommands();
  if (!chosen.empty()) arguments.command = chosen.front()->get_name();
  for (const auto& [option, apply] : store.stores) {
    if (option->count() > 0) apply(arguments);
  }
  arguments.version = version;
  const bool asks_help = arguments.help_short || arguments.help || arguments.help_all;
  if (const auto words_left = left_over(app);
      asks_help && chosen.empty() && !words_left.empty() && !is_option_like(words_left.front()))
    refuse_command(words_left.front());
  if (asks_help || arguments.version) return arguments;

  if (chosen.empty()) {
    const auto extras = app.remaining();
    if (extras.empty()) {
      arguments.help_short = true;
      return arguments;
    }
    refuse_command(extras.front());
  }
  const CommandText& command = command_text(arguments.command);
  if (const auto extras = left_over(*chosen.front()); !extras.empty()) refuse_extra(extras, command);
  // Behind "--" they are handed up.
  if (const auto extras = left_over(app); !extras.empty()) refuse_argument(extras.front(), command.name);
  if (command.operands == "FILE" && arguments.subject.empty())
    throw_error(ErrorKind::usage, "batch needs a file of jobs, or - for stdin: spectradiff batch jobs.json");
  if (command.name == "still" && arguments.subjects.empty())
    throw_error(ErrorKind::usage, "still needs sounds: spectradiff still bell.wav -o bell.png");
  if (command.name == "measure" && arguments.subjects.empty())
    throw_error(ErrorKind::usage, "measure needs a video: spectradiff measure video.mp4 song.wav");
  if (command.name == "measure" && arguments.subjects.size() > 2)
    refuse_argument(arguments.subjects[2], command.name);
  if (command.name == "assemble" && arguments.subjects.empty())
    throw_error(
        ErrorKind::usage,
        "assemble needs the stores of all shards: spectradiff assemble video.mp4.*-of-4.spectradiff -o "
        "video.mp4");
  if (!arguments.subjects.empty()) arguments.subject = arguments.subjects.front();
  if (command.operands == "PICTURE" && arguments.subject.empty())
    throw_error(ErrorKind::usage, "sonify needs a picture: spectradiff sonify picture.png -o sound.wav");
  if (command.operands == "AUDIO" && arguments.subject.empty()) {
    throw_error(ErrorKind::usage, "{} needs a sound file, or - for stdin: spectradiff {} song.wav",
                command.name, command.name);
  }
  check_actions(arguments);
  return arguments;
}

}  // namespace spectradiff
