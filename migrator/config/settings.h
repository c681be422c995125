// What a run of the migrator is told: migrator.yaml, the environment and the flags, already merged, every value checked. Values
// only; settings_file.h reads the file's text, resolve.h merges, load.h does the reading. The reference is docs/configuration.md.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "migrator/config/job.h"
#include "migrator/database/url.h"

namespace migrator::config {

// Where the wanted schema is written down (`models`); empty: nowhere.
struct ModelsSettings {
  std::vector<std::string> paths;      // files or folders for every dialect
  std::vector<std::string> sqlite;     // for SQLite only
  std::vector<std::string> postgresql; // for PostgreSQL only
  std::vector<std::string> exec;       // a command and its arguments that prints DDL

  bool empty() const noexcept { return paths.empty() && sqlite.empty() && postgresql.empty() && exec.empty(); }
};

enum class BackupPolicy : std::uint8_t { Always, Destructive, External, Never };
enum class BackupVerification : std::uint8_t { Archive, Restore, None };

// `backup`: how backups are taken and kept (docs/backups.md).
struct BackupSettings {
  std::optional<BackupPolicy> policy; // before a run; unset: `migrate` takes one if there is a folder, other verbs take none
  std::string folder;                 // where they are kept; empty unless given
  std::vector<std::string> command;   // policy External: a command and its arguments that prints the backup's id
  int retain = 5;                     // how many are kept, at least 1
  std::optional<int> retain_days;     // older ones go too; at least 1
  BackupVerification verify = BackupVerification::Archive;
  std::int64_t max_bytes = 0;                       // of one dump; 0: no limit
  std::optional<std::chrono::milliseconds> timeout; // of one backup with its proof; above zero
  std::vector<std::string> copy_command;            // run when a backup is whole; {folder} and {id} stand for its own
};

enum class LintLevel : std::uint8_t { Off, Warning, Error };

struct Settings {
  std::string file;                    // the migrator.yaml that was read, as the user would name it; empty: none was found
  std::vector<std::string> migrations; // folders, absolute or relative to the working folder; at least one
  // Set when a URL is configured and the verb asked for it (DatabaseUse), already parsed, its SQLite path relative to the
  // working folder.
  std::optional<database::DatabaseUrl> database_url;
  std::optional<database::DatabaseUrl> direct_url;
  std::optional<database::DatabaseUrl> scratch_url;
  bool scratch_same_server = false; // `scratch: same-server`
  std::string version_table = "migrator_version";
  std::string version_schema; // empty: the connection's default
  std::vector<std::string> grant_read;
  std::chrono::milliseconds lock_wait{60'000};
  std::chrono::milliseconds lock_timeout{3'000};
  std::chrono::milliseconds statement_timeout{0}; // zero: none
  ModelsSettings models;
  BackupSettings backup;
  JobSettings job;
  std::vector<std::string> ignore;       // patterns of objects that comparisons leave out
  bool manage_owned = false;             // `owned: manage`: comparisons look at owners and grants
  std::map<std::string, LintLevel> lint; // by rule
};

} // namespace migrator::config
