// What is measured in every hop of a song while it streams by.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <vector>

#include "band_name.h"
#include "chroma.h"
#include "hpss.h"
#include "mel.h"
#include "pitch_peaks.h"
#include "spectradiff/audio/audio_source.h"
#include "stft.h"

namespace spectradiff {

// Short hops: mel bands where they are wanted, and the energy in frequency bands.
class ShortHopMeter {
 public:
  ShortHopMeter(const AudioInfo& song, bool wants_mel, const std::vector<Band>& bands);
  void add(const float* samples, int64_t count) { stft_.add(samples, count); }
  void finish() { stft_.finish(); }

  const MelFrames& mel() const { return mel_; }
  const std::vector<float>& energy(size_t band) const { return edges_[band].energy; }  // [hops], mean square

 private:
  // A bin holds what lies within half a bin of it, so that its share of a band is its overlap.
  struct Edges {
    double low_bin;
    double high_bin;
    std::vector<float> energy;
  };
  void measure(const float* power);

  Stft stft_;
  std::optional<MelFilters> filters_;
  MelFrames mel_;
  std::vector<Edges> edges_;
};

// Long hops: chroma and key, harmonic and percussive energy.
class LongHopMeter {
 public:
  LongHopMeter(int sample_rate_hz, bool wants_chroma, bool wants_parts);
  void add(const float* samples, int64_t count) { stft_.add(samples, count); }
  void finish();

  const std::vector<Chroma>& chroma() const { return chroma_; }         // [hops]
  std::string key() const { return pitches_ ? pitches_->key() : ""; }   // empty: none
  const std::vector<float>& harmonic() const { return harmonic_; }      // [hops], mean square
  const std::vector<float>& percussive() const { return percussive_; }  // [hops], mean square

 private:
  void measure(const float* power);

  Stft stft_;
  std::optional<ChromaFilters> filters_;
  std::optional<PitchPeaks> pitches_;
  std::optional<HarmonicPercussive> parts_;
  std::vector<Chroma> chroma_;
  std::vector<float> harmonic_;
  std::vector<float> percussive_;
};

}  // namespace spectradiff
