// What a person wants to know of a song at a glance.
#pragma once

#include <string>
#include <vector>

#include "spectradiff/audio/audio_source.h"
#include "spectradiff/features/features.h"

namespace spectradiff {

// What the facts below are read from.
FeatureRequest summary_request();

// "3:07.2", "44.1 kHz", "stereo", "WAV, 16 bit PCM", "120.2 BPM", "A minor", "loudest −9.3 LUFS": those that
// are known, in this order.
std::vector<std::string> song_facts(const AudioInfo& audio, const Features& features);

}  // namespace spectradiff
