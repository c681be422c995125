// Restores, behind backups.h. A copy of the backup is prepared beside the database: our bookkeeping is run in it, and its contents are
// compared with what the backup was taken of. Then the backup API replaces all pages of the live file by the copy's in one transaction:
// until it commits, whatever is killed or full, the journal or the WAL leads back to what was there; applications keep their handles. Nothing
// is renamed, for the -wal of a file that was replaced would be replayed over the new one.
#include <algorithm>
#include <cerrno>
#include <fstream>

#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <fmt/format.h>

#include "migrator/database/sqlite/backups.h"
#include "migrator/database/sqlite/contents.h"
#include "migrator/database/sqlite/copy.h"
#include "migrator/database/sqlite/location.h"

namespace migrator::database::sqlite {

namespace {

constexpr std::chrono::milliseconds kCheckpointWait{200};

std::string joined(const std::vector<std::string> &sentences) {
  return fmt::format("{}", fmt::join(sentences, "; "));
}

Result<std::string> text(Connection &connection, const std::string &sql) {
  const auto rows = connection.query(sql);
  if (!rows) return fail(rows.error());
  return rows->rows.empty() ? std::string() : rows->rows.front().front().value_or("");
}

Result<std::int64_t> number(Connection &connection, const std::string &sql) {
  const auto found = text(connection, sql);
  if (!found) return fail(found.error());
  return found->empty() ? 0 : std::stoll(*found);
}

std::string dump_path(const RestoreRequest &request) {
  return request.folder + "/" + kDumpFile;
}

} // namespace

std::string restore_copy_path(const std::string &real_path) {
  return real_path + ".migrator-restore";
}

Result<Header> SqliteBackups::header_of_dump(const RestoreRequest &request) const {
  if (request.dumped.identity.product != "SQLite" || request.dumped.file != kDumpFile)
    return fail(ErrorCode::NoPermission, "the backup in " + request.folder +
                                             " is not of a SQLite database, so it cannot be restored into " +
                                             connection_.shown_path() + ": name another backup, or correct database_url");
  std::string bytes(kHeaderBytes, '\0');
  std::ifstream file(dump_path(request), std::ios::binary);
  file.read(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  const auto header = parse_header(std::string_view(bytes).substr(0, static_cast<std::size_t>(file.gcount())));
  if (header) return *header;
  return fail(ErrorCode::BackupFailed,
              "the dump " + dump_path(request) + " is missing or is no SQLite database: restore another backup");
}

Result<bool> SqliteBackups::holds_something() {
  const auto objects = number(connection_, "SELECT count(*) FROM main.sqlite_schema");
  if (!objects) return fail(objects.error());
  return *objects > 0;
}

Status SqliteBackups::check_formats(const Header &dump) {
  const auto pages = number(connection_, "PRAGMA main.page_count");
  if (!pages) return fail(pages.error());
  if (*pages == 0) return {}; // a new file takes any
  const auto mode = text(connection_, "PRAGMA main.journal_mode");
  if (!mode) return fail(mode.error());
  const auto page_size = number(connection_, "PRAGMA main.page_size");
  if (!page_size) return fail(page_size.error());
  if (*mode == "wal" && *page_size != dump.page_size)
    return fail(
        ErrorCode::NoPermission,
        fmt::format(
            "the backup has pages of {} bytes and the database {} has pages of {}, which SQLite cannot change in WAL mode: "
            "stop the applications, run PRAGMA journal_mode=DELETE in it, restore, and run PRAGMA journal_mode=WAL; or "
            "restore into a new file with --into",
            dump.page_size, connection_.shown_path(), *page_size));
  const auto encoding = text(connection_, "PRAGMA main.encoding");
  if (!encoding) return fail(encoding.error());
  if (dump.encoding.empty() || *encoding == dump.encoding) return {};
  return fail(
      ErrorCode::NoPermission,
      fmt::format(
          "the backup's text is {} and that of the database {} is {}, so applications that have it open could not read it "
          "afterwards: restore into a new file with --into, and let them open that",
          dump.encoding, connection_.shown_path(), *encoding));
}

// What the file system of the database has to hold meanwhile: the copy, and what leads back (the journal holds the pages that are
// replaced, a WAL those that come), and the database's own growth.
Status SqliteBackups::check_space(const RestoreRequest &request) {
  struct stat dump {};
  if (stat(dump_path(request).c_str(), &dump) != 0)
    return fail(ErrorCode::BackupFailed, "the dump " + dump_path(request) + " cannot be read: restore another backup");
  const auto live = number(connection_, "SELECT page_count * page_size FROM pragma_page_count('main'), pragma_page_size('main')");
  if (!live) return fail(live.error());
  const auto mode = text(connection_, "PRAGMA main.journal_mode");
  if (!mode) return fail(mode.error());
  const std::int64_t growth = std::max<std::int64_t>(0, dump.st_size - *live);
  const std::int64_t needed = dump.st_size + growth + (*mode == "wal" ? dump.st_size : *live);
  struct statvfs system {};
  if (statvfs(real_path_.c_str(), &system) != 0) return {}; // it will be seen soon enough, and nothing is lost then
  const auto available = static_cast<std::int64_t>(system.f_bavail) * static_cast<std::int64_t>(system.f_frsize);
  if (available >= needed) return {};
  return fail(
      ErrorCode::BackupFailed,
      fmt::format("a restore needs {} bytes beside the database {}, and {} are free: make room there, and run the command again",
                  needed, connection_.shown_path(), available));
}

Status SqliteBackups::check_restore(const RestoreRequest &request) {
  if (auto fit = require_file(); !fit) return fit;
  const auto header = header_of_dump(request);
  if (!header) return fail(header.error());
  if (auto writable = check_writable(real_path_); !writable) return writable;
  if (sqlite3_db_readonly(connection_.handle(), "main") != 0)
    return fail(ErrorCode::NotWritable, "SQLite could open the database " + connection_.shown_path() +
                                            " for reading only: give this user write rights on the file and its folder");
  if (auto fit = check_formats(*header); !fit) return fit;
  return check_space(request);
}

Result<Contents> SqliteBackups::prepare(Connection &copy, const RestoreRequest &request, const Patience &patience,
                                        BackupObserver &observer) {
  if (auto done = copy.execute(request.bookkeeping); !done) return fail(done.error());
  if (copy.in_transaction()) return fail(ErrorCode::Internal, "the bookkeeping of a restore left a transaction open");
  auto contents = take_contents(copy, patience, observer);
  if (!contents) return contents;
  if (!request.dumped.contents) return contents;
  const auto different = differences(*request.dumped.contents, *contents, true);
  if (different.empty()) return contents;
  return fail(ErrorCode::BackupFailed,
              "the backup does not hold what the database held: " + joined(different) + "; restore another backup");
}

Status SqliteBackups::replace(const RestoreRequest &request, BackupObserver &observer) {
  const std::string path = restore_copy_path(real_path_);
  const Removed leftover(path);
  std::unique_ptr<Connection> copy;
  Contents wanted;
  {
    const Heeding heeding(connection_);
    const Patience patience = this->patience(request.deadline);
    const auto unchanged = [&patience](Error error) {
      return fail(ended(std::move(error), patience, "the restore could not be prepared, and the database is as it was"));
    };
    if (auto done = patience.check(); !done) return done;
    if (auto done = copy_file(path, dump_path(request), patience, observer); !done) return unchanged(done.error());
    auto opened = Connection::open(path, path, SQLITE_OPEN_READWRITE);
    if (!opened) return unchanged(opened.error());
    copy = std::move(*opened);
    ::unlink(path.c_str()); // from here on a kill leaves nothing
    // Nobody else looks at it, and what fails is thrown away.
    if (auto done = copy->execute("PRAGMA journal_mode=MEMORY; PRAGMA synchronous=OFF; PRAGMA locking_mode=EXCLUSIVE"); !done)
      return unchanged(done.error());
    auto prepared = prepare(*copy, request, patience, observer);
    if (!prepared) return unchanged(prepared.error());
    wanted = std::move(*prepared);
    if (auto done = patience.check(); !done) return done;
  }
  struct stat dump {};
  const std::int64_t half = stat(dump_path(request).c_str(), &dump) == 0 ? dump.st_size : 0;
  const Patience none;
  if (auto done = copy_pages(connection_, *copy, {BackupPhase::Restore, half, 0}, none, observer); !done)
    return fail(ended(done.error(), none, "the restore failed, and the database is as it was"));
  const auto found = take_contents(connection_, none, observer, rows_of(wanted));
  if (!found) {
    Error error = found.error();
    error.message = "the database was restored but could not be read afterwards: " + error.message;
    return fail(std::move(error));
  }
  if (const auto different = differences(wanted, *found, false); !different.empty())
    return fail(ErrorCode::Internal, "the database was restored but does not hold what the backup does: " + joined(different) +
                                         ". Look at its disk, and restore again");
  // The WAL is now as large as the database. Readers may keep it from being emptied; then a later checkpoint will.
  const auto lock_timeout = connection_.lock_timeout();
  connection_.set_lock_timeout(kCheckpointWait);
  sqlite3_wal_checkpoint_v2(connection_.handle(), "main", SQLITE_CHECKPOINT_TRUNCATE, nullptr, nullptr);
  connection_.set_lock_timeout(lock_timeout, "lock_wait");
  return {};
}

Status SqliteBackups::restore(const RestoreRequest &request, BackupObserver &observer) {
  if (!fence_.up()) return fail(ErrorCode::Internal, "a restore was begun without the fence");
  if (auto fit = check_restore(request); !fit) return fit;
  return replace(request, observer);
}

Status SqliteBackups::restore_into_empty(const RestoreRequest &request, BackupObserver &observer) {
  if (auto fit = require_file(); !fit) return fit;
  const bool fenced = fence_.up();
  if (!fenced)
    if (auto raised = raise_fence(connection_.lock_timeout()); !raised) return raised;
  const auto fill = [&]() -> Status {
    const auto something = holds_something();
    if (!something) return fail(something.error());
    if (*something)
      return fail(ErrorCode::InvalidConfiguration,
                  "the database " + connection_.shown_path() +
                      " holds something already: name a file that is not there yet, or an empty one");
    if (auto fit = check_restore(request); !fit) return fit;
    return replace(request, observer);
  };
  const auto is_new = number(connection_, "PRAGMA main.page_count");
  auto done = is_new ? fill() : fail(is_new.error());
  if (!fenced) fence_.lower();
  if (!done || *is_new != 0) return done;
  const auto header = header_of_dump(request);
  if (!header || !header->wal) return done;
  return connection_.execute("PRAGMA main.journal_mode=WAL"); // a new file is as the backed up one was
}

} // namespace migrator::database::sqlite
