// The shape of the video: which sizes suit it.
#pragma once

#include <vector>

#include "spectradiff/config/settings.h"
#include "spectradiff/diffusion/manifest.h"

namespace spectradiff {

// Of `known`, not empty: the one most like `wanted`, mostly in shape, then in area.
Size most_like(const std::vector<Size>& known, Size wanted);

// Puts the sizes that --aspect stands for right below the layer that asks for it: what is painted and
// diffused, about as large as `painted`, one that the model knows where it knows any; and 1080 lines of that
// shape encoded. Names such as 720p take that shape in every layer. `model` null: any size may be painted.
void insert_aspect(std::vector<Layer>& layers, Size painted, const Manifest* model);

}  // namespace spectradiff
