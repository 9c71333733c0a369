// One picture for each of some sounds: the whole of a sound is one frame.
#pragma once

#include <atomic>
#include <string>
#include <vector>

#include "spectradiff/config/settings.h"
#include "spectradiff/render/render_observer.h"

namespace spectradiff {

struct StillsRequest {
  std::vector<std::string> sounds;  // files, folders with sounds in them, and lists (.txt), a file a line
  std::vector<Layer> layers;        // settings; "output" names the picture of an only sound, else a folder
};

// Makes them in order; false when `stop` ended it. Error{input} for lists and folders that hold no sound,
// Error{usage} for one picture of several sounds; others as Session::open.
bool make_stills(const StillsRequest& request, RenderObserver& observer, const std::atomic<int>& stop);

}  // namespace spectradiff
