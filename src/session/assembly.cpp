#include "spectradiff/session/assembly.h"

#include <functional>
#include <map>
#include <system_error>
#include <utility>

#include "constants.h"
#include "finished_work.h"
#include "interpolation.h"
#include "music.h"
#include "request_files.h"
#include "session_run.h"
#include "session_state.h"
#include "shards.h"
#include "spectradiff/base/error.h"
#include "spectradiff/config/options.h"
#include "spectradiff/config/plan_file.h"
#include "upscaling.h"
#include "video_output.h"

namespace spectradiff {
namespace {

bool is_video(const Option* option) {
  return option != nullptr && option->option_class == OptionClass::video;
}

// The values that `wanted` takes.
Json only(const Json& values, const std::function<bool(const Option*)>& wanted) {
  Json kept = Json::object();
  for (const auto& [key, value] : values.items()) {
    if (wanted(find_option(key))) kept[key] = value;
  }
  return kept;
}

// What the shards were asked for, and above it what this call says of encoding, machine and trust. What was
// left to the container there is left to it here.
std::vector<Layer> layers_of(const PlanFile& plan, const AssemblyRequest& request) {
  Layer asked = plan.settings;
  if (plan.request.is_object() && !plan.request.contains("plan")) {
    asked.values = only(asked.values, [](const Option* option) { return !is_video(option); });
    asked.values.update(only(plan.request, is_video));
  }
  std::vector<Layer> layers = {std::move(asked)};
  for (Layer layer : request.layers) {
    const bool of_this_call = is_of_this_call(layer.kind);
    layer.values = only(layer.values, [=](const Option* option) {
      return option != nullptr && (option->commands & kAssemble) != 0 && (!is_video(option) || of_this_call);
    });
    layers.push_back(std::move(layer));
  }
  return layers;
}

// The tag says what a render of the whole with these options would say.
void take_encoding(const Resolved& resolved, PlanFile& plan) {
  if (!plan.request.is_object() || plan.request.contains("plan")) return;
  for (const auto& [key, kind] : resolved.kinds) {
    const Option* option = find_option(key);
    if (!is_video(option) || kind == LayerKind::plan) continue;
    if (const Json value = option->get(resolved); !value.is_null() && value != "auto")
      plan.request[key] = value;
  }
}

std::string song_of(const AssemblyRequest& request, const ShardPictures& pictures) {
  if (const std::string named = run_settings(request.layers).song; !named.empty()) return named;
  const std::string there = pictures.song_file();
  std::error_code failed;
  if (!there.empty() && std::filesystem::exists(there, failed)) return there;
  throw_error(ErrorKind::usage, "the song of these shards {}; name it with --song-file",
              there.empty() ? "came from stdin" : "is no longer at " + there);
}

void take_plan(SessionState& state) {
  const PlanFile& file = *state.given;
  const RenderJob& job = state.settings.job;
  Constants& constants = state.plan.constants;
  constants.song.sha256 = state.shared.digests.of_file(state.input.song.file());
  if (constants_to_json(constants)["song"] != file.constants["song"]) {
    throw_error(ErrorKind::input, "{} is not the song of these shards (their SHA-256 differ)",
                state.input.song.name());
  }
  constants.files = file.constants["files"].get<std::map<std::string, std::string>>();
  constants.paint = settled(job.paint);
  constants.diffusion = diffusion_constants(file, job);
  settle_showing(state);
  take_rows(file, state.plan);
}

// The statistics hold changes against what is heard; nothing else here does.
std::shared_ptr<const Features> heard(SessionState& state) {
  if (!state.settings.run.statistics) return std::make_shared<const Features>();
  if (state.given->constants["files"].contains("analysis_audio"))
    state.observer.warn("the statistics are held against the song, not against --analysis-audio");
  const RenderJob& job = state.settings.job;
  return state.shared.analyses.hear(state.input.song, job.analysis, job.input.strict, state.observer,
                                    features_needed(state.settings));
}

int64_t samples_of(const PlanFile& plan) {
  const Json song = plan.constants.value("song", Json::object());
  const Json samples = song.value("samples", Json());
  if (!samples.is_number_integer() || samples < 1)
    throw_error(ErrorKind::output, "{}: its plan says nothing of the song", plan.name);
  return samples.get<int64_t>();
}

}  // namespace

struct Assembly::State {
  ShardPictures pictures;
  SessionState session;
};

void add_files(FileGuard& guard, const AssemblyRequest& request) {
  for (const auto& store : request.stores) guard.reads("store", store);
  const RunSettings run = run_settings(request.layers);
  if (!run.song.empty()) guard.reads("song_file", run.song);
  add_output(guard, run.output);
}

Assembly::Assembly(std::unique_ptr<State> state) : state_(std::move(state)) {}
Assembly::Assembly(Assembly&&) noexcept = default;
Assembly::~Assembly() = default;

Assembly Assembly::open(AssemblyRequest request, SharedResources& shared, RenderObserver& observer) {
  FileGuard guard;
  add_files(guard, request);
  guard.check();
  ShardPictures pictures(request.stores);
  const std::string song = song_of(request, pictures);
  PlanFile plan_file = pictures.plan();
  Resolution settings{resolve(layers_of(plan_file, request))};
  settings.diffuses = plan_file.constants.contains("diffusion");
  RenderJob& job = settings.job;
  auto interpolation = open_interpolation(job, true, shared.models);
  auto upscaling = open_upscaling(job, true, shared.models, observer);
  const bool may_replace = settings.run.overwrite;
  OutputTarget target = choose_target(settings.run.output, song, may_replace);
  check_target(target, may_replace);
  take_encoding(settings, plan_file);
  SongInput input{AudioSource::open(song), std::nullopt};
  Plan plan = make_plan(job, input.song.info().sample_rate_hz, samples_of(plan_file));
  auto state = std::make_unique<State>(State{std::move(pictures),
                                             {.request = {Task::render, song, std::move(request.layers)},
                                              .shared = shared,
                                              .observer = observer,
                                              .settings = std::move(settings),
                                              .target = std::move(target),
                                              .input = std::move(input),
                                              .plan = std::move(plan),
                                              .interpolation = std::move(interpolation),
                                              .upscaling = std::move(upscaling),
                                              .given = std::move(plan_file)}});
  SessionState& session = state->session;
  session.features = heard(session);
  observer.event("start", {{"command", "assemble"},
                           {"audio", song},
                           {"output", session.target.text()},
                           {"config", job_to_json(session.settings.job)}});
  if (session.target.kind != OutputTarget::Kind::frames) {
    try_encoder(session);
  } else if (!may_replace) {
    refuse_other_frames(session);
  }
  take_plan(session);
  state->pictures.take(session.plan);
  // Other rows would have had other keys: the request is theirs.
  session.given->digest = plan_digest(session.plan);
  return Assembly(std::move(state));
}

Outcome Assembly::run(const std::atomic<int>& stop) {
  return assemble(state_->session, state_->pictures, stop);
}

}  // namespace spectradiff
