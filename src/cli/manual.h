// The manual page, made from the option table.
#pragma once

#include <string>

#include "spectradiff/config/option_help.h"

namespace spectradiff {

std::string manual_page(const OptionHelp& help);  // man(7)

}  // namespace spectradiff
