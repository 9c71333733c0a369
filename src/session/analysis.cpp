#include "spectradiff/session/analysis.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <utility>
#include <vector>

#include "given_features.h"
#include "series_list.h"
#include "spectradiff/audio/audio_source.h"
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

using Clock = std::chrono::steady_clock;

// One file that was asked for.
struct Output {
  std::string option;  // "seed_csv"
  std::string path;    // "-": the standard output
};

// Thrown to leave a file unfinished when the user stops the run; nothing is said about it.
struct Stopped {};

std::vector<Output> asked_outputs(const RunSettings& run) {
  std::vector<Output> outputs;
  for (const Output& output : {Output{"seed_csv", run.seed_csv}, Output{"csv", run.csv},
                               Output{"json_out", run.json_out}, Output{"plot", run.plot}})
    if (!output.path.empty()) outputs.push_back(output);
  return outputs;
}

void check_outputs(const SessionRequest& request, const std::vector<Output>& outputs, bool overwrite) {
  FileGuard guard;
  add_files(guard, request);
  guard.check();
  for (const Output& output : outputs) {
    if (output.option == "plot") check_ending(output.option, output.path, ".png", "a plot is a PNG picture");
    if (output.path != "-") check_output_file(output.option, output.path, overwrite);
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

FeatureRequest wanted_features(const Resolved& settings, const std::vector<std::string>& series,
                               bool summary) {
  const RunSettings& run = settings.run;
  FeatureRequest wanted;
  add_expression_needs(settings.job, wanted);
  if (summary) add(wanted, summary_request());
  if (!run.plot.empty()) add(wanted, plot_request());
  if (!run.csv.empty() || !run.json_out.empty()) wanted.series.insert(series.begin(), series.end());
  if (!run.json_out.empty()) wanted.onsets = wanted.beats = wanted.key = wanted.sections = true;
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

Json facts_of(const std::string& song, const AudioInfo& info, const Features& features) {
  Json facts = {{"file", song},
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
  if (features.tempo_bpm > 0) facts["tempo_bpm"] = features.tempo_bpm;
  if (!features.key.empty()) facts["key"] = features.key;
  return facts;
}

// As the event of what was written has it; a pipe or a device keeps nothing to be hashed.
Json written_file(const Output& output) {
  Json file = {{"option", output.option}, {"path", output.path}};
  if (std::filesystem::is_regular_file(output.path)) file["sha256"] = sha256_file(output.path);
  return file;
}

}  // namespace

struct Analysis::State {
  SessionRequest request;
  RenderObserver& observer;
  Clock::time_point begin;
  Resolved settings;
  std::vector<Output> outputs;
  AudioSource source;
  Features features;                // the curves among its series
  std::vector<std::string> series;  // what tables hold
  std::vector<PlotCurve> curves;    // signals and what the music moves

  void write(const std::string& option, const TextSink& sink) {
    if (option == "seed_csv") return write_seed_csv(features, sink);
    if (option == "csv") return write_series_csv(features, series, sink);
    if (option == "json_out") return write_analysis_json(request.song, source.info(), features, series, sink);
    const SongView view = view_song(source, kPlotColumns);
    const std::string title =
        request.song == "-" ? "stdin" : std::filesystem::path(request.song).filename().string();
    const Canvas page =
        plot_song(view, features, title, join(song_facts(source.info(), features), "  ·  "), curves);
    const std::vector<uint8_t> png = encode_png(page);
    sink({reinterpret_cast<const char*>(png.data()), png.size()});
  }
};

Analysis::Analysis(std::unique_ptr<State> state) : state_(std::move(state)) {}
Analysis::Analysis(Analysis&&) noexcept = default;
Analysis::~Analysis() = default;

Analysis Analysis::open(SessionRequest request, RenderObserver& observer) {
  const Clock::time_point begin = Clock::now();
  Resolved settings = resolve(request.layers);
  std::vector<std::string> series = parse_series_list(settings.run.series);
  std::vector<Output> outputs = asked_outputs(settings.run);
  check_outputs(request, outputs, settings.run.overwrite);
  observer.event("start",
                 {{"command", "analyze"}, {"audio", request.song}, {"config", job_to_json(settings.job)}});

  SongInput input = open_song(request.song, settings.job, observer);
  AudioSource& source = input.song;
  const bool as_seed = !settings.run.seed_csv.empty();
  if (!as_seed) warn_of_lowered_fmax(settings, source.info().sample_rate_hz, observer);
  Features features = spectradiff::hear(source, as_seed ? seed_settings(settings) : settings.job.analysis,
                                        settings.job.input.strict, observer,
                                        wanted_features(settings, series, outputs.empty()));
  add_given_series(features, input, settings.job, false, observer);
  // Signals and what the music moves stand beside the series, under their own names.
  std::vector<PlotCurve> curves;
  for (Series& curve : moved_curves(settings.job, features)) {
    curves.push_back(drawn(curve));
    series.push_back(curve.name);
    features.series.push_back(std::move(curve));
  }
  observer.event("analysis", facts_of(request.song, source.info(), features));
  return Analysis(std::make_unique<State>(State{std::move(request), observer, begin, std::move(settings),
                                                std::move(outputs), std::move(input.song),
                                                std::move(features), std::move(series), std::move(curves)}));
}

std::string Analysis::summary() const {
  const Features& features = state_->features;
  return fmt::format("{}: {}\n{} at {} fps, {}; {}, full level at magnitude {:.6g}\n", state_->request.song,
                     join(song_facts(state_->source.info(), features), ", "),
                     counted(features.frames, "frame"), features.settings.fps.number_text(),
                     counted(std::ssize(features.events.beats_s), "beat"), counted(features.bins, "bin"),
                     features.reference);
}

bool Analysis::run(const std::atomic<int>& stop, const TextSink& standard_output) {
  const auto produce = [&](const Output& output, const TextSink& sink) {
    state_->write(output.option, [&](std::string_view text) {
      if (stop.load() > 0) throw Stopped();
      sink(text);
    });
  };
  Json written = Json::array();
  try {
    for (const Output& output : state_->outputs) {
      if (output.path == "-") {
        produce(output, standard_output);
        continue;
      }
      write_file(
          output.path, [&](const TextSink& sink) { produce(output, sink); }, state_->settings.run.overwrite);
      state_->observer.info(fmt::format("wrote {}", output.path));
      if (state_->settings.run.json) written.push_back(written_file(output));
    }
  } catch (const Stopped&) {
    return false;
  }
  const std::chrono::duration<double> seconds = Clock::now() - state_->begin;
  state_->observer.event(
      "done", {{"written", written}, {"frames", state_->features.frames}, {"seconds", seconds.count()}});
  return true;
}

}  // namespace spectradiff
