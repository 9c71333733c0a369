#include "run_words.h"

#include <fmt/format.h>

#include <algorithm>
#include <string>

#include "spectradiff/base/duration_text.h"
#include "spectradiff/base/text.h"

namespace spectradiff {

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

void warn_of_flashes(int flashes_per_s, RenderObserver& observer) {
  constexpr int kLimit = 3;  // WCAG 2.3.1
  if (flashes_per_s <= kLimit) return;
  observer.warn(
      fmt::format("the pictures flash {} times within a second: more than {} can cause seizures "
                  "(WCAG 2.3.1); --blur, a smoother preset or --flash-limit {} calms them",
                  flashes_per_s, kLimit, kLimit));
}

}  // namespace spectradiff
