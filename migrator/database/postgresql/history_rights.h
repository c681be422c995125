// The rights on the history's tables: what preflight checks before a run, and what is taken back from others so that nobody else can write
// the SQL that a later run will execute (the design, "In the database"). Reads and changes the catalog only.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "migrator/database/postgresql/history.h"
#include "migrator/database/postgresql/session.h"

namespace migrator::database::postgresql {

// Everything that would stop a writing run. NotWritable: a standby, or transactions are read-only. InvalidConfiguration: a server older than
// PostgreSQL 12, no such schema, or the version table's name taken by something that is no table. NoPermission: tables are missing and may
// not be made, or are there and may not be written; the message holds the GRANT. OwnedByAnother: a role that we do not belong to owns one. Gives
// the names of those that are there.
Result<std::set<std::string>> check_rights(Session &session, const History &history);

// Revokes, on our tables and the view, what others than the owner got but SELECT, and gives `grant_read` roles SELECT on the view. One
// sentence each of what was done, and of a role that lacks USAGE on the schema. InvalidConfiguration: no such role.
Result<std::vector<std::string>> secure(Session &session, const History &history, const std::vector<std::string> &grant_read);

// The GRANT that mends a 42501 about one of our tables, from the server's primary message.
std::string grant_advice(const History &history, const std::string &role, const std::string &primary);

} // namespace migrator::database::postgresql
