// Parts of the picture with a text each, as options write them: "bottom=bass,top=treble".
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "spectradiff/diffusion/picture_region.h"

namespace spectradiff {

using RegionTexts = std::vector<std::pair<std::string, std::string>>;  // region, text; each region once

// Between commas, but those inside parentheses.
RegionTexts read_region_expressions(const std::string& text);
// Between bars; \| is a bar of a text itself.
RegionTexts read_region_prompts(const std::string& text);
// Both throw what an option's check throws, saying what is allowed.

std::string region_expressions_text(const RegionTexts& regions);
std::string region_prompts_text(const RegionTexts& regions);

PictureRegion region_of(const std::string& name);  // one that was read

}  // namespace spectradiff
