// See batch_key.h. One query for all that is asked.
#include "migrator/database/postgresql/batch_key.h"

#include <fmt/format.h>

#include "migrator/database/postgresql/quoting.h"

namespace migrator::database::postgresql {

namespace {

tl::unexpected<Error> unfit(const std::string &table, const std::string &key, std::string_view reason) {
  return fail(ErrorCode::SqlError, fmt::format("{}.{} cannot be walked in batches: {}", table, key, reason));
}

} // namespace

Result<BatchKey> read_batch_key(Session &session, const std::string &table, const std::string &key) {
  std::string database_sorts_by_bytes = "d.datcollate IN ('C', 'POSIX')";
  if (session.server_version() >= 150000) database_sorts_by_bytes += " AND d.datlocprovider = 'c'";
  if (session.server_version() >= 170000) database_sorts_by_bytes += " OR d.datlocprovider = 'b' AND d.datlocale = 'C'";
  const auto rows = session.query(fmt::format(
      "SELECT c.relkind IN ('r', 'p'), a.attname IS NOT NULL, "
      "EXISTS (SELECT 1 FROM pg_catalog.pg_index i WHERE i.indrelid = c.oid AND i.indisunique AND i.indisvalid AND "
      "i.indimmediate "
      "AND i.indnkeyatts = 1 AND i.indkey[0] = a.attnum AND i.indpred IS NULL AND i.indcollation[0] = a.attcollation), "
      "a.attnotnull, t.typname::text, pg_catalog.format_type(a.atttypid, a.atttypmod), a.attcollation = 0 OR l.collname IN ('C', "
      "'POSIX') OR "
      "(l.collname = 'default' AND ({2})), greatest(c.reltuples, 0)::bigint::text "
      "FROM (SELECT pg_catalog.to_regclass({0}) AS oid) wanted LEFT JOIN pg_catalog.pg_class c ON c.oid = wanted.oid "
      "LEFT JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped AND "
      "a.attname = (pg_catalog.parse_ident({1}))[1] "
      "LEFT JOIN pg_catalog.pg_type t ON t.oid = a.atttypid LEFT JOIN pg_catalog.pg_collation l ON l.oid = a.attcollation "
      "LEFT JOIN pg_catalog.pg_database d ON d.datname = pg_catalog.current_database()",
      quote_literal(table), quote_literal(key), database_sorts_by_bytes));
  if (!rows) return fail(own_error(rows.error(), fmt::format("looking up the key {}.{}", table, key)));
  const auto &row = rows->rows.at(0);
  if (!row[0]) return unfit(table, key, "there is no such table");
  if (*row[0] != "1") return unfit(table, key, "it is not a table");
  if (*row[1] != "1") return unfit(table, key, "there is no such column");
  BatchKey found;
  const std::string &type = *row[4];
  found.sql_type = *row[5];
  if (type == "int2" || type == "int4" || type == "int8") {
    found.type = BatchKey::Type::Integer;
  } else if (type == "uuid") {
    found.type = BatchKey::Type::Uuid;
  } else if (type == "text" || type == "varchar") {
    found.type = BatchKey::Type::Text;
  } else {
    return unfit(table, key, fmt::format("its type is {}; integer, uuid and text can be", found.sql_type));
  }
  if (*row[3] != "1") return unfit(table, key, "it may be null; make it NOT NULL");
  if (*row[2] != "1") return unfit(table, key, "it is not unique; give it a primary key or a unique index of its own");
  if (*row[6] != "1") return unfit(table, key, "its collation is not C; declare the column COLLATE \"C\", or choose another key");
  found.row_estimate = std::stoll(*row[7]);
  return found;
}

} // namespace migrator::database::postgresql
