#include "music.h"

#include <fmt/format.h>

#include <utility>

#include "look.h"
#include "sampling.h"

namespace spectradiff {

FeatureRequest features_needed(const Resolution& resolution) {
  const RenderJob& job = resolution.job;
  FeatureRequest wanted;
  wanted.threads = job.threads;
  wanted.still = needs_still_spectrogram(job.paint);
  add_expression_needs(job, wanted);
  if (resolution.prompt_by_song) add_mood_needs(wanted);
  if (resolution.run.statistics) {
    wanted.series.insert("onset");
    wanted.beats = true;
  }
  return wanted;
}

void choose_prompt(Resolution& resolution, const Features& features, RenderObserver& observer) {
  if (!resolution.prompt_by_song) return;
  DiffusionSettings& diffusion = resolution.job.diffusion;
  const Mood mood = mood_of(features);
  diffusion.prompt = suiting_prompt(*resolution.manifest, mood, diffusion.seed);
  observer.info(fmt::format(
      "no prompt given: \"{}\" suits the song (energy {:.2f}, brightness {:.2f}{}); --prompt \"…\" replaces "
      "otherwise",
      diffusion.prompt, mood.energy, mood.brightness, features.key.empty() ? "" : ", " + features.key));
}

std::vector<MovedOption> follow_music(Plan& plan, const Resolution& resolution, const Features& features,
                                      RenderObserver& observer) {
  const RenderJob& job = resolution.job;
  std::vector<std::string> notes;
  std::vector<MovedOption> moved = moved_options(job, features, frames_of(plan), &notes);
  move_plan(plan, job, moved);
  if (const Manifest* model = resolution.model()) {
    for (std::string& note : mix_prompts(plan, job, features)) notes.push_back(std::move(note));
    check_moved_strength(plan, job, *model);
  }
  for (const std::string& note : notes) observer.warn(note);
  return moved;
}

}  // namespace spectradiff
