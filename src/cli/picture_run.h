// One plan carried out: analysed, painted, diffused, written, checked and reported.
#pragma once

#include "analysis_store.h"
#include "arguments.h"
#include "console.h"
#include "model_store.h"
#include "output_target.h"
#include "spectradiff/audio/audio_source.h"
#include "spectradiff/diffusion/manifest.h"
#include "spectradiff/media/video_writer.h"
#include "spectradiff/render/plan.h"
#include "spectradiff/render/render_job.h"

namespace spectradiff {

struct PictureJob;

VideoSettings video_settings(const RenderJob& job, const OutputTarget& target, const Manifest* manifest);

// The plan's pieces of the song, one after another. `source` and `plan` outlive the track.
SoundTrack sound_track(AudioSource& source, const Plan& plan);

struct RunOutcome {
  bool complete = false;  // false: stopped by the user
  int64_t frames = 0;
  double seconds = 0;
};

// Throws Error. A video's final name appears only when all of it is there.
RunOutcome run_plan(const Arguments& arguments, Console& console, PictureJob& job, ModelStore& models,
                    AnalysisStore& analyses);

}  // namespace spectradiff
