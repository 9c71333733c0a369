#include "spectradiff/session/model_trial.h"

#include <fmt/format.h>

#include <sys/resource.h>

#include <chrono>

#include "spectradiff/base/error.h"
#include "spectradiff/diffusion/diffuser.h"
#include "spectradiff/diffusion/interpolator.h"
#include "spectradiff/diffusion/sampler.h"
#include "spectradiff/session/model_store.h"

namespace spectradiff {
namespace {

// The most memory that this process ever had at once.
double peak_memory_mb() {
  struct rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
#ifdef __APPLE__
  constexpr double kUnitsPerMb = 1e6;
#else
  constexpr double kUnitsPerMb = 1e6 / 1024;
#endif
  return static_cast<double>(usage.ru_maxrss) / kUnitsPerMb;
}

// Where there is compiled code, a job that it is for.
EngineRequest trial_request(const Manifest& manifest) {
  EngineRequest request{.size = {256, 256}, .batch_size = 1};
  if (const auto& compiled = manifest.compiled) {
    request.size = compiled->size;
    request.batch_size = compiled->batch_size;
    request.guided = compiled->guided;
    request.device = compiled->device;
    request.dtype = compiled->dtype;
  } else if (!manifest.verified_sizes.empty()) {
    request.size = manifest.verified_sizes.front();
  }
  return request;
}

// One denoising step on a grey picture; false where NaN or infinity comes out.
bool takes_a_step(Networks& networks, const Manifest& manifest, const EngineRequest& request) {
  Diffuser diffuser(networks, manifest,
                    {.steps = 1,
                     .strength_mode = StrengthMode::exact,
                     .batch_size = request.batch_size,
                     .guided = request.guided});
  const Canvas grey(request.size, {128, 128, 128});
  FrameRequest frame{&grey, "", "", 1.0, 1.0};
  if (manifest.takes_control()) frame.control = &grey;
  return diffuser.run({&frame, 1}, [] { return false; }).front().finite;
}

ModelTrial try_diffusion(const Manifest& manifest) {
  make_sampler_table(manifest.scheduler, {.steps = 1, .strength = 1, .mode = StrengthMode::exact});
  ModelStore models;
  models.admit(manifest, false);
  const EngineRequest request = trial_request(manifest);
  ModelTrial trial{.size = request.size, .batch_size = request.batch_size};
  const auto attempt = [&](auto load) {
    const auto begin = std::chrono::steady_clock::now();
    const auto seconds = [&] {
      return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
    };
    Networks* const networks = load();
    if (networks == nullptr) return false;
    trial.load_s = seconds();
    trial.loaded_mb = peak_memory_mb();
    const bool is_finite = takes_a_step(*networks, manifest, request);
    trial.step_s = seconds() - trial.load_s;
    trial.peak_mb = peak_memory_mb();
    const EngineFacts facts = networks->facts();
    trial.device = facts.device;
    trial.dtype = facts.dtype;
    trial.engine = facts.engine;
    return is_finite;
  };
  bool is_good = attempt([&] { return &models.networks(manifest, request); });
  trial.warnings = models.take_notes();
  const std::string dtype = trial.dtype;
  if (!is_good) is_good = attempt([&] { return models.precise_networks(manifest, request); });
  if (!is_good)
    throw_error(ErrorKind::model, "the model {} gives NaN or infinity instead of a picture, in {}{}",
                manifest.name, dtype, trial.dtype == dtype ? "" : " and in " + trial.dtype);
  if (trial.dtype != dtype) {
    trial.overflows_in = dtype;
    trial.warnings.push_back(
        fmt::format("the model gives NaN or infinity in {}; a render repeats such a picture in {} (--dtype "
                    "{} uses that for all)",
                    dtype, trial.dtype, trial.dtype));
  }
  return trial;
}

// Of a network from pictures to pictures.
ModelTrial try_pictures(const Manifest& manifest) {
  ModelStore models;
  models.admit(manifest, false);
  ModelTrial trial;
  trial.size = manifest.verified_sizes.empty() ? Size{256, 256} : manifest.verified_sizes.front();
  const Canvas black(trial.size);
  if (manifest.is_upscaling()) {
    models.upscaler(manifest, {}).upscale(black);
  } else {
    models.interpolator(manifest, {}).between(black, Canvas(trial.size, {255, 255, 255}), 2);
  }
  return trial;
}

}  // namespace

ModelTrial try_model(const Manifest& model) {
  return model.diffuses() ? try_diffusion(model) : try_pictures(model);
}

}  // namespace spectradiff
