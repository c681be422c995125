// See row_contents.h.
#include "migrator/database/postgresql/row_contents.h"

#include <algorithm>
#include <charconv>
#include <tuple>

#include <fmt/format.h>

#include "migrator/database/postgresql/dump_text.h"
#include "migrator/database/postgresql/quoting.h"
#include "migrator/script/sha256.h"

namespace migrator::database::postgresql {

namespace {

constexpr std::size_t kTablesAtOnce = 20; // statements in one round trip

// Relations of the user's: what pg_dump takes, by the same rule; without those that belong to an extension.
constexpr const char *kUsers = "n.nspname !~ '^pg_' AND n.nspname <> 'information_schema' AND c.relpersistence <> 't' AND NOT "
                               "EXISTS (SELECT 1 FROM pg_catalog.pg_depend e WHERE e.classid = 'pg_catalog.pg_class'::regclass "
                               "AND e.objid = c.oid AND e.deptype = 'e')";

std::int64_t number(const std::string &text) {
  std::int64_t value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

// One row: name, rows, hash. Columns by their names, for a restored child table may have them in another order. OFFSET 0 makes the text
// once for both hashes.
std::string hash_of_table(const std::string &schema, const std::string &table, const std::string &columns) {
  return fmt::format("SELECT {}::text, count(*)::text, coalesce(sum(pg_catalog.hashtextextended(r, 1)), 0)::text || '/' || "
                     "coalesce(sum(pg_catalog.hashtextextended(r, 2)), 0)::text FROM (SELECT ROW({})::text COLLATE \"C\" AS r "
                     "FROM ONLY {} t OFFSET 0) x",
                     quote_literal(fmt::format("TABLE {}.{}", schema, table)), columns, quote_qualified(schema, table));
}

// By pieces of a megabyte, so that a large one needs no more memory than a small one.
constexpr const char *kLargeObjects =
    "SELECT 'LARGE OBJECTS'::text, count(DISTINCT p.id)::text, coalesce(sum(pg_catalog.hashtextextended(p.r COLLATE \"C\", 1)), "
    "0)::text || '/' || coalesce(sum(pg_catalog.hashtextextended(p.r COLLATE \"C\", 2)), 0)::text FROM "
    "(SELECT m.oid AS id, m.oid::text || '/' || c.n::text || '/' || pg_catalog.encode(pg_catalog.sha256(c.piece), 'hex') AS r "
    "FROM "
    "pg_catalog.pg_largeobject_metadata m, LATERAL (WITH RECURSIVE pieces(n, piece) AS ("
    "SELECT 0::bigint, pg_catalog.lo_get(m.oid, 0, 1048576) UNION ALL SELECT q.n + 1, pg_catalog.lo_get(m.oid, (q.n + 1) * "
    "1048576, "
    "1048576) FROM pieces q WHERE pg_catalog.length(q.piece) = 1048576) SELECT * FROM pieces) c OFFSET 0) p";

} // namespace

const char *row_text_settings() {
  return "SET LOCAL search_path = ''; SET LOCAL DateStyle = 'ISO, YMD'; SET LOCAL IntervalStyle = 'postgres'; SET LOCAL TimeZone "
         "= "
         "'UTC'; SET LOCAL extra_float_digits = 3; SET LOCAL bytea_output = 'hex'; SET LOCAL lc_monetary = 'C'; SET LOCAL "
         "quote_all_identifiers = off; SET LOCAL xmloption = content; SET LOCAL row_security = off; SET LOCAL statement_timeout "
         "= 0; "
         "SET LOCAL idle_in_transaction_session_timeout = 0; ";
}

Result<std::vector<ContentEntry>> read_rows(const Ask &ask, const std::function<void(std::int64_t rows)> &done) {
  const auto tables = ask(
      fmt::format(
          "SELECT n.nspname::text, c.relname::text, coalesce(pg_catalog.string_agg('t.' || pg_catalog.quote_ident(a.attname), "
          "', ' ORDER BY a.attname COLLATE \"C\"), '') FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = "
          "c.relnamespace LEFT JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped AND "
          "a.attgenerated = '' WHERE c.relkind = 'r' AND {} GROUP BY 1, 2 ORDER BY 1, 2",
          kUsers),
      3);
  if (!tables) return tl::unexpected(tables.error());
  std::vector<std::string> queries;
  for (const auto &table : *tables) queries.push_back(hash_of_table(table[0], table[1], table[2]));
  queries.emplace_back(kLargeObjects);
  std::vector<ContentEntry> entries;
  std::int64_t read = 0;
  for (std::size_t from = 0; from < queries.size(); from += kTablesAtOnce) {
    std::string together;
    for (std::size_t at = from; at < std::min(from + kTablesAtOnce, queries.size()); ++at)
      together += (at > from ? " UNION ALL (" : "(") + queries[at] + ")";
    const auto rows = ask(together, 3);
    if (!rows) return tl::unexpected(rows.error());
    for (const auto &row : *rows) {
      entries.push_back({"rows", row[0], number(row[1]), row[2], false});
      read += entries.back().rows;
    }
    done(read);
  }
  // Sums in decimal are long; a hash of them says as much.
  for (ContentEntry &entry : entries) entry.hash = script::sha256_hex(entry.hash);
  return entries;
}

Result<std::vector<ContentEntry>> read_sequences(const Ask &ask) {
  const auto sequences = ask(fmt::format("SELECT n.nspname::text, c.relname::text FROM pg_catalog.pg_class c JOIN "
                                         "pg_catalog.pg_namespace n ON n.oid = c.relnamespace WHERE c.relkind = 'S' AND {} ORDER "
                                         "BY 1, 2",
                                         kUsers),
                             2);
  if (!sequences) return tl::unexpected(sequences.error());
  constexpr std::size_t kAtOnce = 200;
  std::vector<ContentEntry> entries;
  for (std::size_t from = 0; from < sequences->size(); from += kAtOnce) {
    std::string together;
    for (std::size_t at = from; at < std::min(from + kAtOnce, sequences->size()); ++at) {
      const auto &[schema, name] = std::tie((*sequences)[at][0], (*sequences)[at][1]);
      together += fmt::format("{}SELECT {}::text, last_value::text, is_called::int::text FROM {}", at > from ? " UNION ALL " : "",
                              quote_literal(fmt::format("SEQUENCE {}.{}", schema, name)), quote_qualified(schema, name));
    }
    const auto rows = ask(together, 3);
    if (!rows) return tl::unexpected(rows.error());
    for (const auto &row : *rows) entries.push_back({"rows", row[0], 0, sequence_hash(row[1], row[2] == "1"), false});
  }
  return entries;
}

} // namespace migrator::database::postgresql
