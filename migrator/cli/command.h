// What the command line asks for, as values: one struct a verb, and the options every verb takes. parse.h makes them, commands/
// carries them out. docs/verbs.md is the users' page.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "migrator/config/overrides.h"
#include "migrator/report/options.h"
#include "migrator/script/script.h"

namespace migrator::cli {

// Flags that every verb takes, before or after it.
struct GlobalOptions {
  std::optional<std::string> config; // --config
  config::Overrides overrides;       // --database-url, --migrations, --version-table …, and a moving verb's --lock-wait …
  report::OutputFormat output = report::OutputFormat::Text;
  report::LogFormat log_format = report::LogFormat::Text;
  report::ColorMode color = report::ColorMode::Auto;
  bool quiet = false;
  bool verbose = false;
  bool yes = false; // answers every question
};

enum class OnFailure : std::uint8_t { Stop, Revert, Restore };

// Flags of the verbs that move a database.
struct MovingOptions {
  bool sql = false;     // offline: SQL on stdout, no connection
  bool dry_run = false; // the plan only
  bool strict = false;
  std::optional<std::chrono::milliseconds> timeout; // of the whole run, from the lock on; above zero
  OnFailure on_failure = OnFailure::Stop;
  std::optional<bool> backup; // --backup, --no-backup; unset: as configured
  bool fence = false;
  std::string report;                 // the file of the final report; empty: none
  bool report_sql = false;            // of a dry run: the report holds the SQL, too
  std::string run_id;                 // empty: one is made
  std::optional<config::Owner> owner; // --owner
  std::string adopt;                  // the uid of the owner to take over from; empty: none
};

struct InitArguments {
  std::string folder = "migrations";
};

struct RevisionArguments {
  std::string message;
  std::vector<std::string> heads; // --head, as written; empty: the head of the files
  bool splice = false;
  std::vector<std::string> branch_labels;
  std::vector<std::string> depends_on; // as written
  std::string rev_id;                  // empty: a random one
  std::string version_path;            // empty: the parent's folder
  bool autogenerate = false;
  std::vector<std::string> renames; // --rename, as written
  std::vector<Dialect> dialects;    // --dialect; empty: those of the models
  bool dry_run = false;             // with autogenerate: print the file
};

// What `check` compares.
enum class CheckKind : std::uint8_t { Database, Revisions, Drift, Snapshot };

struct CheckArguments {
  CheckKind kind = CheckKind::Database;
  std::string snapshot;          // the file of CheckKind::Snapshot
  std::string write_snapshot;    // write one there instead of checking; empty: check
  std::vector<Dialect> dialects; // --dialect; empty: as configured
};

struct DiffArguments {
  std::string from, to; // as written: models, database, revisions[:R], snapshot:FILE
  std::optional<Dialect> dialect;
};

struct UpgradeArguments {
  std::string target; // with --sql also START:END
  MovingOptions moving;
};

struct DowngradeArguments {
  std::string target; // with --sql START:END
  MovingOptions moving;
};

struct MigrateArguments {
  std::vector<std::string> targets; // --to, split at commas; at least one
  bool allow_down = false;
  bool exact = false;
  std::string approved; // the plan's hash; empty: any plan
  MovingOptions moving; // `plan` is this verb with dry_run
};

struct StampArguments {
  std::vector<std::string> targets; // at least one
  bool purge = false;
  MovingOptions moving;
};

struct EnsureVersionArguments {
  bool sql = false;
};

struct CurrentArguments {
  bool check_heads = false;
};

struct HistoryArguments {
  std::string range; // START:END as written; empty: everything
  bool indicate_current = false;
};

struct ShowArguments {
  std::string revision;
};

struct HeadsArguments {
  bool resolve_dependencies = false;
};

struct BranchesArguments {};

struct MergeArguments {
  std::vector<std::string> revisions; // as written; empty: the heads
  std::string message;
  std::vector<std::string> branch_labels;
  std::string rev_id;
};

struct EditArguments {
  std::string revision;
};

struct StatusArguments {
  std::string snapshot; // a file to look for drift with; empty: none
  bool drift = false;   // look for it with a scratch database
};

// --for migration/NAME with the flags that say where it is; what is empty is as kubectl would take it.
struct WaitedMigration {
  std::string name;
  std::string name_space;
  std::string context;
  std::string kubeconfig;
};

struct WaitArguments {
  std::vector<std::string> revisions; // empty: every head of the files
  std::chrono::milliseconds timeout{600'000};
  std::optional<WaitedMigration> migration; // asks the Kubernetes API instead of a database
};

struct BackupArguments {
  std::optional<std::chrono::milliseconds> timeout; // instead of backup.timeout
};

struct BackupsArguments {
  std::vector<std::string> remove; // ids or unique prefixes
};

struct RestoreArguments {
  std::string id;   // or a unique prefix
  std::string into; // a URL; empty: the configured database
  bool swap = false;
  bool other_database = false;
  std::optional<std::chrono::milliseconds> timeout;
};

struct VerifyArguments {
  std::vector<std::string> ids; // or unique prefixes; empty: the newest
  bool all = false;
  bool restore = false;
  std::optional<std::chrono::milliseconds> timeout;
};

enum class CompletionSubject : std::uint8_t { Bash, Zsh, Fish, Revisions };

struct CompletionArguments {
  CompletionSubject subject = CompletionSubject::Bash;
};

// Text to print and be done: the overview, a verb's help, the version.
struct InformationArguments {
  std::string text; // ends with a line end
};

using Command =
    std::variant<InformationArguments, InitArguments, RevisionArguments, UpgradeArguments, DowngradeArguments, MigrateArguments,
                 StampArguments, EnsureVersionArguments, CurrentArguments, HistoryArguments, ShowArguments, HeadsArguments,
                 BranchesArguments, MergeArguments, EditArguments, StatusArguments, WaitArguments, BackupArguments,
                 BackupsArguments, RestoreArguments, VerifyArguments, CheckArguments, DiffArguments, CompletionArguments>;

struct Invocation {
  GlobalOptions global;
  Command command;
};

} // namespace migrator::cli
