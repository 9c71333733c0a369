// PNDM without its Runge-Kutta start, that is PLMS: Liu et al. 2022, equations 9 and 12, and the start of the
// Stable Diffusion authors: a step, taken again from the same place with the mean of the outputs at both its
// ends.
#include <cmath>

#include "samplers.h"

namespace spectradiff {
namespace {

struct Move {
  int told = 0;  // the timestep the network is told
  int from = 0;  // the noise level of the sample that moves
  int to = 0;    // negative: the end
};

// Weights of the outputs, newest first. The second output counts once only: the multistep rules pass over it.
std::vector<double> output_weights(size_t k) {
  switch (k) {
    case 0:
      return {1};
    case 1:
      return {1 / 2., 1 / 2.};
    case 2:
      return {3 / 2., 0, -1 / 2.};
    case 3:
      return {23 / 12., -16 / 12., 0, 5 / 12.};
    case 4:
      return {55 / 24., -59 / 24., 37 / 24., 0, -9 / 24.};
    default:
      return {55 / 24., -59 / 24., 37 / 24., -9 / 24.};
  }
}

std::vector<Move> moves_by_steps(const NoiseSchedule& schedule, const SamplerRequest& request) {
  std::vector<double> timesteps = spaced_timesteps(schedule, request.steps, true);
  if (timesteps.size() > 1) timesteps.insert(timesteps.begin() + 1, timesteps[1]);
  const int stride = schedule.train_timesteps / request.steps;
  std::vector<Move> moves;
  for (size_t k = static_cast<size_t>(skipped_steps(request)); k < timesteps.size(); ++k) {
    const int t = static_cast<int>(timesteps[k]);
    // diffusers takes the second evaluation for the repeated one wherever strength made the run start.
    moves.push_back(moves.size() == 1 ? Move{t, t + stride, t} : Move{t, t, t - stride});
  }
  return moves;
}

std::vector<Move> exact_moves(const NoiseSchedule& schedule, const SamplerRequest& request) {
  const std::vector<int> timesteps = exact_timesteps(schedule, request);
  std::vector<Move> moves;
  for (size_t k = 0; k < timesteps.size(); ++k) {
    const int next = k + 1 < timesteps.size() ? timesteps[k + 1] : -1;
    moves.push_back({timesteps[k], timesteps[k], next});
    if (k == 0 && next >= 0) moves.push_back({next, timesteps[k], next});
  }
  return moves;
}

}  // namespace

SamplerTable pndm_table(SchedulerConfig& /*config*/, const NoiseSchedule& schedule,
                        const SamplerRequest& request) {
  const std::vector<Move> moves =
      starts_exactly(request.mode) ? exact_moves(schedule, request) : moves_by_steps(schedule, request);
  SamplerTable table;
  if (moves.empty()) return table;
  start_at(schedule, moves[0].told, table);
  for (size_t k = 0; k < moves.size(); ++k) {
    const double alpha = schedule.alpha(moves[k].from), alpha_next = schedule.alpha(moves[k].to);
    const double from_output = -(alpha_next - alpha) / (alpha * std::sqrt(1 - alpha_next) +
                                                        std::sqrt(alpha * (1 - alpha) * alpha_next));
    const bool is_v = schedule.prediction == Prediction::v;
    SamplerStep step;
    step.timestep = moves[k].told;
    step.output = output_weights(k);
    for (double& weight : step.output) weight *= from_output * (is_v ? std::sqrt(alpha) : 1);
    const double sample = std::sqrt(alpha_next / alpha) + (is_v ? from_output * std::sqrt(1 - alpha) : 0);
    step.sample = k == 1 ? std::vector<double>{0, sample} : std::vector<double>{sample};
    table.steps.push_back(std::move(step));
  }
  return table;
}

}  // namespace spectradiff
