// From a complaint of the server's to what a person reads.
#include "migrator/database/postgresql/server_error.h"

#include <gtest/gtest.h>

namespace migrator::database::postgresql {
namespace {

Statement statement(const std::string &sql) {
  Statement made;
  made.text = sql;
  made.line = 10;
  return made;
}

struct Case {
  std::string name;
  Complaint complaint;
  ErrorCode code;
  std::string message;
  int line;
};

std::ostream &operator<<(std::ostream &out, const Case &one) {
  return out << one.name;
}

class StatementErrors : public testing::TestWithParam<Case> {};

TEST_P(StatementErrors, HaveCodeAdviceAndLine) {
  const auto error = statement_error(GetParam().complaint, statement("SELECT 'é',\n  b,\n  c"));
  EXPECT_EQ(error.code, GetParam().code);
  EXPECT_EQ(error.message, GetParam().message);
  EXPECT_EQ(error.line, GetParam().line);
  EXPECT_EQ(error.sqlstate, GetParam().complaint.sqlstate);
}

INSTANTIATE_TEST_SUITE_P(
    Complaints, StatementErrors,
    testing::Values(
        Case{"Plain", {"42703", "column \"c\" does not exist", 20}, ErrorCode::SqlError, "column \"c\" does not exist", 12},
        Case{"CountsCharacters",
             {"42703", "column \"b\" does not exist", 15},
             ErrorCode::SqlError,
             "column \"b\" does not exist",
             11},
        Case{"NoPosition", {"23505", "duplicate key", 0}, ErrorCode::SqlError, "duplicate key", 10},
        Case{"LockTimeout",
             {"55P03", "canceling statement due to lock timeout", 0},
             ErrorCode::LockTimeout,
             "canceling statement due to lock timeout: another session holds a lock that this needs; run the command again when "
             "it is done, or "
             "raise lock_timeout",
             10},
        Case{"StatementTimeout",
             {"57014", "canceling statement due to statement timeout", 0},
             ErrorCode::SqlError,
             "canceling statement due to statement timeout: raise statement_timeout if it was that, else look who cancelled it",
             10},
        Case{"Interrupted",
             {"57014", "canceling statement due to user request", 0, false, true},
             ErrorCode::Terminated,
             "the statement was stopped on request: run the same command again to go on",
             10},
        Case{"Lost",
             {"57P01", "terminating connection due to administrator command", 0, true},
             ErrorCode::ConnectionLost,
             "the connection to PostgreSQL was lost (terminating connection due to administrator command): what was not "
             "committed is rolled "
             "back; check the server, then run the same command again",
             10},
        Case{"InATransaction",
             {"25001", "REINDEX cannot run inside a transaction block", 0},
             ErrorCode::SqlError,
             "REINDEX cannot run inside a transaction block: put it into a section of its own, `-- migrate:up transaction:false`",
             10},
        Case{"NoRight",
             {"42501", "permission denied for table t", 0},
             ErrorCode::SqlError,
             "permission denied for table t: grant the role that runs the migration what it needs, or run it as the owner",
             10}),
    [](const auto &one) { return one.param.name; });

TEST(StatementErrors, OneTransactionWithTooManyLocksSaysHowToEndItInBetween) {
  Statement statement;
  statement.text = "CREATE TABLE t5000 (id int)";
  EXPECT_EQ(
      statement_error({"53200", "out of shared memory", 0}, statement).message,
      "out of shared memory: one transaction locks more than the server has room for; end it in between with an empty section "
      "`-- migrate:up transaction:false`, put the rest into a revision of its own, or give the server a larger "
      "max_locks_per_transaction");
  EXPECT_EQ(statement_error({"53200", "out of memory", 0}, statement).message, "out of memory");
}

TEST(OwnErrors, HaveTheirCodes) {
  EXPECT_EQ(own_error({"42501", "permission denied for table t", 0}, "reading").code, ErrorCode::NoPermission);
  EXPECT_EQ(own_error({"25006", "cannot execute INSERT in a read-only transaction", 0}, "writing").code, ErrorCode::NotWritable);
  EXPECT_EQ(own_error({"42P01", "relation \"x\" does not exist", 0}, "reading").message,
            "reading failed: relation \"x\" does not exist");
}

} // namespace
} // namespace migrator::database::postgresql
