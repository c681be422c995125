// The contract of Database, as migrator/database/database.h states it, once for every driver.
#include <chrono>
#include <csignal>
#include <thread>

#include <sys/wait.h>
#include <unistd.h>

#include <gmock/gmock.h>

#include "tests/integration/contract/fixture.h"

namespace migrator::database::contract {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using namespace std::chrono_literals;

namespace {

Statement statement(const std::string &sql, int line = 1) {
  Statement made;
  made.text = sql;
  made.line = line;
  return made;
}

UnitSettings quick() {
  UnitSettings settings;
  settings.lock_timeout = 200ms;
  return settings;
}

std::string cell(Database &database, const std::string &sql) {
  const auto rows = database.query(sql);
  if (!rows) return "error: " + rows.error().message;
  if (rows->rows.size() != 1 || rows->rows.front().size() != 1) return "not one cell";
  return rows->rows.front().front().value_or("NULL");
}

#define ASSERT_DONE(expression)                                                                                                  \
  do {                                                                                                                           \
    const auto done_ = (expression);                                                                                             \
    ASSERT_TRUE(done_) << done_.error().message;                                                                                 \
  } while (false)

} // namespace

std::unique_ptr<Database> DatabaseContract::open(const std::string &who) const {
  OpenOptions options;
  options.create = true;
  options.who = who;
  options.run_id = "run-1";
  auto database = fixture_->driver().open(fixture_->url(), options);
  if (database) return std::move(*database);
  ADD_FAILURE() << database.error().message;
  return nullptr;
}

std::unique_ptr<Database> DatabaseContract::open_with_history(const std::vector<std::string> &heads) const {
  auto database = open();
  if (!database) return nullptr;
  const std::string table = database->qualified("migrator_version");
  auto made = database->query("CREATE TABLE " + table + " (version_num VARCHAR(32) NOT NULL PRIMARY KEY)");
  for (const std::string &head : heads)
    if (made) made = database->query("INSERT INTO " + table + " VALUES ('" + head + "')");
  if (made) return database;
  ADD_FAILURE() << made.error().message;
  return nullptr;
}

TEST_P(DatabaseContract, MissingDatabaseIsUnreachable) {
  const auto database = fixture_->driver().open(fixture_->missing_url(), {});
  ASSERT_FALSE(database);
  EXPECT_EQ(database.error().code, ErrorCode::Unreachable);
}

TEST_P(DatabaseContract, TellsItsServer) {
  const auto database = open();
  ASSERT_TRUE(database);
  EXPECT_FALSE(database->server().product.empty());
  EXPECT_FALSE(database->server().version.empty());
  EXPECT_GT(database->server().version_number, 0);
  EXPECT_EQ(database->dialect(), fixture_->url().dialect);
}

TEST_P(DatabaseContract, QueryGivesTheLastStatementsRows) {
  const auto database = open();
  ASSERT_TRUE(database);
  const auto rows = database->query("CREATE TABLE t (a integer, b varchar(9)); INSERT INTO t VALUES (1, 'x'), (2, NULL); "
                                    "SELECT a, b, a = 1 AS one FROM t ORDER BY a");
  ASSERT_TRUE(rows) << rows.error().message;
  EXPECT_THAT(rows->columns, ElementsAre("a", "b", "one"));
  EXPECT_EQ(rows->rows, (std::vector<std::vector<std::optional<std::string>>>{{"1", "x", "1"}, {"2", std::nullopt, "0"}}));
  const auto changed = database->query("UPDATE t SET b = 'y'");
  ASSERT_TRUE(changed) << changed.error().message;
  EXPECT_EQ(changed->affected, 2);
}

TEST_P(DatabaseContract, RefusedQueryIsSqlError) {
  const auto database = open();
  ASSERT_TRUE(database);
  const auto rows = database->query("SELECT * FROM not_there");
  ASSERT_FALSE(rows);
  EXPECT_EQ(rows.error().code, ErrorCode::SqlError);
  EXPECT_THAT(rows.error().message, HasSubstr("not_there"));
  EXPECT_FALSE(rows.error().sqlstate.empty());
  EXPECT_EQ(cell(*database, "SELECT 1"), "1");
}

TEST_P(DatabaseContract, HasRelationSeesTablesAndViews) {
  const auto database = open();
  ASSERT_TRUE(database);
  ASSERT_DONE(database->query("CREATE TABLE " + database->qualified("a_table") + " (x integer); CREATE VIEW " +
                              database->qualified("a_view") + " AS SELECT x FROM " + database->qualified("a_table")));
  for (const auto &[name, there] : {std::pair{"a_table", true}, std::pair{"a_view", true}, std::pair{"another", false}}) {
    const auto found = database->has_relation(name);
    ASSERT_TRUE(found) << found.error().message;
    EXPECT_EQ(*found, there) << name;
  }
}

TEST_P(DatabaseContract, QualifiedNamesAreQuoted) {
  const auto database = open();
  ASSERT_TRUE(database);
  ASSERT_DONE(database->query("CREATE TABLE " + database->qualified("odd \"name\"") + " (x integer)"));
  const auto found = database->has_relation("odd \"name\"");
  ASSERT_TRUE(found) << found.error().message;
  EXPECT_TRUE(*found);
}

TEST_P(DatabaseContract, PreflightAllowsAnEmptyDatabase) {
  const auto database = open();
  ASSERT_TRUE(database);
  ASSERT_DONE(database->preflight());
  ASSERT_DONE(database->require_direct_connection());
}

TEST_P(DatabaseContract, ReadGivesOneSnapshot) {
  const auto reader = open_with_history({"a"});
  const auto writer = open("writer@host");
  ASSERT_TRUE(reader && writer);
  const std::string count = "SELECT count(*) FROM " + reader->qualified("migrator_version");
  const std::vector<HistoryQuery> queries = {
      {count, {"migrator_version"}}, {"SELECT 1", {"migrator_version", "migrator_version_gone"}}, {count, {"migrator_version"}}};
  for (const char *const rows : {"1", "2", "3"}) {
    const auto answers = reader->read(queries);
    ASSERT_TRUE(answers) << answers.error().message;
    ASSERT_EQ(answers->size(), 3U);
    EXPECT_EQ(answers->at(0)->rows.at(0).at(0), rows);
    EXPECT_FALSE(answers->at(1));
    EXPECT_EQ(answers->at(2)->rows.at(0).at(0), rows);
    ASSERT_DONE(writer->query("INSERT INTO " + writer->qualified("migrator_version") + " VALUES ('row " + rows + "')"));
  }
}

// What was there when last looked for may be gone, and what was not may be there.
TEST_P(DatabaseContract, ReadSeesRelationsComeAndGo) {
  const auto reader = open_with_history({"a"});
  const auto writer = open("writer@host");
  ASSERT_TRUE(reader && writer);
  const std::string table = writer->qualified("migrator_version_more");
  const std::vector<HistoryQuery> queries = {{"SELECT count(*) FROM " + table, {"migrator_version_more"}}};
  for (int round = 0; round < 2; ++round) {
    auto answers = reader->read(queries);
    ASSERT_TRUE(answers) << answers.error().message;
    EXPECT_FALSE(answers->at(0));
    ASSERT_DONE(writer->query("CREATE TABLE " + table + " (a INTEGER)"));
    for (int again = 0; again < 2; ++again) {
      answers = reader->read(queries);
      ASSERT_TRUE(answers) << answers.error().message;
      EXPECT_EQ(answers->at(0).value().rows.at(0).at(0), "0");
    }
    ASSERT_DONE(writer->query("DROP TABLE " + table));
  }
  EXPECT_EQ(cell(*reader, "SELECT 1"), "1");
}

TEST_P(DatabaseContract, UnitCommitsWithItsBookkeeping) {
  const auto database = open_with_history({"a"});
  ASSERT_TRUE(database);
  const auto heads = database->begin_unit({});
  ASSERT_TRUE(heads) << heads.error().message;
  ASSERT_DONE(database->run(statement("CREATE TABLE t (x integer)")));
  ASSERT_DONE(database->finish_unit("UPDATE " + database->qualified("migrator_version") + " SET version_num = 'b'"));
  const auto other = open("other@host");
  EXPECT_EQ(cell(*other, "SELECT version_num FROM " + other->qualified("migrator_version")), "b");
  EXPECT_EQ(cell(*other, "SELECT count(*) FROM t"), "0");
}

TEST_P(DatabaseContract, UnitRolledBackLeavesNothing) {
  const auto database = open_with_history({"a"});
  ASSERT_TRUE(database);
  ASSERT_DONE(database->begin_unit({}));
  ASSERT_DONE(database->run(statement("CREATE TABLE t (x integer)")));
  database->rollback_unit();
  const auto found = database->has_relation("t");
  ASSERT_TRUE(found) << found.error().message;
  EXPECT_FALSE(*found);
  ASSERT_DONE(database->begin_unit({}));
  database->rollback_unit();
}

TEST_P(DatabaseContract, FailedBookkeepingRollsTheUnitBack) {
  const auto database = open_with_history({"a"});
  ASSERT_TRUE(database);
  ASSERT_DONE(database->begin_unit({}));
  ASSERT_DONE(database->run(statement("CREATE TABLE t (x integer)")));
  const auto done = database->finish_unit("INSERT INTO " + database->qualified("not_there") + " VALUES (1)");
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().code, ErrorCode::SqlError);
  const auto found = database->has_relation("t");
  ASSERT_TRUE(found) << found.error().message;
  EXPECT_FALSE(*found);
}

TEST_P(DatabaseContract, FenceGivesTheHeadsSorted) {
  const auto database = open_with_history({"b", "a", "c"});
  ASSERT_TRUE(database);
  const auto heads = database->begin_unit({});
  ASSERT_TRUE(heads) << heads.error().message;
  EXPECT_THAT(*heads, ElementsAre("a", "b", "c"));
  database->rollback_unit();
}

TEST_P(DatabaseContract, RunBindsParametersAndCountsRows) {
  const auto database = open_with_history({});
  ASSERT_TRUE(database);
  ASSERT_DONE(database->begin_unit({}));
  ASSERT_DONE(database->run(statement("CREATE TABLE t (n integer, s varchar(40))")));
  const std::string insert = "INSERT INTO t VALUES (" + fixture_->parameter(1) + ", " + fixture_->parameter(2) + ")";
  const auto inserted = database->run(statement(insert), {std::int64_t{7}, std::string("it's; -- ''")});
  ASSERT_TRUE(inserted) << inserted.error().message;
  EXPECT_EQ(*inserted, 1);
  ASSERT_DONE(database->run(statement(insert), {nullptr, nullptr}));
  const auto updated = database->run(statement("UPDATE t SET n = 8"));
  ASSERT_TRUE(updated) << updated.error().message;
  EXPECT_EQ(*updated, 2);
  const auto created = database->run(statement("CREATE TABLE u (n integer)"));
  ASSERT_TRUE(created) << created.error().message;
  EXPECT_EQ(*created, 0);
  EXPECT_EQ(cell(*database, "SELECT s FROM t WHERE s IS NOT NULL"), "it's; -- ''");
  ASSERT_DONE(database->finish_unit(""));
}

TEST_P(DatabaseContract, ErrorPointsAtTheLine) {
  const auto database = open_with_history({});
  ASSERT_TRUE(database);
  ASSERT_DONE(database->begin_unit({}));
  const auto done = database->run(statement("SELECT 1,\n  2,\n  no_such_column", 40));
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().code, ErrorCode::SqlError);
  EXPECT_EQ(done.error().line, 42);
  EXPECT_THAT(done.error().message, HasSubstr("no_such_column"));
  database->rollback_unit();
}

TEST_P(DatabaseContract, ConstraintMessagesHoldNoContents) {
  const auto database = open_with_history({});
  ASSERT_TRUE(database);
  ASSERT_DONE(database->begin_unit({}));
  ASSERT_DONE(database->run(statement("CREATE TABLE t (s varchar(40) UNIQUE)")));
  const auto done = database->run(statement("INSERT INTO t SELECT 'row-contents' UNION ALL SELECT 'row-contents'"));
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().code, ErrorCode::SqlError);
  EXPECT_THAT(done.error().message, testing::Not(HasSubstr("row-contents")));
  EXPECT_FALSE(done.error().sqlstate.empty());
  database->rollback_unit();
}

TEST_P(DatabaseContract, StatementThatEndsTheTransactionIsSeen) {
  for (const char *ending : {"COMMIT", "ROLLBACK"}) {
    SCOPED_TRACE(ending);
    const auto database = open();
    ASSERT_TRUE(database);
    ASSERT_DONE(database->begin_unit({}));
    const auto done = database->run(statement(ending, 3));
    ASSERT_FALSE(done);
    EXPECT_EQ(done.error().code, ErrorCode::SqlError);
    EXPECT_EQ(done.error().line, 3);
    EXPECT_THAT(done.error().message, HasSubstr("transaction"));
    database->rollback_unit();
    ASSERT_DONE(database->begin_unit({}));
    database->rollback_unit();
  }
}

TEST_P(DatabaseContract, StatementThatLeavesATransactionOpenIsSeen) {
  const auto database = open();
  ASSERT_TRUE(database);
  ASSERT_DONE(database->begin_bare({}));
  const auto done = database->run(statement("BEGIN", 3));
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().code, ErrorCode::SqlError);
  database->end_bare();
  ASSERT_DONE(database->begin_unit({}));
  database->rollback_unit();
}

TEST_P(DatabaseContract, WriterOfAnotherConnectionIsWaitedForInVain) {
  const auto first = open_with_history({"a"});
  const auto second = open("second@host");
  ASSERT_TRUE(first && second);
  ASSERT_DONE(first->begin_unit(quick()));
  const auto began = second->begin_unit(quick());
  ASSERT_FALSE(began);
  EXPECT_EQ(began.error().code, ErrorCode::LockTimeout);
  EXPECT_THAT(began.error().message, HasSubstr("lock_timeout"));
  first->rollback_unit();
  ASSERT_DONE(second->begin_unit(quick()));
  second->rollback_unit();
}

TEST_P(DatabaseContract, LockExcludesAndNamesItsHolder) {
  const auto anna = open("anna@laptop");
  const auto bert = open("bert@pod");
  ASSERT_TRUE(anna && bert);
  const auto nobody = bert->lock_holder();
  ASSERT_TRUE(nobody) << nobody.error().message;
  EXPECT_FALSE(*nobody);

  const auto taken = anna->try_lock();
  ASSERT_TRUE(taken) << taken.error().message;
  EXPECT_TRUE(taken->acquired);
  const auto refused = bert->try_lock();
  ASSERT_TRUE(refused) << refused.error().message;
  EXPECT_FALSE(refused->acquired);
  ASSERT_TRUE(refused->holder);
  EXPECT_THAT(refused->holder->who, HasSubstr("anna@laptop"));
  EXPECT_THAT(refused->holder->since, testing::MatchesRegex("....-..-..T..:..:..(\\..+)?Z"));
  EXPECT_EQ(refused->holder->run_id, "run-1");
  const auto holder = bert->lock_holder();
  ASSERT_TRUE(holder) << holder.error().message;
  ASSERT_TRUE(*holder);
  EXPECT_EQ((*holder)->who, refused->holder->who);

  anna->release_lock();
  const auto free = bert->lock_holder();
  ASSERT_TRUE(free) << free.error().message;
  EXPECT_FALSE(*free);
  const auto given = bert->try_lock();
  ASSERT_TRUE(given) << given.error().message;
  EXPECT_TRUE(given->acquired);
  const auto stale = bert->end_stale_workers();
  ASSERT_TRUE(stale) << stale.error().message;
  EXPECT_THAT(*stale, IsEmpty());
}

TEST_P(DatabaseContract, LockOutlivesUnits) {
  const auto anna = open_with_history({});
  const auto bert = open("bert@pod");
  ASSERT_TRUE(anna && bert);
  ASSERT_DONE(anna->try_lock());
  ASSERT_DONE(anna->begin_unit({}));
  ASSERT_DONE(anna->finish_unit(""));
  const auto refused = bert->try_lock();
  ASSERT_TRUE(refused) << refused.error().message;
  EXPECT_FALSE(refused->acquired);
}

TEST_P(DatabaseContract, KilledHolderFreesTheLock) {
  ASSERT_TRUE(open()); // the database is there before the child opens it
  int ready[2];
  ASSERT_EQ(pipe(ready), 0);
  const pid_t child = fork();
  ASSERT_GE(child, 0);
  if (child == 0) {
    OpenOptions options;
    options.who = "child@host";
    auto database = fixture_->driver().open(fixture_->url(), options);
    const auto taken = database ? (*database)->try_lock() : Result<LockAttempt>();
    const char answer = taken && taken->acquired ? 'y' : 'n';
    if (write(ready[1], &answer, 1) != 1) _exit(1);
    while (true) pause();
  }
  char answer = '?';
  EXPECT_EQ(read(ready[0], &answer, 1), 1);
  EXPECT_EQ(answer, 'y');
  const auto database = open();
  const auto refused = database->try_lock();
  EXPECT_TRUE(refused && !refused->acquired && refused->holder);
  EXPECT_EQ(kill(child, SIGKILL), 0);
  EXPECT_EQ(waitpid(child, nullptr, 0), child);
  close(ready[0]);
  close(ready[1]);
  const auto give_up = std::chrono::steady_clock::now() + 20s; // a server notices a moment later
  bool acquired = false;
  while (!acquired && std::chrono::steady_clock::now() < give_up) {
    const auto taken = database->try_lock();
    ASSERT_TRUE(taken) << taken.error().message;
    acquired = taken->acquired;
    std::this_thread::yield();
  }
  EXPECT_TRUE(acquired);
}

TEST_P(DatabaseContract, InterruptEndsALongStatementAndLeavesNothing) {
  const auto database = open_with_history({"a"});
  ASSERT_TRUE(database);
  ASSERT_DONE(database->query("CREATE TABLE " + database->qualified("endless") + " (n integer)"));
  ASSERT_DONE(database->begin_unit({}));
  ASSERT_DONE(database->run(statement("CREATE TABLE t (x integer)")));
  std::thread stopper([&database] {
    std::this_thread::sleep_for(100ms); // not a matter of order: an interruption before the statement ends it as well
    database->interrupt();
  });
  const auto done = database->run(statement(fixture_->endless_statement()));
  stopper.join();
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().code, ErrorCode::Terminated);
  database->rollback_unit();
  EXPECT_EQ(cell(*database, "SELECT count(*) FROM " + database->qualified("endless")), "0");
  const auto found = database->has_relation("t");
  ASSERT_TRUE(found) << found.error().message;
  EXPECT_FALSE(*found);
}

TEST_P(DatabaseContract, InterruptBetweenStatementsIsNotMissed) {
  const auto database = open_with_history({"a"});
  ASSERT_TRUE(database);
  ASSERT_DONE(database->query("CREATE TABLE " + database->qualified("endless") + " (n integer)"));
  ASSERT_DONE(database->begin_unit({}));
  database->interrupt();
  const auto done = database->run(statement(fixture_->endless_statement()));
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().code, ErrorCode::Terminated);
  database->rollback_unit();
  ASSERT_DONE(database->begin_unit({}));
  ASSERT_DONE(database->run(statement("CREATE TABLE t (x integer)")));
  ASSERT_DONE(database->finish_unit(""));
}

TEST_P(DatabaseContract, StatementTimeoutIsAnSqlError) {
  const auto database = open_with_history({"a"});
  ASSERT_TRUE(database);
  ASSERT_DONE(database->query("CREATE TABLE " + database->qualified("endless") + " (n integer)"));
  UnitSettings settings;
  settings.statement_timeout = 150ms;
  ASSERT_DONE(database->begin_unit(settings));
  const auto done = database->run(statement(fixture_->endless_statement(), 9));
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().code, ErrorCode::SqlError);
  EXPECT_THAT(done.error().message, HasSubstr("statement_timeout"));
  EXPECT_EQ(done.error().line, 9);
  database->rollback_unit();
}

TEST_P(DatabaseContract, ReadOnlyQueryRefusesWrites) {
  const auto database = open_with_history({"a"});
  ASSERT_TRUE(database);
  ASSERT_DONE(database->query("CREATE TABLE t (x integer)"));
  ASSERT_DONE(database->begin_unit({}));
  const auto rows = database->query_read_only(statement("SELECT count(*) = 0 FROM t"));
  ASSERT_TRUE(rows) << rows.error().message;
  ASSERT_EQ(rows->rows.size(), 1U);
  EXPECT_EQ(rows->rows.front().front(), "1");
  for (const char *writing : {"INSERT INTO t VALUES (1)", "DELETE FROM t", "CREATE TABLE u (x integer)", "COMMIT"}) {
    const auto refused = database->query_read_only(statement(writing));
    ASSERT_FALSE(refused) << writing;
    EXPECT_EQ(refused.error().code, ErrorCode::SqlError) << writing;
  }
  database->rollback_unit();
  EXPECT_EQ(cell(*database, "SELECT count(*) FROM t"), "0");
}

TEST_P(DatabaseContract, SettingsDoNotLeakIntoTheNextUnit) {
  const auto database = open_with_history({"a"});
  ASSERT_TRUE(database);
  ASSERT_DONE(database->begin_unit({}));
  for (const std::string &leaking : fixture_->leaking_statements()) ASSERT_DONE(database->run(statement(leaking)));
  ASSERT_DONE(database->finish_unit("UPDATE " + database->qualified("migrator_version") + " SET version_num = 'b'"));
  ASSERT_DONE(database->begin_unit({}));
  for (const std::string &query : fixture_->clean_queries()) EXPECT_EQ(cell(*database, query), "1") << query;
  database->rollback_unit();
}

TEST_P(DatabaseContract, SettingsDoNotLeakFromABareStretch) {
  const auto database = open_with_history({"a"});
  ASSERT_TRUE(database);
  ASSERT_DONE(database->begin_bare({}));
  for (const std::string &leaking : fixture_->leaking_statements()) ASSERT_DONE(database->run(statement(leaking)));
  database->end_bare();
  ASSERT_DONE(database->begin_unit({}));
  for (const std::string &query : fixture_->clean_queries()) EXPECT_EQ(cell(*database, query), "1") << query;
  database->rollback_unit();
}

TEST_P(DatabaseContract, BatchKeysAreJudged) {
  const auto database = open();
  ASSERT_TRUE(database);
  for (const BatchCase &row : fixture_->batch_cases()) {
    SCOPED_TRACE(row.name);
    ASSERT_DONE(database->query(row.create));
    const auto key = database->batch_key("walk", "k");
    if (row.type) {
      ASSERT_TRUE(key) << key.error().message;
      EXPECT_EQ(key->type, *row.type);
      EXPECT_FALSE(key->sql_type.empty());
    } else {
      ASSERT_FALSE(key);
      EXPECT_EQ(key.error().code, ErrorCode::SqlError) << key.error().message;
    }
    ASSERT_DONE(database->query("DROP TABLE walk"));
  }
  const auto none = database->batch_key("not_there", "k");
  ASSERT_FALSE(none);
  EXPECT_EQ(none.error().code, ErrorCode::SqlError);
}

TEST_P(DatabaseContract, SplitsStatements) {
  for (const SplitCase &row : fixture_->split_cases()) {
    SCOPED_TRACE(row.name);
    const auto statements = fixture_->driver().sql().split({row.sql, 1}, "file.sql");
    ASSERT_TRUE(statements) << statements.error().message;
    std::vector<std::string> texts;
    std::vector<int> lines;
    for (const Statement &found : *statements) {
      texts.push_back(found.text);
      lines.push_back(found.line);
    }
    EXPECT_EQ(texts, row.statements);
    EXPECT_EQ(lines, row.lines);
  }
}

TEST_P(DatabaseContract, StatementsThatNeverEndAreRefused) {
  for (const UnendingCase &row : fixture_->unending_cases()) {
    SCOPED_TRACE(row.sql);
    const auto statements = fixture_->driver().sql().split({row.sql, 1}, "file.sql");
    ASSERT_FALSE(statements);
    EXPECT_EQ(statements.error().code, ErrorCode::InvalidRevisionFile);
    EXPECT_EQ(statements.error().file, "file.sql");
    EXPECT_EQ(statements.error().line, row.line);
  }
}

TEST_P(DatabaseContract, StatementsAreClassified) {
  for (const RuleCase &row : fixture_->rule_cases()) {
    SCOPED_TRACE(row.sql);
    const auto statements = fixture_->driver().sql().split({row.sql, 1}, "file.sql");
    ASSERT_TRUE(statements) << statements.error().message;
    ASSERT_EQ(statements->size(), 1U);
    EXPECT_EQ(statements->front().rule, row.rule);
    EXPECT_FALSE(statements->front().keyword.empty());
  }
}

} // namespace migrator::database::contract
