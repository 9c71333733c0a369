// What the song decides: what a job needs heard, its prompt where none was given, and the values that music
// moves.
#pragma once

#include <vector>

#include "resolution.h"
#include "spectradiff/config/modulation.h"
#include "spectradiff/features/features.h"
#include "spectradiff/render/plan.h"
#include "spectradiff/render/render_observer.h"
#include "spectradiff/render/video_measures.h"

namespace spectradiff {

// For the pictures, expressions and prompt of a job and, where it asks for these, for its statistics.
FeatureRequest features_needed(const Resolution& resolution);

// What video_measures() asks of the music, and the same from features that were heard so.
void add_measure_needs(FeatureRequest& wanted);
HeardMusic heard_music(const Features& features);

// Takes the model's prompt that suits the song, where none was given.
void choose_prompt(Resolution& resolution, const Features& features, RenderObserver& observer);

// Lets the music move the plan's options, whose values it gives, and mix its prompts; warns of what is
// brought into its range. Error{usage} for an expression that gives no number and for a strength that the
// sampler cannot run.
std::vector<MovedOption> follow_music(Plan& plan, const Resolution& resolution, const Features& features,
                                      RenderObserver& observer);

}  // namespace spectradiff
