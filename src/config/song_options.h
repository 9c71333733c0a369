// The option table's rows about the song and how it is heard.
#pragma once

#include <vector>

#include "spectradiff/config/options.h"

namespace spectradiff {

void add_song_options(std::vector<Option>& table);     // what is read, and which part of it
void add_hearing_options(std::vector<Option>& table);  // analysis, beats and signals

}  // namespace spectradiff
