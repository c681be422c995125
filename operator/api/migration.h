// The Migration resource as values: what users declare (Spec) and what the operator found (Status), field for field as in crds/ and the design's
// section 5. Pure. JSON goes in and out by migration_json.h alone; other parts of the operator never look into a Migration's JSON.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

namespace controller::api {

using Json = nlohmann::json;
using Time = std::chrono::sys_seconds; // RFC 3339 with seconds in UTC on the wire, as metav1.Time

struct KeyRef { // secretKeyRef, or configMapKeyRef for a CA
  std::string name;
  std::string key;
};

struct Runner {
  std::string image;             // empty: the operator's stock migrator
  std::string image_pull_policy; // empty: Kubernetes decides
  std::vector<std::string> image_pull_secrets;
};

enum class SourceType : std::uint8_t { Runner, ConfigMap, ImageVolume, PersistentVolumeClaim };

struct Source {
  SourceType type = SourceType::Runner;
  std::string name;        // the ConfigMap's, the claim's
  std::string image;       // ImageVolume: a reference
  std::string pull_policy; // ImageVolume
  std::string path; // a folder inside the volume; empty: its root. Runner: the folder in the image, /migrations unless given
};

enum class DatabaseType : std::uint8_t { PostgreSQL, SQLite };

struct Connection {
  std::string host;
  int port = 5432;
  std::string name;
  std::optional<KeyRef> user_from;
  std::optional<KeyRef> password_from;
};

struct Tls {
  std::string mode;                    // libpq's sslmode; empty: verify-full if a CA is given
  std::optional<KeyRef> ca_secret;     // caFrom.secretKeyRef
  std::optional<KeyRef> ca_config_map; // caFrom.configMapKeyRef
  std::string client_cert_secret_name; // a kubernetes.io/tls Secret
};

struct Scratch {
  std::optional<KeyRef> url_from;
  bool same_server = false;
};

struct Database {
  DatabaseType type = DatabaseType::PostgreSQL;
  std::optional<KeyRef> url_from;
  std::optional<Connection> connection;
  std::optional<Tls> tls;
  std::string schema;        // of the version table
  std::string version_table; // empty: the default
  std::string sqlite_claim;  // sqlite.volume.persistentVolumeClaim.claimName
  std::string sqlite_path;   // relative to the volume
  std::optional<KeyRef> direct_url_from;
  std::optional<Scratch> scratch;
  std::vector<std::string> grant_read;
};

enum class BackupPolicy : std::uint8_t { Always, Destructive, External, Never };
enum class Verification : std::uint8_t { Archive, Restore, None };

struct Backup {
  BackupPolicy policy = BackupPolicy::Always;
  std::string claim;                // volume.persistentVolumeClaim.claimName
  std::vector<std::string> command; // External
  int retain = 5;
  Verification verify = Verification::Archive;
};

enum class Approval : std::uint8_t { Automatic, Destructive, Manual };
enum class Downgrade : std::uint8_t { Allow, Approve, Deny };
enum class OnFailure : std::uint8_t { Stop, Revert, Restore };

struct Spec {
  std::string target = "head";
  bool exact = false;
  Runner runner;
  Source source;
  Database database;
  Backup backup;
  Approval approval = Approval::Automatic;
  Downgrade downgrade = Downgrade::Allow;
  OnFailure on_failure = OnFailure::Stop;
  bool fence = false;
  bool plan_includes_sql = false;
  std::chrono::seconds interval{0}; // 0: never
  bool suspend = false;
  std::chrono::seconds timeout{1800};
  std::chrono::seconds retry_deadline{900};
  std::chrono::seconds lock_wait{60};
  std::chrono::milliseconds lock_timeout{3000};
  std::chrono::milliseconds statement_timeout{0};
  Json pod_template = Json::object(); // as written: {metadata, spec}; job/pod_template.h reads it
};

enum class RunKind : std::uint8_t { Migrate, Plan, Verify };
std::string_view name(RunKind kind) noexcept; // "migrate", "plan", "verify": in names of Jobs and run ids, and in status

struct Progress {
  int step = 0; // from 1
  int of = 0;
  std::optional<int> percent; // of the step
  friend bool operator==(const Progress &, const Progress &) = default;
};

// What the annotations asked for when a run began; empty: nothing.
struct Requests {
  std::string requested_at; // migrator.dev/requestedAt
  std::string reconcile_at; // reconcile.fluxcd.io/requestedAt
  std::string adopt;        // migrator.dev/adopt
  std::string force;        // migrator.dev/force
};

// status.run: the run that is under way or waits for its next attempt; written before its Job is created.
struct Run {
  std::int64_t sequence = 0;
  RunKind kind = RunKind::Migrate;
  int attempt = 1;
  std::string job;     // the Job's name
  std::string job_uid; // once it was seen; a Job that was seen and is gone was deleted by somebody
  std::string input_hash;
  std::string target;
  bool exact = false;
  std::int64_t generation = 0;
  Requests requests;
  Time start_time{};              // of the first attempt of this sequence and kind
  std::optional<Time> not_before; // the attempt is not started earlier
  bool allow_down = false;
  std::string approved_hash; // the plan's hash that --approved gets; empty: none
  std::optional<Progress> progress;
};

struct FailedStep {
  std::string revision;
  std::string file;
  int line = 0;
  std::string sqlstate;
  std::string message;
};

struct FinishedRun {
  std::int64_t sequence = 0;
  RunKind kind = RunKind::Migrate;
  int attempt = 1;
  std::string job;
  std::string input_hash;
  std::string target;
  bool exact = false;
  std::int64_t generation = 0;
  Requests requests;
  std::string
      outcome; // Done, NothingToDo, Ahead, Failed, Reverted, Restored; Planned of a plan run; Drifted or InSync of a verify run
  std::string reason; // the condition's reason it led to
  int exit_code = 0;
  Time start_time{};
  std::int64_t seconds = 0;
  std::string image_id; // of the runner's container as it ran: a tag is no input, so this is what tells runs of one apart
  std::optional<FailedStep> failed;
  bool happy() const noexcept;
};

struct PlanStep {
  std::string revision;
  std::string direction; // up, down
  bool transactional = true;
};

struct PlanStatus {
  std::string id;   // what migrator.dev/approve takes: hash of the plan's hash, the uid and the sequence, 16 hex digits
  std::string hash; // the migrator's
  std::int64_t sequence = 0;
  bool destructive = false;
  std::vector<PlanStep> steps;       // at most 100
  std::vector<std::string> kinds;    // what the plan holds: down, irreversible, data, non-transactional …
  std::vector<std::string> findings; // at most 50
  std::vector<std::string> sql;      // with plan.includeSQL
};

struct LastSuccess {
  std::string target;
  bool exact = false;
};

struct LastBackup {
  std::string id;
  std::int64_t bytes = 0;
  std::string sha256;
  std::string verified;
  Time time{};
};

struct AppliedImage {
  std::string image;
  std::vector<std::string> heads;
};

struct Condition {
  std::string type;
  std::string status; // True, False, Unknown
  std::string reason; // CamelCase, never empty
  std::string message;
  std::int64_t observed_generation = 0;
  Time last_transition_time{};
};

struct Status {
  std::int64_t observed_generation = -1;
  std::vector<Condition> conditions; // ordered by type
  std::vector<std::string> current_revisions;
  std::vector<std::string> target_revisions;
  std::optional<std::int64_t> pending_revisions;
  std::vector<std::string> applied_revisions; // newest first, at most 100
  std::vector<AppliedImage> applied_images;   // newest first, at most 20
  std::optional<PlanStatus> plan;
  std::optional<Run> run;
  std::optional<LastSuccess> last_success;
  std::optional<FinishedRun> last_run;
  std::optional<LastBackup> last_backup;
  std::string last_handled_approval;
  std::string last_handled_requested_at;
  std::string last_handled_reconcile_at;
  std::optional<Time> last_verified; // when the interval's last verification ended
  std::vector<FinishedRun> history;  // newest first, at most 10
};

struct Migration {
  std::string name_space;
  std::string name;
  std::string uid;
  std::int64_t generation = 0;
  std::string resource_version;
  bool deleting = false;
  std::map<std::string, std::string> annotations;
  Spec spec;
  Status status;
};

// Annotations and labels (the design's section 5).
inline constexpr std::string_view kRequestedAt = "migrator.dev/requestedAt";
inline constexpr std::string_view kFluxRequestedAt = "reconcile.fluxcd.io/requestedAt";
inline constexpr std::string_view kApprove = "migrator.dev/approve";
inline constexpr std::string_view kAdopt = "migrator.dev/adopt";
inline constexpr std::string_view kForce = "migrator.dev/force";
inline constexpr std::string_view kRole = "migrator.dev/role"; // label; `runner` on Jobs and their pods
inline constexpr std::string_view kMigrationLabel =
    "migrator.dev/migration";                                    // label on Jobs and their pods: the Migration's name
inline constexpr std::string_view kGated = "migrator.dev/gated"; // label; `true` on pods with the gate
inline constexpr std::string_view kWaitFor = "migrator.dev/wait-for";
inline constexpr std::string_view kRevision = "migrator.dev/revision";
inline constexpr std::string_view kImage = "migrator.dev/image";
inline constexpr std::string_view kGate = "migrator.dev/wait"; // the scheduling gate's name

} // namespace controller::api
