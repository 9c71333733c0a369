// analyze: what is heard, as numbers and as a picture.
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <utility>
#include <vector>

#include "commands.h"
#include "series_list.h"
#include "signals.h"
#include "spectradiff/audio/audio_source.h"
#include "spectradiff/base/error.h"
#include "spectradiff/base/file.h"
#include "spectradiff/base/sha256.h"
#include "spectradiff/base/text.h"
#include "spectradiff/config/modulation.h"
#include "spectradiff/config/options.h"
#include "spectradiff/features/features.h"
#include "spectradiff/image/png.h"
#include "spectradiff/report/plot.h"
#include "spectradiff/report/summary.h"
#include "spectradiff/report/tables.h"
#include "spectradiff/session/output_target.h"
#include "spectradiff/session/song_input.h"

namespace spectradiff {
namespace {

// One file that was asked for.
struct Output {
  std::string option;  // "seed_csv"
  std::string path;    // "-": stdout
  std::string flag() const { return flag_of(option); }
};

// Thrown to leave a file unfinished when the user stops the program; nothing is said about it.
struct Stopped {};

std::vector<Output> asked_outputs(const Arguments& arguments) {
  std::vector<Output> outputs;
  for (const Output& output :
       {Output{"seed_csv", arguments.run.seed_csv}, Output{"csv", arguments.run.csv},
        Output{"json_out", arguments.run.json_out}, Output{"plot", arguments.run.plot}})
    if (!output.path.empty()) outputs.push_back(output);
  return outputs;
}

// Pipes and devices are never the same: each write reaches them.
bool same_file(const std::string& a, const std::string& b) {
  namespace fs = std::filesystem;
  const auto place = [](const std::string& path) {
    std::error_code failed;
    const fs::file_status status = fs::status(path, failed);
    const bool file = fs::is_regular_file(status) || !fs::exists(status);
    return file ? fs::weakly_canonical(fs::absolute(path), failed) : fs::path();
  };
  return !place(a).empty() && place(a) == place(b);
}

void check_outputs(const std::vector<Output>& outputs, const Arguments& arguments) {
  std::string on_stdout = arguments.run.json ? "--json" : "";
  for (auto output = outputs.begin(); output != outputs.end(); ++output) {
    if (output->path == "-") {
      const std::string name = output->flag() + " -";
      if (!on_stdout.empty())
        throw_error(ErrorKind::usage, "{} and {} both write stdout; give one of them a file name", on_stdout,
                    name);
      on_stdout = name;
      if (output->option == "plot" && isatty(STDOUT_FILENO) != 0)
        throw_error(ErrorKind::usage,
                    "plot = -: a picture is not for a terminal; pipe it or name a file: --plot song.png");
      continue;
    }
    check_output_file(output->option, output->path, arguments.run.overwrite);
    for (auto other = outputs.begin(); other != output; ++other)
      if (other->path != "-" && same_file(other->path, output->path))
        throw_error(ErrorKind::usage, "{} and {} name the same file, {}", other->flag(), output->flag(),
                    output->path);
  }
}

void refuse_song_as_output(const std::vector<Output>& outputs, const std::filesystem::path& song) {
  for (const Output& output : outputs) {
    if (output.path != "-") refuse_song(output.option, output.path, song);
  }
}

// The seeds' framing always; their 256 bins and 50 ms unless the user said otherwise.
AnalysisSettings seed_settings(const Resolved& resolved) {
  AnalysisSettings settings = resolved.job.analysis;
  settings.spacing = BinSpacing::seed;
  if (!resolved.origins.contains("bins")) settings.bins = 256;
  if (!resolved.origins.contains("window")) settings.window = TimeSpan::milliseconds(50);
  if (!resolved.origins.contains("window_shape")) settings.window_shape = WindowShape::rect;
  return settings;
}

void add(FeatureRequest& wanted, const FeatureRequest& more) {
  wanted.series.insert(more.series.begin(), more.series.end());
  wanted.onsets |= more.onsets;
  wanted.beats |= more.beats;
  wanted.key |= more.key;
  wanted.sections |= more.sections;
}

FeatureRequest wanted_features(const Arguments& arguments, const RenderJob& job,
                               const std::vector<Output>& outputs, const std::vector<std::string>& series) {
  FeatureRequest wanted;
  add_expression_needs(job, wanted);
  if (outputs.empty()) add(wanted, summary_request());
  if (!arguments.run.plot.empty()) add(wanted, plot_request());
  if (!arguments.run.csv.empty() || !arguments.run.json_out.empty())
    wanted.series.insert(series.begin(), series.end());
  if (!arguments.run.json_out.empty()) wanted.onsets = wanted.beats = wanted.key = wanted.sections = true;
  return wanted;
}

// Curves share an axis from 0 to 1: what leaves it is drawn between its own extremes and named with them.
PlotCurve drawn(const Series& curve) {
  const auto [least, most] = std::minmax_element(curve.values.begin(), curve.values.end());
  const float low = *least;
  const float high = *most;
  if (low >= 0 && high <= 1) return {curve.name, curve.values};
  PlotCurve scaled{fmt::format("{} ({:.3g} to {:.3g})", curve.name, low, high), curve.values};
  for (float& value : scaled.values) value = high > low ? (value - low) / (high - low) : 0;
  return scaled;
}

class AnalyzeRun {
 public:
  // `features` hold the curves as series too.
  AnalyzeRun(const Arguments& arguments, Console& console, AudioSource& source, const Features& features,
             const std::vector<std::string>& series, const std::vector<PlotCurve>& curves)
      : arguments_(arguments),
        console_(console),
        source_(source),
        features_(features),
        series_(series),
        curves_(curves) {}

  void write(const Output& output) {
    const auto produce = [&](const TextSink& sink) { write_into(output.option, sink); };
    if (output.path == "-") {
      produce(stoppable([this](std::string_view text) { console_.answer(text); }));
    } else {
      write_file(
          output.path, [&](const TextSink& sink) { produce(stoppable(sink)); }, arguments_.run.overwrite);
    }
  }

 private:
  static TextSink stoppable(const TextSink& sink) {
    return [sink](std::string_view text) {
      if (stop_requests().load() > 0) throw Stopped();
      sink(text);
    };
  }

  void write_into(const std::string& option, const TextSink& sink) {
    if (option == "seed_csv") return write_seed_csv(features_, sink);
    if (option == "csv") return write_series_csv(features_, series_, sink);
    if (option == "json_out")
      return write_analysis_json(arguments_.subject, source_.info(), features_, series_, sink);
    const SongView view = view_song(source_, kPlotColumns);
    const std::string title =
        arguments_.subject == "-" ? "stdin" : std::filesystem::path(arguments_.subject).filename().string();
    const Canvas page =
        plot_song(view, features_, title, join(song_facts(source_.info(), features_), "  ·  "), curves_);
    const std::vector<uint8_t> png = encode_png(page);
    sink({reinterpret_cast<const char*>(png.data()), png.size()});
  }

  const Arguments& arguments_;
  Console& console_;
  AudioSource& source_;
  const Features& features_;
  const std::vector<std::string>& series_;
  const std::vector<PlotCurve>& curves_;
};

Json summary_of(const Arguments& arguments, const AudioInfo& info, const Features& features) {
  Json summary = {{"file", arguments.subject},
                  {"format", info.format},
                  {"sample_rate_hz", info.sample_rate_hz},
                  {"channels", info.channels},
                  {"duration_s", info.duration_s()},
                  {"frames", features.frames},
                  {"bins", features.bins},
                  {"reference", features.reference},
                  {"tempo_bpm", nullptr},
                  {"key", nullptr},
                  {"beats", features.events.beats_s.size()}};
  if (features.tempo_bpm > 0) summary["tempo_bpm"] = features.tempo_bpm;
  if (!features.key.empty()) summary["key"] = features.key;
  return summary;
}

std::string summary_text(const Arguments& arguments, const AudioInfo& info, const Features& features) {
  return fmt::format("{}: {}\n{} frames at {} fps, {} beats; {} bins, full level at magnitude {:.6g}\n",
                     arguments.subject, join(song_facts(info, features), ", "), features.frames,
                     features.settings.fps.text(), features.events.beats_s.size(), features.bins,
                     features.reference);
}

// As the event of what was written has it; a pipe or a device keeps nothing to be hashed.
Json written_file(const Output& output) {
  Json file = {{"option", output.option}, {"path", output.path}};
  if (std::filesystem::is_regular_file(output.path)) file["sha256"] = sha256_file(output.path);
  return file;
}

}  // namespace

int run_analyze(const Arguments& arguments, Console& console) {
  const auto begin = std::chrono::steady_clock::now();
  const Resolved resolved = resolve(arguments.layers);
  std::vector<std::string> series = parse_series_list(arguments.run.series);
  if (arguments.run.print_config) {
    console.answer(json_text(resolved_settings(arguments.request(), arguments.run.origin, console), 2) +
                   "\n");
    return 0;
  }
  const std::vector<Output> outputs = asked_outputs(arguments);
  check_outputs(outputs, arguments);

  console.event(
      "start",
      {{"command", arguments.command}, {"audio", arguments.subject}, {"config", job_to_json(resolved.job)}});
  AudioSource source = std::move(open_song(arguments.subject, resolved.job, console).song);
  refuse_song_as_output(outputs, source.file());
  if (arguments.run.seed_csv.empty()) warn_of_lowered_fmax(resolved, source.info().sample_rate_hz, console);
  Features features =
      hear(source, arguments.run.seed_csv.empty() ? resolved.job.analysis : seed_settings(resolved),
           resolved.job.input.strict, console, wanted_features(arguments, resolved.job, outputs, series));
  // Signals and what the music moves stand beside the series, under their own names.
  std::vector<PlotCurve> curves;
  for (Series& curve : moved_curves(resolved.job, features)) {
    curves.push_back(drawn(curve));
    series.push_back(curve.name);
    features.series.push_back(std::move(curve));
  }
  console.event("analysis", summary_of(arguments, source.info(), features));
  if (outputs.empty() && !arguments.run.json)
    console.answer(summary_text(arguments, source.info(), features));

  install_signal_handlers();
  AnalyzeRun run(arguments, console, source, features, series, curves);
  Json written = Json::array();
  try {
    for (const Output& output : outputs) {
      run.write(output);
      if (output.path == "-") continue;
      console.info(fmt::format("wrote {}", output.path));
      if (arguments.run.json) written.push_back(written_file(output));
    }
  } catch (const Stopped&) {
    return 0;  // main raises the signal again
  }
  const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - begin;
  console.event("done", {{"written", written}, {"frames", features.frames}, {"seconds", seconds.count()}});
  return 0;
}

}  // namespace spectradiff
