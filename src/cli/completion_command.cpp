// completion: what a shell offers at the TAB key, made from the option table.
#include <fmt/format.h>

#include <array>
#include <vector>

#include "commands.h"
#include "help_defaults.h"
#include "shell_words.h"
#include "spectradiff/base/text.h"

namespace spectradiff {
namespace {

constexpr const char* kPresets = "$(spectradiff presets list 2>/dev/null | cut -d' ' -f1)";

enum class Takes { choice, preset, file, text, nothing };

Takes takes(const Option& option) {
  if (option.is_switch()) return Takes::nothing;
  if (!option.choices.empty()) return Takes::choice;
  if (option.key == "preset") return Takes::preset;
  for (const char* name : {"FILE", "PATH", "NAME|DIR", "VIDEO"}) {
    if (option.value_name == name) return Takes::file;
  }
  return Takes::text;
}

// Of a shell's words for a choice, a preset, a file and any text those for the option; "" for a switch.
std::string by_kind(const Option& option, const std::array<std::string, 4>& words) {
  const Takes kind = takes(option);
  return kind == Takes::nothing ? "" : words[static_cast<size_t>(kind)];
}

bool reads_file(const Command& command) {
  return command.operands == "AUDIO" || command.operands == "FILE" || command.operands == "STORE...";
}

std::string without_negation(const Option& option) {
  return option.flag() + (option.short_flag.empty() ? "" : "|" + option.short_flag);
}

// ---- bash

// What stands behind an option: one line of a case per way to complete it.
std::string bash_values() {
  std::string cases, files, texts;
  for (const Option& option : option_table()) {
    const std::string flags = without_negation(option);
    switch (takes(option)) {
      case Takes::choice:
        cases += fmt::format("    {}) words=\"{}\" ;;\n", flags, join(option.choices, " "));
        break;
      case Takes::preset:
        cases += fmt::format("    {}) words=\"{}\" ;;\n", flags, kPresets);
        break;
      case Takes::file:
        files += (files.empty() ? "" : "|") + flags;
        break;
      case Takes::text:
        texts += (texts.empty() ? "" : "|") + flags;
        break;
      case Takes::nothing:
        break;
    }
  }
  return cases + fmt::format("    {}) files=1 ;;\n    {}) ;;\n", files, texts);
}

std::string bash_command(const Command& command) {
  std::vector<std::string> words = command.actions;
  for (const Option& option : option_table()) {
    if (!command.has(option)) continue;
    for (const std::string& flag : flags_of(option)) words.push_back(flag);
  }
  for (const HelpFlag& flag : help_flags()) words.emplace_back(flag.flag);
  std::string line = fmt::format("        {}) words=\"{}\"", command.name, join(words, " "));
  if (command.name == "presets") line += fmt::format("; [[ $previous == show ]] && words=\"{}\"", kPresets);
  if (reads_file(command) || command.name == "model") line += "; [[ $current != -* ]] && files=1";
  return line + " ;;\n";
}

std::string bash_script() {
  std::string cases;
  for (const Command& command : commands()) cases += bash_command(command);
  std::vector<std::string> first = command_names();
  for (const HelpFlag& flag : help_flags()) first.emplace_back(flag.flag);
  first.emplace_back("--version");
  return fmt::format(R"(# bash completion of spectradiff; `spectradiff completion bash` writes it
_spectradiff() {{
  local current=${{COMP_WORDS[COMP_CWORD]}} previous=${{COMP_WORDS[COMP_CWORD-1]}} command= words= files= i
  # --painter=hash is three words to bash
  if [[ $current == = ]]; then
    current=
  elif [[ $previous == = ]]; then
    previous=${{COMP_WORDS[COMP_CWORD-2]}}
  fi
  for ((i = 1; i < COMP_CWORD; i++)); do
    case ${{COMP_WORDS[i]}} in
      {}) command=${{COMP_WORDS[i]}}; break ;;
    esac
  done
  case $previous in
{}    *)
      case $command in
{}        *) words="{}" ;;
      esac ;;
  esac
  mapfile -t COMPREPLY < <(compgen -W "$words" -- "$current")
  if [[ -n $files ]]; then
    compopt -o filenames 2>/dev/null
    mapfile -t -O "${{#COMPREPLY[@]}}" COMPREPLY < <(compgen -f -- "$current")
  fi
}}
complete -F _spectradiff spectradiff
)",
                     join(command_names(), "|"), bash_values(), cases, join(first, " "));
}

// ---- zsh

// Text within […] of an _arguments specification.
std::string zsh_text(const std::string& text) {
  std::string escaped;
  for (const char c : text) {
    if (c == '[' || c == ']' || c == ':' || c == '\\') escaped += '\\';
    escaped += c;
  }
  return escaped;
}

std::string zsh_value(const Option& option) {
  if (option.is_switch()) return "";
  return ":" + zsh_text(option.value_name) + ":" +
         by_kind(option, {"(" + join(option.choices, " ") + ")", "_spectradiff_presets", "_files", " "});
}

std::string zsh_command(const Command& command, const OptionHelp& help) {
  std::vector<std::string> specs;
  for (const Option& option : option_table()) {
    if (!command.has(option)) continue;
    const std::string repeats = option.repeats ? "*" : "";
    for (const std::string& flag : flags_of(option)) {
      const bool is_long = flag.starts_with("--") && !option.is_switch();
      specs.push_back(shell_quoted(repeats + flag + (is_long ? "=" : "") + "[" +
                                   zsh_text(help.line(option, command.options)) + "]" + zsh_value(option)));
    }
  }
  for (const HelpFlag& flag : help_flags())
    specs.push_back(shell_quoted(std::string(flag.flag) + "[" + zsh_text(flag.help) + "]"));
  if (!command.actions.empty()) specs.push_back("'1:action:(" + join(command.actions, " ") + ")'");
  if (command.name == "presets") specs.emplace_back("'2:preset:_spectradiff_presets'");
  if (command.name == "model") specs.emplace_back("'2:model:_files'");
  if (reads_file(command))
    specs.push_back((command.operands.ends_with("...") ? "'*:" : "'1:") + command.operands + ":_files'");
  return fmt::format("    {})\n      _arguments -S \\\n        {}\n      ;;\n", command.name,
                     join(specs, " \\\n        "));
}

std::string zsh_script(const OptionHelp& help) {
  std::string described, cases;
  for (const Command& command : commands()) {
    described += fmt::format("      {}\n", shell_quoted(command.name + ":" + zsh_text(command.summary)));
    cases += zsh_command(command, help);
  }
  return fmt::format(R"(#compdef spectradiff
# zsh completion of spectradiff; `spectradiff completion zsh` writes it
_spectradiff_presets() {{
  compadd -- {}
}}
_spectradiff() {{
  if (( CURRENT == 2 )); then
    local -a commands=(
{}    )
    _describe command commands
    return
  fi
  shift words
  (( CURRENT-- ))
  case $words[1] in
{}  esac
}}
if [[ $funcstack[1] == _spectradiff ]]; then
  _spectradiff "$@"
else
  compdef _spectradiff spectradiff
fi
)",
                     kPresets, described, cases);
}

// ---- fish

std::string fish_quoted(const std::string& text) {
  std::string quoted = "'";
  for (const char c : text) {
    if (c == '\'' || c == '\\') quoted += '\\';
    quoted += c;
  }
  return quoted + "'";
}

std::string fish_option(const Option& option, const OptionHelp& help) {
  const std::string line =
      "complete -c spectradiff -n '__fish_seen_subcommand_from " + join(commands_with(option), " ") + "'";
  const std::string described = " -d " + fish_quoted(help.line(option));
  std::string text = line + " -l " + option.flag().substr(2);
  if (!option.short_flag.empty()) text += " -s " + option.short_flag.substr(1);
  text += by_kind(
      option, {" -x -a " + fish_quoted(join(option.choices, " ")),
               " -x -a '(spectradiff presets list 2>/dev/null | string split -f1 \" \")'", " -r -F", " -x"});
  text += described + "\n";
  if (option.is_switch()) text += line + " -l no-" + option.flag().substr(2) + "\n";
  return text;
}

std::string fish_script(const OptionHelp& help) {
  const std::string none = "not __fish_seen_subcommand_from " + join(command_names(), " ");
  std::string text = "# fish completion of spectradiff; `spectradiff completion fish` writes it\n";
  text += fmt::format("complete -c spectradiff -n {} -f -l version\n", fish_quoted(none));
  for (const Command& command : commands()) {
    text += fmt::format("complete -c spectradiff -n {} -f -a {} -d {}\n", fish_quoted(none), command.name,
                        fish_quoted(command.summary));
    if (!command.actions.empty()) {
      const std::string actions = join(command.actions, " ");
      text += fmt::format(
          "complete -c spectradiff -n '__fish_seen_subcommand_from {}; and not __fish_seen_subcommand_from "
          "{}' -f -a '{}'\n",
          command.name, actions, actions);
    }
    if (!reads_file(command) && command.name != "model")
      text += fmt::format("complete -c spectradiff -n '__fish_seen_subcommand_from {}' -f\n", command.name);
  }
  text +=
      "complete -c spectradiff -n '__fish_seen_subcommand_from presets; and __fish_seen_subcommand_from "
      "show' -f -a '(spectradiff presets list 2>/dev/null | string split -f1 \" \")'\n";
  for (const HelpFlag& flag : help_flags()) {
    const std::string name = flag.flag;
    text += fmt::format("complete -c spectradiff -f {} -d {}\n",
                        name.starts_with("--") ? "-l " + name.substr(2) : "-s " + name.substr(1),
                        fish_quoted(flag.help));
  }
  for (const Option& option : option_table()) text += fish_option(option, help);
  return text;
}

}  // namespace

int run_completion(const Arguments& arguments, Console& console) {
  const OptionHelp help = shipped_defaults().with_look;
  console.answer(arguments.action == "zsh"    ? zsh_script(help)
                 : arguments.action == "fish" ? fish_script(help)
                                              : bash_script());
  return kComplete;
}

}  // namespace spectradiff
