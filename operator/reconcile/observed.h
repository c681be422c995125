// All that a decision about one Migration rests on, gathered from the caches and the API server at one moment. Values only; gather.h fills it, decide.h
// reads it.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "operator/api/migration.h"

namespace controller::reconcile {

enum class JobEnd : std::uint8_t { None, Complete, Failed };

struct JobView {
  std::string name;
  std::string uid;
  bool ours = false; // its controller owner has the Migration's uid
  bool deleting = false;
  JobEnd end = JobEnd::None;
  std::string reason;  // of its Failed condition: PodFailurePolicy, BackoffLimitExceeded, DeadlineExceeded …
  std::string message; // of the same
  std::optional<api::Time> created;
  std::optional<api::Time> ended;
};

// A pod of the run's Job.
struct PodView {
  std::string name;
  std::string uid;
  std::string node;
  std::string phase; // Pending, Running, Succeeded, Failed, Unknown
  bool deleting = false;
  std::optional<api::Time> gone_by; // metadata.deletionTimestamp, which is when its grace period ends
  bool disrupted = false;           // DisruptionTarget=True
  std::string waiting_reason; // of the first container that waits: ErrImagePull, ImagePullBackOff, CreateContainerConfigError …
  std::string waiting_message;
  std::string unschedulable_message; // PodScheduled=False, reason Unschedulable
  std::optional<int> exit_code;      // of the container `migrator`, once it ended
  std::string ended_reason;          // OOMKilled, Error, Completed
  std::string termination_message;
  std::string image; // as written
  std::string image_id;
  std::optional<api::Time> created;
};

// A warning event about the Job or one of its pods, looked for only when a run hangs for no visible reason; or the API server's refusal to create the
// Job itself, as FailedCreate.
struct Trouble {
  std::string reason; // FailedCreate, FailedMount, FailedAttachVolume …
  std::string message;
};

// A live pod of the namespace that waits, or waited, for this Migration (gating on).
struct Dependent {
  std::string name;
  std::string revision; // migrator.dev/revision, empty if it names an image
  std::string image;    // migrator.dev/image
  bool gated = false;   // its gate still stands: it does not run yet
};

struct Settings {
  std::string stock_image;
  bool progress = false;
  bool gating = false;
  std::string operator_version;
};

struct Observed {
  api::Migration migration;
  std::optional<JobView> job;            // of status.run.job, read live
  std::vector<PodView> pods;             // of that Job by owner uid, oldest first
  std::optional<api::Progress> progress; // from the pod's log
  std::optional<Trouble> trouble;
  std::vector<Dependent> dependents;
  bool slot_free = true;   // neither --max-concurrent-runs nor the namespace's limit is reached
  std::string sqlite_node; // where a scheduled pod mounts the SQLite claim; empty: nowhere, or not SQLite
  Settings settings;
  api::Time now{};
  double jitter = 0.5; // [0, 1): spreads what is done again later
};

} // namespace controller::reconcile
