// Opens SQLite databases: judges what stands at the path, connects, and reads once, so that a file which is no database is refused here.
#include "migrator/database/sqlite/driver.h"

#include <utility>

#include "migrator/database/sqlite/connection.h"
#include "migrator/database/sqlite/database.h"
#include "migrator/database/sqlite/dialect.h"
#include "migrator/database/sqlite/location.h"
#include "migrator/database/sqlite/prover.h"

namespace migrator::database {

namespace {

class SqliteDriver final : public Driver {
public:
  const SqlDialect &sql() const noexcept override { return dialect_; }

  Status validate(const DatabaseUrl &url) const override {
    if (url.dialect != Dialect::Sqlite || url.path.empty())
      return fail(ErrorCode::Internal, "the SQLite driver was given a URL of another database");
    return {};
  }

  Result<std::unique_ptr<Database>> open(const DatabaseUrl &url, const OpenOptions &options) const override {
    if (auto valid = validate(url); !valid) return fail(valid.error());
    const bool create = options.create && !options.read_only;
    if (auto openable = sqlite::check_openable(url.path, create); !openable) return fail(openable.error());
    // Also for reading verbs: a journal that a killed writer left can only be rolled back by who may write.
    const int flags = SQLITE_OPEN_READWRITE | (create ? SQLITE_OPEN_CREATE : 0);
    auto connection = sqlite::Connection::open(sqlite::sqlite_filename(url.path), url.path, flags);
    if (!connection) return fail(connection.error());
    (*connection)->set_lock_timeout(options.lock_wait, "lock_wait");
    const char *first = options.read_only ? "PRAGMA query_only=ON; PRAGMA schema_version" : "PRAGMA schema_version";
    (*connection)->set_stop(options.stopped);
    if (auto readable = (*connection)->execute(first); !readable) return fail(readable.error());
    (*connection)->set_stop({});
    return std::make_unique<sqlite::SqliteDatabase>(std::move(*connection), url, options);
  }

  const DumpProver &prover() const noexcept override { return prover_; }

  // SQLite's own kind of temporary database: in memory until it grows, then in an unnamed file.
  Result<std::unique_ptr<Database>> open_scratch(const DatabaseUrl &, const Scratch &,
                                                 const OpenOptions &options) const override {
    auto connection = sqlite::Connection::open("", "of the scratch", SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE);
    if (!connection) return fail(connection.error());
    DatabaseUrl scratch;
    scratch.path = sqlite::kInMemory;
    scratch.redacted = "sqlite://";
    OpenOptions own = options;
    own.read_only = false;
    return std::make_unique<sqlite::SqliteDatabase>(std::move(*connection), scratch, std::move(own));
  }

private:
  sqlite::SqliteDialect dialect_;
  sqlite::SqliteProver prover_;
};

} // namespace

const Driver &sqlite_driver() {
  static const SqliteDriver driver;
  return driver;
}

} // namespace migrator::database
