// See server_error.h.
#include "migrator/database/postgresql/server_error.h"

#include <algorithm>
#include <optional>
#include <vector>

#include <fmt/format.h>

#include "migrator/script/passwords.h"

namespace migrator::database::postgresql {

namespace {

using script::without_passwords;

// The line of a place that is given in characters.
int line_of(const Statement &statement, int position) {
  int line = statement.line;
  int characters = 0;
  for (const char c : statement.text) {
    const bool begins_character = (static_cast<unsigned char>(c) & 0xC0U) != 0x80U;
    if (begins_character && ++characters >= position) break;
    if (c == '\n') ++line;
  }
  return line;
}

std::optional<Error> common_error(const Complaint &complaint, const std::string &primary) {
  Error error;
  error.sqlstate = complaint.sqlstate;
  if (complaint.lost) {
    error.code = ErrorCode::ConnectionLost;
    error.message =
        fmt::format("the connection to PostgreSQL was lost ({}): what was not committed is rolled back; check the server, then "
                    "run the same command again",
                    primary);
    return error;
  }
  if (complaint.interrupted) {
    error.code = ErrorCode::Terminated;
    error.message = "the statement was stopped on request: run the same command again to go on";
    return error;
  }
  if (complaint.sqlstate == "55P03") {
    error.code = ErrorCode::LockTimeout;
    error.message =
        fmt::format("{}: another session holds a lock that this needs; run the command again when it is done, or raise "
                    "lock_timeout",
                    primary);
    return error;
  }
  return std::nullopt;
}

bool is_out_of_locks(const Complaint &complaint) {
  return complaint.sqlstate == "53200" && complaint.primary.find("shared memory") != std::string::npos;
}

} // namespace

Error statement_error(const Complaint &complaint, const Statement &statement) {
  const std::string primary = without_passwords(complaint.primary, statement.text);
  Error error;
  if (auto common = common_error(complaint, primary)) {
    error = std::move(*common);
  } else {
    error.code = ErrorCode::SqlError;
    error.sqlstate = complaint.sqlstate;
    error.message = primary;
    if (complaint.sqlstate == "57014") {
      error.message += ": raise statement_timeout if it was that, else look who cancelled it";
    } else if (complaint.sqlstate == "25001") {
      error.message += ": put it into a section of its own, `-- migrate:up transaction:false`";
    } else if (complaint.sqlstate == "42501") {
      error.message += ": grant the role that runs the migration what it needs, or run it as the owner";
    } else if (complaint.sqlstate == "25006") {
      error.message += ": nothing may be written here";
    } else if (is_out_of_locks(complaint)) {
      error.message +=
          ": one transaction locks more than the server has room for; end it in between with an empty section `-- migrate:up "
          "transaction:false`, put the rest into a revision of its own, or give the server a larger max_locks_per_transaction";
    }
  }
  error.line = complaint.position > 0 ? line_of(statement, complaint.position) : statement.line;
  return error;
}

Error own_error(const Complaint &complaint, std::string_view doing) {
  if (auto common = common_error(complaint, complaint.primary)) return std::move(*common);
  Error error;
  error.sqlstate = complaint.sqlstate;
  error.message = fmt::format("{} failed: {}", doing, complaint.primary);
  if (complaint.sqlstate == "42501") {
    error.code = ErrorCode::NoPermission;
  } else if (complaint.sqlstate == "25006") {
    error.code = ErrorCode::NotWritable;
    error.message += "; point database_url at a server that takes writes";
  } else {
    error.code = ErrorCode::SqlError;
    if (is_out_of_locks(complaint)) error.message += "; give the server a larger max_locks_per_transaction";
  }
  return error;
}

} // namespace migrator::database::postgresql
