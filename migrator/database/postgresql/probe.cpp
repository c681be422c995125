// See probe.h. Names go to the server as the user wrote them, inside literals that to_regclass reads.
#include "migrator/database/postgresql/probe.h"

#include <fmt/format.h>

#include "migrator/database/postgresql/quoting.h"

namespace migrator::database::postgresql {

namespace {

tl::unexpected<Error> failed(const Complaint &complaint) {
  return fail(own_error(complaint, "looking up what an interrupted statement left"));
}

// The index of this name in its table's schema, on that table: oid, valid, its definition from " USING " on, its full name.
std::string index_query(const BuildIndex &index) {
  return fmt::format("SELECT i.indexrelid::text, i.indisvalid AND i.indisready AND i.indislive, i.indisunique, "
                     "pg_catalog.regexp_replace(pg_catalog.pg_get_indexdef(i.indexrelid), '^.*? USING ', ''), "
                     "pg_catalog.quote_ident(n.nspname) || '.' || pg_catalog.quote_ident(c.relname) "
                     "FROM pg_catalog.pg_class t JOIN pg_catalog.pg_index i ON i.indrelid = t.oid JOIN pg_catalog.pg_class c ON "
                     "c.oid = i.indexrelid "
                     "JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace "
                     "WHERE t.oid = pg_catalog.to_regclass({}) AND c.relname = (pg_catalog.parse_ident({}))[1]",
                     quote_literal(index.table), quote_literal(index.name));
}

// Whether another session builds an index on the table: this one, or one that is not yet to be seen. What another role does is shown without
// its table: then its lock on the table tells.
std::string progress_query(const BuildIndex &index, const std::string &oid) {
  return fmt::format(
      "SELECT 1 FROM pg_catalog.pg_stat_progress_create_index p WHERE p.pid <> pg_catalog.pg_backend_pid() AND "
      "p.datname = pg_catalog.current_database() AND ((p.relid = pg_catalog.to_regclass({0}) AND p.index_relid IN (0, {1})) OR "
      "(p.relid IS NULL AND EXISTS (SELECT 1 FROM pg_catalog.pg_locks l WHERE l.pid = p.pid AND l.locktype = 'relation' AND "
      "l.relation = pg_catalog.to_regclass({0}) AND l.mode = 'ShareUpdateExclusiveLock'))) LIMIT 1",
      quote_literal(index.table), oid);
}

// The definition that the statement would give its index, from " USING " on, as the server writes it. The copy of the table has the table's
// own name, for a definition may name it; it is rolled back, whatever happens.
Answer<std::string> wanted_definition(Session &session, const BuildIndex &index) {
  const auto names =
      session.query(fmt::format("SELECT pg_catalog.quote_ident(c.relname), c.oid::regclass::text, "
                                "pg_catalog.quote_ident(n.nspname) || '.' || pg_catalog.quote_ident(c.relname) "
                                "FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace "
                                "WHERE c.oid = pg_catalog.to_regclass({})",
                                quote_literal(index.table)));
  if (!names) return tl::unexpected(names.error());
  const std::string &table = *names->rows.at(0).at(0);
  const auto definition = session.query(fmt::format(
      "BEGIN; SET LOCAL default_tablespace = ''; CREATE TEMPORARY TABLE {0} (LIKE {1}); CREATE {2}INDEX {3} ON pg_temp.{0} "
      "{4}\n; "
      "SELECT pg_catalog.regexp_replace(pg_catalog.pg_get_indexdef(i.indexrelid), '^.*? USING ', '') FROM pg_catalog.pg_index i "
      "WHERE i.indrelid = pg_catalog.to_regclass({5})",
      table, *names->rows[0][2], index.unique ? "UNIQUE " : "", index.name, index.definition, quote_literal("pg_temp." + table)));
  static_cast<void>(session.query("ROLLBACK"));
  if (!definition) return tl::unexpected(definition.error());
  return *definition->rows.at(0).at(0);
}

Result<StatementOutcome> probe_one(Session &session, const BuildIndex &index) {
  const auto found = session.query(index_query(index));
  if (!found) return failed(found.error());
  const bool there = !found->rows.empty();
  const auto progress = session.query(progress_query(index, there ? *found->rows[0][0] : "0"));
  if (!progress) return failed(progress.error());
  if (!progress->rows.empty()) return StatementOutcome::InProgressElsewhere;
  if (!there) return StatementOutcome::NotDone;
  const auto &row = found->rows[0];
  const auto wanted = wanted_definition(session, index);
  if (!wanted) return failed(wanted.error());
  if (*wanted != *row[3] || index.unique != (*row[2] == "1")) return StatementOutcome::NotDone;
  return *row[1] == "1" ? StatementOutcome::Done : StatementOutcome::LeftInvalid;
}

Result<StatementOutcome> probe_one(Session &session, const DropIndex &drop) {
  const auto found = session.query(fmt::format("SELECT pg_catalog.to_regclass({}) IS NULL", quote_literal(drop.name)));
  if (!found) return failed(found.error());
  return found->rows.at(0).at(0) == "1" ? StatementOutcome::Done : StatementOutcome::NotDone;
}

Result<StatementOutcome> probe_one(Session &session, const AddEnumValue &add) {
  const auto found =
      session.query(fmt::format("SELECT 1 FROM pg_catalog.pg_enum e WHERE e.enumtypid = pg_catalog.to_regtype({}) AND "
                                "e.enumlabel::text = {}",
                                quote_literal(add.type), add.label));
  if (!found) return failed(found.error());
  return found->rows.empty() ? StatementOutcome::NotDone : StatementOutcome::Done;
}

Result<StatementOutcome> probe_one(Session &session, const DetachPartition &detach) {
  const auto found = session.query(fmt::format("SELECT EXISTS (SELECT 1 FROM pg_catalog.pg_inherits h WHERE h.inhrelid = p.oid "
                                               "AND h.inhparent = pg_catalog.to_regclass({})) "
                                               "FROM pg_catalog.pg_class p WHERE p.oid = pg_catalog.to_regclass({})",
                                               quote_literal(detach.parent), quote_literal(detach.partition)));
  if (!found) return failed(found.error());
  const bool detached = !found->rows.empty() && found->rows[0][0] == "0";
  return detached ? StatementOutcome::Done : StatementOutcome::NotDone;
}

} // namespace

Result<StatementOutcome> probe_statement(Session &session, const ConcurrentStatement &statement) {
  return std::visit([&session](const auto &one) { return probe_one(session, one); }, statement);
}

Result<std::optional<std::string>> finalize_detach(Session &session, const DetachPartition &detach) {
  if (session.server_version() < 140000) return std::nullopt;
  const auto pending =
      session.query(fmt::format("SELECT 1 FROM pg_catalog.pg_inherits h WHERE h.inhdetachpending AND "
                                "h.inhrelid = pg_catalog.to_regclass({}) AND h.inhparent = pg_catalog.to_regclass({})",
                                quote_literal(detach.partition), quote_literal(detach.parent)));
  if (!pending) return failed(pending.error());
  if (pending->rows.empty()) return std::nullopt;
  return fmt::format("ALTER TABLE {} DETACH PARTITION {} FINALIZE", detach.parent, detach.partition);
}

Result<std::optional<std::string>> find_invalid_index(Session &session, const BuildIndex &index) {
  const auto found = session.query(index_query(index));
  if (!found) return failed(found.error());
  if (found->rows.empty() || found->rows[0][1] == "1") return std::nullopt;
  return found->rows[0][4];
}

} // namespace migrator::database::postgresql
