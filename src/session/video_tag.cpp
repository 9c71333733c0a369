#include "video_tag.h"

#include "spectradiff/base/error.h"
#include "spectradiff/config/options.h"
#include "spectradiff/config/plan_file.h"
#include "spectradiff/media/probe.h"

namespace spectradiff {
namespace {

constexpr const char* kModel = "model";
constexpr const char* kModelHash = "model_sha256";
constexpr const char* kConstants = "constants";
constexpr const char* kPlan = "plan";

Json read_settings_tag(const std::filesystem::path& video) {
  const std::string comment = read_video_comment(video);
  try {
    if (Json values = parse_json(comment, ""); values.is_object()) return values;
  } catch (const Error&) {
    // Said below.
  }
  throw_error(ErrorKind::input,
              "from = {}: there are no settings in its comment tag; only videos that this program made, and "
              "copies that "
              "keep the tag, have them",
              video.string());
}

}  // namespace

Json asked_settings(const SessionState& state) {
  if (state.given) {
    std::string digest = plan_digest(state.plan);
    if (state.given->digest == digest && state.given->request.is_object()) return state.given->request;
    return {{kPlan, std::move(digest)}};
  }
  Json values = Json::object();
  const Json asked = job_to_json(state.settings.job);
  for (const auto& [key, value] : asked.items()) {
    const OptionClass option_class = find_option(key)->option_class;
    const bool decides = option_class == OptionClass::picture || option_class == OptionClass::video;
    if (decides && value != "auto") values[key] = value;
  }
  if (const Manifest* model = state.settings.model()) {
    values[kModel] = model->name;
    values[kModelHash] = model->sha256;
  }
  return values;
}

Json settings_tag(const SessionState& state) {
  Json values = asked_settings(state);
  values[kConstants] = constants_to_json(state.plan.constants);
  return values;
}

Layer old_render_layer(const std::filesystem::path& video) {
  Json values = read_settings_tag(video);
  const Json constants = values.value(kConstants, Json::object());
  values.erase(kConstants);
  if (values.contains(kPlan)) {
    throw_error(ErrorKind::input,
                "from = {}: it was rendered from a plan that somebody had changed, and its tag does not hold "
                "every frame of it; render that plan again with --plan",
                video.string());
  }
  values = allowed_in(LayerKind::video, std::move(values));
  const auto hash = values.find(kModelHash);
  if (hash != values.end()) {
    if (hash->is_string()) values[kModel] = std::string(kModelHashPrefix) + hash->get<std::string>();
    values.erase(kModelHash);
  }
  name_networks(constants, values);
  // What was enlarged without a network stays so, whatever the model's look says today.
  if (values.contains("output_size")) values.emplace("upscale", "");
  return make_layer(std::move(values), video.string(), LayerKind::video);
}

std::vector<std::string> files_of_old_render(const std::filesystem::path& video) {
  const Json values = read_settings_tag(video);
  std::vector<std::string> files;
  const Json read = values.value(kConstants, Json::object()).value("files", Json::object());
  for (const auto& [key, digest] : read.items()) {
    if (const Option* option = find_option(key);
        option != nullptr && option->option_class == OptionClass::input)
      files.push_back(key);
  }
  return files;
}

}  // namespace spectradiff
