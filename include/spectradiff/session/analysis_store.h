// What was heard last, for jobs that hear one song alike.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>

#include "spectradiff/audio/audio_source.h"
#include "spectradiff/features/features.h"
#include "spectradiff/render/render_observer.h"

namespace spectradiff {

class AnalysisStore {
 public:
  // hear() of song_input.h, or what it gave last time where song and settings are the same. Nothing is kept
  // of a song that there is something to say about.
  std::shared_ptr<const Features> hear(AudioSource& source, const AnalysisSettings& settings, bool strict,
                                       RenderObserver& observer, const FeatureRequest& wanted);

 private:
  struct Key {
    std::filesystem::path file;
    std::filesystem::file_time_type changed;
    int sample_rate_hz = 0;
    int64_t samples = 0;
    AnalysisSettings settings;
    friend bool operator==(const Key&, const Key&) = default;
  };

  Key heard_;
  FeatureRequest wanted_;
  std::shared_ptr<const Features> features_;  // null: none yet
};

}  // namespace spectradiff
