// What jobs that run one after another share: loaded models and what was heard.
#pragma once

#include "spectradiff/session/analysis_store.h"
#include "spectradiff/session/model_store.h"

namespace spectradiff {

struct SharedResources {
  ModelStore models;
  AnalysisStore analyses;
};

}  // namespace spectradiff
