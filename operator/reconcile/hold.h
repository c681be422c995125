// Whether applications still need what a plan takes away (gating). Pure.
#pragma once

#include <optional>
#include <string>

#include "operator/reconcile/observed.h"

namespace controller::reconcile {

// A sentence that names up to five live pods which require a revision, or an image with one among its heads, that the plan in the status takes away, and
// what to do; nullopt: none does, gating is off, or migrator.dev/force names the plan.
std::optional<std::string> apps_in_the_way(const Observed &observed);

} // namespace controller::reconcile
