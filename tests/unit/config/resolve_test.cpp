#include "migrator/config/resolve.h"

#include <map>

#include <gtest/gtest.h>

#include "migrator/config/settings_file.h"

namespace migrator::config {
namespace {

Environment variables(std::map<std::string, std::string> values) {
  return [values = std::move(values)](const std::string &name) -> std::optional<std::string> {
    const auto found = values.find(name);
    return found == values.end() ? std::nullopt : std::optional<std::string>(found->second);
  };
}

const ReadFile kFiles = [](const std::string &path) -> Result<std::string> {
  if (path == "/secret/url") return std::string("sqlite:///from_secret.db\r\n");
  if (path == "/secret/empty") return std::string("\n");
  return fail_at(path, 0, ErrorCode::InvalidConfiguration, "cannot be read: No such file or directory.");
};

Result<Settings> resolved(const Overrides &flags, std::map<std::string, std::string> environment, const std::string &file,
                          DatabaseUse use = DatabaseUse::Required, const std::string &path = "migrator.yaml") {
  Result<Overrides> from_environment = read_environment(variables(std::move(environment)), kFiles, use);
  if (!from_environment) return fail(std::move(from_environment.error()));
  std::optional<FileSettings> from_file;
  if (!file.empty()) {
    Result<FileSettings> parsed = parse_settings_file(file, path);
    if (!parsed) return fail(std::move(parsed.error()));
    from_file = std::move(*parsed);
  }
  return resolve(flags, *from_environment, from_file, use);
}

Overrides flag_url(const std::string &url) {
  Overrides flags;
  flags.database_url = Written{url, "--database-url", {}, 0};
  return flags;
}

TEST(Resolve, DefaultsWithoutAnything) {
  const Result<Settings> settings = resolved({}, {}, "", DatabaseUse::None);
  ASSERT_TRUE(settings);
  EXPECT_EQ(settings->migrations, std::vector<std::string>{"migrations"});
  EXPECT_EQ(settings->version_table, "migrator_version");
  EXPECT_EQ(settings->version_schema, "");
  EXPECT_EQ(settings->lock_wait, std::chrono::seconds(60));
  EXPECT_EQ(settings->lock_timeout, std::chrono::seconds(3));
  EXPECT_EQ(settings->statement_timeout, std::chrono::seconds(0));
  EXPECT_FALSE(settings->database_url);
}

TEST(Resolve, WhatAJobSaysComesFromTheEnvironment) {
  const Result<Settings> settings = resolved({},
                                             {{"DATABASE_URL", "postgresql:///shop"},
                                              {"MIGRATOR_PROTOCOL", "1.7"},
                                              {"MIGRATOR_RUN_ID", "u1.3.migrate"},
                                              {"MIGRATOR_OWNER", "shop/db/u1"},
                                              {"MIGRATOR_ADOPT", "u0"},
                                              {"MIGRATOR_SCRATCH", "same-server"},
                                              {"MIGRATOR_BACKUP_POLICY", "external"},
                                              {"MIGRATOR_BACKUP_COMMAND", R"(["/bin/snapshot", "a b"])"}},
                                             "backup:\n  command: [other]\n");
  ASSERT_TRUE(settings) << settings.error().text();
  EXPECT_EQ(settings->job.run_id, "u1.3.migrate");
  ASSERT_TRUE(settings->job.owner);
  EXPECT_EQ(settings->job.owner->name_space, "shop");
  EXPECT_EQ(settings->job.owner->name, "db");
  EXPECT_EQ(settings->job.owner->uid, "u1");
  EXPECT_EQ(settings->job.adopt, "u0");
  EXPECT_TRUE(settings->scratch_same_server);
  EXPECT_EQ(settings->backup.policy, BackupPolicy::External);
  EXPECT_EQ(settings->backup.command, (std::vector<std::string>{"/bin/snapshot", "a b"}));
}

TEST(Owner, IsThreeFilledParts) {
  for (const char *wrong : {"", "/", "a", "a/b", "a/b/", "/b/c", "a//c", "a/b/c/", "a/b/c/d", "//"})
    EXPECT_FALSE(owner_named(wrong)) << wrong;
  EXPECT_TRUE(owner_named("a/b/c"));
}

TEST(Protocol, EveryMinorOfItsMajorIsServed) {
  for (const char *served : {"1.0", "1.1", "1.999"}) EXPECT_FALSE(why_not_served(served)) << served;
  for (const char *other : {"0.9", "2.0", "10.0", "1", "1.", ".1", "1.0.0", "-1.0", "1.x", "v1.0", " 1.0", ""})
    EXPECT_TRUE(why_not_served(other)) << other;
}

TEST(Resolve, TheDefaultFolderStandsBesideTheFile) {
  EXPECT_EQ(resolved({}, {}, "lock_wait: 1s\n", DatabaseUse::None, "../migrator.yaml")->migrations,
            std::vector<std::string>{"../migrations"});
}

TEST(Resolve, FlagOverEnvironmentOverFile) {
  const std::string file = "database_url: sqlite:///file.db\nlock_wait: 1s\nlock_timeout: 1s\nmigrations: [file]\n";
  Overrides flags = flag_url("sqlite:///flag.db");
  flags.lock_wait = std::chrono::seconds(3);
  flags.migrations = std::vector<std::string>{"flag"};
  const std::map<std::string, std::string> environment{{"DATABASE_URL", "sqlite:///env.db"},
                                                       {"MIGRATOR_LOCK_WAIT", "2s"},
                                                       {"MIGRATOR_LOCK_TIMEOUT", "2s"},
                                                       {"MIGRATOR_MIGRATIONS", "env:more"}};
  const Result<Settings> all = resolved(flags, environment, file);
  ASSERT_TRUE(all);
  EXPECT_EQ(all->database_url->path, "flag.db");
  EXPECT_EQ(all->lock_wait, std::chrono::seconds(3));
  EXPECT_EQ(all->lock_timeout, std::chrono::seconds(2));
  EXPECT_EQ(all->migrations, std::vector<std::string>{"flag"});
  const Result<Settings> two = resolved({}, environment, file);
  ASSERT_TRUE(two);
  EXPECT_EQ(two->database_url->path, "env.db");
  EXPECT_EQ(two->lock_wait, std::chrono::seconds(2));
  EXPECT_EQ(two->migrations, (std::vector<std::string>{"env", "more"}));
  const Result<Settings> one = resolved({}, {}, file);
  ASSERT_TRUE(one);
  EXPECT_EQ(one->database_url->path, "file.db");
  EXPECT_EQ(one->lock_wait, std::chrono::seconds(1));
}

TEST(Resolve, ASqlitePathIsRelativeToWhatNamesIt) {
  EXPECT_EQ(resolved({}, {}, "database_url: sqlite:///app.db\n", DatabaseUse::Required, "../migrator.yaml")->database_url->path,
            "../app.db");
  EXPECT_EQ(resolved({}, {{"DATABASE_URL", "sqlite:///app.db"}}, "lock_wait: 1s\n", DatabaseUse::Required, "../migrator.yaml")
                ->database_url->path,
            "app.db");
  EXPECT_EQ(
      resolved({}, {}, "database_url: sqlite:////abs/app.db\n", DatabaseUse::Required, "../migrator.yaml")->database_url->path,
      "/abs/app.db");
}

TEST(Resolve, TheUrlsFileLosesItsLineEnd) {
  EXPECT_EQ(resolved({}, {{"DATABASE_URL_FILE", "/secret/url"}}, "")->database_url->path, "from_secret.db");
}

TEST(Resolve, TheOtherVariables) {
  const Result<Settings> settings = resolved({},
                                             {{"DATABASE_URL", "postgresql://h/a"},
                                              {"MIGRATOR_VERSION_TABLE", "alembic_version"},
                                              {"MIGRATOR_VERSION_SCHEMA", "app"},
                                              {"MIGRATOR_GRANT_READ", "web,worker"},
                                              {"MIGRATOR_DIRECT_URL", "postgresql://direct/b"},
                                              {"MIGRATOR_SCRATCH_URL", "postgresql://scratch/c"},
                                              {"MIGRATOR_STATEMENT_TIMEOUT", "1h"}},
                                             "");
  ASSERT_TRUE(settings) << settings.error().text();
  EXPECT_EQ(settings->version_table, "alembic_version");
  EXPECT_EQ(settings->version_schema, "app");
  EXPECT_EQ(settings->grant_read, (std::vector<std::string>{"web", "worker"}));
  EXPECT_EQ(settings->direct_url->redacted, "postgresql://direct/b");
  EXPECT_EQ(settings->scratch_url->redacted, "postgresql://scratch/c");
  EXPECT_EQ(settings->statement_timeout, std::chrono::hours(1));
}

TEST(Resolve, ABrokenSecretDoesNotStopVerbsWithoutADatabase) {
  EXPECT_TRUE(
      resolved({}, {{"DATABASE_URL", ""}, {"DATABASE_URL_FILE", "/nowhere"}}, "database_url: nonsense\n", DatabaseUse::None));
}

TEST(Resolve, AnOptionalDatabaseMayBeMissing) {
  const Result<Settings> settings = resolved({}, {}, "", DatabaseUse::Optional);
  ASSERT_TRUE(settings);
  EXPECT_FALSE(settings->database_url);
}

struct RefusedCase {
  std::string name;
  std::map<std::string, std::string> environment;
  std::string file;
  std::string error;
};

class RefusedConfiguration : public testing::TestWithParam<RefusedCase> {};

TEST_P(RefusedConfiguration, SaysWhatToDo) {
  const Result<Settings> settings = resolved({}, GetParam().environment, GetParam().file);
  ASSERT_FALSE(settings);
  EXPECT_EQ(settings.error().code, ErrorCode::InvalidConfiguration);
  EXPECT_EQ(settings.error().text(), GetParam().error);
}

INSTANTIATE_TEST_SUITE_P(
    Layers, RefusedConfiguration,
    testing::Values(
        RefusedCase{"Nothing",
                    {},
                    "",
                    "no database is configured. Set DATABASE_URL, write database_url into migrator.yaml, or give "
                    "--database-url."},
        RefusedCase{"BothUrls",
                    {{"DATABASE_URL", "sqlite:///a.db"}, {"DATABASE_URL_FILE", "/secret/url"}},
                    "",
                    "DATABASE_URL and DATABASE_URL_FILE are both set. Unset one of them."},
        RefusedCase{"EmptyUrl",
                    {{"DATABASE_URL", ""}},
                    "database_url: sqlite:///a.db\n",
                    "DATABASE_URL is set but empty. Give it a value or unset it."},
        RefusedCase{"NoFile",
                    {{"DATABASE_URL_FILE", "/nowhere"}},
                    "",
                    "DATABASE_URL_FILE names a file that cannot be read: /nowhere: cannot be read: No such file or directory."},
        RefusedCase{"EmptyFile",
                    {{"DATABASE_URL_FILE", "/secret/empty"}},
                    "",
                    "DATABASE_URL_FILE names an empty file, \"/secret/empty\". Write the URL into it."},
        RefusedCase{
            "Duration",
            {{"MIGRATOR_LOCK_WAIT", "soon"}},
            "",
            "MIGRATOR_LOCK_WAIT: \"soon\" is not a duration. Write a number with its unit, like 500ms, 60s, 2m or 1h30m."},
        RefusedCase{"Policy",
                    {{"MIGRATOR_BACKUP_POLICY", "sometimes"}},
                    "",
                    "MIGRATOR_BACKUP_POLICY is \"sometimes\", but must be always, destructive, external or never."},
        RefusedCase{
            "External",
            {{"MIGRATOR_BACKUP_POLICY", "external"}},
            "",
            "the backup policy is external, but there is no \"backup.command\", the command that takes the backup and prints its "
            "id."},
        RefusedCase{
            "Protocol",
            {{"MIGRATOR_PROTOCOL", "2.0"}},
            "",
            "MIGRATOR_PROTOCOL: the operator speaks version 2.0 of the protocol with its runners, and this migrator speaks "
            "1.0. Use a runner image with the operator's version of the migrator."},
        RefusedCase{
            "NoProtocol",
            {{"MIGRATOR_PROTOCOL", "1"}},
            "",
            "MIGRATOR_PROTOCOL: \"1\" is no version of the protocol between operator and runner. Write it like \"1.0\", or "
            "leave it out."},
        RefusedCase{
            "Owner", {{"MIGRATOR_OWNER", "shop/u1"}}, "", "MIGRATOR_OWNER is \"shop/u1\", but must be NAMESPACE/NAME/UID."},
        RefusedCase{"Scratch", {{"MIGRATOR_SCRATCH", "here"}}, "", "MIGRATOR_SCRATCH is \"here\", but must be same-server."},
        RefusedCase{"BackupCommand",
                    {{"MIGRATOR_BACKUP_COMMAND", "snapshot --wait"}},
                    "",
                    "MIGRATOR_BACKUP_COMMAND must be a JSON array of strings, the program first, like [\"/usr/bin/snapshot\", "
                    "\"--wait\"]."},
        RefusedCase{"BackupCommandOfNumbers",
                    {{"MIGRATOR_BACKUP_COMMAND", "[1]"}},
                    "",
                    "MIGRATOR_BACKUP_COMMAND must be a JSON array of strings, the program first, like [\"/usr/bin/snapshot\", "
                    "\"--wait\"]."},
        RefusedCase{"Retain",
                    {{"MIGRATOR_BACKUP_RETAIN", "0"}},
                    "",
                    "MIGRATOR_BACKUP_RETAIN is \"0\", but must be a whole number from 1 to 100000."},
        RefusedCase{"Table",
                    {{"MIGRATOR_VERSION_TABLE", "1a"}},
                    "",
                    "MIGRATOR_VERSION_TABLE: \"1a\" cannot name the version table. Use a letter or \"_\" first, then letters, "
                    "digits and \"_\", "
                    "at most 50."},
        RefusedCase{"Folders",
                    {{"MIGRATOR_MIGRATIONS", "a::b"}},
                    "",
                    "MIGRATOR_MIGRATIONS has an empty entry. Part its entries by one \":\"."},
        RefusedCase{
            "SchemaOnSqlite",
            {{"DATABASE_URL", "sqlite:///a.db"}},
            "version_schema: app\n",
            "version_schema \"app\" is for PostgreSQL: SQLite keeps the history in its main database. Leave version_schema out."},
        RefusedCase{"OtherKind",
                    {{"DATABASE_URL", "sqlite:///a.db"}, {"MIGRATOR_DIRECT_URL", "postgresql://h/d"}},
                    "",
                    "direct_url and database_url name different kinds of database. Both must lead to the same one."}),
    [](const auto &given) { return given.param.name; });

TEST(Resolve, ABadUrlIsNamedWithItsPlaceAndWithoutItsPassword) {
  const Result<Settings> file = resolved({}, {}, "\ndatabase_url: mysql://u:hunter2@h/d\n");
  ASSERT_FALSE(file);
  EXPECT_EQ(file.error().file, "migrator.yaml");
  EXPECT_EQ(file.error().line, 2);
  EXPECT_EQ(file.error().message.find("database_url: "), 0U);
  EXPECT_EQ(file.error().text().find("hunter2"), std::string::npos);
  const Result<Settings> flag = resolved(flag_url("postgresql://u:hunter2@h:port/d"), {}, "");
  ASSERT_FALSE(flag);
  EXPECT_EQ(flag.error().text().find("--database-url: "), 0U);
  EXPECT_EQ(flag.error().text().find("hunter2"), std::string::npos);
}

} // namespace
} // namespace migrator::config
