#include "scheduler_config.h"

#include <fmt/ranges.h>

#include <algorithm>

#include "spectradiff/base/error.h"

namespace spectradiff {

SchedulerConfig::SchedulerConfig(const Json& config, std::string_view diffusers_class)
    : reader_(config, fmt::format("the model's scheduler config (read as {})", diffusers_class),
              ErrorKind::model),
      config_(config) {
  if (reader_.text("class") != diffusers_class && reader_.has("defaulted")) {
    ignored_ = reader_.texts("defaulted");
  }
}

bool SchedulerConfig::has(const std::string& key) const {
  const auto found = config_.find(key);
  return found != config_.end() && !found->is_null() &&
         std::find(ignored_.begin(), ignored_.end(), key) == ignored_.end();
}

std::string SchedulerConfig::text(const std::string& key, const char* absent) {
  return has(key) ? reader_.text(key) : absent;
}

bool SchedulerConfig::boolean(const std::string& key, bool absent) {
  return has(key) ? reader_.boolean(key) : absent;
}

double SchedulerConfig::real(const std::string& key, double absent, double low, double high) {
  const double value = has(key) ? reader_.real(key) : absent;
  if (!(value >= low && value <= high))
    refuse(key, fmt::format("{}", value), fmt::format("{}..{}", low, high));
  return value;
}

int SchedulerConfig::integer(const std::string& key, int absent, int low, int high) {
  const int64_t value = has(key) ? reader_.integer(key) : absent;
  if (value < low || value > high) refuse(key, fmt::format("{}", value), fmt::format("{}..{}", low, high));
  return static_cast<int>(value);
}

size_t SchedulerConfig::choice(const std::string& key, size_t absent, std::span<const char* const> names) {
  if (!has(key)) return absent;
  const std::string value = reader_.text(key);
  const auto found = std::find(names.begin(), names.end(), value);
  if (found == names.end()) refuse(key, value, fmt::format("{}", fmt::join(names, ", ")));
  return static_cast<size_t>(found - names.begin());
}

const Json& SchedulerConfig::array(const std::string& key) {
  const Json& value = reader_.any(key);
  if (!value.is_array()) refuse(key, value.type_name(), "an array of numbers");
  return value;
}

void SchedulerConfig::refuse(const std::string& key, const std::string& value,
                             const std::string& allowed) const {
  throw_error(ErrorKind::model, "{}: {} = {} is not supported; this program knows {}{}", reader_.where(), key,
              value, allowed,
              has(key) ? "" : " (the config does not state it, so it has the default of that class)");
}

}  // namespace spectradiff
