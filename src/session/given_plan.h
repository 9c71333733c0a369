// --plan: a printed plan, edited or not, in place of one that settings and music make.
#pragma once

#include "resolution.h"
#include "session_state.h"

namespace spectradiff {

// What the plan at run.plan asks for. Beside it may stand how the output is encoded, the machine, trust,
// where the model lies, and the files that the plan was made from: Error{usage} for everything else that is
// told. Error{usage} for what is no plan, Error{model} where its model is not found.
Resolution resolve_plan(const SessionRequest& request, PlanFile& file, ModelStore& models);

// Puts the plan's rows into a state whose constants are settled. Error{input} where song or files hold
// something else than those that the plan was made from, Error{model} for another model, Error{usage} for
// rows that make no sense.
void take_given_plan(SessionState& state);

}  // namespace spectradiff
