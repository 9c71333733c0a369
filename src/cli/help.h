// --help, made from the option table.
#pragma once

#include <string>

namespace spectradiff {

std::string short_help(const std::string& command);  // command empty: the program
std::string full_help(const std::string& command);
std::string help_of_everything();

// Their parts.
std::string examples(const std::string& command);  // a line each, indented
std::string expression_help();
extern const char* const kBatchHelp;

}  // namespace spectradiff
