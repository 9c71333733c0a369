// What an option needs to mean something, beside its own value.
#pragma once

#include <string>

#include "resolution.h"
#include "spectradiff/config/options.h"
#include "spectradiff/session/output_target.h"

namespace spectradiff {

// Whether a picture of the user's own is painted, or painted on.
bool shows_image(const PaintSettings& paint);

// Why the option changes nothing here and what would let it; empty where it may change something.
std::string missing_for(const Option& option, const Resolution& settings, const OutputTarget& target);

}  // namespace spectradiff
