// SQLite under the contract: a file in a temporary folder of its own for each test.
#include "migrator/database/sqlite/driver.h"
#include "tests/integration/contract/backups_contract.h"
#include "tests/integration/contract/fixture.h"
#include "tests/integration/sqlite/temporary_folder.h"

namespace migrator::database::contract {
namespace {

class SqliteFixture final : public DatabaseFixture {
public:
  explicit SqliteFixture(bool wal) {
    if (!wal) return;
    OpenOptions options;
    options.create = true;
    const auto database = driver().open(url(), options);
    if (!database || !(*database)->query("PRAGMA journal_mode=WAL")) ADD_FAILURE() << "no WAL";
  }

  const Driver &driver() const override { return sqlite_driver(); }
  DatabaseUrl url() const override { return url_of("shop.db"); }
  DatabaseUrl missing_url() const override { return url_of("none.db"); }
  std::string parameter(int number) const override { return "?" + std::to_string(number); }
  std::string endless_statement() const override {
    return "INSERT INTO endless WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c LIMIT 100000000000) "
           "SELECT max(n) FROM c";
  }

  std::vector<std::string> leaking_statements() const override {
    return {"PRAGMA recursive_triggers=ON",        "PRAGMA case_sensitive_like=ON",
            "PRAGMA ignore_check_constraints=ON",  "PRAGMA writable_schema=ON",
            "PRAGMA legacy_alter_table=ON",        "PRAGMA cache_size=7",
            "PRAGMA reverse_unordered_selects=1",  "CREATE TEMP TABLE migrator_version (version_num)",
            "CREATE TEMP VIEW a_view AS SELECT 1", "PRAGMA query_only=ON"};
  }
  std::vector<std::string> clean_queries() const override {
    return {"SELECT recursive_triggers = 0 FROM pragma_recursive_triggers",
            "SELECT 'a' LIKE 'A'",
            "SELECT ignore_check_constraints = 0 FROM pragma_ignore_check_constraints",
            "SELECT writable_schema = 0 FROM pragma_writable_schema",
            "SELECT legacy_alter_table = 0 FROM pragma_legacy_alter_table",
            "SELECT cache_size <> 7 FROM pragma_cache_size",
            "SELECT reverse_unordered_selects = 0 FROM pragma_reverse_unordered_selects",
            "SELECT count(*) = 0 FROM temp.sqlite_schema",
            "SELECT query_only = 0 FROM pragma_query_only"};
  }

  std::vector<SplitCase> split_cases() const override {
    const std::string trigger =
        "CREATE TRIGGER t AFTER INSERT ON a BEGIN\n UPDATE a SET x = CASE WHEN 1 THEN 2 END;\n SELECT 1; END";
    return {
        {"two", "SELECT 1; SELECT 2;", {"SELECT 1", "SELECT 2"}, {1, 1}},
        {"no_last_semicolon", "SELECT 1;\nSELECT 2\n", {"SELECT 1", "SELECT 2"}, {1, 2}},
        {"nothing", " ;; -- only a comment\n/* and ; one */ ;", {}, {}},
        {"comments", "-- a;\n\nSELECT /* ; */ 1 -- b;\n;", {"SELECT /* ; */ 1"}, {3}},
        {"quotes",
         "SELECT ';', 'it''s;', \";\"\";\", `;`, [;];SELECT 2",
         {"SELECT ';', 'it''s;', \";\"\";\", `;`, [;]", "SELECT 2"},
         {1, 1}},
        {"trigger", trigger + ";\nSELECT 2;", {trigger, "SELECT 2"}, {1, 4}},
        {"trigger_last", trigger, {trigger}, {1}},
        {"temp_trigger",
         "/**/create temp trigger x after delete on a begin select 1; end; select 1",
         {"create temp trigger x after delete on a begin select 1; end", "select 1"},
         {1, 1}},
        {"trigger_table", "CREATE TABLE trigger_log (x); SELECT 1;", {"CREATE TABLE trigger_log (x)", "SELECT 1"}, {1, 1}},
        {"restrict", "\\restrict abc\nSELECT 1;\n\\unrestrict abc\n", {"SELECT 1"}, {2}},
        {"begin_end_words", "SELECT CASE WHEN 1 THEN 2 END; SELECT 1", {"SELECT CASE WHEN 1 THEN 2 END", "SELECT 1"}, {1, 1}},
    };
  }
  std::vector<UnendingCase> unending_cases() const override {
    return {{"SELECT 1;\nSELECT 'open;\n", 2},
            {"SELECT \"open", 1},
            {"\n\nSELECT [open;", 3},
            {"SELECT `open", 1},
            {"SELECT 1; /* open", 1},
            {"\nCREATE TRIGGER t AFTER INSERT ON a BEGIN SELECT 1;", 2},
            {"\\copy t from x", 1},
            {"SELECT 1;\n.read x", 2},
            {std::string("SELECT 1\n;\0", 11), 2}};
  }
  std::vector<RuleCase> rule_cases() const override {
    using enum TransactionRule;
    return {{"BEGIN", Refused},
            {"begin immediate", Refused},
            {"COMMIT", Refused},
            {"END TRANSACTION", Refused},
            {"ROLLBACK", Refused},
            {"/* x */ ROLLBACK TRANSACTION", Refused},
            {"PREPARE TRANSACTION 'x'", Refused},
            {"DISCARD ALL", Refused},
            {"SET SESSION AUTHORIZATION x", Refused},
            {"ROLLBACK TO a", Any},
            {"ROLLBACK TRANSACTION TO SAVEPOINT a", Any},
            {"SAVEPOINT a", Any},
            {"RELEASE a", Any},
            {"VACUUM", NeverInside},
            {"VACUUM INTO 'x'", NeverInside},
            {"ATTACH 'x' AS x", NeverInside},
            {"DETACH x", NeverInside},
            {"PRAGMA journal_mode=WAL", NeverInside},
            {"PRAGMA main.Journal_Mode = wal", NeverInside},
            {"PRAGMA foreign_keys(1)", NeverInside},
            {"PRAGMA \"foreign_keys\"=1", NeverInside},
            {"EXPLAIN PRAGMA foreign_keys=1", NeverInside},
            {"PRAGMA synchronous=OFF", NeverInside},
            {"PRAGMA wal_checkpoint", NeverInside},
            {"PRAGMA user_version=3", Any},
            {"PRAGMA foreign_key_check", Any},
            {"PRAGMA defer_foreign_keys=ON", Any},
            {"CREATE TABLE commit_log (x)", Any},
            {"EXPLAIN SELECT 1", Any}};
  }
  std::vector<BatchCase> batch_cases() const override {
    using enum BatchKey::Type;
    return {
        {"rowid", "CREATE TABLE walk (k INTEGER PRIMARY KEY, x)", Integer},
        {"bigint", "CREATE TABLE walk (k bigint NOT NULL UNIQUE)", Integer},
        {"nullable", "CREATE TABLE walk (k bigint UNIQUE)", std::nullopt},
        {"nullable_primary_key", "CREATE TABLE walk (k bigint PRIMARY KEY)", std::nullopt},
        {"descending_primary_key", "CREATE TABLE walk (k INTEGER PRIMARY KEY DESC)", std::nullopt},
        {"text", "CREATE TABLE walk (k TEXT NOT NULL PRIMARY KEY) WITHOUT ROWID", Text},
        {"without_rowid", "CREATE TABLE walk (k INTEGER PRIMARY KEY) WITHOUT ROWID", Integer},
        {"uuid", "CREATE TABLE walk (k uuid NOT NULL UNIQUE); INSERT INTO walk VALUES ('6ba7b810-9dad-11d1-80b4-00c04fd430c8')",
         Text},
        {"uuid_read_as_number", "CREATE TABLE walk (k uuid NOT NULL UNIQUE); INSERT INTO walk VALUES ('3e4')", std::nullopt},
        {"nocase", "CREATE TABLE walk (k TEXT COLLATE NOCASE NOT NULL UNIQUE)", std::nullopt},
        {"nocase_index", "CREATE TABLE walk (k TEXT NOT NULL); CREATE UNIQUE INDEX walk_k ON walk (k COLLATE NOCASE)",
         std::nullopt},
        {"own_index", "CREATE TABLE walk (k TEXT NOT NULL); CREATE UNIQUE INDEX walk_k ON walk (k)", Text},
        {"partial_index", "CREATE TABLE walk (k TEXT NOT NULL); CREATE UNIQUE INDEX walk_k ON walk (k) WHERE k > 'a'",
         std::nullopt},
        {"plain_index", "CREATE TABLE walk (k TEXT NOT NULL); CREATE INDEX walk_k ON walk (k)", std::nullopt},
        {"half_a_key", "CREATE TABLE walk (k int NOT NULL, l int NOT NULL, PRIMARY KEY (k, l))", std::nullopt},
        {"real", "CREATE TABLE walk (k REAL NOT NULL UNIQUE)", std::nullopt},
        {"untyped", "CREATE TABLE walk (k NOT NULL UNIQUE)", std::nullopt},
        {"no_column", "CREATE TABLE walk (x INTEGER PRIMARY KEY)", std::nullopt},
        {"empty_key", "CREATE TABLE walk (k TEXT NOT NULL UNIQUE); INSERT INTO walk VALUES ('')", std::nullopt},
        {"text_in_integer", "CREATE TABLE walk (k int NOT NULL UNIQUE); INSERT INTO walk VALUES (1), ('x')", std::nullopt},
        {"blob_in_text", "CREATE TABLE walk (k TEXT NOT NULL UNIQUE); INSERT INTO walk VALUES ('a'), (x'00')", std::nullopt},
        {"not_utf8", "CREATE TABLE walk (k TEXT NOT NULL UNIQUE); INSERT INTO walk VALUES ('a'), (CAST(x'62ff' AS TEXT)), ('c')",
         std::nullopt},
        {"nul", "CREATE TABLE walk (k TEXT NOT NULL UNIQUE); INSERT INTO walk VALUES ('a'), ('b' || char(0) || 'c'), ('d')",
         std::nullopt},
        {"umlauts", "CREATE TABLE walk (k TEXT NOT NULL UNIQUE); INSERT INTO walk VALUES ('ä'), ('𝄞'), ('ї')", Text},
        {"smallest", "CREATE TABLE walk (k INTEGER PRIMARY KEY); INSERT INTO walk VALUES (-9223372036854775808)", std::nullopt},
    };
  }

private:
  DatabaseUrl url_of(const std::string &name) const {
    DatabaseUrl url;
    url.path = folder_.path() + "/" + name;
    url.redacted = "sqlite:///" + url.path;
    return url;
  }

  TemporaryFolder folder_;
};

const auto kKinds = testing::Values(Kind{"Sqlite", [] { return std::make_unique<SqliteFixture>(false); }},
                                    Kind{"SqliteWal", [] { return std::make_unique<SqliteFixture>(true); }});
const auto kNames = [](const auto &kind) { return kind.param.name; };

INSTANTIATE_TEST_SUITE_P(Databases, DatabaseContract, kKinds, kNames);
INSTANTIATE_TEST_SUITE_P(Databases, BackupsContract, kKinds, kNames);

} // namespace
} // namespace migrator::database::contract
