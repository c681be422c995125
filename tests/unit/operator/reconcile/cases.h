// Builds what a decision rests on, for the table of cases: a Migration that has done nothing yet, and its states from there on, each made by the
// decisions themselves or set by hand where a case wants just that.
#pragma once

#include <string>
#include <vector>

#include "operator/api/conditions.h"
#include "operator/reconcile/decide.h"
#include "operator/reconcile/observed.h"

namespace controller::reconcile::testing {

using Strings = std::vector<std::string>;

inline constexpr api::Time kNow{std::chrono::seconds(1'800'000'000)};

// Namespace shop, name shop, uid "uid-1", generation 1, an explicit target "r2" and a backup; nothing has happened.
Observed fresh();

// `observed` once `decision` was written.
Observed written(Observed observed, const Decision &decision);

// The spec edited: `edit` changes it, and the generation grows.
template <typename Edit> Observed edited(Observed observed, Edit edit) {
  edit(observed.migration.spec);
  ++observed.migration.generation;
  return observed;
}

Observed annotated(Observed observed, std::string_view name, const std::string &value);

Observed later(Observed observed, std::chrono::seconds by);

// status.run's Job, live, with a pod at work.
Observed with_job(Observed observed);

// The Job has ended: its pod with this exit code and this termination message.
Observed with_end(Observed observed, int exit_code, const std::string &termination_message);

// As the runner writes it, of status.run. `fields` are merged over {protocol, run_id, outcome, exit_code, database_read}.
std::string report(const Observed &observed, const std::string &outcome, int exit_code,
                   const api::Json &fields = api::Json::object());

// What a report says of a database at `heads`, newest first.
api::Json at(const Strings &heads, const Strings &applied);

// {"error": …}
api::Json error(const std::string &code, const std::string &message);

// Decides and writes until a decision changes nothing more, or creates a Job; fails a test that does not come to rest within ten decisions.
Observed settled(Observed observed);

// A run to its happy end with the target applied: r1, r2.
Observed happy(Observed observed = fresh());

// A first run that ended with this code and error.
Observed failed(int exit_code, const std::string &code, const std::string &message, Observed observed = fresh());

// With a happy run behind it, a new target r1 and its plan run at its end: r2 goes.
Observed plan_made(Observed observed);

// "Reason" of the condition if it is True; "!Reason" if it is False; empty if it is not there.
std::string condition(const api::Status &status, api::ConditionType type);
std::string message(const api::Status &status, api::ConditionType type);

// Ready, Reconciling, Stalled as condition() gives them.
Strings shown(const api::Status &status);

// The reasons of the notes.
Strings notes(const Decision &decision);

// InProgress, Failed or Current: what kstatus computes of the object.
std::string kstatus(const api::Migration &migration);

} // namespace controller::reconcile::testing
