#include "old_render.h"

#include "spectradiff/base/error.h"
#include "spectradiff/config/options.h"
#include "spectradiff/media/probe.h"

namespace spectradiff {
namespace {

constexpr const char* kModel = "model";
constexpr const char* kModelHash = "model_sha256";

Json read_settings_tag(const std::filesystem::path& video) {
  const std::string comment = read_video_comment(video);
  try {
    if (Json values = parse_json(comment, ""); values.is_object()) return values;
  } catch (const Error&) {
    // Said below.
  }
  throw_error(ErrorKind::input,
              "from = {}: its comment tag holds no settings; only videos of this program, and copies that "
              "keep the tag, can be repeated",
              video.string());
}

}  // namespace

Json settings_tag(const RenderJob& job, const Manifest* manifest) {
  Json values = job_to_json(job);
  if (manifest != nullptr) {
    values[kModel] = manifest->name;
    values[kModelHash] = manifest->sha256;
  }
  return values;
}

Layer old_render_layer(const std::filesystem::path& video) {
  Json values = read_settings_tag(video);
  values = allowed_in(LayerKind::video, std::move(values));
  const auto hash = values.find(kModelHash);
  if (hash != values.end()) {
    if (hash->is_string()) values[kModel] = std::string(kModelHashPrefix) + hash->get<std::string>();
    values.erase(kModelHash);
  }
  return make_layer(std::move(values), video.string(), LayerKind::video);
}

std::vector<std::string> files_of_old_render(const std::filesystem::path& video) {
  const Json values = read_settings_tag(video);
  std::vector<std::string> files;
  for (const Option& option : option_table()) {
    const auto file = values.find(option.key);
    if (option.option_class != OptionClass::input || option.key == kModel) continue;
    if (file != values.end() && *file != "") files.push_back(option.key);
  }
  return files;
}

}  // namespace spectradiff
