// See running.h.
#include "operator/reconcile/running.h"

#include <algorithm>

#include <fmt/format.h>

#include "operator/reconcile/asked.h"
#include "operator/reconcile/show.h"
#include "operator/reconcile/start.h"
#include "operator/reconcile/stuck.h"

namespace controller::reconcile {

using api::Reason;
using api::RunKind;

namespace {

constexpr std::chrono::seconds kProgressEvery{5};
constexpr std::chrono::seconds kWaitForPodToStart{30};
constexpr std::chrono::minutes kLookAnyway{5};

bool is_at_work(const Observed &observed) {
  return !observed.pods.empty() && observed.pods.back().phase == "Running";
}

std::string what_it_does(const api::Run &run) {
  std::string text =
      fmt::format("run {} ({}) to {} is at work in Job {}", run.sequence, api::name(run.kind), run.target, run.job);
  if (run.attempt > 1) text += fmt::format(", attempt {}", run.attempt);
  if (!run.progress) return text;
  text += fmt::format(": step {} of {}", run.progress->step, run.progress->of);
  if (run.progress->percent) text += fmt::format(", {}%", *run.progress->percent);
  return text;
}

// Whether something newer waits for the end of this Job.
bool newer_waits(const Observed &observed) {
  const api::Migration &migration = observed.migration;
  const api::Run &run = *migration.status.run;
  if (run.kind == RunKind::Verify) return why_due(observed).has_value();
  return migration.generation > run.generation || newly_requested(migration);
}

std::chrono::milliseconds when_to_look(const Observed &observed) {
  if (!is_at_work(observed)) return kWaitForPodToStart;
  const PodView &pod = observed.pods.back();
  if (pod.gone_by && *pod.gone_by >= observed.now) return *pod.gone_by - observed.now + std::chrono::seconds(1);
  return observed.settings.progress && observed.migration.status.run->kind == RunKind::Migrate
             ? std::chrono::milliseconds(kProgressEvery)
             : std::chrono::milliseconds(kLookAnyway);
}

void show_run(Decision &decision, const Observed &observed, const std::optional<Stuck> &stuck, bool waits) {
  const api::Run &run = *decision.status.run;
  if (waits) {
    const std::string why = stuck ? fmt::format(" ({}: {})", api::name(stuck->reason), stuck->message) : std::string();
    return show_reconciling(decision, observed, Reason::RunInProgress,
                            fmt::format("{}; {} waits for its end{}", what_it_does(run),
                                        observed.migration.generation > run.generation
                                            ? fmt::format("generation {}", observed.migration.generation)
                                            : "a request",
                                        why));
  }
  if (run.kind == RunKind::Verify || stays_stalled(decision.status)) return;
  if (stuck) return show_reconciling(decision, observed, stuck->reason, stuck->message, true);
  show_reconciling(decision, observed, run.kind == RunKind::Plan ? Reason::Planning : Reason::Running, what_it_does(run));
}

} // namespace

Decision running(const Observed &observed) {
  const api::Migration &migration = observed.migration;
  Decision decision = unchanged(observed);
  api::Run &run = *decision.status.run;
  const std::optional<Stuck> stuck = why_stuck(observed, api::find_condition(migration.status, api::ConditionType::Reconciling));
  const bool waits = newer_waits(observed);
  if (waits && !migration.spec.suspend && stuck && stuck->never_started) {
    if (!observed.job->deleting) decision.remove_job = observed.job->uid;
    return decision;
  }
  const bool first_seen = run.job_uid.empty() && run.attempt == 1;
  if (first_seen) run.start_time = std::max(run.start_time, observed.job->created.value_or(run.start_time));
  run.job_uid = observed.job->uid;
  if (observed.progress && run.kind == RunKind::Migrate) run.progress = observed.progress;
  show_run(decision, observed, stuck, waits);
  decision.look_again = when_to_look(observed);
  return decision;
}

} // namespace controller::reconcile
