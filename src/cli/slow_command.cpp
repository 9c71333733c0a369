// slow: a song whose beats last whole frames.
#include <fmt/format.h>

#include <cmath>
#include <filesystem>

#include "commands.h"
#include "outputs.h"
#include "spectradiff/base/number.h"
#include "spectradiff/base/text.h"
#include "spectradiff/session/slowing.h"

namespace spectradiff {
namespace {

std::string in_hundredths(double value) {
  return format_real(std::round(value * 100) / 100);
}

}  // namespace

int run_slow(const Arguments& arguments, Console& console) {
  const std::string& song = arguments.subject;
  refuse_terminal("output", arguments.run.output,
                  "play sound; pipe it (… -o - | spectradiff render -) or name a file");
  SoundOutput output(arguments, console, "audio");
  const SlowedSong slowed =
      slow_song(song, resolve(arguments.layers).job, arguments.run.frames_per_beat, console);
  const std::string bpm = in_hundredths(slowed.slowed_bpm);
  if (!output.is_named()) {
    const std::string stem = song == "-" ? "song" : std::filesystem::path(song).stem().string();
    output.name(fmt::format("{}-{}bpm.wav", stem, bpm));
  }
  const auto samples = static_cast<int64_t>(slowed.samples.size()) / slowed.channels;
  const double seconds = static_cast<double>(samples) / slowed.sample_rate_hz;
  output.write(
      slowed.samples, slowed.channels, slowed.sample_rate_hz,
      fmt::format("{} bpm instead of {}, {} per beat, {:.2f} s", bpm, in_hundredths(slowed.tempo_bpm),
                  counted(slowed.frames_per_beat, "frame"), seconds),
      {{"tempo_bpm", slowed.slowed_bpm}, {"frames_per_beat", slowed.frames_per_beat}});
  return kComplete;
}

}  // namespace spectradiff
