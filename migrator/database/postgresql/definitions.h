// Definitions as PostgreSQL's own tools tell them, of a dump and of a database: what two copies are compared by (contents.h).
#pragma once

#include <string>
#include <vector>

#include "migrator/database/contents.h"
#include "migrator/database/postgresql/client_login.h"
#include "migrator/database/postgresql/client_run.h"
#include "migrator/database/postgresql/client_tools.h"
#include "migrator/database/postgresql/dump_text.h"

namespace migrator::database::postgresql {

// `pg_restore --list` of a dump.
Result<std::vector<ListedEntry>> list_archive(const ClientTools &tools, const std::string &file, const Limits &limits);

// All of a dump but its rows: definitions, and where sequences stand (dump_text.h's entries_of() makes them comparable).
Result<std::vector<DumpEntry>> archive_definitions(const ClientTools &tools, const std::string &file, const Limits &limits);

// What stands after WITH in the CREATE DATABASE of the database that was dumped, without its tablespace: template0, encoding, provider, locale.
Result<std::string> archive_database_options(const ClientTools &tools, const std::string &file, const Limits &limits);

// Definitions of the database that `login` leads to. Sequences' standing is not in it.
Result<std::vector<DumpEntry>> live_definitions(const ClientTools &tools, const ClientLogin &login, const Limits &limits);

} // namespace migrator::database::postgresql
