// Dumps and restores of whole databases: what comes back is what was there, and who is held out meanwhile.
#include "tests/integration/postgresql/backup_fixture.h"

namespace migrator::database::postgresql {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;

class Restore : public BackupTest {};

TEST_F(Restore, EverythingOfEveryKindComesBackInPlace) {
  make_rich();
  execute("CREATE EVENT TRIGGER no_ddl ON ddl_command_start EXECUTE FUNCTION on_ddl()");
  const auto database = open();
  const auto dumped = dump(*database, "first");
  ASSERT_TRUE(dumped) << dumped.error().message;
  ASSERT_DONE(prove(*dumped, "first", Proof::Archive));
  ASSERT_DONE(prove(*dumped, "first", Proof::Restore));
  EXPECT_THAT(observer_.notes, IsEmpty());
  execute(
      "DROP EVENT TRIGGER no_ddl; DROP TABLE customers CASCADE; DROP EXTENSION citext CASCADE; DROP SCHEMA audit CASCADE; DROP "
      "TYPE mood "
      "CASCADE; SELECT lo_unlink(4711); CREATE TABLE stranger (i int); SELECT lo_create(1); CREATE SCHEMA new_one; CREATE TABLE "
      "new_one.t (i int); CREATE EXTENSION pg_trgm; ALTER DEFAULT PRIVILEGES GRANT ALL ON SEQUENCES TO shop_writer; GRANT ALL ON "
      "SCHEMA "
      "public TO PUBLIC; UPDATE orders SET total = 0; SELECT nextval('lone')");
  const std::string before = acl();
  hold_everybody_out(*database);
  const auto request = restore_of(*dumped, "first");
  ASSERT_DONE(database->backups().check_restore(request));
  ASSERT_DONE(database->backups().restore(request, observer_));
  EXPECT_NE(acl(), before);
  ASSERT_DONE(database->backups().lower_fence());
  EXPECT_EQ(acl(), before);
  const auto again = dump(*database, "second");
  ASSERT_TRUE(again) << again.error().message;
  EXPECT_THAT(differences(*dumped->contents, *again->contents, false), IsEmpty());
}

TEST_F(Restore, ASwapKeepsWhatTheClusterKnowsOfTheDatabase) {
  make_rich();
  execute("ALTER DATABASE " + name_ + " SET search_path TO public, \"Odd schema\"; ALTER DATABASE " + name_ +
          " SET work_mem TO '5MB'; ALTER ROLE shop_writer IN DATABASE " + name_ + " SET my.setting TO 'a''b'; ALTER DATABASE " +
          name_ + " CONNECTION LIMIT 17; COMMENT ON DATABASE " + name_ + " IS 'the shop'; GRANT TEMP ON DATABASE " + name_ +
          " TO shop_writer WITH GRANT OPTION; ALTER DATABASE " + name_ + " OWNER TO shop_writer");
  const std::string known =
      "SELECT string_agg(x, E'\\n' ORDER BY x) FROM (SELECT 'setting ' || coalesce(nullif(setrole, 0)::regrole::text, '') || "
      "array_to_string("
      "setconfig, ' ') FROM pg_db_role_setting s JOIN pg_database d ON d.oid = s.setdatabase WHERE datname = '" +
      name_ +
      "' UNION ALL SELECT concat_ws(' ', datdba::regrole, datconnlimit, datistemplate, datallowconn, datcollate, "
      "shobj_description(oid, 'pg_database')) FROM pg_database WHERE datname = '" +
      name_ + "') y(x)";
  const std::string before = acl() + server().execute("postgres", known);
  const auto database = open();
  const auto dumped = dump(*database, "first");
  ASSERT_TRUE(dumped) << dumped.error().message;
  execute("DROP TABLE customers CASCADE; CREATE TABLE stranger (i int)");
  hold_everybody_out(*database);
  auto request = restore_of(*dumped, "first");
  request.swap = true;
  request.swap_journal = (folder_ / "swap").string();
  ASSERT_DONE(database->backups().check_restore(request));
  ASSERT_DONE(database->backups().restore(request, observer_));
  EXPECT_FALSE(std::filesystem::exists(request.swap_journal));
  EXPECT_EQ(server().execute("postgres", "SELECT count(*) FROM pg_database WHERE datname ~ 'displaced|restored'"), "0");
  ASSERT_DONE(database->backups().lower_fence());
  EXPECT_EQ(acl() + server().execute("postgres", known), before);
  const auto again = dump(*database, "second");
  ASSERT_TRUE(again) << again.error().message;
  EXPECT_THAT(differences(*dumped->contents, *again->contents, false), IsEmpty());
  EXPECT_FALSE(open()->try_lock()->acquired);
  database->release_lock();
  EXPECT_TRUE(open()->try_lock()->acquired);
}

TEST_F(Restore, AnEmptyDatabaseIsFilledAndAnotherRefused) {
  make_rich();
  const auto database = open();
  const auto dumped = dump(*database, "first");
  ASSERT_TRUE(dumped) << dumped.error().message;
  const auto refused = database->backups().restore_into_empty(restore_of(*dumped, "first"), observer_);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::InvalidConfiguration);
  EXPECT_THAT(refused.error().message, HasSubstr("is not empty, it has aggregate public.together(pg_catalog.text), "));
  const auto other = server().create_database();
  const auto empty = open_url(server().url(other));
  ASSERT_DONE(empty->backups().restore_into_empty(restore_of(*dumped, "first"), observer_));
  EXPECT_THAT(observer_.notes, IsEmpty());
  const auto again = dump(*empty, "second");
  ASSERT_TRUE(again) << again.error().message;
  EXPECT_THAT(differences(*dumped->contents, *again->contents, false), IsEmpty());
}

// The owner of a database, who is no superuser and may not make databases.
class PlainOwner : public Restore {
protected:
  PlainOwner() {
    server().execute(
        "postgres",
        "DO $$ BEGIN IF NOT EXISTS (SELECT 1 FROM pg_roles WHERE rolname = 'plain') THEN CREATE ROLE plain LOGIN; CREATE "
        "ROLE plain_reader; END IF; END $$");
    execute("ALTER DATABASE " + name_ +
            " OWNER TO plain; DROP TABLE migrator_version, migrator_version_journal, migrator_version_meta CASCADE; SET "
            "ROLE plain; CREATE EXTENSION hstore; " +
            history_sql() +
            "CREATE TABLE t (id serial PRIMARY KEY, h hstore); INSERT INTO t (h) SELECT hstore('a', i::text) FROM "
            "generate_series(1, 50) i; SELECT "
            "lo_from_bytea(9, 'nine'); GRANT SELECT ON t TO plain_reader; CREATE SCHEMA s; CREATE TABLE s.u AS SELECT 1 AS one; "
            "ALTER DEFAULT "
            "PRIVILEGES IN SCHEMA s GRANT SELECT ON TABLES TO plain_reader");
  }
  std::unique_ptr<Database> open_plain() const { return open_url(server().url(name_, "plain")); }
};

TEST_F(PlainOwner, RestoresInPlace) {
  const auto database = open_plain();
  const auto dumped = dump(*database, "first");
  ASSERT_TRUE(dumped) << dumped.error().message;
  execute("SET ROLE plain; DROP TABLE t; DROP SCHEMA s CASCADE; SELECT lo_unlink(9); CREATE TABLE other (i int)");
  hold_everybody_out(*database);
  ASSERT_DONE(database->backups().check_restore(restore_of(*dumped, "first")));
  ASSERT_DONE(database->backups().restore(restore_of(*dumped, "first"), observer_));
  ASSERT_DONE(database->backups().lower_fence());
  const auto again = dump(*database, "second");
  ASSERT_TRUE(again) << again.error().message;
  EXPECT_THAT(differences(*dumped->contents, *again->contents, false), IsEmpty());
}

TEST_F(PlainOwner, WhatItMayNotDropOrMakeIsNamedBefore) {
  const auto database = open_plain();
  const auto dumped = dump(*database, "first");
  ASSERT_TRUE(dumped) << dumped.error().message;
  const auto request = restore_of(*dumped, "first");
  const auto refusal = [&] { return database->backups().check_restore(request).error(); };
  execute("CREATE TABLE not_its_own (i int)");
  EXPECT_EQ(refusal().code, ErrorCode::NoPermission);
  EXPECT_EQ(
      refusal().message,
      "the backup cannot be restored in place: role \"plain\" may not drop table public.not_its_own of role postgres: give it "
      "the ownership, or membership of the owners");
  execute("DROP TABLE not_its_own; DROP EXTENSION hstore CASCADE; CREATE EXTENSION postgres_fdw");
  EXPECT_EQ(
      refusal().message,
      "the backup cannot be restored in place: role \"plain\" may not drop extension postgres_fdw of role postgres: give it the "
      "ownership, or membership of the owners");
  execute("DROP EXTENSION postgres_fdw");
  ASSERT_DONE(database->backups().check_restore(request));
  auto swap = request;
  swap.swap = true;
  swap.swap_journal = (folder_ / "swap").string();
  EXPECT_EQ(database->backups().check_restore(swap).error().message,
            "the backup cannot be restored by --swap: role \"plain\" may not make a database: run "
            "ALTER ROLE \"plain\" CREATEDB");
  EXPECT_EQ(database->backups().check_restore(swap).error().code, ErrorCode::NoPermission);
}

TEST_F(PlainOwner, ABackupOfRolesThatAreNotThereIsRestoredElsewhereWithoutThem) {
  server().execute("postgres", "CREATE ROLE leaves");
  execute("CREATE TABLE x (i int); ALTER TABLE x OWNER TO leaves; GRANT SELECT ON t TO leaves");
  const auto database = open();
  const auto dumped = dump(*database, "first");
  ASSERT_TRUE(dumped) << dumped.error().message;
  execute("REASSIGN OWNED BY leaves TO plain; DROP OWNED BY leaves; DROP ROLE leaves");
  const auto plain = open_plain();
  const auto refused = plain->backups().check_restore(restore_of(*dumped, "first"));
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error().message,
              HasSubstr("it gives things to role leaves, which does not exist here or which role \"plain\" is no member of"));
  const auto other = server().create_database();
  server().execute("postgres", "ALTER DATABASE " + other + " OWNER TO plain");
  const auto empty = open_url(server().url(other, "plain"));
  ASSERT_DONE(empty->backups().restore_into_empty(restore_of(*dumped, "first"), observer_));
  EXPECT_EQ(observer_.notes, "owners and rights are not restored, everything belongs to role \"plain\": there is no role leaves "
                             "that it is a member of\n");
  EXPECT_EQ(server().execute(other, "SELECT count(*) FROM t"), "50");
}

TEST_F(Restore, WhereLocksDoNotSufficeSwapIsNamed) {
  const auto database = open();
  const auto dumped = dump(*database, "first");
  ASSERT_TRUE(dumped) << dumped.error().message;
  execute("DO $$ BEGIN FOR i IN 1..1000 LOOP EXECUTE 'CREATE TABLE many_' || i || ' (i int PRIMARY KEY)'; END LOOP; END $$");
  const auto refused = database->backups().check_restore(restore_of(*dumped, "first"));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::NoPermission);
  EXPECT_THAT(refused.error().message,
              HasSubstr(" locks, and the server has room for 3968 (max_locks_per_transaction is 64): restore with --swap, or "
                        "raise it"));
}

// Whether dropping and making as much as is allowed needs no more locks than were counted.
TEST_F(Restore, WhatIsAllowedByTheCountOfLocksGoesWell) {
  execute(
      "DO $$ BEGIN FOR i IN 1..340 LOOP EXECUTE 'CREATE TABLE many_' || i || ' (i int PRIMARY KEY, t text)'; END LOOP; END $$");
  const auto database = open();
  const auto dumped = dump(*database, "first");
  ASSERT_TRUE(dumped) << dumped.error().message;
  hold_everybody_out(*database);
  ASSERT_DONE(database->backups().restore(restore_of(*dumped, "first"), observer_));
  ASSERT_DONE(database->backups().lower_fence());
}

TEST_F(Restore, OurBookkeepingIsInItAndAnEarlierFenceIsNot) {
  execute("CREATE TABLE t AS SELECT 1 AS one");
  const std::string before = acl();
  const auto database = open();
  hold_everybody_out(*database);
  const auto dumped = dump(*database, "first"); // with the fence up, as a run takes it
  ASSERT_TRUE(dumped) << dumped.error().message;
  execute("UPDATE t SET one = 2");
  auto request = restore_of(*dumped, "first");
  request.bookkeeping = "INSERT INTO public.migrator_version_meta VALUES ('note', 'it''s \\ :kept'); CREATE TABLE IF NOT EXISTS "
                        "public.migrator_version_meta "
                        "(key text)";
  ASSERT_DONE(database->backups().restore(request, observer_));
  EXPECT_EQ(execute("SELECT value FROM migrator_version_meta WHERE key = 'note'"), "it's \\ :kept");
  EXPECT_EQ(execute("SELECT one FROM t"), "1");
  ASSERT_DONE(database->backups().lower_fence());
  EXPECT_EQ(acl(), before);
  const auto other = server().create_database();
  const auto empty = open_url(server().url(other));
  ASSERT_DONE(empty->backups().restore_into_empty(restore_of(*dumped, "first"), observer_));
  EXPECT_EQ(server().execute(other, "SELECT count(*) FROM migrator_version_meta WHERE key = 'fence'"), "0");
}

TEST_F(Restore, WhatDiffersFromItsManifestIsRolledBack) {
  execute("CREATE TABLE t AS SELECT 1 AS one");
  const auto database = open();
  auto dumped = dump(*database, "first");
  ASSERT_TRUE(dumped) << dumped.error().message;
  for (auto &entry : dumped->contents->entries)
    if (entry.kind == "rows" && entry.name == "TABLE public.t") entry.hash = "other";
  execute("UPDATE t SET one = 2");
  hold_everybody_out(*database);
  const auto restored = database->backups().restore(restore_of(*dumped, "first"), observer_);
  ASSERT_FALSE(restored);
  EXPECT_EQ(restored.error().code, ErrorCode::BackupFailed);
  EXPECT_EQ(restored.error().message,
            "the restore failed and changed nothing: what came back is not what was dumped: TABLE public.t has other contents; "
            "take another backup, or restore with --into and look");
  EXPECT_EQ(execute("SELECT one FROM t"), "2");
}

TEST_F(Restore, ARequestToStopRollsItBack) {
  execute("CREATE TABLE large AS SELECT md5(i::text) AS t FROM generate_series(1, 300000) i; CREATE INDEX ON large (t)");
  const auto database = open();
  const auto dumped = dump(*database, "first");
  ASSERT_TRUE(dumped) << dumped.error().message;
  hold_everybody_out(*database);
  execute("CREATE TABLE stays (i int)");
  class Stopper : public QuietObserver {
  public:
    explicit Stopper(Database &database) : database_(database) {}
    void progressed(BackupPhase phase, std::int64_t done, std::int64_t) override {
      if (phase == BackupPhase::Restore && done > 0) database_.interrupt();
    }

  private:
    Database &database_;
  } stopper(*database);
  const auto restored = database->backups().restore(restore_of(*dumped, "first"), stopper);
  ASSERT_FALSE(restored);
  EXPECT_EQ(restored.error().code, ErrorCode::Terminated);
  EXPECT_EQ(restored.error().message, "the restore was stopped on request: nothing was changed");
  EXPECT_EQ(execute("SELECT count(*) FROM stays"), "0");
  auto late = restore_of(*dumped, "first");
  late.deadline = std::chrono::steady_clock::now();
  EXPECT_EQ(database->backups().restore(late, observer_).error().message,
            "reading the backup did not end in time: allow it a longer timeout");
  ASSERT_DONE(database->backups().restore(restore_of(*dumped, "first"), observer_));
  ASSERT_DONE(database->backups().lower_fence());
}

TEST_F(Restore, AServerProcessThatIsEndedRollsItBack) {
  execute("CREATE TABLE large AS SELECT md5(i::text) AS t FROM generate_series(1, 300000) i; CREATE INDEX ON large (t)");
  const auto database = open();
  const auto dumped = dump(*database, "first");
  ASSERT_TRUE(dumped) << dumped.error().message;
  hold_everybody_out(*database);
  execute("CREATE TABLE stays (i int)");
  class Ender : public QuietObserver {
  public:
    void progressed(BackupPhase phase, std::int64_t done, std::int64_t) override {
      if (phase == BackupPhase::Restore && done > 0)
        server().execute("postgres",
                         "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE application_name = 'psql'");
    }
  } ender;
  const auto restored = database->backups().restore(restore_of(*dumped, "first"), ender);
  ASSERT_FALSE(restored);
  EXPECT_EQ(restored.error().code, ErrorCode::BackupFailed);
  EXPECT_EQ(restored.error().message.rfind("the restore failed and changed nothing: psql failed: ", 0), 0U)
      << restored.error().message;
  EXPECT_EQ(execute("SELECT count(*) FROM stays"), "0");
}

// A check on a varchar comes back with other casts, which is no difference: pg_get_constraintdef() of 15 before and after a restore.
TEST_F(Restore, ChecksThatAreWrittenOtherwiseWhenReadAgainAreNoDifference) {
  execute("CREATE TABLE t (s varchar(9) CHECK (s IN ('a', 'b,''(')), n numeric CHECK (n IN (1, 2)), CHECK (s NOT IN ('x', 'y') "
          "OR n = ANY "
          "(ARRAY[3]::numeric[]))); CREATE VIEW v AS SELECT * FROM t WHERE s IN ('a', 'c'); CREATE INDEX ON t (n) WHERE s IN "
          "('q', 'r')");
  const auto database = open();
  const auto dumped = dump(*database, "first");
  ASSERT_TRUE(dumped) << dumped.error().message;
  ASSERT_DONE(prove(*dumped, "first", Proof::Restore));
}

} // namespace
} // namespace migrator::database::postgresql
