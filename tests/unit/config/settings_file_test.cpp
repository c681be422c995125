#include "migrator/config/settings_file.h"

#include <gtest/gtest.h>

namespace migrator::config {
namespace {

FileSettings parsed(std::string_view text, const std::string &path = "migrator.yaml") {
  Result<FileSettings> settings = parse_settings_file(text, path);
  EXPECT_TRUE(settings) << (settings ? "" : settings.error().text());
  return settings ? *settings : FileSettings();
}

TEST(SettingsFile, MayBeEmpty) {
  for (const char *text : {"", "\n", "# only a comment\n", "---\n"}) {
    const FileSettings settings = parsed(text);
    EXPECT_FALSE(settings.migrations) << text;
    EXPECT_FALSE(settings.database_url) << text;
  }
}

TEST(SettingsFile, HoldsEveryKey) {
  const FileSettings settings = parsed(R"(database_url: sqlite:///app.db
migrations: [migrations, more/of them]
models: {sqlite: schema/sqlite, postgresql: [schema/pg], exec: [python, dump.py]}
version_table: alembic_version
version_schema: app
grant_read: [web, worker]
direct_url: postgresql://db.internal/app
scratch_url: postgresql://db.internal/scratch
scratch: same-server
backup:
  policy: external
  command: [take, backup]
  folder: backups
  retain: 7
  retain_days: 90
  verify: restore
  max_bytes: 20Gi
  timeout: 2h
  copy_command: [rclone, copy, "{folder}", "remote:{id}"]
lock_wait: 2m
lock_timeout: 500ms
statement_timeout: 1h30m
ignore: ["pg_stat_*", spatial_ref_sys]
lint:
  drop-column: error
  big-lock: off
  rename: warning
)");
  EXPECT_EQ(settings.database_url->text, "sqlite:///app.db");
  EXPECT_EQ(settings.database_url->line, 1);
  EXPECT_EQ(settings.database_url->file, "migrator.yaml");
  EXPECT_EQ(settings.migrations, (std::vector<std::string>{"migrations", "more/of them"}));
  EXPECT_EQ(settings.models.sqlite, std::vector<std::string>{"schema/sqlite"});
  EXPECT_EQ(settings.models.postgresql, std::vector<std::string>{"schema/pg"});
  EXPECT_EQ(settings.models.exec, (std::vector<std::string>{"python", "dump.py"}));
  EXPECT_EQ(settings.version_table, "alembic_version");
  EXPECT_EQ(settings.version_schema, "app");
  EXPECT_EQ(settings.grant_read, (std::vector<std::string>{"web", "worker"}));
  EXPECT_EQ(settings.direct_url->text, "postgresql://db.internal/app");
  EXPECT_EQ(settings.scratch_url->text, "postgresql://db.internal/scratch");
  EXPECT_TRUE(settings.scratch_same_server);
  EXPECT_EQ(settings.backup.policy, BackupPolicy::External);
  EXPECT_EQ(settings.backup.command, (std::vector<std::string>{"take", "backup"}));
  EXPECT_EQ(settings.backup.folder, "backups");
  EXPECT_EQ(settings.backup.retain, 7);
  EXPECT_EQ(settings.backup.retain_days, 90);
  EXPECT_EQ(settings.backup.max_bytes, std::int64_t{20} << 30);
  EXPECT_EQ(settings.backup.timeout, std::chrono::hours(2));
  EXPECT_EQ(settings.backup.copy_command, (std::vector<std::string>{"rclone", "copy", "{folder}", "remote:{id}"}));
  EXPECT_EQ(settings.backup.verify, BackupVerification::Restore);
  EXPECT_EQ(settings.lock_wait, std::chrono::minutes(2));
  EXPECT_EQ(settings.lock_timeout, std::chrono::milliseconds(500));
  EXPECT_EQ(settings.statement_timeout, std::chrono::minutes(90));
  EXPECT_EQ(settings.ignore, (std::vector<std::string>{"pg_stat_*", "spatial_ref_sys"}));
  EXPECT_EQ(settings.lint, (std::map<std::string, LintLevel>{
                               {"drop-column", LintLevel::Error}, {"big-lock", LintLevel::Off}, {"rename", LintLevel::Warning}}));
}

TEST(SettingsFile, OneTextIsAListOfOne) {
  EXPECT_EQ(parsed("migrations: db/revisions\n").migrations, std::vector<std::string>{"db/revisions"});
  EXPECT_EQ(parsed("models: schema.sql\n").models.paths, std::vector<std::string>{"schema.sql"});
}

TEST(SettingsFile, PathsAreRelativeToTheFile) {
  const FileSettings settings = parsed("migrations: [a, /b]\nmodels: [m]\nbackup: {folder: c}\n", "../../migrator.yaml");
  EXPECT_EQ(settings.folder, "../../");
  EXPECT_EQ(settings.migrations, (std::vector<std::string>{"../../a", "/b"}));
  EXPECT_EQ(settings.models.paths, std::vector<std::string>{"../../m"});
  EXPECT_EQ(settings.backup.folder, "../../c");
}

struct RefusedCase {
  std::string name;
  std::string text;
  std::string error;
};

class RefusedSettings : public testing::TestWithParam<RefusedCase> {};

TEST_P(RefusedSettings, SaysWhereAndWhatToDo) {
  const Result<FileSettings> settings = parse_settings_file(GetParam().text, "db/migrator.yaml");
  ASSERT_FALSE(settings);
  EXPECT_EQ(settings.error().code, ErrorCode::InvalidConfiguration);
  EXPECT_EQ(settings.error().text(), "db/migrator.yaml:" + GetParam().error);
}

INSTANTIATE_TEST_SUITE_P(
    Texts, RefusedSettings,
    testing::Values(
        RefusedCase{"UnknownKeyNearAnother", "\nlock_wiat: 3s\n", R"(2: unknown key "lock_wiat". Did you mean "lock_wait"?)"},
        RefusedCase{"UnknownKey", "zebra: 1\n", R"(1: unknown key "zebra". docs/configuration.md lists the keys.)"},
        RefusedCase{"UnknownKeyThatIsASecret", "postgresql://u:hunter2@h/d: 1\n",
                    "1: unknown key (a connection string). docs/configuration.md lists the keys."},
        RefusedCase{"UnknownKeyInside", "backup:\n  polcy: always\n",
                    R"(2: unknown key "backup.polcy". Did you mean "backup.policy"?)"},
        RefusedCase{"KeyTwice", "lock_wait: 3s\nlock_wait: 4s\n", R"(2: "lock_wait" is given twice. Keep one of them.)"},
        RefusedCase{"RuleTwice", "lint: {a: off, a: off}\n", R"(1: "lint.a" is given twice. Keep one of them.)"},
        RefusedCase{"NotAMap", "- a\n- b\n", "1: the file must hold settings, one `key: value` a line."},
        RefusedCase{"KeyIsAList", "? [a, b]\n: c\n", "1: a key must be a plain word."},
        RefusedCase{"UrlIsAList", "database_url: [a]\n", R"(1: "database_url" must be a text, like `database_url: value`.)"},
        RefusedCase{"UrlIsMissing", "lock_wait: 3s\ndatabase_url:\n",
                    R"(2: "database_url" has no value. Give it one or leave the key out.)"},
        RefusedCase{"RuleIsMissing", "lint:\n  a: ~\n", R"(2: "lint.a" has no value. Give it one or leave the key out.)"},
        RefusedCase{"UrlIsEmpty", "database_url: ''\n", R"(1: "database_url" is empty. Give it a value or leave the key out.)"},
        RefusedCase{"FoldersAreAMap", "migrations: {a: b}\n",
                    R"(1: "migrations" must be a list, like `migrations: [one, two]`.)"},
        RefusedCase{"NoFolders", "migrations: []\n", R"(1: "migrations" is empty. Name at least one folder.)"},
        RefusedCase{"EmptyFolder", "migrations:\n  - a\n  - ''\n",
                    R"(3: each entry of "migrations" must be a text that is not empty.)"},
        RefusedCase{"NestedFolder", "migrations: [[a]]\n", R"(1: each entry of "migrations" must be a text that is not empty.)"},
        RefusedCase{"NoDuration", "lock_timeout: 60\n",
                    R"(1: "lock_timeout": "60" is not a duration. Write a number with its unit, like 500ms, 60s, 2m or 1h30m.)"},
        RefusedCase{"DurationIsAMap", "lock_wait: {s: 3}\n", R"(1: "lock_wait" must be a text, like `lock_wait: value`.)"},
        RefusedCase{
            "TableName", "version_table: 'a b'\n",
            R"(1: "version_table": "a b" cannot name the version table. Use a letter or "_" first, then letters, digits and "_", at )"
            "most 50."},
        RefusedCase{"SchemaName", "version_schema: \"a\\nb\"\n",
                    R"(1: "version_schema": "a?b" cannot name a schema. Use 1 to 63 bytes without control characters.)"},
        RefusedCase{"Scratch", "scratch: other-server\n", R"(1: "scratch" must be one of same-server.)"},
        RefusedCase{"BackupIsAWord", "backup: always\n", R"(1: "backup" must hold keys of its own, like `policy: always`.)"},
        RefusedCase{"BackupPolicy", "backup: {policy: sometimes}\n",
                    R"(1: "backup.policy" must be one of always, destructive, external, never.)"},
        RefusedCase{"BackupRetain", "backup: {retain: 0}\n", R"(1: "backup.retain" must be a whole number from 1 to 100000.)"},
        RefusedCase{"BackupRetainWord", "backup: {retain: many}\n",
                    R"(1: "backup.retain" must be a whole number from 1 to 100000.)"},
        RefusedCase{"BackupAge", "backup:\n  retain_days: 0\n",
                    R"(2: "backup.retain_days" must be a whole number from 1 to 36500.)"},
        RefusedCase{"BackupBytes", "backup:\n  max_bytes: 20GB\n",
                    R"(2: "backup.max_bytes" must be a number of bytes above 0, like 500Mi, 20Gi or 1000000.)"},
        RefusedCase{"BackupTimeout", "backup:\n  timeout: 0\n",
                    R"(2: "backup.timeout" must be longer than 0. Leave it out for no limit.)"},
        RefusedCase{"BackupExternal", "backup:\n  policy: external\n",
                    R"(2: `policy: external` needs "backup.command", the command that takes the backup and prints its id.)"},
        RefusedCase{"LintIsAList", "lint: [a]\n", R"(1: "lint" must hold rules, like `drop-column: error`.)"},
        RefusedCase{"LintLevel", "lint: {a: fatal}\n", R"(1: "lint.a" must be one of off, warning, error.)"},
        RefusedCase{"TwoDocuments", "a: b\n---\nc: d\n",
                    "2: something follows the settings here. Keep one YAML document in the file."},
        RefusedCase{
            "ClosedWhatWasNotOpen", "lock_wait: 3s\n}",
            "2: this is not YAML: illegal flow end. Check the indentation and the quotes of this line and the one above."},
        RefusedCase{
            "OnlyAClosingBracket", "]",
            "1: this is not YAML: illegal flow end. Check the indentation and the quotes of this line and the one above."},
        RefusedCase{"Nul", std::string("lock_wait: 3s\n\0", 15),
                    "2: there is a NUL byte here. Save the file as plain UTF-8 text."}),
    [](const auto &given) { return given.param.name; });

TEST(SettingsFile, BrokenYamlIsNamedWithoutItsText) {
  const Result<FileSettings> settings = parse_settings_file("lock_wait: 3s\ndatabase_url: *hunter2\n", "migrator.yaml");
  ASSERT_FALSE(settings);
  EXPECT_EQ(settings.error().text(),
            "migrator.yaml:2: this is not YAML: the referenced anchor is not defined. Check the indentation and the "
            "quotes of this line and the one above.");
}

TEST(SettingsFile, AHugeFileIsRefusedBeforeItIsRead) {
  const Result<FileSettings> settings = parse_settings_file(std::string(kLargestSettingsFile + 1, '['), "migrator.yaml");
  ASSERT_FALSE(settings);
  EXPECT_EQ(settings.error().text(),
            "migrator.yaml: the file is larger than 1 MiB, so it is not a settings file. Name the right one with --config.");
}

TEST(SettingsFile, DeepNestingIsAnError) {
  const Result<FileSettings> settings = parse_settings_file("a: " + std::string(100'000, '['), "migrator.yaml");
  ASSERT_FALSE(settings);
  EXPECT_EQ(settings.error().code, ErrorCode::InvalidConfiguration);
}

} // namespace
} // namespace migrator::config
