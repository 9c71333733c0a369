// Sound files made.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace spectradiff {

enum class SoundFormat { wav, flac };

// The format that a file's name asks for: .wav, .wave or .flac. Error{usage} naming these for any other.
SoundFormat sound_format_of(const std::string& name);

// A whole file of 24 bits; samples beyond ±1 are cut there. [samples][channels]; FLAC has 8 channels at most,
// else Error{usage}.
std::vector<uint8_t> sound_file_bytes(std::span<const float> interleaved, int channels, int sample_rate_hz,
                                      SoundFormat format);

}  // namespace spectradiff
