// Settings that lie in files: the user's own, presets, and what an earlier video was made with.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "spectradiff/config/settings.h"

namespace spectradiff {

// Puts the seed that was drawn where settings ask for a random one; whether any did. Whoever runs jobs draws
// it: the library has no dice.
bool put_drawn_seed(std::vector<Layer>& layers, int64_t seed);

// Each is read once, so that a batch pays for its presets once and may replace the video it takes settings
// from. One thread.
class SettingsFiles {
 public:
  // Below the settings that are told directly: the user's file, the presets that they name and the video
  // whose settings they ask for. Error{usage} and Error{input} for files that cannot be read.
  std::vector<Layer> below(std::vector<Layer> told);

 private:
  template <typename Read>
  const std::vector<Layer>& once(const std::string& name, Read read);

  std::map<std::string, std::vector<Layer>> layers_;  // none or one each
};

}  // namespace spectradiff
