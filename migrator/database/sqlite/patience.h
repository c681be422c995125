// How long work on whole databases may go on: the deadline of the caller, and an interruption. Asked between pieces of work and, through
// Connection::set_stop, inside of statements.
#pragma once

#include <functional>
#include <string>

#include "migrator/database/backup.h"
#include "migrator/database/sqlite/connection.h"
#include "migrator/error/error.h"

namespace migrator::database::sqlite {

struct Patience {
  Deadline deadline;
  std::function<bool()> interrupted; // empty: never

  // Terminated; BackupFailed once the deadline has passed.
  Status check() const;
};

// The error that ended `what` ("the database could not be copied"): Terminated stays as it is, unless the deadline stopped a statement, and
// then the deadline is told; all else becomes BackupFailed, told as "WHAT: MESSAGE".
Error ended(Error error, const Patience &patience, const std::string &what);

// While it lives, statements of the connection end when the patience does. Both outlive it.
class Impatient {
public:
  Impatient(Connection &connection, const Patience &patience) : connection_(connection) {
    connection_.set_stop([&patience] { return !patience.check(); });
  }
  ~Impatient() { connection_.set_stop({}); }
  Impatient(const Impatient &) = delete;
  Impatient &operator=(const Impatient &) = delete;

private:
  Connection &connection_;
};

// An interruption ends what is done while this lives, and is forgotten with it, as with units.
class Heeding {
public:
  explicit Heeding(Connection &connection) : connection_(connection) { connection_.heed_interrupts(true); }
  ~Heeding() {
    connection_.heed_interrupts(false);
    connection_.forget_interrupt();
  }
  Heeding(const Heeding &) = delete;
  Heeding &operator=(const Heeding &) = delete;

private:
  Connection &connection_;
};

} // namespace migrator::database::sqlite
