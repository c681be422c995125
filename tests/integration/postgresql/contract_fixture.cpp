// PostgreSQL under the contract: a database of its own on the program's server for each test.
#include "tests/integration/contract/fixture.h"
#include "tests/integration/postgresql/postgres_test.h"

namespace migrator::database::contract {
namespace {

class PostgresqlFixture final : public DatabaseFixture {
public:
  explicit PostgresqlFixture(bool socket) : socket_(socket), name_(postgresql::server().create_database()) {}

  const Driver &driver() const override { return postgresql::postgresql_driver(); }
  DatabaseUrl url() const override {
    return postgresql::url_of(socket_ ? postgresql::server().socket_url(name_) : postgresql::server().url(name_));
  }
  DatabaseUrl missing_url() const override { return postgresql::url_of(postgresql::server().url("none")); }
  std::string parameter(int number) const override { return "$" + std::to_string(number); }
  std::string endless_statement() const override { return "INSERT INTO endless SELECT 1 FROM pg_sleep(600)"; }

  std::vector<std::string> leaking_statements() const override {
    return {"SET search_path = ''",
            "SET lock_timeout = '7min'",
            "SET statement_timeout = '7min'",
            "SET work_mem = '7MB'",
            "SET standard_conforming_strings = off",
            "SELECT pg_catalog.set_config('DateStyle', 'German', false)",
            "CREATE TEMP TABLE migrator_version (version_num text)",
            "CREATE ROLE leak_" + name_,
            "SET ROLE leak_" + name_};
  }
  std::vector<std::string> clean_queries() const override {
    return {"SELECT current_setting('search_path') = '\"$user\", public'",
            "SELECT current_setting('lock_timeout') <> '7min'",
            "SELECT current_setting('statement_timeout') <> '7min'",
            "SELECT current_setting('work_mem') <> '7MB'",
            "SELECT current_setting('standard_conforming_strings') = 'on'",
            "SELECT current_setting('DateStyle') NOT LIKE 'German%'",
            "SELECT count(*) = 0 FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname LIKE 'pg_temp%'",
            "SELECT current_user = 'postgres'"};
  }

  std::vector<SplitCase> split_cases() const override {
    return {{"two", "SELECT 1;\nSELECT 2", {"SELECT 1", "SELECT 2"}, {1, 2}},
            {"dollar", "DO $$ BEGIN NULL; END $$;SELECT 2", {"DO $$ BEGIN NULL; END $$", "SELECT 2"}, {1, 1}},
            {"nothing", " ;; -- only a comment\n/* and ; one */ ;", {}, {}},
            {"restrict", "\\restrict abc\nSELECT 1;\n\\unrestrict abc\n", {"SELECT 1"}, {2}}};
  }
  std::vector<UnendingCase> unending_cases() const override {
    return {{"SELECT 1;\nSELECT 'open;\n", 2},
            {"SELECT \"open", 1},
            {"SELECT 1; /* open", 1},
            {"\nDO $$ open", 2},
            {"\\copy t from x", 1}};
  }
  std::vector<RuleCase> rule_cases() const override {
    using enum TransactionRule;
    return {
        {"BEGIN", Refused}, {"VACUUM", NeverInside}, {"CREATE INDEX CONCURRENTLY i ON t (a)", NeverInside}, {"SELECT 1", Any}};
  }
  std::vector<BatchCase> batch_cases() const override {
    using enum BatchKey::Type;
    return {
        {"primary_key", "CREATE TABLE walk (k serial PRIMARY KEY, x text)", Integer},
        {"bigint", "CREATE TABLE walk (k bigint NOT NULL UNIQUE)", Integer},
        {"smallint", "CREATE TABLE walk (k smallint NOT NULL UNIQUE)", Integer},
        {"uuid", "CREATE TABLE walk (k uuid PRIMARY KEY)", Uuid},
        {"text_c", "CREATE TABLE walk (k text COLLATE \"C\" PRIMARY KEY)", Text},
        {"varchar_posix", "CREATE TABLE walk (k varchar(9) COLLATE \"POSIX\" PRIMARY KEY)", Text},
        {"text_default", "CREATE TABLE walk (k text PRIMARY KEY)", std::nullopt},
        {"index_of_another_collation",
         "CREATE TABLE walk (k text COLLATE \"C\" NOT NULL); CREATE UNIQUE INDEX w ON walk (k COLLATE \"POSIX\")", std::nullopt},
        {"nullable", "CREATE TABLE walk (k bigint UNIQUE)", std::nullopt},
        {"plain_index", "CREATE TABLE walk (k bigint NOT NULL); CREATE INDEX w ON walk (k)", std::nullopt},
        {"partial_index", "CREATE TABLE walk (k bigint NOT NULL); CREATE UNIQUE INDEX w ON walk (k) WHERE k > 0", std::nullopt},
        {"expression_index", "CREATE TABLE walk (k bigint NOT NULL); CREATE UNIQUE INDEX w ON walk ((k + 1))", std::nullopt},
        {"half_a_key", "CREATE TABLE walk (k int NOT NULL, l int NOT NULL, PRIMARY KEY (k, l))", std::nullopt},
        {"including", "CREATE TABLE walk (k int NOT NULL, l int); CREATE UNIQUE INDEX w ON walk (k) INCLUDE (l)", Integer},
        {"deferrable", "CREATE TABLE walk (k int NOT NULL UNIQUE DEFERRABLE)", std::nullopt},
        {"numeric", "CREATE TABLE walk (k numeric PRIMARY KEY)", std::nullopt},
        {"no_column", "CREATE TABLE walk (x int PRIMARY KEY)", std::nullopt},
        {"partitioned", "CREATE TABLE walk (k int PRIMARY KEY) PARTITION BY RANGE (k)", Integer},
    };
  }

private:
  bool socket_;
  std::string name_;
};

INSTANTIATE_TEST_SUITE_P(Databases, DatabaseContract,
                         testing::Values(Kind{"PostgresqlLoopback", [] { return std::make_unique<PostgresqlFixture>(false); }},
                                         Kind{"PostgresqlSocket", [] { return std::make_unique<PostgresqlFixture>(true); }}),
                         [](const auto &kind) { return kind.param.name; });

} // namespace
} // namespace migrator::database::contract
