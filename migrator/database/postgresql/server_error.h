// What the server or libpq complained of, made into an Error with advice. Keeps the primary message only, never DETAIL, CONTEXT or HINT, for
// those hold rows and parameters; takes passwords out of it. Pure.
#pragma once

#include <string>
#include <string_view>

#include "migrator/database/database.h"

namespace migrator::database::postgresql {

struct Complaint {
  std::string sqlstate;     // five characters; empty if the server did not answer
  std::string primary;      // one or more lines, without "ERROR:"
  int position = 0;         // 1-based, in characters, within the statement that was sent; 0: none
  bool lost = false;        // the connection is gone
  bool interrupted = false; // we had asked for the end of the statement
};

// A complaint about a statement of the user's. ConnectionLost, Terminated, LockTimeout, else SqlError; the line is that of the
// position, where the server gave one. The file is the caller's to set.
Error statement_error(const Complaint &complaint, const Statement &statement);

// A complaint about our own SQL, `doing` says what for ("reading the history"). ConnectionLost, Terminated, LockTimeout, NoPermission (42501),
// NotWritable (25006), else SqlError.
Error own_error(const Complaint &complaint, std::string_view doing);

} // namespace migrator::database::postgresql
