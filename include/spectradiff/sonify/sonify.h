// Sound out of a picture: three ways.
#pragma once

#include <array>
#include <complex>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "spectradiff/features/short_time.h"
#include "spectradiff/image/canvas.h"

namespace spectradiff {

enum class SonifyMethod { griffin_lim, chirp, riffusion };
enum class PictureChannel { red, green, blue, average };

// Which channel of a picture's columns says what of their chirps.
struct ChirpRoles {
  PictureChannel pitch = PictureChannel::red;
  PictureChannel level = PictureChannel::green;
  std::optional<PictureChannel> length;  // absent: all sound to the end
  friend bool operator==(const ChirpRoles&, const ChirpRoles&) = default;
};

struct SonifySettings {
  SonifyMethod method = SonifyMethod::griffin_lim;
  PictureChannel channels = PictureChannel::average;  // of griffin_lim; average: the mean of three sounds
  int sample_rate_hz = 24000;                         // 8000..192000; riffusion: 44100
  double duration_s = 30;                             // of chirp
  double stretch = 1;                                 // times as long, at the same pitch; 0.1..100
  ChirpRoles roles;
  uint64_t seed = 0;  // of the phases that griffin_lim and riffusion begin with
  friend bool operator==(const SonifySettings&, const SonifySettings&) = default;
};

struct MadeSound {
  int sample_rate_hz = 0;
  std::vector<float> samples;  // mono; a peak of 1 but for chirp, whose sum stays as it is
};

// - griffin_lim (VS4 to VS6): a channel c of 0..1 is a spectrogram, a row per frequency from 0 Hz on top, a
//   column per half window: powers 10^((80 c - 80) / 20); torchaudio's GriffinLim finds phases for it.
// - chirp (VS7): a column's mean channels r, g, b are a chirp from 800 r Hz to half more, over the duration,
//   0.2 + 0.8 g loud; all together divided by their number.
// - riffusion: grey, dark is loud, the lowest of 512 mel bands (0 to 10 kHz) at the bottom, 10 ms a column,
//   magnitude^0.25.
// Error{input} for a picture that is too small for it: 3 rows and 2 columns are the least of griffin_lim.
MadeSound sonify(const Canvas& picture, const SonifySettings& settings);

// The parts of the above.
// torchaudio.functional.griffinlim of magnitudes (its power is 1): `phases` are what it begins with, numbers
// in the complex plane. 32 iterations, momentum 0.99.
std::vector<double> griffin_lim(const Magnitudes& magnitudes, const ShortTime& size, ShortTimeSpectra phases);
ShortTimeSpectra random_phases(size_t frames, int bins, uint64_t seed);

std::vector<double> chirps(const Canvas& picture, const ChirpRoles& roles, double duration_s, int rate_hz);

// The way back from features/riffusion.h: the bands of a picture, [columns][512], the loudest 1 where it is
// black; and the magnitudes of bands, [columns][bins].
Magnitudes bands_of_picture(const Canvas& picture);
Magnitudes from_riffusion_bands(const Magnitudes& bands);

}  // namespace spectradiff
