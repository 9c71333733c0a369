#include "spectradiff/render/plan.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <set>

#include "spectradiff/base/duration_text.h"
#include "spectradiff/base/error.h"
#include "spectradiff/base/number.h"
#include "spectradiff/base/text.h"

namespace spectradiff {
namespace {

constexpr int64_t kMostSoundSamples = int64_t{3600} * kSoundRateHz;  // of one part

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

uint64_t frame_seed(const DiffusionSettings& diffusion, int64_t frame) {
  const auto seed = static_cast<uint64_t>(diffusion.seed);
  switch (diffusion.seed_mode) {
    case SeedMode::fixed:
    case SeedMode::fresh:
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
  const Cadence cadence = plan.cadence();
  const auto add = [&](int64_t frame) {
    if (!plan.rows.empty() && plan.rows.back().frame >= frame) return;
    plan.rows.push_back(plain_row(diffusion, frame, cadence.number(frame)));
  };
  for (const ShownFrame& shown : plan.shown) {
    add(cadence.at_or_before(shown.frame));
    add(cadence.at_or_after(shown.frame));
  }
}

[[noreturn]] void refuse_row(const Recipe& row, const std::string& problem) {
  throw_error(ErrorKind::usage, "the row of frame {}: {}", row.frame, problem);
}

void check_prompt(const Plan& plan, const Recipe& row, int prompt) {
  if (prompt < 0 || static_cast<size_t>(prompt) >= plan.prompts.size())
    refuse_row(row, fmt::format("there is no prompt {}", prompt));
}

constexpr double kRounding = 1e-6;

void check_conditioning(const Plan& plan, const Recipe& row) {
  double turned = 0, sound = 0;
  for (const PromptArc& arc : row.arcs) {
    check_prompt(plan, row, arc.prompt);
    if (!(arc.weight >= 0 && arc.weight <= 1 && arc.along >= 0 && arc.along <= 1))
      refuse_row(row, fmt::format("an arc's weight is {} and its place {}; 0 to 1 is allowed", arc.weight,
                                  arc.along));
    turned += arc.weight;
  }
  if (!(turned <= 1 + kRounding))
    refuse_row(row, fmt::format("the arcs' weights sum to {}; 1 is the most", turned));
  for (const PromptRegion& region : row.regions) {
    check_prompt(plan, row, region.prompt);
    if (!(region.amount > 0 && region.amount <= 1))
      refuse_row(row,
                 fmt::format("a region's amount is {}; more than 0 and at most 1 is allowed", region.amount));
  }
  for (const SoundPart& part : row.sound) {
    if (!(part.weight >= 0 && part.weight <= 1))
      refuse_row(row, fmt::format("a sound's weight is {}; 0 to 1 is allowed", part.weight));
    if (part.samples.begin < 0 || part.samples.size() < 1 || part.samples.size() > kMostSoundSamples)
      refuse_row(row, fmt::format("sound of the samples {} to {}: one to {} are allowed, from 0 on",
                                  part.samples.begin, part.samples.end, kMostSoundSamples));
    sound += part.weight;
  }
  if (!row.sound.empty() && !(std::abs(sound - 1) <= kRounding))
    refuse_row(row, fmt::format("the sounds' weights sum to {} instead of 1", sound));
}

void check_shares(const Plan& plan, const Recipe& row) {
  double prompts = 0, noise = 0;
  for (const PromptShare& share : row.prompts) {
    check_prompt(plan, row, share.prompt);
    if (!(share.weight >= 0 && share.weight <= 1))
      refuse_row(row, fmt::format("a prompt's weight is {}; 0 to 1 is allowed", share.weight));
    prompts += share.weight;
  }
  if (!(std::abs(prompts - 1) <= kRounding))
    refuse_row(row, fmt::format("the prompts' weights sum to {} instead of 1", prompts));
  if (row.along_arc && row.prompts.size() != 2)
    refuse_row(row, fmt::format("slerp goes between two prompts, and there are {}", row.prompts.size()));
  check_conditioning(plan, row);
  for (const WeightedSeed& seed : row.noise) noise += seed.weight * seed.weight;
  if (!(row.world.share >= 0 && row.world.share <= 1 && row.world.view.zoom >= 1 && row.world.view.zoom <= 2))
    refuse_row(row,
               fmt::format("the world's noise: its share is {}, its zoom {}; 0 to 1 and 1 to 2 are allowed",
                           row.world.share, row.world.view.zoom));
  if (!(std::abs(noise - 1) <= kRounding))
    refuse_row(row, fmt::format("the squares of the seeds' weights sum to {} instead of 1", noise));
}

void check_range(const Recipe& row, const char* what, double value, double min, double max) {
  if (!(value >= min && value <= max))
    refuse_row(row, fmt::format("{} = {} is outside {}..{}", what, value, min, max));
}

void check_init(const Plan& plan, const Recipe& row, const Recipe* before) {
  const Init& init = row.init;
  if (!init.previous) return;
  if (init.from_noise) refuse_row(row, "it cannot start from noise alone and follow from another frame");
  if (before == nullptr || before->frame != *init.previous) {
    refuse_row(row, fmt::format("it follows from frame {}, which must be the row before it in its chain {}",
                                *init.previous, row.chain));
  }
  const CameraStep& camera = init.camera;
  check_range(row, "paint_over", init.paint_over, 0, 1);
  check_range(row, "zoom", camera.zoom, 0.01, 100);
  check_range(row, "turn", camera.turn_degrees, -360, 360);
  check_range(row, "pan_x", camera.pan_x, -1, 1);
  check_range(row, "pan_y", camera.pan_y, -1, 1);
  check_range(row, "centre_x", camera.centre_x, -1, 2);
  check_range(row, "centre_y", camera.centre_y, -1, 2);
  check_range(row, "forward", camera.forward, -5, 5);
  check_range(row, "yaw", camera.yaw_degrees, -60, 60);
  check_range(row, "pitch", camera.pitch_degrees, -60, 60);
  check_range(row, "flip_x", camera.flip_x_degrees, -60, 60);
  check_range(row, "flip_y", camera.flip_y_degrees, -60, 60);
  check_range(row, "flip_z", camera.flip_z_degrees, -60, 60);
  check_range(row, "fov", camera.fov_degrees, 10, 150);
  check_range(row, "sharpen", init.sharpen, 0, 2);
  check_range(row, "noise", init.noise, 0, 1);
  if (!init.colours_of) return;
  const auto reference = find_row(plan, *init.colours_of);
  if (*init.colours_of >= row.frame || reference == plan.rows.end() || reference->chain != row.chain)
    refuse_row(row,
               fmt::format("it takes the colours of frame {}, which must be an earlier one of its chain {}",
                           *init.colours_of, row.chain));
}

void check_view(const Recipe& row) {
  check_range(row, "way: zoom", row.way.zoom, 1e-6, 1e6);
  check_range(row, "way: turn", row.way.turn_degrees, -1e6, 1e6);
  check_range(row, "way: x", row.way.x, -1e7, 1e7);
  check_range(row, "way: y", row.way.y, -1e7, 1e7);
  if (!row.view) return;
  check_range(row, "view: zoom", row.view->zoom, 1, 2);
  check_range(row, "view: turn", row.view->turn_degrees, -360, 360);
  check_range(row, "view: x", row.view->x, -100, 100);
  check_range(row, "view: y", row.view->y, -100, 100);
}

// Every shown frame is made, or lies between two that are where not every frame is made.
void check_shown(const Plan& plan) {
  if (plan.rows.empty() || plan.shown.empty()) throw_error(ErrorKind::usage, "the plan shows no frame");
  auto row = plan.rows.begin();
  for (const ShownFrame& shown : plan.shown) {
    while (row != plan.rows.end() && row->frame < shown.frame) ++row;
    if (row != plan.rows.end() && row->frame == shown.frame) continue;
    if (plan.constants.every == 1)
      throw_error(ErrorKind::usage, "frame {} is shown, and the plan has no row for it", shown.frame);
    if (row == plan.rows.begin() || row == plan.rows.end())
      throw_error(ErrorKind::usage, "frame {} is shown, and lies between no two rows of the plan",
                  shown.frame);
  }
}

void check_trails(const Plan& plan) {
  const auto& trails = plan.trails;
  if (trails.empty()) {
    if (!plan.carried.empty()) throw_error(ErrorKind::usage, "the plan carries frames on, and has no trails");
    return;
  }
  if (trails.front() != 0 || !std::is_sorted(trails.begin(), trails.end()))
    throw_error(ErrorKind::usage, "the plan's trails do not begin at ascending frames from 0 on");
  int64_t before = -1;
  for (const PaintedFrame& frame : plan.carried) {
    const bool is_new = frame.frame > before && frame.frame < plan.constants.song.frames &&
                        find_row(plan, frame.frame) == plan.rows.end();
    if (!is_new)
      throw_error(ErrorKind::usage,
                  "frame {} is carried on: such frames ascend, belong to the song and have no row",
                  frame.frame);
    before = frame.frame;
  }
}

// "start = 11s leaves"
std::string said_of(const Selection& selection) {
  std::vector<std::string> said;
  if (selection.start.value != Rational(0)) said.push_back("start = " + selection.start.text());
  if (selection.duration) said.push_back("duration = " + selection.duration->text());
  if (!selection.frames.empty()) said.push_back("frames = " + selection.frames);
  return join(said, ", ") + (said.size() > 1 ? " leave" : " leaves");
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

std::vector<Recipe>::const_iterator find_row(const Plan& plan, int64_t frame) {
  const auto found = std::lower_bound(plan.rows.begin(), plan.rows.end(), frame,
                                      [](const Recipe& row, int64_t wanted) { return row.frame < wanted; });
  return found != plan.rows.end() && found->frame == frame ? found : plan.rows.end();
}

namespace {

std::vector<Recipe>::const_iterator find_anchor(const Plan& plan, int64_t frame) {
  return std::find_if(plan.anchors.begin(), plan.anchors.end(),
                      [&](const Recipe& anchor) { return anchor.frame == frame; });
}

}  // namespace

const Recipe& anchor_of(const Plan& plan, int64_t frame) {
  const auto found = find_anchor(plan, frame);
  if (found == plan.anchors.end()) throw_error(ErrorKind::internal, "frame {} is no anchor", frame);
  return *found;
}

const std::vector<double>* painting_of(const Plan& plan, int64_t frame) {
  if (const auto row = find_row(plan, frame); row != plan.rows.end()) return &row->painting;
  if (const auto anchor = find_anchor(plan, frame); anchor != plan.anchors.end()) return &anchor->painting;
  const auto found =
      std::lower_bound(plan.carried.begin(), plan.carried.end(), frame,
                       [](const PaintedFrame& carried, int64_t wanted) { return carried.frame < wanted; });
  return found != plan.carried.end() && found->frame == frame ? &found->painting : nullptr;
}

int64_t trail_begin(const Plan& plan, int64_t frame) {
  return *std::prev(std::upper_bound(plan.trails.begin(), plan.trails.end(), frame));
}

void drop_rows(Plan& plan, const std::function<bool(const Recipe&)>& is_dropped) {
  if (!plan.trails.empty() && !plan.painting.empty()) {
    for (const Recipe& row : plan.rows) {
      if (is_dropped(row)) plan.carried.push_back({row.frame, row.painting});
    }
    std::sort(plan.carried.begin(), plan.carried.end(),
              [](const PaintedFrame& a, const PaintedFrame& b) { return a.frame < b.frame; });
  }
  std::erase_if(plan.rows, is_dropped);
  std::set<int64_t> seen;
  for (const Recipe& row : plan.rows)
    if (row.anchor) seen.insert(*row.anchor);
  std::erase_if(plan.anchors, [&](const Recipe& anchor) { return !seen.contains(anchor.frame); });
}

std::vector<SampleRange> Plan::sound() const {
  std::vector<SampleRange> sound;
  for (const ShownFrame& frame : shown) {
    if (!sound.empty() && sound.back().end == frame.samples.begin) {
      sound.back().end = frame.samples.end;
    } else {
      sound.push_back(frame.samples);
    }
  }
  return sound;
}

int64_t Plan::sound_samples() const {
  int64_t samples = 0;
  for (const ShownFrame& frame : shown) samples += frame.samples.size();
  return samples;
}

Recipe plain_row(const DiffusionSettings& diffusion, int64_t frame, int64_t chain) {
  Recipe row;
  row.frame = frame;
  row.chain = chain;
  row.numbers = diffusion.numbers;
  row.noise = frame_noise(diffusion, diffusion.seed_travel, frame);
  row.init.from_noise = diffusion.conditioning.text_to_image;
  return row;
}

std::vector<WeightedSeed> frame_noise(const DiffusionSettings& diffusion, double travel, int64_t frame) {
  return travelling_noise(frame_seed(diffusion, frame), travel);
}

void check_rows(const Plan& plan) {
  int64_t last_anchor = -1;
  for (const Recipe& anchor : plan.anchors) {
    if (anchor.frame <= last_anchor || anchor.frame >= plan.constants.song.frames)
      refuse_row(anchor, fmt::format("anchors ascend from 0 to {}", plan.constants.song.frames - 1));
    if (anchor.init.previous || anchor.anchor)
      refuse_row(anchor, "an anchor follows from no other picture and sees none");
    last_anchor = anchor.frame;
    check_view(anchor);
    check_shares(plan, anchor);
  }
  std::map<int64_t, const Recipe*> latest;  // of each chain
  int64_t frame = -1;
  for (const Recipe& row : plan.rows) {
    if (row.frame <= frame || row.frame >= plan.constants.song.frames) {
      refuse_row(row, fmt::format("frames ascend from 0 to {}, and the one before is {}",
                                  plan.constants.song.frames - 1, frame));
    }
    if (row.chain < 0) refuse_row(row, fmt::format("chain = {} is below 0", row.chain));
    frame = row.frame;
    check_view(row);
    if (row.anchor && find_anchor(plan, *row.anchor) == plan.anchors.end())
      refuse_row(row, fmt::format("it sees frame {}, which is no anchor of the plan", *row.anchor));
    if (plan.constants.diffusion) check_shares(plan, row);
    const Recipe*& before = latest[row.chain];
    check_init(plan, row, before);
    before = &row;
  }
  check_trails(plan);
  check_shown(plan);
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

Plan part_of(Plan plan, const std::function<bool(int64_t frame)>& is_wanted) {
  std::erase_if(plan.shown, [&](const ShownFrame& shown) { return !is_wanted(shown.frame); });
  std::set<int64_t> needed;
  auto row = plan.rows.begin();
  for (const ShownFrame& shown : plan.shown) {
    while (row->frame < shown.frame) ++row;
    needed.insert(row->frame);
    if (row->frame > shown.frame) needed.insert(std::prev(row)->frame);
  }
  for (auto follower = plan.rows.rbegin(); follower != plan.rows.rend(); ++follower) {
    if (follower->init.previous && needed.contains(follower->frame)) needed.insert(*follower->init.previous);
  }
  drop_rows(plan, [&](const Recipe& each) { return !needed.contains(each.frame); });
  return plan;
}

Plan make_plan(const RenderJob& job, int sample_rate_hz, int64_t samples, std::vector<std::string>* notes) {
  const Rational& fps = job.analysis.fps;
  Plan plan;
  Constants& constants = plan.constants;
  constants.analysis = job.analysis;
  constants.paint = job.paint;
  const bool chained = job.diffusion.enabled && job.journey.is_chained();
  constants.every = chained ? 1 : job.diffusion.every;  // a chain makes all of its frames
  constants.interpolation = job.diffusion.interpolation;
  constants.video.flash_limit = job.output.flash_limit;
  SongFacts& song = constants.song;
  song.sample_rate_hz = sample_rate_hz;
  song.samples = samples;
  song.frames = frame_count(samples, sample_rate_hz, fps);
  plan.prompts = {{job.diffusion.prompt, job.diffusion.negative_prompt}};

  const int64_t begin = job.selection.start.to_samples(sample_rate_hz, fps);
  const int64_t end = job.selection.duration
                          ? std::min(samples, begin + job.selection.duration->to_samples(sample_rate_hz, fps))
                          : samples;
  const std::string& asked = job.selection.frames;
  for (const int64_t frame : parse_frame_ranges(asked.empty() ? "0-" : asked, song.frames, notes)) {
    SampleRange range = frame_sample_range(frame, sample_rate_hz, fps);
    if (range.begin < begin || range.begin >= end) continue;
    range.end = std::min(range.end, samples);
    plan.shown.push_back({frame, range});
  }
  if (plan.shown.empty()) {
    throw_error(ErrorKind::usage, "{} no frame of this song, which lasts {} ({})", said_of(job.selection),
                duration_text(static_cast<double>(samples) / sample_rate_hz), counted(song.frames, "frame"));
  }
  add_rows(plan, job.diffusion);
  return plan;
}

}  // namespace spectradiff
