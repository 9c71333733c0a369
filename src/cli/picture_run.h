// One plan carried out: analysed, painted, diffused, written, checked and reported.
#pragma once

#include "arguments.h"
#include "console.h"
#include "output_target.h"
#include "song_input.h"
#include "spectradiff/audio/audio_source.h"
#include "spectradiff/diffusion/manifest.h"
#include "spectradiff/media/video_writer.h"
#include "spectradiff/render/plan.h"
#include "spectradiff/render/render_job.h"

namespace spectradiff {

VideoSettings video_settings(const RenderJob& job, const OutputTarget& target);

// The plan's pieces of the song, one after another. `source` and `plan` outlive the track.
SoundTrack sound_track(AudioSource& source, const Plan& plan);

// The exit code; throws Error. A video's final name appears only when all of it is there. `model` is null
// where nothing is diffused.
int run_plan(const Arguments& arguments, Console& console, RenderJob& job, const OutputTarget& target,
             SongInput& input, const Plan& plan, const Manifest* model);

}  // namespace spectradiff
