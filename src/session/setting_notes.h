// What is worth saying of settings that are no faults: those that change nothing here, words that other
// programs read otherwise, sizes that the model does not know.
#pragma once

#include "resolution.h"
#include "spectradiff/session/output_target.h"

namespace spectradiff {

// Of what was typed for this run alone: settings that lie in files are often more than one job needs.
void warn_of_idle_flags(const std::vector<Layer>& layers, const Resolution& settings,
                        const OutputTarget& target, RenderObserver& observer);

// <lora:x:0.8>, [a:b:0.5], BREAK and AND in prompts: once, naming them.
void warn_of_foreign_words(const Resolution& settings, RenderObserver& observer);

// Names a size that the model was verified at, and how the size that was asked for is had from it. Not of
// drafts.
void warn_of_unknown_size(const Resolution& settings, RenderObserver& observer);

// Where patterns of pictures begin, unless at 0.
void tell_first_pictures(const RenderJob& job, RenderObserver& observer);

}  // namespace spectradiff
