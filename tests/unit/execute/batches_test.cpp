// Data sections over a table of integers that exists only here: every key is covered once, whatever the keys, and a stopped section
// goes on after its last committed key.
#include "migrator/execute/batches.h"

#include <cstdio>
#include <set>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "migrator/script/checksum.h"
#include "tests/unit/execute/runs.h"

namespace migrator::execute {
namespace {

const std::string kUpdate = "UPDATE t SET a = 1 WHERE k > :from AND k <= :to";

database::Rows one_cell(const std::optional<std::string> &cell) {
  return database::Rows{{"k"}, {{cell}}, 0};
}

// Answers the questions of a data section from these keys.
database::Rows from_keys(const std::set<std::int64_t> &keys, const std::string &sql) {
  long long from = 0;
  long long to = 0;
  long long offset = 0;
  if (sql == "SELECT 1 FROM t LIMIT 0") return {};
  if (std::sscanf(sql.c_str(), "SELECT k FROM t WHERE k > %lld AND k <= %lld ORDER BY k LIMIT 1 OFFSET %lld", &from, &to,
                  &offset) == 3) {
    auto at = keys.upper_bound(from);
    for (; offset > 0 && at != keys.end(); --offset) ++at;
    return at == keys.end() || *at > to ? database::Rows{{"k"}, {}, 0} : one_cell(std::to_string(*at));
  }
  if (keys.empty()) return database::Rows{{"k"}, {}, 0};
  if (sql == "SELECT k FROM t ORDER BY k LIMIT 1") return one_cell(std::to_string(*keys.begin()));
  if (sql == "SELECT k FROM t ORDER BY k DESC LIMIT 1") return one_cell(std::to_string(*keys.rbegin()));
  ADD_FAILURE() << "not a question of a data section: " << sql;
  return {};
}

class BatchesTest : public RunTest {
public:
  void TestBody() override {} // for the properties, which make one by hand

  void prepare(std::set<std::int64_t> keys, std::int64_t batch) {
    files = {revision("a", "none",
                      fmt::format("-- migrate:up\n-- migrate:data name:fill table:t key:k batch:{}\n{};\n", batch, kUpdate))};
    database.answers = [keys = std::move(keys)](const std::string &sql) { return from_keys(keys, sql); };
  }

  // What an earlier run committed.
  void stopped_after(const std::optional<std::string> &last_key, const std::optional<std::string> &upper_key, std::int64_t rows) {
    ledger::Entry row;
    row.revision = "a";
    row.outcome = ledger::Outcome::Partial;
    row.progress.begun_checksum = script::statement_checksum(kUpdate, database.dialect());
    row.progress.begun_keyword = "UPDATE";
    row.progress.batch_name = "fill";
    row.progress.last_key = last_key;
    row.progress.upper_key = upper_key;
    row.progress.rows = rows;
    state.partial = row;
    state.latest["a"] = row;
  }

  // The (from, to] of each batch that ran.
  std::vector<std::pair<std::int64_t, std::int64_t>> ranges() const {
    std::vector<std::pair<std::int64_t, std::int64_t>> out;
    for (const auto &bound : database.parameters)
      out.emplace_back(std::get<std::int64_t>(bound.at(0)), std::get<std::int64_t>(bound.at(1)));
    return out;
  }

  using RunTest::database;
  using RunTest::observer;
  using RunTest::report;
  using RunTest::stop;
  using RunTest::upgrade;
};

using Ranges = std::vector<std::pair<std::int64_t, std::int64_t>>;

TEST_F(BatchesTest, CoverTheTable) {
  prepare({-5, 1, 2, 3, 70, 71, 72}, 3);
  ASSERT_TRUE(upgrade());
  EXPECT_EQ(ranges(), (Ranges{{-6, 2}, {2, 71}, {71, 72}}));
  EXPECT_EQ(observer.heard,
            (Texts{"started a 0/1", "batch fill 1/100", "batch fill 2/100", "batch fill 3/100", "finished a 0/1"}));
  EXPECT_EQ(report.heads_after, Texts{"a"});
}

TEST_F(BatchesTest, BindTheirEnds) {
  prepare({1}, 1000);
  ASSERT_TRUE(upgrade());
  EXPECT_EQ(std::count(database.calls.begin(), database.calls.end(), "run UPDATE t SET a = 1 WHERE k > ?1 AND k <= ?2"), 1);
}

TEST_F(BatchesTest, OfAnEmptyTableRunNothing) {
  prepare({}, 10);
  ASSERT_TRUE(upgrade());
  EXPECT_TRUE(ranges().empty());
  EXPECT_EQ(report.heads_after, Texts{"a"});
}

TEST_F(BatchesTest, JournalTheirLastKey) {
  prepare({1, 2, 3}, 2);
  ASSERT_TRUE(upgrade());
  ASSERT_EQ(database.bookkeeping.size(), 2U);
  EXPECT_NE(database.bookkeeping[0].find(R"("last_key":"2","name":"fill","rows":1,"upper_key":"3")"), std::string::npos)
      << database.bookkeeping[0];
  EXPECT_NE(database.bookkeeping[1].find("'done'"), std::string::npos) << database.bookkeeping[1];
}

TEST_F(BatchesTest, GoOnAfterTheLastKey) {
  prepare({1, 2, 3, 4, 5, 6, 7}, 2);
  stopped_after("3", "6", 30);
  ASSERT_TRUE(upgrade());
  EXPECT_EQ(ranges(), (Ranges{{3, 5}, {5, 6}})) << "the upper end was fixed when the section began";
  EXPECT_EQ(observer.heard[1], "batch fill 31/100");
  EXPECT_EQ(observer.heard[2], "batch fill 32/100");
}

TEST_F(BatchesTest, WithAllKeysDoneOnlyTheEndIsLeft) {
  prepare({1, 2, 3}, 2);
  stopped_after("3", "3", 3);
  ASSERT_TRUE(upgrade());
  EXPECT_TRUE(ranges().empty());
  EXPECT_EQ(report.heads_after, Texts{"a"});
}

TEST_F(BatchesTest, AStopKeepsWhatWasCommitted) {
  prepare({1, 2, 3, 4, 5}, 2);
  observer.on_batch = [&] { stop.request(ErrorCode::Terminated); };
  const Status done = upgrade();
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().code, ErrorCode::Terminated);
  EXPECT_EQ(ranges(), (Ranges{{0, 2}}));
  EXPECT_TRUE(report.heads_after.empty());
}

TEST_F(BatchesTest, ALockIsTriedAgainFromTheSameKey) {
  prepare({1, 2, 3}, 2);
  options.lock_wait = milliseconds(60'000);
  database.fail_once("run UPDATE t SET a = 1 WHERE k > ?1 AND k <= ?2", ErrorCode::LockTimeout, "locked");
  ASSERT_TRUE(upgrade());
  EXPECT_EQ(ranges(), (Ranges{{0, 2}, {0, 2}, {2, 3}}));
  EXPECT_EQ(observer.heard.back(), "finished a 0/1");
}

TEST_F(BatchesTest, AFirstBatchThatFailsLeavesNothing) {
  prepare({1, 2, 3}, 2);
  database.fail_once("run UPDATE t SET a = 1 WHERE k > ?1 AND k <= ?2", ErrorCode::SqlError, "no");
  EXPECT_STOPPED(upgrade(), ErrorCode::SqlError, "no");
  EXPECT_EQ(database.calls.back(), "finish: failed");
}

TEST_F(BatchesTest, ALaterBatchThatFailsIsStoppedHalfway) {
  prepare({1, 2, 3}, 2);
  observer.on_batch = [&] { database.fail_once("run UPDATE t SET a = 1 WHERE k > ?1 AND k <= ?2", ErrorCode::SqlError, "no"); };
  EXPECT_STOPPED(
      upgrade(), ErrorCode::StoppedHalfway,
      "no; revision a is partial: 0 of its 1 statements are done and will not run again; mend what failed and run the same "
      "command again, or finish by hand and run: migrator stamp REVISION");
}

TEST_F(BatchesTest, AKeyThatCannotBeWalkedIsRefusedBeforeTheStep) {
  prepare({1}, 2);
  Error refused;
  refused.code = ErrorCode::SqlError;
  refused.message = "k is not unique";
  database.key = tl::unexpected<Error>(refused);
  EXPECT_STOPPED(upgrade(), ErrorCode::SqlError, "m/a.sql:5: k is not unique");
  for (const std::string &call : database.calls) EXPECT_NE(call.substr(0, 3), "run");
}

TEST_F(BatchesTest, TheSmallestIntegerIsRefused) {
  prepare({std::numeric_limits<std::int64_t>::min(), 1}, 2);
  EXPECT_STOPPED(
      upgrade(), ErrorCode::SqlError,
      "m/a.sql:5: the data section fill cannot walk t.k: a row has the smallest integer as its key, which no half-open "
      "range covers; give that row another key, or write the change without batches");
  EXPECT_TRUE(ranges().empty());
}

TEST_F(BatchesTest, ATableThatTheStepMakesIsLookedAtWhenItsTurnComes) {
  prepare({1}, 2);
  database.fail_once("query SELECT 1 FROM t LIMIT 0", ErrorCode::SqlError, "no such table: t");
  ASSERT_TRUE(upgrade());
  EXPECT_EQ(ranges(), (Ranges{{0, 1}}));
}

struct TextKey {
  std::string name;
  database::BatchKey::Type type;
  std::string sql_type;
  std::string lowest;
  std::string refused; // empty: it can be walked
};

class TextKeyTest : public RunTest, public testing::WithParamInterface<TextKey> {
protected:
  TextKeyTest() : RunTest(Dialect::Postgresql) {}
};

TEST_P(TextKeyTest, StartsBelowTheLowest) {
  files = {revision("a", "none", "-- migrate:up\n-- migrate:data name:fill table:t key:k\n" + kUpdate + ";\n")};
  database.key = database::BatchKey{GetParam().type, GetParam().sql_type, 0};
  database.answers = [&](const std::string &sql) {
    return sql.find("WHERE") == std::string::npos ? one_cell(GetParam().lowest) : database::Rows{{"k"}, {}, 0};
  };
  const Status done = upgrade();
  if (!GetParam().refused.empty()) {
    ASSERT_FALSE(done);
    EXPECT_NE(done.error().message.find(" has " + GetParam().refused + " as its key"), std::string::npos) << done.error().message;
    return;
  }
  ASSERT_TRUE(done) << done.error().text();
  ASSERT_EQ(database.parameters.size(), 1U);
  EXPECT_EQ(std::get<std::string>(database.parameters[0][0]),
            GetParam().type == database::BatchKey::Type::Uuid ? "00000000-0000-0000-0000-000000000000" : "");
  EXPECT_EQ(std::get<std::string>(database.parameters[0][1]), GetParam().lowest);
  const std::string cast = "::" + GetParam().sql_type;
  EXPECT_EQ(std::count(database.calls.begin(), database.calls.end(),
                       "run UPDATE t SET a = 1 WHERE k > $1" + cast + " AND k <= $2" + cast),
            1);
}

// The journal is JSON: such a key would come back as another one (bytes replaced), and the batches after a kill go on elsewhere.
TEST_F(BatchesTest, WhatJsonCannotKeepIsRefused) {
  prepare({}, 2);
  for (const std::string &bad : {std::string("b\xff"), std::string("a\0b", 3)}) {
    database.key = database::BatchKey{database::BatchKey::Type::Text, "text", 0};
    database.answers = [&](const std::string &sql) {
      return sql.find("WHERE") == std::string::npos ? one_cell(bad) : database::Rows{{"k"}, {}, 0};
    };
    EXPECT_STOPPED(
        upgrade(), ErrorCode::SqlError,
        "m/a.sql:5: the data section fill cannot walk t.k: the key of a row is not valid UTF-8 text, or contains a NUL "
        "character, so the journal could not keep it as it is; give that row another key first");
  }
}

INSTANTIATE_TEST_SUITE_P(Execute, TextKeyTest,
                         testing::Values(TextKey{"uuid", database::BatchKey::Type::Uuid, "uuid",
                                                 "10000000-0000-0000-0000-000000000000", ""},
                                         TextKey{"nil_uuid", database::BatchKey::Type::Uuid, "uuid",
                                                 "00000000-0000-0000-0000-000000000000", "the nil uuid"},
                                         TextKey{"text", database::BatchKey::Type::Text, "text", "it's \\", ""},
                                         TextKey{"empty_text", database::BatchKey::Type::Text, "text", "", "an empty text"}),
                         [](const auto &param_info) { return param_info.param.name; });

RC_GTEST_PROP(Batches, CoverEveryKeyOnceInOrder, ()) {
  const auto keys = *rc::gen::container<std::set<std::int64_t>>(rc::gen::inRange<std::int64_t>(-60, 60));
  const auto batch = *rc::gen::inRange<std::int64_t>(1, 20);
  BatchesTest run;
  run.prepare(keys, batch);
  RC_ASSERT(run.upgrade().has_value());
  const Ranges ranges = run.ranges();
  RC_ASSERT(ranges.size() == (keys.size() + static_cast<std::size_t>(batch) - 1) / static_cast<std::size_t>(batch));
  if (keys.empty()) return;
  RC_ASSERT(ranges.front().first < *keys.begin());
  RC_ASSERT(ranges.back().second == *keys.rbegin());
  for (std::size_t at = 0; at < ranges.size(); ++at) {
    const auto [from, to] = ranges[at];
    RC_ASSERT(from < to);
    if (at > 0) RC_ASSERT(ranges[at - 1].second == from);
    const auto inside = std::distance(keys.upper_bound(from), keys.upper_bound(to));
    RC_ASSERT(inside >= 1 && inside <= batch);
  }
}

} // namespace
} // namespace migrator::execute
