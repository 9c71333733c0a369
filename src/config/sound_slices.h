// Which pieces of the song a frame is told.
#pragma once

#include <cstdint>
#include <vector>

#include "spectradiff/features/features.h"
#include "spectradiff/render/conditioning_settings.h"

namespace spectradiff {

// Weights sum to 1. Needs features.sound and an embedding.
std::vector<SoundPart> sound_parts(const SoundSettings& settings, int64_t frame, const Features& features);

}  // namespace spectradiff
