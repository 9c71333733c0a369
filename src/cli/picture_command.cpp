// render and paint: the main job, from arguments to a plan that makes sense.
#include <fmt/format.h>

#include "commands.h"
#include "job_setup.h"
#include "output_target.h"
#include "picture_run.h"
#include "signals.h"
#include "song_input.h"
#include "spectradiff/audio/audio_source.h"
#include "spectradiff/base/error.h"
#include "spectradiff/config/options.h"
#include "spectradiff/diffusion/sampler.h"

namespace spectradiff {
namespace {

// The sampler's table says whether the request makes sense at all, before anything heavy happens.
void check_sampler(const RenderJob& job, const Manifest& manifest) {
  const DiffusionSettings& diffusion = job.diffusion;
  make_sampler_table(manifest.scheduler, {diffusion.scheduler, diffusion.steps, diffusion.strength,
                                          diffusion.strength_mode, diffusion.eta});
  if (job.paint.size.width % manifest.latent.downscale != 0 ||
      job.paint.size.height % manifest.latent.downscale != 0) {
    throw_error(ErrorKind::usage, "size = {}x{}: the model {} takes multiples of {}", job.paint.size.width,
                job.paint.size.height, manifest.name, manifest.latent.downscale);
  }
}

}  // namespace

int run_pictures(const Arguments& arguments, Console& console) {
  PreparedJob prepared = prepare_job(arguments, console);
  RenderJob& job = prepared.resolved.job;
  const Manifest* model = prepared.diffuse ? &*prepared.manifest : nullptr;
  if (model != nullptr) check_sampler(job, *model);
  if (arguments.print_config) {
    console.answer(config_text(prepared.resolved, arguments.origin));
    return 0;
  }
  job.diffusion.enabled = prepared.diffuse;
  if (arguments.config == "-" && job.input.analysis_audio == "-") {
    throw_error(ErrorKind::usage,
                "both --analysis-audio and --config read stdin (\"-\"); name a file for one of them");
  }

  const OutputTarget target = choose_target(arguments);
  if (!arguments.dry_run) {
    check_target(target, arguments.overwrite);
    if (model != nullptr) admit_model(*model, job.diffusion.allow_unpinned);
  }
  console.event("start", {{"command", arguments.command},
                          {"audio", arguments.subject},
                          {"output", target.text()},
                          {"config", job_to_json(job)}});

  SongInput input = open_song(arguments.subject, job, console);
  AudioSource& source = input.song;
  for (const auto& file : {source.file(), input.heard().file()}) refuse_song_as_output(target, file);
  const AudioInfo& info = source.info();
  const Plan plan = make_plan(job, info.sample_rate_hz, info.samples);
  for (const std::string& note : plan.notes) console.warn(note);
  if (arguments.dry_run) {
    console.answer(json_text(plan_to_json(plan, job, info.sample_rate_hz), 2) + "\n");
    return 0;
  }
  if (target.kind == OutputTarget::Kind::frames) {
    prepare_frames(*target.pattern, plan, arguments.overwrite);
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
