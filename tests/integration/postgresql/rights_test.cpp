// What preflight finds out before anything changes, and the rights on the history's tables.
#include "tests/integration/postgresql/postgres_test.h"

namespace migrator::database::postgresql {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

class Rights : public PostgresTest {
protected:
  Rights() { execute("CREATE ROLE " + app_ + " LOGIN; CREATE ROLE " + reader_ + " LOGIN; DROP TABLE public.migrator_version"); }

  std::unique_ptr<Database> open_as_app(OpenOptions options = {}) const {
    return open_url(server().url(name_, app_), std::move(options));
  }
  void expect_preflight(Database &database, ErrorCode code, const std::string &message) {
    const auto done = database.preflight();
    ASSERT_FALSE(done);
    EXPECT_EQ(done.error().code, code);
    EXPECT_EQ(done.error().message, message);
  }
  void make_history(const std::string &owner) {
    execute("SET ROLE " + owner +
            "; CREATE TABLE public.migrator_version (version_num varchar(32)); CREATE TABLE public.migrator_version_journal (id "
            "int); "
            "CREATE TABLE public.migrator_version_meta (k text); CREATE VIEW public.migrator_version_revisions AS SELECT "
            "version_num AS id FROM "
            "public.migrator_version");
  }

  std::string app_ = "app_" + name_;
  std::string reader_ = "reader_" + name_;
};

TEST_F(Rights, NoSchema) {
  OpenOptions options;
  options.history.schema = "audit";
  expect_preflight(*open(options), ErrorCode::InvalidConfiguration,
                   "there is no schema \"audit\": run CREATE SCHEMA \"audit\", or correct version_schema");
}

TEST_F(Rights, MayNotCreate) {
  expect_preflight(
      *open_as_app(), ErrorCode::NoPermission,
      "role \"" + app_ +
          "\" may not make the history's tables in schema \"public\": run GRANT USAGE, CREATE ON SCHEMA \"public\" TO \"" + app_ +
          "\"");
  execute("GRANT CREATE ON SCHEMA public TO " + app_);
  ASSERT_DONE(open_as_app()->preflight());
}

TEST_F(Rights, OwnedByAnotherRole) {
  make_history("postgres");
  execute("GRANT CREATE ON SCHEMA public TO " + app_);
  expect_preflight(*open_as_app(), ErrorCode::OwnedByAnother,
                   "\"public\".\"migrator_version\" belongs to role \"postgres\", not to \"" + app_ +
                       "\": log in as \"postgres\", or run ALTER TABLE " + "\"public\".\"migrator_version\" OWNER TO \"" + app_ +
                       "\"");
}

TEST_F(Rights, OwnerMayDoWithoutCreateOnceTheTablesAreThere) {
  execute("GRANT CREATE ON SCHEMA public TO " + app_);
  make_history(app_);
  execute("REVOKE CREATE ON SCHEMA public FROM " + app_);
  ASSERT_DONE(open_as_app()->preflight());
  execute("REVOKE INSERT ON public.migrator_version_journal FROM " + app_);
  expect_preflight(
      *open_as_app(), ErrorCode::NoPermission,
      "role \"" + app_ +
          "\" may not read and write \"public\".\"migrator_version_journal\": run GRANT SELECT, INSERT, UPDATE, DELETE ON "
          "\"public\".\"migrator_version_journal\" TO \"" +
          app_ + "\"");
}

TEST_F(Rights, TheNameIsTaken) {
  execute("CREATE VIEW public.migrator_version AS SELECT 1");
  expect_preflight(
      *open(), ErrorCode::InvalidConfiguration,
      "\"public\".\"migrator_version\" is not a table of ours: choose another version_table, or rename what has its name");
}

TEST_F(Rights, ReadOnlyByDefault) {
  execute("ALTER ROLE " + app_ + " SET default_transaction_read_only = on");
  expect_preflight(*open_as_app(), ErrorCode::NotWritable,
                   "transactions of role \"" + app_ +
                       "\" are read-only here: switch default_transaction_read_only off for the role or the database, "
                       "or point database_url elsewhere");
}

TEST_F(Rights, WriteRightsOfOthersAreRevokedAndNoted) {
  make_history("postgres");
  execute("GRANT ALL ON ALL TABLES IN SCHEMA public TO " + app_ +
          "; GRANT INSERT ON public.migrator_version_journal TO PUBLIC; "
          "GRANT UPDATE (id) ON public.migrator_version_journal TO " +
          reader_ + "; GRANT SELECT ON public.migrator_version_meta TO " + reader_);
  const auto database = open();
  ASSERT_DONE(database->begin_unit({}));
  const auto notes = database->secure_history({});
  ASSERT_TRUE(notes) << notes.error().message;
  EXPECT_EQ(notes->size(), 6U) << testing::PrintToString(*notes);
  EXPECT_EQ(notes->front(),
            "revoked DELETE, INSERT, REFERENCES, TRIGGER, TRUNCATE, UPDATE on \"public\".\"migrator_version\" from " + app_ +
                ": what stands there is SQL that a later run executes");
  const auto again = database->secure_history({});
  ASSERT_TRUE(again);
  EXPECT_THAT(*again, IsEmpty());
  ASSERT_DONE(database->finish_unit(""));
  EXPECT_EQ(execute("SELECT has_table_privilege('" + app_ + "', 'public.migrator_version_revisions', 'INSERT')"), "f");
  EXPECT_EQ(execute("SELECT has_any_column_privilege('" + reader_ + "', 'public.migrator_version_journal', 'UPDATE')"), "f");
  EXPECT_EQ(execute("SELECT has_table_privilege('" + reader_ + "', 'public.migrator_version_meta', 'SELECT')"), "t");
}

TEST_F(Rights, ReadersGetTheViewAndNoMore) {
  make_history("postgres");
  execute("REVOKE USAGE ON SCHEMA public FROM PUBLIC");
  const auto database = open();
  ASSERT_DONE(database->begin_unit({}));
  const auto notes = database->secure_history({reader_});
  ASSERT_TRUE(notes) << notes.error().message;
  EXPECT_THAT(*notes, ElementsAre("granted SELECT on \"public\".\"migrator_version_revisions\" to \"" + reader_ + "\"",
                                  "role \"" + reader_ +
                                      "\" cannot reach \"public\".\"migrator_version_revisions\" yet: run GRANT USAGE ON SCHEMA "
                                      "\"public\" TO \"" +
                                      reader_ + "\""));
  const auto missing = database->secure_history({"nobody at all"});
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().message,
            "grant_read names role \"nobody at all\", which does not exist: run CREATE ROLE \"nobody at all\", or take it out");
  ASSERT_DONE(database->finish_unit(""));
  execute("GRANT USAGE ON SCHEMA public TO " + reader_);
  EXPECT_EQ(execute("SET ROLE " + reader_ + "; SELECT count(*) FROM public.migrator_version_revisions"), "0");
}

TEST_F(Rights, AReaderWithoutRightIsGivenTheGrant) {
  make_history("postgres");
  OpenOptions options;
  options.read_only = true;
  const auto reader = open_url(server().url(name_, reader_), options);
  EXPECT_TRUE(reader->has_relation("migrator_version_revisions").value());
  const auto rows = reader->query("SELECT * FROM public.migrator_version_revisions");
  ASSERT_FALSE(rows);
  EXPECT_EQ(rows.error().code, ErrorCode::NoPermission);
  EXPECT_EQ(rows.error().message,
            "reading or writing the history failed: permission denied for view migrator_version_revisions; as the owner, run "
            "GRANT USAGE ON SCHEMA \"public\" TO \"" +
                reader_ + "\"; GRANT SELECT ON \"public\".\"migrator_version_revisions\" TO \"" + reader_ + "\"");
}

} // namespace
} // namespace migrator::database::postgresql
