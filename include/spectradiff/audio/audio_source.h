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
  int64_t samples = 0;     // audio frames really readable (counted where the header cannot be trusted)
  std::string format;      // "WAV, 16 bit PCM", for people
  bool lossless = false;
  double duration_s() const { return static_cast<double>(samples) / sample_rate_hz; }
};

// Reads interleaved float frames, nominal ±1, from any place. NaN and infinity come out as 0 (see notes). Not thread-safe.
class AudioSource {
 public:
  // "-" spools stdin to a temporary file first. Error{input} naming the file, what is wrong with it and what to do.
  static AudioSource open(const std::filesystem::path& path);
  AudioSource(AudioSource&&) noexcept;
  AudioSource& operator=(AudioSource&&) noexcept;
  ~AudioSource();

  const AudioInfo& info() const;
  const std::filesystem::path& file() const;           // the real file: the spool for "-"
  const std::vector<std::string>& notes() const;       // warnings for the user: truncated, NaN samples, …

  void seek(int64_t sample);                           // 0..samples
  int64_t read(float* interleaved, int64_t frames);    // [frames][channels]; fewer only at the end; 0 at the end
  // The mean of all channels.
  int64_t read_mono(float* mono, int64_t frames);

 private:
  struct Impl;
  explicit AudioSource(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

std::string audio_library_version();  // "libsndfile-1.2.0"

}  // namespace spectradiff
