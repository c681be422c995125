// The scripts of --sql, to the letter: tests/testdata/plan/NAME.DIALECT.sql.
#include "migrator/plan/offline.h"

#include <fstream>
#include <sstream>

#include <gtest/gtest.h>

#include "migrator/ledger/schema.h"
#include "tests/unit/plan/plans.h"

namespace migrator::plan {
namespace {

std::string golden(const std::string &name) {
  std::ifstream file(MIGRATOR_TESTDATA "/plan/" + name, std::ios::binary);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

// The preamble is DDL of the ledger's, tested there: what the history's tables are made with is left out here.
std::string without_history(std::string script, const ledger::Tables &tables, Dialect dialect) {
  const std::string ddl = ledger::create_history(tables, dialect);
  const std::size_t at = script.find(ddl);
  if (at == std::string::npos) return "the history's tables are not made\n" + script;
  return script.replace(at, ddl.size(), "-- (the history's tables)\n");
}

Result<std::string> script_of(const std::vector<script::Script> &files, Direction direction, Dialect dialect) {
  History history;
  history.files = files;
  Result<graph::RevisionMap> map = history.map();
  if (!map) return fail(map.error());
  const Scripts scripts = by_revision(history.files);
  Result<graph::Walk> walk = graph::offline_walk(*map, direction, direction == Direction::Up ? "base:heads" : "heads:base");
  if (!walk) return fail(walk.error());
  history.state.heads = walk->heads_before;
  Route route;
  route.heads = walk->heads_before;
  route.walk = std::move(*walk);
  Result<Plan> plan = build_plan(*map, scripts, {}, history.state, route, dialect, LineDialect());
  if (!plan) return fail(plan.error());
  const OfflineOptions options{"run-1", "anna", "laptop", "0.1.0", "2026-01-02T03:04:05.678Z"};
  const ledger::Tables tables = ledger::tables({}, dialect);
  Result<std::string> sql = offline_script(*plan, tables, dialect, options);
  if (!sql) return sql;
  return without_history(std::move(*sql), tables, dialect);
}

std::vector<script::Script> everything() {
  return {revision("a", "none",
                   "-- migrate:up lock_timeout:2s\nCREATE TABLE a;\n-- migrate:up statement_timeout:5s\ntwo;\n"
                   "-- migrate:down\nDROP TABLE a;\n"),
          revision("b", "a",
                   "-- migrate:assert SELECT 1\n-- migrate:up transaction:false lock_timeout:1s\nVACUUM;\nthree;\n"
                   "-- migrate:assert SELECT 2\n-- migrate:down transaction:false\nVACUUM;\nback;\n"),
          revision("c", "a",
                   "-- migrate:up\n-- migrate:data name:fill table:t key:K batch:10\n"
                   "UPDATE t SET a = 1 WHERE K > :from AND K <= :to;\n-- migrate:up dialect:sqlite foreign_keys:on\nfour;\n"
                   "-- migrate:up dialect:postgresql\nSELECT $$ $migrator$ $$;\n-- migrate:down\n"),
          revision("m", "b c", "-- migrate:up\n-- migrate:down\n", "a")};
}

struct Golden {
  std::string name;
  Direction direction;
  Dialect dialect;
};

class OfflineTest : public testing::TestWithParam<Golden> {};

TEST_P(OfflineTest, WritesTheScript) {
  const Result<std::string> sql = script_of(everything(), GetParam().direction, GetParam().dialect);
  ASSERT_TRUE(sql) << sql.error().text();
  EXPECT_EQ(*sql, golden(GetParam().name + ".sql"));
}

INSTANTIATE_TEST_SUITE_P(Plan, OfflineTest,
                         testing::Values(Golden{"up_sqlite", Direction::Up, Dialect::Sqlite},
                                         Golden{"down_sqlite", Direction::Down, Dialect::Sqlite},
                                         Golden{"up_postgresql", Direction::Up, Dialect::Postgresql},
                                         Golden{"down_postgresql", Direction::Down, Dialect::Postgresql}),
                         [](const auto &param_info) { return param_info.param.name; });

TEST(OfflineStamp, MovesTheRowsUnderAGuard) {
  const ledger::Tables tables = ledger::tables({}, Dialect::Sqlite);
  EXPECT_EQ(
      without_history(offline_stamp({"a", "b"}, {"b", "c"}, {}, tables, Dialect::Sqlite), tables, Dialect::Sqlite),
      ".bail on\n\nBEGIN;\n-- (the history's tables)\n"
      "INSERT INTO \"main\".\"migrator_version\" (version_num) SELECT NULL WHERE NOT ((SELECT count(*) FROM "
      "\"main\".\"migrator_version\") = 2 AND (SELECT count(*) FROM \"main\".\"migrator_version\" WHERE version_num IN ('a', "
      "'b')) = 2); -- fails unless at a, b\n"
      "UPDATE \"main\".\"migrator_version\" SET version_num = 'c' WHERE version_num = 'a';\nCOMMIT;\n");
}

TEST(OfflineScript, CommentsAtTheEndHideNothing) {
  const Result<std::string> sql =
      script_of({revision("a", "none", "-- migrate:assert SELECT 1 -- why\n-- migrate:up\ntwo -- what;\n")}, Direction::Up,
                Dialect::Sqlite);
  ASSERT_TRUE(sql) << sql.error().text();
  EXPECT_NE(sql->find("coalesce((SELECT 1 -- why\n), 0);"), std::string::npos) << *sql;
  EXPECT_NE(sql->find("two -- what\n;\n"), std::string::npos) << *sql;
}

TEST(OfflineScript, RefusesADataStatementWithoutItsParameters) {
  script::Script file =
      revision("a", "none", "-- migrate:up\n-- migrate:data name:n table:t key:k\nUPDATE t SET a = :from, b = :to;\n");
  std::get<script::SqlText>(file.sections.back().items.front()).text = "UPDATE t SET a = 1;\n";
  const Result<std::string> sql = script_of({file}, Direction::Up, Dialect::Sqlite);
  ASSERT_FALSE(sql);
  EXPECT_EQ(sql.error().code, ErrorCode::InvalidRevisionFile);
}

} // namespace
} // namespace migrator::plan
