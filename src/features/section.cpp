#include "spectradiff/features/section.h"

namespace spectradiff {

std::string label_text(int label) {
  std::string text;
  for (int rest = label; rest >= 0; rest = rest / 26 - 1)
    text.insert(text.begin(), static_cast<char>('A' + rest % 26));
  return text;
}

std::string energy_text(SectionEnergy energy) {
  switch (energy) {
    case SectionEnergy::low:
      return "low";
    case SectionEnergy::middle:
      return "middle";
    case SectionEnergy::high:
      return "high";
  }
  return "";
}

}  // namespace spectradiff
