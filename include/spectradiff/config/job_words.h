// The words that a job's expressions read, wherever they stand.
#pragma once

#include <set>
#include <string>

#include "spectradiff/render/render_job.h"

namespace spectradiff {

// Names of series, counters and signals, by way of signals too.
std::set<std::string> words_read(const RenderJob& job);

// Names of signals that no option reads, by way of signals neither.
std::set<std::string> idle_signals(const RenderJob& job);

// Error{usage} where a word belongs to a file that the job does not name, and where what paints or moves the
// camera reads kChange. The job's expressions have been understood before.
void check_words(const RenderJob& job);

}  // namespace spectradiff
