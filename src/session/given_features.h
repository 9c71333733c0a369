// What expressions read from beside the song.
#pragma once

#include "spectradiff/features/features.h"
#include "spectradiff/render/render_job.h"
#include "spectradiff/render/render_observer.h"
#include "spectradiff/session/song_input.h"

namespace spectradiff {

// Adds to the features the series of every stem, MIDI file and label track that the job's words read, and
// where one reads how much the painting changes, that: every frame of the song is painted for it.
// Error{usage} for the latter unless `paints`.
void add_given_series(Features& features, SongInput& input, const RenderJob& job, bool paints,
                      RenderObserver& observer);

// Whether the job reads any of these.
bool reads_given_series(const RenderJob& job);

}  // namespace spectradiff
