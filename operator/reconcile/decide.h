// What should happen next for one Migration: one pure function of what was observed. Level-based: it never asks what happened, only how things stand; so it
// may be called at any time, any number of times, by an operator that was killed at any line. Every rule of the design's section 5 is a case in
// tests/unit/operator/reconcile/.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "operator/api/migration.h"
#include "operator/reconcile/observed.h"

namespace controller::reconcile {

// An Event to record. Its object's name is made of uid, run and reason, so that writing it twice makes one.
struct Note {
  bool warning = false;
  std::string reason;  // CamelCase
  std::string message; // at most 1,000 characters
  std::string key;     // what makes it different from the last of the same reason: "7.migrate.1"
};

struct Decision {
  api::Status status;      // as it should be; applied if it differs from what is there
  bool create_job = false; // for status.run, whose names stand in the status already: nothing is created before that is written
  // By its uid: the Job of a plan that is decided, of one more attempt that failed as the one before, or one whose container never started and that is in
  // the way of an edit. Removed after the status was written.
  std::optional<std::string> remove_job;
  std::vector<Note> notes; // written before the status, so that a kill between them loses none
  std::optional<std::string>
      run_result; // of a run that this decision ends: counts in migration_runs_total once the status is written
  std::chrono::milliseconds look_again{0}; // 0: only when something changes
};

Decision decide(const Observed &observed);

} // namespace controller::reconcile
