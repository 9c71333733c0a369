// slow: a song whose beats last whole frames.
#include <fmt/format.h>
#include <unistd.h>

#include <cmath>
#include <filesystem>

#include "commands.h"
#include "spectradiff/audio/sound_writer.h"
#include "spectradiff/base/error.h"
#include "spectradiff/base/file.h"
#include "spectradiff/base/number.h"
#include "spectradiff/base/sha256.h"
#include "spectradiff/base/text.h"
#include "spectradiff/config/settings.h"
#include "spectradiff/session/output_target.h"
#include "spectradiff/session/slowing.h"

namespace spectradiff {
namespace {

double hundredths(double value) {
  return std::round(value * 100) / 100;
}

std::string name_for(const std::string& song, double bpm) {
  const std::string stem = song == "-" ? "song" : std::filesystem::path(song).stem().string();
  return fmt::format("{}-{}bpm.wav", stem, format_real(hundredths(bpm)));
}

}  // namespace

int run_slow(const Arguments& arguments, Console& console) {
  const std::string& song = arguments.subject;
  std::string output = arguments.run.output;
  const bool to_stdout = output == "-";
  if (to_stdout && isatty(STDOUT_FILENO) != 0)
    throw_error(
        ErrorKind::usage,
        "output = -: a terminal cannot play sound; pipe it (… -o - | spectradiff render -) or name a file");
  const SoundFormat format = to_stdout || output.empty() ? SoundFormat::wav : sound_format_of(output);
  const auto check = [&] {
    FileGuard guard;
    guard.reads("audio", song);
    guard.writes("output", output);
    guard.check();
    check_output_file("output", output, arguments.run.overwrite);
  };
  if (!to_stdout && !output.empty()) check();
  const SlowedSong slowed =
      slow_song(song, resolve(arguments.layers).job, arguments.run.frames_per_beat, console);
  if (output.empty()) {
    output = name_for(song, slowed.slowed_bpm);
    check();
  }
  const std::vector<uint8_t> bytes =
      sound_file_bytes(slowed.samples, slowed.channels, slowed.sample_rate_hz, format);
  if (to_stdout) {
    console.answer({reinterpret_cast<const char*>(bytes.data()), bytes.size()});
  } else {
    write_file(output, bytes, arguments.run.overwrite);
  }
  const auto samples = static_cast<int64_t>(slowed.samples.size()) / slowed.channels;
  const double seconds = static_cast<double>(samples) / slowed.sample_rate_hz;
  console.info(fmt::format("{}: {} bpm instead of {}, {} per beat, {:.2f} s", to_stdout ? "stdout" : output,
                           format_real(hundredths(slowed.slowed_bpm)),
                           format_real(hundredths(slowed.tempo_bpm)),
                           counted(slowed.frames_per_beat, "frame"), seconds));
  console.event("sound", {{"path", output},
                          {"seconds", seconds},
                          {"samples", samples},
                          {"sample_rate_hz", slowed.sample_rate_hz},
                          {"tempo_bpm", slowed.slowed_bpm},
                          {"frames_per_beat", slowed.frames_per_beat},
                          {"sha256", sha256_hex(bytes)}});
  return kComplete;
}

}  // namespace spectradiff
