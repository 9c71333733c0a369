// Onset strength and onsets, as librosa.onset defines them.
#pragma once

#include <cstdint>
#include <vector>

#include "mel.h"

namespace spectradiff {

// [hops], dB: how much louder each hop is than the one before, falls counting as 0, in the mean over the mel
// bands. A rise counts two hops (half a window) later than the middle of the window that shows it, which is
// where the sound that enters the window begins.
std::vector<float> onset_strength(const MelFrames& mel);

// Sound enters a window where its weights are small, so that what is heard at a hop began about this much
// earlier, whatever made it.
constexpr double kLateHops = 0.75;

// Hops at which `strength`, divided by its range, is the maximum of the last 30 ms, at least 0.07 above the
// mean of 100 ms to either side, and 30 ms behind the last one (onset_detect's parameters).
std::vector<int64_t> pick_onsets(const std::vector<float>& strength, double hops_per_second);

}  // namespace spectradiff
