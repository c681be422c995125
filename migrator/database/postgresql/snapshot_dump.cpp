// See snapshot_dump.h. pg_dump runs under this thread (it would end with the thread that started it); the hashing in a thread beside it, which
// has the session to itself.
#include "migrator/database/postgresql/snapshot_dump.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <future>
#include <map>
#include <optional>
#include <tuple>
#include <utility>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include "migrator/database/postgresql/backup_rights.h"
#include "migrator/database/postgresql/definitions.h"
#include "migrator/database/postgresql/histories.h"
#include "migrator/database/postgresql/row_contents.h"

namespace migrator::database::postgresql {

namespace {

constexpr int kLockWait = 60'000; // milliseconds that pg_dump and we wait for a table that somebody holds
constexpr std::chrono::milliseconds kBetweenLooks{100};

// Ends the transaction, whatever becomes of the dump.
class Snapshot {
public:
  explicit Snapshot(Session &session) : session_(session) {}
  ~Snapshot() {
    try {
      for (int attempt = 0; attempt < 3 && session_.state() != TransactionState::Idle; ++attempt)
        static_cast<void>(session_.query("ROLLBACK"));
      session_.forget_answered_interrupt();
    } catch (...) {
      return; // no memory for the answer; the server ends it with the connection
    }
  }
  Snapshot(const Snapshot &) = delete;
  Snapshot &operator=(const Snapshot &) = delete;

  Result<std::string> take() {
    const int version = session_.server_version();
    const auto begun = session_.query(
        fmt::format("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; {}SET LOCAL lock_timeout = {}; {}SELECT "
                    "pg_catalog.pg_export_snapshot()",
                    row_text_settings(), kLockWait, version >= 170000 ? "SET LOCAL transaction_timeout = 0; " : ""));
    if (!begun) return fail(own_error(begun.error(), "taking a snapshot"));
    return begun->rows.at(0).at(0).value_or("");
  }

private:
  Session &session_;
};

// Removes the file unless it is to stay.
class UnfinishedFile {
public:
  explicit UnfinishedFile(std::string path) : path_(std::move(path)) {}
  ~UnfinishedFile() {
    if (!path_.empty()) ::unlink(path_.c_str());
  }
  UnfinishedFile(const UnfinishedFile &) = delete;
  UnfinishedFile &operator=(const UnfinishedFile &) = delete;

  // pg_dump keeps the mode of a file that is there.
  Status make() {
    const int descriptor = ::open(path_.c_str(), O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, S_IRUSR | S_IWUSR);
    if (descriptor < 0) {
      const std::string path = std::exchange(path_, {});
      return fail(ErrorCode::BackupFailed, fmt::format("{} cannot be made: {}", path, std::strerror(errno)));
    }
    ::close(descriptor);
    return {};
  }
  void keep() { path_.clear(); }
  std::int64_t size() const {
    struct stat status {};
    return ::stat(path_.c_str(), &status) == 0 ? status.st_size : 0;
  }

private:
  std::string path_;
};

Error as_backup_error(Error error) {
  if (error.code == ErrorCode::Terminated) {
    error.message = "the backup was stopped on request: nothing was changed";
  } else {
    error.code = ErrorCode::BackupFailed;
  }
  return error;
}

Result<std::vector<ContentEntry>> own_marked(const Ask &ask, const std::vector<History> &histories,
                                             std::vector<ContentEntry> entries) {
  const auto own = OwnRelations::of(ask, histories);
  if (!own) return tl::unexpected(own.error());
  for (ContentEntry &entry : entries) entry.ours = own->has(entry);
  std::sort(entries.begin(), entries.end(),
            [](const ContentEntry &a, const ContentEntry &b) { return std::tie(a.kind, a.name) < std::tie(b.kind, b.name); });
  return entries;
}

} // namespace

DatabaseIdentity identity_of(Session &session) {
  DatabaseIdentity identity;
  identity.product = "PostgreSQL";
  identity.name = session.database();
  if (const auto rows = session.query("SELECT system_identifier::text FROM pg_catalog.pg_control_system()"))
    identity.server = rows->rows.at(0).at(0).value_or("");
  return identity;
}

Result<std::map<std::string, std::string>> extension_versions(const Ask &ask) {
  const auto rows = ask("SELECT extname::text, extversion FROM pg_catalog.pg_extension", 2);
  if (!rows) return tl::unexpected(rows.error());
  std::map<std::string, std::string> versions;
  for (const auto &row : *rows) versions["extension " + row[0]] = row[1];
  return versions;
}

Result<Dumped> dump_in_snapshot(Session &session, const History &history, const ClientTools &tools, const DumpRequest &request,
                                const Limits &limits, BackupObserver &observer) {
  const std::string path = request.folder + "/" + kDumpFile;
  Dumped dumped;
  dumped.file = kDumpFile;
  dumped.identity = identity_of(session);
  const auto login = ClientLogin::as(session);
  if (!login) return tl::unexpected(login.error());
  constexpr std::int64_t kUsuallySmaller = 5; // a dump than its tables
  const auto tables = table_bytes(session);
  if (!tables) return fail(as_backup_error(tables.error()));
  const std::int64_t estimate = *tables / kUsuallySmaller;
  UnfinishedFile file(path);
  if (auto made = file.make(); !made) return tl::unexpected(made.error());

  const Ask ask = ask_session_at_length(session, "reading the contents for the backup");
  std::vector<History> histories;
  std::vector<ContentEntry> rows;
  {
    Snapshot snapshot(session);
    const auto name = snapshot.take();
    if (!name) return fail(as_backup_error(name.error()));
    // All that is read in the snapshot besides.
    auto reading = std::async(std::launch::async, [&]() -> Status {
      auto found = find_histories(ask, history);
      if (!found) return tl::unexpected(found.error());
      histories = std::move(*found);
      auto marks = mark_histories(ask, histories);
      if (!marks) return tl::unexpected(marks.error());
      dumped.histories = std::move(*marks);
      auto extensions = extension_versions(ask);
      if (!extensions) return tl::unexpected(extensions.error());
      dumped.versions = std::move(*extensions);
      if (!request.with_contents) return {};
      auto hashed = read_rows(ask, [](std::int64_t) {});
      if (!hashed) return tl::unexpected(hashed.error());
      rows = std::move(*hashed);
      return {};
    });
    std::int64_t told = 0;
    bool too_large = false;
    std::optional<Status> read;
    const auto look = [&](bool dumping) {
      const std::int64_t bytes = file.size();
      if (dumping && bytes != told) observer.progressed(BackupPhase::Dump, told = bytes, std::max(bytes, estimate));
      too_large = request.max_bytes > 0 && bytes > request.max_bytes;
      if (!read && reading.wait_for(std::chrono::seconds(0)) == std::future_status::ready) read = reading.get();
      return too_large || limits.must_end() || (read && !*read);
    };
    const auto ended = process::run(
        login->command(tools.program("pg_dump"), {"--format=custom", "--snapshot=" + *name,
                                                  fmt::format("--lock-wait-timeout={}", kLockWait), "--file=" + path}),
        [&look] { return look(true); });
    const bool well = ended && ended->well();
    while (!read) {
      // A request of ours may come before the statement that it is to end.
      if (!well || limits.must_end()) session.cancel_running();
      if (reading.wait_for(kBetweenLooks) == std::future_status::ready) read = reading.get();
    }
    look(false);
    const bool stopped = limits.must_end();
    if (too_large) {
      return fail(ErrorCode::BackupFailed,
                  fmt::format("the dump grew beyond backup.max_bytes ({}): raise it, or leave it out", request.max_bytes));
    }
    if (stopped) {
      Error why = limits.why("the backup");
      session.take_interrupt();
      return fail(std::move(why));
    }
    if (!ended) return fail(ErrorCode::BackupFailed, ended.error().message);
    if (!well && !ended->killed) return fail(client_error("pg_dump", *ended));
    if (!*read) return fail(as_backup_error(read->error()));
  }
  observer.progressed(BackupPhase::Dump, file.size(), file.size());
  dumped.versions["server"] = session.server_version_text();
  dumped.versions["pg_dump"] = tools.version;
  if (request.with_contents) {
    auto definitions = archive_definitions(tools, path, limits);
    if (!definitions) return tl::unexpected(definitions.error());
    auto all = entries_of(*definitions);
    all.insert(all.end(), rows.begin(), rows.end());
    auto entries = own_marked(ask_session(session, "looking for the history's tables"), histories, std::move(all));
    if (!entries) return fail(as_backup_error(entries.error()));
    dumped.contents = Contents{std::move(*entries)};
  }
  file.keep();
  return dumped;
}

} // namespace migrator::database::postgresql
