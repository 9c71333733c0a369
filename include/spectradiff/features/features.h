// What is heard in a song, frame by frame: the input of every painter.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "spectradiff/audio/audio_source.h"
#include "spectradiff/base/file.h"
#include "spectradiff/base/frame_time.h"
#include "spectradiff/base/rational.h"
#include "spectradiff/features/series.h"
#include "spectradiff/features/sound_embedding.h"

namespace spectradiff {

enum class BinSpacing { seed, log, cqt };
enum class WindowShape { rect, hann };

// How magnitudes become levels: divided by a song-wide reference, never per frame. The reference is
// - percentile: NumPy's linear percentile over all frames and bins, or the maximum where that one is silent;
// - loudness: the magnitude that lies at -20 dB of full scale once the song's integrated loudness (ITU-R
//   BS.1770) is brought to `value`;
// - none: 1.
// A song without a bin above -100 dB of full scale is silent: its reference is 0 and so are its levels.
struct Normalize {
  enum class Kind { percentile, loudness, none } kind = Kind::percentile;
  double value = 99;  // percentile 0..100; LUFS for loudness
  friend bool operator==(const Normalize&, const Normalize&) = default;
};

// What ears correct. A beat track is followed through the song unless it is given:
// - tempo alone: an even grid that is fitted to the song;
// - first beat alone: the track begins there, and so does the first bar;
// - both: an even grid from there to the song's end;
// - a file: these beats, whatever else is said. The numbers that a downbeat tracker writes beside them make
//   the bars, unless first_beat or beats_per_bar do; without numbers the first one begins a bar.
struct BeatSettings {
  double tempo_bpm = 0;                // 20..400; 0: heard
  std::optional<TimeSpan> first_beat;  // in the song
  int beats_per_bar = 0;               // 1..32; 0: heard, 3, 4 or 7
  // A time per line, with or without its number in the bar, or Audacity labels START<TAB>END<TAB>TEXT; empty:
  // none.
  std::string file;
  friend bool operator==(const BeatSettings&, const BeatSettings&) = default;
};

struct AnalysisSettings {
  Rational fps{15};
  int bins = 90;  // 1..4096
  BinSpacing spacing = BinSpacing::log;
  // seed: from the frame's start, at most the frame, zero-padded; log: centred on the frame, for telling
  // pitches apart: when they were heard is told by the frame alone; cqt: centred, the longest of them.
  TimeSpan window = TimeSpan::milliseconds(372);
  WindowShape window_shape = WindowShape::hann;
  double fmin_hz = 30;     // not seed spacing
  double fmax_hz = 16000;  // not seed spacing; lowered to Nyquist
  Normalize normalize;
  double gain_db = 0;
  BeatSettings beats;
  friend bool operator==(const AnalysisSettings&, const AnalysisSettings&) = default;
};

// The whole song as one grey picture, VS2's: time to the right, the lowest frequency on top.
struct StillSpectrogram {
  static constexpr int kRows = 257;
  int64_t columns = 0;          // one per 256 samples
  std::vector<uint8_t> pixels;  // [kRows][columns]
};

// Immutable once made; shared freely between threads.
struct Features {
  AnalysisSettings settings;
  int sample_rate_hz = 0;
  int64_t samples = 0;
  int64_t frames = 0;
  int bins = 0;
  // [frames][bins], >= 0, of the mono mix in ±1. seed: |rfft(piece, n)|, undivided, of the piece that SpD5
  // cuts: floor(sample_rate / fps) samples from the frame's start. log: 1 is a sine of full scale at the
  // bin's centre; bands wider than the window resolves hold the root of the power in them.
  // cqt: the same of a sine, heard through windows of a constant number of periods.
  std::vector<float> magnitudes;
  std::vector<float> levels;            // [frames][bins], 0..1: magnitude · gain / reference, clamped
  std::vector<float> bin_frequency_hz;  // [bins], centre
  double reference = 0;  // the song-wide magnitude that becomes level 1; 0 for silence: levels are then 0
  std::vector<Series> series;  // those asked for: in the order of series_names(), then the others by name
  Events events;               // of what was asked for; the rest is empty
  double tempo_bpm = 0;        // 0: unknown, as in silence; where it changes, that of most of the song
  // The tempo, and the next likely one where there is one: its double or half, mostly.
  std::vector<double> tempo_candidates_bpm;
  std::vector<TempoPart> tempos;              // more than one where the song changes it for good
  StillSpectrogram still;                     // empty unless asked for
  std::shared_ptr<const EmbeddedSong> sound;  // null unless asked for; 10.6 MB a minute
  std::string key;                            // "A minor"; empty: none, as of noise or drums
  std::vector<std::string> notes;             // what the user should know of how it was heard

  const Series* find(std::string_view name) const;  // null when it was not asked for
  const float* frame_levels(int64_t frame) const { return levels.data() + frame * bins; }
  const float* frame_magnitudes(int64_t frame) const { return magnitudes.data() + frame * bins; }
};

// Reads the whole song once in blocks (twice for loudness as the rule of levels); memory is that of the
// result and, for onsets, beats, sections and timbre, 22 kB per second of song. Error{usage} for settings
// that this song cannot have (a window of less than 20 samples, fmin above Nyquist, no loudness to be
// measured, a beats file that cannot be read, naming its line), naming the option, and for unknown series.
// Any thread; one per source.
Features analyze(AudioSource& source, const AnalysisSettings& settings, const FeatureRequest& wanted = {});

// FFT indices of the seeds (FD2, SpD7): from 10 to half the window, evenly spaced in exponent, duplicates and
// all, exactly as NumPy's logspace and astype(int) give them with math.log(n / 2, 10) as the last exponent.
// NumPy's own AVX-512 code rounds powers less well and moves single indices by one at some sizes (12 of 3400
// tried); this is what it gives without. window_samples >= 20, bins >= 1.
std::vector<int> seed_bin_indices(int window_samples, int bins);

// The seed's CSV, SpD3–SpD8: one row per frame, comma-separated magnitudes of the mono mix scaled by
// 2^15/2^16, no header; each value in the shortest form that reads back as the same float. The sink gets a
// row at a time.
void write_seed_csv(const Features& features, const TextSink& sink);

std::string features_library_version();  // "fftw-3.3.10"

}  // namespace spectradiff
