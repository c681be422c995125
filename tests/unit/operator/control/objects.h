// Objects as an API server sends them, for tests of what reads and writes them.
#pragma once

#include <string>

#include "operator/api/migration_json.h"
#include "operator/kube/client.h"

namespace controller {

// With status.run if `job` is not empty.
inline kube::Json migration_object(const std::string &version, const std::string &job = {}) {
  kube::Json object{
      {"apiVersion", "migrator.dev/v1alpha1"},
      {"kind", "Migration"},
      {"metadata", {{"namespace", "n"}, {"name", "shop"}, {"uid", "shop-uid"}, {"generation", 1}, {"resourceVersion", version}}},
      {"spec",
       {{"target", "head"},
        {"runner", {{"image", "shop:1"}}},
        {"database", {{"type", "PostgreSQL"}, {"urlFrom", {{"secretKeyRef", {{"name", "db"}, {"key", "uri"}}}}}}},
        {"backup", {{"policy", "Never"}}},
        {"downgrade", "Deny"}}}};
  if (!job.empty()) {
    api::Status status;
    api::Run run;
    run.sequence = 1;
    run.job = job;
    status.run = run;
    object["status"] = api::write_status(status);
  }
  return object;
}

inline kube::Json job_object(const std::string &name, const std::string &owner_uid,
                             const std::string &created = "2026-11-22T10:00:00Z") {
  return {{"metadata",
           {{"namespace", "n"},
            {"name", name},
            {"uid", name + "-uid"},
            {"creationTimestamp", created},
            {"labels", {{"migrator.dev/migration", "shop"}}},
            {"ownerReferences", {{{"kind", "Migration"}, {"uid", owner_uid}, {"controller", true}}}}}}};
}

inline kube::Json pod_object(const std::string &name, const std::string &job_uid, const std::string &phase) {
  kube::Json pod = job_object(name, job_uid);
  pod["status"]["phase"] = phase;
  return pod;
}

} // namespace controller
