// man: the manual page, made from the option table; man(7).
#include <fmt/format.h>

#include <span>
#include <sstream>
#include <utility>

#include "commands.h"
#include "help.h"
#include "spectradiff/base/text.h"

namespace spectradiff {
namespace {

// Text as roff reads it: nothing in it is a request or an escape, and all of it is ASCII.
std::string roff(const std::string& text) {
  std::string escaped;
  for (const std::string_view character : utf8_characters(text)) {
    if (character.size() > 1) {
      auto code =
          static_cast<uint32_t>(static_cast<unsigned char>(character[0]) & (0x7fU >> character.size()));
      for (const char byte : character.substr(1))
        code = code * 64 + (static_cast<unsigned char>(byte) & 0x3fU);
      escaped += fmt::format("\\[u{:04X}]", code);
    } else if (character == "\\") {
      escaped += "\\e";
    } else if (character == "-") {
      escaped += "\\-";
    } else if (character == "'" || character == "`" || character == "^" || character == "~") {
      escaped += character == "'"   ? "\\(aq"
                 : character == "`" ? "\\(ga"
                 : character == "^" ? "\\(ha"
                                    : "\\(ti";
    } else {
      escaped += character;
    }
  }
  return (escaped.starts_with('.') ? "\\&" : "") + escaped;
}

std::string bold(const std::string& text) {
  return "\\fB" + roff(text) + "\\fR";
}

std::string section(const std::string& title, const std::string& body) {
  return ".SH " + title + "\n" + body;
}

// Lines as they stand.
std::string literal(const std::string& text) {
  std::string lines = ".nf\n";
  std::istringstream in(text);
  for (std::string line; std::getline(in, line);) lines += line.empty() ? "\\&\n" : roff(line) + "\n";
  return lines + ".fi\n";
}

std::string entry(const std::string& tag, const std::string& text) {
  return ".TP\n" + tag + "\n" + roff(text) + "\n";
}

std::string command_list() {
  std::string list;
  for (const Command& command : commands()) {
    list += entry(
        bold(command.name) + (command.operands.empty() ? "" : " \\fI" + roff(command.operands) + "\\fR"),
        command.summary);
  }
  return list;
}

// "render, paint": of those that work on songs, the ones that do not take the option are rarer.
std::string commands_of(unsigned mask) {
  std::vector<std::string> names;
  for (const Command& command : commands()) {
    if (command.options != kOthers && (mask & command.options) != 0) names.push_back(command.name);
  }
  return join(names, ", ");
}

std::string option_entry(const Option& option, const OptionHelp& help) {
  std::string tag;
  if (!option.short_flag.empty()) tag += bold(option.short_flag) + ", ";
  tag += bold(option.flag());
  if (option.is_switch()) {
    tag += ", " + bold("--no-" + option.flag().substr(2));
  } else {
    tag += " \\fI" + roff(option.value_name) + "\\fR";
  }
  if (option.moves) tag += " " + roff("◇");
  std::string text = help.line(option);
  for (const OtherMeaning& other : option.other_meanings)
    text += "; of " + commands_of(other.commands) + ": " + help.line(option, other.commands);
  return entry(tag, text + " [" + commands_of(option.commands) + "]");
}

std::string option_list(const OptionHelp& help) {
  std::string list = roff(
                         "The commands that take an option stand behind it in brackets. An option marked ◇ "
                         "takes a number, or an "
                         "expression that gives a number for every frame. A value that comes from a model is "
                         "used by render and "
                         "batch; paint and analyze take a model's values only where --model names one. "
                         "Switches are off unless "
                         "they say otherwise.") +
                     "\n";
  std::string group;
  for (const Option& option : option_table()) {
    if (option.group != group) list += ".SS \"" + roff(group = option.group) + "\"\n";
    list += option_entry(option, help);
  }
  list += ".SS Help\n";
  for (const HelpFlag& flag : help_flags()) list += entry(bold(flag.flag), flag.help);
  return list +
         entry(bold("--version") + ", " + bold("-V"), "the version; with --json those of the libraries too");
}

std::string example_list() {
  std::string all;
  for (const Command& command : commands()) all += command.examples;
  return literal(all);
}

using Row = std::pair<const char*, const char*>;

constexpr Row kVariables[] = {
    {"SPECTRADIFF_MODEL_PATH", "folders with model bundles, looked through first; separated by colons"},
    {"SPECTRADIFF_PRESET_PATH", "folders with presets, looked through first; separated by colons"},
    {"NO_COLOR", "no colour on the terminal"},
    {"XDG_CONFIG_HOME, XDG_DATA_HOME", "folders with your settings, presets and models"}};

constexpr Row kFiles[] = {{"~/.config/spectradiff/config.json", "your settings"},
                          {"~/.config/spectradiff/presets/", "your presets"},
                          {"~/.local/share/spectradiff/models/", "your model bundles"}};

constexpr Row kExitCodes[] = {{"0", "complete and verified"},
                              {"1", "internal error, a bug"},
                              {"2", "usage: a flag, value, preset or JSON"},
                              {"3", "sound, picture or video unreadable or rejected"},
                              {"4", "model missing, damaged, untrusted or incompatible"},
                              {"5", "output: a file exists, no permission, disk full, pipe closed"},
                              {"6", "out of memory"},
                              {"7", "a batch finished with failures"},
                              {"8", "device or engine unavailable"},
                              {"130, 143", "stopped by SIGINT, SIGTERM"}};

std::string settings_text() {
  std::string text;
  for (const std::string& rule : settings_rules(kAll))
    text += (text.empty() ? "" : ".PP\n") + roff(rule) + "\n";
  return text;
}

std::string table(std::span<const Row> rows) {
  std::string list;
  for (const auto& [name, meaning] : rows) list += entry(bold(name), meaning);
  return list;
}

}  // namespace

int run_man(const Arguments&, Console& console) {
  const OptionHelp help = shipped_defaults().with_look;
  console.answer(
      fmt::format(".TH SPECTRADIFF 1 {} \"spectradiff {}\" \"User Commands\"\n", SPECTRADIFF_DATE,
                  SPECTRADIFF_VERSION) +
      section("NAME", roff("spectradiff") + " \\- makes music videos from songs by diffusion\n") +
      section("SYNOPSIS", bold("spectradiff") + " \\fICOMMAND\\fR [\\fIoptions\\fR]\n") +
      section("DESCRIPTION", roff("Every frame of the video is a picture that is painted from the "
                                  "spectrum of its moment; render then changes it by Stable Diffusion "
                                  "img2img. A song named - is read from stdin.") +
                                 "\n") +
      section("COMMANDS", command_list()) + section("EXAMPLES", example_list()) +
      section("OPTIONS", option_list(help)) + section("EXPRESSIONS", literal(expression_help())) +
      section("BATCHES", literal(kBatchHelp)) + section("SETTINGS", settings_text()) +
      section("ENVIRONMENT", table(kVariables)) + section("FILES", table(kFiles)) +
      section("\"EXIT STATUS\"", table(kExitCodes)));
  return kComplete;
}

}  // namespace spectradiff
