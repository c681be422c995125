// The user's statements in PostgresqlDatabase: run, read, and looked up after a kill. Must check after every one that the transaction is as
// it was.
#include <utility>

#include <fmt/format.h>

#include "migrator/database/postgresql/postgresql_database.h"
#include "migrator/database/postgresql/probe.h"
#include "migrator/database/postgresql/statement_words.h"

namespace migrator::database::postgresql {

namespace {

tl::unexpected<Error> refuse(const Statement &statement, std::string message) {
  Error error;
  error.code = ErrorCode::SqlError;
  error.message = std::move(message);
  error.line = statement.line;
  return fail(std::move(error));
}

bool is_query(const Statement &statement) {
  StatementWords words(statement.text);
  while (words.take("(")) {
  }
  return words.take_any({"SELECT", "WITH", "VALUES", "TABLE", "SHOW"});
}

} // namespace

Status PostgresqlDatabase::check_where_it_runs(const Statement &statement) const {
  if (statement.rule == TransactionRule::Refused) {
    return refuse(statement,
                  fmt::format("{} may stand in no section: the migrator opens and ends the transactions", statement.keyword));
  }
  if (statement.rule == TransactionRule::NeverInside && in_unit_) {
    return refuse(statement, fmt::format("{} cannot run inside a transaction: put it into a section of its own, `-- migrate:up "
                                         "transaction:false`",
                                         statement.keyword));
  }
  return {};
}

Result<std::int64_t> PostgresqlDatabase::run(const Statement &statement, const std::vector<Value> &parameters) {
  if (auto allowed = check_where_it_runs(statement); !allowed) return tl::unexpected(allowed.error());
  if (statement.rule != TransactionRule::NeverInside || statement.probe != ProbeKind::Catalog)
    return run_where_it_is(statement, parameters);

  Statement to_run = statement;
  const auto concurrent = read_concurrent_statement(statement.text);
  if (const auto *detach = concurrent ? std::get_if<DetachPartition>(&*concurrent) : nullptr) {
    auto finalize = finalize_detach(*session_, *detach);
    if (!finalize) return tl::unexpected(finalize.error());
    if (*finalize) to_run.text = std::move(**finalize);
  }
  auto affected = run_where_it_is(to_run, parameters);
  if (!affected) return affected;
  if (auto valid = check_built_index(statement); !valid) return tl::unexpected(valid.error());
  return affected;
}

Result<std::int64_t> PostgresqlDatabase::run_where_it_is(const Statement &statement, const std::vector<Value> &parameters) {
  const TransactionState before = session_->state();
  const auto affected = session_->statement(statement.text, parameters, statement.copy_data);
  if (!affected) return fail(statement_error(affected.error(), statement));
  if (session_->state() != before) {
    rollback_unit();
    return refuse(statement,
                  fmt::format("{} changed the state of the transaction that it ran in: take BEGIN, COMMIT and ROLLBACK out of it",
                              statement.keyword));
  }
  return *affected;
}

// With IF NOT EXISTS the server reports success over an invalid index of that name.
Status PostgresqlDatabase::check_built_index(const Statement &statement) {
  const auto concurrent = read_concurrent_statement(statement.text);
  const auto *index = concurrent ? std::get_if<BuildIndex>(&*concurrent) : nullptr;
  if (index == nullptr) return {};
  const auto invalid = find_invalid_index(*session_, *index);
  if (!invalid) return tl::unexpected(invalid.error());
  if (!*invalid) return {};
  return refuse(
      statement,
      fmt::format("the index {0} is there but invalid, left by a build that failed: run DROP INDEX CONCURRENTLY {0}, then "
                  "the same command again",
                  **invalid));
}

Result<Rows> PostgresqlDatabase::query_read_only(const Statement &statement) {
  if (!is_query(statement)) return refuse(statement, fmt::format("{} is no query: write one SELECT", statement.keyword));
  const bool inside = session_->state() == TransactionState::Open;
  const char *open = inside ? "SAVEPOINT migrator_read_only; SET TRANSACTION READ ONLY" : "BEGIN READ ONLY";
  const char *close = inside ? "ROLLBACK TO SAVEPOINT migrator_read_only; RELEASE SAVEPOINT migrator_read_only" : "ROLLBACK";
  if (const auto opened = session_->query(open); !opened)
    return fail(refused(opened.error(), "preparing a query that may not write"));
  auto reply = session_->rows_of(statement.text);
  const auto closed = session_->query(close);
  if (!reply) {
    Error error = statement_error(reply.error(), statement);
    if (error.sqlstate == "25006") error.message = reply.error().primary + ": an assert may only read";
    return fail(std::move(error));
  }
  if (!closed) return fail(refused(closed.error(), "ending a query that may not write"));
  return std::move(reply->rows);
}

Result<StatementOutcome> PostgresqlDatabase::probe(const Statement &statement) {
  if (session_->state() == TransactionState::Open)
    return fail(ErrorCode::Internal, "a statement was probed inside a transaction");
  const auto concurrent = read_concurrent_statement(statement.text);
  if (!concurrent) return StatementOutcome::NotDone;
  return probe_statement(*session_, *concurrent);
}

Status PostgresqlDatabase::drop_invalid(const Statement &statement) {
  const auto concurrent = read_concurrent_statement(statement.text);
  const auto *index = concurrent ? std::get_if<BuildIndex>(&*concurrent) : nullptr;
  if (index == nullptr) return {};
  const auto invalid = find_invalid_index(*session_, *index);
  if (!invalid) return tl::unexpected(invalid.error());
  if (!*invalid) return {};
  Statement drop;
  drop.text = "DROP INDEX CONCURRENTLY IF EXISTS " + **invalid;
  drop.line = statement.line;
  drop.keyword = "DROP INDEX CONCURRENTLY";
  drop.rule = TransactionRule::NeverInside;
  if (auto dropped = run_where_it_is(drop, {}); !dropped) return tl::unexpected(dropped.error());
  return {};
}

} // namespace migrator::database::postgresql
