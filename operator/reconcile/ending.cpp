// See ending.h.
#include "operator/reconcile/ending.h"

#include <fmt/format.h>

#include "operator/job/job.h"
#include "operator/reconcile/asked.h"

namespace controller::reconcile {

using api::Reason;

namespace {

struct Meaning {
  EndKind kind = EndKind::Final;
  Reason reason = Reason::MigrationFailed;
};

Reason reason_of_26(const Observed &observed, const std::string &code) {
  if (code == "OwnedByAnother") return Reason::OwnedByAnother;
  if (code == "Irreversible") return Reason::Irreversible;
  if (code == "DownNotAllowed") {
    const api::Migration &migration = observed.migration;
    const bool denied = migration.spec.downgrade == api::Downgrade::Deny && target_has_changed(migration);
    return denied ? Reason::DowngradeDenied : Reason::DatabaseAhead;
  }
  return Reason::NoPermission;
}

// The table of exit codes (README). nullopt: a code that is none of the migrator's, of a killed or foreign process.
std::optional<Meaning> meaning_of(const Observed &observed, int exit_code, const std::string &code) {
  switch (exit_code) {
  case 2:
    return Meaning{EndKind::Final, Reason::InvalidRevisions};
  case 10:
  case 11:
  case 143:
    return Meaning{EndKind::Again, Reason::Retrying};
  case 13:
    return Meaning{EndKind::Final, Reason::TimedOut};
  case 20:
    return Meaning{EndKind::Final, Reason::MigrationFailed};
  case 21:
    return Meaning{EndKind::Final, code == "Diverged" ? Reason::Diverged : Reason::HistoryMismatch};
  case 22:
    return Meaning{EndKind::PlanAgain, Reason::ApprovalPlanChanged};
  case 23:
    return Meaning{EndKind::Later, Reason::BackupFailed};
  case 24:
    return Meaning{EndKind::Final, Reason::StoppedHalfway};
  case 25:
    return Meaning{EndKind::Final, code == "Restored" ? Reason::Restored : Reason::Reverted};
  case 26:
    return Meaning{EndKind::Later, reason_of_26(observed, code)};
  case 70:
    return Meaning{EndKind::Final, Reason::RunnerBug};
  default:
    return std::nullopt;
  }
}

Ending again(int exit_code, std::string cause) {
  Ending ending;
  ending.exit_code = exit_code;
  ending.cause = std::move(cause);
  return ending;
}

// The pod that speaks for the Job: the newest whose container ended, and of a complete Job the newest that exited 0.
const PodView *speaker(const Observed &observed) {
  const PodView *newest = nullptr;
  for (auto pod = observed.pods.rbegin(); pod != observed.pods.rend(); ++pod) {
    if (!pod->exit_code) continue;
    if (observed.job->end == JobEnd::Complete && *pod->exit_code == 0) return &*pod;
    if (newest == nullptr) newest = &*pod;
  }
  return newest;
}

// Why what the container left does not count.
std::string_view what_it_left(const tl::expected<api::RunnerReport, api::ReportFault> &report) {
  if (report) return "left a report with another exit code";
  switch (report.error()) {
  case api::ReportFault::Missing:
    return "left no report";
  case api::ReportFault::OtherRun:
    return "left the report of another run";
  default:
    return "left a report that cannot be read";
  }
}

std::string without_report(const Observed &observed, const PodView &pod, std::string_view left) {
  if (pod.ended_reason == "OOMKilled")
    return fmt::format("the container of pod {} ran out of memory; raise its limit in spec.podTemplate", pod.name);
  const bool not_started = pod.ended_reason == "StartError" || pod.ended_reason == "ContainerCannotRun";
  if (not_started) return fmt::format("the container of pod {} could not be started: {}", pod.name, pod.termination_message);
  return fmt::format("the container of pod {} ended with exit code {} and {}; see `kubectl logs -n {} job/{}`", pod.name,
                     *pod.exit_code, left, observed.migration.name_space, observed.job->name);
}

bool fits(const Observed &observed, const api::RunnerReport &report) {
  const bool nothing = report.outcome == "NothingToDo" || report.outcome == "Ahead";
  if (observed.migration.status.run->kind == api::RunKind::Migrate) return nothing || report.outcome == "Done";
  return nothing || (report.outcome == "Moves" && !report.plan_hash.empty());
}

Ending read_pod(const Observed &observed, const PodView &pod) {
  const api::Run &run = *observed.migration.status.run;
  const int exit_code = *pod.exit_code;
  const tl::expected<api::RunnerReport, api::ReportFault> report =
      api::read_report(pod.termination_message, job::run_id(observed.migration.uid, run));
  Ending ending;
  ending.exit_code = exit_code;
  ending.image = pod.image;
  ending.image_id = pod.image_id;
  if (!report && (report.error() == api::ReportFault::TooOld || report.error() == api::ReportFault::TooNew)) {
    const bool old = report.error() == api::ReportFault::TooOld;
    ending.kind = EndKind::Final;
    ending.reason = old ? Reason::RunnerTooOld : Reason::RunnerTooNew;
    ending.cause = fmt::format("the migrator in image {} is too {} for this operator", pod.image, old ? "old" : "new");
    return ending;
  }
  if (report && report->exit_code == exit_code) {
    ending.report = *report;
    ending.cause = report->message;
  } else {
    ending.cause = without_report(observed, pod, what_it_left(report));
  }
  if (exit_code == 0) {
    if (!ending.report) return ending;
    if (fits(observed, *ending.report)) {
      ending.kind = EndKind::Succeeded;
      ending.cause.clear();
    } else {
      ending.kind = EndKind::Final;
      ending.reason = Reason::InvalidReport;
      ending.cause = fmt::format("the report's outcome {} is none of a {} run", ending.report->outcome, api::name(run.kind));
      ending.report.reset();
    }
    return ending;
  }
  const std::optional<Meaning> meaning =
      meaning_of(observed, exit_code, ending.report ? ending.report->error_code : std::string());
  if (meaning) {
    ending.kind = meaning->kind;
    ending.reason = meaning->reason;
  } else if (ending.report) { // a code of a newer migrator
    ending.kind = EndKind::Final;
    ending.reason = Reason::MigrationFailed;
  }
  return ending;
}

} // namespace

Ending read_ending(const Observed &observed) {
  if (const PodView *pod = speaker(observed)) {
    Ending ending = read_pod(observed, *pod);
    if (pod->disrupted && ending.kind != EndKind::Succeeded && !ending.report)
      return again(ending.exit_code, fmt::format("pod {} was disrupted on node {}", pod->name, pod->node));
    return ending;
  }
  if (!observed.pods.empty()) {
    const PodView &pod = observed.pods.back();
    return again(0, fmt::format("pod {} was lost on node {}", pod.name, pod.node.empty() ? "?" : pod.node));
  }
  const std::string &why = observed.job->message;
  return again(0, why.empty() ? fmt::format("Job {} ended and its pod is gone", observed.job->name)
                              : fmt::format("Job {} ended and its pod is gone: {}", observed.job->name, why));
}

Ending deleted_job(const Observed &observed) {
  return again(0, fmt::format("Job {} was deleted by somebody", observed.migration.status.run->job));
}

} // namespace controller::reconcile
