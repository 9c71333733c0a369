#include "spectradiff/diffusion/sampler.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <functional>

#include "spectradiff/base/error.h"

namespace spectradiff {
namespace {

using testing::HasSubstr;

const Json& recorded() {
  static const Json data = read_json(std::filesystem::path(SPECTRADIFF_TEST_DATA) / "samplers.json");
  return data.at("cases");
}

Json config_of_sd1(const std::string& diffusers_class = "DDIMScheduler") {
  return {{"class", diffusers_class},  {"num_train_timesteps", 1000}, {"beta_start", 0.00085},
          {"beta_end", 0.012},         {"clip_sample", false},        {"beta_schedule", "scaled_linear"},
          {"set_alpha_to_one", false}, {"steps_offset", 1},           {"prediction_type", "epsilon"}};
}

StrengthMode mode_of(const std::string& name) {
  if (name == "tapered") return StrengthMode::tapered;
  return name == "exact" ? StrengthMode::exact : StrengthMode::steps;
}

SamplerRequest request_of(const Json& entry) {
  return {.scheduler = entry.at("scheduler"),
          .steps = entry.at("steps"),
          .strength = entry.at("strength"),
          .mode = mode_of(entry.at("mode")),
          .eta = entry.at("eta"),
          .shortens_schedule = entry.at("shortens")};
}

std::string name_of(const Json& entry) {
  Json name = entry;
  for (const char* key : {"latent", "noise", "start", "timesteps", "inputs", "outputs", "draws", "samples"})
    name.erase(key);
  return name.dump();
}

// The largest deviation, over start, network inputs and samples, from the recording in units of the largest
// sample. The table is replayed on the recorded outputs and draws. `order` is the element of the two-number
// latents.
double deviation(const Json& entry, const SamplerTable& table, size_t lane) {
  const auto recorded_at = [&](const char* what, size_t k) {
    return entry.at(what).at(k).at(lane).get<double>();
  };
  const bool scales = !entry.at("inputs").empty();
  std::vector<double> samples = {table.image * entry.at("latent").at(lane).get<double>() +
                                 table.noise * entry.at("noise").at(lane).get<double>()};
  const double start = entry.at("start").at(lane);
  double worst = std::abs(samples[0] - start), largest = std::abs(start);
  for (size_t k = 0; k < table.steps.size(); ++k) {
    const SamplerStep& step = table.steps[k];
    if (scales)
      worst = std::max(worst, std::abs(step.input_scale * samples[k] - recorded_at("inputs", k)));
    else
      EXPECT_EQ(step.input_scale, 1);
    double next = step.noise != 0 ? step.noise * recorded_at("draws", k) : 0;
    for (size_t j = 0; j < step.sample.size(); ++j) next += step.sample[j] * samples.at(k - j);
    for (size_t j = 0; j < step.output.size(); ++j) next += step.output[j] * recorded_at("outputs", k - j);
    worst = std::max(worst, std::abs(next - recorded_at("samples", k)));
    largest = std::max(largest, std::abs(next));
    samples.push_back(next);
  }
  return worst / std::max(largest, 1e-3);
}

TEST(SamplerTables, ReplayEveryRecordedRunOfDiffusers) {
  ASSERT_GT(recorded().size(), 300u);
  for (const Json& entry : recorded()) {
    const SamplerTable table = make_sampler_table(entry.at("config"), request_of(entry));
    ASSERT_EQ(table.steps.size(), entry.at("timesteps").size()) << name_of(entry);
    for (size_t k = 0; k < table.steps.size(); ++k) {
      // Karras timesteps go through a logarithm.
      EXPECT_NEAR(table.steps[k].timestep, entry.at("timesteps").at(k).get<double>(), 1e-3)
          << name_of(entry) << k;
    }
    for (size_t lane : {0u, 1u}) {
      EXPECT_LT(deviation(entry, table, lane), 5e-6) << name_of(entry);
    }
  }
}

TEST(SamplerTables, AreTooFarOffWithAnyPlantedFault) {
  int faults = 0;
  for (const Json& entry : recorded()) {
    const SamplerTable right = make_sampler_table(entry.at("config"), request_of(entry));
    // There the picture has no weight beside the noise, and a fault in it does not show.
    if (right.image < 0.01 * right.noise) continue;
    SamplerTable image = right, noise = right, output = right;
    image.image *= 1.001;
    noise.noise += 0.001 * (1 + noise.noise);
    output.steps.back().output[0] += 0.001 * (1 + std::abs(output.steps.back().output[0]));
    for (const SamplerTable& wrong : {image, noise, output}) {
      EXPECT_GT(std::max(deviation(entry, wrong, 0), deviation(entry, wrong, 1)), 1e-5) << name_of(entry);
      ++faults;
    }
  }
  EXPECT_GT(faults, 800);
}

TEST(SamplerTables, OfStrengthZeroPassThePictureThrough) {
  for (const std::string& name : scheduler_names()) {
    for (StrengthMode mode : {StrengthMode::steps, StrengthMode::exact, StrengthMode::tapered}) {
      const SamplerTable table =
          make_sampler_table(config_of_sd1(), {.scheduler = name, .strength = 0, .mode = mode});
      EXPECT_EQ(table, SamplerTable{});
    }
  }
}

TEST(SamplerTables, OfTheExactModeRunEveryStepFromTheNamedNoiseLevel) {
  const SamplerTable table = make_sampler_table(
      config_of_sd1(), {.scheduler = "ddim", .steps = 4, .strength = 0.5, .mode = StrengthMode::exact});
  ASSERT_EQ(table.steps.size(), 4u);
  EXPECT_EQ(table.steps[0].timestep, 499);
  EXPECT_EQ(table.steps[1].timestep, 374);
  EXPECT_EQ(table.steps[3].timestep, 125);
  // A level below half a timestep is none.
  EXPECT_TRUE(make_sampler_table(config_of_sd1(),
                                 {.scheduler = "ddim", .strength = 0.0004, .mode = StrengthMode::exact})
                  .steps.empty());
  // Three timesteps are all there are.
  EXPECT_EQ(make_sampler_table(config_of_sd1(),
                               {.scheduler = "ddim", .strength = 0.003, .mode = StrengthMode::exact})
                .steps.size(),
            3u);
}

TEST(SamplerTables, OfTheTaperedModeComeCloserTogetherAndFewerAtLowStrengths) {
  const auto timesteps = [](int steps, double strength) {
    std::vector<double> told;
    const SamplerRequest request{
        .scheduler = "ddim", .steps = steps, .strength = strength, .mode = StrengthMode::tapered};
    for (const SamplerStep& step : make_sampler_table(config_of_sd1(), request).steps)
      told.push_back(step.timestep);
    return told;
  };
  EXPECT_EQ(timesteps(5, 1), (std::vector<double>{999, 799, 599, 400, 200}));
  EXPECT_EQ(timesteps(5, 0.28), (std::vector<double>{279, 141, 48}));
  // Where there are as many timesteps as steps, each is visited.
  EXPECT_EQ(timesteps(300, 0.004), (std::vector<double>{3, 2, 1, 0}));
  for (const double strength : {0.01, 0.05, 0.3}) {
    const std::vector<double> told = timesteps(200, strength);
    EXPECT_TRUE(std::adjacent_find(told.begin(), told.end(), std::less_equal<>()) == told.end()) << strength;
  }
}

TEST(SamplerTables, OfStrengthModeStepsRunAsManyStepsAsDiffusers) {
  const auto count = [](int steps, double strength) {
    return make_sampler_table(config_of_sd1(), {.scheduler = "ddim", .steps = steps, .strength = strength})
        .steps.size();
  };
  EXPECT_EQ(count(50, 0.75), 37u);
  EXPECT_EQ(count(10, 0.3), 3u);
  EXPECT_EQ(count(10, 0.29), 2u);
  EXPECT_EQ(count(1, 1.0), 1u);
}

TEST(SamplerTables, OfTrailingSpacingNeverHaveAStepTooMany) {
  Json config = config_of_sd1("EulerAncestralDiscreteScheduler");
  config["timestep_spacing"] = "trailing";
  for (int steps = 1; steps <= 1000; ++steps) {
    const SamplerTable table = make_sampler_table(config, {.steps = steps, .strength = 1});
    ASSERT_EQ(table.steps.size(), static_cast<size_t>(steps));
    ASSERT_EQ(table.steps.front().timestep, 999);
    ASSERT_GE(table.steps.back().timestep, 0);
  }
}

TEST(SamplerTables, OfDpmSolverAreNamedByTheirSigmas) {
  Json config = config_of_sd1("DPMSolverMultistepScheduler");
  EXPECT_EQ(scheduler_name_of(config), "dpmpp_2m");
  const SamplerTable plain = make_sampler_table(config, {.steps = 9});
  config["use_karras_sigmas"] = true;
  EXPECT_EQ(scheduler_name_of(config), "dpmpp_2m_karras");
  EXPECT_NE(make_sampler_table(config, {.steps = 9}), plain);
  EXPECT_EQ(make_sampler_table(config, {.scheduler = "dpmpp_2m", .steps = 9}), plain);
}

TEST(SamplerTables, OfPndmSkipTheRungeKuttaStartWhateverTheConfigSays) {
  Json config = config_of_sd1("PNDMScheduler");
  const SamplerTable plain = make_sampler_table(config, {.steps = 9});
  config["skip_prk_steps"] = false;
  EXPECT_EQ(make_sampler_table(config, {.steps = 9}), plain);
}

void expect_refused(const Json& config, const SamplerRequest& request, ErrorKind kind,
                    const std::string& names) {
  try {
    make_sampler_table(config, request);
    ADD_FAILURE() << "accepted, though wrong in " << names;
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), kind) << error.what();
    EXPECT_THAT(error.what(), HasSubstr(names));
  }
}

TEST(SamplerTables, RefuseWhatTheyDoNotKnowAndNameTheKey) {
  const std::vector<std::pair<std::string, Json>> slips = {
      {"class", "DDPMScheduler"},  {"beta_schedule", "sigmoid"},
      {"prediction_type", "flow"}, {"timestep_spacing", "karras"},
      {"clip_sample", true},       {"thresholding", true},
      {"steps_offset", "1"},       {"steps_offset", -1},
      {"num_train_timesteps", 0},  {"beta_start", -0.1},
      {"beta_end", "0.012"},       {"trained_betas", Json::array({0.1, 0.2})},
      {"set_alpha_to_one", 1},     {"rescale_betas_zero_snr", "yes"},
      {"trained_betas", "none"},
  };
  for (const auto& [key, value] : slips) {
    Json config = config_of_sd1();
    config[key] = value;
    expect_refused(config, {}, ErrorKind::model, key);
  }
  Json absent = config_of_sd1();
  absent.erase("clip_sample");
  expect_refused(absent, {}, ErrorKind::model, "clip_sample");
  Json pndm = config_of_sd1("PNDMScheduler");
  pndm["prediction_type"] = "sample";
  expect_refused(pndm, {}, ErrorKind::model, "prediction_type");
  const std::vector<std::tuple<std::string, std::string, Json>> solvers = {
      {"dpmpp_2m", "algorithm_type", "sde-dpmsolver++"},
      {"dpmpp_2m", "solver_order", 3},
      {"dpmpp_2m", "solver_type", "midpiont"},
      {"dpmpp_2m", "lambda_min_clipped", -5.1},
      {"dpmpp_2m", "algorithm_type", "dpmsolver"},
      {"euler", "prediction_type", "flow_prediction"},
      {"unipc", "solver_type", "bh3"},
      {"unipc", "predict_x0", false},
      {"unipc", "disable_corrector", Json::array({0})},
      {"unipc", "lower_order_final", false},
      {"euler", "final_sigmas_type", "one"},
      {"euler", "interpolation_type", "cubic"},
      {"euler", "timestep_type", "whole"},
      {"euler", "sigma_max", 0.0},
      {"heun", "use_exponential_sigmas", 1},
      {"heun", "clip_sample", true},
      {"euler_ancestral", "prediction_type", "sample"},
      {"lcm", "original_inference_steps", 0},
      {"lcm", "timestep_scaling", "10"},
      {"lcm", "thresholding", true},
      {"tcd", "rescale_betas_zero_snr", 1},
  };
  for (const auto& [name, key, value] : solvers) {
    Json config = config_of_sd1();
    config[key] = value;
    expect_refused(config, {.scheduler = name}, ErrorKind::model, key);
  }
  const std::vector<std::tuple<std::string, std::string, std::string>> at_odds = {
      {"euler", "use_karras_sigmas", "use_beta_sigmas"},
      {"heun", "use_beta_sigmas", "use_exponential_sigmas"},
      {"dpmpp_2m", "use_lu_lambdas", "use_flow_sigmas"},
      {"dpmpp_2m_karras", "use_karras_sigmas", "use_flow_sigmas"},
      {"unipc", "use_beta_sigmas", "use_flow_sigmas"},
      {"unipc", "use_flow_sigmas", "use_dynamic_shifting"},
  };
  for (const auto& [name, one, other] : at_odds) {
    Json config = config_of_sd1();
    config[one] = config[other] = true;
    expect_refused(config, {.scheduler = name}, ErrorKind::model, other);
  }
  Json terminal = config_of_sd1();
  terminal["use_flow_sigmas"] = true;
  terminal["shift_terminal"] = 0.1;
  expect_refused(terminal, {.scheduler = "unipc"}, ErrorKind::model, "shift_terminal");
  Json zero = config_of_sd1();
  zero["rescale_betas_zero_snr"] = true;
  zero["timestep_spacing"] = "trailing";
  expect_refused(zero, {.strength = 1}, ErrorKind::model, "rescale_betas_zero_snr");
}

TEST(SamplerTables, RefuseRequestsOutsideTheirRange) {
  const Json config = config_of_sd1();
  expect_refused(config, {.scheduler = "dim"}, ErrorKind::usage, "did you mean 'ddim'");
  expect_refused(config, {.steps = 0}, ErrorKind::usage, "steps");
  expect_refused(config, {.steps = 1001}, ErrorKind::usage, "steps");
  expect_refused(config, {.strength = 1.01}, ErrorKind::usage, "strength");
  expect_refused(config, {.strength = std::nan("")}, ErrorKind::usage, "strength");
  expect_refused(config, {.eta = -1}, ErrorKind::usage, "eta");
  expect_refused(config, {.steps = 1, .strength = 0.75}, ErrorKind::usage, "at least 2 steps");
  expect_refused(config, {.steps = 1000, .strength = 1}, ErrorKind::usage, "steps_offset");
  expect_refused(config, {.scheduler = "lcm", .steps = 51}, ErrorKind::usage, "taught with");
  expect_refused(config, {.scheduler = "lcm", .steps = 8, .strength = 0.1, .shortens_schedule = true},
                 ErrorKind::usage, "strength 0.1");
}

}  // namespace
}  // namespace spectradiff
