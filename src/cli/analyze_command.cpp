// analyze: what is heard, as numbers.
#include <fmt/format.h>

#include <filesystem>
#include <utility>

#include "commands.h"
#include "job_setup.h"
#include "song_input.h"
#include "spectradiff/audio/audio_source.h"
#include "spectradiff/base/error.h"
#include "spectradiff/base/file.h"
#include "spectradiff/features/features.h"

namespace spectradiff {
namespace {

// The seeds' framing always; their 256 bins and 50 ms unless the user said otherwise.
AnalysisSettings seed_settings(const Resolved& resolved) {
  AnalysisSettings settings = resolved.job.analysis;
  settings.spacing = BinSpacing::seed;
  if (!resolved.origins.contains("bins")) settings.bins = 256;
  if (!resolved.origins.contains("window")) settings.window = TimeSpan::milliseconds(50);
  if (!resolved.origins.contains("window_shape")) settings.window_shape = WindowShape::rect;
  return settings;
}

void write_result(const std::string& path, const std::string& text, bool overwrite, Console& console) {
  if (path == "-") {
    console.answer(text);
  } else {
    write_file(path, text, overwrite);
  }
}

void refuse_existing(const std::string& path, bool overwrite) {
  if (!path.empty() && path != "-" && !overwrite &&
      std::filesystem::exists(std::filesystem::symlink_status(path))) {
    throw_error(ErrorKind::output, "seed_csv = {} exists; -y replaces it", path);
  }
}

}  // namespace

int run_analyze(const Arguments& arguments, Console& console) {
  const Resolved resolved = resolve(settings_layers(arguments));
  if (arguments.print_config) {
    console.answer(config_text(resolved, arguments.origin));
    return 0;
  }
  if (arguments.json && arguments.seed_csv == "-") {
    throw_error(ErrorKind::usage, "--json and --seed-csv - both write stdout; give the CSV a file name");
  }
  refuse_existing(arguments.seed_csv, arguments.overwrite);

  AudioSource source = std::move(open_song(arguments.subject, resolved.job, console).song);
  const Features features =
      hear(source, arguments.seed_csv.empty() ? resolved.job.analysis : seed_settings(resolved),
           resolved.job.input.strict, console);
  const AudioInfo& info = source.info();
  if (!arguments.seed_csv.empty())
    write_result(arguments.seed_csv, seed_csv(features), arguments.overwrite, console);

  const Json summary = {
      {"file", arguments.subject}, {"format", info.format},           {"sample_rate_hz", info.sample_rate_hz},
      {"channels", info.channels}, {"duration_s", info.duration_s()}, {"frames", features.frames},
      {"bins", features.bins},     {"reference", features.reference}};
  if (arguments.json) {
    console.event("analysis", summary);
  } else if (arguments.seed_csv.empty()) {
    console.answer(
        fmt::format("{}: {}\n{:.3f} s, {} Hz, {} channels\n{} frames at {} fps, {} bins, full level at "
                    "magnitude {:.6g}\n",
                    arguments.subject, info.format, info.duration_s(), info.sample_rate_hz, info.channels,
                    features.frames, resolved.job.analysis.fps.text(), features.bins, features.reference));
  }
  return 0;
}

}  // namespace spectradiff
