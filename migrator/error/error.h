// Errors as values: the closed set of codes every part of the migrator answers with, and the process
// exit code that each one means (README, "Exit codes"; the design's section 3). Pure; knows no I/O.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <tl/expected.hpp>

namespace migrator {

// What went wrong. `name()` gives the stable spelling used in JSON, `exit_code()` the process exit code.
enum class ErrorCode : std::uint8_t {
  // 2: usage, configuration, revision files or graph
  Usage,                // a flag or an argument is wrong
  InvalidConfiguration, // migrator.yaml, an environment variable or a URL is wrong
  InvalidRevisionFile,  // a revision file breaks the format; file and line are set
  InvalidGraph,         // duplicate ids or labels, a missing parent or dependency
  CycleDetected,        // subject: the revisions of the cycle, in order
  MultipleHeads,        // subject: the heads
  UnknownRevision,      // a target names nothing
  AmbiguousRevision,    // a prefix fits several; subject: the candidates
  AmbiguousWalk,        // a relative target fits several revisions; subject: the candidates
  OutOfRange,           // a relative target walks past the end
  InvalidTarget,        // a target that is malformed or has no meaning for this verb
  FileExists,           // would overwrite a file of the user's
  // 3
  CheckFailed, // check, current --check-heads or lint found something
  // 10
  LockBusy,    // another runner holds the lock; the message says who, since when
  LockTimeout, // a statement waited longer than lock_timeout (55P03, SQLITE_BUSY): retried inside
  // 11
  Unreachable,    // no database there, or it refuses the login
  ConnectionLost, // it was there and went away; what was not committed is rolled back
  CommitUnknown,  // the connection was lost during COMMIT: never retried before the journal is read again
  // 12, 13
  WaitTimeout,
  RunTimeout,
  // 20
  SqlError,        // the database refused a statement; sqlstate, file and line are set where known
  AssertionFailed, // a `-- migrate:assert` was not true
  // 21
  ChecksumMismatch, // an applied revision's up section or parents were edited
  MissingRevision,  // the database is at a revision known neither to the files nor to the journal
  Diverged,         // the database and the files both have revisions the other lacks
  Ahead,            // with --strict: the database has heads the files do not know
  // 22, 23
  ApprovalNeeded,
  BackupFailed,
  // 24
  StoppedHalfway, // non-transactional work stopped in the middle; `status` says how to go on
  // 25
  Reverted, // failed, then this run's steps were taken back
  Restored, // failed, then the backup that this run took was put back
  // 26
  NoPermission,   // the role lacks a right; the message names the GRANT
  Irreversible,   // a step down has no way back
  DownNotAllowed, // steps down without --allow-down
  OwnedByAnother, // another Migration, or another role, owns this history
  HistoryMoved,   // a restore would take away what another history has done since the backup
  NotWritable,    // a read-only file, folder, standby or transaction
  // 70, 143
  Internal,
  Terminated, // SIGTERM or SIGINT; clean unless the message says partial
};

// The spelling used in `--output json` ("MultipleHeads"). Stable.
std::string_view name(ErrorCode code) noexcept;

// The process exit code (the design's table of exit codes).
int exit_code(ErrorCode code) noexcept;

// Whether running the same command again later can help without anybody changing anything (10, 11, 143).
bool worth_a_retry(ErrorCode code) noexcept;

// An error as a value. `message` is one or more sentences for a person: what is wrong and what to do next. It never holds a
// password, a row's contents or a statement's parameters.
struct Error {
  ErrorCode code = ErrorCode::Internal;
  std::string message;
  std::vector<std::string> subject; // the revisions, files or names concerned, most important first
  std::string file;                 // as the user would name it; empty if none
  int line = 0;                     // 1-based; 0 if none
  std::string sqlstate;             // five characters, or SQLite's extended code name ("SQLITE_CONSTRAINT_UNIQUE")
  std::string revision;             // the revision whose step failed; empty if none

  // "file:line: message", "file: message" or "message".
  std::string text() const;
};

template <typename T> using Result = tl::expected<T, Error>;
using Status = Result<void>;

inline tl::unexpected<Error> fail(ErrorCode code, std::string message, std::vector<std::string> subject = {}) {
  return tl::unexpected<Error>(Error{code, std::move(message), std::move(subject), {}, 0, {}, {}});
}

inline tl::unexpected<Error> fail_at(std::string file, int line, ErrorCode code, std::string message) {
  return tl::unexpected<Error>(Error{code, std::move(message), {}, std::move(file), line, {}, {}});
}

inline tl::unexpected<Error> fail(Error error) {
  return tl::unexpected<Error>(std::move(error));
}

} // namespace migrator
