#include "tests/unit/operator/reconcile/cases.h"

#include <gtest/gtest.h>

#include "operator/api/migration_json.h"
#include "operator/job/job.h"

namespace controller::reconcile::testing {

Observed fresh() {
  Observed observed;
  api::Migration &migration = observed.migration;
  migration.name_space = "shop";
  migration.name = "shop";
  migration.uid = "uid-1";
  migration.generation = 1;
  migration.resource_version = "1";
  migration.spec.target = "r2";
  migration.spec.runner.image = "shop:2";
  migration.spec.backup.claim = "backups";
  observed.settings.stock_image = "migrator:1";
  observed.now = kNow;
  return observed;
}

Observed written(Observed observed, const Decision &decision) {
  const bool other_run =
      !decision.status.run || !observed.migration.status.run || decision.status.run->job != observed.migration.status.run->job;
  observed.migration.status = decision.status;
  if (other_run) {
    observed.job.reset();
    observed.pods.clear();
    observed.progress.reset();
    observed.trouble.reset();
  }
  return observed;
}

Observed annotated(Observed observed, std::string_view name, const std::string &value) {
  observed.migration.annotations[std::string(name)] = value;
  return observed;
}

Observed later(Observed observed, std::chrono::seconds by) {
  observed.now += by;
  return observed;
}

Observed with_job(Observed observed) {
  JobView job;
  job.name = observed.migration.status.run->job;
  job.uid = "job-" + job.name;
  job.ours = true;
  job.created = observed.now;
  observed.job = job;
  PodView pod;
  pod.name = job.name + "-x";
  pod.uid = "pod-" + job.name;
  pod.node = "node-1";
  pod.phase = "Running";
  pod.image = "shop:2";
  pod.image_id = "shop@sha256:0123";
  observed.pods = {pod};
  return observed;
}

Observed with_end(Observed observed, int exit_code, const std::string &termination_message) {
  if (!observed.job) observed = with_job(std::move(observed));
  observed.job->end = exit_code == 0 ? JobEnd::Complete : JobEnd::Failed;
  PodView &pod = observed.pods.back();
  pod.phase = exit_code == 0 ? "Succeeded" : "Failed";
  pod.exit_code = exit_code;
  pod.termination_message = termination_message;
  return observed;
}

std::string report(const Observed &observed, const std::string &outcome, int exit_code, const api::Json &fields) {
  api::Json document{{"protocol", "1.0"},     {"run_id", job::run_id(observed.migration.uid, *observed.migration.status.run)},
                     {"outcome", outcome},    {"exit_code", exit_code},
                     {"database_read", true}, {"seconds", 3}};
  document.update(fields);
  return document.dump();
}

api::Json at(const Strings &heads, const Strings &applied) {
  return {{"heads_before", heads}, {"heads_after", heads},         {"target_heads", heads},
          {"file_heads", heads},   {"applied_revisions", applied}, {"pending", 0}};
}

api::Json error(const std::string &code, const std::string &text) {
  return {{"error", {{"code", code}, {"message", text}}}};
}

Observed settled(Observed observed) {
  for (int round = 0; round < 10; ++round) {
    const Decision decision = decide(observed);
    if (decision.create_job || api::write_status(decision.status) == api::write_status(observed.migration.status))
      return observed;
    observed = written(std::move(observed), decision);
  }
  ADD_FAILURE() << "decisions do not come to rest";
  return observed;
}

Observed happy(Observed observed) {
  observed = settled(std::move(observed));
  observed = with_end(observed, 0, report(observed, "Done", 0, at({"r2"}, {"r2", "r1"})));
  return settled(written(observed, decide(observed)));
}

Observed failed(int exit_code, const std::string &code, const std::string &text, Observed observed) {
  observed = settled(std::move(observed));
  observed = with_end(observed, exit_code, report(observed, "Failed", exit_code, error(code, text)));
  return settled(written(observed, decide(observed)));
}

Observed plan_made(Observed observed) {
  observed = settled(std::move(observed));
  observed = settled(with_job(observed));
  api::Json plan = at({"r2"}, {"r2", "r1"});
  plan["steps"] = {{{"revision", "r2"}, {"direction", "down"}}};
  plan["down_revisions"] = {"r2"};
  plan["heads_after"] = {"r1"};
  plan["kinds"] = {"down"};
  plan["destructive"] = true;
  plan["plan_hash"] = "v1:abc";
  observed = with_end(observed, 0, report(observed, "Moves", 0, plan));
  return written(observed, decide(observed));
}

std::string condition(const api::Status &status, api::ConditionType type) {
  const api::Condition *found = api::find_condition(status, type);
  if (found == nullptr) return {};
  return found->status == "True" ? found->reason : "!" + found->reason;
}

std::string message(const api::Status &status, api::ConditionType type) {
  const api::Condition *found = api::find_condition(status, type);
  return found == nullptr ? std::string() : found->message;
}

Strings shown(const api::Status &status) {
  return {condition(status, api::ConditionType::Ready), condition(status, api::ConditionType::Reconciling),
          condition(status, api::ConditionType::Stalled)};
}

Strings notes(const Decision &decision) {
  Strings result;
  for (const Note &note : decision.notes) result.push_back(note.reason);
  return result;
}

std::string kstatus(const api::Migration &migration) {
  if (migration.generation != migration.status.observed_generation) return "InProgress";
  if (api::is_true(migration.status, api::ConditionType::Reconciling)) return "InProgress";
  if (api::is_true(migration.status, api::ConditionType::Stalled)) return "Failed";
  return api::is_true(migration.status, api::ConditionType::Ready) ? "Current" : "InProgress";
}

} // namespace controller::reconcile::testing
