#include "spectradiff/config/journey_plan.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <complex>
#include <numbers>
#include <numeric>

#include "spectradiff/base/error.h"
#include "spectradiff/base/number.h"
#include "spectradiff/base/text.h"
#include "spectradiff/config/options.h"
#include "whole_song.h"

namespace spectradiff {
namespace {

// The last of the ascending cuts that is no later than the frame; the first is 0.
size_t cut_before(const std::vector<int64_t>& cuts, int64_t frame) {
  return static_cast<size_t>(std::upper_bound(cuts.begin(), cuts.end(), frame) - cuts.begin()) - 1;
}

// [count], as many as `moved` has values.
std::vector<JourneyNumbers> numbers_of(size_t count, const RenderJob& job,
                                       const std::vector<MovedOption>& moved) {
  std::vector<JourneyNumbers> numbers(count, job.journey.numbers);
  for (const auto& [key, values] : moved) {
    const NumberPlace& place = *find_option(key)->number;
    if (place.put_journey == nullptr) continue;
    for (size_t i = 0; i < numbers.size(); ++i) place.put_journey(numbers[i], values[i]);
  }
  return numbers;
}

// Mathematical libraries agree on so many digits.
double rounded(double value) {
  return std::round(value * 1e9) / 1e9;
}

// A camera that zooms and turns at a steady speed moves a point z, from its centre, by dz/dt = a z + v, with
// a = ln zoom + i turn: after t seconds it is at e^(a t) z + v (e^(a t) - 1) / a. So steps of any length lead
// to the same place.
CameraStep step_between(const JourneyNumbers& from, const JourneyNumbers& to, double seconds, Size size) {
  const double zoom = (std::log(from.zoom) + std::log(to.zoom)) / 2;
  const double turn = std::midpoint(from.turn, to.turn);
  const std::complex<double> speed(std::midpoint(from.pan_x, to.pan_x) * size.width,
                                   std::midpoint(from.pan_y, to.pan_y) * size.height);
  const std::complex<double> way = std::complex<double>(zoom, turn * std::numbers::pi / 180) * seconds;
  constexpr double kSmall = 1e-4;
  const std::complex<double> stretch =
      std::abs(way) < kSmall ? 1.0 + way / 2.0 + way * way / 6.0 : (std::exp(way) - 1.0) / way;
  const std::complex<double> pan = speed * seconds * stretch;
  const auto within = [](double value) { return rounded(std::clamp(value, -1.0, 1.0)); };
  const auto angle = [&](double before, double after) {
    return rounded(std::clamp(std::midpoint(before, after) * seconds, -60.0, 60.0));
  };
  return {rounded(std::clamp(std::exp(zoom * seconds), 0.01, 100.0)),
          rounded(std::fmod(turn * seconds, 360)),
          within(pan.real() / size.width),
          within(pan.imag() / size.height),
          to.centre_x,
          to.centre_y,
          rounded(std::clamp(std::midpoint(from.forward, to.forward) * seconds, -5.0, 5.0)),
          angle(from.yaw, to.yaw),
          angle(from.pitch, to.pitch),
          angle(from.flip_x, to.flip_x),
          angle(from.flip_y, to.flip_y),
          angle(from.flip_z, to.flip_z),
          to.fov};
}

// What steps come to, one after another.
class Way {
 public:
  void go(const CameraStep& step, Size size) {
    using Place = std::complex<double>;
    const Place stretch = std::polar(step.zoom, step.turn_degrees * std::numbers::pi / 180);
    const Place centre((step.centre_x - 0.5) * size.width, (step.centre_y - 0.5) * size.height);
    const Place pan(step.pan_x * size.width, step.pan_y * size.height);
    shift_ = stretch * shift_ + (1.0 - stretch) * centre + pan;
    zoom_ *= step.zoom;
    turn_ += step.turn_degrees;
  }
  KnownWay known() const {
    return {rounded(zoom_), rounded(turn_), rounded(shift_.real()), rounded(shift_.imag())};
  }

 private:
  double zoom_ = 1, turn_ = 0;
  std::complex<double> shift_;
};

// A painting without end lies flat before the camera, or around it: flying on is zooming, and looking aside
// goes along it, a width as far as the camera sees.
JourneyNumbers over_painting(JourneyNumbers numbers, Size size) {
  numbers.zoom *= std::exp(numbers.forward);
  numbers.pan_x -= numbers.yaw / numbers.fov;
  numbers.pan_y += numbers.pitch / numbers.fov * size.width / size.height;
  return numbers;
}

// From that frame to the next, over such a painting.
CameraStep painting_step(const std::vector<JourneyNumbers>& numbers, size_t frame, const RenderJob& job) {
  const Size size = job.paint.size;
  const size_t from = job.journey.pace == CameraPace::frame ? frame + 1 : frame;
  return step_between(over_painting(numbers[from], size), over_painting(numbers[frame + 1], size),
                      1 / job.analysis.fps.to_double(), size);
}

bool is_moving(const CameraStep& step) {
  return step.zoom != 1 || step.turn_degrees != 0 || step.pan_x != 0 || step.pan_y != 0 ||
         step.goes_through_space();
}

}  // namespace

bool is_chained(const RenderJob& job) {
  return job.diffusion.enabled && job.journey.is_chained();
}

bool moves_painting(const RenderJob& job) {
  if (job.journey.is_chained()) return false;
  const JourneyNumbers still, &asked = job.journey.numbers;
  if (asked.zoom != still.zoom || asked.turn != still.turn || asked.pan_x != still.pan_x ||
      asked.pan_y != still.pan_y || asked.forward != 0 || asked.yaw != 0 || asked.pitch != 0)
    return true;
  constexpr std::array kMoves = {"zoom", "turn", "pan_x", "pan_y", "forward", "yaw", "pitch"};
  return std::any_of(kMoves.begin(), kMoves.end(), [&](const char* key) { return job.moves(key); });
}

void check_chain(const RenderJob& job, int sample_rate_hz) {
  const Cuts& chain = job.journey.chain;
  if (!is_chained(job) || chain.kind != Cuts::Kind::time) return;
  const Rational& fps = job.analysis.fps;
  if (chain.time.to_samples(sample_rate_hz, fps) >= frame_start_sample(2, sample_rate_hz, fps)) return;
  throw_error(
      ErrorKind::usage,
      "chain = {}: a chain holds two frames at least, {} s at {} fps; --chain none makes every picture "
      "from the painting",
      chain.time.text(), format_real(std::round(2e3 / fps.to_double()) / 1e3), fps.number_text());
}

void add_journey_needs(const RenderJob& job, FeatureRequest& request) {
  if (!is_chained(job)) return;
  add_needs(job.journey.chain, request);
  if (job.journey.colour_match == ColourMatch::section) add_needs(Cuts{Cuts::Kind::section, 0, {}}, request);
}

int64_t put_chains(Plan& plan, const RenderJob& job, const Features& features,
                   std::vector<std::string>& notes) {
  const std::vector<int64_t> cuts = cut_frames(job.journey.chain, features);
  if (job.journey.chain.kind == Cuts::Kind::beats && features.events.beats_s.empty())
    notes.emplace_back("no beats are heard, so the whole song is one chain; --tempo tells the tempo");
  std::vector<Recipe> rows;
  for (const Recipe& shown : plan.rows) {
    const size_t chain = cut_before(cuts, shown.frame);
    int64_t frame = cuts[chain];
    if (!rows.empty()) frame = std::max(frame, rows.back().frame + 1);
    for (; frame <= shown.frame; ++frame) {
      Recipe& row = rows.emplace_back(plain_row(job.diffusion, frame, static_cast<int64_t>(chain)));
      if (frame == cuts[chain]) continue;
      row.init.previous = frame - 1;
      row.init.from_noise = false;
    }
  }
  if (const size_t more = rows.size() - plan.rows.size(); more > 0)
    notes.push_back(fmt::format(
        "{} {} made and not shown: the pictures asked for follow from {}, back to where {} begins; --chain "
        "none makes "
        "each picture alone",
        counted(static_cast<int64_t>(more), "frame"), more == 1 ? "is" : "are", more == 1 ? "it" : "them",
        rows.front().chain == rows.back().chain ? "their chain" : "each chain"));
  plan.rows = std::move(rows);
  return static_cast<int64_t>(cuts.size());
}

void put_views(Plan& plan, const RenderJob& job, const Features& features) {
  const WholeSong whole(job, features);
  const std::vector<JourneyNumbers> numbers =
      numbers_of(static_cast<size_t>(features.frames), job, whole.moved());
  const Border border = job.journey.border;
  const bool is_followed = job.diffusion.every > 1 && job.diffusion.interpolation == Interpolation::flow;
  CameraView view;
  size_t at = 0;
  for (Recipe& row : plan.rows) {
    Way way;
    for (; at < static_cast<size_t>(row.frame); ++at) {
      const CameraStep step = painting_step(numbers, at, job);
      view = moved_on(view, step, job.paint.size, border);
      way.go(step, job.paint.size);
    }
    if (is_followed && &row != &plan.rows.front()) row.way = way.known();
    row.view = {rounded(view.zoom), rounded(view.turn_degrees), rounded(view.x), rounded(view.y)};
    row.border = border;
  }
}

void put_world_noise(Plan& plan, const RenderJob& job, const Features& features, int downscale) {
  if (job.journey.numbers.camera_noise == 0 && !job.moves("camera_noise")) return;
  const WholeSong whole(job, features);
  const std::vector<JourneyNumbers> numbers =
      numbers_of(static_cast<size_t>(features.frames), job, whole.moved());
  const Size size = job.paint.size;
  NoiseView view;
  size_t at = 0;
  for (Recipe& row : plan.rows) {
    for (; at < static_cast<size_t>(row.frame); ++at) {
      Way way;
      way.go(painting_step(numbers, at, job), size);
      const KnownWay step = way.known();
      view = moved_on(view, step.zoom, step.turn_degrees, step.x / downscale, step.y / downscale);
    }
    const double share = numbers[static_cast<size_t>(row.frame)].camera_noise;
    row.world = {static_cast<uint64_t>(job.diffusion.seed), view, share};
    row.world.view.zoom = std::clamp(rounded(view.zoom), 1.0, 2.0);
    row.world.view.turn_degrees = rounded(view.turn_degrees);
    if (share == 0) row.world = {};
  }
}

void put_journey(Plan& plan, const RenderJob& job, const Features& features,
                 const std::vector<MovedOption>& moved) {
  const JourneySettings& journey = job.journey;
  const std::vector<JourneyNumbers> numbers = numbers_of(plan.rows.size(), job, moved);
  const std::vector<int64_t> chains = cut_frames(journey.chain, features);
  const std::vector<int64_t> sections = cut_frames({Cuts::Kind::section, 0, {}}, features);
  const double seconds = 1 / job.analysis.fps.to_double();
  for (size_t i = 0; i < plan.rows.size(); ++i) {
    Recipe& row = plan.rows[i];
    if (!row.init.previous) continue;
    const int64_t begin = chains[cut_before(chains, row.frame)];
    const bool comes_round = (row.frame - begin) % job.diffusion.every == 0;
    const size_t from = journey.pace == CameraPace::frame ? i : i - 1;
    row.init.camera = step_between(numbers[from], numbers[i], seconds, job.paint.size);
    row.init.border = journey.border;
    row.init.depth = journey.depth;
    row.init.paint_over = comes_round ? numbers[i].paint_over : 0;
    row.numbers.strength = comes_round ? numbers[i].chain_strength : 0;
    if (!is_diffused(row)) {
      row.init.sharpen = is_moving(row.init.camera) ? numbers[i].sharpen : 0;
      continue;
    }
    row.init.sharpen = numbers[i].sharpen;
    row.init.noise = numbers[i].chain_noise;
    if (job.diffusion.seed_mode == SeedMode::fresh) {
      for (WeightedSeed& noise : row.noise) noise.seed += static_cast<uint64_t>(row.frame - begin) << 32;
    }
    int64_t colours_of = begin;
    if (journey.colour_match == ColourMatch::section)
      colours_of = std::max(colours_of, sections[cut_before(sections, row.frame)]);
    if (journey.colour_match != ColourMatch::none && colours_of < row.frame) row.init.colours_of = colours_of;
  }
}

}  // namespace spectradiff
