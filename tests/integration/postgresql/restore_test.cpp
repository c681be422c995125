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
  execute("DROP EVENT TRIGGER no_ddl; DROP TABLE customers CASCADE; DROP EXTENSION citext CASCADE; DROP SCHEMA audit CASCADE; DROP TYPE mood "
          "CASCADE; SELECT lo_unlink(4711); CREATE TABLE stranger (i int); SELECT lo_create(1); CREATE SCHEMA new_one; CREATE TABLE "
          "new_one.t (i int); CREATE EXTENSION pg_trgm; ALTER DEFAULT PRIVILEGES GRANT ALL ON SEQUENCES TO shop_writer; GRANT ALL ON SCHEMA "
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

} // namespace
} // namespace migrator::database::postgresql
