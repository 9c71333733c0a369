#include "music.h"

#include <fmt/format.h>

#include <utility>

#include "model_look.h"
#include "run_report.h"
#include "sampling.h"
#include "spectradiff/base/text.h"
#include "spectradiff/config/anchor_plan.h"
#include "spectradiff/config/cadence_plan.h"
#include "spectradiff/config/conditioning_plan.h"
#include "spectradiff/config/journey_plan.h"
#include "spectradiff/config/scene_plan.h"
#include "spectradiff/config/trail_plan.h"

namespace spectradiff {

FeatureRequest features_needed(const Resolution& resolution) {
  const RenderJob& job = resolution.job;
  FeatureRequest wanted;
  wanted.threads = job.threads;
  add_painter_needs(job.paint, wanted);
  add_expression_needs(job, wanted);
  add_conditioning_needs(job, wanted);
  add_journey_needs(job, wanted);
  add_anchor_needs(job, wanted);
  add_trail_needs(job, wanted);
  add_cadence_needs(job, wanted);
  if (resolution.prompt_by_song) add_mood_needs(wanted);
  if (resolution.run.statistics) add_measure_needs(wanted);
  if (!resolution.run.report.empty()) add_report_needs(wanted);
  return wanted;
}

void add_measure_needs(FeatureRequest& wanted) {
  wanted.series.insert("onset");
  wanted.beats = wanted.sections = true;
}

HeardMusic heard_music(const Features& features) {
  HeardMusic music{features.find("onset")->values, features.events.beats_s, {}};
  for (const Section& section : features.events.sections) music.section_begins_s.push_back(section.begin_s);
  return music;
}

void choose_prompt(Resolution& resolution, const Features& features, RenderObserver& observer) {
  if (!resolution.prompt_by_song) return;
  DiffusionSettings& diffusion = resolution.job.diffusion;
  const Mood mood = mood_of(features);
  RenderJob& job = resolution.job;
  if (job.own_scenes) {
    job.own_scenes = false;
    job.scenes = own_scenes(*resolution.manifest, features, mood, diffusion.seed);
    if (job.scenes.size() > 1) {
      std::vector<std::string> said;
      for (const Scene& scene : job.scenes)
        said.push_back(fmt::format("{}: \"{}\"", scene.when, scene.prompt));
      diffusion.prompt = job.scenes.front().prompt;
      observer.info(
          fmt::format("no prompt given; these suit the song (energy {:.2f}, brightness {:.2f}) and its "
                      "sections: {}; --prompt \"…\" takes yours instead",
                      mood.energy, mood.brightness, join(said, ", ")));
      return;
    }
    job.scenes.clear();
  }
  resolution.origins["prompt"] = "model " + resolution.manifest->name;
  diffusion.prompt = suiting_prompt(*resolution.manifest, mood, diffusion.seed);
  observer.info(fmt::format(
      "no prompt given: \"{}\" suits the song (energy {:.2f}, brightness {:.2f}{}); --prompt \"…\" takes "
      "yours instead",
      diffusion.prompt, mood.energy, mood.brightness, features.key.empty() ? "" : ", " + features.key));
}

namespace {

// What music makes of the plan's rows.
std::vector<MovedOption> put_rows(Plan& plan, const RenderJob& job, const Manifest* model,
                                  const Features& features, std::vector<std::string>& notes) {
  std::vector<MovedOption> moved = moved_options(job, features, frames_of(plan), &notes);
  moved = moved_by_scenes(std::move(moved), plan, job, features, notes);
  move_plan(plan, job, moved);
  if (moves_painting(job)) put_views(plan, job, features);
  put_trails(plan, job, features);
  if (model == nullptr) return moved;
  for (std::string& note : mix_prompts(plan, job, features)) notes.push_back(std::move(note));
  put_scenes(plan, job, features, moved);
  put_conditioning(plan, job, features, notes);
  if (is_chained(job)) put_journey(plan, job, features, moved);
  put_world_noise(plan, job, features, model->latent.downscale);
  return moved;
}

}  // namespace

std::vector<MovedOption> follow_music(Plan& plan, const Resolution& resolution, const Features& features,
                                      RenderObserver& observer) {
  const RenderJob& job = resolution.job;
  std::vector<std::string> notes;
  const Manifest* model = resolution.model();
  std::vector<MovedOption> moved = put_rows(plan, job, model, features, notes);
  if (is_coherent(job)) {
    Plan anchors = see_anchors(plan, job, features);
    std::vector<std::string> told_already;
    put_rows(anchors, job, model, features, told_already);
    take_anchors(plan, std::move(anchors), job, features);
  }
  if (model != nullptr) check_moved_strength(plan, job, *model);
  for (const std::string& note : notes) observer.warn(note);
  return moved;
}

}  // namespace spectradiff
