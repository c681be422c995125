// A Migration's status to JSON, within the bounds of the CRD. See migration_json.h.
#include <algorithm>
#include <set>
#include <utility>

#include "operator/api/bounded_text.h"
#include "operator/api/limits.h"
#include "operator/api/migration_json.h"

namespace controller::api {

namespace {

void put(Json &object, const char *key, const std::string &text, std::size_t longest) {
  if (!text.empty()) object[key] = bounded_text(text, longest);
}

Json texts(const std::vector<std::string> &list, std::size_t most, std::size_t longest) {
  Json all = Json::array();
  for (std::size_t at = 0; at < std::min(list.size(), most); ++at) all.push_back(bounded_text(list[at], longest));
  return all;
}

void put(Json &object, const char *key, const std::vector<std::string> &list, std::size_t most, std::size_t longest) {
  if (!list.empty()) object[key] = texts(list, most, longest);
}

void put(Json &object, const char *key, const std::optional<Time> &time) {
  if (time) object[key] = write_time(*time);
}

Json write(const Requests &requests) {
  Json out = Json::object();
  put(out, "requestedAt", requests.requested_at, kLongestName);
  put(out, "reconcileAt", requests.reconcile_at, kLongestName);
  put(out, "adopt", requests.adopt, kLongestName);
  put(out, "force", requests.force, kLongestName);
  return out;
}

// What Run and FinishedRun have in common.
template <typename AnyRun> Json write_inputs(const AnyRun &run) {
  Json out = {{"sequence", run.sequence},     {"kind", name(run.kind)}, {"attempt", run.attempt},
              {"generation", run.generation}, {"exact", run.exact},     {"startTime", write_time(run.start_time)}};
  put(out, "job", run.job, kLongestName);
  put(out, "inputHash", run.input_hash, kLongestHash);
  put(out, "target", run.target, kLongestTarget);
  if (Json requests = write(run.requests); !requests.empty()) out["requests"] = std::move(requests);
  return out;
}

Json write(const Run &run) {
  Json out = write_inputs(run);
  put(out, "jobUID", run.job_uid, kLongestName);
  put(out, "notBefore", run.not_before);
  out["allowDown"] = run.allow_down;
  put(out, "approvedHash", run.approved_hash, kLongestHash);
  if (run.progress) {
    out["progress"] = {{"step", run.progress->step}, {"of", run.progress->of}};
    if (run.progress->percent) out["progress"]["percent"] = std::clamp(*run.progress->percent, 0, 100);
  }
  return out;
}

Json write(const FinishedRun &run) {
  Json out = write_inputs(run);
  put(out, "outcome", run.outcome, kLongestWord);
  put(out, "reason", run.reason, kLongestWord);
  out["exitCode"] = std::clamp(run.exit_code, 0, 255);
  out["seconds"] = std::max<std::int64_t>(run.seconds, 0);
  put(out, "imageID", run.image_id, kLongestImage);
  if (run.failed) {
    Json failed = Json::object();
    put(failed, "revision", run.failed->revision, kLongestRevision);
    put(failed, "file", run.failed->file, kLongestPath);
    if (run.failed->line > 0) failed["line"] = run.failed->line;
    put(failed, "sqlstate", run.failed->sqlstate, kLongestWord);
    put(failed, "message", run.failed->message, kLongestText);
    out["failed"] = std::move(failed);
  }
  return out;
}

Json write(const PlanStatus &plan) {
  Json out = {{"id", bounded_text(plan.id, kLongestHash)}, {"sequence", plan.sequence}, {"destructive", plan.destructive}};
  put(out, "hash", plan.hash, kLongestHash);
  Json steps = Json::array();
  for (std::size_t at = 0; at < std::min(plan.steps.size(), kMostSteps); ++at)
    steps.push_back({{"revision", bounded_text(plan.steps[at].revision, kLongestRevision)},
                     {"direction", plan.steps[at].direction == "down" ? "down" : "up"},
                     {"transactional", plan.steps[at].transactional}});
  if (!steps.empty()) out["steps"] = std::move(steps);
  put(out, "kinds", plan.kinds, kMostKinds, kLongestWord);
  put(out, "findings", plan.findings, kMostFindings, kLongestFinding);
  put(out, "sql", plan.sql, kMostStatements, kLongestStatement);
  return out;
}

Json write(const Condition &condition) {
  return {{"type", condition.type},
          {"status", condition.status},
          {"reason", bounded_text(condition.reason, kLongestWord)},
          {"message", bounded_text(condition.message, kLongestText)},
          {"observedGeneration", std::max<std::int64_t>(condition.observed_generation, 0)},
          {"lastTransitionTime", write_time(condition.last_transition_time)}};
}

Json write(const LastBackup &backup) {
  Json out = {{"id", bounded_text(backup.id, kLongestName)},
              {"bytes", std::max<std::int64_t>(backup.bytes, 0)},
              {"time", write_time(backup.time)}};
  put(out, "sha256", backup.sha256, kLongestHash);
  put(out, "verified", backup.verified, kLongestWord);
  return out;
}

// Newest first, each sequence and kind once: the API server takes no list-map with a key twice.
Json write_history(const std::vector<FinishedRun> &runs) {
  Json all = Json::array();
  std::set<std::pair<std::int64_t, RunKind>> seen;
  for (const FinishedRun &run : runs)
    if (all.size() < kMostRuns && seen.emplace(run.sequence, run.kind).second) all.push_back(write(run));
  return all;
}

// Takes the last entry, the oldest or least important, from whichever list is the longest, until the whole fits.
void shorten(Json &status) {
  struct List {
    Json::json_pointer where;
    std::size_t size = 0; // bytes
  };
  List lists[] = {{"/appliedRevisions"_json_pointer}, {"/appliedImages"_json_pointer},  {"/history"_json_pointer},
                  {"/plan/sql"_json_pointer},         {"/plan/findings"_json_pointer},  {"/plan/steps"_json_pointer},
                  {"/currentRevisions"_json_pointer}, {"/targetRevisions"_json_pointer}};
  for (List &list : lists)
    if (status.contains(list.where)) list.size = status[list.where].dump().size();
  std::size_t total = status.dump().size();
  while (total > kLargestStatus) {
    List &longest =
        *std::max_element(std::begin(lists), std::end(lists), [](const List &a, const List &b) { return a.size < b.size; });
    if (longest.size == 0) return;
    Json &entries = status[longest.where];
    const std::size_t cut = entries.size() == 1 ? longest.size : entries.back().dump().size() + 1;
    entries.erase(entries.size() - 1);
    if (entries.empty()) status[longest.where.parent_pointer()].erase(longest.where.back());
    longest.size -= cut;
    total -= cut;
  }
}

} // namespace

Json write_status(const Status &status) {
  Json out = {{"observedGeneration", status.observed_generation}};
  Json conditions = Json::array();
  for (const Condition &condition : status.conditions) conditions.push_back(write(condition));
  if (!conditions.empty()) out["conditions"] = std::move(conditions);
  put(out, "currentRevisions", status.current_revisions, kMostHeads, kLongestRevision);
  put(out, "targetRevisions", status.target_revisions, kMostHeads, kLongestRevision);
  if (status.pending_revisions) out["pendingRevisions"] = std::max<std::int64_t>(*status.pending_revisions, 0);
  put(out, "appliedRevisions", status.applied_revisions, kMostApplied, kLongestRevision);
  Json images = Json::array();
  for (const AppliedImage &image : status.applied_images) {
    // All of an image's heads are required of a database that has it: an entry that would lose some is no entry.
    if (images.size() == kMostImages || image.heads.size() > kMostHeads || image.image.size() > kLongestImage) continue;
    images.push_back(
        {{"image", bounded_text(image.image, kLongestImage)}, {"heads", texts(image.heads, kMostHeads, kLongestRevision)}});
  }
  if (!images.empty()) out["appliedImages"] = std::move(images);
  if (status.plan) out["plan"] = write(*status.plan);
  if (status.run) out["run"] = write(*status.run);
  if (status.last_success) {
    out["lastSuccess"] = {{"exact", status.last_success->exact}};
    put(out["lastSuccess"], "target", status.last_success->target, kLongestTarget);
  }
  if (status.last_run) out["lastRun"] = write(*status.last_run);
  if (status.last_backup) out["lastBackup"] = write(*status.last_backup);
  put(out, "lastHandledApproval", status.last_handled_approval, kLongestName);
  put(out, "lastHandledRequestedAt", status.last_handled_requested_at, kLongestName);
  put(out, "lastHandledReconcileAt", status.last_handled_reconcile_at, kLongestName);
  put(out, "lastVerified", status.last_verified);
  if (Json history = write_history(status.history); !history.empty()) out["history"] = std::move(history);
  shorten(out);
  return out;
}

} // namespace controller::api
