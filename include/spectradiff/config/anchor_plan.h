// Frames that see an anchor's attention (--coherence): from the job to the rows of its plan.
//
// Each section of the song has one anchor: the frame in its middle, which shows what the section is like and
// lies in no transition, made from its painting (or from the reference picture, --reference) with its own
// prompts and noise, at the greatest strength that any frame of the section has, so that there is a step of
// it for each step of theirs. So an anchor follows from the song and the job alone: rows stay independent of
// one another, whatever part of the song is rendered. In a chain too an anchor is made from the painting, and
// its rows see it beside the picture that they follow from.
#pragma once

#include <string_view>

#include "spectradiff/features/features.h"
#include "spectradiff/render/plan.h"
#include "spectradiff/render/render_job.h"

namespace spectradiff {

inline constexpr std::string_view kCoherenceKey = "coherence";

// Whether any frame may see an anchor, which needs diffusion.
bool is_coherent(const RenderJob& job);

void add_anchor_needs(const RenderJob& job, FeatureRequest& request);

// Tells rows that are diffused, and whose share of an anchor is above 0, which one they see; the others'
// share says nothing. Once music has moved the rows. Gives a plan of the anchors alone, in which nothing is
// moved yet.
Plan see_anchors(Plan& plan, const RenderJob& job, const Features& features);

// Takes the anchors over from that plan, once music has moved them.
void take_anchors(Plan& plan, Plan anchors, const RenderJob& job, const Features& features);

}  // namespace spectradiff
