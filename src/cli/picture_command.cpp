// render and paint: the main job, from arguments to a plan that makes sense.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <numeric>

#include "commands.h"
#include "job_setup.h"
#include "output_target.h"
#include "picture_run.h"
#include "signals.h"
#include "song_input.h"
#include "spectradiff/audio/audio_source.h"
#include "spectradiff/base/error.h"
#include "spectradiff/config/options.h"

namespace spectradiff {
namespace {

// Means of a curve's parts as a line of blocks, over the option's own extent.
std::string sparkline(const std::vector<double>& values, double low, double high) {
  constexpr std::array<const char*, 8> kBlocks = {"▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};
  constexpr size_t kWidth = 48;
  const size_t width = std::min(kWidth, values.size());
  std::string line;
  for (size_t i = 0; i < width; ++i) {
    const auto begin = values.begin() + static_cast<int64_t>(i * values.size() / width);
    const auto end = values.begin() + static_cast<int64_t>((i + 1) * values.size() / width);
    const double mean = std::accumulate(begin, end, 0.0) / static_cast<double>(end - begin);
    const double part = high > low ? (mean - low) / (high - low) : 0;
    line += kBlocks[static_cast<size_t>(std::clamp(part * 8, 0.0, 7.0))];
  }
  return line;
}

// One line per moved option, for the person who looks at a dry run.
void summarise(const Plan& plan, const RenderJob& job, Console& console) {
  for (size_t i = 0; i < plan.modulations.size(); ++i) {
    std::vector<double> values;
    values.reserve(plan.rows.size());
    for (const PlanRow& row : plan.rows) values.push_back(row.moved[i]);
    const auto [low, high] = std::minmax_element(values.begin(), values.end());
    const double mean =
        std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
    const std::string& key = plan.modulations[i].key;
    console.info(fmt::format("{} = {}\n  {:.3g} to {:.3g}, mean {:.3g}  {}", key, job.expressions.at(key),
                             *low, *high, mean, sparkline(values, *low, *high)));
  }
}

int print_plan(const RenderJob& job, Plan plan, const Manifest* model, SongInput& input, Console& console) {
  if (!job.expressions.empty()) {
    const Features features =
        hear(input.heard(), job.analysis, job.input.strict, console, picture_needs(job, false));
    move_plan(plan, job, features, model, console);
    summarise(plan, job, console);
  }
  console.answer(json_text(plan_to_json(plan, job, input.song.info().sample_rate_hz), 2) + "\n");
  return 0;
}

}  // namespace

int run_pictures(const Arguments& arguments, Console& console) {
  PreparedJob prepared = prepare_job(arguments, console);
  RenderJob& job = prepared.resolved.job;
  const Manifest* model = prepared.diffuse ? &*prepared.manifest : nullptr;
  if (model != nullptr) check_sampler(job, *model);
  if (arguments.run.print_config) {
    console.answer(config_text(prepared.resolved, arguments.run.origin));
    return 0;
  }
  job.diffusion.enabled = prepared.diffuse;
  if (arguments.run.config == "-" && job.input.analysis_audio == "-") {
    throw_error(ErrorKind::usage,
                "both --analysis-audio and --config read stdin (\"-\"); name a file for one of them");
  }

  const OutputTarget target = choose_target(arguments);
  if (!arguments.run.dry_run) {
    check_target(target, arguments.run.overwrite);
    if (model != nullptr) admit_model(*model, job.diffusion.allow_unpinned);
  }
  console.event("start", {{"command", arguments.command},
                          {"audio", arguments.subject},
                          {"output", target.text()},
                          {"config", job_to_json(job)}});

  SongInput input = open_song(arguments.subject, job, console);
  AudioSource& source = input.song;
  if (target.kind == OutputTarget::Kind::video) {
    for (const auto& file : {source.file(), input.heard().file()}) refuse_song("output", target.path, file);
  }
  const AudioInfo& info = source.info();
  const Plan plan = make_plan(job, info.sample_rate_hz, info.samples);
  for (const std::string& note : plan.notes) console.warn(note);
  if (arguments.run.dry_run) return print_plan(job, plan, model, input, console);
  if (target.kind == OutputTarget::Kind::frames) {
    prepare_frames(*target.pattern, plan, arguments.run.overwrite);
  } else {
    const SoundTrack sound = sound_track(source, plan);
    check_video_settings(video_settings(job, target), job.output.audio_codec == "none" ? nullptr : &sound);
  }
  console.info(fmt::format("{}: {:.2f} s, {} Hz, {} channel{}, {}; {} frames at {} fps", arguments.subject,
                           info.duration_s(), info.sample_rate_hz, info.channels,
                           info.channels == 1 ? "" : "s", info.format, plan.rows.size(),
                           job.analysis.fps.text()));
  if (input.analysis)
    console.info(fmt::format("analysed is {}: {}", input.analysis->name(), input.analysis->info().format));

  install_signal_handlers();
  return run_plan(arguments, console, job, target, input, plan, model);
}

}  // namespace spectradiff
