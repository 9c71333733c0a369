// What runs where nothing else is said, as help tells it.
#pragma once

#include <string>

#include "spectradiff/config/option_help.h"

namespace spectradiff {

struct HelpDefaults {
  OptionHelp with_look;  // of render, batch, try and still, which take a model's look
  OptionHelp without;    // of the other commands
  const OptionHelp& of(const std::string& command) const;
};

// Of this user: settings file, environment, and the model and presets that `flags` name. What cannot be read
// is left out.
HelpDefaults help_defaults(const Layer& flags);

// Of the program as it ships, for documents that are made once: the same on every machine.
HelpDefaults shipped_defaults();

}  // namespace spectradiff
