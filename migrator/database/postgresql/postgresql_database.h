// PostgreSQL behind the door that the executor knows: a working connection, the connection that holds the lock, and between them the rules
// of units and fences (the design, "Lock"). Catches what the libraries below throw; answers with Errors.
#pragma once

#include <memory>
#include <set>
#include <string>
#include <vector>

#include "migrator/database/database.h"
#include "migrator/database/postgresql/backups.h"
#include "migrator/database/postgresql/history.h"
#include "migrator/database/postgresql/run_lock.h"
#include "migrator/database/postgresql/schema_reader.h"
#include "migrator/database/postgresql/session.h"

namespace migrator::database::postgresql {

// An interruption lasts to the end of the unit or bare section that it ends; one that comes between them ends the next. query() and the
// reads of the catalog do not heed it.
class PostgresqlDatabase final : public Database {
public:
  // Connects. Errors: those of connection_settings() and Session::connect(); InvalidConfiguration for a version_schema or version_table
  // that leaves no room for the names made from it.
  static Result<std::unique_ptr<Database>> open(const DatabaseUrl &url, const OpenOptions &options);
  // A scratch database, as Driver::open_scratch() says; it is dropped with this (scratch.cpp).
  static Result<std::unique_ptr<Database>> open_scratch(const DatabaseUrl &target, const Scratch &place,
                                                        const OpenOptions &options);

  Dialect dialect() const noexcept override { return Dialect::Postgresql; }
  const ServerInfo &server() const noexcept override { return server_; }

  Result<Rows> query(std::string_view sql) override;
  Result<bool> has_relation(std::string_view name) override;
  std::string qualified(std::string_view name) const override { return history_.qualified(name); }
  Result<std::vector<std::optional<Rows>>> read(const std::vector<HistoryQuery> &queries) override;

  Status preflight() override;
  Status require_direct_connection() override;
  Result<std::vector<std::string>> secure_history(const std::vector<std::string> &grant_read) override;

  Result<LockAttempt> try_lock() override;
  Result<LockAttempt> try_widen_lock() override;
  void release_lock() noexcept override;
  Result<std::optional<LockHolder>> lock_holder() override;
  Result<std::vector<LockHolder>> end_stale_workers() override;

  Result<std::vector<std::string>> begin_unit(const UnitSettings &settings) override;
  Status finish_unit(std::string_view bookkeeping) override;
  void rollback_unit() noexcept override;

  Status begin_bare(const UnitSettings &settings) override;
  void end_bare() noexcept override;

  Result<std::int64_t> run(const Statement &statement, const std::vector<Value> &parameters) override;
  Result<Rows> query_read_only(const Statement &statement) override;
  Result<StatementOutcome> probe(const Statement &statement) override;
  Status drop_invalid(const Statement &statement) override;
  Result<BatchKey> batch_key(const std::string &table, const std::string &key) override;

  Backups &backups() noexcept override { return backups_; }
  SchemaReader &schema_reader() noexcept override { return schema_reader_; }

  void interrupt() noexcept override;

private:
  static Result<std::unique_ptr<PostgresqlDatabase>> connect(const DatabaseUrl &url, const std::string &database,
                                                             const OpenOptions &options);
  PostgresqlDatabase(std::unique_ptr<Session> session, History history, ConnectionSettings settings, const OpenOptions &options);

  std::string settings_sql(std::string_view set, const UnitSettings &settings) const;
  std::string relations_sql(const std::set<std::string, std::less<>> &names) const;
  Answer<std::vector<std::optional<Rows>>> read_what_is_there(const std::string &opening,
                                                              const std::vector<HistoryQuery> &queries);
  Error refused(const Complaint &complaint, std::string_view doing) const;
  Result<std::string> section_role();
  Result<std::vector<std::string>> take_fence(const std::string &opening, const std::string &closing);
  void roll_back() noexcept;
  Error worker_busy();
  Status check_where_it_runs(const Statement &statement) const;
  Result<std::int64_t> run_where_it_is(const Statement &statement, const std::vector<Value> &parameters);
  Status check_built_index(const Statement &statement);
  void learn_check_interval();

  std::shared_ptr<void> scratch_; // the database that goes when this does; first, so that the sessions in it are closed before
  std::unique_ptr<Session> session_;
  History history_;
  AdvisoryKeys keys_;
  ConnectionSettings settings_;
  RunLock lock_;
  PostgresqlBackups backups_;
  PostgresqlSchemaReader schema_reader_;
  ServerInfo server_;
  UnitSettings unit_settings_;
  std::set<std::string, std::less<>> seen_; // relations of the history's schema that were there when last looked for
  bool in_unit_ = false;
  bool in_bare_ = false;
  std::optional<bool> checks_interval_; // whether client_connection_check_interval can be set here; learnt before the first unit
};

} // namespace migrator::database::postgresql
