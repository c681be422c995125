// The advisory keys by which runners keep out of each other's way, and the mark by which a waiter learns who holds them
// (the design, "Lock"). Pure; the keys are a contract with every version of the migrator that moves the same database.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "migrator/database/database.h"

namespace migrator::database::postgresql {

// A key is FNV-1a (64 bits, offset 14695981039346656037, prime 1099511628211) over its kind, a NUL, the schema, a NUL and the table, as a signed
// number. PostgreSQL keeps the keys of each database apart.
struct AdvisoryKeys {
  std::int64_t database = 0; // kind "migrator database", no schema, no table: shared by runs, exclusive for restore and fence
  std::int64_t history =
      0; // kind "migrator history": exclusive for the run that moves this history; held by the lock's connection
  std::int64_t worker = 0; // kind "migrator worker": exclusive for the backend that works for it; held by the working connection
};

AdvisoryKeys advisory_keys(std::string_view schema, std::string_view table);

// "l.classid = … AND l.objid = … AND l.objsubid = 1": how pg_locks shows a key.
std::string in_pg_locks(std::int64_t key);

// A comment that begins every statement of the lock's connection, so that pg_stat_activity shows who holds the lock:
// "/* migrator who=anna%40laptop run=4711 */ ".
std::string holder_mark(std::string_view who, std::string_view run_id);

// What a mark says, or what else is known when `query` does not begin with one (no right to see it): `application_name`, then `role`.
// `pid` is the backend's.
LockHolder read_holder(std::string_view query, std::string_view application_name, std::string_view role, std::string_view pid,
                       std::string_view since);

} // namespace migrator::database::postgresql
