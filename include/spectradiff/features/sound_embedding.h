// Sound as a matrix of a text embedding's shape, the four ways of Sound-Diffusion.
#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <span>
#include <vector>

#include "spectradiff/base/frame_time.h"

namespace spectradiff {

// Of a piece of sound x of n samples, R being the text's tokens and D its width, as librosa's functions of
// these names give them:
// - waveform: the samples one behind the other, cut or filled up with 0 to R · D;
// - fft: |STFT|, 2 (D - 1) samples long, every n / R + 1, Hann, time down the rows; where that gives another
//   number of columns than R (it does at 15, 30 and 60 fps) they are brought to R along straight lines;
// - melspectrogram: 128 bands up to 8 kHz in dB below the piece's loudest, from -80 to 0 dB brought to 0..1,
//   repeated from its begin until the matrix is full;
// - mfcc: 13 coefficients, each without its mean, a cubic spline (scipy.ndimage.zoom) over R x D.
enum class SoundFeature { waveform, fft, melspectrogram, mfcc };

inline constexpr int kSoundRateHz = 44100;  // of all that is embedded

// A song as it is embedded: mono, at kSoundRateHz.
struct EmbeddedSong {
  std::vector<float> samples;
};

// A piece of the song that a frame is told, and how much of it.
struct SoundPart {
  SoundFeature feature = SoundFeature::melspectrogram;
  SampleRange samples;  // at kSoundRateHz; at least one of them in the song
  // What is heard around the piece counts too, and levels are the song's: magnitudes are told apart from
  // piece to piece. False: every piece by itself, as if nothing else was ever heard.
  bool in_song = false;
  double weight = 1;   // 0..1
  bool still = false;  // laid out as still_embedding has it, by itself
  friend bool operator==(const SoundPart&, const SoundPart&) = default;
};

struct Matrix {
  int rows = 0, columns = 0;
  std::vector<float> values;  // [rows][columns]
};

// May be used from many threads.
class SoundEmbedder {
 public:
  SoundEmbedder(std::shared_ptr<const EmbeddedSong> song, int rows, int columns);
  ~SoundEmbedder();

  // The feature itself, [rows][columns].
  Matrix raw(const SoundPart& part) const;
  // Sum of weight · each part brought to 0..1: by its own least and greatest value or, in the song, by the
  // song's. All 0 where there is nothing to tell apart, as in silence.
  Matrix unit(std::span<const SoundPart> parts) const;
  // Sum of weight · root of the mean square of each part's own samples.
  double rms(std::span<const SoundPart> parts) const;

 private:
  struct Worker;
  struct Range {
    float low = 0, high = 0;
  };
  std::unique_ptr<Worker> take_worker() const;
  void give_back(std::unique_ptr<Worker> worker) const;
  Range song_range(SoundFeature feature) const;  // of waveform, fft, melspectrogram (a power)

  const std::shared_ptr<const EmbeddedSong> song_;
  const int rows_, columns_;
  mutable std::mutex mutex_;
  mutable std::vector<std::unique_ptr<Worker>> workers_;  // idle
  mutable std::mutex range_mutex_;
  mutable std::vector<std::pair<SoundFeature, Range>> ranges_;
};

// A still picture's matrix (SD30): waveform as above; the others whole over R x D by the spline, the lowest
// frequency in the first row.
Matrix still_embedding(const EmbeddedSong& sound, SoundFeature feature, int rows, int columns);

// The same array on another grid that begins and ends with it: cubic splines through its values, as
// scipy.ndimage.zoom has them.
Matrix zoomed(const Matrix& array, int rows, int columns);

}  // namespace spectradiff
