// render and paint: the main job, from arguments to a plan that makes sense.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <numeric>

#include "commands.h"
#include "picture_job.h"
#include "spectradiff/config/options.h"

namespace spectradiff {
namespace {

// Means of a curve's parts as a line of blocks, over the option's own extent.
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

// One line per moved option and per prompt, for the person who looks at a dry run.
void summarise(const Plan& plan, const RenderJob& job, Console& console) {
  for (size_t i = 0; plan.prompts.size() > 1 && i < plan.prompts.size(); ++i) {
    console.info(
        fmt::format("frame {}: \"{}\"{}", plan.prompt_frames[i], plan.prompts[i].prompt,
                    plan.prompts[i].negative.empty() ? "" : ", not \"" + plan.prompts[i].negative + "\""));
  }
  for (size_t i = 0; i < plan.modulations.size(); ++i) {
    std::vector<double> values;
    values.reserve(plan.rows.size());
    for (const PlanRow& row : plan.rows) values.push_back(row.moved[i]);
    const auto [low, high] = std::minmax_element(values.begin(), values.end());
    const double mean =
        std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
    const std::string& key = plan.modulations[i].key;
    console.info(fmt::format("{} = {}\n  {:.3g} to {:.3g}, mean {:.3g}  {}", key, job.expressions.at(key),
                             *low, *high, mean, sparkline(values, *low, *high)));
  }
}

int print_plan(PictureJob& picture, Console& console, AnalysisStore& analyses) {
  const RenderJob& job = picture.job();
  if (!job.expressions.empty() || (picture.manifest() != nullptr && job.diffusion.schedule()) ||
      picture.prepared.prompt_by_song) {
    hear_song(picture, false, console, analyses);
    summarise(picture.plan, job, console);
  }
  const int sample_rate_hz = picture.input.song.info().sample_rate_hz;
  console.answer(json_text(plan_to_json(picture.plan, job, sample_rate_hz), 2) + "\n");
  return 0;
}

}  // namespace

int run_pictures(const Arguments& arguments, Console& console) {
  if (!arguments.run.sweep.empty() && !arguments.run.print_config) return run_sweep(arguments, console);
  PreparedJob prepared = prepare_pictures(arguments, console);
  if (arguments.run.print_config) {
    console.answer(config_text(prepared, arguments.run.origin));
    return 0;
  }
  ModelStore models;
  AnalysisStore analyses;
  PictureJob job = open_pictures(std::move(prepared), arguments, console, models);
  if (arguments.run.dry_run) return print_plan(job, console, analyses);
  carry_out(job, arguments, console, models, analyses);
  return 0;
}

}  // namespace spectradiff
