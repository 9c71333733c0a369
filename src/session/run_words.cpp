#include "run_words.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <numeric>
#include <string>

#include "sampling.h"
#include "spectradiff/base/duration_text.h"
#include "spectradiff/base/text.h"

namespace spectradiff {
namespace {

// Means of a curve's parts as a line of blocks, from low to high.
std::string sparkline(const std::vector<double>& values, double low, double high) {
  constexpr std::array<const char*, 8> kBlocks = {"▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};
  constexpr size_t kWidth = 48;
  const size_t width = std::min(kWidth, values.size());
  std::string line;
  for (size_t i = 0; i < width; ++i) {
    const auto begin = values.begin() + static_cast<int64_t>(i * values.size() / width);
    const auto end = values.begin() + static_cast<int64_t>((i + 1) * values.size() / width);
    const double mean = std::accumulate(begin, end, 0.0) / static_cast<double>(end - begin);
    const double part = high > low ? (mean - low) / (high - low) : 0;
    line += kBlocks[static_cast<size_t>(std::clamp(part * 8, 0.0, 7.0))];
  }
  return line;
}

double share_of(const Recipe& row, int prompt) {
  double share = 0;
  for (const PromptShare& each : row.prompts) share += each.prompt == prompt ? each.weight : 0;
  return share;
}

}  // namespace

void tell_job(const SessionState& state) {
  const AudioInfo& info = state.input.song.info();
  state.observer.info(fmt::format(
      "{}: {}, {} Hz, {}, {}; {} at {} fps", state.request.song, duration_text(info.duration_s()),
      info.sample_rate_hz, counted(info.channels, "channel"), info.format,
      counted(std::ssize(state.plan.shown), "frame"), state.settings.job.analysis.fps.number_text()));
  if (state.plan.constants.every > 1)
    state.observer.info(fmt::format(
        "{} {}, the others made from {}{}", counted(std::ssize(state.plan.rows), "frame"),
        state.settings.diffuses ? "diffused" : "painted", state.plan.rows.size() == 1 ? "it" : "them",
        state.interpolation ? " by the network " + state.interpolation->name : std::string()));
  if (const auto& heard = state.input.analysis)
    state.observer.info(fmt::format("the analysis hears {}: {}", heard->name(), heard->info().format));
}

void tell_analysis(const SessionState& state) {
  const Features& heard = *state.features;
  Json facts = {{"frames", heard.frames},
                {"bins", heard.bins},
                {"samples", heard.samples},
                {"sample_rate_hz", heard.sample_rate_hz}};
  if (state.settings.diffuses) facts["prompt"] = state.settings.job.diffusion.prompt;
  state.observer.event("analysis", facts);
  const auto diffused = std::count_if(state.plan.rows.begin(), state.plan.rows.end(), is_diffused);
  if (const auto moved = std::ssize(state.plan.rows) - diffused; moved > 0)
    state.observer.info(fmt::format("{} diffused, moved on by the camera in the other {}",
                                    counted(diffused, "frame"), moved));
}

void tell_moved(const SessionState& state) {
  const Plan& plan = state.plan;
  for (size_t i = 0; plan.prompts.size() > 1 && i < plan.prompts.size(); ++i) {
    const auto is_less_told = [&](const Recipe& one, const Recipe& other) {
      return share_of(one, static_cast<int>(i)) < share_of(other, static_cast<int>(i));
    };
    const auto row =
        std::max_element(plan.rows.begin(), plan.rows.end(), is_less_told);  // the first of equals
    if (share_of(*row, static_cast<int>(i)) == 0) continue;
    const auto& [prompt, negative] = plan.prompts[i];
    state.observer.info(fmt::format("frame {}: \"{}\"{}", row->frame, prompt,
                                    negative.empty() ? "" : ", not \"" + negative + "\""));
  }
  const auto& expressions = state.settings.job.expressions;
  for (const auto& [key, values] : state.moved) {
    const auto [low, high] = std::minmax_element(values.begin(), values.end());
    const double mean =
        std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
    const auto expression = expressions.find(key);
    state.observer.info(fmt::format("{} = {}\n  {:.3g} to {:.3g}, mean {:.3g}  {}", key,
                                    expression == expressions.end() ? "by --scenes" : expression->second,
                                    *low, *high, mean, sparkline(values, *low, *high)));
  }
}

void tell_steps(const SessionState& state) {
  const Manifest* const model = state.settings.model();
  if (model == nullptr) return;
  const auto [least, most] = std::minmax_element(
      state.plan.rows.begin(), state.plan.rows.end(),
      [](const Recipe& one, const Recipe& other) { return one.numbers.strength < other.numbers.strength; });
  const double low = least->numbers.strength, high = most->numbers.strength;
  const RenderJob& job = state.settings.job;
  const int fewest = steps_at(low, job, *model), steps = steps_at(high, job, *model);
  if (steps == 0) return;
  const std::string all = counted(job.diffusion.steps, "step");
  const std::string strength =
      high > low ? fmt::format("{:.4g} to {:.4g}", low, high) : fmt::format("{:.4g}", low);
  state.observer.info(fmt::format("{}{} of {} run at strength {}",
                                  fewest == steps ? "" : fmt::format("{} to ", fewest), steps, all,
                                  strength));
}

void tell_part(const SessionState& state, const Plan& part) {
  const Shard& shard = *state.settings.run.shard;
  const std::string name = fmt::format("shard {}/{}", shard.index, shard.count);
  state.observer.info(part.rows.empty() ? name + " is empty: there is less to divide than shards"
                                        : fmt::format("{}: {} of {}, from {} to {}", name, part.rows.size(),
                                                      counted(std::ssize(state.plan.rows), "frame"),
                                                      part.rows.front().frame, part.rows.back().frame));
}

void warn_of_flashes(int flashes_per_s, RenderObserver& observer) {
  constexpr int kLimit = 3;  // WCAG 2.3.1
  if (flashes_per_s <= kLimit) return;
  observer.warn(
      fmt::format("the pictures flash {} times within a second: more than {} can cause seizures "
                  "(WCAG 2.3.1); --blur, a smoother preset or --flash-limit {} calms them",
                  flashes_per_s, kLimit, kLimit));
}

}  // namespace spectradiff
