// What a Migration asks for, by its spec and annotations alone: which way a target may go, whether a plan comes first, what was requested anew. Pure.
#pragma once

#include <string>
#include <vector>

#include "operator/api/migration.h"
#include "operator/reconcile/observed.h"

namespace controller::reconcile {

// The parts of `spec.target`, without blanks around them, in order of their text, each once.
std::vector<std::string> target_parts(const std::string &target);

// `base` among the targets: the database would be emptied.
bool empties_the_database(const std::string &target);

// Whether a run of this spec may take revisions away: the target, or exact, is another than that of the last success, there was one, it is not only
// head-like (head, heads, label@head: those never go down), and spec.downgrade is not Deny. A target that differs only in the order of its parts is
// the same.
bool may_go_down(const api::Migration &migration);

// Whether spec.target or exact is another than that of the last success.
bool target_has_changed(const api::Migration &migration);

// Whether a plan Job comes before the migrate Job: somebody may have to consent (approval, base, downgrade: Approve), or, with gating, live pods may
// require what would go.
bool plan_comes_first(const Observed &observed);

// The value of an annotation, bounded as the status keeps it, so that what was taken up is known again; empty if it is not there.
std::string annotation(const api::Migration &migration, std::string_view name);

// What the annotations ask for now.
api::Requests requests_of(const api::Migration &migration);

// A value of migrator.dev/requestedAt or reconcile.fluxcd.io/requestedAt that no run has taken up yet.
bool newly_requested(const api::Migration &migration);

} // namespace controller::reconcile
