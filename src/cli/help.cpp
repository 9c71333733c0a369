#include "help.h"

#include <fmt/format.h>

#include <algorithm>

#include "arguments.h"
#include "spectradiff/base/text.h"
#include "spectradiff/config/options.h"
#include "spectradiff/features/series.h"
#include "spectradiff/timeline/expression.h"
#include "spectradiff/timeline/signals.h"

namespace spectradiff {
namespace {

constexpr size_t kNameWidth = 30;

std::string usage_line(const CommandText& command) {
  return fmt::format("usage: spectradiff {} {}{}[options]\n", command.name, command.operands,
                     command.operands.empty() ? "" : " ");
}

std::string row(const std::string& name, const std::string& help) {
  if (name.size() + 3 > kNameWidth) return fmt::format("  {}\n  {:<{}}{}\n", name, "", kNameWidth - 2, help);
  return fmt::format("  {:<{}}{}\n", name, kNameWidth - 2, help);
}

std::string option_row(const Option& option) {
  const std::string names = (option.short_flag.empty() ? "" : option.short_flag + ", ") +
                            (option.is_switch() ? "--[no-]" + option.flag().substr(2) : option.flag());
  if (option.is_switch()) return row(names, option.help);
  return row(names + " " + option.value_name + (option.moves ? " ◇" : ""), option.help);
}

// Words behind a title, wrapped.
std::string listing(const std::string& title, const std::vector<std::string>& words) {
  constexpr size_t kWidth = 100;
  std::string text = "  " + title + ":\n";
  std::string line = "   ";
  for (const std::string& word : words) {
    if (line.size() + word.size() >= kWidth) {
      text += line + "\n";
      line = "   ";
    }
    line += " " + word;
  }
  return text + line + "\n";
}

// Where else an option may be said, and who wins.
std::string settings_help(const CommandText& command) {
  std::vector<std::string> one_run, typed;
  for (const Option& option : option_table()) {
    if ((option.commands & command.options) == 0) continue;
    if (option.typed_only) {
      typed.push_back(option.key);
    } else if (option.option_class == OptionClass::run) {
      one_run.push_back(option.key);
    }
  }
  std::string help =
      "\nEvery option is also an environment variable (SPECTRADIFF_BIN_SPACING) and a JSON key (bin_spacing) "
      "of --config, presets\n"
      "and the user's $XDG_CONFIG_HOME/spectradiff/config.json. A flag wins over the environment, that over "
      "--config, that over\n"
      "--preset, that over the user's file.\n";
  if (command.options == kOthers)
    return "\nEvery option is also an environment variable (SPECTRADIFF_JSON).\n";
  if (!one_run.empty()) {
    help += fmt::format("These belong to one run and are refused in presets and the user's file: {}.\n",
                        join(one_run, ", "));
  }
  return help + fmt::format("These are flags and variables only: {}.\n", join(typed, ", "));
}

}  // namespace

// What an expression is made of.
std::string expression_help() {
  std::string help =
      "\nMoved by music: options with ◇ take a number or an expression, a value per frame.\n"
      "  spectradiff paint song.wav --blur \"1 + 12*onset\"\n"
      "  spectradiff paint song.wav --signal \"kick=band 40 120 | env 1f 6f | norm 95\" --mark-size \"16 + "
      "24*kick\"\n"
      "  spectradiff paint song.wav --hue-start \"frac(bars/8)\" --lightness \"0.35 + 0.3*decay(since_beat, "
      "0.15)\"\n";
  std::vector<std::string> series = series_names();
  series.insert(series.end(), {"mel_0…127", "mfcc_0…19", "band(LOW_HZ,HIGH_HZ)"});
  help +=
      listing("series, 0..1 over the song; at(NAME, -2f) is one at another time (f, ms, s, beats)", series);
  help += "  counters:\n";
  for (const Counter& counter : expression_counters())
    help += fmt::format("    {:<14}{}\n", counter.name, counter.meaning);
  for (const FunctionGroup& group : expression_functions()) help += listing(group.title, group.calls);
  help += listing("operators", {"+ - * / % ^", "< <= > >= == !=", "&& || !", "CONDITION ? A : B"});
  std::vector<std::string> stages;
  for (const std::string& usage : signal_stages()) stages.push_back("| " + usage);
  return help +
         listing("stages of --signal NAME=SOURCE, a SOURCE being `band LOW HIGH` or an expression", stages);
}

// What the file of a batch holds, and what comes out.
const char* const kBatchHelp =
    "\nJobs: [{\"audio\": \"a.wav\", \"output\": \"a.mp4\", \"strength\": 0.5}, …], {\"defaults\": {…}, "
    "\"jobs\": […]} "
    "or one job per line.\n"
    "A job holds \"audio\", may hold \"id\" (default: its index) and any option as a JSON key; it stands "
    "above "
    "--config and below the\n"
    "environment. Its output is the song's name with .mp4 unless it says otherwise; paths count from the "
    "current folder.\n"
    "All jobs are checked before the first starts; those of one model run together. What is there with the "
    "same settings is skipped.\n"
    "On stdout, a line per job: id, done|skipped|failed|waiting, exit code, output, message, with tabs "
    "between. Exit 7 when one failed.\n";

std::string examples(const std::string& command) {
  if (command == "render") {
    return "  spectradiff render song.wav --prompt \"iceland vista, cinematic\" --strength 0.75 --fps 15\n"
           "  spectradiff render song.wav --draft -o draft.mp4\n"
           "  spectradiff render song.flac --model ./my-model --preset spectral-pie -o video.mkv\n"
           "  spectradiff render song.wav --frames 120-150 -o 'look/%05d.png'\n"
           "  spectradiff render song.wav --sweep strength=0.4,0.6,0.8 --frames 0-75\n"
           "  cat song.wav | spectradiff render - -o - | mpv -\n";
  }
  if (command == "paint") {
    return "  spectradiff paint song.wav -o painted.mp4\n"
           "  spectradiff paint song.wav --painter pie --pie-span 360 --output-size 1280x720\n"
           "  spectradiff paint song.wav -o 'init/%05d.png'\n";
  }
  if (command == "analyze") {
    return "  spectradiff analyze song.wav\n"
           "  spectradiff analyze song.wav --plot song.png\n"
           "  spectradiff analyze song.wav --csv - --series rms,onset | awk -F, '$4 > 0.5 {print $2}'\n"
           "  spectradiff analyze song.wav --json-out - | jq .scalars.tempo_bpm\n";
  }
  if (command == "batch") {
    return "  spectradiff batch jobs.json\n"
           "  spectradiff batch jobs.jsonl --json --fail-fast\n"
           "  for song in *.wav; do echo \"{\\\"audio\\\": \\\"$song\\\"}\"; done | spectradiff batch - "
           "--preset funky\n"
           "  spectradiff batch jobs.json --dry-run\n";
  }
  if (command == "model") {
    return "  spectradiff model list\n"
           "  spectradiff model info ./my-model\n"
           "  spectradiff model check ./my-model --json\n"
           "  spectradiff model trust ./my-model\n";
  }
  if (command == "presets") return "  spectradiff presets list\n  spectradiff presets show funky\n";
  if (command == "completion") {
    return "  spectradiff completion bash > ~/.local/share/bash-completion/completions/spectradiff\n"
           "  spectradiff completion zsh > ~/.zfunc/_spectradiff\n"
           "  spectradiff completion fish > ~/.config/fish/completions/spectradiff.fish\n";
  }
  if (command == "man") return "  spectradiff man | man -l -\n";
  return "  spectradiff doctor\n";
}

std::string short_help(const std::string& command) {
  if (!command.empty()) {
    return usage_line(command_text(command)) +
           fmt::format("{}\n\nexamples:\n{}\n`spectradiff {} --help` lists every option.\n",
                       command_text(command).summary, examples(command), command);
  }
  std::string help = "usage: spectradiff COMMAND …\nA song and a shell make a diffused music video.\n\n";
  for (const CommandText& text : commands()) help += row(text.name + " " + text.operands, text.summary);
  return help +
         "\n  spectradiff render song.wav --prompt \"iceland vista, cinematic\" --strength 0.75 --fps 15\n\n"
         "`spectradiff COMMAND --help` explains one command, `spectradiff --help-all` all of them.\n";
}

std::string full_help(const std::string& command) {
  if (command.empty()) return short_help("");
  const CommandText& text = command_text(command);
  std::string help = fmt::format("examples:\n{}\n{}{}\n", examples(command), usage_line(text), text.summary);

  std::string group;
  for (const Option& option : option_table()) {
    if ((option.commands & text.options) == 0) continue;
    if (command == "analyze" && option.moves) continue;
    if (option.group != group) help += fmt::format("\n{}:\n", group = option.group);
    help += option_row(option);
  }
  help += "\nHelp:\n";
  for (const HelpFlag& flag : help_flags()) help += row(flag.flag, flag.help);
  if (command == "analyze") {
    help +=
        "\nOptions of render and paint with ◇ are taken too: --plot draws, --csv and --json-out write what "
        "the "
        "music makes of them, and every --signal.\n";
  } else if (text.options != kOthers) {
    help += expression_help();
  }
  if (command == "batch") help += kBatchHelp;
  return help + settings_help(text);
}

std::string help_of_everything() {
  std::string help = short_help("");
  for (const CommandText& text : commands())
    help += fmt::format("\n---- {} ----\n\n{}", text.name, full_help(text.name));
  return help;
}

}  // namespace spectradiff
