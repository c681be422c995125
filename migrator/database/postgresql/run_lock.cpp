// See run_lock.h. Every statement of the lock's connection begins with the mark that tells waiters who holds it.
#include "migrator/database/postgresql/run_lock.h"

#include <fmt/format.h>

namespace migrator::database::postgresql {

namespace {

// Sessions that hold what `condition` says, oldest first.
Answer<std::vector<LockHolder>> find_holders(Session &session, const std::string &condition) {
  const auto rows = session.query(
      fmt::format("SELECT coalesce(a.query, ''), coalesce(a.application_name, ''), coalesce(a.usename::text, ''), l.pid::text, "
                  "coalesce(to_char(a.xact_start AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"'), '') "
                  "FROM pg_catalog.pg_locks l LEFT JOIN pg_catalog.pg_stat_activity a ON a.pid = l.pid "
                  "WHERE l.locktype = 'advisory' AND l.granted AND l.database = "
                  "(SELECT d.oid FROM pg_catalog.pg_database d WHERE d.datname = pg_catalog.current_database()) AND ({}) ORDER "
                  "BY a.xact_start, l.pid",
                  condition));
  if (!rows) return tl::unexpected(rows.error());
  std::vector<LockHolder> holders;
  for (const auto &row : rows->rows) holders.push_back(read_holder(*row[0], *row[1], *row[2], *row[3], *row[4]));
  return holders;
}

} // namespace

RunLock::RunLock(ConnectionSettings settings, AdvisoryKeys keys, std::string mark)
    : settings_(std::move(settings)), keys_(keys), mark_(std::move(mark)) {}

RunLock::~RunLock() {
  release();
}

void RunLock::connect_ahead() {
  if (session_ || connecting_.valid()) return;
  connecting_ = std::async(std::launch::async, [settings = settings_] { return Session::connect(settings); });
}

Status RunLock::connect() {
  auto connected = connecting_.valid() ? connecting_.get() : Session::connect(settings_);
  if (!connected) return tl::unexpected(connected.error());
  session_ = std::move(*connected);
  return {};
}

Result<bool> RunLock::try_acquire() {
  if (held_) return true;
  if (!session_ || session_->state() == TransactionState::Lost) {
    if (auto connected = connect(); !connected) return tl::unexpected(connected.error());
  }
  const std::string no_transaction_timeout =
      session_->server_version() >= 170000 ? mark_ + "SET LOCAL transaction_timeout = 0; " : "";
  const auto answer =
      session_->query(fmt::format("{0}BEGIN ISOLATION LEVEL READ COMMITTED READ ONLY; "
                                  "{0}SET LOCAL idle_in_transaction_session_timeout = 0; {0}SET LOCAL statement_timeout = 0; {1}"
                                  "{0}SELECT CASE WHEN pg_catalog.pg_try_advisory_xact_lock_shared({2}) "
                                  "THEN pg_catalog.pg_try_advisory_xact_lock({3}) ELSE false END",
                                  mark_, no_transaction_timeout, keys_.database, keys_.history));
  if (!answer) {
    release();
    return fail(own_error(answer.error(), "taking the lock"));
  }
  held_ = answer->rows.at(0).at(0) == "1";
  if (!held_) release();
  return held_;
}

Result<bool> RunLock::try_widen() {
  if (Status there = verify(); !there) return fail(there.error());
  const auto answer = session_->query(fmt::format("{}SELECT pg_catalog.pg_try_advisory_xact_lock({})", mark_, keys_.database));
  if (!answer) return fail(own_error(answer.error(), "taking the lock of the whole database"));
  return answer->rows.at(0).at(0) == "1";
}

Status RunLock::verify() {
  if (!held_) return fail(ErrorCode::Internal, "the lock was used before it was taken");
  bool lost = session_->state() != TransactionState::Open;
  if (!lost && session_->has_unread_input())
    lost = !session_->query(mark_ + "SELECT 1") || session_->state() != TransactionState::Open;
  if (!lost) return {};
  return fail(ErrorCode::ConnectionLost,
              "the connection that holds the lock was lost: nothing more is done, what was committed stays; "
              "check the server, then run the same command again");
}

void RunLock::release() noexcept {
  held_ = false;
  if (!session_ || session_->state() == TransactionState::Idle) return;
  try {
    static_cast<void>(session_->query("ROLLBACK"));
  } catch (...) {
    session_.reset();
  }
}

void RunLock::leave() noexcept {
  held_ = false;
  if (connecting_.valid()) connecting_.wait();
  connecting_ = {};
  session_.reset();
}

Result<std::optional<LockHolder>> find_lock_holder(Session &session, const AdvisoryKeys &keys) {
  const auto holders = find_holders(
      session, fmt::format("l.mode = 'ExclusiveLock' AND (({}) OR ({}))", in_pg_locks(keys.history), in_pg_locks(keys.database)));
  if (!holders) return fail(own_error(holders.error(), "asking who holds the lock"));
  if (holders->empty()) return std::nullopt;
  return holders->front();
}

Result<std::optional<LockHolder>> find_other_run(Session &session, const AdvisoryKeys &own) {
  const auto holders = find_holders(session, fmt::format("({}) AND l.pid NOT IN (SELECT l.pid FROM pg_catalog.pg_locks l WHERE "
                                                         "l.locktype = 'advisory' AND l.granted AND {})",
                                                         in_pg_locks(own.database), in_pg_locks(own.history)));
  if (!holders) return fail(own_error(holders.error(), "asking who else works in the database"));
  if (holders->empty()) return std::nullopt;
  return holders->front();
}

Result<std::vector<LockHolder>> end_holders(Session &session, std::int64_t worker_key) {
  const std::string condition = fmt::format("{} AND l.pid <> pg_catalog.pg_backend_pid()", in_pg_locks(worker_key));
  // Mostly there is nobody: then the key can be had, for as long as this statement.
  const auto nobody = session.query(fmt::format("SELECT pg_catalog.pg_try_advisory_xact_lock({})", worker_key));
  if (!nobody) return fail(own_error(nobody.error(), "looking for a killed run's session"));
  if (nobody->rows.at(0).at(0) == "1") return std::vector<LockHolder>();
  auto holders = find_holders(session, condition);
  if (holders && !holders->empty()) {
    const auto ended = session.query(
        fmt::format("SELECT pg_catalog.pg_terminate_backend(l.pid) FROM pg_catalog.pg_locks l WHERE l.locktype = 'advisory' AND "
                    "l.granted AND l.database = "
                    "(SELECT d.oid FROM pg_catalog.pg_database d WHERE d.datname = pg_catalog.current_database()) AND {}",
                    condition));
    constexpr std::string_view kNoRight = "42501";
    if (!ended && ended.error().sqlstate != kNoRight) return fail(own_error(ended.error(), "ending a killed run's session"));
    holders = find_holders(session, condition);
  }
  if (!holders) return fail(own_error(holders.error(), "looking for a killed run's session"));
  return std::move(*holders);
}

} // namespace migrator::database::postgresql
