#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <exception>
#include <memory>
#include <new>
#include <random>
#include <string_view>

#include "arguments.h"
#include "commands.h"
#include "console.h"
#include "help.h"
#include "help_defaults.h"
#include "shell_words.h"
#include "signals.h"
#include "spectradiff/base/error.h"
#include "spectradiff/base/file.h"
#include "spectradiff/base/text.h"
#include "spectradiff/render/executor.h"
#include "spectradiff/session/settings_files.h"
#include "topics.h"

namespace spectradiff {
namespace {

constexpr std::string_view kOutOfMemory = "out of memory; try a smaller --size or --batch-size";

// All that a command reads and writes beside its log.
void add_files(FileGuard& guard, const Arguments& arguments) {
  if (arguments.command == "measure") {
    add_files(guard, arguments.measure_request());
  } else if (arguments.command == "assemble") {
    add_files(guard, arguments.assembly_request());
  } else if ((command_named(arguments.command).options & kAll) != 0) {
    add_files(guard, arguments.request());
  }
}

// Many jobs begin theirs once they are known.
void begin_log(const Arguments& arguments, Console& console) {
  if (arguments.run.log_file.empty() || arguments.command == "batch" || !arguments.run.sweep.empty()) return;
  FileGuard guard;
  guard.writes("log_file", arguments.run.log_file);
  add_files(guard, arguments);
  guard.check();
  console.keep_log(arguments.run.log_file);
}

std::string asked_help(const Arguments& arguments) {
  const HelpDefaults defaults = help_defaults(arguments.flags);
  if (arguments.help_all) return help_of_everything(defaults);
  return arguments.help ? full_help(arguments.command, defaults) : short_help(arguments.command, defaults);
}

// What is asked of the program itself; false: nothing is.
bool answer_of_program(const Arguments& arguments, Console& console) {
  if (arguments.version && arguments.run.json) {
    console.answer_json(versions());
  } else if (arguments.version) {
    console.answer(fmt::format("spectradiff {}\n", SPECTRADIFF_VERSION));
  } else if (!arguments.topic.empty()) {
    console.answer(topic_text(arguments.topic));
  } else if (arguments.asks_help()) {
    console.answer(asked_help(arguments));
  } else {
    return false;
  }
  return true;
}

int run_command(const Arguments& arguments, Console& console) {
  if (answer_of_program(arguments, console)) return kComplete;
  begin_log(arguments, console);
  if (arguments.tells_seed) console.info(fmt::format("the seed drawn is {}", arguments.drawn_seed));
  for (const std::string& note : misspelt_variables()) console.warn(note);
  return command_named(arguments.command).run(arguments, console);
}

// Lowest first: --config, environment, flags. `options`: whose options they are (CommandMask).
std::vector<Layer> told_layers(const Layer& flags, unsigned options) {
  std::vector<Layer> told = {environment_layer(options), flags};
  const std::string config = run_settings(told).config;
  if (config == "-") {
    told.insert(told.begin(), parse_layer(read_stdin(kMaxTextBytes), "stdin", LayerKind::config));
  } else if (!config.empty()) {
    check_there("config", config);
    told.insert(told.begin(), read_layer(config, config, LayerKind::config));
  }
  return told;
}

// The program's one die: "seed": "random" is another number in each run, below 2^31 so that it is easily
// typed again. Settings that are printed and stored hold the number.
void draw_seeds(Arguments& arguments) {
  arguments.drawn_seed = static_cast<int64_t>(std::random_device()() >> 1);
  put_drawn_seed(arguments.told, arguments.drawn_seed);
  arguments.tells_seed = put_drawn_seed(arguments.layers, arguments.drawn_seed);
}

// What flags, environment, files and presets say about this call.
void read_settings(Arguments& arguments) {
  if (arguments.command.empty() || arguments.asks_help()) {
    arguments.run = run_settings({arguments.flags});
    return;
  }
  const unsigned options = command_named(arguments.command).options;
  // Before the first of them reads it all.
  const std::string config = run_settings({environment_layer(options), arguments.flags}).config;
  if (arguments.subject == "-" && config == "-") {
    throw_error(ErrorKind::usage, "both {} and --config read stdin (\"-\"); name a file for one of them",
                arguments.command == "batch" ? "the batch" : "the song");
  }
  arguments.told = told_layers(arguments.flags, options);
  arguments.layers = options == kOthers ? arguments.told : SettingsFiles().below(arguments.told);
  draw_seeds(arguments);
  arguments.run = run_settings(arguments.layers);
  if (arguments.run.json && arguments.run.output == "-") {
    throw_error(ErrorKind::usage, "--json and -o - both write stdout; give the video a file name");
  }
}

// A closed descriptor 0, 1 or 2 would be given to the next file opened, and messages written into it.
void hold_standard_descriptors() {
  for (int descriptor = 0; descriptor <= 2; ++descriptor) {
    if (fcntl(descriptor, F_GETFD) == -1) open("/dev/null", O_RDWR);
  }
}

// A destructor that wants memory (that of nlohmann's JSON does) can throw nothing when there is none.
[[noreturn]] void end_without_memory() {
  try {
    if (const auto error = std::current_exception()) std::rethrow_exception(error);
  } catch (const std::bad_alloc&) {
    for (const std::string_view part : {std::string_view("error: "), kOutOfMemory, std::string_view("\n")}) {
      if (write(STDERR_FILENO, part.data(), part.size()) < 0) break;
    }
    _exit(exit_code(ErrorKind::memory));
  } catch (...) {
    // A fault of the program: as it would be without us.
  }
  std::abort();
}

// Whoever read our stdout has gone: that ends the program without a word.
bool stdout_is_closed() {
  pollfd descriptor = {STDOUT_FILENO, POLLOUT, 0};
  return poll(&descriptor, 1, 0) == 1 && (descriptor.revents & POLLERR) != 0;
}

int fail(Console& console, ErrorKind kind, const std::string& message) {
  const int code = exit_code(kind);
  if (kind == ErrorKind::output && stdout_is_closed()) return code;
  try {
    console.error(message, code);
  } catch (const Error&) {
    return exit_code(ErrorKind::output);  // nobody reads the event; the words are on stderr
  }
  return code;
}

int run(const std::vector<std::string>& words) {
  std::unique_ptr<Console> console = std::make_unique<Console>(RunSettings{});
  int code = 0;
  try {
    Arguments arguments = parse_arguments(words);
    console = std::make_unique<Console>(run_settings({arguments.flags}));
    read_settings(arguments);
    console = std::make_unique<Console>(arguments.run);
    code = run_command(arguments, *console);
  } catch (const FrameError& error) {
    // What an output lacks it lacks for every frame.
    const std::string hint = error.kind() == ErrorKind::output
                                 ? ""
                                 : "\nto see this frame alone: " +
                                       reproduction(words, std::to_string(error.frame()), "frame-%05d.png");
    code = fail(*console, error.kind(), error.what() + hint);
  } catch (const Error& error) {
    code = fail(*console, error.kind(), error.what());
  } catch (const std::bad_alloc&) {
    code = fail(*console, ErrorKind::memory, std::string(kOutOfMemory));
  } catch (const std::exception& error) {
    code = fail(*console, ErrorKind::internal,
                fmt::format("internal error: {}; please report it", error.what()));
  }
  // A signal that came too late has stopped nothing.
  if (code == kStopped) raise_stop_signal();
  return code;
}

// Waiting threads. At the end of every loop libtorch's threads wait for one another, and GNU's OpenMP lets
// them spin for milliseconds. On a machine that does something else too they spin on the very core that the
// awaited thread needs, and a picture takes four times as long. A spin of some 30 us is enough on a quiet
// one. OpenMP reads its environment when the program is loaded, libav bringing it along: so the program loads
// itself again.
void shorten_waits(const std::vector<std::string>& words, char** argv) {
#ifdef __linux__
  const bool is_told = std::getenv("GOMP_SPINCOUNT") != nullptr || std::getenv("OMP_WAIT_POLICY") != nullptr;
  const bool runs_networks = std::any_of(commands().begin(), commands().end(), [&](const Command& command) {
    return command.runs_networks && std::find(words.begin(), words.end(), command.name) != words.end();
  });
  if (is_told || !runs_networks) return;
  if (setenv("GOMP_SPINCOUNT", "10000", 1) == 0) execv("/proc/self/exe", argv);
#else
  static_cast<void>(words), static_cast<void>(argv);
#endif
}

}  // namespace
}  // namespace spectradiff

int main(int argc, char** argv) {
  std::set_terminate(spectradiff::end_without_memory);
  const std::vector<std::string> words(argv + 1, argv + argc);
  spectradiff::shorten_waits(words, argv);
  spectradiff::hold_standard_descriptors();
  spectradiff::make_output_faults_errors();
  return spectradiff::run(words);
}
