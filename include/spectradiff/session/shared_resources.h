// What jobs that run one after another share: loaded models, what was heard, and what files hold.
#pragma once

#include "spectradiff/session/analysis_store.h"
#include "spectradiff/session/digest_store.h"
#include "spectradiff/session/encoder_store.h"
#include "spectradiff/session/model_store.h"
#include "spectradiff/session/open_work.h"

namespace spectradiff {

struct SharedResources {
  ModelStore models;
  AnalysisStore analyses;
  DigestStore digests;
  EncoderStore encoders;
  OpenWork work;  // of the job that runs
};

}  // namespace spectradiff
