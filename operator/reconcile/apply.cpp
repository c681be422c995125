// See apply.h.
#include "operator/reconcile/apply.h"

#include <utility>

#include "operator/api/conditions.h"
#include "operator/api/migration_json.h"
#include "operator/job/job.h"
#include "operator/reconcile/views.h"

namespace controller::reconcile {

namespace {

constexpr const char *kApiVersion = "migrator.dev/v1alpha1";
constexpr const char *kKind = "Migration";

kube::ObjectName name_of(const api::Migration &migration) {
  return {migration.name_space, migration.name};
}

bool status_differs(const api::Status &before, const api::Status &after) {
  return api::write_status(before) != api::write_status(after);
}

// A create that is refused as it stands: the same request is refused again until somebody mends a quota, an admission policy or the template.
bool is_refusal(kube::ErrorKind kind) {
  return kind == kube::ErrorKind::Forbidden || kind == kube::ErrorKind::Invalid;
}

} // namespace

bool would_write(const Observed &observed, const Decision &decision) {
  return decision.create_job || decision.remove_job || !decision.notes.empty() ||
         status_differs(observed.migration.status, decision.status);
}

Applier::Applier(kube::Client &client, const Caches &caches, Gatherer &gatherer, Superseded &superseded, Recorder &recorder,
                 Doors doors)
    : client_(client), caches_(caches), gatherer_(gatherer), superseded_(superseded), recorder_(recorder),
      doors_(std::move(doors)) {}

kube::Result<Applied> Applier::apply(const Observed &observed, const Decision &decision) {
  const api::Migration &migration = observed.migration;
  Applied applied;
  for (const Note &note : decision.notes) recorder_.record({kApiVersion, kKind, name_of(migration), migration.uid}, note);
  if (status_differs(migration.status, decision.status)) {
    if (const kube::Status written = write_status(migration, decision.status); !written) return tl::unexpected(written.error());
    applied.wrote = true;
  }
  if (decision.run_result) doors_.on_run_result(name_of(migration), *decision.run_result);
  if (decision.create_job && decision.status.run) {
    if (const kube::Status created = create_job(observed, decision.status, applied); !created)
      return tl::unexpected(created.error());
  }
  if (decision.remove_job) {
    if (const kube::Status removed = remove_job(observed, *decision.remove_job); !removed) return tl::unexpected(removed.error());
    applied.wrote = true;
  }
  return applied;
}

kube::Status Applier::write_status(const api::Migration &migration, const api::Status &status) {
  const kube::Json object{
      {"apiVersion", kApiVersion},
      {"kind", kKind},
      {"metadata",
       {{"namespace", migration.name_space}, {"name", migration.name}, {"resourceVersion", migration.resource_version}}},
      {"status", api::write_status(status)}};
  const auto stored = client_.apply_status(kube::kMigrations, name_of(migration), object);
  if (!stored) return tl::unexpected(stored.error());
  if (watch::version_of(*stored) != migration.resource_version) superseded_.add(name_of(migration), migration.resource_version);
  return {};
}

kube::Status Applier::create_job(const Observed &observed, const api::Status &status, Applied &applied) {
  api::Migration migration = observed.migration;
  migration.status = status;
  const kube::ObjectName name = name_of(migration);
  const std::string &job_name = status.run->job;
  if (gatherer_.refused_lately(name, job_name)) {
    applied.job_refused = true;
    return {};
  }
  applied.wrote = true; // whatever the answer is, things stand otherwise now
  const auto refused = [&](const std::string &message) {
    gatherer_.refused(name, job_name, message);
    doors_.on_step(name, "the Job " + job_name + " was refused: " + message);
    return kube::Status();
  };
  const auto job = job::make_job(migration, *status.run, observed.settings, observed.sqlite_node);
  if (!job) return refused(job.error().field + ": " + job.error().message);
  const auto created = client_.create(kube::kJobs, migration.name_space, *job);
  if (created) {
    doors_.on_step(name, "created the Job " + job_name);
    applied.job_created = true;
    return {};
  }
  if (is_refusal(created.error().kind)) return refused(created.error().message);
  if (created.error().kind != kube::ErrorKind::AlreadyExists) return tl::unexpected(created.error());
  const auto there = client_.get(kube::kJobs, {migration.name_space, job_name});
  if (!there) return tl::unexpected(there.error());
  applied.job_created = controller_uid(*there) == migration.uid; // another's is decided on when it is gathered
  return {};
}

kube::Status Applier::remove_job(const Observed &observed, const std::string &uid) {
  const api::Migration &migration = observed.migration;
  std::string name;
  if (observed.job && observed.job->uid == uid) {
    name = observed.job->name;
  } else {
    for (const watch::Object &job : caches_.jobs.all(migration.name_space))
      if (watch::metadata_text(*job, "uid") == uid) name = watch::name_of(*job).name;
  }
  if (name.empty()) return {}; // it is gone, or its time to live will see to it
  const kube::Status removed = client_.remove(kube::kJobs, {migration.name_space, name}, uid);
  const bool gone =
      !removed && (removed.error().kind == kube::ErrorKind::NotFound || removed.error().kind == kube::ErrorKind::Conflict);
  if (removed) doors_.on_step(name_of(migration), "removed the Job " + name);
  return gone ? kube::Status() : removed;
}

kube::Result<bool> Applier::tell_unreadable(const Unreadable &unreadable, std::chrono::sys_seconds now) {
  const api::Migration &migration = unreadable.migration;
  api::Status status = migration.status;
  const std::string message = unreadable.fault.field + ": " + unreadable.fault.message;
  status.observed_generation = migration.generation;
  api::set_condition(status, api::ConditionType::Stalled, {true, api::Reason::InvalidSpec, message}, migration.generation, now);
  api::set_condition(status, api::ConditionType::Ready, {false, api::Reason::InvalidSpec, message}, migration.generation, now);
  if (!status_differs(migration.status, status)) return false;
  recorder_.record({kApiVersion, kKind, name_of(migration), migration.uid},
                   {true, "InvalidSpec", message, "generation." + std::to_string(migration.generation)});
  if (const kube::Status written = write_status(migration, status); !written) return tl::unexpected(written.error());
  return true;
}

} // namespace controller::reconcile
