// A sound file read in blocks, sample-exact and repeatable.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

namespace spectradiff {

struct AudioInfo {
  int sample_rate_hz = 0;  // 8000..384000
  int channels = 0;        // 1..64
  // Audio frames that can be read: counted where the header is wrong, lowered when reading meets damage.
  int64_t samples = 0;
  std::string format;  // "WAV, 16 bit PCM", for people
  bool lossless = false;
  double duration_s() const { return static_cast<double>(samples) / sample_rate_hz; }
};

// Reads interleaved float frames, nominal ±1, from any place. NaN, infinity and values beyond ±1e6 come out
// as 0 (see notes), and so do values below 1e-20, whose arithmetic would be slow. Not thread-safe. libmpg123
// may write notes of its own about damaged MP3s to stderr.
class AudioSource {
 public:
  // Whatever libsndfile reads with 1..64 channels, 8..384 kHz and at most 6 hours. "-" spools stdin (up to 4
  // GiB) to a temporary file in TMPDIR, which is removed with this object. Error{input} naming the file, what
  // is wrong with it and what to do: also for a file without samples, or with more than 1 % of them not
  // numbers. Error{output} when the spool cannot be written.
  static AudioSource open(const std::filesystem::path& path);
  AudioSource(AudioSource&&) noexcept;
  AudioSource& operator=(AudioSource&&) noexcept;
  ~AudioSource();

  const AudioInfo& info() const;
  const std::filesystem::path& file() const;  // the real file: the spool for "-"
  // Warnings for the user: truncated, NaN samples, …; reading may add one.
  const std::vector<std::string>& notes() const;

  // 0..samples; decodes what it passes in lossy formats. Error{input} where damage is in the way.
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

std::string audio_library_version();  // "libsndfile-1.2.0"

}  // namespace spectradiff
