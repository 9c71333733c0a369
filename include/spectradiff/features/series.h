// Named curves over a song, one value per video frame, and the moments that matter in it.
#pragma once

#include <array>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "spectradiff/features/pause.h"
#include "spectradiff/features/section.h"

namespace spectradiff {

// As names of series end, from C up: chroma_c, chroma_cs, …
inline constexpr std::array<const char*, 12> kPitchClasses = {"c",  "cs", "d",  "ds", "e",  "f",
                                                              "fs", "g",  "gs", "a",  "as", "b"};

// Frame i covers the song's samples [floor(i · sample_rate / fps), floor((i + 1) · sample_rate / fps)), in
// the mean of all channels unless it says otherwise. No value is ever NaN or infinite.
//
// From the frame's own samples:
//   rms, peak      root of the mean square and largest |sample|, nominal 0..1
//   loudness       LUFS: ITU-R BS.1770 momentary, of all channels over the 400 ms that end with the frame, as
//                  a meter shows it; at least -70
//   centroid       Hz: moments of the magnitudes a = |rfft(frame, N)|, N the next power of two, no window;
//   spread         Hz                                  all four 0 in silence
//   skewness, kurtosis                                 of the distribution a / sum a over frequency
// From short hops (a window of about 46 ms every 12 ms, 2048 and 512 samples at 44.1 and 48 kHz):
//   onset          0..1: librosa's onset strength (mean rise in dB over 128 mel bands up to 11025 Hz); the
//                  frame's maximum; 1 is the song's
//   bass, mid, treble   mean energy per hop, 20 to 250, 250 to 4000, and 4000 to 16000 Hz
//   band:LO:HI     the same between any two frequencies in Hz, "band:40:120"
//   mel_0 … mel_127     dB: the mel bands' mean power, at most 80 dB below the song's maximum
//   mfcc_0 … mfcc_19    MFCC of these, the frame's mean
// From long hops (about 93 ms every 23 ms, 4096 and 1024 samples at 44.1 and 48 kHz):
//   harmonic, percussive   mean energy per hop of either part as median filters separate them
//   chroma_c … chroma_b    0..1: energy per pitch class, A = 440 Hz; a hop's strongest is 1; the frame's mean
// From the beats:
//   beat           1 in the frame that contains a beat, else 0
//   beat_phase     0..1 at the frame's start: 0 in a beat's frame, rising to the next beat; continued with
//   the
//                  nearest interval before the first beat and after the last; 0 without beats
//   bar_phase      the same from one bar's first beat to the next one's
// As other programs hear it, of the mono mix; known by name, too many to be among `all`:
//   rms_db         dB: 20 lg rms, at least -120
//   centroid_1024  Hz: librosa's spectral_centroid of the frame's samples at 44100 Hz (windows of 1024 every
//                  512), the mean; 0 in silence
//   At 22050 Hz, around the frame's begin:
//   chroma_cqt_c … chroma_cqt_b   0..1: librosa's chroma_cqt, tuning and all
//   mel_level, mel_power   mean of 128 mel bands' power up to 8000 Hz; sum of 256 bands' up to 11025 Hz
//   percussive_mel, percussive_peak   of the percussive part of librosa's hpss (windows of 2048 every 512,
//                  between which straight lines run): sum of 256 mel bands' power; the greatest of 128 bands
// Energies are mean squares, so a sine of amplitude A has the energy A² / 2. A frame shorter than a hop takes
// the hop nearest to its middle.
struct Series {
  std::string name;
  std::string unit;           // "Hz", "LUFS", "dB" or empty
  std::vector<float> values;  // [frames]
};

// Seconds from the song's first sample, ascending, whatever part of the song becomes frames.
struct Events {
  std::vector<double> onsets_s;
  std::vector<double> beats_s;
  std::vector<int> downbeats;     // indices in beats_s, ascending: the beats that begin bars
  int beats_per_bar = 4;          // of bars before the first downbeat and from the last one on
  std::vector<Section> sections;  // they cover the song; empty for silence
  std::vector<double> drops_s;    // begins of sections at which much more sets in than was before
  std::vector<Build> builds;
  std::vector<Pause> pauses;  // heard with the sections
};

// Bars since the first downbeat at a place counted in beats, 1.5 being halfway from the second beat to the
// third; below 0 before it.
double bar_position(const std::vector<int>& downbeats, int beats_per_bar, double beat);

// From begin_s on, until the next one begins.
struct TempoPart {
  double begin_s;
  double bpm;
};

// rms peak loudness centroid spread skewness kurtosis onset beat beat_phase bar_phase harmonic percussive
// bass mid treble chroma_c chroma_cs … chroma_b.
const std::vector<std::string>& series_names();
// mel_0 … mel_127 mfcc_0 … mfcc_19: known by name, too many to be among `all`.
const std::vector<std::string>& timbre_series_names();
// rms_db centroid_1024 chroma_cqt_c … percussive_peak: the same.
const std::vector<std::string>& librosa_series_names();
// In one of these lists, or band:LO:HI with 0 <= LO < HI.
bool is_series_name(std::string_view name);

// What to hear beside the bins; painters that need nothing pay for nothing.
struct FeatureRequest {
  std::set<std::string> series;
  bool onsets = false;    // Events::onsets_s
  bool beats = false;     // beats_s, downbeat and the tempo; any of the beat series brings them too
  bool key = false;       // any chroma series brings it too
  bool sections = false;  // sections, drops and builds
  bool all = false;       // all of the above and every series of series_names(), beside `series`
  bool sound = false;     // the samples themselves, Features::sound; not part of all
  bool still = false;     // the spectrogram of the whole song as one picture; not part of all
  int threads = 0;        // at most; 0: all cores. Results are the same for any.
};

}  // namespace spectradiff
