// One function per command; each gives the exit code, or throws Error.
#pragma once

#include "arguments.h"
#include "console.h"
#include "spectradiff/session/session.h"

namespace spectradiff {

// Exit codes beside those of errors (exit_code): of a stop, main makes the signal's own.
inline constexpr int kComplete = 0, kStopped = 130, kFinishedWithFailures = 7;

int run_pictures(const Arguments& arguments, Console& console);  // render and paint
int run_batch(const Arguments& arguments, Console& console);
int run_sweep(const Arguments& arguments, Console& console);  // render and paint with --sweep
int run_analyze(const Arguments& arguments, Console& console);
int run_model(const Arguments& arguments, Console& console);
int run_presets(const Arguments& arguments, Console& console);
int run_still(const Arguments& arguments, Console& console);
int run_slow(const Arguments& arguments, Console& console);
int run_sonify(const Arguments& arguments, Console& console);
int run_try(const Arguments& arguments, Console& console);
int run_assemble(const Arguments& arguments, Console& console);
int run_measure(const Arguments& arguments, Console& console);
int run_doctor(const Arguments& arguments, Console& console);

// The version of the program and of every library, for --version --json and doctor.
Json versions();

// Error{usage} where a video would be written to a terminal.
void refuse_terminal(const RunSettings& run);

// Prints what --stats asked for, where it is not an event.
void tell_statistics(const Outcome& outcome, const RunSettings& run, Console& console);

// What --stats prints: one "name value" per line, the stages as "seconds_paint 0.52".
std::string statistics_text(const Json& statistics);

}  // namespace spectradiff
