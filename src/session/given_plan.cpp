#include "given_plan.h"

#include <algorithm>
#include <array>
#include <string_view>

#include "anchors.h"
#include "constants.h"
#include "spectradiff/base/error.h"
#include "spectradiff/config/frame_keys.h"
#include "spectradiff/config/options.h"

namespace spectradiff {
namespace {

// Options of the video that say which rows there are.
constexpr std::array<std::string_view, 5> kRows = {"start", "duration", "frames", "diffuse_every",
                                                   "diffuse_on"};

bool holds(std::span<const std::string_view> names, std::string_view name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

Json files_of(const PlanFile& file) {
  return file.constants.value("files", Json::object());
}

Json diffusion_of(const PlanFile& file) {
  return file.constants.value("diffusion", Json::object());
}

bool may_stand_beside(const PlanFile& file, const Option& option) {
  switch (option.option_class) {
    case OptionClass::picture:  // rows hold it, and where a video's name belongs to it that is still told
      return option.path != PathKind::none && files_of(file).contains(option.key);
    case OptionClass::input:
      return option.key == "model" || files_of(file).contains(option.key);
    default:
      return !holds(kRows, option.key);
  }
}

// What is told beside the plan. What the user's own file prefers for pictures gives way without a word.
Layer beside(const PlanFile& file, const Layer& layer) {
  Layer kept = layer;
  kept.values = Json::object();
  for (const auto& [key, value] : layer.values.items()) {
    const Option* option = find_option(key);
    if (option == nullptr || may_stand_beside(file, *option)) {
      kept.values[key] = value;
    } else if (layer.kind != LayerKind::user_file) {
      throw_error(ErrorKind::usage,
                  "{} ({}) cannot be set together with --plan {}: the plan decides it; change it there", key,
                  layer.origin, file.name);
    }
  }
  return kept;
}

// Where the user leaves the machine open it is as it was for the plan, so that the bytes are too.
void keep_machine(const PlanFile& file, Resolution& resolution) {
  const Json machine = diffusion_of(file);
  DiffusionSettings& diffusion = resolution.job.diffusion;
  const auto is_open = [&](const char* key) { return !resolution.origins.contains(key); };
  if (is_open("batch_size")) diffusion.batch_size = machine.value("slots", 0);
  if (is_open("dtype")) diffusion.dtype = machine.value("dtype", "auto");
  if (is_open("threads")) resolution.job.threads = machine.value("threads", 0);
}

}  // namespace

Resolution resolve_plan(const SessionRequest& request, PlanFile& file, ModelStore& models) {
  file = read_plan(run_settings(request.layers).plan);
  std::vector<Layer> layers = {file.settings};
  for (const Layer& layer : request.layers) layers.push_back(beside(file, layer));
  Resolution resolution{resolve(layers)};
  const Json machine = diffusion_of(file);
  resolution.diffuses = request.task == Task::render && !machine.empty();
  if (!resolution.diffuses) return resolution;
  DiffusionSettings& diffusion = resolution.job.diffusion;
  if (!resolution.origins.contains("model"))
    diffusion.model = std::string(kModelHashPrefix) + machine.value("model_sha256", "");
  resolution.manifest = models.manifest(diffusion.model);
  keep_machine(file, resolution);
  return resolution;
}

void take_given_plan(SessionState& state) {
  const PlanFile& file = *state.given;
  const Json now = constants_to_json(state.plan.constants);
  if (file.constants.value("song", Json()) != now["song"]) {
    throw_error(ErrorKind::input, "{}: the plan was made for another song than {} (their SHA-256 differ)",
                file.name, state.input.song.name());
  }
  const Json files = files_of(file);
  for (const auto& [key, digest] : files.items()) {
    if (only_makes_rows(key)) {
      state.plan.constants.files[key] = digest;
      continue;
    }
    if (digest == now["files"].value(key, Json())) continue;
    throw_error(ErrorKind::input, "{}: the plan was made with another {}; {}", file.name, key,
                now["files"].contains(key) ? "what is there now holds something else"
                                           : "name it with " + flag_of(key));
  }
  if (state.settings.diffuses &&
      diffusion_of(file).value("model_sha256", "") != state.plan.constants.diffusion->model_sha256) {
    throw_error(ErrorKind::model, "{}: the plan was made for the model {}, and {} is another one", file.name,
                diffusion_of(file).value("model", ""), state.settings.job.diffusion.model);
  }
  take_rows(file, state.plan);
  if (!state.settings.diffuses) return;
  count_text_chunks(state);
  const auto& rows = state.plan.rows;
  state.plan.constants.diffusion->coherent =
      diffusion_of(file).value("coherent", false) || !state.plan.anchors.empty();
  if (state.plan.constants.diffusion->coherent) require_bank(*state.settings.model());
  state.plan.constants.diffusion->guided = diffusion_of(file).value("guided", true) ||
                                           std::any_of(rows.begin(), rows.end(), [&](const Recipe& row) {
                                             return state.settings.model()->guides(row.numbers.guidance);
                                           });
}

}  // namespace spectradiff
