// A song's waveform and spectrogram in as many columns as a picture has, whatever the song's length.
#pragma once

#include <cstdint>
#include <vector>

#include "spectradiff/audio/audio_source.h"

namespace spectradiff {

// Column c of C covers the samples [floor(c · samples / C), floor((c + 1) · samples / C)).
struct SongView {
  int sample_rate_hz = 0;
  int64_t samples = 0;
  // At most as many as were asked for; fewer only where there are not as many samples.
  int columns = 0;
  std::vector<float> lowest, highest;  // [columns], samples of any channel, nominal ±1
  std::vector<float> rms;              // [columns], of all channels
  int bins = 0;
  // [columns][bins], dB: the mean power around the column's times in bands evenly spaced in pitch, of the
  // mono mix; 0 is a sine of full scale, -200 at least.
  std::vector<float> spectrogram_db;
  double fmin_hz = 0, fmax_hz = 0;  // centres of the first and the last band; fmax at most Nyquist

  double duration_s() const { return static_cast<double>(samples) / sample_rate_hz; }
};

// Reads the song twice, in blocks; memory is 80 MB at most, however long the song. columns >= 1. Error{input}
// as AudioSource says.
SongView view_song(AudioSource& source, int columns);

}  // namespace spectradiff
