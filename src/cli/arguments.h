// The command line as typed, parsed but not yet resolved.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "spectradiff/config/settings.h"
#include "spectradiff/session/session_request.h"

namespace spectradiff {

struct Arguments {
  std::string command;  // render, paint, analyze, batch, model, …; empty: only --help or --version
  std::string action;   // of those with actions (CommandText)
  std::string subject;  // the song, batch file, model or preset; "-" is stdin
  std::vector<std::string> subjects;  // of still, measure and assemble; the first is `subject` too
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
  SessionRequest request() const;
};

struct CommandText {
  std::string name;
  std::string operands;  // "AUDIO"
  std::string summary;
  unsigned options = 0;              // CommandMask
  std::vector<std::string> actions;  // of "model list"
};

// What is a flag only, of every command.
struct HelpFlag {
  const char* flag;
  const char* help;
  bool Arguments::* asked;
};
const std::vector<HelpFlag>& help_flags();

const std::vector<CommandText>& commands();
std::vector<std::string> command_names();
const CommandText& command_text(const std::string& name);  // of a name that is there

// Error{usage} for anything that is not understood, naming it and the nearest known name.
Arguments parse_arguments(const std::vector<std::string>& words);

}  // namespace spectradiff
