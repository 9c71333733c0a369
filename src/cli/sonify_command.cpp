// sonify: a picture as sound.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <filesystem>

#include "commands.h"
#include "outputs.h"
#include "spectradiff/base/error.h"
#include "spectradiff/media/picture_reader.h"
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

// Options of one way to make sound that another has not.
void warn_of_idle(const Arguments& arguments, const SonifySettings& settings, Console& console) {
  const auto told = [&](const char* key) { return last_word(arguments.told, key) != nullptr; };
  for (const char* key : {"duration", "roles"}) {
    if (settings.method != SonifyMethod::chirp && told(key))
      console.warn(
          fmt::format("{} changes nothing: only chirps have it; --method chirp makes some", flag_of(key)));
  }
  if (settings.method != SonifyMethod::griffin_lim && told("channels"))
    console.warn("--channels changes nothing: only --method griffin-lim hears one channel");
}

}  // namespace

int run_sonify(const Arguments& arguments, Console& console) {
  const std::string& picture = arguments.subject;
  refuse_terminal("output", arguments.run.output, "play sound; pipe it (… -o - | mpv -) or name a file");
  const SonifySettings settings = settings_of(arguments);
  warn_of_idle(arguments, settings, console);
  SoundOutput output(arguments, console, "picture");
  if (!output.is_named()) {
    const std::string sound = std::filesystem::path(picture).stem().string() + ".wav";
    if (sound == picture)
      throw_error(ErrorKind::usage,
                  "{} is a sound; sonify makes one of a picture: spectradiff sonify cover.png", picture);
    output.name(sound);
  }
  const auto [sample_rate_hz, samples] = sonify(picture_of(picture), settings);
  float peak = 0;
  for (const float value : samples) peak = std::max(peak, std::abs(value));
  const double seconds = static_cast<double>(samples.size()) / sample_rate_hz;
  output.write(
      samples, 1, sample_rate_hz,
      fmt::format("{:.2f} s ({} samples at {} Hz), peak {:.3f} ({})", seconds, samples.size(), sample_rate_hz,
                  peak, peak > 0 ? fmt::format("{:.1f} dB", 20 * std::log10(peak)) : "silent"),
      {{"peak", peak}});
  return kComplete;
}

}  // namespace spectradiff
