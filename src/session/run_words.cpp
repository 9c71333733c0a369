#include "run_words.h"

#include <fmt/format.h>

#include <algorithm>
#include <string>

#include "spectradiff/base/duration_text.h"

namespace spectradiff {

void tell_job(const SessionState& state) {
  const AudioInfo& info = state.input.song.info();
  state.observer.info(fmt::format("{}: {}, {} Hz, {} channel{}, {}; {} frames at {} fps", state.request.song,
                                  duration_text(info.duration_s()), info.sample_rate_hz, info.channels,
                                  info.channels == 1 ? "" : "s", info.format, state.plan.shown.size(),
                                  state.settings.job.analysis.fps.text()));
  if (state.plan.constants.every > 1)
    state.observer.info(
        fmt::format("{} frames are {}, the others are made from them{}", state.plan.rows.size(),
                    state.settings.diffuses ? "diffused" : "painted",
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
    state.observer.info(
        fmt::format("{} frames are diffused, the camera moves them on in the other {}", diffused, moved));
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
