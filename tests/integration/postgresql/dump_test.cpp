// Taking a dump: what is found before, what is left when it fails, that nobody sees a password, and one state of a database that is written to.
#include <atomic>
#include <csignal>
#include <thread>

#include <dirent.h>
#include <libpq-fe.h>
#include <sys/mount.h>

#include "migrator/database/postgresql/client_login.h"
#include "migrator/database/postgresql/scratch_database.h"
#include "tests/integration/postgresql/backup_fixture.h"

namespace migrator::database::postgresql {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;

std::string read_all(const std::string &path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), {}};
}

// Children of this process, by number, whose program has this name.
std::vector<pid_t> children_called(const std::string &program) {
  std::vector<pid_t> found;
  for (const auto &entry : std::filesystem::directory_iterator("/proc")) {
    const std::string number = entry.path().filename();
    if (number.find_first_not_of("0123456789") != std::string::npos) continue;
    const std::string status = read_all(entry.path() / "stat");
    const auto end = status.rfind(')');
    if (end == std::string::npos || status.find("(" + program + ")") == std::string::npos) continue;
    // One that only tells its version, or is over, is none.
    const bool dumps = read_all(entry.path() / "cmdline").find("--dbname") != std::string::npos;
    if (dumps && std::stoi(status.substr(end + 4)) == getpid()) found.push_back(std::stoi(number));
  }
  return found;
}

class DumpTest : public BackupTest {
protected:
  void expect_nothing_left(const std::string &name) const { EXPECT_TRUE(std::filesystem::is_empty(folder_ / name)); }
  // A table that pg_dump waits for: it stays in the middle of its work.
  std::unique_ptr<Database> holding_a_table() const {
    execute("CREATE TABLE held (i int)");
    auto holder = open();
    holder->query("BEGIN; LOCK TABLE held").value();
    return holder;
  }
  // Waits for a child, does something to it.
  static void when_there_is(const std::string &program, const std::function<void(pid_t)> &what) {
    const auto give_up = std::chrono::steady_clock::now() + std::chrono::seconds(20);
    while (std::chrono::steady_clock::now() < give_up) {
      if (const auto found = children_called(program); !found.empty()) return what(found.front());
    }
  }
};

TEST_F(DumpTest, WhatItTellsIsWhatIsThere) {
  execute("CREATE TABLE public.orders (i int); INSERT INTO orders SELECT generate_series(1, 5); INSERT INTO "
          "migrator_version_journal (revision, "
          "direction, outcome, parents, depends_on, labels, message, statements_done, statements_total, statement_checksums, "
          "heads_after, run_id, "
          "who, host, tool_version, started_at, duration_ms) VALUES "
          "('aaa','up','done','[]','[]','[]','',0,0,'[]','[]','r','w','h','t','s',0)");
  const auto database = open();
  const auto needs = database->backups().check({});
  ASSERT_TRUE(needs) << needs.error().message;
  EXPECT_GT(needs->database_bytes, needs->least_bytes);
  const auto dumped = dump(*database, "one");
  ASSERT_TRUE(dumped) << dumped.error().message;
  EXPECT_EQ(dumped->file, "database.dump");
  EXPECT_EQ(dumped->identity, database->backups().identity());
  EXPECT_EQ(dumped->identity.product, "PostgreSQL");
  EXPECT_EQ(dumped->identity.name, name_);
  EXPECT_FALSE(dumped->identity.server.empty());
  ASSERT_EQ(dumped->histories.size(), 1U);
  EXPECT_EQ(dumped->histories[0].heads, std::vector<std::string>{"aaa"});
  EXPECT_EQ(dumped->histories[0].last_entry, 1);
  EXPECT_EQ(database->backups().histories()->size(), 1U);
  std::map<std::string, ContentEntry> by_name;
  for (const auto &entry : dumped->contents->entries) by_name[entry.kind + " " + entry.name] = entry;
  EXPECT_EQ(by_name["rows TABLE public.orders"].rows, 5);
  EXPECT_FALSE(by_name["rows TABLE public.orders"].ours);
  for (const auto &[name, entry] : by_name) EXPECT_EQ(entry.ours, name.find("migrator_version") != std::string::npos) << name;
  struct stat status {};
  ASSERT_EQ(stat((folder_ / "one/database.dump").c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777U, 0600U);
  EXPECT_TRUE(database->query("SELECT 1")) << "no transaction is left";
  EXPECT_EQ(execute("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND state LIKE 'idle in%'"), "0");
}

TEST_F(DumpTest, WhatMayNotBeReadIsNamedBefore) {
  server().execute(
      "postgres",
      "DO $$ BEGIN IF NOT EXISTS (SELECT 1 FROM pg_roles WHERE rolname = 'reads_little') THEN CREATE ROLE reads_little "
      "LOGIN; END IF; END $$");
  execute("GRANT SELECT ON ALL TABLES IN SCHEMA public TO reads_little; GRANT SELECT ON ALL SEQUENCES IN SCHEMA public TO "
          "reads_little; CREATE TABLE "
          "secret_one (i int); CREATE SEQUENCE secret_two");
  const auto database = open_url(server().url(name_, "reads_little"));
  const auto refusal = [&] { return database->backups().check({}).error(); };
  EXPECT_EQ(refusal().code, ErrorCode::BackupFailed);
  EXPECT_EQ(
      refusal().message,
      "role \"reads_little\" cannot back up what it may not read: public.secret_one, public.secret_two; run GRANT SELECT ON … "
      "TO \"reads_little\", or GRANT pg_read_all_data TO \"reads_little\"");
  execute("GRANT SELECT ON secret_one, secret_two TO reads_little; CREATE SCHEMA closed; CREATE TABLE closed.t (i int)");
  EXPECT_EQ(refusal().message,
            "role \"reads_little\" cannot back up what it may not use: schema closed; run GRANT USAGE ON SCHEMA closed TO "
            "\"reads_little\"");
  execute("DROP SCHEMA closed CASCADE; ALTER TABLE secret_one ENABLE ROW LEVEL SECURITY");
  EXPECT_EQ(
      refusal().message,
      "row security would hide rows of public.secret_one from role \"reads_little\": run ALTER ROLE \"reads_little\" BYPASSRLS, "
      "or back up as the tables' owner");
  execute("ALTER TABLE secret_one DISABLE ROW LEVEL SECURITY; SELECT lo_create(77)");
  EXPECT_EQ(refusal().message,
            "role \"reads_little\" cannot back up large objects that it may not read: 77; run GRANT SELECT ON LARGE OBJECT … TO "
            "\"reads_little\"");
  execute("GRANT SELECT ON LARGE OBJECT 77 TO reads_little");
  BackupCheck check;
  EXPECT_TRUE(database->backups().check(check)) << refusal().message;
  const auto dumped = dump(*database, "read");
  EXPECT_TRUE(dumped) << dumped.error().message;
  check.proof = Proof::Restore;
  EXPECT_EQ(database->backups().check(check).error().message,
            "backup.verify is restore, but there is no scratch database to restore into: set "
            "scratch_url, or scratch: same-server");
  check.scratch.same_server = url_of(server().url(name_, "reads_little"));
  EXPECT_EQ(database->backups().check(check).error().message,
            "backup.verify is restore, but role \"reads_little\" may not make a scratch database: run "
            "ALTER ROLE \"reads_little\" CREATEDB, or set scratch_url");
}

// pg_table_size() waited for the lock, and nothing ended that.
TEST_F(DumpTest, WhatIsFoundBeforeWaitsForNobodysLock) {
  const auto holder = holding_a_table();
  const auto database = open();
  ASSERT_DONE(database->query("SET lock_timeout = 100"));
  const auto needs = database->backups().check({});
  EXPECT_TRUE(needs) << needs.error().message;
}

TEST_F(DumpTest, AKilledPgDumpIsAnErrorAndLeavesNothing) {
  const auto holder = holding_a_table();
  const auto database = open();
  std::jthread killer([] { when_there_is("pg_dump", [](pid_t child) { kill(child, SIGKILL); }); });
  const auto dumped = dump(*database, "killed");
  killer.join();
  ASSERT_FALSE(dumped);
  EXPECT_EQ(dumped.error().code, ErrorCode::BackupFailed);
  EXPECT_EQ(dumped.error().message,
            "pg_dump was ended by signal 9: find out who ended it (want of memory?), then run the same command again");
  expect_nothing_left("killed");
  EXPECT_TRUE(database->query("SELECT 1"));
}

TEST_F(DumpTest, ARequestToStopEndsIt) {
  const auto holder = holding_a_table();
  const auto database = open();
  std::jthread stopper([&] { when_there_is("pg_dump", [&](pid_t) { database->interrupt(); }); });
  const auto dumped = dump(*database, "stopped");
  stopper.join();
  ASSERT_FALSE(dumped);
  EXPECT_EQ(dumped.error().code, ErrorCode::Terminated);
  EXPECT_EQ(dumped.error().message, "the backup was stopped on request: nothing was changed");
  expect_nothing_left("stopped");
  holder->query("ROLLBACK").value();
  const auto again = dump(*database, "again");
  EXPECT_TRUE(again) << "the request is used up: " << again.error().message;
}

TEST_F(DumpTest, ItEndsWhenItsTimeIsOver) {
  const auto holder = holding_a_table();
  const auto database = open();
  DumpRequest request;
  request.folder = folder("late");
  request.deadline = std::chrono::steady_clock::now() + std::chrono::milliseconds(300);
  const auto dumped = database->backups().dump(request, observer_);
  ASSERT_FALSE(dumped);
  EXPECT_EQ(dumped.error().code, ErrorCode::BackupFailed);
  EXPECT_EQ(dumped.error().message, "the backup did not end in time: allow it a longer timeout");
  expect_nothing_left("late");
}

TEST_F(DumpTest, ItMayNotGrowBeyondItsLimit) {
  execute("CREATE TABLE large AS SELECT md5(i::text) AS t FROM generate_series(1, 20000) i");
  const auto database = open();
  DumpRequest request;
  request.folder = folder("large");
  request.max_bytes = 1000;
  const auto dumped = database->backups().dump(request, observer_);
  ASSERT_FALSE(dumped);
  EXPECT_EQ(dumped.error().message, "the dump grew beyond backup.max_bytes (1000): raise it, or leave it out");
  expect_nothing_left("large");
}

TEST_F(DumpTest, AFullDiskIsToldInPgDumpsWords) {
  execute("CREATE TABLE large AS SELECT md5(i::text) AS t FROM generate_series(1, 50000) i");
  const std::string path = folder("full");
  ASSERT_EQ(mount("none", path.c_str(), "tmpfs", 0, "size=64k"), 0) << "needs root, as the container of the tests has";
  const auto database = open();
  const auto dumped = dump(*database, "full");
  EXPECT_FALSE(dumped);
  if (!dumped) {
    EXPECT_EQ(dumped.error().code, ErrorCode::BackupFailed);
    EXPECT_EQ(dumped.error().message.rfind("pg_dump failed: ", 0), 0U) << dumped.error().message;
    EXPECT_THAT(dumped.error().message, HasSubstr("No space left on device"));
    expect_nothing_left("full");
  }
  umount(path.c_str());
}

TEST_F(DumpTest, AServerThatGoesAwayIsAnErrorAndLeavesNothing) {
  const auto holder = holding_a_table();
  const auto database = open();
  std::jthread killer([this] {
    when_there_is("pg_dump", [this](pid_t) {
      becomes_one("SELECT CASE WHEN count(*) > 0 THEN 1 ELSE 0 END FROM pg_stat_activity WHERE datname = '" + name_ +
                  "' AND application_name = 'pg_dump' AND wait_event_type = 'Lock'");
      server().execute("postgres",
                       "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE datname = '" + name_ + "'");
    });
  });
  const auto dumped = dump(*database, "gone");
  killer.join();
  ASSERT_FALSE(dumped);
  EXPECT_EQ(dumped.error().code, ErrorCode::BackupFailed);
  expect_nothing_left("gone");
}

TEST_F(DumpTest, APasswordIsInNoArgumentAndNoVariable) {
  const std::string password = "s3:cret\\ 'wurd";
  server().execute(
      "postgres",
      "DO $$ BEGIN IF NOT EXISTS (SELECT 1 FROM pg_roles WHERE rolname = 'with_password') THEN CREATE ROLE with_password LOGIN "
      "SUPERUSER; END IF; END $$");
  server().execute("postgres", "ALTER ROLE with_password SUPERUSER PASSWORD E's3:cret\\\\ ''wurd'");
  const auto database = open_url(server().url(name_, "with_password", "s3%3Acret%5C%20%27wurd"));
  const auto holder = holding_a_table();
  setenv("DATABASE_URL", "postgresql://a:s3:cret@h/d", 1); // ours may have it; a child has no need of it
  std::string seen;
  std::jthread looker([&] {
    when_there_is("pg_dump", [&](pid_t child) {
      becomes_one("SELECT CASE WHEN count(*) > 0 THEN 1 ELSE 0 END FROM pg_stat_activity WHERE datname = '" + name_ +
                  "' AND application_name = 'pg_dump' AND wait_event_type = 'Lock'");
      seen = read_all("/proc/" + std::to_string(child) + "/cmdline") + read_all("/proc/" + std::to_string(child) + "/environ");
      holder->query("ROLLBACK").value();
    });
  });
  const auto dumped = dump(*database, "password");
  looker.join();
  unsetenv("DATABASE_URL");
  ASSERT_TRUE(dumped) << dumped.error().message;
  EXPECT_THAT(seen, HasSubstr("with_password"));
  EXPECT_THAT(seen, testing::Not(HasSubstr("s3:cret")));
  EXPECT_THAT(seen, testing::Not(HasSubstr("wurd")));
  server().execute("postgres", "ALTER ROLE with_password NOSUPERUSER");
}

TEST_F(DumpTest, ADamagedDumpIsFound) {
  execute("CREATE TABLE large AS SELECT md5(i::text) AS t FROM generate_series(1, 5000) i");
  const auto database = open();
  auto dumped = dump(*database, "one");
  ASSERT_TRUE(dumped) << dumped.error().message;
  const auto path = folder_ / "one/database.dump";
  const std::string whole = read_all(path);
  std::ofstream(path) << whole.substr(0, whole.size() / 2);
  EXPECT_EQ(prove(*dumped, "one", Proof::Archive).error().code, ErrorCode::BackupFailed);
  std::ofstream(path) << whole;
  ASSERT_DONE(prove(*dumped, "one", Proof::Archive));
  for (auto &entry : dumped->contents->entries)
    if (entry.name == "TABLE public.large" && entry.kind == "rows") entry.rows = 4999;
  ASSERT_DONE(prove(*dumped, "one", Proof::Archive));
  EXPECT_EQ(prove(*dumped, "one", Proof::Restore).error().message,
            "restored into a scratch database, the backup is not what was dumped: TABLE public.large has 5000 rows and not 4999; "
            "take a new one");
  EXPECT_EQ(server().execute("postgres", "SELECT count(*) FROM pg_database WHERE datname LIKE 'migrator\\_scratch\\_%'"), "0");
}

TEST_F(DumpTest, ScratchDatabasesOfKilledRunsAreDropped) {
  server().execute("postgres", "CREATE DATABASE migrator_scratch_6a000000aaaaaaaaaaaaaaaa");
  server().execute("postgres",
                   "COMMENT ON DATABASE migrator_scratch_6a000000aaaaaaaaaaaaaaaa IS 'migrator scratch of session 1 since 5.0'");
  server().execute("postgres", "CREATE DATABASE migrator_scratch_60000000aaaaaaaaaaaaaaaa");
  server().execute("postgres", "CREATE DATABASE migrator_scratch_of_mine");
  const auto database = open();
  const auto dumped = dump(*database, "one");
  ASSERT_TRUE(dumped) << dumped.error().message;
  ASSERT_DONE(prove(*dumped, "one", Proof::Restore));
  EXPECT_EQ(
      server().execute("postgres", "SELECT string_agg(datname, ',') FROM pg_database WHERE datname LIKE 'migrator\\_scratch%'"),
      "migrator_scratch_of_mine");
  server().execute("postgres", "DROP DATABASE migrator_scratch_of_mine");
}

TEST_F(DumpTest, ADatabaseWithIcusRulesIsProvenInOneWithTheSame) {
  server().execute("postgres", "CREATE DATABASE with_icu TEMPLATE template0 ENCODING 'UTF8' LOCALE_PROVIDER icu ICU_LOCALE "
                               "'de-u-co-phonebk' LOCALE 'C.UTF-8'");
  {
    const auto database = open_url(server().url("with_icu"));
    server().execute("with_icu", "CREATE TABLE t (w text UNIQUE); INSERT INTO t VALUES ('Ärger'), ('Zebra'); CREATE VIEW v AS "
                                 "SELECT 1 / (string_agg(w, '' ORDER "
                                 "BY w) = 'ÄrgerZebra')::int AS one FROM t; CREATE MATERIALIZED VIEW m AS SELECT * FROM v");
    const auto dumped = dump(*database, "icu");
    ASSERT_TRUE(dumped) << dumped.error().message;
    ASSERT_DONE(prove(*dumped, "icu", Proof::Restore, server().url("with_icu")));
  }
  server().execute("postgres", "DROP DATABASE with_icu");
}

// Writers move money between accounts and note it, in one transaction each: every state that a boundary had keeps the sum, and as many notes as moves.
TEST_F(DumpTest, UnderWritingLoadItIsAStateThatATransactionBoundaryHad) {
  const char *proof = std::getenv("MIGRATOR_PROOF");
  const int runs = proof != nullptr && std::string(proof) == "long" ? 50 : 5;
  execute("CREATE TABLE accounts (id int PRIMARY KEY, cents bigint NOT NULL, moves bigint NOT NULL DEFAULT 0); INSERT INTO "
          "accounts (id, cents) SELECT i, 1000 "
          "FROM generate_series(1, 200) i; CREATE TABLE notes (id bigserial PRIMARY KEY, what text); CREATE TABLE ballast AS "
          "SELECT md5(i::text) AS t FROM "
          "generate_series(1, 30000) i");
  std::vector<std::jthread> writers;
  for (int writer = 0; writer < 2; ++writer) {
    writers.emplace_back([&, writer](const std::stop_token &over) {
      const std::unique_ptr<PGconn, decltype(&PQfinish)> connection(PQconnectdb(server().url(name_).c_str()), &PQfinish);
      for (unsigned turn = static_cast<unsigned>(writer); !over.stop_requested(); turn += 7) {
        const std::string from = std::to_string(turn % 200 + 1);
        const std::string to = std::to_string((turn * 31 + 5) % 200 + 1);
        PQclear(PQexec(connection.get(), ("BEGIN; UPDATE accounts SET cents = cents - 1, moves = moves + 1 WHERE id = " + from +
                                          "; UPDATE accounts SET cents = cents + 1 WHERE id = " + to +
                                          "; INSERT INTO notes (what) VALUES ('move'); COMMIT")
                                             .c_str()));
        if (PQtransactionStatus(connection.get()) != PQTRANS_IDLE) PQclear(PQexec(connection.get(), "ROLLBACK"));
      }
    });
  }
  const auto database = open();
  for (int run = 0; run < runs; ++run) {
    const std::string name = "run" + std::to_string(run);
    const auto dumped = dump(*database, name);
    ASSERT_TRUE(dumped) << dumped.error().message;
    const auto other = server().create_database();
    {
      const auto empty = open_url(server().url(other));
      ASSERT_DONE(empty->backups().restore_into_empty(restore_of(*dumped, name), observer_));
    }
    EXPECT_EQ(server().execute(other, "SELECT sum(cents) || ' ' || (sum(moves) = (SELECT count(*) FROM notes)) FROM accounts"),
              "200000 true");
    server().execute("postgres", "DROP DATABASE " + other);
  }
}

} // namespace
} // namespace migrator::database::postgresql
