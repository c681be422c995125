// What the tests of backups and restores share: a database with a history and something of every kind, a folder for dumps, an observer.
#pragma once

#include <filesystem>
#include <fstream>
#include <string>

#include "migrator/database/backup.h"
#include "migrator/ledger/names.h"
#include "migrator/ledger/schema.h"
#include "tests/integration/postgresql/postgres_test.h"
#include "tests/integration/postgresql/rich_database.h"

namespace migrator::database::postgresql {

class QuietObserver : public BackupObserver {
public:
  void progressed(BackupPhase, std::int64_t, std::int64_t) override {}
  void note(const std::string &sentence) override { notes += sentence + "\n"; }
  std::string notes;
};

class BackupTest : public PostgresTest {
protected:
  BackupTest() {
    static int number = 0;
    folder_ =
        std::filesystem::temp_directory_path() / ("migrator-backup-" + std::to_string(getpid()) + "-" + std::to_string(++number));
    std::filesystem::create_directories(folder_);
    execute("DROP TABLE public.migrator_version, public.log; " + history_sql() +
            "INSERT INTO public.migrator_version VALUES ('aaa');");
  }
  ~BackupTest() override {
    std::error_code ignored;
    std::filesystem::remove_all(folder_, ignored);
  }

  static std::string history_sql() {
    return ledger::create_history(ledger::tables({"public", "migrator_version"}, Dialect::Postgresql), Dialect::Postgresql);
  }
  void make_rich() const {
    execute(kRichRoles);
    execute(kRichDatabase);
    execute(kRichMore);
  }

  std::string folder(const std::string &name) const {
    std::filesystem::create_directories(folder_ / name);
    return (folder_ / name).string();
  }
  Result<Dumped> dump(Database &database, const std::string &name) {
    DumpRequest request;
    request.folder = folder(name);
    return database.backups().dump(request, observer_);
  }
  RestoreRequest restore_of(const Dumped &dumped, const std::string &name) const {
    RestoreRequest request;
    request.folder = folder(name);
    request.dumped = dumped;
    return request;
  }
  Status prove(const Dumped &dumped, const std::string &name, Proof proof, const std::string &url = "") {
    Scratch scratch;
    scratch.same_server = url_of(url.empty() ? server().url(name_) : url);
    return postgresql_driver().prover().prove(
        folder(name), dumped, proof, scratch, std::nullopt, [] { return false; }, observer_);
  }
  // Lock and fence, as a run has them before it restores.
  static void hold_everybody_out(Database &database, int milliseconds = 10'000) {
    ASSERT_TRUE(database.try_lock()->acquired);
    ASSERT_TRUE(database.try_widen_lock()->acquired);
    ASSERT_DONE(database.backups().raise_fence(std::chrono::milliseconds(milliseconds)));
  }
  std::string acl() const {
    return server().execute("postgres",
                            "SELECT coalesce((SELECT string_agg(a::text, ',' ORDER BY a::text) FROM unnest(coalesce(datacl, "
                            "acldefault('d', datdba))) a), '') FROM pg_database WHERE datname = '" +
                                name_ + "'");
  }

  std::filesystem::path folder_;
  QuietObserver observer_;
};

} // namespace migrator::database::postgresql
