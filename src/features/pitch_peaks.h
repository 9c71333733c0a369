// Which pitches a song holds, however it is tuned, and the key they speak for.
#pragma once

#include <string>
#include <vector>

namespace spectradiff {

// Peaks of the spectrum, folded into one octave of fine steps. One thread.
class PitchPeaks {
 public:
  PitchPeaks(int sample_rate_hz, int fft_size);

  void add(const float* power);  // [fft_size / 2 + 1], |X|² of one window
  // The major or minor key whose profile (Krumhansl and Kessler, 1982) correlates best, counted from the
  // song's own tuning: the circular mean of the peaks' distances from the notes of A = 440 Hz. Empty where
  // there is none: peaks at any pitch, as in noise, or at one or two alone, as of a metronome.
  std::string key() const;

 private:
  const double bin_hz_;
  size_t first_bin_, end_bin_;
  std::vector<double> strength_;  // [kSteps], from A on
};

}  // namespace spectradiff
