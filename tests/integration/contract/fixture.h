// What a driver brings so that the contract of Database is tested over it: one empty database of its own, and the few pieces of SQL
// that differ. A driver's test program defines a fixture and instantiates DatabaseContract with it (see sqlite_fixture.cpp).
#pragma once

#include <functional>
#include <memory>
#include <ostream>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "migrator/database/database.h"

namespace migrator::database::contract {

struct SplitCase {
  std::string name;
  std::string sql;
  std::vector<std::string> statements; // expected texts
  std::vector<int> lines;              // expected lines; the text starts on line 1
};

// A text that split() refuses, on this line.
struct UnendingCase {
  std::string sql;
  int line = 0;
};

struct RuleCase {
  std::string sql;
  TransactionRule rule;
};

// `create` makes a table named walk; batch_key("walk", "k") then gives `type`, or SqlError if there is none.
struct BatchCase {
  std::string name;
  std::string create;
  std::optional<BatchKey::Type> type;
};

// One database, made empty by the constructor and removed by the destructor.
class DatabaseFixture {
public:
  virtual ~DatabaseFixture() = default;
  virtual const Driver &driver() const = 0;
  virtual DatabaseUrl url() const = 0;
  // A database that is not there: opening it without `create` is Unreachable.
  virtual DatabaseUrl missing_url() const = 0;
  // The nth parameter, 1-based: "?1", "$1".
  virtual std::string parameter(int number) const = 0;
  // One statement that would run for minutes and would fill the table endless(n integer).
  virtual std::string endless_statement() const = 0;
  // Statements that leave a setting and a temporary object behind, and queries that give one row of 1 if nothing was left.
  virtual std::vector<std::string> leaking_statements() const = 0;
  virtual std::vector<std::string> clean_queries() const = 0;
  virtual std::vector<SplitCase> split_cases() const = 0;
  virtual std::vector<UnendingCase> unending_cases() const = 0;
  virtual std::vector<RuleCase> rule_cases() const = 0;
  virtual std::vector<BatchCase> batch_cases() const = 0;
};

struct Kind {
  std::string name; // "Sqlite": stands in the tests' names
  std::function<std::unique_ptr<DatabaseFixture>()> make;
};

inline void PrintTo(const Kind &kind, std::ostream *out) {
  *out << kind.name;
}

// The suite. Its tests are in contract_test.cpp, an object library that a driver's program links.
class DatabaseContract : public testing::TestWithParam<Kind> {
protected:
  void SetUp() override { fixture_ = GetParam().make(); }

  // Opens the fixture's database as `who`.
  std::unique_ptr<Database> open(const std::string &who = "test@host") const;
  // The same, with a version table that holds `heads`.
  std::unique_ptr<Database> open_with_history(const std::vector<std::string> &heads) const;

  std::unique_ptr<DatabaseFixture> fixture_;
};

} // namespace migrator::database::contract
