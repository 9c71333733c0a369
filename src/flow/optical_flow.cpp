#include "spectradiff/flow/optical_flow.h"

#include <dlfcn.h>
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <filesystem>

#include "plugin.h"
#include "spectradiff/base/error.h"
#include "spectradiff/base/locations.h"

namespace spectradiff {
namespace {

namespace fs = std::filesystem;

constexpr const char* kPluginName = "libspectradiff_flow.so";
constexpr int kLeastSide = 32;

// Of an installation and of a build tree.
fs::path find_plugin() {
  const fs::path libraries = program_folder().parent_path() / "lib";
  for (const fs::path& place : {libraries / kPluginName, libraries / "spectradiff" / kPluginName}) {
    std::error_code failed;
    if (fs::is_regular_file(place, failed)) return place;
  }
  return {};
}

struct Loaded {
  const FlowPlugin* plugin = nullptr;
  std::string problem;
};

std::string loader_error() {
  const char* text = dlerror();
  return text != nullptr ? text : "unknown reason";
}

Loaded load() {
  constexpr const char* kRemedy =
      "it needs OpenCV's video part when the program is built (Debian: libopencv-video-dev) and where it "
      "runs";
  const fs::path file = find_plugin();
  if (file.empty()) return {nullptr, fmt::format("{} is not there: {}", kPluginName, kRemedy)};
  void* library = dlopen(file.c_str(), RTLD_NOW | RTLD_LOCAL);  // never closed: OpenCV starts threads
  if (library == nullptr)
    return {nullptr, fmt::format("{} does not load ({}): {}", kPluginName, loader_error(), kRemedy)};
  using EntryPoint = const FlowPlugin* (*)();
  const auto entry_point = reinterpret_cast<EntryPoint>(dlsym(library, kFlowEntryPoint));
  const FlowPlugin* plugin = entry_point != nullptr ? entry_point() : nullptr;
  if (plugin == nullptr || plugin->abi != kFlowAbi)
    return {nullptr, fmt::format("{} belongs to another build of this program", file.string())};
  return {plugin, ""};
}

const Loaded& loaded() {
  static const Loaded once = load();
  return once;
}

std::vector<uint8_t> grey_of(const Canvas& picture) {
  std::vector<uint8_t> grey;
  grey.reserve(picture.bytes().size() / 3);
  for (size_t i = 0; i < picture.bytes().size(); i += 3) {
    const uint8_t* pixel = picture.bytes().data() + i;
    grey.push_back(static_cast<uint8_t>((77 * pixel[0] + 150 * pixel[1] + 29 * pixel[2] + 128) >> 8));
  }
  return grey;
}

}  // namespace

std::string flow_problem() {
  return loaded().problem;
}

Flow optical_flow(const Canvas& from, const Canvas& to) {
  if (from.size() != to.size())
    throw_error(ErrorKind::internal, "flow between pictures of {}x{} and {}x{}", from.width(), from.height(),
                to.width(), to.height());
  if (const std::string& problem = loaded().problem; !problem.empty())
    throw_error(ErrorKind::usage, "no optical flow can be found: {}", problem);
  const auto [width, height] = from.size();
  const size_t count = static_cast<size_t>(width) * static_cast<size_t>(height);
  Flow flow{from.size(), std::vector<float>(count), std::vector<float>(count)};
  if (std::min(width, height) < kLeastSide) return flow;
  std::vector<float> both(2 * count);
  const char* failed =
      loaded().plugin->find(grey_of(from).data(), grey_of(to).data(), width, height, both.data());
  if (failed != nullptr) throw_error(ErrorKind::internal, "OpenCV found no optical flow: {}", failed);
  for (size_t i = 0; i < count; ++i) {
    flow.x[i] = both[2 * i];
    flow.y[i] = both[2 * i + 1];
  }
  return flow;
}

namespace {

float between(const std::vector<float>& values, Size size, float x, float y) {
  const float column = std::clamp(x, 0.0F, static_cast<float>(size.width - 1));
  const float row = std::clamp(y, 0.0F, static_cast<float>(size.height - 1));
  const int left = static_cast<int>(column), top = static_cast<int>(row);
  const int right = std::min(left + 1, size.width - 1), bottom = std::min(top + 1, size.height - 1);
  const float across = column - static_cast<float>(left), down = row - static_cast<float>(top);
  const auto at = [&](int place_x, int place_y) {
    return values[static_cast<size_t>(place_y) * static_cast<size_t>(size.width) +
                  static_cast<size_t>(place_x)];
  };
  const float upper = at(left, top) * (1 - across) + at(right, top) * across;
  const float lower = at(left, bottom) * (1 - across) + at(right, bottom) * across;
  return upper * (1 - down) + lower * down;
}

}  // namespace

std::vector<float> reliability(const Flow& forward, const Flow& backward) {
  const auto [width, height] = forward.size;
  std::vector<float> sure;
  sure.reserve(forward.x.size());
  size_t i = 0;
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < width; ++x, ++i) {
      const float wx = forward.x[i], wy = forward.y[i];
      const float there_x = static_cast<float>(x) + wx, there_y = static_cast<float>(y) + wy;
      const bool inside = there_x >= 0 && there_y >= 0 && there_x <= static_cast<float>(width - 1) &&
                          there_y <= static_cast<float>(height - 1);
      const float bx = between(backward.x, forward.size, there_x, there_y);
      const float by = between(backward.y, forward.size, there_x, there_y);
      const float apart = (wx + bx) * (wx + bx) + (wy + by) * (wy + by);
      const float ways = wx * wx + wy * wy + bx * bx + by * by;
      sure.push_back(inside && apart < 0.01F * ways + 0.5F ? 1.0F : 0.0F);
    }
  }
  return sure;
}

FloatColour colour_at(const Canvas& picture, float x, float y) {
  const auto [width, height] = picture.size();
  const float column = std::clamp(x, 0.0F, static_cast<float>(width - 1));
  const float row = std::clamp(y, 0.0F, static_cast<float>(height - 1));
  const int left = static_cast<int>(column), top = static_cast<int>(row);
  const int right = std::min(left + 1, width - 1), bottom = std::min(top + 1, height - 1);
  const float across = column - static_cast<float>(left), down = row - static_cast<float>(top);
  const auto mixed = [&](int channel) {
    const auto at = [&](int place_x, int place_y) {
      return static_cast<float>(picture.row(place_y)[3 * place_x + channel]);
    };
    const float upper = at(left, top) * (1 - across) + at(right, top) * across;
    const float lower = at(left, bottom) * (1 - across) + at(right, bottom) * across;
    return upper * (1 - down) + lower * down;
  };
  return {mixed(0), mixed(1), mixed(2)};
}

}  // namespace spectradiff
