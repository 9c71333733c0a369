// How a job's video is written: what the encoder is told, where its sound comes from, and what is checked at
// the end.
#pragma once

#include <filesystem>

#include "spectradiff/audio/audio_source.h"
#include "spectradiff/diffusion/manifest.h"
#include "spectradiff/media/video_writer.h"
#include "spectradiff/render/plan.h"
#include "spectradiff/render/render_job.h"
#include "spectradiff/session/output_target.h"

namespace spectradiff {

// `model` is null where nothing is diffused.
VideoSettings video_settings(const RenderJob& job, const OutputTarget& target, const Manifest* model);

// The plan's pieces of the song, one after another. `source` and `plan` outlive the track.
SoundTrack sound_track(AudioSource& source, const Plan& plan);

// That the file holds the plan's pictures and sounds as long as it shows. Error{internal}.
void check_finished_video(const std::filesystem::path& file, const Plan& plan, const Rational& fps,
                          bool with_sound);

}  // namespace spectradiff
