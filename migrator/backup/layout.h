// How the folder of backups is laid out: names, and the exact text of SHA256SUMS. Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace migrator::backup {

constexpr std::string_view kManifestFile = "manifest.json";
constexpr std::string_view kSumsFile = "SHA256SUMS";
constexpr std::string_view kNewSumsFile = ".SHA256SUMS.new"; // between the two renames of a rewrite
constexpr std::string_view kNewManifestFile = ".manifest.json.new";
constexpr std::string_view kLockFile = ".lock"; // of the store, and of a draft

// ".ID.partial", ".ID.removed"
std::string draft_name(std::string_view id);
std::string removed_name(std::string_view id);
// The id in such a name; nullopt for any other.
std::optional<std::string> id_of_draft(std::string_view name);
std::optional<std::string> id_of_removed(std::string_view name);

// What sha256sum prints for the two files.
std::string sums_text(std::string_view dump_file, std::string_view dump_sha256, std::string_view manifest);

} // namespace migrator::backup
