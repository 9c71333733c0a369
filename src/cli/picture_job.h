// A render or paint job that has been found to make sense, and its carrying out.
#pragma once

#include <memory>
#include <optional>

#include "analysis_store.h"
#include "arguments.h"
#include "console.h"
#include "job_setup.h"
#include "model_store.h"
#include "output_target.h"
#include "picture_run.h"
#include "song_input.h"
#include "spectradiff/diffusion/interpolator.h"
#include "spectradiff/render/control_pictures.h"
#include "spectradiff/render/plan.h"

namespace spectradiff {

struct PictureJob {
  PreparedJob prepared;
  OutputTarget target;
  SongInput input;
  Plan plan;
  std::unique_ptr<const ControlPictures> control;    // null: the model takes none
  std::optional<InterpolationBundle> interpolation;  // absent: no network makes pictures between others

  RenderJob& job() { return prepared.resolved.job; }
  const Manifest* manifest() const { return prepared.diffuse ? &*prepared.manifest : nullptr; }
};

// Settings, model and sampler: what needs no song.
PreparedJob prepare_pictures(const Arguments& arguments, Console& console);

// Song, plan, output and encoder, so that nothing foreseeable goes wrong later. Writes nothing. With dry_run
// the output may exist and the model need not be trusted; with `may_exist` the caller looks at what exists.
PictureJob open_pictures(PreparedJob prepared, const Arguments& arguments, Console& console,
                         ModelStore& models, bool may_exist = false);

// Hears the song, which chooses the prompt where none was given and moves the plan.
std::shared_ptr<const Features> hear_song(PictureJob& job, bool statistics, Console& console,
                                          AnalysisStore& analyses);

RunOutcome carry_out(PictureJob& job, const Arguments& arguments, Console& console, ModelStore& models,
                     AnalysisStore& analyses);

}  // namespace spectradiff
