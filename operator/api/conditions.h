// How conditions are set: by the API conventions and as kstatus reads them. Reconciling and Stalled are there only when they are true,
// and never both; lastTransitionTime changes only with the status. Pure.
#pragma once

#include <string>

#include "operator/api/migration.h"
#include "operator/api/reasons.h"

namespace controller::api {

// What a condition is to say. `generation` is the spec's that it speaks of.
struct Finding {
  bool status = true;
  Reason reason = Reason::UpToDate;
  std::string message; // cut at kLongestMessage bytes
};

// The API server takes 32,768; a status that fits its bound, and people, want less.
inline constexpr std::size_t kLongestMessage = 1'024;

// Adds the condition in its place or changes it; `now` becomes lastTransitionTime if there was none of this type or its status was
// another. Reconciling and Stalled with status false are taken away instead, for kstatus wants them absent; true, the one takes the
// other away.
void set_condition(Status &status, ConditionType type, const Finding &finding, std::int64_t generation, Time now);

void remove_condition(Status &status, ConditionType type);

// nullptr: not there. Valid until the conditions are changed.
const Condition *find_condition(const Status &status, ConditionType type) noexcept;

// Whether it is there and True.
bool is_true(const Status &status, ConditionType type) noexcept;

} // namespace controller::api
