// A plan that was made and waits: for consent, for applications, or for nothing. Pure.
#pragma once

#include "operator/reconcile/decide.h"
#include "operator/reconcile/observed.h"

namespace controller::reconcile {

// Whether status.run is a plan run whose plan stands in the status. Its Job is done; that it is gone means nothing.
bool is_planned(const api::Status &status);

// Shows in `decision`, whose status holds the plan, what it waits for.
void show_plan(Decision &decision, const Observed &observed);

// What becomes of the plan. Whoever leaves it removes its Job first and looks again, so that none is left over if the operator is killed in between.
Decision planned(const Observed &observed);

} // namespace controller::reconcile
