// The option table's rows about painting.
#pragma once

#include <vector>

#include "spectradiff/config/options.h"

namespace spectradiff {

void add_paint_options(std::vector<Option>& table);

}  // namespace spectradiff
