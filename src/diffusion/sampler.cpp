#include "spectradiff/diffusion/sampler.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <optional>

#include "samplers.h"
#include "spectradiff/base/error.h"
#include "spectradiff/base/text.h"

namespace spectradiff {
namespace {

struct Family {
  SchedulerClass scheduler;
  SamplerTable (*make)(SchedulerConfig&, const NoiseSchedule&, const SamplerRequest&) = nullptr;
  std::optional<bool> karras = {};  // what the name says of use_karras_sigmas
};

constexpr BetaDefaults kStableDiffusionBetas = {.start = 0.00085, .end = 0.012, .schedule = "scaled_linear"};

constexpr SchedulerClass dpm_solver(std::string_view name) {
  return {.name = name,
          .diffusers_class = "DPMSolverMultistepScheduler",
          .spacing = Spacing::linspace,
          .has_thresholding = true,
          .has_zero_snr = true,
          .predictions = 4};
}

constexpr std::array kFamilies = {
    Family{{.name = "ddim",
            .diffusers_class = "DDIMScheduler",
            .clip_sample = Clipping::by_default,
            .has_thresholding = true,
            .has_zero_snr = true},
           ddim_table},
    Family{{.name = "pndm", .diffusers_class = "PNDMScheduler", .set_alpha_to_one = false, .predictions = 2},
           pndm_table},
    Family{{.name = "euler",
            .diffusers_class = "EulerDiscreteScheduler",
            .spacing = Spacing::linspace,
            .has_zero_snr = true},
           euler_table},
    Family{{.name = "euler_ancestral",
            .diffusers_class = "EulerAncestralDiscreteScheduler",
            .spacing = Spacing::linspace,
            .has_zero_snr = true,
            .predictions = 2},
           euler_ancestral_table},
    Family{{.name = "heun",
            .diffusers_class = "HeunDiscreteScheduler",
            .betas = {.start = 0.00085, .end = 0.012},
            .spacing = Spacing::linspace,
            .clip_sample = Clipping::off_by_default},
           heun_table},
    Family{dpm_solver("dpmpp_2m"), dpmpp_table, false},
    Family{dpm_solver("dpmpp_2m_karras"), dpmpp_karras_table, true},
    Family{{.name = "unipc",
            .diffusers_class = "UniPCMultistepScheduler",
            .spacing = Spacing::linspace,
            .has_thresholding = true,
            .has_zero_snr = true,
            .predictions = 4},
           unipc_table},
    Family{{.name = "lcm",
            .diffusers_class = "LCMScheduler",
            .betas = kStableDiffusionBetas,
            .clip_sample = Clipping::off_by_default,
            .has_thresholding = true,
            .has_zero_snr = true},
           lcm_table},
    Family{{.name = "tcd",
            .diffusers_class = "TCDScheduler",
            .betas = kStableDiffusionBetas,
            .has_zero_snr = true},
           tcd_table},
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

Reading read_off(Prediction prediction, double a, double b) {
  switch (prediction) {
    case Prediction::v:
      return {{a, -b}, {b, a}};
    case Prediction::sample:
      return {{0, 1}, {1 / b, -a / b}};
    case Prediction::flow:
      return {{1, -b}, {1, a}};
    case Prediction::epsilon:
      break;
  }
  return {{1 / a, -b / a}, {0, 1}};
}

std::vector<std::string> scheduler_names() {
  std::vector<std::string> names;
  names.reserve(kFamilies.size());
  for (const Family& family : kFamilies) names.emplace_back(family.scheduler.name);
  return names;
}

std::string scheduler_name_of(const Json& config) {
  JsonReader reader(config, "the model's scheduler config", ErrorKind::model);
  const std::string diffusers_class = reader.text("class");
  std::vector<std::string> classes;
  for (const Family& family : kFamilies) {
    if (family.scheduler.diffusers_class == diffusers_class &&
        family.karras.value_or(false) == (family.karras && reader.boolean_or("use_karras_sigmas", false))) {
      return std::string(family.scheduler.name);
    }
    if (!family.karras.value_or(false)) classes.emplace_back(family.scheduler.diffusers_class);
  }
  throw_error(
      ErrorKind::model,
      "the model's scheduler config: class = {} is not supported; this program knows {}; choose one of "
      "them with --scheduler {}",
      diffusers_class, join(classes, ", "), join(scheduler_names(), "|"));
}

SamplerTable make_sampler_table(const Json& config, const SamplerRequest& request) {
  check(request);
  const Family& family =
      family_named(request.scheduler.empty() ? scheduler_name_of(config) : request.scheduler);
  SchedulerConfig view(config, family.scheduler.diffusers_class);
  const NoiseSchedule schedule = read_noise_schedule(view, family.scheduler);
  if (request.steps > schedule.train_timesteps) {
    throw_error(ErrorKind::usage, "steps = {} are more than the {} timesteps the model was trained with",
                request.steps, schedule.train_timesteps);
  }
  if (request.strength == 0) return {};
  SamplerTable table = family.make(view, schedule, request);
  if (!is_finite(table)) {
    throw_error(ErrorKind::model,
                "the model's scheduler config gives {} no finite coefficients: rescale_betas_zero_snr and "
                "betas near 1 need prediction_type = v_prediction, lower_order_final must be true",
                family.scheduler.diffusers_class);
  }
  return table;
}

}  // namespace spectradiff
