#include "spectradiff/render/plan.h"

#include <algorithm>
#include <limits>
#include <set>

#include "spectradiff/base/error.h"
#include "spectradiff/base/number.h"

namespace spectradiff {
namespace {

int64_t frame_index(std::string_view text, std::string_view whole) {
  const auto value = parse_integer(text);
  if (!value || *value < 0) {
    throw_error(ErrorKind::usage,
                "frames = \"{}\": \"{}\" is not a frame index; write ranges as 12-40, 12-, -40 or 7, joined "
                "by commas",
                whole, text);
  }
  return *value;
}

uint64_t row_seed(const DiffusionSettings& diffusion, int64_t frame) {
  const auto seed = static_cast<uint64_t>(diffusion.seed);
  switch (diffusion.seed_mode) {
    case SeedMode::fixed:
      return seed;
    case SeedMode::increment:
      return seed + static_cast<uint64_t>(frame);
    case SeedMode::random:
      // Below 2^63, so that every seed of the plan can be typed again.
      return splitmix64(seed ^ splitmix64(static_cast<uint64_t>(frame))) >> 1;
  }
  return seed;
}

void add_rows(Plan& plan, const DiffusionSettings& diffusion) {
  plan.cadence = {diffusion.every, plan.song_frames - 1};
  const auto add = [&](int64_t frame) {
    if (plan.rows.empty() || plan.rows.back().frame < frame)
      plan.rows.push_back({frame, row_seed(diffusion, frame), {}, {}});
  };
  for (const ShownFrame& shown : plan.shown) {
    add(plan.cadence.at_or_before(shown.frame));
    add(plan.cadence.at_or_after(shown.frame));
  }
}

// What a row says, as --dry-run prints it.
void add_row_json(Json& entry, const Plan& plan, const RenderJob& job, const PlanRow& row) {
  const RenderJob at = plan.job_at(job, row);
  entry["blur"] = at.paint.post.blur_px;
  if (job.diffusion.enabled) {
    entry["strength"] = at.diffusion.strength;
    entry["guidance"] = at.diffusion.guidance;
    entry["seed"] = row.seed;
    if (plan.prompts.size() > 1) {
      const PromptMix& mix = row.prompts;
      entry["prompts"] = {{"from", mix.from}, {"to", mix.to}, {"weight", mix.weight}};
    }
  }
  for (size_t i = 0; i < plan.modulations.size(); ++i) entry[plan.modulations[i].key] = row.moved[i];
}

}  // namespace

std::vector<int64_t> parse_frame_ranges(std::string_view text, int64_t count,
                                        std::vector<std::string>* notes) {
  std::set<int64_t> frames;
  std::string_view rest = text;
  while (true) {
    const size_t comma = rest.find(',');
    const std::string_view part = rest.substr(0, comma);
    const size_t dash = part.find('-');
    int64_t first = 0;
    int64_t last = std::numeric_limits<int64_t>::max();
    if (dash == std::string_view::npos) {
      first = last = frame_index(part, text);
    } else {
      if (part.size() == 1) frame_index(part, text);
      if (dash > 0) first = frame_index(part.substr(0, dash), text);
      if (dash + 1 < part.size()) last = frame_index(part.substr(dash + 1), text);
    }
    if (first > last) {
      throw_error(ErrorKind::usage, "frames = \"{}\": {} comes after {}; write the smaller one first", text,
                  first, last);
    }
    const int64_t missing = std::max(first, count);
    if (notes && (last >= count && last != std::numeric_limits<int64_t>::max())) {
      notes->push_back(
          fmt::format("frames = \"{}\": the song ends with frame {}; {} is left out", text, count - 1,
                      missing == last ? std::to_string(last) : fmt::format("{}-{}", missing, last)));
    }
    for (int64_t frame = first; frame <= std::min(last, count - 1); ++frame) frames.insert(frame);
    if (comma == std::string_view::npos) break;
    rest = rest.substr(comma + 1);
  }
  if (frames.empty()) {
    throw_error(ErrorKind::usage, "frames = \"{}\" holds no frame of this song, which has 0-{}", text,
                count - 1);
  }
  return {frames.begin(), frames.end()};
}

int64_t Plan::sound_samples() const {
  int64_t samples = 0;
  for (const SampleRange& range : sound) samples += range.size();
  return samples;
}

RenderJob Plan::job_at(const RenderJob& job, const PlanRow& row) const {
  RenderJob moved = job;
  for (size_t i = 0; i < modulations.size(); ++i) modulations[i].set(moved, row.moved[i]);
  return moved;
}

std::optional<PromptSchedule> DiffusionSettings::schedule() const {
  if (prompts.empty() && end_prompt.empty()) return std::nullopt;
  PromptSchedule schedule{prompts, prompt_blend, prompt_weight, prompt_snap};
  if (prompts.empty()) {
    schedule.keys = {{"0", prompt, {}, {}, ""}, {"end", end_prompt, {}, {}, ""}};
    schedule.snap = false;
  }
  return schedule;
}

Plan make_plan(const RenderJob& job, int sample_rate_hz, int64_t samples) {
  const Rational& fps = job.analysis.fps;
  Plan plan;
  plan.song_frames = frame_count(samples, sample_rate_hz, fps);
  plan.prompts = {{job.diffusion.prompt, job.diffusion.negative_prompt}};
  plan.prompt_frames = {0};

  const int64_t begin = job.selection.start.to_samples(sample_rate_hz, fps);
  const int64_t end = job.selection.duration
                          ? std::min(samples, begin + job.selection.duration->to_samples(sample_rate_hz, fps))
                          : samples;
  const auto frames = parse_frame_ranges(job.selection.frames.empty() ? "0-" : job.selection.frames,
                                         plan.song_frames, &plan.notes);
  for (const int64_t frame : frames) {
    SampleRange range = frame_sample_range(frame, sample_rate_hz, fps);
    if (range.begin < begin || range.begin >= end) continue;
    range.end = std::min(range.end, samples);
    plan.shown.push_back({frame, range});
  }
  if (plan.shown.empty()) {
    throw_error(ErrorKind::usage,
                "start, duration and frames leave no frame of this song, which lasts {} s ({} frames)",
                format_real(static_cast<double>(samples) / sample_rate_hz), plan.song_frames);
  }
  for (const ShownFrame& shown : plan.shown) {
    if (!plan.sound.empty() && plan.sound.back().end == shown.samples.begin) {
      plan.sound.back().end = shown.samples.end;
    } else {
      plan.sound.push_back(shown.samples);
    }
  }
  add_rows(plan, job.diffusion);
  return plan;
}

Json plan_to_json(const Plan& plan, const RenderJob& job, int sample_rate_hz) {
  Json rows = Json::array();
  size_t next = 0;  // of the plan's rows
  for (const ShownFrame& shown : plan.shown) {
    Json entry = {{"frame", shown.frame},
                  {"t", static_cast<double>(shown.samples.begin) / sample_rate_hz},
                  {"samples", {shown.samples.begin, shown.samples.end}}};
    while (plan.rows[next].frame < shown.frame) ++next;
    if (plan.rows[next].frame == shown.frame) {
      add_row_json(entry, plan, job, plan.rows[next]);
    } else {
      entry["between"] = {plan.rows[next - 1].frame, plan.rows[next].frame};
    }
    rows.push_back(std::move(entry));
  }
  Json prompts = Json::array();
  for (size_t i = 0; job.diffusion.enabled && i < plan.prompts.size(); ++i) {
    const int64_t begin = frame_start_sample(plan.prompt_frames[i], sample_rate_hz, job.analysis.fps);
    prompts.push_back({{"frame", plan.prompt_frames[i]},
                       {"t", static_cast<double>(begin) / sample_rate_hz},
                       {"prompt", plan.prompts[i].prompt},
                       {"negative_prompt", plan.prompts[i].negative}});
  }
  return {{"fps", job.analysis.fps.text()},  {"prompts", std::move(prompts)},
          {"song_frames", plan.song_frames}, {"frames", plan.shown.size()},
          {"made", plan.rows.size()},        {"sound_samples", plan.sound_samples()},
          {"rows", std::move(rows)}};
}

}  // namespace spectradiff
