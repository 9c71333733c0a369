// What expressions read of a song's sections.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "spectradiff/features/features.h"

namespace spectradiff {

// "section", "sections", "section_phase", "since_section", "section_energy", "label", "drop", "build".
bool is_section_word(std::string_view word);

// [features.frames]; as expression_counters() says. A section's first frame is the one that holds its begin.
// Without sections the song is one of them, of label 0 and energy 0.5. Needs is_section_word.
std::vector<double> section_word(std::string_view word, const Features& features);

}  // namespace spectradiff
