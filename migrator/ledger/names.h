// Names and literals of our own SQL, quoted so that no search_path, role or setting changes what they mean. Pure.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "migrator/database/database.h"

namespace migrator::ledger {

// The four relations of one history, quoted and schema-qualified: "public"."migrator_version", …_journal, …_meta, …_revisions.
struct Tables {
  std::string version;
  std::string journal;
  std::string meta;
  std::string revisions;     // the view that readers (`wait`) use
  std::string schema;        // quoted, with its dot
  std::string bare_journal;  // quoted, unqualified
  std::string journal_index; // quoted, unqualified: an index lives in its table's schema
  std::string primary_key;   // name of the version table's key, as Alembic names it
};

// An empty schema means "public" on PostgreSQL and "main" on SQLite.
Tables tables(const database::HistoryName &history, Dialect dialect);

std::string quote_identifier(std::string_view name);
// A string literal that means the same whatever standard_conforming_strings says.
std::string quote_literal(std::string_view text, Dialect dialect);
// 'a', 'b' — or NULL for none, so that `IN (…)` stays valid SQL and matches nothing.
std::string literal_list(const std::vector<std::string> &values, Dialect dialect);

} // namespace migrator::ledger
