// The law of autogenerate on a real server: what was rendered from A to B makes B of A, and the way back makes A of it again.
#include <chrono>
#include <iostream>

#include "tests/integration/postgresql/models_fixture.h"

namespace migrator::database::postgresql {
namespace {

constexpr const char *kShop = R"(
CREATE SCHEMA shop;
COMMENT ON SCHEMA shop IS 'what we sell';
CREATE TYPE shop.mood AS ENUM ('sad', 'ok');
CREATE DOMAIN shop.email AS text DEFAULT 'none@x' CONSTRAINT has_at CHECK (VALUE LIKE '%@%');
COMMENT ON CONSTRAINT has_at ON DOMAIN shop.email IS 'simple';
CREATE FUNCTION shop.twice(a integer) RETURNS integer LANGUAGE sql IMMUTABLE AS 'SELECT a * 2';
CREATE FUNCTION shop.touch() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$;
CREATE TABLE shop.customer (id serial PRIMARY KEY, name varchar(20) NOT NULL COLLATE "C", mail shop.email, m shop.mood DEFAULT 'ok'::shop.mood,
  doubled integer GENERATED ALWAYS AS (shop.twice(3)) STORED, CONSTRAINT named CHECK (name <> ''), UNIQUE (name) DEFERRABLE INITIALLY DEFERRED);
CREATE TABLE shop."Order" (id bigint GENERATED ALWAYS AS IDENTITY (INCREMENT BY 5) PRIMARY KEY, customer_id integer NOT NULL REFERENCES shop.customer (id) ON DELETE CASCADE,
  amount numeric(10,2) DEFAULT 0, "from" date, EXCLUDE USING gist (int4range(customer_id, customer_id, '[]') WITH &&));
ALTER TABLE shop.customer ADD COLUMN last_order bigint REFERENCES shop."Order" (id);
CREATE INDEX order_amount ON shop."Order" (amount DESC NULLS LAST) INCLUDE (customer_id) WHERE amount > 0;
COMMENT ON INDEX shop.order_amount IS 'for reports';
CREATE UNIQUE INDEX customer_lower ON shop.customer (lower(name));
CREATE VIEW shop.big AS SELECT id, amount FROM shop."Order" WHERE amount > 100;
CREATE VIEW shop.bigger AS SELECT * FROM shop.big WHERE amount > 1000;
COMMENT ON COLUMN shop.bigger.amount IS 'much';
CREATE MATERIALIZED VIEW shop.totals AS SELECT customer_id, sum(amount) AS total FROM shop."Order" GROUP BY customer_id;
CREATE UNIQUE INDEX totals_customer ON shop.totals (customer_id);
CREATE TRIGGER touched BEFORE UPDATE OF name ON shop.customer FOR EACH ROW EXECUTE FUNCTION shop.touch();
ALTER TABLE shop.customer DISABLE TRIGGER touched;
CREATE SEQUENCE shop.counter AS smallint INCREMENT BY 2 CYCLE;
)";

TEST(Models, ASchemaIsMadeOfNothingAndGoesAgain) {
  expect_the_law("SELECT 1", kShop);
}

TEST(Models, AnEmptyDifferenceRendersNothing) {
  Model a = scratch_model();
  a.load(kShop);
  const auto schema = a.read();
  const auto rendered = schema::renderer(Dialect::Postgresql).render(schema, schema, {});
  ASSERT_TRUE(rendered);
  EXPECT_TRUE(rendered->pieces.empty()) << listed(*rendered);
  EXPECT_EQ(listed(schema.unknown), "");
}

constexpr const char *kOtherShop = R"(
CREATE SCHEMA shop;
COMMENT ON SCHEMA shop IS 'what we sell now';
CREATE TYPE shop.mood AS ENUM ('ok', 'glad');
CREATE DOMAIN shop.email AS varchar(200) NOT NULL CONSTRAINT has_at CHECK (VALUE <> '');
CREATE FUNCTION shop.twice(b integer) RETURNS integer LANGUAGE sql IMMUTABLE AS 'SELECT b * 2';
CREATE FUNCTION shop.touch() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.name := 'x'; RETURN NEW; END $$;
CREATE TABLE shop.customer (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, name text NOT NULL, mail shop.email, m shop.mood DEFAULT 'glad'::shop.mood,
  doubled integer GENERATED ALWAYS AS (shop.twice(4)) STORED, moods shop.mood[] NOT NULL, CONSTRAINT named CHECK (name <> 'y'), UNIQUE (name, m) INCLUDE (mail));
CREATE TABLE shop."Order" (id bigserial PRIMARY KEY, customer_id bigint NOT NULL REFERENCES shop.customer (id),
  amount numeric(12,2) DEFAULT 1, "from" timestamp) WITH (fillfactor = 70);
ALTER TABLE shop."Order" ALTER COLUMN amount SET STATISTICS 500;
ALTER TABLE shop.customer ALTER COLUMN name SET STORAGE EXTERNAL;
CREATE INDEX order_amount ON shop."Order" (amount) WHERE amount > 5;
CREATE VIEW shop.big WITH (security_barrier = true) AS SELECT id, amount, "from" FROM shop."Order" WHERE amount > 100;
CREATE VIEW shop.bigger AS SELECT amount FROM shop.big WHERE amount > 1000 WITH LOCAL CHECK OPTION;
CREATE FUNCTION shop.changed() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END';
CREATE TRIGGER instead INSTEAD OF INSERT ON shop.bigger FOR EACH ROW EXECUTE FUNCTION shop.changed();
CREATE MATERIALIZED VIEW shop.totals AS SELECT customer_id, count(*) AS total FROM shop."Order" GROUP BY customer_id;
CREATE TRIGGER touched BEFORE UPDATE ON shop.customer FOR EACH ROW WHEN (NEW.name <> OLD.name) EXECUTE FUNCTION shop.touch();
CREATE SEQUENCE shop.counter AS integer MINVALUE 10 MAXVALUE 1000 CACHE 5;
)";

TEST(Models, EverythingChangesAtOnceAndBack) {
  expect_the_law(kShop, kOtherShop);
}

TEST(Models, RowsLiveThroughEveryChange) {
  expect_the_law(
      kShop, kOtherShop,
      "INSERT INTO shop.customer (name, mail, m) VALUES ('a', 'a@b', 'ok'), ('b', 'b@c', 'ok'); INSERT INTO shop.\"Order\" "
      "(customer_id, amount) VALUES (1, 5), (2, 2000)");
}

TEST(Models, AnEnumWhoseFunctionsViewsAndDomainsUseItIsMadeAnew) {
  const std::string rest =
      "CREATE DOMAIN d AS mood DEFAULT 'b'; CREATE FUNCTION f(m mood) RETURNS boolean LANGUAGE sql IMMUTABLE AS 'SELECT true';"
      "CREATE TABLE t (id int PRIMARY KEY, a mood DEFAULT 'b', c d, l mood[] DEFAULT '{b}', CHECK (a <> 'c'), CHECK (f(a)));"
      "CREATE INDEX i ON t (a) WHERE a = 'b'; CREATE VIEW v AS SELECT a, c FROM t WHERE a = 'b'; CREATE VIEW w AS SELECT * FROM "
      "v;"
      "GRANT SELECT ON w TO PUBLIC; COMMENT ON VIEW w IS 'kept'";
  expect_the_law("CREATE TYPE mood AS ENUM ('a', 'b', 'c'); " + rest, "CREATE TYPE mood AS ENUM ('c', 'b'); " + rest,
                 "INSERT INTO t VALUES (1, 'b', 'b', '{b,c}')");
}

TEST(Models, ForeignKeysInACircleAreMadeAndDropped) {
  expect_the_law("SELECT 1", "CREATE TABLE a (id int PRIMARY KEY, b int); CREATE TABLE b (id int PRIMARY KEY, a int REFERENCES "
                             "a, self int REFERENCES b);"
                             "ALTER TABLE a ADD FOREIGN KEY (b) REFERENCES b");
}

TEST(Models, AFunctionOfATablesRowsComesAfterTheTable) {
  expect_the_law(
      "SELECT 1",
      "CREATE TABLE t (id int PRIMARY KEY, x int); CREATE FUNCTION f(t) RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT $1.x';"
      "CREATE FUNCTION g() RETURNS bigint LANGUAGE sql BEGIN ATOMIC SELECT count(*) FROM t; END;"
      "CREATE VIEW v AS SELECT f(t) AS fx, g() AS gx FROM t; ALTER TABLE t ADD CONSTRAINT k CHECK (f(t) > 0)");
}

TEST(Models, ATableAndAViewChangeNames) {
  expect_the_law("CREATE TABLE a (id int); CREATE VIEW b AS SELECT id FROM a",
                 "CREATE TABLE b (id int); CREATE VIEW a AS SELECT id FROM b");
}

TEST(Models, SerialBecomesIdentityAndBackAndGoesOnBehindItsValues) {
  expect_the_law("CREATE TABLE t (id serial PRIMARY KEY)", "CREATE TABLE t (id int GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY)",
                 "INSERT INTO t DEFAULT VALUES; INSERT INTO t DEFAULT VALUES");
}

TEST(Models, TablesOfAForeignKeyBecomeUnloggedAndLogged) {
  const std::string b = "TABLE b (id serial PRIMARY KEY);",
                    a = "TABLE a (id int PRIMARY KEY, b int REFERENCES b, s int REFERENCES a)";
  expect_the_law("CREATE UNLOGGED " + b + "CREATE UNLOGGED " + a, "CREATE " + b + "CREATE " + a);
}

TEST(Models, HowAColumnIsStoredOutlivesItsType) {
  expect_the_law("CREATE TABLE t (id int PRIMARY KEY, a text, b numeric); ALTER TABLE t ALTER a SET STORAGE EXTERNAL, ALTER a "
                 "SET STATISTICS 7, "
                 "ALTER b SET STORAGE EXTERNAL, ALTER b SET STATISTICS 7",
                 "CREATE TABLE t (id int PRIMARY KEY, a varchar(9), b numeric); ALTER TABLE t ALTER a SET STORAGE EXTERNAL",
                 "INSERT INTO t VALUES (1, 'x', 2)");
}

TEST(Models, ALabelThatRowsStillHoldIsRefusedBeforeAnythingChanges) {
  const std::string rest =
      "CREATE DOMAIN d AS mood; CREATE TABLE t (id int PRIMARY KEY, a mood, c d, l mood[]); CREATE VIEW v AS SELECT a FROM t";
  for (const char *const row : {"(1, 'it''s', NULL, NULL)", "(1, NULL, 'it''s', NULL)", "(1, NULL, NULL, '{b,it''s}')"}) {
    Model a = scratch_model(), b = scratch_model();
    a.load("CREATE TYPE mood AS ENUM ('b', 'it''s'); " + rest);
    b.load("CREATE TYPE mood AS ENUM ('b'); " + rest);
    a.load(std::string("INSERT INTO t VALUES ") + row);
    const schema::Schema from = a.read();
    const auto up = schema::renderer(Dialect::Postgresql).render(from, b.read(), {});
    ASSERT_TRUE(up);
    try {
      a.run(*up);
      ADD_FAILURE() << listed(*up);
    } catch (const std::exception &refused) {
      EXPECT_EQ(std::string(refused.what()).rfind("does not hold: SELECT NOT EXISTS", 0), 0U) << refused.what();
    }
    EXPECT_EQ(a.read(), from);
    a.load("DELETE FROM t; INSERT INTO t VALUES (1, 'b', 'b', '{b}')");
    a.run(*up);
  }
}

TEST(Models, AnIdentityWithOptionsGoesOnBehindItsValues) {
  Model a = scratch_model(), b = scratch_model();
  a.load("CREATE TABLE t (id int PRIMARY KEY); INSERT INTO t VALUES (7), (104)");
  b.load("CREATE TABLE t (id int GENERATED BY DEFAULT AS IDENTITY (START WITH 100 CACHE 2) PRIMARY KEY)");
  a.run(*schema::renderer(Dialect::Postgresql).render(a.read(), b.read(), {}));
  EXPECT_EQ(a.database().query("INSERT INTO t DEFAULT VALUES RETURNING id")->rows.at(0).at(0), "105");
}

TEST(Models, ANewColumnOfAVolatileDefaultHasAValueOfItsOwnInEachRow) {
  const std::string made = "CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT 1';";
  expect_the_law(
      made + "CREATE TABLE t (id int PRIMARY KEY)",
      made + "CREATE TABLE t (id int PRIMARY KEY, a uuid NOT NULL DEFAULT gen_random_uuid() UNIQUE, b int DEFAULT f(), c serial)",
      "INSERT INTO t SELECT generate_series(1, 9)");
}

TEST(Models, UnusualNamesAreQuotedEverywhere) {
  const std::string names =
      R"(CREATE SCHEMA "My Schema"; CREATE TYPE "My Schema"."E.x" AS ENUM ('it''s', 'b\\c'); CREATE TABLE "My Schema"."T.x" ("a""b" serial PRIMARY KEY,
    "Order" "My Schema"."E.x" DEFAULT 'it''s', "user" text CHECK ("user" <> '(')); CREATE INDEX "I x" ON "My Schema"."T.x" ("user" DESC, lower("user"));
    CREATE VIEW "My Schema"."V" AS SELECT "a""b", "Order" AS "x y" FROM "My Schema"."T.x"; COMMENT ON COLUMN "My Schema"."V"."x y" IS 'it''s';
    CREATE FUNCTION "My Schema"."F"("A b" "My Schema"."E.x") RETURNS int LANGUAGE sql AS 'SELECT 1'; GRANT SELECT ("user") ON "My Schema"."T.x" TO PUBLIC)";
  expect_the_law("SELECT 1", names);
  expect_the_law(R"(CREATE SCHEMA "My Schema"; CREATE TABLE "My Schema"."T.x" ("a""b" bigint PRIMARY KEY))", names);
}

TEST(Models, RareFormsComeThrough) {
  const std::string table = "CREATE TABLE t (id int PRIMARY KEY, a text, b int, c int, r int4range);";
  expect_the_law(
      table + "CREATE DOMAIN d1 AS int; CREATE DOMAIN d2 AS d1 CHECK (VALUE > 0); CREATE TABLE u (x d2, y d1[]); "
              "CREATE FUNCTION f(int, b int DEFAULT 1) "
              "RETURNS int LANGUAGE sql AS 'SELECT 1'; CREATE MATERIALIZED VIEW m AS SELECT a FROM t; CREATE "
              "MATERIALIZED VIEW n AS SELECT a FROM m",
      table +
          "CREATE DOMAIN d1 AS bigint; CREATE DOMAIN d2 AS d1 CHECK (VALUE > 0); CREATE TABLE u (x d2, y d1[]);"
          "CREATE FUNCTION f(int, b int) RETURNS int LANGUAGE sql AS 'SELECT 1'; CREATE FUNCTION f(text) RETURNS "
          "SETOF t LANGUAGE sql AS 'SELECT * FROM t';"
          "CREATE PROCEDURE p(a int, INOUT b int) LANGUAGE plpgsql AS 'BEGIN b := a; END'; CREATE MATERIALIZED "
          "VIEW m AS SELECT a, b FROM t;"
          "CREATE MATERIALIZED VIEW n AS SELECT a FROM m; ALTER TABLE t ADD CONSTRAINT x EXCLUDE USING gist (r "
          "WITH &&) WHERE (b > 0) DEFERRABLE;"
          "ALTER TABLE t ADD CONSTRAINT k CHECK (b > c) NOT VALID; ALTER TABLE t ADD UNIQUE (b, c), ADD UNIQUE (c) DEFERRABLE; "
          "ALTER TABLE t ADD FOREIGN KEY (b, c) "
          "REFERENCES t (b, c) MATCH FULL ON UPDATE CASCADE NOT VALID; CREATE INDEX o ON t (a COLLATE \"C\" "
          "text_pattern_ops NULLS FIRST) INCLUDE (b);"
          "CREATE INDEX h ON t USING hash (a); CREATE INDEX g ON t USING gist (r); CREATE FUNCTION tf() RETURNS "
          "trigger LANGUAGE plpgsql AS 'BEGIN RETURN "
          "NULL; END'; CREATE CONSTRAINT TRIGGER ct AFTER INSERT ON t DEFERRABLE FOR EACH ROW EXECUTE FUNCTION "
          "tf(); CREATE TRIGGER st AFTER UPDATE ON "
          "t REFERENCING OLD TABLE AS o FOR EACH STATEMENT EXECUTE FUNCTION tf('a', 'b')");
}

TEST(Models, ATypeMayBecomeADomainOfTheSameName) {
  expect_the_law("CREATE TYPE s AS ENUM ('a', 'b'); CREATE TABLE t (id int PRIMARY KEY, c s)",
                 "CREATE DOMAIN s AS text CHECK (VALUE <> ''); CREATE TABLE t (id int PRIMARY KEY, c s)",
                 "INSERT INTO t VALUES (1, 'a')");
}

TEST(Models, GrantsOfViewsColumnsFunctionsAndSchemasCompareWhereOwned) {
  Model a = scratch_model(), b = scratch_model();
  const std::string common =
      "CREATE SCHEMA s; CREATE TABLE s.t (id int, x int); CREATE VIEW s.v AS SELECT id FROM s.t; CREATE FUNCTION s.f() "
      "RETURNS int LANGUAGE sql AS 'SELECT 1'; CREATE SEQUENCE s.q; CREATE TYPE s.e AS ENUM ('a');";
  a.load(common + "GRANT SELECT ON s.v TO PUBLIC; GRANT UPDATE (x) ON s.t TO pg_monitor");
  b.load(
      common +
      "REVOKE EXECUTE ON FUNCTION s.f() FROM PUBLIC; GRANT SELECT ON s.t TO pg_monitor WITH GRANT OPTION; GRANT USAGE ON SCHEMA "
      "s TO pg_monitor; ALTER TABLE s.t OWNER TO pg_monitor; REVOKE INSERT ON s.t FROM pg_monitor; GRANT SELECT (id) ON s.v TO "
      "pg_monitor; GRANT USAGE ON SEQUENCE s.q TO pg_monitor; REVOKE USAGE ON TYPE s.e FROM PUBLIC");
  const schema::RenderOptions owned{{true}};
  const auto from = a.read(), to = b.read();
  EXPECT_TRUE(schema::compare(from, to, {}).empty());
  const auto up = schema::renderer(Dialect::Postgresql).render(from, to, owned);
  const auto down = schema::renderer(Dialect::Postgresql).render(to, from, owned);
  ASSERT_TRUE(up && down);
  a.run(*up);
  EXPECT_EQ(listed(schema::describe(schema::compare(a.read(), to, owned.compare))), "") << listed(*up);
  a.run(*down);
  EXPECT_EQ(listed(schema::describe(schema::compare(a.read(), from, owned.compare))), "") << listed(*down);
}

TEST(Models, WhatTheModelHasNoKindForIsNamed) {
  Model a = scratch_model();
  a.load("CREATE SCHEMA shop; CREATE TABLE shop.customer (id int); CREATE POLICY p ON shop.customer; ALTER TABLE shop.customer "
         "ENABLE ROW LEVEL "
         "SECURITY; CREATE TABLE parts (a int) PARTITION BY LIST (a); CREATE TABLE part PARTITION OF parts FOR VALUES IN (1); "
         "CREATE TYPE pair "
         "AS (a int, b int); CREATE RULE r AS ON INSERT TO shop.customer DO NOTHING; CREATE AGGREGATE total (int) (SFUNC = "
         "int4pl, STYPE = "
         "int); CREATE TABLE child () INHERITS (shop.customer)");
  EXPECT_EQ(listed(a.read().unknown),
            "aggregate public.total\ncomposite type public.pair\ninheriting table public.child\npartition "
            "public.part\npartitioned table "
            "public.parts\npolicy p on shop.customer\nrow security of shop.customer\nrule r on shop.customer\n");
}

TEST(Models, OurOwnHistoryAndWhatExtensionsBringAreNotInIt) {
  Model a = scratch_model();
  const std::string before = listed(schema::describe(schema::compare({}, a.read(), {})));
  a.load("CREATE TABLE migrator_version (version_num varchar(32) PRIMARY KEY); CREATE TABLE migrator_version_meta (key text "
         "PRIMARY KEY, value text);"
         "CREATE TABLE migrator_version_journal (id bigserial PRIMARY KEY, revision text, direction text, outcome text, "
         "heads_after text, run_id text)");
  EXPECT_EQ(listed(schema::describe(schema::compare({}, a.read(), {}))), before);
}

TEST(Models, FiveHundredTablesAreReadQuickly) {
  Model a = scratch_model();
  std::string sql;
  for (int i = 0; i < 500; ++i)
    sql += "CREATE TABLE t" + std::to_string(i) + " (id serial PRIMARY KEY, a int UNIQUE, b text, c int REFERENCES t" +
           std::to_string(i / 2) + ", d date); CREATE INDEX ON t" + std::to_string(i) + " (b);";
  a.load(sql);
  const auto begin = std::chrono::steady_clock::now();
  const auto schema = a.read();
  const auto took = std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() - begin).count();
  std::cout << "500 tables read in " << took << " ms\n";
  EXPECT_GT(schema.objects.size(), 5000U);
  EXPECT_LT(took, 3000); // the figure itself is for the bench: test machines are busy
}

TEST(Scratch, IsGoneWhenClosedAndLikeItsTarget) {
  server().execute("postgres", "CREATE DATABASE latin TEMPLATE template0 ENCODING 'LATIN1' LC_COLLATE 'C' LC_CTYPE 'C'");
  Scratch place;
  place.same_server = url_of(server().url("postgres"));
  {
    const auto database = postgresql_driver().open_scratch(url_of(server().url("latin")), place, {});
    ASSERT_TRUE(database) << database.error().message;
    const auto encoding = (*database)->query("SHOW server_encoding");
    ASSERT_TRUE(encoding);
    EXPECT_EQ(encoding->rows.at(0).at(0), "LATIN1");
  }
  EXPECT_EQ(server().execute("postgres", "SELECT count(*) FROM pg_database WHERE datname LIKE 'migrator_scratch_%'"), "0");
}

TEST(Scratch, WithoutAPlaceOrTheRightSaysWhatToSet) {
  const auto target = url_of(server().url("postgres"));
  const auto nowhere = postgresql_driver().open_scratch(target, {}, {});
  ASSERT_FALSE(nowhere);
  EXPECT_EQ(nowhere.error().code, ErrorCode::InvalidConfiguration);
  EXPECT_NE(nowhere.error().message.find("scratch_url"), std::string::npos);
  server().execute("postgres", "CREATE ROLE lowly LOGIN");
  Scratch place;
  place.url = url_of(server().url("postgres", "lowly"));
  const auto refused = postgresql_driver().open_scratch(target, place, {});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::NoPermission);
  EXPECT_NE(refused.error().message.find("CREATEDB"), std::string::npos) << refused.error().message;
}

} // namespace
} // namespace migrator::database::postgresql
