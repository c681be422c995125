// Backups as people and programs read them (docs/json.md). Pure.
#pragma once

#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "migrator/backup/manifest.h"
#include "migrator/report/style.h"

namespace migrator::report {

// {"id","created_at","reason","run_id","database":{"product","name"},"histories":[{"schema","table","heads"}],"folder","bytes","sha256",
// "verified","verified_at","tool_version"}; `folder` is where it lies.
nlohmann::ordered_json backup_document(const backup::Manifest &manifest, const std::string &folder);

// A table, newest first, with a heading; `damaged` below it, a line each. Ends with a line end. Empty if there is nothing at all.
std::string backups_text(const std::vector<backup::Manifest> &backups, const std::vector<std::string> &damaged,
                         const Style &style);

// "not proven", "archive", "restore"
std::string proof_text(database::Proof proof);

} // namespace migrator::report
