// What several commands put out.
#pragma once

#include <string>
#include <vector>

#include "arguments.h"
#include "console.h"
#include "spectradiff/session/session.h"

namespace spectradiff {

// Error{usage} where what goes to `path` would go to a terminal, which cannot do this: "show a video; pipe
// it or name a file".
void refuse_terminal(const char* option, const std::string& path, const char* what);
inline constexpr const char* kShowVideo = "show a video; pipe it (… -o - | mpv -) or name a file";

// What --stats prints: one "name value" per line, the stages as "seconds_paint 0.52".
std::string statistics_text(const Json& statistics);

// Prints what --stats asked for, where it is not an event.
void tell_statistics(const Outcome& outcome, const RunSettings& run, Console& console);

// The sound that a command makes: in a file, or as WAV on stdout. Both outlive it.
class SoundOutput {
 public:
  // Of -o; where that is empty, to be named later. `input`: what messages call the subject. Error{usage} and
  // Error{output} for what could not be written.
  SoundOutput(const Arguments& arguments, Console& console, const char* input);

  bool is_named() const { return !file_.empty(); }
  void name(const std::string& file);  // errors as above
  // Tells of it in words and, with `facts`, as an event. `samples`: [samples][channels].
  void write(const std::vector<float>& samples, int channels, int sample_rate_hz, const std::string& words,
             const Json& facts);

 private:
  const Arguments& arguments_;
  Console& console_;
  const char* input_;
  std::string file_;
};

}  // namespace spectradiff
