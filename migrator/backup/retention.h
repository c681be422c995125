// Which backups go when a new one has come (`backup.retain`, `backup.retain_for`). Pure.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "migrator/backup/manifest.h"

namespace migrator::backup {

struct RetentionRule {
  int count = 5;                         // newest that stay, at least 1
  std::optional<std::chrono::hours> age; // older ones go too
};

// Ids to remove, oldest first, of `backups` (of one database, any order). Never the newest proven one, the newest of all, one that `in_use` names (the journal's
// last run), nor, by count, one of what a restore displaced: those go by age alone.
std::vector<std::string> expired(const std::vector<Manifest> &backups, const RetentionRule &rule,
                                 std::chrono::system_clock::time_point now, const std::vector<std::string> &in_use);

} // namespace migrator::backup
