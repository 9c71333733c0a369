#include "spectradiff/render/cadence.h"

#include "spectradiff/image/blend.h"
#include "spectradiff/media/motion.h"

namespace spectradiff {

std::vector<Canvas> pictures_between(const Canvas& from, const Canvas& to, int parts, Interpolation by) {
  if (by == Interpolation::motion) return move_between(from, to, parts);
  std::vector<Canvas> between;
  for (int part = 1; part < parts; ++part) between.push_back(blend(from, to, part, parts));
  return between;
}

}  // namespace spectradiff
