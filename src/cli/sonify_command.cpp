// sonify: a picture as sound.
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <filesystem>

#include "commands.h"
#include "spectradiff/audio/sound_writer.h"
#include "spectradiff/base/error.h"
#include "spectradiff/base/file.h"
#include "spectradiff/base/sha256.h"
#include "spectradiff/config/settings.h"
#include "spectradiff/media/picture_reader.h"
#include "spectradiff/session/output_target.h"
#include "spectradiff/sonify/sonify.h"

namespace spectradiff {
namespace {

SonifySettings settings_of(const Arguments& arguments) {
  const Resolved resolved = resolve(arguments.layers);
  SonifySettings settings = arguments.run.sonify;
  settings.seed = static_cast<uint64_t>(resolved.job.diffusion.seed);
  if (const auto& duration = resolved.job.selection.duration) {
    const int rate_hz = settings.sample_rate_hz;
    settings.duration_s =
        static_cast<double>(duration->to_samples(rate_hz, resolved.job.analysis.fps)) / rate_hz;
  }
  constexpr double kLongest = 3600;
  if (!(settings.duration_s > 0 && settings.duration_s <= kLongest))
    throw_error(ErrorKind::usage, "duration = {} s is outside 0 to {} s", settings.duration_s, kLongest);
  return settings;
}

Canvas picture_of(const std::string& file) {
  const PictureReader reader(file, Rgb{});
  return reader.at(Rational(0), PictureReader::End::hold);
}

}  // namespace

int run_sonify(const Arguments& arguments, Console& console) {
  const std::string& picture = arguments.subject;
  const bool to_stdout = arguments.run.output == "-";
  if (to_stdout && isatty(STDOUT_FILENO) != 0)
    throw_error(ErrorKind::usage,
                "output = -: a terminal cannot play sound; pipe it (… -o - | mpv -) or name a file");
  const std::string output = arguments.run.output.empty()
                                 ? std::filesystem::path(picture).stem().string() + ".wav"
                                 : arguments.run.output;
  const SoundFormat format = to_stdout ? SoundFormat::wav : sound_format_of(output);
  const SonifySettings settings = settings_of(arguments);
  FileGuard guard;
  guard.reads("picture", picture);
  if (!to_stdout) {
    guard.writes("output", output);
    guard.check();
    check_output_file("output", output, arguments.run.overwrite);
  }
  const MadeSound sound = sonify(picture_of(picture), settings);
  float peak = 0;
  for (const float value : sound.samples) peak = std::max(peak, std::abs(value));
  const std::vector<uint8_t> bytes = sound_file_bytes(sound.samples, 1, sound.sample_rate_hz, format);
  const double seconds = static_cast<double>(sound.samples.size()) / sound.sample_rate_hz;
  if (to_stdout) {
    console.answer({reinterpret_cast<const char*>(bytes.data()), bytes.size()});
  } else {
    write_file(output, bytes, arguments.run.overwrite);
  }
  console.info(fmt::format("{}: {:.2f} s ({} samples at {} Hz), peak {:.3f} ({})",
                           to_stdout ? "stdout" : output, seconds, sound.samples.size(), sound.sample_rate_hz,
                           peak, peak > 0 ? fmt::format("{:.1f} dB", 20 * std::log10(peak)) : "silent"));
  console.event("sound", {{"path", output},
                          {"seconds", seconds},
                          {"samples", sound.samples.size()},
                          {"sample_rate_hz", sound.sample_rate_hz},
                          {"peak", peak},
                          {"sha256", sha256_hex(bytes)}});
  return kComplete;
}

}  // namespace spectradiff
