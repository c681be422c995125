// Whether a run starts, why, and of which kind; and what is written when it does. Pure. The Job is created later, from the status that was written
// (pending.h).
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "operator/reconcile/decide.h"
#include "operator/reconcile/observed.h"

namespace controller::reconcile {

// Why a run that moves the database is due while none is under way, as a clause for people ("the inputs have changed"); nullopt: none is.
std::optional<std::string> why_due(const Observed &observed);

// Why the run in status.run, which has no live Job, gives way to a new one; nullopt: it goes on. A verify run gives way to whatever is due.
std::optional<std::string> why_replaced(const Observed &observed);

// Greater than every sequence that the status remembers.
std::int64_t next_sequence(const api::Status &status);

// A run of the spec as it is now: written with all its inputs, conditions and an Event. Requests count as taken up from here on. A plan of an earlier
// run is forgotten.
Decision start_run(const Observed &observed, const std::string &why);

// The migrate run after its plan: the same sequence; an approval, if one was given, is consumed.
Decision start_after_plan(const Observed &observed, bool approved);

// The run whose plan was made is planned once more (exit code 22), not before `not_before`. `status` is the one to begin from.
Decision plan_again(const Observed &observed, Decision decision, api::Time not_before);

// No run is under way: one is started, or the conditions say how things stand and since when the interval runs.
Decision idle(const Observed &observed);

} // namespace controller::reconcile
