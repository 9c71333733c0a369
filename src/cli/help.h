// --help, made from the option table.
#pragma once

#include <string>
#include <vector>

#include "help_defaults.h"

namespace spectradiff {

// About 25 options in groups. `command` empty, here and below: the program.
std::string short_help(const std::string& command, const HelpDefaults& defaults);
std::string full_help(const std::string& command, const HelpDefaults& defaults);
std::string help_of_everything(const HelpDefaults& defaults);

// Their parts.
std::vector<std::string> settings_rules(unsigned commands);  // of a CommandMask: where options may be set
std::string expression_help();
extern const char* const kBatchHelp;

}  // namespace spectradiff
