// Plans for tests: what a session would have made of a song of two seconds.
#pragma once

#include "spectradiff/config/modulation.h"
#include "spectradiff/config/settings.h"
#include "spectradiff/render/plan.h"

namespace spectradiff {

inline RenderJob planned_job() {
  RenderJob job;
  job.paint.size = {64, 32};
  job.diffusion.prompt = "a forest";
  job.diffusion.scheduler = "ddim";
  job.diffusion.steps = 9;
  return job;
}

inline Plan plan_of(const RenderJob& job) {
  Plan plan = make_plan(job, 8000, 16000);
  Constants& constants = plan.constants;
  constants.song.sha256 = std::string(64, 'a');
  constants.paint = settled(constants.paint);
  constants.video = {{64, 32}, Fit::cover, std::nullopt, "mp4", "h264",
                     "medium", "yuv420p",  18,           "aac", 256000};
  if (!job.diffusion.enabled) return plan;
  constants.diffusion.emplace();
  DiffusionConstants& diffusion = *constants.diffusion;
  diffusion.model = "tiny";
  diffusion.model_sha256 = std::string(64, 'b');
  diffusion.scheduler = job.diffusion.scheduler;
  diffusion.steps = job.diffusion.steps;
  diffusion.device_class = "cpu AVX2";
  diffusion.dtype = "float32";
  diffusion.engine = "libtorch 2.13.0";
  diffusion.threads = 2;
  diffusion.slots = 4;
  return plan;
}

// Moves blur, strength and the noise of every frame.
inline void move(Plan& plan, const RenderJob& job) {
  std::vector<MovedOption> moved = {{"blur", {}}, {"seed_travel", {}}, {"strength", {}}};
  for (size_t i = 0; i < plan.rows.size(); ++i) {
    const auto number = static_cast<double>(i);
    moved[0].values.push_back(number / 7);
    moved[1].values.push_back(number / 3);
    moved[2].values.push_back(0.3 + number / 100);
  }
  move_plan(plan, job, moved);
}

}  // namespace spectradiff
