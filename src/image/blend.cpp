#include "spectradiff/image/blend.h"

namespace spectradiff {

Canvas blend(const Canvas& from, const Canvas& to, int part, int parts) {
  Canvas blended(from.size());
  for (size_t i = 0; i < blended.bytes().size(); ++i) {
    const int sum = from.bytes()[i] * (parts - part) + to.bytes()[i] * part;
    blended.bytes()[i] = static_cast<uint8_t>((sum + parts / 2) / parts);
  }
  return blended;
}

}  // namespace spectradiff
