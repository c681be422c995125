// Taking a backup from beginning to end: check, dump, hash, prove, copy away, expire. What `backup` does, and a run before its first step.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "migrator/backup/retention.h"
#include "migrator/backup/store.h"
#include "migrator/database/backup.h"
#include "migrator/execute/clock.h"

namespace migrator::backup {

struct TakeRequest {
  Reason reason = Reason::Asked;
  std::string run_id;
  std::string tool_version;
  database::Proof proof = database::Proof::Archive;
  database::Scratch scratch;
  std::int64_t max_bytes = 0;                       // 0: no limit
  std::optional<std::chrono::milliseconds> timeout; // of all of it
  std::vector<std::string> copy_command;            // run when it is whole, with {folder} and {id} replaced; empty: none
  RetentionRule retention;
  std::vector<std::string> in_use; // ids that retention keeps
};

// The world that a backup is taken in. References outlive the call.
struct TakeFrom {
  database::Backups &source;
  const database::DumpProver &prover;
  const Store &store;
  const execute::Clock &clock;
  std::function<std::uint64_t()> random;
  std::function<bool()> interrupted;
  database::BackupObserver &observer;
};

// What would make take() fail and can be told before anything has been done.
Status check(const TakeFrom &from, const TakeRequest &request);
// A whole backup, or an error and no trace of it. One whose proof or whose copy_command failed is removed again. Old ones expire last; one that
// cannot be removed is a note.
Result<Manifest> take(const TakeFrom &from, const TakeRequest &request);

// backup.policy external: runs the command; its last line of output that is not blank is the id (1 to 256 printable characters).
Result<std::string> take_external(const std::vector<std::string> &command,
                                  const std::optional<std::chrono::milliseconds> &timeout,
                                  const std::function<bool()> &interrupted, const execute::Clock &clock);

} // namespace migrator::backup
