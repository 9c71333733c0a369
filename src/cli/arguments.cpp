#include "arguments.h"

#include <CLI/CLI.hpp>

#include <algorithm>
#include <array>
#include <filesystem>
#include <functional>
#include <utility>

#include "commands.h"
#include "habits.h"
#include "spectradiff/base/error.h"
#include "spectradiff/base/text.h"
#include "spectradiff/render/frame_sink.h"
#include "topics.h"

namespace spectradiff {
namespace {

constexpr std::array kVideoEndings = {".mp4", ".mov", ".mkv", ".webm"};

std::string negation_of(const Option& option) {
  return "--no-" + option.flag().substr(2);
}

// Every flag of the commands in the mask.
std::vector<std::string> flag_names(unsigned mask) {
  std::vector<std::string> names;
  for (const HelpFlag& flag : help_flags()) names.emplace_back(flag.flag);
  for (const Option& option : option_table()) {
    if ((option.commands & mask) == 0) continue;
    const std::vector<std::string> flags = flags_of(option);
    names.insert(names.end(), flags.begin(), flags.end());
  }
  return names;
}

const Option* find_flag(const std::string& flag) {
  const auto found = std::find_if(option_table().begin(), option_table().end(), [&](const Option& option) {
    return flag == option.flag() || flag == option.short_flag ||
           (option.is_switch() && flag == negation_of(option));
  });
  return found == option_table().end() ? nullptr : &*found;
}

bool is_option_like(const std::string& word) {
  return word.starts_with('-') && word.find_first_not_of('-') != std::string::npos;
}

[[noreturn]] void refuse_option(const std::string& word, const std::vector<std::string>& known,
                                const std::string& help) {
  std::string name = word.substr(0, word.find('='));
  if (name.find_first_not_of('-') == std::string::npos) name = word;
  if (const Option* option = find_flag(name); option != nullptr)
    throw_error(ErrorKind::usage,
                "{} is an option of {}, not of this command; `{}` lists what can be used here", name,
                join(commands_with(*option), ", "), help);
  if (const std::string answer = habit_answer(name); !answer.empty())
    throw_error(ErrorKind::usage, "unknown option {}: {}", name, answer);
  std::error_code failed;
  if (std::filesystem::exists(word, failed))
    throw_error(ErrorKind::usage, "unknown option {}; the file of that name is ./{}", word, word);
  throw_error(ErrorKind::usage, "unknown option {}{}; `{}` lists them", name,
              name.starts_with("--") ? suggestion(name, known) : "", help);
}

bool names_video(const std::string& word) {
  return std::any_of(kVideoEndings.begin(), kVideoEndings.end(),
                     [&](const char* ending) { return word.ends_with(ending); });
}

[[noreturn]] void refuse_argument(const std::string& word, const Command& command) {
  const bool makes_video = command.has(*find_option("output"));
  if (makes_video && (names_video(word) || FramePattern::is_pattern(word))) {
    throw_error(ErrorKind::usage,
                "unexpected argument \"{}\"; the output is named with -o: spectradiff {} … -o {}", word,
                command.name, word);
  }
  const char* likely = is_option_like(word)        ? "behind -- stand names alone, "
                       : command.most_operands > 0 ? "a name with spaces stands in quotes, "
                                                   : "";
  throw_error(ErrorKind::usage, "unexpected argument \"{}\"; {}`spectradiff {} --help` shows what goes where",
              word, likely, command.name);
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

[[noreturn]] void refuse_topic(const std::string& word) {
  std::vector<std::string> known = topic_names();
  const std::vector<std::string> names = command_names();
  known.insert(known.end(), names.begin(), names.end());
  throw_error(ErrorKind::usage, "there is no help on {}{}; topics: {}; or name a command: {}", word,
              suggestion(word, known), join(topic_names(), ", "), join(names, ", "));
}

// What CLI11 would misread: it takes the empty value of "--prompt=" for none, "-o=v.mp4" for a file "=v.mp4",
// and has its own words for a switch that is given a value.
std::vector<std::string> plain_words(const std::vector<std::string>& words) {
  std::vector<std::string> plain;
  for (const std::string& word : words) {
    const size_t equals = word.find('=');
    const std::string flag = word.substr(0, equals);
    const bool is_long = flag.starts_with("--") && flag.size() > 2;
    const bool is_short = flag.size() == 2 && flag.front() == '-';
    const Option* option = equals == std::string::npos || !(is_long || is_short) ? nullptr : find_flag(flag);
    if (option != nullptr && option->is_switch()) {
      throw_error(ErrorKind::usage, "{} is a switch and takes no value; write {} or {}", flag, option->flag(),
                  negation_of(*option));
    }
    const std::string value = option == nullptr ? "" : word.substr(equals + 1);
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

// The words that are no known options, in their order.
struct LeftOver {
  std::vector<std::string> before;  // the command, or where there is none
  std::vector<std::string> behind;  // the command: its operands, and mistakes
  std::vector<std::string> marked;  // behind "--": operands, whatever they look like
};

// CLI11 reads the options, and nothing else.
class Parser {
 public:
  Parser() {
    prepare(app_, kOthers);
    app_.require_subcommand(0, 1);
    app_.add_flag("--version,-V", asks_version_);
    for (const Command& command : commands()) prepare(*app_.add_subcommand(command.name), command.options);
  }

  // Puts the command and the options into `arguments`.
  LeftOver read(const std::vector<std::string>& words, Arguments& arguments) {
    const auto mark = std::find(words.begin(), words.end(), "--");
    std::vector<std::string> plain = plain_words(without_help_word({words.begin(), mark}));
    std::reverse(plain.begin(), plain.end());
    try {
      app_.parse(plain);
    } catch (const CLI::ArgumentMismatch& error) {
      throw_error(ErrorKind::usage, "{}", missing_value(error.what()));
    } catch (const CLI::ParseError& error) {
      throw_error(ErrorKind::usage, "{}; `spectradiff --help` shows the usage", error.what());
    }
    for (const auto& [option, store] : stores_) {
      if (option->count() > 0) store(*option, arguments);
    }
    arguments.version = asks_version_;
    LeftOver left{app_.remaining(), {}, {mark == words.end() ? mark : mark + 1, words.end()}};
    for (const CLI::App* chosen : app_.get_subcommands()) {
      arguments.command = chosen->get_name();
      left.behind = chosen->remaining();
    }
    if (arguments.command.empty()) left.before.insert(left.before.end(), mark, words.end());
    return left;
  }

 private:
  void prepare(CLI::App& app, unsigned mask) {
    app.set_help_flag();
    app.allow_extras();
    for (const HelpFlag& flag : help_flags())
      add_flag(app, flag.flag,
               [&flag](const CLI::Option&, Arguments& arguments) { arguments.*flag.asked = true; });
    for (const Option& option : option_table()) {
      if ((option.commands & mask) == 0) continue;
      const std::string names = (option.short_flag.empty() ? "" : option.short_flag + ",") + option.flag();
      if (option.is_switch()) {
        add_flag(app, names + ",!" + negation_of(option),
                 [&option](const CLI::Option& typed, Arguments& arguments) {
                   arguments.flags.values[option.key] = typed.as<bool>();
                 });
      } else {
        add_values(app, names, option);
      }
    }
  }

  using Store = std::function<void(const CLI::Option&, Arguments&)>;

  void add_flag(CLI::App& app, const std::string& names, Store store) {
    CLI::Option* added =
        app.add_flag(names)->multi_option_policy(CLI::MultiOptionPolicy::TakeLast)->disable_flag_override();
    stores_.emplace_back(added, std::move(store));
  }

  void add_values(CLI::App& app, const std::string& names, const Option& option) {
    CLI::Option* added = app.add_option(names)->expected(1)->allow_extra_args(false)->multi_option_policy(
        CLI::MultiOptionPolicy::TakeAll);
    stores_.emplace_back(added, [&option](const CLI::Option& typed, Arguments& arguments) {
      Json& value = arguments.flags.values[option.key];
      if (!option.repeats) {
        value = flag_value(option.key, typed.results().back());
        return;
      }
      for (const std::string& text : typed.results()) put_together(value, flag_value(option.key, text));
    });
  }

  bool asks_version_ = false;
  std::vector<std::pair<CLI::Option*, Store>> stores_;
  CLI::App app_;
};

void check_action(const Arguments& arguments, const Command& command) {
  const auto& actions = command.actions;
  if (actions.empty()) return;
  if (arguments.action.empty()) {
    throw_error(ErrorKind::usage, "{} needs one of {}: spectradiff {} {}", command.name, join(actions, ", "),
                command.name, actions.front());
  }
  if (std::find(actions.begin(), actions.end(), arguments.action) == actions.end()) {
    throw_error(ErrorKind::usage, "{} {}: unknown action{}; use {}", command.name, arguments.action,
                suggestion(arguments.action, actions), join(actions, ", "));
  }
  if (command.name == "presets" && arguments.action == "show" && arguments.subject.empty()) {
    throw_error(ErrorKind::usage,
                "presets show needs the name of a preset; `spectradiff presets list` lists them");
  }
  if (command.name == "model" && arguments.action == "trust" && arguments.subject.empty()) {
    throw_error(ErrorKind::usage,
                "model trust needs the name or folder of a model; `spectradiff model list` lists them");
  }
  if (arguments.action == "list" && !arguments.subject.empty()) refuse_argument(arguments.subject, command);
}

void take_operands(const LeftOver& left, const Command& command, Arguments& arguments) {
  const auto option = std::find_if(left.behind.begin(), left.behind.end(), is_option_like);
  if (option != left.behind.end())
    refuse_option(*option, flag_names(command.options), "spectradiff " + command.name + " --help");
  if (!left.before.empty()) refuse_argument(left.before.front(), command);
  std::vector<std::string>& subjects = arguments.subjects;
  subjects = left.behind;
  subjects.insert(subjects.end(), left.marked.begin(), left.marked.end());
  if (!command.actions.empty() && !subjects.empty()) {
    arguments.action = subjects.front();
    subjects.erase(subjects.begin());
  }
  if (subjects.size() > command.most_operands) refuse_argument(subjects[command.most_operands], command);
  if (!subjects.empty()) arguments.subject = subjects.front();
  if (arguments.subject.empty() && !command.needs.empty())
    throw_error(ErrorKind::usage, "{} needs {}", command.name, command.needs);
  check_action(arguments, command);
}

}  // namespace

SessionRequest Arguments::request() const {
  const Task task = command == "analyze" ? Task::analyze : command == "paint" ? Task::paint : Task::render;
  return {task, subject, layers};
}

AssemblyRequest Arguments::assembly_request() const {
  return {{subjects.begin(), subjects.end()}, layers};
}

MeasureRequest Arguments::measure_request() const {
  return {subjects.front(), subjects.size() > 1 ? subjects[1] : "", layers};
}

const std::vector<HelpFlag>& help_flags() {
  static const std::vector<HelpFlag> table = {
      {"-h", "help with the options that most people need", &Arguments::help_short},
      {"--help", "help with examples and every option", &Arguments::help},
      {"--help-all", "the help of every command", &Arguments::help_all},
  };
  return table;
}

std::vector<std::string> flags_of(const Option& option) {
  std::vector<std::string> flags = {option.flag()};
  if (!option.short_flag.empty()) flags.push_back(option.short_flag);
  if (option.is_switch()) flags.push_back(negation_of(option));
  return flags;
}

Arguments parse_arguments(const std::vector<std::string>& words) {
  Arguments arguments;
  arguments.words = words;
  if (words.size() == 2 && words.front() == "help" && is_topic(words.back())) {
    arguments.topic = words.back();
    return arguments;
  }
  if (words.size() > 2 && words.front() == "help" && is_topic(words[1]))
    throw_error(ErrorKind::usage, "help tells of one topic at a time: spectradiff help {}", words[1]);
  if (words.size() == 2 && words.front() == "help" && !is_option_like(words.back())) {
    const std::vector<std::string> names = command_names();
    if (std::find(names.begin(), names.end(), words.back()) == names.end()) refuse_topic(words.back());
  }
  const LeftOver left = Parser().read(words, arguments);
  const bool is_named = !arguments.command.empty();
  const bool is_stray = !is_named && !left.before.empty();
  if (arguments.asks_help() || arguments.version) {
    if (arguments.asks_help() && is_stray && !is_option_like(left.before.front()))
      refuse_command(left.before.front());
  } else if (is_named) {
    take_operands(left, command_named(arguments.command), arguments);
  } else if (is_stray) {
    refuse_command(left.before.front());
  } else {
    arguments.help_short = true;
  }
  return arguments;
}

}  // namespace spectradiff
