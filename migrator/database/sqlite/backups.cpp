// Dumps, the fence and what can be asked, behind backups.h.
#include "migrator/database/sqlite/backups.h"

#include <unistd.h>

#include "migrator/database/sqlite/contents.h"
#include "migrator/database/sqlite/copy.h"
#include "migrator/database/sqlite/histories.h"

namespace migrator::database::sqlite {

namespace {

// One state for several reads; ends with it.
class Snapshot {
public:
  explicit Snapshot(Connection &connection) : connection_(connection) {}
  ~Snapshot() { sqlite3_exec(connection_.handle(), "ROLLBACK", nullptr, nullptr, nullptr); }
  Snapshot(const Snapshot &) = delete;
  Snapshot &operator=(const Snapshot &) = delete;

  Status begin() { return connection_.execute("BEGIN; SELECT 1 FROM main.sqlite_schema LIMIT 1"); }

private:
  Connection &connection_;
};

Result<std::int64_t> number(Connection &connection, const std::string &sql) {
  const auto rows = connection.query(sql);
  if (!rows) return fail(rows.error());
  return rows->rows.empty() ? 0 : std::stoll(rows->rows.front().front().value_or("0"));
}

} // namespace

Status SqliteBackups::require_file() const {
  if (connection_.in_transaction()) return fail(ErrorCode::Internal, "a backup was asked for inside a transaction");
  if (!real_path_.empty()) return {};
  return fail(ErrorCode::BackupFailed, "a database in memory has no backups: set backup.policy to never for it");
}

Patience SqliteBackups::patience(const Deadline &deadline) const {
  return Patience{deadline, [this] { return !connection_.check_interrupt(); }};
}

Result<BackupNeeds> SqliteBackups::check(const BackupCheck &check) {
  if (auto fit = require_file(); !fit) return fail(fit.error());
  const auto bytes =
      number(connection_, "SELECT page_count * page_size FROM pragma_page_count('main'), pragma_page_size('main')");
  if (!bytes) return fail(ended(bytes.error(), {}, "the database's size could not be read"));
  return BackupNeeds{check.proof == Proof::Restore ? 2 * *bytes : *bytes, *bytes};
}

Result<Dumped> SqliteBackups::dump(const DumpRequest &request, BackupObserver &observer) {
  if (auto fit = require_file(); !fit) return fail(fit.error());
  const Heeding heeding(connection_);
  const Patience patience = this->patience(request.deadline);
  if (auto done = patience.check(); !done) return fail(done.error());
  auto dumped = dump_in_snapshot(request, patience, observer);
  if (!dumped) return fail(ended(dumped.error(), patience, "the database could not be copied"));
  return dumped;
}

Result<Dumped> SqliteBackups::dump_in_snapshot(const DumpRequest &request, const Patience &patience, BackupObserver &observer) {
  const Impatient impatient(connection_, patience);
  Snapshot snapshot(connection_);
  if (auto done = snapshot.begin(); !done) return fail(done.error());
  const std::string path = request.folder + "/" + kDumpFile;
  if (auto done = make_private_file(path); !done) return fail(done.error());
  {
    auto copy = Connection::open(path, path, SQLITE_OPEN_READWRITE);
    if (!copy) return fail(copy.error());
    // Nobody else looks at it, and a copy that is not finished is thrown away.
    auto done = (*copy)->execute("PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF; PRAGMA locking_mode=EXCLUSIVE");
    if (done) done = copy_pages(**copy, connection_, {BackupPhase::Dump, 0, request.max_bytes}, patience, observer);
    if (!done) return fail(done.error());
  }
  Dumped dumped;
  dumped.file = kDumpFile;
  dumped.identity = identity();
  dumped.versions.emplace("sqlite", sqlite3_libversion());
  auto histories = find_histories(connection_);
  if (!histories) return fail(histories.error());
  dumped.histories = std::move(histories->marks);
  if (!request.with_contents) return dumped;
  auto contents = take_contents(connection_, patience, observer);
  if (!contents) return fail(contents.error());
  dumped.contents = std::move(*contents);
  return dumped;
}

Result<std::vector<HistoryMark>> SqliteBackups::histories() {
  if (connection_.in_transaction()) return fail(ErrorCode::Internal, "histories were asked for inside a transaction");
  Snapshot snapshot(connection_);
  if (auto done = snapshot.begin(); !done) return fail(done.error());
  auto histories = find_histories(connection_);
  if (!histories) return fail(histories.error());
  return std::move(histories->marks);
}

DatabaseIdentity SqliteBackups::identity() {
  return DatabaseIdentity{"SQLite", real_path_, {}};
}

Status SqliteBackups::raise_fence(std::chrono::milliseconds wait) {
  if (auto fit = require_file(); !fit) return fit;
  const Heeding heeding(connection_);
  if (auto done = connection_.check_interrupt(); !done) return done;
  return fence_.raise(wait);
}

Status SqliteBackups::lower_fence() {
  if (connection_.in_transaction()) return fail(ErrorCode::Internal, "the fence was lowered inside a transaction");
  fence_.lower();
  return {};
}

// The kernel frees a killed run's locks.
Result<bool> SqliteBackups::lower_stale_fence() {
  return false;
}

void SqliteBackups::remove_leftover() noexcept {
  if (!real_path_.empty() && !fence_.up()) ::unlink(restore_copy_path(real_path_).c_str());
}

} // namespace migrator::database::sqlite
