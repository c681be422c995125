// Splitting and classification beyond the contract: refusals to the letter, agreement with SQLite's own tail, and large files.
#include "migrator/database/sqlite/dialect.h"

#include <chrono>

#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <sqlite3.h>

namespace migrator::database::sqlite {
namespace {

Result<std::vector<Statement>> split(const std::string &sql, int line = 1) {
  return SqliteDialect().split({sql, line}, "a.sql");
}

struct Refused {
  std::string sql;
  int line;
  const char *message;
};

TEST(SqliteSplit, RefusalsSayWhatToWrite) {
  const std::vector<Refused> rows{
      {"SELECT 1;\n'x", 11, "the ' that starts here is never closed: close it with '"},
      {"[x", 10, "the [ that starts here is never closed: close it with ]"},
      {"SELECT 1 /* x", 10, "the comment that starts here is never closed: close it with */"},
      {"\nCREATE TRIGGER x AFTER INSERT ON t BEGIN SELECT 1;", 11,
       "the CREATE TRIGGER that starts here never ends: close its body with END;"},
      {"\\i x.sql", 10, "psql's commands are not run here: remove this line, or write what it does as SQL"},
      {"\n.import a b", 11, "the sqlite3 shell's commands are not run here: remove this line, or write what it does as SQL"},
      {std::string("SELECT\n\0", 8), 11, "a NUL byte is in the SQL: a revision file is UTF-8 text"},
  };
  for (const Refused &row : rows) {
    const auto found = split(row.sql, 10);
    ASSERT_FALSE(found) << row.sql;
    EXPECT_EQ(found.error().code, ErrorCode::InvalidRevisionFile);
    EXPECT_EQ(found.error().file, "a.sql");
    EXPECT_EQ(found.error().line, row.line) << row.sql;
    EXPECT_EQ(found.error().message, row.message);
  }
}

TEST(SqliteSplit, KeywordsAreForMessages) {
  const std::vector<std::pair<std::string, std::string>> rows{{"create unique index a on t (x)", "CREATE UNIQUE INDEX"},
                                                              {"CREATE TABLE t (x)", "CREATE TABLE"},
                                                              {"create temp table t (x)", "CREATE TEMP TABLE"},
                                                              {"drop view v", "DROP VIEW"},
                                                              {"alter table t add x", "ALTER TABLE"},
                                                              {"PRAGMA main.journal_mode=wal", "PRAGMA journal_mode"},
                                                              {"insert into t values (1)", "INSERT"},
                                                              {"rollback to x", "ROLLBACK TO"},
                                                              {"vacuum", "VACUUM"}};
  for (const auto &[sql, keyword] : rows) EXPECT_EQ(split(sql)->front().keyword, keyword) << sql;
}

TEST(SqliteSplit, OnlyWhatCannotBreakForeignKeysKeepsThem) {
  for (const char *keeps : {"CREATE TABLE t (x AS (1))", "CREATE TABLE IF NOT EXISTS main.t (x)", "CREATE INDEX i ON t (x)",
                            "CREATE UNIQUE INDEX i ON t (x)", "CREATE VIEW v AS SELECT 1", "DROP VIEW v", "DROP TRIGGER t",
                            "CREATE TRIGGER t AFTER INSERT ON a BEGIN DELETE FROM a; END", "SELECT 1", "ANALYZE"})
    EXPECT_TRUE(split(keeps)->front().keeps_foreign_keys) << keeps;
  for (const char *may_break : {"CREATE TABLE t AS SELECT 1", "CREATE TABLE IF NOT EXISTS main.t AS SELECT (1)", "DROP TABLE t",
                                "DROP INDEX i", "ALTER TABLE t ADD x int REFERENCES p DEFAULT 5", "INSERT INTO t VALUES (1)",
                                "WITH a AS (SELECT 1) DELETE FROM t", "DELETE FROM t", "PRAGMA writable_schema=ON", "VACUUM"})
    EXPECT_FALSE(split(may_break)->front().keeps_foreign_keys) << may_break;
}

TEST(SqliteSplit, RepeatableIsWhatRunsBare) {
  for (const char *bare : {"VACUUM", "PRAGMA journal_mode=WAL", "ATTACH 'x' AS x"})
    EXPECT_EQ(split(bare)->front().probe, ProbeKind::Repeat) << bare;
}

// Where SQLite itself ends the first statement; whole statements only.
std::vector<std::string> by_tail(sqlite3 *db, std::string_view sql) {
  std::vector<std::string> pieces;
  while (!sql.empty()) {
    sqlite3_stmt *statement = nullptr;
    const char *tail = nullptr;
    if (sqlite3_prepare_v2(db, sql.data(), static_cast<int>(sql.size()), &statement, &tail) != SQLITE_OK) return {"error"};
    const bool empty = statement == nullptr;
    sqlite3_finalize(statement);
    const auto length = static_cast<std::size_t>(tail - sql.data());
    if (!empty) pieces.emplace_back(sql.substr(0, length));
    sql.remove_prefix(length);
  }
  return pieces;
}

TEST(SqliteSplit, AgreesWithSqlitesTail) {
  sqlite3 *db = nullptr;
  ASSERT_EQ(sqlite3_open(":memory:", &db), SQLITE_OK);
  ASSERT_EQ(sqlite3_exec(db, "CREATE TABLE a (x)", nullptr, nullptr, nullptr), SQLITE_OK);
  const std::vector<std::string> parts{
      "SELECT 1",
      ";",
      "; -- it's;\n",
      "; /* ' ; */ ",
      "SELECT 'a;''b', \"x;\"\"\", `y;`, [z;] FROM (SELECT 1 AS \"x;\"\"\", 2 AS `y;`, 3 AS [z;])",
      "CREATE TRIGGER t AFTER INSERT ON a BEGIN SELECT CASE WHEN 1 THEN 2 END; SELECT 'END;'; END",
      "CREATE TEMP TRIGGER t AFTER DELETE ON a BEGIN UPDATE a SET x = 1; END",
      "EXPLAIN CREATE TRIGGER u AFTER DELETE ON a BEGIN SELECT 1; SELECT 2; END",
      "CREATE TABLE \"end\" (trigger)"};
  const bool held = rc::check("split() gives the statements that SQLite would", [&] {
    std::string sql;
    for (const std::string &part : *rc::gen::container<std::vector<std::string>>(rc::gen::elementOf(parts))) sql += part + " ;\n";
    const auto expected = by_tail(db, sql);
    const auto found = split(sql);
    RC_ASSERT(static_cast<bool>(found));
    RC_ASSERT(found->size() == expected.size());
    for (std::size_t at = 0; at < expected.size(); ++at) RC_ASSERT(expected[at].find((*found)[at].text) != std::string::npos);
  });
  sqlite3_close(db);
  EXPECT_TRUE(held);
}

TEST(SqliteSplit, AnyTextIsSplitOrRefused) {
  const bool held = rc::check("the pieces stand in the text, in order, on the lines given", [] {
    const auto sql = *rc::gen::container<std::string>(rc::gen::elementOf(std::string("a;'\"[]`-/*\n \\.E")));
    const auto found = split(sql);
    if (!found) {
      RC_ASSERT(found.error().code == ErrorCode::InvalidRevisionFile);
      return;
    }
    std::size_t at = 0;
    for (const Statement &statement : *found) {
      at = sql.find(statement.text, at);
      RC_ASSERT(at != std::string::npos);
      at += statement.text.size();
    }
  });
  EXPECT_TRUE(held);
}

// A quadratic splitter would take hours for these.
TEST(SqliteSplit, LargeFilesTakeLinearTime) {
  std::string many;
  std::string trigger = "CREATE TRIGGER t AFTER INSERT ON a BEGIN\n";
  for (int at = 0; at < 300000; ++at) {
    many += "INSERT INTO a VALUES ('it''s; one');\n";
    trigger += "  UPDATE a SET x = CASE WHEN x THEN 1 END;\n";
  }
  const auto before = std::chrono::steady_clock::now();
  const auto statements = split(many);
  ASSERT_TRUE(statements) << statements.error().message;
  EXPECT_EQ(statements->size(), 300000U);
  EXPECT_EQ(statements->back().line, 300000);
  const auto one = split(trigger + "END;");
  ASSERT_TRUE(one) << one.error().message;
  EXPECT_EQ(one->size(), 1U);
  EXPECT_LT(std::chrono::steady_clock::now() - before, std::chrono::seconds(30));
}

} // namespace
} // namespace migrator::database::sqlite
