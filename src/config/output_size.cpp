#include "spectradiff/config/output_size.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

namespace spectradiff {
namespace {

struct NamedSize {
  std::string_view name;
  int short_side;
};
constexpr std::array<NamedSize, 6> kNamedSizes = {
    {{"480p", 480}, {"720p", 720}, {"1080p", 1080}, {"1440p", 1440}, {"2160p", 2160}, {"4k", 2160}}};

struct NamedAspect {
  std::string_view name;
  int width, height;
};
constexpr std::array<NamedAspect, 4> kNamedAspects = {
    {{"16:9", 16, 9}, {"9:16", 9, 16}, {"1:1", 1, 1}, {"4:5", 4, 5}}};

template <typename Rows>
std::vector<std::string> names_of(const Rows& rows) {
  std::vector<std::string> names;
  for (const auto& row : rows) names.emplace_back(row.name);
  return names;
}

const NamedAspect& aspect_row(std::string_view name) {
  return *std::find_if(kNamedAspects.begin(), kNamedAspects.end(),
                       [&](const NamedAspect& row) { return row.name == name; });
}

}  // namespace

std::string size_text(Size size) {
  return fmt::format("{}x{}", size.width, size.height);
}

const std::vector<std::string>& size_names() {
  static const std::vector<std::string> names = names_of(kNamedSizes);
  return names;
}

const std::vector<std::string>& aspect_names() {
  static const std::vector<std::string> names = names_of(kNamedAspects);
  return names;
}

std::optional<int> named_short_side(std::string_view name) {
  for (const NamedSize& row : kNamedSizes) {
    if (row.name == name) return row.short_side;
  }
  return std::nullopt;
}

Size shaped_size(int short_side, std::string_view aspect) {
  const auto& [name, width, height] = aspect_row(aspect);
  // Encoders take even sides.
  const auto longer = [&](int more, int less) { return (short_side * more / less + 1) / 2 * 2; };
  return width < height ? Size{short_side, longer(height, width)} : Size{longer(width, height), short_side};
}

double shape_of(std::string_view aspect) {
  const auto& [name, width, height] = aspect_row(aspect);
  return static_cast<double>(width) / height;
}

}  // namespace spectradiff
