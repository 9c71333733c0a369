#include "sweep.h"

#include <algorithm>
#include <cctype>
#include <filesystem>
#include <string_view>

#include "spectradiff/base/text.h"
#include "spectradiff/config/options.h"
#include "spectradiff/render/frame_sink.h"

namespace spectradiff {
namespace {

// On one line, as it stands in an id.
std::string value_text(const Json& value) {
  std::string text = value.is_string() ? value.get<std::string>() : value.dump();
  std::replace_if(text.begin(), text.end(), is_control, ' ');
  return text;
}

// What a file name may safely hold.
std::string file_text(const std::string& text) {
  constexpr size_t kLongest = 40;
  std::string safe;
  for (const char c : text)
    safe +=
        std::isalnum(static_cast<unsigned char>(c)) || std::string_view("+-._").find(c) != std::string::npos
            ? c
            : '_';
  return safe.substr(0, kLongest);
}

void choose(const Sweep& sweep, size_t key, const SweepPoint& so_far, const SweepVisitor& visit) {
  if (key == sweep.size()) return visit(so_far);
  const auto& [option, values] = sweep[key];
  for (const Json& value : values) {
    SweepPoint point = so_far;
    point.chosen[option] = value;
    const std::string text = value_text(value);
    point.id += "/" + option + "=" + text;
    point.addition += "-" + flag_of(option).substr(2) + "-" + file_text(text);
    choose(sweep, key + 1, point, visit);
  }
}

}  // namespace

double points_of(const Sweep& sweep) {
  double points = 1;
  for (const auto& [option, values] : sweep) points *= static_cast<double>(values.size());
  return points;
}

void for_each_point(const Sweep& sweep, const SweepVisitor& visit) {
  choose(sweep, 0, {}, visit);
}

std::string with_addition(const std::string& output, const std::string& addition) {
  namespace fs = std::filesystem;
  if (output == "-") return output;  // refused later, like every job's
  const fs::path path(output);
  if (!FramePattern::is_pattern(output))
    return (path.parent_path() / (path.stem().string() + addition + path.extension().string())).string();
  const fs::path folder = path.parent_path();
  if (folder.empty()) return (fs::path("frames" + addition) / path).string();
  return (folder.parent_path() / (folder.filename().string() + addition) / path.filename()).string();
}

}  // namespace spectradiff
