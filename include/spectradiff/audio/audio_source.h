// A sound file read in blocks, sample-exact and repeatable.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

namespace spectradiff {

// What is refused unless the user insists, because it is hardly ever meant.
struct AudioLimits {
  double max_duration_s = 6.0 * 3600;
  bool any_sample_rate = false;  // 1 Hz to 10 MHz instead of 8 to 384 kHz
};

struct AudioInfo {
  int sample_rate_hz = 0;
  int channels = 0;  // 1..64
  // Where the loudspeakers stand, as bits of WAVE (FL 1, FR 2, FC 4, LFE 8, …), in whose order the channels
  // come; 0: not known.
  uint64_t channel_mask = 0;
  // Audio frames that can be read: counted where the header is wrong, lowered when reading meets damage.
  int64_t samples = 0;
  std::string format;  // "WAV, 16 bit PCM", for people
  bool lossless = false;
  // Differs from the file: samples were no numbers, all are scaled, some are lost, silence is put in front.
  bool mended = false;
  double duration_s() const { return static_cast<double>(samples) / sample_rate_hz; }
};

// Reads interleaved float frames, nominal ±1, from any place. NaN, infinity and values beyond ±1e6 come out
// as 0 (see notes), and so do values below 1e-20, whose arithmetic would be slow. A float file that peaks
// above 2 was written on another scale: it is brought to a peak of 1. Not thread-safe.
class AudioSource {
 public:
  // MP3 and Ogg by libav, else whatever libsndfile reads, else libav (a video's sound track too), with 1..64
  // channels and within the limits. "-" spools stdin (up to 4 GiB) to a temporary file in TMPDIR, which is
  // removed with this object. Error{input} naming the file, what is wrong with it and what to do: also for a
  // file without samples, or with more than 1 % of them not numbers. Error{output} when the spool cannot be
  // written.
  static AudioSource open(const std::filesystem::path& path, const AudioLimits& limits = {});
  AudioSource(AudioSource&&) noexcept;
  AudioSource& operator=(AudioSource&&) noexcept;
  ~AudioSource();

  const AudioInfo& info() const;
  const std::filesystem::path& file() const;  // the real file: the spool for "-"
  const std::string& name() const;            // for messages: printable, "standard input" for "-"
  // Warnings for the user: truncated, NaN samples, …; reading may add one.
  const std::vector<std::string>& notes() const;

  // From now on there are this many samples: silence follows the file's own, or their end is not read.
  void fit_length(int64_t samples);

  // 0..samples; may decode what it passes. Error{input} where damage is in the way.
  void seek(int64_t sample);
  // [frames][channels]; fewer only at the end, and 0 there.
  int64_t read(float* interleaved, int64_t frames);
  // The mean of all channels, [frames].
  int64_t read_mono(float* mono, int64_t frames);

 private:
  struct Impl;
  explicit AudioSource(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

// The mean of all channels, as read_mono gives it: [frames][channels] to [frames].
void mix_to_mono(const float* interleaved, int64_t frames, int channels, float* mono);

std::string audio_library_version();  // "libsndfile-1.2.0"

}  // namespace spectradiff
