// Pictures in a terminal, drawn by the program chafa: as kitty's or sixel graphics where the terminal has
// them, otherwise as coloured characters.
#pragma once

#include <filesystem>
#include <optional>

#include "spectradiff/image/canvas.h"

namespace spectradiff {

// Of a terminal: columns and rows of characters.
struct Cells {
  int columns = 0, rows = 0;
};

// Of the terminal behind `descriptor`; 80x24 where it does not say.
Cells terminal_cells(int descriptor);

// The most of the terminal that a picture of this aspect takes, with room for lines below it; no rows where
// the terminal has too few. A character is taken as twice as high as wide.
Cells picture_cells(Size picture, Cells terminal);

class TerminalPictures {
 public:
  // Absent where no folder of PATH holds chafa.
  static std::optional<TerminalPictures> find();

  // Draws within `cells` at the cursor, which lies anywhere in them afterwards. Error{output} when chafa
  // fails or takes more than three seconds; where a signal from the terminal ends it, that is no error.
  void draw(const Canvas& picture, Cells cells, int terminal) const;

 private:
  explicit TerminalPictures(std::filesystem::path program) : program_(std::move(program)) {}

  std::filesystem::path program_;
};

}  // namespace spectradiff
