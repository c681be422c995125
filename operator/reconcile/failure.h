// The texts of unhappy ends: what went wrong, where, and what to do next. Pure, from the status alone, so that they are the same however often they are
// asked for.
#pragma once

#include <string>
#include <string_view>

#include "operator/api/migration.h"
#include "operator/api/reasons.h"

namespace controller::reconcile {

// The reason of this name. What is not in the closed list (a status of another version) counts as MigrationFailed.
api::Reason reason_named(std::string_view name);

// Of status.last_run, which must be there and unhappy: at most 1,024 characters, the cause before the advice, and a long cause cut rather than the advice.
std::string failure_message(const api::Status &status, const api::Spec &spec);

} // namespace controller::reconcile
