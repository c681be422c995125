// One layer of configuration as it was written: every value optional, texts not yet turned into URLs. The flags, the environment
// and the file each make one; resolve.h lays them over each other. Values only.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "migrator/config/settings.h"

namespace migrator::config {

// A text and where it stands, for messages: `file` and `line` in a file, else `source` ("DATABASE_URL", "--database-url").
struct Written {
  std::string text;
  std::string source;
  std::string file;
  int line = 0;
};

// The values that flags, environment and file can all give.
struct Overrides {
  std::optional<Written> database_url;
  std::optional<Written> direct_url;
  std::optional<Written> scratch_url;
  std::optional<std::vector<std::string>> migrations;
  std::optional<std::string> version_table;
  std::optional<std::string> version_schema;
  std::optional<std::vector<std::string>> grant_read;
  std::optional<std::chrono::milliseconds> lock_wait;
  std::optional<std::chrono::milliseconds> lock_timeout;
  std::optional<std::chrono::milliseconds> statement_timeout;
  std::optional<std::string> backup_folder;
  std::optional<BackupPolicy> backup_policy;
  std::optional<BackupVerification> backup_verify;
  std::optional<int> backup_retain;
  std::optional<bool> scratch_same_server;
  std::optional<std::vector<std::string>> backup_command;
  JobSettings job; // of the environment alone
};

// The words of `backup.policy` and `backup.verify`; nullopt: not one of them.
std::optional<BackupPolicy> policy_named(std::string_view word);
std::optional<BackupVerification> verification_named(std::string_view word);

// A number of backups to keep, 1 to 100,000; nullopt: not one.
std::optional<int> retained_count(const std::string &text);

// migrator.yaml: the above, and what only the file can say. Paths are still relative to the file.
struct FileSettings : Overrides {
  std::string path;   // as the user would name it
  std::string folder; // the part of `path` before the last slash, with it; empty for a file in the working folder
  ModelsSettings models;
  BackupSettings backup;
  std::vector<std::string> ignore;
  bool manage_owned = false;
  std::map<std::string, LintLevel> lint;
};

// nullopt if the name can be the version table's; else why not, as a sentence ("…"). A letter or "_", then letters, digits and "_",
// at most 50 in all, for PostgreSQL cuts names at 63 bytes and the names of the tables beside it are made from this one.
std::optional<std::string> why_not_a_table_name(const std::string &name);
// The same for the schema: 1 to 63 bytes without control characters.
std::optional<std::string> why_not_a_schema_name(const std::string &name);

} // namespace migrator::config
