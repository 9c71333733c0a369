#include "spectradiff/session/session.h"

#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <utility>

#include "anchors.h"
#include "constants.h"
#include "cost.h"
#include "finished_work.h"
#include "given_features.h"
#include "given_plan.h"
#include "interpolation.h"
#include "music.h"
#include "output_name.h"
#include "preview_sink.h"
#include "request_files.h"
#include "run_words.h"
#include "session_state.h"
#include "setting_notes.h"
#include "spectradiff/base/error.h"
#include "spectradiff/config/anchor_plan.h"
#include "spectradiff/config/cadence_plan.h"
#include "spectradiff/config/conditioning_plan.h"
#include "spectradiff/config/journey_plan.h"
#include "spectradiff/config/trail_plan.h"
#include "spectradiff/render/shard.h"
#include "upscaling.h"
#include "video_output.h"
#include "video_tag.h"

namespace spectradiff {
namespace {

Resolution resolve(const SessionRequest& request, std::optional<PlanFile>& given, ModelStore& models,
                   RenderObserver& observer) {
  if (run_settings(request.layers).plan.empty()) return resolve_request(request, models, observer);
  return resolve_plan(request, given.emplace(), models);
}

// `output` is one whose name was made from settings; empty: as the request says it.
void guard_files(const SessionRequest& request, const std::string& output = "") {
  FileGuard guard;
  add_files(guard, request);
  if (!output.empty()) add_output(guard, output);
  guard.check();
}

void refuse_shared_stdin(const Resolution& settings, bool of_many) {
  if (of_many && settings.job.input.analysis_audio == "-")
    throw_error(ErrorKind::usage, "analysis_audio = -: several jobs cannot read the same stdin; name a file");
  if (settings.run.config == "-" && settings.job.input.analysis_audio == "-") {
    throw_error(ErrorKind::usage,
                "both --analysis-audio and --config read stdin (\"-\"); name a file for one of them");
  }
}

// A shard's pictures wait for the others: nothing looks at them side by side, and nothing is shown.
void check_shard(const RunSettings& run) {
  if (!run.shard) return;
  if (run.output == "-")
    throw_error(ErrorKind::usage, "shard: a stream keeps no frames; name the video that all shards become");
  if (run.statistics)
    throw_error(ErrorKind::usage, "shard and stats do not go together; give --stats to assemble");
  if (!run.report.empty())
    throw_error(ErrorKind::usage,
                "shard and report do not go together; `spectradiff measure VIDEO SONG --report PAGE.html` "
                "makes it of the assembled video");
}

// What is not painted can be left out as long as nothing else is laid there.
void check_transparent(const Resolution& settings) {
  const RenderJob& job = settings.job;
  if (!job.paint.colour.background.transparent) return;
  const PostChain& post = job.paint.post;
  const char* why = settings.diffuses
                        ? "the model fills the whole picture; `spectradiff paint` leaves out what is "
                          "not painted, and so does --no-diffusion"
                    : post.invert || post.equalize ? "--invert and --equalize change what is not painted too"
                    : job.diffusion.every > 1      ? "--diffuse-every lays pictures over one another"
                                                   : nullptr;
  if (why != nullptr) throw_error(ErrorKind::usage, "background = transparent: {}", why);
}

void check_outputs(const OutputTarget& target, const RunSettings& run, bool may_exist) {
  check_target(target, may_exist);
  if (!run.report.empty()) check_report_file(run.report, may_exist);
  if (run.preview.empty() || run.preview == "-") return;
  check_preview_name(run.preview);
  check_output_file("preview", run.preview, may_exist);
}

void tell_start(const SessionRequest& request, const OutputTarget& target, const RenderJob& job,
                RenderObserver& observer) {
  observer.event("start", {{"command", request.task == Task::render ? "render" : "paint"},
                           {"audio", request.song},
                           {"output", target.text()},
                           {"config", job_to_json(job)}});
}

// As if nothing followed the music.
Plan unheard_plan(const RenderJob& job, const AudioInfo& song, RenderObserver& observer) {
  check_chain(job, song.sample_rate_hz);
  std::vector<std::string> notes;
  Plan plan = make_plan(job, song.sample_rate_hz, song.samples, &notes);
  for (const std::string& note : notes) observer.warn(note);
  return plan;
}

void open_control(SessionState& state) {
  const Manifest* model = state.settings.model();
  if (model != nullptr && model->takes_control())
    state.control = std::make_unique<const ControlPictures>(state.settings.job, state.plan.rows.back().frame);
}

// Where the camera moves pictures by another video's depth.
void open_depth(SessionState& state) {
  const RenderJob& job = state.settings.job;
  const auto& rows = state.plan.rows;
  const std::string& video = job.journey.depth_video;
  const bool is_asked = state.settings.diffuses && job.journey.is_chained() && !video.empty();
  const auto needs = [](const Recipe& row) { return row.init.depth == Depth::video; };
  const auto needing = std::find_if(rows.begin(), rows.end(), needs);
  if (needing != rows.end() && video.empty())
    throw_error(ErrorKind::usage, "the row of frame {}: depth = video, and --depth names none",
                needing->frame);
  if (!is_asked && needing == rows.end()) return;
  state.depth =
      std::make_unique<const DepthVideo>(video, job.analysis.fps, job.paint.size, rows.back().frame);
  const int64_t song = state.plan.constants.song.frames;
  if (const auto frames = state.depth->frames(); frames && *frames > song + 1)
    state.observer.warn(
        fmt::format("depth = {} goes on after the song: {} of its {} frames used", video, song, *frames));
}

// A plan's rows say themselves what sound they are told.
FeatureRequest needed_by(const SessionState& state) {
  FeatureRequest wanted = features_needed(state.settings);
  const auto& rows = state.plan.rows;
  wanted.sound |= std::any_of(rows.begin(), rows.end(), [](const Recipe& row) { return !row.sound.empty(); });
  return wanted;
}

void chain_up(SessionState& state) {
  std::vector<std::string> notes;
  const int64_t chains = put_chains(state.plan, state.settings.job, *state.features, notes);
  for (const std::string& note : notes) state.observer.info(note);
  fit_slots_to_chains(state, chains);
}

// A look needs no engine: it says what is then not known.
void settle(SessionState& state, Session::Purpose purpose) {
  try {
    settle_constants(state);
  } catch (const Error& error) {
    const bool is_engine = error.kind() == ErrorKind::model || error.kind() == ErrorKind::device;
    if (purpose != Session::Purpose::look || !is_engine) throw;
    state.unresolved = error.what();
  }
}

}  // namespace

Session::Session(std::unique_ptr<SessionState> state) : state_(std::move(state)) {}
Session::Session(Session&&) noexcept = default;
Session::~Session() = default;

Session Session::open(SessionRequest request, SharedResources& shared, RenderObserver& observer,
                      Purpose purpose) {
  guard_files(request);
  std::optional<PlanFile> given;
  Resolution settings = resolve(request, given, shared.models, observer);
  RenderJob& job = settings.job;
  job.diffusion.enabled = settings.diffuses;
  if (request.task == Task::paint) job.diffusion.every = 1;  // every picture that may be diffused
  const bool to_run = purpose != Purpose::look;
  auto interpolation = open_interpolation(job, to_run, shared.models);
  auto upscaling = open_upscaling(job, to_run, shared.models, observer);
  check_shard(settings.run);
  check_transparent(settings);
  refuse_shared_stdin(settings, purpose == Purpose::check);
  if (has_fields(settings.run.output)) {
    settings.run.output = output_from(settings.run.output, request.song, settings);
    guard_files(request, settings.run.output);
  }
  OutputTarget target = choose_target(settings.run.output, request.song, settings.run.overwrite);
  const bool new_only = purpose == Purpose::run && !settings.run.overwrite && !settings.run.shard;
  if (to_run) check_outputs(target, settings.run, !new_only);
  if (to_run && settings.diffuses) shared.models.admit(*settings.manifest, job.diffusion.allow_unpinned);

  tell_start(request, target, job, observer);
  if (!given) {
    warn_of_idle_flags(request.layers, settings, target, observer);
    warn_of_foreign_words(settings, observer);
  }
  warn_of_unknown_size(settings, observer);
  tell_first_pictures(job, observer);

  SongInput input = open_song(request.song, job, observer);
  warn_of_lowered_fmax(settings, input.heard().info().sample_rate_hz, observer);
  Plan plan = unheard_plan(job, input.song.info(), observer);
  auto state = std::make_unique<SessionState>(SessionState{.request = std::move(request),
                                                           .shared = shared,
                                                           .observer = observer,
                                                           .settings = std::move(settings),
                                                           .target = std::move(target),
                                                           .input = std::move(input),
                                                           .plan = std::move(plan),
                                                           .interpolation = std::move(interpolation),
                                                           .upscaling = std::move(upscaling),
                                                           .given = std::move(given)});
  if (state->target.kind != OutputTarget::Kind::frames) {
    try_encoder(*state);
  } else if (new_only) {
    refuse_other_frames(*state);
  }
  settle(*state, purpose);
  if (state->given) take_given_plan(*state);
  open_control(*state);
  open_depth(*state);
  open_reference(*state);
  return Session(std::move(state));
}

const RenderJob& Session::job() const {
  return state_->settings.job;
}

const Plan& Session::plan() const {
  return state_->plan;
}

bool Session::follows_music() const {
  if (state_->given) return false;
  const RenderJob& job = state_->settings.job;
  if (has_trails(job) || diffuses_what_is_heard(job)) return true;
  return !job.expressions.empty() || !job.scenes.empty() || is_chained(job) || moves_painting(job) ||
         (state_->settings.diffuses && is_coherent(job)) ||
         (state_->settings.diffuses && conditioning_follows_music(job.diffusion.conditioning)) ||
         (state_->settings.diffuses && job.diffusion.schedule()) || state_->settings.prompt_by_song;
}

void Session::hear() {
  SessionState& state = *state_;
  if (state.features != nullptr) return;
  const RenderJob& job = state.settings.job;
  AudioSource& source = state.input.heard();
  state.features =
      state.shared.analyses.hear(source, job.analysis, job.input.strict, state.observer, needed_by(state));
  if (reads_given_series(job)) {
    auto features = std::make_shared<Features>(*state.features);
    add_given_series(*features, state.input, job, true, state.observer);
    state.features = std::move(features);
  }
  const Features& features = *state.features;
  // A damaged file can turn out shorter than its header said.
  if (&source == &state.input.song && state.plan.constants.song.frames != features.frames) {
    if (state.given) throw_error(ErrorKind::input, "{} is shorter than its plan", state.input.song.name());
    state.plan = make_plan(job, features.sample_rate_hz, features.samples);
    settle_constants(state);
  }
  if (state.given) return;
  choose_prompt(state.settings, features, state.observer);
  state.plan.prompts.front().prompt = job.diffusion.prompt;
  if (is_chained(job)) chain_up(state);
  std::vector<std::string> notes;
  put_heard_rows(state.plan, job, features, notes);
  for (const std::string& note : notes) state.observer.warn(note);
  state.moved = follow_music(state.plan, state.settings, features, state.observer);
  count_text_chunks(state);
}

void Session::print_plan(const TextSink& sink) {
  const SessionState& state = *state_;
  if (follows_music()) {
    hear();
    tell_moved(state);
  }
  tell_steps(state);
  if (const auto& shard = state.settings.run.shard) tell_part(state, shard_of(state.plan, *shard));
  if (!state.unresolved.empty()) {
    state.observer.warn("the plan cannot be made here, so only the settings are printed: " +
                        state.unresolved);
    sink(json_text({{"unresolved", state.unresolved}, {"request", job_to_json(job())}}) + "\n");
    return;
  }
  const Cost cost = cost_beforehand(state);
  state.observer.info(cost_text(state, cost));
  if (const std::string lack = missing_room(state, cost); !lack.empty()) state.observer.warn(lack);
  write_plan(state.plan, asked_settings(state), sink);
}

bool Session::is_done() {
  const OutputTarget& target = state_->target;
  if (target.kind == OutputTarget::Kind::stream) return false;
  if (target.kind == OutputTarget::Kind::video) {
    // How many chains there are, and in how many pieces the longest prompt is read, decides the pictures.
    const RenderJob& job = state_->settings.job;
    const bool reads_chunks = job.diffusion.reading.long_prompts == LongPrompts::chunk;
    if (is_chained(job) || (state_->settings.diffuses && reads_chunks)) hear();
    return is_video_made(*state_);
  }
  if (!any_frame_is_there(*state_)) return false;
  hear();
  return frames_made(*state_).size() == state_->plan.shown.size();
}

}  // namespace spectradiff
