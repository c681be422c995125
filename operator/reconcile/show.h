// What the conditions say, from the status alone: Ready, Reconciling and Stalled for each state a Migration can be in. Pure, and without memory: the same
// state gives the same conditions, so that nothing is written twice.
#pragma once

#include <optional>
#include <string>

#include "operator/api/conditions.h"
#include "operator/reconcile/decide.h"
#include "operator/reconcile/observed.h"

namespace controller::reconcile {

// Reconciling=True and Ready=False, both with the reason. An Event of that reason is noted if `note` and the reason is another than before.
void show_reconciling(Decision &decision, const Observed &observed, api::Reason reason, const std::string &message,
                      bool note = false);

// Stalled=True and Ready=False.
void show_stalled(Decision &decision, const Observed &observed, api::Reason reason, const std::string &message);

// Ready=False alone; Stalled stays as it is. For spec.suspend with something due.
void show_suspended(Decision &decision, const Observed &observed, const std::string &what_is_due);

// What status.last_run led to: Ready=True after a happy run; Stalled, or Retrying while attempts follow, after another.
void show_last_run(Decision &decision, const Observed &observed);

// Whether attempts that follow leave Stalled standing: the run has failed so that it is tried every 10 minutes only. kstatus must not see it flap.
bool stays_stalled(const api::Status &status);

// A run is due or waits, and the pod template is refused: Stalled, InvalidSpec. nullopt: it is not.
std::optional<Decision> invalid_spec(const Observed &observed);

// An Event, bounded. `key`: see Note.
void add_note(Decision &decision, bool warning, std::string_view reason, const std::string &message, std::string key);

// "7.migrate.1"
std::string attempt_key(const api::Run &run);

// The decision that changes nothing.
Decision unchanged(const Observed &observed);

// "the database is at a, b", or "the database is empty".
std::string where_it_is(const api::Status &status);

} // namespace controller::reconcile
