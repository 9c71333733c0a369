#include "picture_job.h"

#include <fmt/format.h>

#include "preview.h"
#include "signals.h"
#include "spectradiff/base/error.h"
#include "spectradiff/config/options.h"
#include "spectradiff/media/motion.h"

namespace spectradiff {

PreparedJob prepare_pictures(const Arguments& arguments, Console& console) {
  PreparedJob prepared = prepare_job(arguments, console);
  if (prepared.diffuse) {
    check_sampler(prepared.resolved.job, *prepared.manifest);
    check_control(prepared.resolved.job.diffusion, *prepared.manifest);
  }
  return prepared;
}

namespace {

// What is needed for the pictures between diffused ones is there. The job then names the bundle by its hash,
// as videos do, or none.
std::optional<InterpolationBundle> open_interpolation(DiffusionSettings& diffusion, bool dry_run,
                                                      ModelStore& models) {
  const bool between = diffusion.every > 1;
  if (between && diffusion.interpolation == Interpolation::motion) motion_library_version();
  if (!between || diffusion.interpolation != Interpolation::network) {
    diffusion.interpolation_model.clear();
    return std::nullopt;
  }
  if (diffusion.interpolation_model.empty()) {
    throw_error(ErrorKind::usage,
                "interpolate = network: name its bundle with --interpolation-model, or use blend or motion");
  }
  InterpolationBundle bundle =
      read_interpolation_bundle(find_model(diffusion.interpolation_model, model_search_path()));
  if (!dry_run) models.admit(bundle.manifest, diffusion.allow_unpinned);
  diffusion.interpolation_model = std::string(kModelHashPrefix) + bundle.manifest.sha256;
  return bundle;
}

}  // namespace

PictureJob open_pictures(PreparedJob prepared, const Arguments& arguments, Console& console,
                         ModelStore& models, bool may_exist) {
  RenderJob& job = prepared.resolved.job;
  job.diffusion.enabled = prepared.diffuse;
  if (arguments.command == "paint") job.diffusion.every = 1;  // every picture that may be diffused
  auto interpolation = open_interpolation(job.diffusion, arguments.run.dry_run, models);
  if (arguments.run.config == "-" && job.input.analysis_audio == "-") {
    throw_error(ErrorKind::usage,
                "both --analysis-audio and --config read stdin (\"-\"); name a file for one of them");
  }
  OutputTarget target = choose_target(arguments);
  const bool new_only = !arguments.run.overwrite && !arguments.run.dry_run && !may_exist;
  if (!arguments.run.dry_run) {
    check_target(target, !new_only);
    if (const std::string& preview = arguments.run.preview; !preview.empty()) {
      check_preview_name(preview);
      check_output_file("preview", preview, !new_only);
    }
    if (prepared.diffuse) models.admit(*prepared.manifest, job.diffusion.allow_unpinned);
  }
  console.event("start", {{"command", arguments.command},
                          {"audio", arguments.subject},
                          {"output", target.text()},
                          {"config", job_to_json(job)}});

  SongInput input = open_song(arguments.subject, job, console);
  if (target.kind == OutputTarget::Kind::video) {
    for (const auto& file : {input.song.file(), input.heard().file()})
      refuse_song("output", target.path, file);
  }
  warn_of_lowered_fmax(prepared.resolved, input.heard().info().sample_rate_hz, console);
  const AudioInfo& info = input.song.info();
  Plan plan = make_plan(job, info.sample_rate_hz, info.samples);
  for (const std::string& note : plan.notes) console.warn(note);
  if (target.kind == OutputTarget::Kind::frames) {
    if (new_only) check_frames(*target.pattern, plan);
  } else if (!arguments.run.dry_run) {
    const SoundTrack sound = sound_track(input.song, plan);
    check_video_settings(video_settings(job, target, prepared.diffuse ? &*prepared.manifest : nullptr),
                         job.output.audio_codec == "none" ? nullptr : &sound);
  }
  std::unique_ptr<const ControlPictures> control;
  if (prepared.diffuse && prepared.manifest->takes_control())
    control = std::make_unique<const ControlPictures>(job, plan.rows.back().frame);
  return {std::move(prepared), std::move(target),  std::move(input),
          std::move(plan),     std::move(control), std::move(interpolation)};
}

std::shared_ptr<const Features> hear_song(PictureJob& picture, bool statistics, Console& console,
                                          AnalysisStore& analyses) {
  const RenderJob& job = picture.job();
  AudioSource& source = picture.input.heard();
  std::shared_ptr<const Features> heard = analyses.hear(source, job.analysis, job.input.strict, console,
                                                        picture_needs(picture.prepared, statistics));
  const Features& features = *heard;
  // A damaged file can turn out shorter than its header said.
  if (&source == &picture.input.song && picture.plan.song_frames != features.frames)
    picture.plan = make_plan(job, features.sample_rate_hz, features.samples);
  choose_prompt(picture.prepared, features, console);
  picture.plan.prompts.front().prompt = job.diffusion.prompt;
  move_plan(picture.plan, job, features, picture.manifest(), console);
  return heard;
}

RunOutcome carry_out(PictureJob& job, const Arguments& arguments, Console& console, ModelStore& models,
                     AnalysisStore& analyses) {
  const AudioInfo& info = job.input.song.info();
  console.info(fmt::format("{}: {:.2f} s, {} Hz, {} channel{}, {}; {} frames at {} fps", arguments.subject,
                           info.duration_s(), info.sample_rate_hz, info.channels,
                           info.channels == 1 ? "" : "s", info.format, job.plan.shown.size(),
                           job.job().analysis.fps.text()));
  if (job.plan.cadence.every > 1)
    console.info(fmt::format(
        "{} frames are {}, the others made between them{}", job.plan.rows.size(),
        job.prepared.diffuse ? "diffused" : "painted",
        job.interpolation ? " by the network " + job.interpolation->manifest.name : std::string()));
  if (const auto& heard = job.input.analysis)
    console.info(fmt::format("analysed is {}: {}", heard->name(), heard->info().format));
  if (job.target.pattern) make_frames_folder(*job.target.pattern);
  install_signal_handlers();
  return run_plan(arguments, console, job, models, analyses);
}

}  // namespace spectradiff
