#include "region_text.h"

#include <algorithm>

#include "option_kinds.h"
#include "spectradiff/base/text.h"

namespace spectradiff {
namespace {

void add_region(RegionTexts& regions, std::string_view part, const char* example) {
  const size_t equals = part.find('=');
  std::string region(trimmed(part.substr(0, equals)));
  const auto& names = picture_region_names();
  if (equals == std::string_view::npos || std::find(names.begin(), names.end(), region) == names.end())
    refuse(fmt::format("has \"{}\"; write {}, of {}", part, example, join(names, ", ")));
  if (std::any_of(regions.begin(), regions.end(), [&](const auto& known) { return known.first == region; }))
    refuse("names " + region + " twice");
  const std::string_view text = trimmed(part.substr(equals + 1));
  if (text.empty()) refuse(fmt::format("says nothing for {}; write {}", region, example));
  regions.emplace_back(std::move(region), text);
}

std::string joined(const RegionTexts& regions, std::string_view separator) {
  std::string text;
  for (const auto& [region, own] : regions)
    text += fmt::format("{}{}={}", text.empty() ? "" : separator, region, own);
  return text;
}

}  // namespace

RegionTexts read_region_expressions(const std::string& text) {
  RegionTexts regions;
  for (size_t begin = 0; begin < text.size();) {
    int depth = 0;
    size_t end = begin;
    for (; end < text.size() && (text[end] != ',' || depth > 0); ++end)
      depth += text[end] == '(' ? 1 : text[end] == ')' ? -1 : 0;
    add_region(regions, std::string_view(text).substr(begin, end - begin), "bottom=bass,top=treble");
    check_expression_size(Json(regions.back().second));
    begin = end + 1;
  }
  return regions;
}

RegionTexts read_region_prompts(const std::string& text) {
  RegionTexts regions;
  std::string part;
  const auto finish = [&] {
    add_region(regions, std::exchange(part, {}), "\"bottom=lava | top=night sky\"");
  };
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\\' && i + 1 < text.size() && text[i + 1] == '|') {
      part += text[++i];
    } else if (text[i] == '|') {
      finish();
    } else {
      part += text[i];
    }
  }
  if (!text.empty()) finish();
  return regions;
}

std::string region_expressions_text(const RegionTexts& regions) {
  return joined(regions, ",");
}

std::string region_prompts_text(const RegionTexts& regions) {
  RegionTexts written = regions;
  for (auto& [region, text] : written) {
    for (size_t at = text.find('|'); at != text.npos; at = text.find('|', at + 2)) text.insert(at, "\\");
  }
  return joined(written, " | ");
}

PictureRegion region_of(const std::string& name) {
  const auto& names = picture_region_names();
  return static_cast<PictureRegion>(std::find(names.begin(), names.end(), name) - names.begin());
}

}  // namespace spectradiff
