// The option table's rows about one call of the program: files, streams and messages.
#pragma once

#include <vector>

#include "spectradiff/config/options.h"

namespace spectradiff {

void add_run_options(std::vector<Option>& table);

}  // namespace spectradiff
