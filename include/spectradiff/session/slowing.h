// A song at the tempo at which a beat lasts a whole number of frames, at the same pitch.
#pragma once

#include <string>
#include <vector>

#include "spectradiff/render/render_job.h"
#include "spectradiff/render/render_observer.h"

namespace spectradiff {

struct SlowedSong {
  std::vector<float> samples;  // [samples][channels]
  int channels = 0;
  int sample_rate_hz = 0;
  double tempo_bpm = 0;  // of the song
  double slowed_bpm = 0;
  int frames_per_beat = 0;
};

// `frames_per_beat` at the job's frame rate; 0: the next multiple of four, so that --diffuse-every 2 or 4
// meets every beat. The tempo is the job's, or heard. Error{input} where there is none, Error{usage} where
// the song would become more than four times as long or as short.
SlowedSong slow_song(const std::string& song, const RenderJob& job, int frames_per_beat,
                     RenderObserver& observer);

}  // namespace spectradiff
