// What a shell offers at the TAB key, made from the option table.
#pragma once

#include <string>

#include "spectradiff/config/option_help.h"

namespace spectradiff {

// A script for `shell`: bash, zsh or fish.
std::string completion_script(const std::string& shell, const OptionHelp& help);

}  // namespace spectradiff
