// --help, made from the option table.
#pragma once

#include <string>

namespace spectradiff {

std::string short_help(const std::string& command);  // command empty: the program
std::string full_help(const std::string& command);
std::string help_of_everything();

}  // namespace spectradiff
