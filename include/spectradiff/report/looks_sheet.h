// Looks side by side on one picture.
#pragma once

#include <string>
#include <vector>

#include "spectradiff/image/canvas.h"

namespace spectradiff {

struct SheetLook {
  std::string name;
  std::string command;           // that makes it
  std::vector<Canvas> pictures;  // one per moment, of any sizes
};

// Two looks to a row, each with its moments beside each other, its name and its command. `moments`: what the
// pictures show, "loudest, 1:02.3". Texts that are too long are cut.
Canvas looks_sheet(const std::string& title, const std::vector<std::string>& moments,
                   const std::vector<SheetLook>& looks);

}  // namespace spectradiff
