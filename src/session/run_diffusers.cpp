#include "run_diffusers.h"

#include <fmt/format.h>

#include <set>
#include <string>

#include "spectradiff/base/text.h"
#include "spectradiff/config/anchor_plan.h"

namespace spectradiff {
namespace {

// All prompts of the plan.
std::set<std::string> texts_of(const Plan& plan) {
  std::set<std::string> texts;
  for (const PromptPair& pair : plan.prompts) texts.insert({pair.prompt, pair.negative});
  return texts;
}

}  // namespace

EngineRequest engine_request(const SessionState& state) {
  const RenderJob& job = state.settings.job;
  const auto& diffusion = state.plan.constants.diffusion;
  return {job.diffusion.device,
          job.diffusion.dtype,
          job.threads,
          job.paint.size,
          diffusion ? diffusion->slots : job.diffusion.batch_size,
          diffusion ? diffusion->guided : state.settings.is_guided(),
          diffusion ? diffusion->coherent : is_coherent(job)};
}

RunDiffusers::RunDiffusers(SessionState& state) : state_(state), model_(*state.settings.model()) {
  ModelStore& models = state.shared.models;
  const int slots = state.plan.constants.diffusion->slots;
  const int loads = models.loads();
  Networks& networks = models.networks(model_, engine_request(state));
  for (const std::string& note : models.take_notes()) state.observer.warn(note);
  diffuser_ = on(networks, slots);
  warn_of_cut_prompts();
  const EngineFacts facts = networks.facts();
  state.observer.info(fmt::format("model {} on {} in {}, batch size {} ({})", model_.name, facts.device,
                                  facts.dtype, slots, facts.engine));
  state.observer.event("model", {{"name", model_.name},
                                 {"device", facts.device},
                                 {"dtype", facts.dtype},
                                 {"engine", facts.engine},
                                 {"batch_size", slots},
                                 {"loaded", models.loads() > loads},
                                 {"sha256", model_.sha256}});
}

Diffuser* RunDiffusers::more_precise(int64_t frame) {
  EngineRequest request = engine_request(state_);
  request.batch_size = 1;
  Networks* const networks = state_.shared.models.precise_networks(model_, request);
  if (networks == nullptr) return nullptr;
  warn_of_overflow(frame);
  if (precise_ == nullptr) precise_ = on(*networks, 1);
  return precise_.get();
}

std::unique_ptr<Diffuser> RunDiffusers::on(Networks& networks, int batch_size) const {
  const DiffusionConstants& constants = *state_.plan.constants.diffusion;
  auto diffuser = std::make_unique<Diffuser>(
      networks, model_,
      DiffuserSettings{constants.scheduler, constants.steps, constants.strength_mode, constants.eta,
                       batch_size, constants.guided, constants.coherent, constants.reading});
  diffuser->expect(texts_of(state_.plan));
  return diffuser;
}

void RunDiffusers::warn_of_cut_prompts() const {
  constexpr size_t kMostShown = 1000;
  std::string first;  // what is left out of it
  size_t count = 0;
  for (const std::string& text : texts_of(state_.plan)) {
    const std::string cut = diffuser_->cut_from(text);
    if (!cut.empty() && ++count == 1) first = cut;
  }
  if (count == 0) return;
  state_.observer.warn(fmt::format(
      "{} longer than the model reads; --long-prompts chunk reads all of {}. This was left out{}: \"{}\"",
      count == 1 ? "a prompt is" : counted(static_cast<int64_t>(count), "prompt") + " are",
      count == 1 ? "it" : "them", count == 1 ? "" : " of one", shortened(first, kMostShown)));
}

void RunDiffusers::warn_of_overflow(int64_t frame) {
  constexpr int64_t kMostWarnings = 10;
  ++made_again_;
  const std::string message = fmt::format(
      "frame {}: the model gave NaN or infinity; it is repeated in float32 (--dtype float32 uses that for "
      "all){}",
      frame, made_again_ == kMostWarnings ? "; further frames are named with --verbose" : "");
  made_again_ <= kMostWarnings ? state_.observer.warn(message) : state_.observer.detail(message);
}

}  // namespace spectradiff
