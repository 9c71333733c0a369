// A window that slides over a song's mono samples, which are read once.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <vector>

#include "heard_mix.h"
#include "meter_pool.h"
#include "spectradiff/audio/audio_source.h"
#include "spectradiff/base/frame_time.h"

namespace spectradiff {

// Memory is that of the widest window and one block. One thread; the source must outlive it.
class SampleWindow {
 public:
  // The window is on the mean of all channels, or on what HeardMix makes of them. `observer` is shown every
  // sample of both once, in order, and, where `wants_channels`, the channels themselves.
  enum class Voice { mean, heard };
  using Observer = std::function<void(SongBlock block)>;
  SampleWindow(AudioSource& source, Voice voice, bool wants_channels, Observer observer);

  struct View {
    const float* samples;  // [range.size()], 0 outside the song; valid until the next view
    int64_t song_begin;    // the part of the window that lies in the song, as indices into samples
    int64_t song_end;
    float mean() const;    // of that part
    float median() const;  // of a thousand samples of that part, evenly spaced; 0 where it is empty
  };
  // The range may begin before the song and end behind it; its begin never decreases.
  View view(const SampleRange& range);

  int64_t song_samples() const { return song_samples_; }  // read so far

 private:
  void read_block();
  SongBlock read();
  SongBlock read_one_channel();

  AudioSource& source_;
  const Voice voice_;
  const bool wants_channels_;
  Observer observer_;
  std::vector<float> buffer_;  // samples [buffer_begin_, buffer_begin_ + buffer_.size())
  int64_t buffer_begin_ = 0;
  int64_t song_samples_ = 0;
  bool ended_ = false;
  std::optional<HeardMix> mix_;     // of several channels
  std::vector<float> mean_;         // read, and not yet out of the mix
  std::vector<float> interleaved_;  // the same
};

}  // namespace spectradiff
