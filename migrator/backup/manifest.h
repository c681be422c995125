// What is written beside a dump: which database, when, where its histories stood, its bytes and hash, how far it was proven. Pure; the file
// that holds it is docs/backups.md's, store.h reads and writes it.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "migrator/database/backup.h"
#include "migrator/error/error.h"

namespace migrator::backup {

// Why it was taken. Displaced: it holds what a restore replaced.
enum class Reason : std::uint8_t { Asked, BeforeRun, Displaced };

struct Manifest {
  std::string id;         // "20261122T171203Z-3f9a2b1c": UTC and eight random hex digits; the folder's name
  std::string created_at; // RFC 3339, UTC
  Reason reason = Reason::Asked;
  std::string run_id;       // of the run that it was taken for; empty if none
  std::string tool_version; // the migrator's
  database::Dumped dumped;
  std::int64_t bytes = 0; // of the dump
  std::string sha256;     // of the dump, lower-case hex
  database::Proof proof = database::Proof::None;
  std::string proved_at; // RFC 3339; empty if never
};

// The id of a backup that is taken now.
std::string make_id(std::chrono::system_clock::time_point now, std::uint64_t random);
// When the backup of this id was begun, to the second; nullopt if it is no id.
std::optional<std::chrono::sys_seconds> time_of_id(std::string_view id) noexcept;

// One JSON document with a line end; stable order of members.
// Bytes that are not UTF-8 in a name are kept.
std::string to_json(const Manifest &manifest);
// BackupFailed with what is wrong: no JSON, a newer format, a member missing or of another type.
Result<Manifest> manifest_from_json(std::string_view json);

std::string_view name(Reason reason) noexcept;         // "asked", "before_run", "displaced"
std::string_view name(database::Proof proof) noexcept; // "none", "archive", "restore"

} // namespace migrator::backup
