// PostgreSQL's client programs, run within limits of time and until somebody stops us; what they complain of as an Error.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "migrator/database/backup.h"
#include "migrator/process/child.h"

namespace migrator::database::postgresql {

// When work must end before it is done. Asked from several threads.
struct Limits {
  Deadline deadline;
  std::function<bool()> interrupted;

  bool late() const { return deadline && std::chrono::steady_clock::now() > *deadline; }
  bool must_end() const { return late() || interrupted(); }
  // Terminated or BackupFailed, by what has happened; `doing` is "the backup", "the restore".
  Error why(std::string_view doing) const;
};

// What a client program wrote to stderr, for a message: its complaints without DETAIL, CONTEXT, HINT and the statement, for those hold rows; one
// line. Pure.
std::string client_complaint(const std::string &errors);

// BackupFailed: `program` ended badly, in its own words.
Error client_error(std::string_view program, const process::Ended &ended);

// Runs to the end; stdout goes to `output`. Errors: as Limits::why() and client_error().
Status run_client(const process::Command &command, std::string_view program, std::string_view doing, const Limits &limits,
                  const std::function<void(std::string_view)> &output = {});

} // namespace migrator::database::postgresql
