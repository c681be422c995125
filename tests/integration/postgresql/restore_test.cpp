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

} // namespace
} // namespace migrator::database::postgresql
