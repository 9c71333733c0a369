#include "output_name.h"

#include <algorithm>
#include <filesystem>

#include "spectradiff/base/error.h"
#include "spectradiff/base/text.h"
#include "spectradiff/config/options.h"
#include "spectradiff/render/frame_sink.h"
#include "spectradiff/session/output_target.h"

namespace spectradiff {
namespace {

std::string harmless(std::string text) {
  std::replace_if(
      text.begin(), text.end(),
      [](unsigned char c) { return std::isalnum(c) == 0 && c < 0x80 && c != '.' && c != '-' && c != '_'; },
      '-');
  constexpr size_t kMostBytes = 100;
  if (text.size() > kMostBytes) text.resize(kMostBytes);
  return text;
}

std::string field_value(const std::string& field, const std::string& song, const Settings& settings) {
  if (field == "stem") return song == "-" ? "stdin" : std::filesystem::path(song).stem().string();
  std::string key = field;
  std::replace(key.begin(), key.end(), '-', '_');
  const Option* option = find_option(key);
  if (option == nullptr || !option->of_job) {
    std::vector<std::string> keys = option_keys();
    keys.emplace_back("stem");
    throw_error(ErrorKind::usage,
                "output: {{{}}} is no setting{}; {{stem}} and the keys of settings can stand between braces",
                field, suggestion(key, keys));
  }
  Json value = option->get(settings);
  // A rate of "30/1".
  if (constexpr std::string_view kWhole = "/1";
      value.is_string() && value.get<std::string>().ends_with(kWhole))
    value = value.get<std::string>().substr(0, value.get<std::string>().size() - kWhole.size());
  return harmless(value.is_string() ? value.get<std::string>() : value.is_null() ? "" : value.dump());
}

}  // namespace

bool has_fields(const std::string& output) {
  const size_t open = output.find('{');
  return open != std::string::npos && output.find('}', open) != std::string::npos;
}

std::string output_from(const std::string& pattern, const std::string& song, const Settings& settings) {
  std::string name;
  for (size_t at = 0; at < pattern.size();) {
    const size_t end = pattern[at] == '{' ? pattern.find('}', at) : std::string::npos;
    if (end == std::string::npos) {
      name += pattern[at++];
    } else {
      name += field_value(pattern.substr(at + 1, end - at - 1), song, settings);
      at = end + 1;
    }
  }
  if (settings.run.overwrite || FramePattern::is_pattern(name)) return name;
  return free_name(name).string();
}

}  // namespace spectradiff
