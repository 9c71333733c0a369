#include "chain_init.h"

#include <cmath>

#include "spectradiff/image/blend.h"
#include "spectradiff/image/texture.h"

namespace spectradiff {

Canvas chain_init(const Recipe& row, const Canvas& before, const Canvas& painting,
                  const ColourMoments* colours, const DepthVideo* depth) {
  constexpr int kParts = 256;
  const Init& init = row.init;
  const Canvas moved = moved_by_camera(before, init.camera, init.border,
                                       depth_map_of(init.depth, before, painting, depth, row.frame));
  Canvas result = blend(moved, painting, static_cast<int>(std::lround(init.paint_over * kParts)), kParts);
  if (colours != nullptr) match_colours(result, *colours);
  sharpen(result, init.sharpen);
  const auto frame = static_cast<uint64_t>(row.frame);
  add_noise(result, init.noise, row.noise.front().seed ^ (frame << 32));
  return result;
}

}  // namespace spectradiff
