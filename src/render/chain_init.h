// What is diffused where a picture follows from another one.
#pragma once

#include "spectradiff/image/canvas.h"
#include "spectradiff/image/colour_match.h"
#include "spectradiff/render/depth_pictures.h"
#include "spectradiff/render/recipe.h"

namespace spectradiff {

// The picture before, moved by the row's camera (`depth` of Depth::video), under the painting, in the colours
// that it shall keep (null: its own), sharpened and with noise: in this order.
Canvas chain_init(const Recipe& row, const Canvas& before, const Canvas& painting,
                  const ColourMoments* colours, const DepthVideo* depth = nullptr);

}  // namespace spectradiff
