// VS2's picture of a whole song.
#pragma once

#include "spectradiff/features/features.h"

namespace spectradiff {

// torchaudio's Spectrogram with n_fft 512 and its defaults (Hann, hop 256, power 2, centred, ends reflected),
// the mean of the channels' powers, 10 log10(S + 1e-9), its range over the song made 0..255, truncated.
// Reads the song twice; its memory is 257 bytes per 256 samples.
StillSpectrogram still_spectrogram(AudioSource& source);

}  // namespace spectradiff
