// See status_json.h.
#include <limits>

#include "operator/api/status_json.h"

namespace controller::api {

namespace {

constexpr std::int64_t kMost = std::numeric_limits<std::int64_t>::max();
constexpr Word<RunKind> kRunKinds[] = {{RunKind::Migrate, "migrate"}, {RunKind::Plan, "plan"}, {RunKind::Verify, "verify"}};

Requests read_requests(JsonReader &run) {
  Requests read;
  if (auto requests = run.object("requests")) {
    requests->text("requestedAt", read.requested_at);
    requests->text("reconcileAt", read.reconcile_at);
    requests->text("adopt", read.adopt);
    requests->text("force", read.force);
  }
  return read;
}

// What Run and FinishedRun have in common.
template <typename AnyRun> void read_inputs(JsonReader &run, AnyRun &read) {
  run.integer("sequence", read.sequence, 0, kMost);
  run.word<RunKind>("kind", kRunKinds, read.kind);
  run.integer("attempt", read.attempt, 1, 1'000'000);
  run.text("job", read.job);
  run.text("inputHash", read.input_hash);
  run.text("target", read.target);
  run.flag("exact", read.exact);
  run.integer("generation", read.generation, 0, kMost);
  read.requests = read_requests(run);
  run.time("startTime", read.start_time);
}

Run read_run(JsonReader &run) {
  Run read;
  read_inputs(run, read);
  run.text("jobUID", read.job_uid);
  run.time("notBefore", read.not_before);
  run.flag("allowDown", read.allow_down);
  run.text("approvedHash", read.approved_hash);
  if (auto progress = run.object("progress")) {
    read.progress.emplace();
    progress->integer("step", read.progress->step, 0, 1'000'000);
    progress->integer("of", read.progress->of, 0, 1'000'000);
    if (progress->member("percent") != nullptr) progress->integer("percent", read.progress->percent.emplace(0), 0, 100);
  }
  return read;
}

FinishedRun read_finished(JsonReader &run) {
  FinishedRun read;
  read_inputs(run, read);
  run.text("outcome", read.outcome);
  run.text("reason", read.reason);
  run.integer("exitCode", read.exit_code, 0, 255);
  run.integer("seconds", read.seconds, 0, kMost);
  run.text("imageID", read.image_id);
  if (auto failed = run.object("failed")) {
    read.failed.emplace();
    failed->text("revision", read.failed->revision);
    failed->text("file", read.failed->file);
    failed->integer("line", read.failed->line, 0, std::numeric_limits<int>::max());
    failed->text("sqlstate", read.failed->sqlstate);
    failed->text("message", read.failed->message);
  }
  return read;
}

PlanStatus read_plan(JsonReader &plan) {
  PlanStatus read;
  plan.text("id", read.id);
  plan.text("hash", read.hash);
  plan.integer("sequence", read.sequence, 0, kMost);
  plan.flag("destructive", read.destructive);
  for (JsonReader &step : plan.objects("steps")) {
    PlanStep &last = read.steps.emplace_back();
    step.text("revision", last.revision);
    step.text("direction", last.direction);
    step.flag("transactional", last.transactional);
  }
  plan.texts("kinds", read.kinds);
  plan.texts("findings", read.findings);
  plan.texts("sql", read.sql);
  return read;
}

Condition read_condition(JsonReader &condition) {
  Condition read;
  condition.text("type", read.type);
  condition.text("status", read.status);
  condition.text("reason", read.reason);
  condition.text("message", read.message);
  condition.integer("observedGeneration", read.observed_generation, 0, kMost);
  condition.time("lastTransitionTime", read.last_transition_time);
  return read;
}

LastBackup read_last_backup(JsonReader &backup) {
  LastBackup read;
  backup.text("id", read.id);
  backup.integer("bytes", read.bytes, 0, kMost);
  backup.text("sha256", read.sha256);
  backup.text("verified", read.verified);
  backup.time("time", read.time);
  return read;
}

} // namespace

Status read_status(JsonReader &status) {
  Status read;
  status.integer("observedGeneration", read.observed_generation, -1, kMost);
  for (JsonReader &condition : status.objects("conditions")) read.conditions.push_back(read_condition(condition));
  status.texts("currentRevisions", read.current_revisions);
  status.texts("targetRevisions", read.target_revisions);
  if (status.member("pendingRevisions") != nullptr)
    status.integer("pendingRevisions", read.pending_revisions.emplace(0), 0, kMost);
  status.texts("appliedRevisions", read.applied_revisions);
  for (JsonReader &image : status.objects("appliedImages")) {
    AppliedImage &last = read.applied_images.emplace_back();
    image.text("image", last.image);
    image.texts("heads", last.heads);
  }
  if (auto plan = status.object("plan")) read.plan = read_plan(*plan);
  if (auto run = status.object("run")) read.run = read_run(*run);
  if (auto success = status.object("lastSuccess")) {
    read.last_success.emplace();
    success->text("target", read.last_success->target);
    success->flag("exact", read.last_success->exact);
  }
  if (auto run = status.object("lastRun")) read.last_run = read_finished(*run);
  if (auto backup = status.object("lastBackup")) read.last_backup = read_last_backup(*backup);
  status.text("lastHandledApproval", read.last_handled_approval);
  status.text("lastHandledRequestedAt", read.last_handled_requested_at);
  status.text("lastHandledReconcileAt", read.last_handled_reconcile_at);
  status.time("lastVerified", read.last_verified);
  for (JsonReader &run : status.objects("history")) read.history.push_back(read_finished(run));
  return read;
}

std::string_view name(RunKind kind) noexcept {
  for (const Word<RunKind> &word : kRunKinds)
    if (word.value == kind) return word.word;
  return {};
}

bool FinishedRun::happy() const noexcept {
  for (const std::string_view word : {"Done", "NothingToDo", "Ahead", "Planned", "Drifted", "InSync"})
    if (outcome == word) return true;
  return false;
}

} // namespace controller::api
