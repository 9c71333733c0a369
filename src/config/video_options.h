// The option table's rows about the video that is written and the machine that makes it.
#pragma once

#include <vector>

#include "spectradiff/config/options.h"

namespace spectradiff {

void add_video_options(std::vector<Option>& table);
void add_machine_options(std::vector<Option>& table);

}  // namespace spectradiff
