// Energy per pitch class through windows of a constant number of periods, as librosa hears it.
#pragma once

#include <array>
#include <complex>
#include <cstdint>
#include <span>
#include <vector>

#include "chroma.h"
#include "fft.h"

namespace spectradiff {

// librosa.feature.chroma_cqt of mono sound at 22050 Hz, around given samples: seven octaves from C1, three
// bins to a semitone, tuned to the song; a moment's strongest is 1, silence is 0. Magnitudes are its own
// within a thousandth or so: each octave is heard at the rate that is half its upper neighbour's.
std::vector<Chroma> cqt_chroma(std::span<const float> mono, std::span<const int64_t> middles);

// librosa.estimate_tuning with `per_octave` bins, -0.5..0.5 of one: how far the song's partials lie from
// A = 440 Hz. 0 where none are heard.
double estimated_tuning(std::span<const float> mono, int sample_rate_hz, int per_octave);

}  // namespace spectradiff
