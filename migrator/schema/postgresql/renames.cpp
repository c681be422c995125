// PostgreSQL's renames: whatever stands on a name follows by itself.
#include <string>

#include <fmt/format.h>

#include "migrator/schema/postgresql/existing.h"
#include "migrator/schema/postgresql/names.h"
#include "migrator/schema/postgresql/renderer.h"

namespace migrator::schema::postgresql {

namespace {

std::string rename_part(const Rename &rename) {
  const ObjectId &id = rename.from;
  const std::string now = quote_name(rename.to);
  if (id.kind == Kind::Constraint)
    return fmt::format("ALTER TABLE {} RENAME CONSTRAINT {} TO {}", relation_of(id), quote_name(id.name), now);
  return fmt::format("ALTER {} {}.{} RENAME TO {}", id.kind == Kind::Index ? "INDEX" : "SEQUENCE", quote_name(id.schema),
                     quote_name(id.name), now);
}

} // namespace

std::vector<Piece> PostgresqlRenderer::rename(const std::vector<Rename> &renames) const {
  std::vector<Piece> pieces;
  for (const Rename &rename : renames) {
    const std::string now = quote_name(rename.to);
    if (rename.from.kind == Kind::Table)
      pieces.push_back(in_transaction(fmt::format("ALTER TABLE {} RENAME TO {}", qualified(rename.from), now)));
    else if (rename.from.kind == Kind::Column)
      pieces.push_back(in_transaction(
          fmt::format("ALTER TABLE {} RENAME COLUMN {} TO {}", relation_of(rename.from), quote_name(rename.from.name), now)));
    else
      pieces.push_back(in_transaction(rename_part(rename)));
  }
  return pieces;
}

Schema PostgresqlRenderer::beside_renames(const std::vector<Rename> & /*renames*/, const Schema &ours,
                                          const Schema & /*all*/) const {
  return ours;
}

} // namespace migrator::schema::postgresql
