// See schema_reader.h. Asks in one snapshot with an empty search_path; the session is left as it was.
#include "migrator/database/postgresql/schema_reader.h"

#include "migrator/database/postgresql/histories.h"
#include "migrator/database/postgresql/question.h"
#include "migrator/database/postgresql/schema_catalog.h"
#include "migrator/database/postgresql/schema_queries.h"

namespace migrator::database::postgresql {

namespace {

constexpr const char *kDoing = "reading the schema";

// What is read of the catalog, by the question and who takes the answer.
struct Reading {
  std::string query;
  void (SchemaCatalog::*take)(const Rows &);
};

Result<schema::Schema> read_all(Session &session, const History &history) {
  const auto histories = find_histories(ask_session(session, kDoing), history);
  if (!histories) return tl::unexpected(histories.error());
  std::set<std::pair<std::string, std::string>> own;
  for (const History &one : *histories)
    for (const std::string &name : {one.table, one.journal(), one.meta(), one.view()}) own.emplace(one.schema, name);
  SchemaCatalog catalog(std::move(own));
  const auto dependencies = session.query(dependencies_query());
  if (!dependencies) return fail(own_error(dependencies.error(), kDoing));
  catalog.take_extension_members(*dependencies);
  const int version = session.server_version();
  for (const Reading &reading :
       {Reading{namespaces_query(), &SchemaCatalog::take_namespaces},
        Reading{extensions_query(), &SchemaCatalog::take_extensions}, Reading{types_query(), &SchemaCatalog::take_types},
        Reading{relations_query(), &SchemaCatalog::take_relations}, Reading{columns_query(version), &SchemaCatalog::take_columns},
        Reading{sequences_query(), &SchemaCatalog::take_sequences},
        Reading{constraints_query(), &SchemaCatalog::take_constraints}, Reading{indexes_query(), &SchemaCatalog::take_indexes},
        Reading{functions_query(), &SchemaCatalog::take_functions}, Reading{triggers_query(), &SchemaCatalog::take_triggers},
        Reading{comments_query(), &SchemaCatalog::take_comments},
        Reading{unknown_query(version), &SchemaCatalog::take_unknown}}) {
    const auto rows = session.query(reading.query);
    if (!rows) return fail(own_error(rows.error(), kDoing));
    (catalog.*reading.take)(*rows);
  }
  catalog.take_dependencies(*dependencies);
  return catalog.finish();
}

} // namespace

Result<schema::Schema> PostgresqlSchemaReader::read() {
  const bool own_transaction = session_.state() == TransactionState::Idle;
  const auto begun =
      session_.query(std::string(own_transaction ? "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY" : "SAVEPOINT reading") +
                     "; SET LOCAL search_path = ''; SET LOCAL jit = off");
  if (!begun) return fail(own_error(begun.error(), kDoing));
  auto schema = read_all(session_, history_);
  static_cast<void>(session_.query(own_transaction ? "ROLLBACK" : "ROLLBACK TO SAVEPOINT reading; RELEASE SAVEPOINT reading"));
  return schema;
}

} // namespace migrator::database::postgresql
