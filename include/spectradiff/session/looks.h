// A song's telling moments in several looks, to choose one before anything long is begun.
#pragma once

#include <array>
#include <atomic>
#include <optional>
#include <string>
#include <vector>

#include "spectradiff/config/settings.h"
#include "spectradiff/image/canvas.h"
#include "spectradiff/render/render_observer.h"

namespace spectradiff {

struct Moment {
  std::string name;  // "loudest"
  double at_s = 0;
};
constexpr size_t kMoments = 3;

struct Look {
  std::string name;              // a preset, or kOwnLook
  std::vector<Canvas> pictures;  // [kMoments]
};

// The model's own look, and the settings that were told, without a preset.
inline constexpr const char* kOwnLook = "plain";

struct LooksRequest {
  std::string song;  // "-" is refused: it is read for every look
  // --config, environment and flags; a look's preset lies below them. "looks" among them names presets, by
  // name or file, and kOwnLook; absent: some of each kind.
  std::vector<Layer> told;
};

struct TriedLooks {
  std::array<Moment, kMoments> moments;  // loudest, quietest that can be heard, most changing
  std::vector<Look> looks;               // in the order asked for
};

// Renders the three moments in each look, one after the other. Nothing when `stop` ended it. Errors as
// Session::open has them, and Error{usage} for a look that is not there and for a preset that is told beside
// them, before anything is rendered.
std::optional<TriedLooks> try_looks(const LooksRequest& request, RenderObserver& observer,
                                    const std::atomic<int>& stop);

}  // namespace spectradiff
