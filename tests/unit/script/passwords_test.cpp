#include "migrator/script/passwords.h"

#include <gtest/gtest.h>

namespace migrator::script {
namespace {

TEST(Passwords, AreTakenOut) {
  EXPECT_EQ(without_passwords("syntax error at or near \"hunter2\"", "CREATE ROLE x PASSWORD hunter2"),
            "syntax error at or near \"***\"");
  EXPECT_EQ(without_passwords("syntax error at or near \"'hunter2'\"", "ALTER ROLE x PASSWORD 'hunter2' x"),
            "syntax error at or near \"'***'\"");
  EXPECT_EQ(without_passwords("bad hunter2", "CREATE ROLE x ENCRYPTED PASSWORD $p$hunter2$p$"), "bad ***");
  EXPECT_EQ(without_passwords("bad hunter2", "CREATE ROLE x PASSWORD E'hunter2'"), "bad ***");
  EXPECT_EQ(without_passwords("role said PASSWORD 'hunter2'", ""), "role said PASSWORD '***'");
  EXPECT_EQ(without_passwords("could not connect: password=hunter2 host=x", ""), "could not connect: password=*** host=x");
  EXPECT_EQ(without_passwords("option hunter2", "CREATE USER MAPPING FOR x SERVER s OPTIONS (password 'hunter2')"), "option ***");
  EXPECT_EQ(without_passwords("type \"text\" is odd", "CREATE TABLE t (password text)"), "type \"text\" is odd");
}

TEST(Passwords, AreTakenOutOfTheStatementThatHoldsThem) {
  const std::string sql = "CREATE ROLE app LOGIN PASSWORD 'hunter2'";
  EXPECT_EQ(without_passwords(sql, sql), "CREATE ROLE app LOGIN PASSWORD '***'");
}

} // namespace
} // namespace migrator::script
