#include "noise_schedule.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>
#include <span>

#include "spectradiff/base/error.h"

namespace spectradiff {
namespace {

constexpr int kMaxTrainTimesteps = 100'000;

// torch.linspace in float32: from both ends towards the middle.
std::vector<float> linspace(float start, float end, int count) {
  std::vector<float> values(static_cast<size_t>(count), start);
  const float step = count > 1 ? (end - start) / static_cast<float>(count - 1) : 0;
  for (int i = 0; i < count; ++i) {
    values[static_cast<size_t>(i)] =
        i < count / 2 ? start + step * static_cast<float>(i) : end - step * static_cast<float>(count - i - 1);
  }
  return values;
}

// Nichol and Dhariwal 2021, equation 17, with betas capped at 0.999.
std::vector<float> squared_cosine_betas(int count) {
  const auto alpha_bar = [](double t) {
    const double c = std::cos((t + 0.008) / 1.008 * std::numbers::pi / 2);
    return c * c;
  };
  std::vector<float> betas;
  for (int i = 0; i < count; ++i) {
    const double t1 = static_cast<double>(i) / count, t2 = static_cast<double>(i + 1) / count;
    betas.push_back(static_cast<float>(std::min(1 - alpha_bar(t2) / alpha_bar(t1), 0.999)));
  }
  return betas;
}

std::vector<float> trained_betas(SchedulerConfig& view, int count) {
  std::vector<float> betas;
  for (const Json& beta : view.array("trained_betas")) {
    if (!beta.is_number() || !(beta.get<double>() >= 0 && beta.get<double>() < 1)) {
      view.refuse("trained_betas", beta.dump(), "numbers in 0..1");
    }
    betas.push_back(static_cast<float>(beta.get<double>()));
  }
  if (betas.size() != static_cast<size_t>(count)) {
    view.refuse("trained_betas", fmt::format("{} numbers", betas.size()),
                fmt::format("num_train_timesteps = {} of them", count));
  }
  return betas;
}

std::vector<float> read_betas(SchedulerConfig& view, const BetaDefaults& absent, int count) {
  if (view.has("trained_betas")) return trained_betas(view, count);
  const double start = view.real("beta_start", absent.start, 0, 0.9999),
               end = view.real("beta_end", absent.end, 0, 0.9999);
  const std::string schedule = view.text("beta_schedule", absent.schedule);
  if (schedule == "squaredcos_cap_v2") return squared_cosine_betas(count);
  if (schedule == "linear") return linspace(static_cast<float>(start), static_cast<float>(end), count);
  if (schedule != "scaled_linear")
    view.refuse("beta_schedule", schedule, "linear, scaled_linear and squaredcos_cap_v2");
  std::vector<float> betas =
      linspace(static_cast<float>(std::sqrt(start)), static_cast<float>(std::sqrt(end)), count);
  for (float& beta : betas) beta *= beta;
  return betas;
}

// Products are kept in double and rounded at every entry, as torch.cumprod does on the CPU.
std::vector<float> cumulative_alphas(const std::vector<float>& betas) {
  std::vector<float> alphas;
  double product = 1;
  for (float beta : betas) {
    product *= 1.0f - beta;
    alphas.push_back(static_cast<float>(product));
  }
  return alphas;
}

// Lin et al. 2023, algorithm 1, in float32.
void rescale_to_zero_snr(std::vector<float>& betas) {
  std::vector<float> roots = cumulative_alphas(betas);
  for (float& root : roots) root = std::sqrt(root);
  const float first = roots.front(), last = roots.back();
  float previous = 1;
  for (size_t i = 0; i < roots.size(); ++i) {
    const float root = (roots[i] - last) * (first / (first - last));
    const float alpha_bar = root * root;
    betas[i] = 1.0f - (i == 0 ? alpha_bar : alpha_bar / previous);
    previous = alpha_bar;
  }
}

Spacing read_spacing(SchedulerConfig& view, Spacing absent) {
  constexpr std::array kNames = {"leading", "trailing", "linspace"};
  return static_cast<Spacing>(view.choice("timestep_spacing", static_cast<size_t>(absent), kNames));
}

Prediction read_prediction(SchedulerConfig& view, size_t known) {
  constexpr std::array kNames = {"epsilon", "v_prediction", "sample", "flow_prediction"};
  return static_cast<Prediction>(view.choice("prediction_type", 0, std::span(kNames).first(known)));
}

void refuse_what_is_not_linear(SchedulerConfig& view, const SchedulerClass& scheduler) {
  if (scheduler.clip_sample != Clipping::unknown &&
      view.boolean("clip_sample", scheduler.clip_sample == Clipping::by_default)) {
    view.refuse("clip_sample", "true", "false only, for clipping is not linear");
  }
  if (scheduler.has_thresholding && view.boolean("thresholding", false)) {
    view.refuse("thresholding", "true", "false only, for it is not linear");
  }
}

}  // namespace

double NoiseSchedule::alpha(int t) const {
  if (t < 0) return final_alpha;
  if (t >= train_timesteps) {
    throw_error(ErrorKind::usage,
                "this many steps with steps_offset = {} reach timestep {}, the model has {}; use fewer steps",
                steps_offset, t, train_timesteps);
  }
  return alphas_cumprod[static_cast<size_t>(t)];
}

NoiseSchedule read_noise_schedule(SchedulerConfig& view, const SchedulerClass& scheduler) {
  refuse_what_is_not_linear(view, scheduler);
  NoiseSchedule schedule;
  schedule.train_timesteps = view.integer("num_train_timesteps", 1000, 1, kMaxTrainTimesteps);
  schedule.prediction = read_prediction(view, scheduler.predictions);
  schedule.spacing = read_spacing(view, scheduler.spacing);
  schedule.steps_offset = view.integer("steps_offset", 0, 0, schedule.train_timesteps - 1);
  schedule.zero_snr = scheduler.has_zero_snr && view.boolean("rescale_betas_zero_snr", false);
  std::vector<float> betas = read_betas(view, scheduler.betas, schedule.train_timesteps);
  if (schedule.zero_snr) rescale_to_zero_snr(betas);
  schedule.alphas_cumprod = cumulative_alphas(betas);
  schedule.final_alpha =
      view.boolean("set_alpha_to_one", scheduler.set_alpha_to_one) ? 1 : schedule.alphas_cumprod[0];
  return schedule;
}

std::vector<double> spaced_timesteps(const NoiseSchedule& schedule, int steps, bool whole) {
  const double train = schedule.train_timesteps;
  const int whole_stride = schedule.train_timesteps / steps;
  std::vector<double> timesteps;
  for (int k = 0; k < steps; ++k) {
    const int from_end = steps - 1 - k;
    double t = 0;
    switch (schedule.spacing) {
      case Spacing::leading:
        t = from_end * whole_stride + schedule.steps_offset;
        break;
      case Spacing::trailing: {
        // numpy.arange(train, 0, -train / steps), whose stride is the difference of its first two values.
        const double stride = (train - train / steps) - train;
        t = std::nearbyint(train + k * stride) - 1;
        break;
      }
      case Spacing::linspace:
        if (steps > 1) t = k == 0 ? train - 1 : from_end * ((train - 1) / (steps - 1));
        break;
    }
    timesteps.push_back(whole ? std::nearbyint(t) : t);
  }
  return timesteps;
}

std::vector<int> exact_timesteps(const NoiseSchedule& schedule, const SamplerRequest& request) {
  const int start = static_cast<int>(std::nearbyint(request.strength * schedule.train_timesteps)) - 1;
  const bool is_tapered = request.mode == StrengthMode::tapered;
  const double steps = is_tapered ? std::ceil(request.steps * std::sqrt(request.strength)) : request.steps;
  const int count = std::min(static_cast<int>(steps), start + 1);
  const double evenness = is_tapered ? request.strength : 1;
  std::vector<int> timesteps;
  timesteps.reserve(static_cast<size_t>(std::max(count, 0)));
  for (int k = 0; k < count; ++k) {
    const double left = 1 - static_cast<double>(k) / count;
    const double t = start * left * (evenness + (1 - evenness) * left);
    // Close to the end steps of less than one timestep would be none.
    timesteps.push_back(std::max(static_cast<int>(std::nearbyint(t)), count - 1 - k));
  }
  return timesteps;
}

int skipped_steps(const SamplerRequest& request) {
  const int run = std::min(static_cast<int>(request.steps * request.strength), request.steps);
  if (run < 1) {
    throw_error(ErrorKind::usage,
                "strength {} of {} steps runs no step; use at least {} steps, or --strength-mode exact, or "
                "strength 0 for "
                "the picture as it is",
                request.strength, request.steps, std::ceil(1 / request.strength));
  }
  return request.steps - run;
}

void start_at(const NoiseSchedule& schedule, int t, SamplerTable& table) {
  const double alpha = schedule.alpha(t);
  table.image = std::sqrt(alpha);
  table.noise = std::sqrt(1 - alpha);
}

}  // namespace spectradiff
