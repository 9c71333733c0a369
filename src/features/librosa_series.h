// Series as librosa and the programs that use it have them (series.h: "As other programs hear it").
#pragma once

#include <set>
#include <span>
#include <string>
#include <vector>

#include "spectradiff/features/features.h"

namespace spectradiff {

// Those that are wanted, of a whole song. `rms` [frames], as the series has it, for rms_db.
std::vector<Series> librosa_series(std::span<const float> mono, const Features& features,
                                   const std::set<std::string>& wanted, std::span<const float> rms);

}  // namespace spectradiff
