#include "migrator/plan/replay.h"

#include <gtest/gtest.h>

namespace migrator::plan {
namespace {

TEST(Replay, RefusesWhatReachesBeyondTheDatabase) {
  for (const char *sql : {"CREATE ROLE a",
                          "alter user a",
                          "DROP GROUP a",
                          "CREATE DATABASE d",
                          "DROP TABLESPACE t",
                          "ALTER SUBSCRIPTION s",
                          "ALTER SYSTEM SET x = 1",
                          "GRANT a TO b",
                          "REVOKE a FROM b",
                          "GRANT CONNECT ON DATABASE d TO a",
                          "COMMENT ON ROLE a IS 'x'",
                          "DROP OWNED BY a",
                          "REASSIGN OWNED BY a TO b",
                          "COPY t FROM PROGRAM 'x'",
                          "COPY t TO '/tmp/x'",
                          "SELECT * FROM dblink('x', 'y')",
                          "SELECT dblink_exec('x')",
                          "DO $$ BEGIN CREATE ROLE a; END $$",
                          "DO $x$ BEGIN EXECUTE 'CREATE ROLE a'; END $x$",
                          "/* c */ CREATE /* d */ ROLE a"})
    EXPECT_TRUE(beyond_the_database(sql, Dialect::Postgresql)) << sql;
  EXPECT_TRUE(beyond_the_database("ATTACH 'x' AS y", Dialect::Sqlite));
  EXPECT_TRUE(beyond_the_database("VACUUM main INTO 'x'", Dialect::Sqlite));
}

TEST(Replay, LetsTheRestRun) {
  for (const char *sql :
       {"CREATE TABLE role (database text)", "GRANT SELECT ON t TO a", "GRANT USAGE ON SCHEMA s TO a",
        "CREATE USER MAPPING FOR a SERVER s", "COPY t FROM stdin", "COMMENT ON TABLE t IS 'CREATE ROLE a'",
        "CREATE FUNCTION f() RETURNS void LANGUAGE sql AS 'SELECT dblink_exec(1)'", "DO $$ BEGIN CREATE TABLE t (id int); END $$",
        "ALTER TABLE t OWNER TO a", "ALTER DEFAULT PRIVILEGES GRANT SELECT ON TABLES TO a", ""})
    EXPECT_FALSE(beyond_the_database(sql, Dialect::Postgresql)) << sql;
  EXPECT_FALSE(beyond_the_database("VACUUM", Dialect::Sqlite));
}

} // namespace
} // namespace migrator::plan
