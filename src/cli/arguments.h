// The command line as typed, parsed but not yet resolved.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "spectradiff/config/settings.h"

namespace spectradiff {

struct Arguments {
  std::string command;  // render, paint, analyze, model, presets, doctor; empty: only --help or --version
  std::string action;   // of model: list, info, check, trust; of presets: list, show
  std::string subject;  // the song, model or preset; "-" is stdin
  std::string output;   // empty: not given
  std::string config;
  std::string log_file;
  std::string seed_csv, csv, json_out, plot;  // of analyze; empty: not given
  std::string series;                         // of analyze, as typed
  std::string progress = "auto";              // auto, always, never
  std::vector<std::string> presets;
  bool overwrite = false, quiet = false, verbose = false;
  bool print_config = false, origin = false, dry_run = false, json = false, stats = false;
  bool help_short = false, help = false, help_all = false, version = false;
  Layer flags{"flag"};             // option table keys
  std::vector<std::string> typed;  // the words themselves, for "reproduce with"
};

// What is no setting of a job: streams, files, help. One row each, for parsing and --help alike.
struct GeneralOption {
  std::string flags;       // "-o,--output", as CLI11 takes them
  std::string value_name;  // empty for a switch
  std::string help;
  std::vector<std::string> commands;  // empty: all
  std::function<void(Arguments&, const std::vector<std::string>& values)> store;
};
const std::vector<GeneralOption>& general_options();
bool applies(const GeneralOption& option, const std::string& command);

struct CommandText {
  std::string name;
  std::string operands;  // "AUDIO"
  std::string summary;
  unsigned options = 0;  // CommandMask
};
const std::vector<CommandText>& commands();

// Error{usage} for anything that is not understood, naming it and the nearest known name.
Arguments parse_arguments(const std::vector<std::string>& words);

}  // namespace spectradiff
