#include "spectradiff/diffusion/sampler.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "samplers.h"
#include "spectradiff/base/error.h"
#include "spectradiff/base/text.h"

namespace spectradiff {
namespace {

struct Family {
  SchedulerClass scheduler;
  SamplerTable (*make)(const NoiseSchedule&, const SamplerRequest&) = nullptr;
};

constexpr std::array kFamilies = {
    Family{{.name = "ddim",
            .diffusers_class = "DDIMScheduler",
            .has_clip_sample = true,
            .has_zero_snr = true,
            .has_sample_prediction = true},
           ddim_table},
    Family{{.name = "pndm", .diffusers_class = "PNDMScheduler", .set_alpha_to_one = false}, pndm_table},
    Family{{.name = "euler_ancestral",
            .diffusers_class = "EulerAncestralDiscreteScheduler",
            .spacing = Spacing::linspace,
            .has_zero_snr = true},
           euler_ancestral_table},
};

const Family& family_named(const std::string& name) {
  for (const Family& family : kFamilies) {
    if (family.scheduler.name == name) return family;
  }
  const std::vector<std::string> names = scheduler_names();
  throw_error(ErrorKind::usage, "scheduler = {} is unknown{}; there are {}", name, suggestion(name, names),
              join(names, ", "));
}

void check(const SamplerRequest& request) {
  if (request.steps < 1 || request.steps > 1000) {
    throw_error(ErrorKind::usage, "steps = {} is outside 1..1000", request.steps);
  }
  if (!(request.strength >= 0 && request.strength <= 1)) {
    throw_error(ErrorKind::usage, "strength = {} is outside 0..1; 0.3 to 0.6 keeps the painting visible",
                request.strength);
  }
  if (!(request.eta >= 0 && request.eta <= 1))
    throw_error(ErrorKind::usage, "eta = {} is outside 0..1", request.eta);
}

bool is_finite(const SamplerTable& table) {
  const auto finite = [](double value) { return std::isfinite(value); };
  return finite(table.image) && finite(table.noise) &&
         std::all_of(table.steps.begin(), table.steps.end(), [&](const SamplerStep& step) {
           return finite(step.input_scale) && finite(step.noise) &&
                  std::all_of(step.sample.begin(), step.sample.end(), finite) &&
                  std::all_of(step.output.begin(), step.output.end(), finite);
         });
}

}  // namespace

std::vector<std::string> scheduler_names() {
  std::vector<std::string> names;
  names.reserve(kFamilies.size());
  for (const Family& family : kFamilies) names.emplace_back(family.scheduler.name);
  return names;
}

std::string scheduler_name_of_class(std::string_view diffusers_class) {
  std::vector<std::string> classes;
  for (const Family& family : kFamilies) {
    if (family.scheduler.diffusers_class == diffusers_class) return std::string(family.scheduler.name);
    classes.emplace_back(family.scheduler.diffusers_class);
  }
  throw_error(
      ErrorKind::model,
      "the model's scheduler config: class = {} is not supported; this program knows {}; choose one of "
      "them with --scheduler {}",
      diffusers_class, join(classes, ", "), join(scheduler_names(), "|"));
}

SamplerTable make_sampler_table(const Json& config, const SamplerRequest& request) {
  check(request);
  JsonReader reader(config, "the model's scheduler config", ErrorKind::model);
  const Family& family = family_named(
      request.scheduler.empty() ? scheduler_name_of_class(reader.text("class")) : request.scheduler);
  const NoiseSchedule schedule = read_noise_schedule(config, family.scheduler);
  if (request.steps > schedule.train_timesteps) {
    throw_error(ErrorKind::usage, "steps = {} are more than the {} timesteps the model was trained with",
                request.steps, schedule.train_timesteps);
  }
  if (request.strength == 0) return {};
  SamplerTable table = family.make(schedule, request);
  if (!is_finite(table)) {
    throw_error(ErrorKind::model,
                "the model's scheduler config gives {} no finite coefficients: rescale_betas_zero_snr and "
                "betas near 1 need prediction_type = v_prediction",
                family.scheduler.diffusers_class);
  }
  return table;
}

}  // namespace spectradiff
