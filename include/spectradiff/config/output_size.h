// Sizes of videos as people say them.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "spectradiff/image/canvas.h"

namespace spectradiff {

std::string size_text(Size size);  // "512x512", as every option writes it

const std::vector<std::string>& size_names();    // "720p", "1080p", …
const std::vector<std::string>& aspect_names();  // "16:9", …

// The pixels of the shorter side: 1080 of "1080p". Nothing for what is no name.
std::optional<int> named_short_side(std::string_view name);

// 1920x1080 of 1080 and "16:9". `aspect` is one of aspect_names().
Size shaped_size(int short_side, std::string_view aspect);

// Width by height of it.
double shape_of(std::string_view aspect);

}  // namespace spectradiff
