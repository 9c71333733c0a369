// The commands of the program: what each is told, and the function that does it.
#pragma once

#include <string>
#include <vector>

#include "arguments.h"
#include "console.h"
#include "spectradiff/config/options.h"

namespace spectradiff {

struct Command {
  std::string name;
  std::string operands;      // "AUDIO", as help says them
  size_t most_operands = 0;  // beside the action
  std::string needs;         // what must be given, with an example; empty: nothing
  std::string summary;
  unsigned options = 0;                                      // CommandMask
  bool runs_networks = false;                                // by libtorch
  std::vector<std::string> actions;                          // of "model list"
  std::string examples;                                      // a line each, indented
  int (*run)(const Arguments& arguments, Console& console);  // gives the exit code, or throws Error

  bool has(const Option& option) const { return (option.commands & options) != 0; }
};

const std::vector<Command>& commands();
std::vector<std::string> command_names();
std::vector<std::string> commands_with(const Option& option);  // their names
const Command& command_named(const std::string& name);         // of a name that is there

// Exit codes beside those of errors (exit_code): of a stop, main makes the signal's own.
inline constexpr int kComplete = 0, kStopped = 130, kFinishedWithFailures = 7;

int run_pictures(const Arguments& arguments, Console& console);  // render and paint
int run_try(const Arguments& arguments, Console& console);
int run_analyze(const Arguments& arguments, Console& console);
int run_batch(const Arguments& arguments, Console& console);
int run_sweep(const Arguments& arguments, Console& console);  // render and paint with --sweep
int run_assemble(const Arguments& arguments, Console& console);
int run_still(const Arguments& arguments, Console& console);
int run_sonify(const Arguments& arguments, Console& console);
int run_slow(const Arguments& arguments, Console& console);
int run_measure(const Arguments& arguments, Console& console);
int run_model(const Arguments& arguments, Console& console);
int run_presets(const Arguments& arguments, Console& console);
int run_doctor(const Arguments& arguments, Console& console);
int run_completion(const Arguments& arguments, Console& console);
int run_man(const Arguments& arguments, Console& console);

// The version of the program and of every library, for --version --json and doctor.
Json versions();

}  // namespace spectradiff
