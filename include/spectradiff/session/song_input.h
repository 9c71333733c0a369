// The files that a job hears: the song, in its place for analysis another one such as a stem, and what stands
// beside it.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "spectradiff/audio/audio_source.h"
#include "spectradiff/config/settings.h"
#include "spectradiff/features/features.h"
#include "spectradiff/render/render_job.h"
#include "spectradiff/render/render_observer.h"
#include "spectradiff/timeline/given_series.h"

namespace spectradiff {

struct SongInput {
  AudioSource song;                     // counted, cut and muxed
  std::optional<AudioSource> analysis;  // brought to the song's length
  // By the names that expressions give them; stems brought to the song's length.
  std::map<std::string, AudioSource> stems;
  std::map<std::string, std::vector<MidiNote>> midi;
  std::map<std::string, std::vector<TimedLabel>> labels;
  AudioSource& heard() { return analysis ? *analysis : song; }
};

// Within the job's limits; what is wrong with the files becomes warnings, or with strict an Error{input}.
// Also Error{input} when another sound lasts longer or shorter than the song by more than a frame,
// Error{usage} when more than one is stdin.
SongInput open_song(const std::string& path, const RenderJob& job, RenderObserver& observer);

// Warns where --fmax asks for more than a song of this rate holds.
void warn_of_lowered_fmax(const Resolved& resolved, int sample_rate_hz, RenderObserver& observer);

// The song's features; damage found on the way, and silence, become warnings, or with strict an Error{input}.
Features hear(AudioSource& source, const AnalysisSettings& settings, bool strict, RenderObserver& observer,
              const FeatureRequest& wanted = {});

// A warning about a file that is read, or with strict an Error{input}.
void warn_of_input(const std::string& message, bool strict, RenderObserver& observer);

// The notes of `source` from the one numbered `first` on.
void warn_of_notes(const AudioSource& source, size_t first, bool strict, RenderObserver& observer);

}  // namespace spectradiff
