#include "spectradiff/timeline/easing.h"

#include <cmath>
#include <numbers>

#include "spectradiff/base/error.h"

namespace spectradiff {
namespace {

constexpr const char* kCurves[] = {"quad", "cubic", "quart", "sine", "expo", "back", "elastic"};

double ease_in(std::string_view curve, double x) {
  constexpr double kOvershoot = 1.70158;
  if (curve == "quad") return x * x;
  if (curve == "cubic") return x * x * x;
  if (curve == "quart") return x * x * x * x;
  if (curve == "sine") return 1 - std::cos(x * std::numbers::pi / 2);
  if (curve == "expo") return x <= 0 ? 0 : std::exp2(10 * x - 10);
  if (curve == "back") return x * x * ((kOvershoot + 1) * x - kOvershoot);
  if (curve == "elastic")
    return x <= 0 || x >= 1 ? x
                            : -std::exp2(10 * x - 10) * std::sin((10 * x - 10.75) * 2 * std::numbers::pi / 3);
  throw_error(ErrorKind::internal, "there is no easing {}", curve);
}

}  // namespace

const std::vector<std::string>& easing_names() {
  static const std::vector<std::string> names = [] {
    std::vector<std::string> made = {"linear"};
    for (const std::string curve : kCurves) {
      for (const char* way : {"-in", "-out", "-in-out"}) made.push_back(curve + way);
    }
    made.emplace_back("anticipate");
    return made;
  }();
  return names;
}

double eased(std::string_view name, double x) {
  if (x <= 0 || x >= 1 || name == "linear") return x < 0 ? 0 : x > 1 ? 1 : x;
  if (name == "anticipate") name = "back-in-out";
  const std::string_view curve = name.substr(0, name.find('-'));
  const std::string_view way = name.substr(curve.size());
  if (way == "-in") return ease_in(curve, x);
  if (way == "-out") return 1 - ease_in(curve, 1 - x);
  return x < 0.5 ? ease_in(curve, 2 * x) / 2 : 1 - ease_in(curve, 2 - 2 * x) / 2;
}

}  // namespace spectradiff
