// Whether a model works here: everything short of a render.
#pragma once

#include <string>
#include <vector>

#include "spectradiff/diffusion/manifest.h"
#include "spectradiff/image/canvas.h"

namespace spectradiff {

// What a trial measured.
struct ModelTrial {
  Size size;
  int batch_size = 1;
  double load_s = 0, step_s = 0;
  double loaded_mb = 0, peak_mb = 0;  // of the process's memory at the most: once loaded, and in all
  std::string device, dtype, engine;
  std::string overflows_in;  // the dtype that gave NaN before this one; empty: none did
  std::vector<std::string> warnings;
};

// Files, trust, loading and one step; in float32 too where a render would go there. Of an interpolation
// network, the picture half way between two. Error{model} and Error{device}.
ModelTrial try_model(const Manifest& model);

}  // namespace spectradiff
