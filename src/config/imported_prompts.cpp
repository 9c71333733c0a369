#include "imported_prompts.h"

#include <algorithm>
#include <cmath>
#include <optional>
#include <string_view>

#include "spectradiff/base/number.h"
#include "spectradiff/base/text.h"

namespace spectradiff {
namespace {

constexpr std::string_view kNegative = "--neg";

}  // namespace

Json imported_prompts(const std::map<double, std::string>& by_frame, double fps, const std::string& positive,
                      const std::string& negative) {
  Json keys = Json::array();
  for (const auto& [frame, whole] : by_frame) {
    const size_t cut = whole.find(kNegative);
    std::string prompt(trimmed(std::string_view(whole).substr(0, cut)));
    std::string without = negative;
    if (cut != std::string::npos) {
      const std::string own(trimmed(std::string_view(whole).substr(cut + kNegative.size())));
      without = without.empty() ? own : own.empty() ? without : own + ", " + without;
    }
    if (!positive.empty()) prompt = positive + " " + prompt;
    // A little late, so that it lies in its frame however it is rounded.
    const double at_s = std::max(0.0, std::ceil(frame / fps * 1e6 - 1e-3) / 1e6);
    Json key = {{"at", format_real(at_s) + "s"}, {"prompt", prompt}, {"blend", "cut"}};
    if (!without.empty()) key["negative"] = without;
    keys.push_back(std::move(key));
  }
  return keys;
}

std::string strongest_prompt(const std::string& text) {
  constexpr std::string_view kAnd = " AND ";
  const size_t cut = std::min(text.find(kNegative), text.size());
  std::string_view rest = std::string_view(text).substr(0, cut);
  if (rest.find(kAnd) == std::string_view::npos) return text;
  std::string best;
  double most = -1;
  while (!rest.empty()) {
    const size_t end = std::min(rest.find(kAnd), rest.size());
    std::string_view part = trimmed(rest.substr(0, end));
    rest.remove_prefix(std::min(end + kAnd.size(), rest.size()));
    const size_t colon = part.rfind(':');
    const auto weight =
        colon == std::string_view::npos ? std::nullopt : parse_real(trimmed(part.substr(colon + 1)));
    if (weight) part = trimmed(part.substr(0, colon));
    if (weight.value_or(1) <= most) continue;
    most = weight.value_or(1);
    best = part;
  }
  return best + " " + text.substr(cut);
}

}  // namespace spectradiff
