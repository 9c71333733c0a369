// What help says about an option: its words, and the values and the default that its row and the settings
// give.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "spectradiff/config/options.h"
#include "spectradiff/config/settings.h"

namespace spectradiff {

// Immutable once made; any thread.
class OptionHelp {
 public:
  // `defaults` are what runs when nothing else is said. Those with an origin name it.
  explicit OptionHelp(Resolved defaults = {});

  // "how much the diffusion changes the painting (0 to 1; default 0.75, from the model mini)"
  // as `commands` mean it, or most of those that have it.
  std::string line(const Option& option, unsigned commands = kEvery) const;
  // "default 90; 240 with --bin-spacing cqt"; empty: nothing to say.
  std::string default_text(const Option& option) const;

 private:
  // A setting under which options that nobody has set have other defaults.
  struct Condition {
    std::string key, words;  // "bin_spacing", "--bin-spacing cqt"
    Resolved settings;
  };

  Resolved defaults_;
  std::vector<Condition> conditions_;
};

}  // namespace spectradiff
