// Whether a model's sampler can run what is asked, known before anything heavy happens.
#pragma once

#include "spectradiff/diffusion/manifest.h"
#include "spectradiff/render/plan.h"
#include "spectradiff/render/render_job.h"

namespace spectradiff {

// Of settings that stay, and of the size. Error{usage}.
void check_sampling(const RenderJob& job, const Manifest& model);

// The denoising steps that a picture of this strength takes.
int steps_at(double strength, const RenderJob& job, const Manifest& model);

// Of a strength that the plan's rows move. Error{usage} naming the frame.
void check_moved_strength(const Plan& plan, const RenderJob& job, const Manifest& model);

}  // namespace spectradiff
