// A scheduler config as a scheduler class reads it, which may be another than the one that wrote it.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "spectradiff/base/json.h"

namespace spectradiff {

// `absent` is what the class takes where the config has nothing or null, or where, for another class, it only
// has the default of its own ("defaulted"). Each reader throws Error{model} naming the key for a value
// outside what is allowed. The config outlives it.
class SchedulerConfig {
 public:
  SchedulerConfig(const Json& config, std::string_view diffusers_class);

  bool has(const std::string& key) const;
  std::string text(const std::string& key, const char* absent);
  bool boolean(const std::string& key, bool absent);
  double real(const std::string& key, double absent, double low, double high);
  int integer(const std::string& key, int absent, int low, int high);
  // The place of the value among `names`.
  size_t choice(const std::string& key, size_t absent, std::span<const char* const> names);
  const Json& array(const std::string& key);

  [[noreturn]] void refuse(const std::string& key, const std::string& value,
                           const std::string& allowed) const;

 private:
  JsonReader reader_;
  const Json& config_;
  std::vector<std::string> ignored_;
};

}  // namespace spectradiff
