// The texts of schema.h and write.h on SQLite itself: what the readers' view says, and that a journal row fails with its transaction
// where the version table is not what the step should leave.
#include <memory>

#include <gtest/gtest.h>
#include <sqlite3.h>

#include "migrator/ledger/schema.h"
#include "migrator/ledger/write.h"

namespace migrator::ledger {
namespace {

constexpr Dialect kDialect = Dialect::Sqlite;

class HistoryTest : public testing::Test {
protected:
  HistoryTest() {
    sqlite3 *opened = nullptr;
    EXPECT_EQ(sqlite3_open(":memory:", &opened), SQLITE_OK);
    database_.reset(opened);
    EXPECT_EQ(run(create_history(names_, kDialect)), "");
  }

  // The error's text; empty: done.
  std::string run(const std::string &sql) {
    char *message = nullptr;
    sqlite3_exec(database_.get(), sql.c_str(), nullptr, nullptr, &message);
    const std::string out = message == nullptr ? "" : message;
    sqlite3_free(message);
    return out;
  }

  // Rows as "a|b", a line each.
  std::string rows(const std::string &sql) {
    std::string out;
    const auto add = [](void *to, int count, char **cells, char **) {
      auto &text = *static_cast<std::string *>(to);
      for (int at = 0; at < count; ++at) text += std::string(at > 0 ? "|" : "") + (cells[at] == nullptr ? "NULL" : cells[at]);
      text += "\n";
      return 0;
    };
    EXPECT_EQ(sqlite3_exec(database_.get(), sql.c_str(), add, &out, nullptr), SQLITE_OK) << sqlite3_errmsg(database_.get());
    return out;
  }

  std::string view() { return rows("SELECT id, state FROM " + names_.revisions + " ORDER BY id"); }

  static Entry entry(const std::string &revision, Motion motion, std::vector<std::string> parents = {},
                     std::vector<std::string> depends_on = {}) {
    Entry out;
    out.revision = revision;
    out.motion = motion;
    out.parents = std::move(parents);
    out.depends_on = std::move(depends_on);
    out.who = "anna";
    out.host = "laptop";
    out.started_at = "2026-01-02T03:04:05.678Z";
    return out;
  }

  // One step as the executor commits it.
  void step(const Entry &row, const VersionChange &change, const std::vector<std::string> &heads) {
    ASSERT_EQ(run("BEGIN;" + version_sql(names_, kDialect, change) + insert_sql(names_, kDialect, row, heads) + "COMMIT;"), "");
  }

  void up(const std::string &revision, const VersionChange &change, const std::vector<std::string> &heads,
          std::vector<std::string> parents = {}, std::vector<std::string> depends_on = {}) {
    step(entry(revision, Motion::Up, std::move(parents), std::move(depends_on)), change, heads);
  }

  struct Close {
    void operator()(sqlite3 *database) const { sqlite3_close(database); }
  };
  std::unique_ptr<sqlite3, Close> database_;
  Tables names_ = tables({"", "my \"version\""}, kDialect);
};

TEST_F(HistoryTest, IsMadeOnceAndLeftAsItIs) {
  up("a", {{}, {"a"}}, {"a"});
  EXPECT_EQ(run(create_history(names_, kDialect)), "");
  EXPECT_EQ(view(), "a|applied\n");
  EXPECT_EQ(rows("SELECT * FROM " + names_.meta), "format|1\n");
}

TEST_F(HistoryTest, TakesAVersionTableOfAlembicsAsItIs) {
  EXPECT_EQ(run("CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL PRIMARY KEY); "
                "INSERT INTO alembic_version VALUES ('ae10');"),
            "");
  names_ = tables({"", "alembic_version"}, kDialect);
  EXPECT_EQ(run(create_history(names_, kDialect)), "");
  EXPECT_EQ(rows("SELECT id, parents, depends_on, state, changed_by, changed_at FROM " + names_.revisions),
            "ae10|[]|[]|applied|NULL|NULL\n");
}

TEST_F(HistoryTest, KeepsAFormatThatIsThere) {
  EXPECT_EQ(run(meta_sql(names_, kDialect, "format", "7")), "");
  EXPECT_EQ(run(create_history(names_, kDialect)), "");
  EXPECT_EQ(rows("SELECT value FROM " + names_.meta), "7\n");
  EXPECT_EQ(run(meta_sql(names_, kDialect, "format", "8")), "");
  EXPECT_EQ(rows("SELECT value FROM " + names_.meta), "8\n");
}

TEST_F(HistoryTest, ViewTellsWhoAndWhen) {
  up("a", {{}, {"a"}}, {"a"});
  up("b", {{"a"}, {"b"}}, {"b"}, {"a"});
  EXPECT_EQ(rows("SELECT id, parents, depends_on, state, changed_by, changed_at FROM " + names_.revisions + " ORDER BY id"),
            "a|[]|[]|applied|anna@laptop|2026-01-02T03:04:05.678Z\n"
            "b|[\"a\"]|[]|applied|anna@laptop|2026-01-02T03:04:05.678Z\n");
}

TEST_F(HistoryTest, ViewContainsWhatAMergeContains) {
  up("a", {{}, {"a"}}, {"a"});
  up("b", {{"a"}, {"b"}}, {"b"}, {"a"});
  up("c", {{}, {"c"}}, {"b", "c"}, {"a"});
  up("m", {{"b", "c"}, {"m"}}, {"m"}, {"b", "c"});
  EXPECT_EQ(view(), "a|applied\nb|applied\nc|applied\nm|applied\n");
  step(entry("m", Motion::Down, {"b", "c"}), {{"m"}, {"b", "c"}}, {"b", "c"});
  EXPECT_EQ(view(), "a|applied\nb|applied\nc|applied\nm|rolled back\n");
  step(entry("c", Motion::Down, {"a"}), {{"c"}, {}}, {"b"});
  EXPECT_EQ(view(), "a|applied\nb|applied\nc|rolled back\nm|rolled back\n");
}

TEST_F(HistoryTest, ViewContainsDependencies) {
  up("x", {{}, {"x"}}, {"x"});
  up("a", {{"x"}, {"a"}}, {"a"}, {}, {"x"});
  EXPECT_EQ(view(), "a|applied\nx|applied\n");
}

TEST_F(HistoryTest, ViewTellsPartialInBothDirections) {
  up("a", {{}, {"a"}}, {"a"});
  Entry half = entry("b", Motion::Up, {"a"});
  half.outcome = Outcome::Partial;
  step(half, {}, {"a"});
  EXPECT_EQ(view(), "a|applied\nb|partial\n");
  half.outcome = Outcome::Done;
  ASSERT_EQ(run("BEGIN;" + version_sql(names_, kDialect, {{"a"}, {"b"}}) + update_partial_sql(names_, kDialect, half, {"b"}) +
                "COMMIT;"),
            "");
  EXPECT_EQ(view(), "a|applied\nb|applied\n");
  half.motion = Motion::Down;
  half.outcome = Outcome::Partial;
  step(half, {{"b"}, {"a"}}, {"a"});
  EXPECT_EQ(view(), "a|applied\nb|partial\n");
}

TEST_F(HistoryTest, ViewDoesNotCountWhatFailed) {
  Entry failed = entry("a", Motion::Up);
  failed.outcome = Outcome::Failed;
  step(failed, {}, {});
  EXPECT_EQ(view(), "");
  up("a", {{}, {"a"}}, {"a"});
  failed.motion = Motion::Down;
  step(failed, {}, {"a"});
  EXPECT_EQ(view(), "a|applied\n");
}

TEST_F(HistoryTest, ViewFollowsAStamp) {
  up("a", {{}, {"a"}}, {"a"});
  up("b", {{"a"}, {"b"}}, {"b"}, {"a"});
  step(entry("a", Motion::Stamp), {{"b"}, {"a"}}, {"a"});
  EXPECT_EQ(view(), "a|applied\nb|not applied\n");
}

TEST_F(HistoryTest, ViewAfterAPartialStepWasStampedOver) {
  Entry half = entry("a", Motion::Up);
  half.outcome = Outcome::Partial;
  step(half, {}, {});
  ASSERT_EQ(run(abandon_partial_sql(names_, kDialect)), "");
  EXPECT_EQ(view(), "a|not applied\n");
  EXPECT_EQ(rows("SELECT outcome FROM " + names_.journal), "abandoned\n");
}

TEST_F(HistoryTest, ViewTakesTheNewestRow) {
  up("a", {{}, {"a"}}, {"a"});
  step(entry("a", Motion::Down), {{"a"}, {}}, {});
  EXPECT_EQ(view(), "a|rolled back\n");
  up("a", {{}, {"a"}}, {"a"});
  EXPECT_EQ(view(), "a|applied\n");
}

TEST_F(HistoryTest, ViewWalksALongHistory) {
  std::string sql = "BEGIN;";
  for (int number = 1; number <= 2'000; ++number) {
    const std::string below = std::to_string(number - 1);
    Entry row = entry(std::to_string(number), Motion::Up);
    if (number > 1) row.parents = {below};
    const VersionChange change = number == 1 ? VersionChange{{}, {"1"}} : VersionChange{{below}, {row.revision}};
    sql += version_sql(names_, kDialect, change) + insert_sql(names_, kDialect, row, {row.revision});
  }
  ASSERT_EQ(run(sql + "COMMIT;"), "");
  EXPECT_EQ(rows("SELECT state, count(*) FROM " + names_.revisions + " GROUP BY state"), "applied|2000\n");
}

TEST_F(HistoryTest, ARowFailsWhereTheHeadsAreOthers) {
  up("a", {{}, {"a"}}, {"a"});
  const std::string refused = "NOT NULL constraint failed: my \"version\"_journal.heads_after";
  const Entry row = entry("b", Motion::Up, {"a"});
  const std::vector<std::vector<std::string>> wrong = {{}, {"b"}, {"a", "b"}, {"A"}};
  for (const std::vector<std::string> &heads : wrong) EXPECT_EQ(run(insert_sql(names_, kDialect, row, heads)), refused);
  // A step whose own SQL touched the version table.
  EXPECT_EQ(run("BEGIN; INSERT INTO " + names_.version + " VALUES ('z');" + version_sql(names_, kDialect, {{"a"}, {"b"}}) +
                insert_sql(names_, kDialect, row, {"b"})),
            refused);
  EXPECT_EQ(run("ROLLBACK"), "");
  EXPECT_EQ(rows("SELECT version_num FROM " + names_.version), "a\n");
  EXPECT_EQ(view(), "a|applied\n");
}

TEST_F(HistoryTest, AnUpdateFailsWhereTheHeadsAreOthers) {
  Entry half = entry("a", Motion::Up);
  half.outcome = Outcome::Partial;
  step(half, {}, {});
  half.outcome = Outcome::Done;
  EXPECT_EQ(run(update_partial_sql(names_, kDialect, half, {"a"})),
            "NOT NULL constraint failed: my \"version\"_journal.heads_after");
  EXPECT_EQ(view(), "a|partial\n");
}

TEST_F(HistoryTest, WhatARestoreTookAwayIsRolledBack) {
  up("a", {{}, {"a"}}, {"a"});
  Entry lost = entry("b", Motion::Up, {"a"});
  lost.outcome = Outcome::Restored;
  lost.who = "bert";
  EXPECT_EQ(run(insert_sql(names_, kDialect, lost, {"a"})), "");
  EXPECT_EQ(view(), "a|applied\nb|rolled back\n");
  EXPECT_EQ(rows("SELECT parents, changed_by FROM " + names_.revisions + " WHERE id = 'b'"), "[\"a\"]|bert@laptop\n");
  up("b", {{"a"}, {"b"}}, {"b"}, {"a"});
  EXPECT_EQ(view(), "a|applied\nb|applied\n") << "applied again";
}

TEST_F(HistoryTest, ARestoreThatUndidAStepDownLeavesItApplied) {
  up("a", {{}, {"a"}}, {"a"});
  Entry undone = entry("a", Motion::Down);
  undone.outcome = Outcome::Restored;
  EXPECT_EQ(run(insert_sql(names_, kDialect, undone, {"a"})), "");
  EXPECT_EQ(view(), "a|applied\n");
}

TEST_F(HistoryTest, KeepsEveryText) {
  Entry row = entry("a", Motion::Up);
  row.message = "it's \\ \"so\"\n-- $1 größe";
  row.down_sections = "-- migrate:down\nINSERT INTO t VALUES ('\\n', 'x''y');\n";
  row.error = "'";
  step(row, {{}, {"a"}}, {"a"});
  EXPECT_EQ(rows("SELECT message FROM " + names_.journal), row.message + "\n");
  EXPECT_EQ(rows("SELECT down_format, down_sections FROM " + names_.journal), "1|" + *row.down_sections + "\n");
  EXPECT_EQ(rows("SELECT heads_after FROM " + names_.journal), "[\"a\"]\n");
}

} // namespace
} // namespace migrator::ledger
