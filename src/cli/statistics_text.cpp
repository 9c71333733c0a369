#include <fmt/format.h>

#include "commands.h"

namespace spectradiff {
namespace {

std::string line(const std::string& name, const Json& value) {
  if (value.is_number_float()) return fmt::format("{} {:.4f}\n", name, value.get<double>());
  return fmt::format("{} {}\n", name, value.dump());
}

}  // namespace

std::string statistics_text(const Json& statistics) {
  std::string text;
  for (const auto& [name, value] : statistics.items()) {
    if (!value.is_object()) text += line(name, value);
  }
  for (const auto& [stage, seconds] : statistics["seconds"].items())
    text += line("seconds_" + stage, seconds);
  return text;
}

}  // namespace spectradiff
