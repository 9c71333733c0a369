// The command line as typed, parsed but not yet resolved.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "spectradiff/config/options.h"
#include "spectradiff/config/settings.h"
#include "spectradiff/session/assembly.h"
#include "spectradiff/session/measuring.h"

namespace spectradiff {

struct Arguments {
  std::string command;  // render, paint, analyze, batch, model, …; empty: only --help or --version
  std::string action;   // of those with actions (Command)
  std::vector<std::string> subjects;  // the song, sounds, batch file, model or preset; "-" is stdin
  std::string subject;                // the first of them; empty: none
  int64_t drawn_seed = 0;             // of whatever asks for a random one
  bool tells_seed = false;            // something of this call does
  bool help_short = false, help = false, help_all = false, version = false;
  std::string topic;               // of "help TOPIC"; empty: none
  std::vector<std::string> words;  // all of them, as typed
  Layer flags{"flag"};             // option table keys
  // From flags, and from what they name, lowest first:
  std::vector<Layer> told;    // --config, environment, flags
  std::vector<Layer> layers;  // these, and below them settings that lie in files
  RunSettings run;            // of all layers
  bool asks_help() const { return help_short || help || help_all; }
  SessionRequest request() const;
  AssemblyRequest assembly_request() const;  // of assemble
  MeasureRequest measure_request() const;    // of measure
};

// What is a flag only, of every command.
struct HelpFlag {
  const char* flag;
  const char* help;
  bool Arguments::* asked;
};
const std::vector<HelpFlag>& help_flags();

// Every way to type the option: "--strength"; "--output", "-o"; "--greyscale", "--no-greyscale".
std::vector<std::string> flags_of(const Option& option);

// Error{usage} for anything that is not understood, naming it and the nearest known name.
Arguments parse_arguments(const std::vector<std::string>& words);

}  // namespace spectradiff
