// A Database that keeps what it was asked in words and answers from a script: for tests of what the executor does in which order. It knows
// no SQL; whether real databases keep their promises is tested on them.
#pragma once

#include <cstdlib>
#include <deque>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <vector>

#include "migrator/database/database.h"

namespace migrator {

class RecordingDatabase final : public database::Database {
public:
  explicit RecordingDatabase(Dialect dialect = Dialect::Sqlite) : dialect_(dialect) {}

  // What was asked, in order: "begin", "run CREATE TABLE a", "finish: " and the bookkeeping's first words, "query …", "try_lock" …
  std::vector<std::string> calls;
  // The bookkeeping of every finish_unit(), whole.
  std::vector<std::string> bookkeeping;
  std::vector<database::UnitSettings> settings;         // of every begin_unit() and begin_bare()
  std::vector<std::vector<database::Value>> parameters; // of every run() that had some

  std::vector<std::string> heads; // what begin_unit() reads; the test moves them
  // Answers by text of the call ("run VACUUM", "finish"), used up one after the other; then the call succeeds.
  std::map<std::string, std::deque<Error>> errors;
  // Hears of each call before it is answered.
  std::function<void(const std::string &)> before;
  std::map<std::string, std::deque<database::Rows>> rows; // by query; then no rows
  // Asked for the answer to a query that `rows` has none for.
  std::function<database::Rows(const std::string &)> answers;
  std::deque<database::StatementOutcome> outcomes;       // of probe(); then NotDone
  std::deque<database::LockAttempt> attempts;            // of try_lock(); then acquired
  std::deque<std::vector<database::LockHolder>> workers; // of end_stale_workers(); then none
  std::int64_t affected = 1;                             // of run()
  Result<database::BatchKey> key = database::BatchKey{database::BatchKey::Type::Integer, "bigint", 100};

  void fail_once(const std::string &call, ErrorCode code, const std::string &message = "refused",
                 const std::string &sqlstate = "");

  Dialect dialect() const noexcept override { return dialect_; }
  const database::ServerInfo &server() const noexcept override { return server_; }
  Result<database::Rows> query(std::string_view sql) override;
  Result<bool> has_relation(std::string_view) override { return true; }
  std::string qualified(std::string_view name) const override { return std::string(name); }
  Result<std::vector<std::optional<database::Rows>>> read(const std::vector<database::HistoryQuery> &queries) override;
  Status preflight() override { return {}; }
  Status require_direct_connection() override { return {}; }
  Result<std::vector<std::string>> secure_history(const std::vector<std::string> &grant_read) override;
  Result<database::LockAttempt> try_lock() override;
  Result<database::LockAttempt> try_widen_lock() override;
  void release_lock() noexcept override { (void)answer("release_lock"); }
  Result<std::optional<database::LockHolder>> lock_holder() override { return std::optional<database::LockHolder>(); }
  Result<std::vector<database::LockHolder>> end_stale_workers() override;
  Result<std::vector<std::string>> begin_unit(const database::UnitSettings &wanted) override;
  Status finish_unit(std::string_view sql) override;
  void rollback_unit() noexcept override { (void)answer("rollback"); }
  Status begin_bare(const database::UnitSettings &wanted) override;
  void end_bare() noexcept override { (void)answer("end_bare"); }
  Result<std::int64_t> run(const database::Statement &statement, const std::vector<database::Value> &bound) override;
  Result<database::Rows> query_read_only(const database::Statement &statement) override;
  Result<database::StatementOutcome> probe(const database::Statement &statement) override;
  Status drop_invalid(const database::Statement &statement) override;
  Result<database::BatchKey> batch_key(const std::string &table, const std::string &column) override;
  database::SchemaReader &schema_reader() noexcept override { std::abort(); }
  database::Backups &backups() noexcept override { std::abort(); } // what is tested with this takes none
  void interrupt() noexcept override;
  int interruptions() const;

private:
  Status answer(const std::string &call);

  Dialect dialect_;
  database::ServerInfo server_;
  mutable std::mutex mutex_; // interrupt() comes from another thread
  int interruptions_ = 0;
};

} // namespace migrator
