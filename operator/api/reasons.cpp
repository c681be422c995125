// See reasons.h.
#include "operator/api/reasons.h"

#include <array>

namespace controller::api {

namespace {

constexpr std::array<std::string_view, 6> kConditionTypes = {"Approved", "BackedUp",    "Drifted",
                                                             "Ready",    "Reconciling", "Stalled"};

std::vector<ReasonText> make_reasons() {
  using enum ConditionType;
  const std::vector<ConditionType> progress = {Ready, Reconciling};
  const std::vector<ConditionType> stalled = {Ready, Stalled};
  return {
      {Reason::UpToDate, "UpToDate", {Ready}, "The database contains all that the target wants."},
      {Reason::Ahead,
       "Ahead",
       {Ready},
       "The database contains all that the runner's files want, and newer revisions besides. Nothing is taken away for that."},
      {Reason::Suspended,
       "Suspended",
       {Ready},
       "A run is due, but spec.suspend holds it. Set spec.suspend to false to let it go on."},

      {Reason::RunPending, "RunPending", progress, "A run is due and its Job is about to be created."},
      {Reason::Running, "Running", progress, "The run's Job is at work."},
      {Reason::Planning, "Planning", progress, "A plan Job finds out what would be done; it changes nothing."},
      {Reason::Retrying, "Retrying", progress,
       "An attempt ended for a reason that passes by itself (a lock, a database that could not be reached, a lost pod); the next "
       "one follows."},
      {Reason::AwaitingApproval,
       "AwaitingApproval",
       {Approved, Ready, Reconciling},
       "The plan in status.plan waits for consent: set the annotation migrator.dev/approve to its id."},
      {Reason::RunInProgress, "RunInProgress", progress,
       "The spec was changed during a run; the change is taken up when the run has ended."},
      {Reason::WaitingForSlot, "WaitingForSlot", progress,
       "As many runs as --max-concurrent-runs allows are under way; this one is next in line."},
      {Reason::AppsStillRequireRevision, "AppsStillRequireRevision", progress,
       "The plan goes down past revisions that live pods require. It goes on when they are gone, or with the annotation "
       "migrator.dev/force set to the plan's id."},
      {Reason::ImagePull, "ImagePull", progress,
       "The runner's image cannot be pulled. Check spec.runner.image, or spec.source.imageVolume, and the pull secrets."},
      {Reason::MissingSecret, "MissingSecret", progress,
       "A Secret, or the key of one, that the runner needs is not there. Create it; the run goes on by itself."},
      {Reason::MissingConfigMap, "MissingConfigMap", progress,
       "A ConfigMap, or the key of one, that the runner needs is not there. Create it; the run goes on by itself."},
      {Reason::MissingVolume, "MissingVolume", progress,
       "A volume that the runner needs is not there or not bound. Create the PersistentVolumeClaim; the run goes on by itself."},
      {Reason::VolumeInUse, "VolumeInUse", progress,
       "A volume is attached to another node and cannot be mounted by the runner's pod yet."},
      {Reason::Unschedulable, "Unschedulable", progress,
       "No node takes the runner's pod; the message holds the scheduler's reason."},
      {Reason::PodForbidden, "PodForbidden", progress,
       "The runner's Job or pod is refused by quota or admission; the message says which. Mend that; the run goes on by itself."},
      {Reason::PodUnreachable, "PodUnreachable", progress,
       "The node of the runner's pod does not answer; whether the run goes on there is not known."},
      {Reason::ContainerCannotRun, "ContainerCannotRun", progress,
       "The runner's container cannot be started; the message holds the kubelet's reason."},

      {Reason::InvalidSpec, "InvalidSpec", stalled,
       "The spec asks for something that cannot be done; the message names the field. Edit the Migration."},
      {Reason::InvalidRevisions, "InvalidRevisions", stalled,
       "The revision files, their graph or the runner's settings are wrong, or the target names nothing in them (exit code 2). "
       "Mend the files or "
       "the target."},
      {Reason::RetriesExhausted, "RetriesExhausted", stalled,
       "The attempts went on failing past spec.retry.deadline, for the cause in the message. It is still tried every 10 "
       "minutes."},
      {Reason::TimedOut, "TimedOut", stalled,
       "The run took longer than spec.timeout and ended itself (exit code 13). Raise the timeout, or set "
       "migrator.dev/requestedAt to go on."},
      {Reason::MigrationFailed, "MigrationFailed", stalled,
       "A statement failed or an assert was not true; its step was rolled back (exit code 20). status.lastRun.failed says "
       "where."},
      {Reason::HistoryMismatch, "HistoryMismatch", stalled,
       "An applied revision was edited or is missing (exit code 21). Put the file back as it was applied."},
      {Reason::Diverged, "Diverged", stalled,
       "The database and the files each have revisions that the other lacks (exit code 21). Merge the branches in the files."},
      {Reason::ApprovalPlanChanged, "ApprovalPlanChanged", progress,
       "What would be done is not what was planned (exit code 22), so it is planned again. The new plan in status.plan needs an "
       "approval of its own, if any."},
      {Reason::BackupFailed, "BackupFailed", stalled,
       "The backup or its verification failed and nothing was changed (exit code 23). It is tried again every 10 minutes."},
      {Reason::StoppedHalfway, "StoppedHalfway", stalled,
       "Work that cannot run in a transaction stopped in the middle (exit code 24). status.lastRun says where; `migrator status` "
       "says how to go on."},
      {Reason::Reverted, "Reverted", stalled,
       "A step failed and the run's steps were taken back (exit code 25). status.lastRun.failed says where."},
      {Reason::Restored, "Restored", stalled,
       "A step failed and the run's backup was put back (exit code 25). status.lastRun.failed says where."},
      {Reason::NoPermission, "NoPermission", stalled,
       "The database role lacks a right (exit code 26); the message names the GRANT. It is tried again every 10 minutes."},
      {Reason::Irreversible, "Irreversible", stalled,
       "A step down has no way back (exit code 26). Choose a target that keeps the revision, or restore a backup."},
      {Reason::DatabaseAhead, "DatabaseAhead", stalled,
       "The database is past the target, and nobody asked to go down (exit code 26). Going down takes a changed spec.target."},
      {Reason::DowngradeDenied, "DowngradeDenied", stalled,
       "The changed target lies below the database, and spec.downgrade is Deny. Change the target back, or allow the way down."},
      {Reason::OwnedByAnother, "OwnedByAnother", stalled,
       "Another Migration moves this history (exit code 26). Remove one of the two, or take over with the annotation "
       "migrator.dev/adopt."},
      {Reason::RunnerTooOld, "RunnerTooOld", stalled,
       "The runner's migrator is older than the operator can work with. Build the runner's image on a newer migrator."},
      {Reason::RunnerTooNew, "RunnerTooNew", stalled,
       "The runner's migrator is newer than the operator can work with. Update the operator."},
      {Reason::InvalidReport, "InvalidReport", stalled,
       "The runner ended without a report of this run that can be read. Look at the pod's log and at spec.runner.image."},
      {Reason::RunnerBug, "RunnerBug", stalled,
       "The migrator met a bug of its own (exit code 70). Please report it with the pod's log."},
      {Reason::JobNameTaken, "JobNameTaken", stalled,
       "A Job of somebody else has the name of the run's Job. Delete or rename that Job."},

      {Reason::ApprovalRejected,
       "ApprovalRejected",
       {Approved},
       "The annotation migrator.dev/approve names a plan that is not the one that waits, or one that was used before. Set it to "
       "the "
       "id in status.plan."},
      {Reason::ApprovedByAnnotation,
       "ApprovedByAnnotation",
       {Approved},
       "The plan was approved by the annotation migrator.dev/approve."},
      {Reason::NoApprovalNeeded, "NoApprovalNeeded", {Approved}, "The plan holds nothing that spec.approval wants consent for."},
      {Reason::BackupTaken,
       "BackupTaken",
       {BackedUp},
       "The last run that needed a backup took one; status.lastBackup describes it."},
      {Reason::BackupNotTaken,
       "BackupNotTaken",
       {BackedUp},
       "The last run that needed a backup could not take it, and changed nothing."},
      {Reason::DriftFound,
       "DriftFound",
       {Drifted},
       "The last verification found the database elsewhere than the last run left it."},
      {Reason::NoDrift, "NoDrift", {Drifted}, "The last verification found the database where the last run left it."},
  };
}

} // namespace

std::string_view name(ConditionType type) noexcept {
  return kConditionTypes[static_cast<std::size_t>(type)];
}

std::optional<ConditionType> condition_type(std::string_view name) noexcept {
  for (std::size_t at = 0; at < kConditionTypes.size(); ++at)
    if (kConditionTypes[at] == name) return static_cast<ConditionType>(at);
  return std::nullopt;
}

const std::vector<ReasonText> &reasons() {
  static const std::vector<ReasonText> all = make_reasons();
  return all;
}

std::string_view name(Reason reason) noexcept {
  return reasons()[static_cast<std::size_t>(reason)].name;
}

} // namespace controller::api
