// SQLite as a Database: units, the fence and the user's statements over one connection, with the lock file beside the database. Put
// together by the driver; the contract is migrator/database/database.h and tests/integration/contract/.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "migrator/database/database.h"
#include "migrator/database/sqlite/backups.h"
#include "migrator/database/sqlite/connection.h"
#include "migrator/database/sqlite/foreign_keys.h"
#include "migrator/database/sqlite/lock.h"
#include "migrator/database/sqlite/schema_reader.h"
#include "migrator/database/sqlite/session.h"
#include "migrator/database/sqlite/statistics.h"

namespace migrator::database::sqlite {

// The fence is BEGIN IMMEDIATE: SQLite has one writer, and it dies with its process, so no worker of a killed run is ever left.
// SQLite has no schemas: HistoryName::schema is not looked at, the history lives in "main". Between begin_bare() and end_bare() units
// may be opened too; they then leave the session as it is, so that a section's temporary tables and settings last to its end.
// An interruption lasts to the end of the unit or bare stretch that it ends; one that comes between them ends the next, so that none is
// missed. Reads outside of them heed it only while they wait for a lock, which they do for OpenOptions::lock_wait at most.
class SqliteDatabase final : public Database {
public:
  SqliteDatabase(std::unique_ptr<Connection> connection, const DatabaseUrl &url, OpenOptions options);
  ~SqliteDatabase() override;

  migrator::Dialect dialect() const noexcept override { return migrator::Dialect::Sqlite; }
  const ServerInfo &server() const noexcept override { return server_; }

  Result<Rows> query(std::string_view sql) override;
  Result<bool> has_relation(std::string_view name) override;
  std::string qualified(std::string_view name) const override;
  Result<std::vector<std::optional<Rows>>> read(const std::vector<HistoryQuery> &queries) override;

  Status preflight() override;
  Status require_direct_connection() override { return {}; }
  Result<std::vector<std::string>> secure_history(const std::vector<std::string> &grant_read) override;

  Result<LockAttempt> try_lock() override;
  Result<LockAttempt> try_widen_lock() override { return try_lock(); }
  void release_lock() noexcept override;
  Result<std::optional<LockHolder>> lock_holder() override;
  Result<std::vector<LockHolder>> end_stale_workers() override { return std::vector<LockHolder>(); }

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

  void interrupt() noexcept override { connection_->interrupt(); }

private:
  Result<std::vector<std::optional<Rows>>> read_in_snapshot(const std::vector<HistoryQuery> &queries);
  Status require_writable() const;
  Status start(const UnitSettings &settings);
  void leave_unit_settings() noexcept;
  Result<std::vector<std::string>> enter_unit(const UnitSettings &settings);
  Result<std::vector<std::string>> read_heads();
  Status commit(std::string_view bookkeeping);
  Status check_foreign_keys();
  Status execute_user_sql(const Statement &statement, const std::vector<Value> &parameters, std::int64_t &affected);
  Status check_transaction(bool was_open);
  void roll_back() noexcept;

  OpenOptions options_;
  ServerInfo server_;
  std::string real_path_; // empty: in memory
  std::unique_ptr<Connection> connection_;
  Session session_;
  SqliteBackups backups_;
  SqliteSchemaReader schema_reader_;
  LockFile lock_;
  UnitSettings settings_;
  ForeignKeyState broken_before_;
  Statistics statistics_before_; // read where foreign keys are checked, for what cannot break one makes no table again
  bool unit_open_ = false;
  bool bare_open_ = false;
};

} // namespace migrator::database::sqlite
