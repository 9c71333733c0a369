// How a job's video is written: what the encoder is told, where its sound comes from, and what is checked at
// the end.
#pragma once

#include <filesystem>

#include "session_state.h"
#include "spectradiff/audio/audio_source.h"
#include "spectradiff/media/loop.h"
#include "spectradiff/media/video_writer.h"
#include "spectradiff/render/plan.h"
#include "spectradiff/render/render_job.h"
#include "spectradiff/session/output_target.h"

namespace spectradiff {

// All but the tags: names, sizes and scales, nothing left open but what the song's sound becomes.
VideoSettings video_settings(const RenderJob& job, const OutputTarget& target);

// The same as the plan has it, `encoders` being what check_video_settings found; of an output that is no
// video the size alone.
VideoConstants video_constants(const RenderJob& job, const OutputTarget& target,
                               const EncoderChoice& encoders);

// The plan's pieces of the song, one after another. `source` outlives the track.
SoundTrack sound_track(AudioSource& source, const Plan& plan);

// Which encoders the state's video gets, each of them tried.
void try_encoder(SessionState& state);

// Whether a loop shows the plan's pictures as far as its times say.
bool lasts_as_long(const LoopFacts& loop, const Plan& plan, const Rational& fps);

// The same, and that it never ends. Error{internal}.
void check_finished_loop(const EncodedLoop& loop, const Plan& plan, const Rational& fps);

// That the file holds the plan's pictures and sounds as long as it shows. Error{internal}.
void check_finished_video(const std::filesystem::path& file, const Plan& plan, const Rational& fps,
                          bool with_sound);

}  // namespace spectradiff
