// See restore_roles.h.
#include "migrator/database/postgresql/restore_roles.h"

#include <set>

#include <fmt/format.h>

#include "migrator/database/postgresql/quoting.h"

namespace migrator::database::postgresql {

namespace {

Result<std::vector<std::string>> roles_unlike(const Ask &ask, const std::set<std::string> &roles, const std::string &condition) {
  std::vector<std::string> unlike;
  if (roles.empty()) return unlike;
  std::string names;
  for (const std::string &role : roles) names += (names.empty() ? "" : ", ") + quote_literal(role);
  const auto rows =
      ask(fmt::format("SELECT w.name FROM pg_catalog.unnest(ARRAY[{}]::text[]) w(name) WHERE NOT EXISTS (SELECT 1 FROM "
                      "pg_catalog.pg_roles r WHERE r.rolname = w.name AND {}) ORDER BY w.name COLLATE \"C\"",
                      names, condition),
          1);
  if (!rows) return tl::unexpected(rows.error());
  for (const auto &row : *rows) unlike.push_back(row[0]);
  return unlike;
}

} // namespace

Result<std::vector<std::string>> roles_not_to_be_set(const Ask &ask, const std::vector<DumpEntry> &dump) {
  auto missing = roles_unlike(ask, roles_in(dump), "true");
  if (!missing || !missing->empty()) return missing;
  return roles_unlike(ask, owners_in(dump), "pg_catalog.pg_has_role(r.oid, 'MEMBER')");
}

} // namespace migrator::database::postgresql
