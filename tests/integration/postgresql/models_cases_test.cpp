// Schemas as real programs have them, changed in many places at once, and what once went wrong in them.
#include "tests/integration/postgresql/models_fixture.h"

namespace migrator::database::postgresql {
namespace {

TEST(ModelsCases, OptionsInAnotherOrderAreTheSame) {
  Model a = scratch_model(), b = scratch_model();
  a.load("CREATE TABLE t (id int, b text) WITH (fillfactor = 90, autovacuum_enabled = false, toast.autovacuum_enabled = false)");
  b.load("CREATE TABLE t (id int, b text) WITH (toast.autovacuum_enabled = false, autovacuum_enabled = false, fillfactor = 90)");
  EXPECT_EQ(a.read(), b.read());
}

TEST(ModelsCases, OptionsOfATableAndOfItsToastTableChange) {
  expect_the_law(
      "CREATE TABLE t (id int PRIMARY KEY, b text) WITH (fillfactor = 90, toast.autovacuum_enabled = false)",
      "CREATE TABLE t (id int PRIMARY KEY, b text) WITH (autovacuum_enabled = false, toast.autovacuum_vacuum_cost_delay = 3)");
}

TEST(ModelsCases, ToastOptionsAreSetWhenThereIsAToastTable) {
  expect_the_law("CREATE TABLE t (id int PRIMARY KEY)",
                 "CREATE TABLE t (id int PRIMARY KEY, b text) WITH (fillfactor = 50, toast.autovacuum_enabled = false)");
}

TEST(ModelsCases, TheIndexThatIsClusteredByOrAReplicaIdentityStaysSoWhenItIsReplacedAndMoves) {
  const std::string t = "CREATE TABLE t (id int NOT NULL, a int NOT NULL, b int, CONSTRAINT k UNIQUE (id)); ALTER TABLE t "
                        "CLUSTER ON k; CREATE UNIQUE INDEX i ON t ";
  const std::string marked = "; ALTER TABLE t REPLICA IDENTITY USING INDEX ";
  expect_the_law(t + "(a)" + marked + "i", t + "(a, id)" + marked + "i");
  expect_the_law(t + "(a)" + marked + "i", t + "(a)" + marked + "k; ALTER TABLE t CLUSTER ON i");
  expect_the_law(t + "(a)" + marked + "i", t + "(a)");
  expect_the_law(t + "(a)" + marked + "i", "CREATE TABLE t (id int NOT NULL, a int NOT NULL, b int)");
  expect_the_law("SELECT 1", t + "(a)" + marked + "i");
}

// Of columns that are expressions: whatever makes an index anew forgets them.
TEST(ModelsCases, StatisticsOfIndexesAreSetAndStay) {
  const std::string t = "CREATE TABLE t (id int PRIMARY KEY, a text, b varchar(10), EXCLUDE USING btree (lower(b) WITH =)); ",
                    wide = "CREATE TABLE t (id int PRIMARY KEY, a text, b varchar(20), EXCLUDE USING btree (lower(b) WITH =)); ",
                    i = "CREATE INDEX i ON t (lower(a), a, upper(b)); ",
                    set = "ALTER INDEX i ALTER COLUMN 1 SET STATISTICS 100, ALTER COLUMN 3 SET STATISTICS 0; ",
                    other = "ALTER INDEX i ALTER COLUMN 3 SET STATISTICS 9; ",
                    excluded = "ALTER INDEX t_lower_excl ALTER COLUMN 1 SET STATISTICS 5; ";
  Model a = scratch_model(), b = scratch_model();
  a.load(t + i + set);
  b.load(t + i);
  EXPECT_EQ(listed(schema::describe(schema::compare(a.read(), b.read(), {}))),
            "index i on t: storage ALTER COLUMN 1 SET STATISTICS 100, ALTER COLUMN 3 SET STATISTICS 0 -> none\n");
  expect_the_law(t + i, t + i + set);
  expect_the_law(t + i + set, t + i + other + excluded);
  expect_the_law(t, t + i + set);
  expect_the_law("SELECT 1", t + i + set + excluded);
  expect_the_law(t + i + set, t + "CREATE INDEX i ON t (lower(a), a DESC, upper(b)); " + set);
  expect_the_law(t + i + set + excluded, wide + i + set + excluded);
  expect_the_law(t + i + set + excluded, wide + i + other);
  const std::string view = "CREATE MATERIALIZED VIEW v AS SELECT id FROM t; CREATE INDEX vi ON v ((id + 1)); ";
  expect_the_law(t + view, t + view + "ALTER INDEX vi ALTER COLUMN 1 SET STATISTICS 50");
}

TEST(ModelsCases, AnIdentityThatOwnsAnotherSequenceTooMovesItsOwn) {
  const std::string s = "CREATE SEQUENCE s INCREMENT BY -1 MINVALUE -50 MAXVALUE 5; ";
  expect_the_law(
      s + "CREATE TABLE t (id int PRIMARY KEY); ALTER SEQUENCE s OWNED BY t.id",
      s + "CREATE TABLE t (id int GENERATED ALWAYS AS IDENTITY (START WITH 10) PRIMARY KEY); ALTER SEQUENCE s OWNED BY t.id",
      "INSERT INTO t VALUES (20)");
}

TEST(ModelsCases, ALoggedSequenceOfATableThatBecomesUnloggedStaysLogged) {
  const std::string rest = "TABLE t (id serial PRIMARY KEY); CREATE SEQUENCE s OWNED BY t.id";
  expect_the_law("CREATE UNLOGGED " + rest, "CREATE " + rest);
  expect_the_law("CREATE UNLOGGED TABLE t (id serial PRIMARY KEY); CREATE SEQUENCE s", "CREATE " + rest);
}

// By the server's own casts where it has some; what does not fit is refused, and never cut.
TEST(ModelsCases, ValuesOfAnotherTypeAreConvertedWhole) {
  struct Case {
    std::string before, value, after, then; // empty `then`: refused
  };
  const std::string domain = "CREATE DOMAIN short AS varchar(3); CREATE TABLE t (id int PRIMARY KEY, ";
  for (const Case &one :
       {Case{"boolean", "true", "integer", "1"}, Case{"boolean", "true", "bigint", "1"}, Case{"integer", "7", "boolean", "1"},
        Case{"smallint", "0", "boolean", "0"}, Case{"numeric", "0.5", "boolean", "1"},
        Case{"bit(8)", "B'00010101'", "integer", "21"}, Case{"integer", "10", "bit(8)", "00001010"},
        Case{"money", "1234.5", "numeric(10,2)", "1234.50"}, Case{"varchar(20)", "'0101010111'", "bit(4)", ""},
        Case{"varchar(20)", "'0101'", "bit(4)", "0101"}, Case{"bit varying", "B'01010'", "bit(4)", ""},
        Case{"text[]", "'{abcdef}'", "varchar(3)[]", ""}, Case{"text[]", "'{abc}'", "varchar(3)[]", "{abc}"},
        Case{"text", "'abcdef'", "short", ""}, Case{"text", "'abc'", "short", "abc"},
        Case{"text", "'12.345'", "numeric(6,2)", "12.35"}, Case{"text", "'2026-01-02'", "date", "2026-01-02"}}) {
    SCOPED_TRACE(one.before + " to " + one.after);
    Model a = scratch_model(), b = scratch_model();
    a.load(domain + "v " + one.before + "); INSERT INTO t VALUES (1, " + one.value + ")");
    b.load(domain + "v " + one.after + ")");
    const auto up = schema::renderer(Dialect::Postgresql).render(a.read(), b.read(), {});
    ASSERT_TRUE(up) << up.error().message;
    if (one.then.empty()) {
      EXPECT_ANY_THROW(a.run(*up)) << listed(*up);
      continue;
    }
    ASSERT_NO_THROW(a.run(*up)) << listed(*up);
    EXPECT_EQ(a.database().query("SELECT v FROM t")->rows.at(0).at(0), one.then) << listed(*up);
  }
}

TEST(ModelsCases, ADomainWithACheckIsUsedInArrays) {
  const std::string domain = "CREATE DOMAIN d AS text CHECK (VALUE <> 'bad'); ";
  expect_the_law("SELECT 1", domain + "CREATE TABLE t (id bigint PRIMARY KEY, c d[])");
  expect_the_law("SELECT 1", domain + "CREATE DOMAIN a AS d[]; CREATE TABLE t (id bigint PRIMARY KEY, c a)");
  expect_the_law(
      "CREATE TABLE t (id bigint PRIMARY KEY)",
      "CREATE FUNCTION good(text) RETURNS boolean LANGUAGE sql IMMUTABLE AS 'SELECT true'; CREATE DOMAIN d AS text CHECK "
      "(good(VALUE)); CREATE TABLE t (id bigint PRIMARY KEY, c d)");
}

TEST(ModelsCases, AViewWithARuleOrADefaultIsNotMadeAgain) {
  const std::string rest = "CREATE VIEW v AS SELECT a FROM t; CREATE VIEW plain AS SELECT a FROM t";
  const std::pair<const char *, const char *> parts[] = {
      {"CREATE RULE rr AS ON INSERT TO v DO INSTEAD NOTHING", "rule rr on public.v"},
      {"ALTER VIEW v ALTER COLUMN a SET DEFAULT 'x'", "default of column a on public.v"}};
  for (const auto &[sql, name] : parts) {
    Model a = scratch_model(), b = scratch_model();
    a.load("CREATE TABLE t (a text); " + rest + "; " + sql);
    b.load("CREATE TABLE t (a varchar(10)); " + rest);
    EXPECT_EQ(listed(a.read().unknown), std::string(name) + "\n");
    const auto up = schema::renderer(Dialect::Postgresql).render(a.read(), b.read(), {});
    ASSERT_FALSE(up);
    EXPECT_EQ(up.error().message,
              "a view must be made again, and " + std::string(name) +
                  " would be lost with it, for such is not generated: write this by hand, and make it anew behind the "
                  "CREATE VIEW");
  }
  expect_the_law("CREATE TABLE t (a text); " + rest, "CREATE TABLE t (a varchar(10)); " + rest);
}

TEST(ModelsCases, TablesShareTheSequenceThatOneOfThemOwns) {
  const std::string b = "CREATE TABLE b (id serial PRIMARY KEY); ";
  expect_the_law("SELECT 1",
                 b + "CREATE TABLE a (id int PRIMARY KEY DEFAULT nextval('b_id_seq')); CREATE TABLE c (LIKE b INCLUDING ALL)");
  expect_the_law(b + "CREATE TABLE a (id int PRIMARY KEY DEFAULT nextval('b_id_seq'))",
                 b + "CREATE TABLE a (id int PRIMARY KEY)");
  expect_the_law(b + "CREATE TABLE a (id int PRIMARY KEY)",
                 b + "CREATE TABLE a (id int PRIMARY KEY DEFAULT nextval('b_id_seq'))");
}

// Between the two, whoever writes x::mood would find no column of it.
TEST(ModelsCases, ATypeMadeAnewAndItsColumnsChangeInOneTransaction) {
  const auto made = [&](const std::string &labels, const std::string &more, const std::string &column) {
    return "CREATE TYPE mood AS ENUM (" + labels + "); CREATE TABLE t (id int PRIMARY KEY, a text" + more +
           ", e mood NOT NULL DEFAULT 'a', f mood" + column + ")";
  };
  const std::string before = made("'a', 'b'", "", ""), after = made("'b', 'a'", " NOT NULL", ", c int NOT NULL");
  Model a = scratch_model(), b = scratch_model();
  a.load(before);
  b.load(after);
  const auto up = schema::renderer(Dialect::Postgresql).render(a.read(), b.read(), {});
  ASSERT_TRUE(up) << up.error().message;
  const auto has = [](const char *text) {
    return [text](const schema::Piece &piece) { return piece.sql.find(text) != std::string::npos; };
  };
  const auto begin = std::find_if(up->pieces.begin(), up->pieces.end(), has("CREATE TYPE"));
  const auto end = std::find_if(up->pieces.rbegin(), up->pieces.rend(), has(" TYPE public.mood USING")).base();
  ASSERT_LT(begin - up->pieces.begin(), end - up->pieces.begin()) << listed(*up);
  EXPECT_TRUE(std::all_of(begin, end, [](const schema::Piece &piece) {
    return piece.place == schema::Piece::Place::Transaction;
  })) << listed(*up);
  expect_the_law(before, after, "INSERT INTO t VALUES (1, 'x', 'a', 'b')");
}

// What a sequence has given out it never gives again.
TEST(ModelsCases, ASequenceStaysWhereItIs) {
  struct Case {
    std::string before, position, after, last;
  };
  for (const Case &one :
       {Case{"START 1000", "5000, true", "START 1000 INCREMENT 5", "5000 true"},
        Case{"MAXVALUE 9000", "5000, true", "MAXVALUE 6000 CACHE 3", "5000 true"},
        Case{"MAXVALUE 9000", "5000, true", "MAXVALUE 4000", "1 false"}, Case{"MINVALUE -5", "7, false", "START 3", "7 false"},
        Case{"AS bigint", "70, true", "AS smallint", "70 true"}, Case{"AS smallint", "70, true", "AS bigint START 9", "70 true"},
        Case{"INCREMENT -1", "-7, true", "INCREMENT -2", "-7 true"},
        Case{"INCREMENT -2", "-7, true", "INCREMENT 3 START 5", "5 false"},
        Case{"AS smallint INCREMENT BY -2", "-8, true", "AS int INCREMENT BY 3 START 5", "5 false"}}) {
    SCOPED_TRACE(one.before + " to " + one.after);
    Model a = scratch_model(), b = scratch_model();
    a.load("CREATE SEQUENCE s " + one.before + "; SELECT setval('s', " + one.position + ")");
    b.load("CREATE SEQUENCE s " + one.after);
    const schema::Schema to = b.read();
    const auto up = schema::renderer(Dialect::Postgresql).render(a.read(), to, {});
    ASSERT_TRUE(up) << up.error().message;
    ASSERT_NO_THROW(a.run(*up)) << listed(*up);
    EXPECT_EQ(listed(schema::describe(schema::compare(a.read(), to, {}))), "");
    EXPECT_EQ(a.database().query("SELECT last_value || ' ' || is_called FROM s")->rows.at(0).at(0), one.last) << listed(*up);
    expect_the_law("CREATE SEQUENCE s " + one.before, "CREATE SEQUENCE s " + one.after);
  }
}

TEST(ModelsCases, AnIdentityThatFallsGoesOnBehindWhatItHasGiven) {
  const std::string t = "CREATE TABLE t (id int GENERATED ALWAYS AS IDENTITY ";
  Model a = scratch_model(), b = scratch_model();
  a.load(t + "(INCREMENT BY -1) PRIMARY KEY); INSERT INTO t VALUES (DEFAULT), (DEFAULT), (DEFAULT)");
  b.load(t + "(INCREMENT BY -2) PRIMARY KEY)");
  const auto up = schema::renderer(Dialect::Postgresql).render(a.read(), b.read(), {});
  ASSERT_TRUE(up) << up.error().message;
  ASSERT_NO_THROW(a.run(*up)) << listed(*up);
  EXPECT_EQ(a.database().query("INSERT INTO t VALUES (DEFAULT) RETURNING id")->rows.at(0).at(0), "-5");
}

// Numbers that were handed out and whose rows are gone: 1 to 7 are, and no row is left but that of 2.
TEST(ModelsCases, AColumnThatDrawsItsNumbersElsewhereGoesOnBehindThem) {
  struct Case {
    std::string before, after, there, back;
  };
  const std::string serial = "CREATE TABLE t (id serial PRIMARY KEY, a int)",
                    identity = "CREATE TABLE t (id int GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY, a int)",
                    alone = "CREATE SEQUENCE s; CREATE TABLE t (id int PRIMARY KEY DEFAULT nextval('s'), a int)";
  const auto made = [](const std::string &type, const std::string &options) {
    return "CREATE TABLE t (id " + type + " GENERATED ALWAYS AS IDENTITY (" + options + ") PRIMARY KEY, a int)";
  };
  for (const Case &one :
       {Case{serial, identity, "8", "9"}, Case{serial, made("bigint", "MAXVALUE 500"), "8", "9"},
        Case{serial, made("int", "START 100 CYCLE MAXVALUE 500"), "100", "101"}, Case{serial, alone, "8", "9"},
        Case{serial, made("int", "INCREMENT BY 10"), "17", "18"}, Case{serial, made("int", "MINVALUE 50"), "50", "51"},
        Case{alone, "CREATE SEQUENCE s; CREATE TABLE t (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, a int)", "8", "9"},
        Case{alone + "; CREATE TABLE o (id int PRIMARY KEY); ALTER SEQUENCE s OWNED BY o.id", identity, "8", "9"},
        Case{identity, made("int", "MAXVALUE 400"), "8", "9"}, Case{identity, made("int", "MINVALUE 3 START 4"), "8", "9"},
        Case{identity, made("int", "MINVALUE 50"), "50", "51"}}) {
    SCOPED_TRACE(one.before + " to " + one.after);
    Model a = scratch_model(), b = scratch_model();
    a.load(one.before);
    b.load(one.after);
    const schema::Schema from = a.read(), to = b.read();
    a.load("INSERT INTO t (a) SELECT 1 FROM generate_series(1, 7); DELETE FROM t WHERE id <> 2");
    const auto move = [&](const schema::Schema &old, const schema::Schema &wanted) {
      const auto way = schema::renderer(Dialect::Postgresql).render(old, wanted, {});
      ASSERT_TRUE(way) << way.error().message;
      ASSERT_NO_THROW(a.run(*way)) << listed(*way);
      EXPECT_EQ(listed(schema::describe(schema::compare(a.read(), wanted, {}))), "") << listed(*way);
    };
    const auto given = [&] {
      const auto id = a.database().query("INSERT INTO t (a) VALUES (1) RETURNING id");
      a.database().query("DELETE FROM t WHERE id <> 2");
      return id ? id->rows.at(0).at(0).value_or("NULL") : id.error().message;
    };
    move(from, to);
    EXPECT_EQ(given(), one.there);
    move(to, from);
    EXPECT_EQ(given(), one.back);
  }
}

// Names of 63 bytes: what is named after them for a while is cut, and between characters.
TEST(ModelsCases, TheLongestNamesOfTwoByteLettersChangeTheirTypesAndIndexes) {
  const std::string e = "\"eööööööööööööööööööööööööööööööö\"", t = "\"töööööööööööööööööööööööööööööö1\"",
                    i = "\"iööööööööööööööööööööööööööööööö\"", c = "\"cööööööööööööööööööööööööööööööö\"";
  expect_the_law("CREATE TYPE " + e + " AS ENUM ('a', 'b'); CREATE TABLE " + t + " (id int PRIMARY KEY, " + c + " " + e +
                     " DEFAULT 'a', x int); CREATE INDEX " + i + " ON " + t + " (x)",
                 "CREATE TYPE " + e + " AS ENUM ('b', 'a'); CREATE TABLE " + t + " (id int PRIMARY KEY, " + c + " " + e +
                     " NOT NULL DEFAULT 'b', x int, \"Ä b\" int NOT NULL, \"Ö b\" int NOT NULL); CREATE INDEX " + i + " ON " + t +
                     " (x DESC)",
                 "INSERT INTO " + t + " VALUES (1, 'b', 2)");
}

TEST(ModelsCases, FunctionsWhoseNamesHaveBracketsAndQuotesAreReplacedAndCommented) {
  const std::string made = "CREATE FUNCTION \"f(x)\"(a int, \"b(\" text DEFAULT 'x)') RETURNS int LANGUAGE sql AS 'SELECT ";
  expect_the_law(made + "1'; COMMENT ON FUNCTION \"f(x)\"(int, text) IS 'one'; CREATE FUNCTION \"q\"\"(\"() RETURNS int LANGUAGE "
                        "sql AS 'SELECT 1'",
                 made + "2'; GRANT EXECUTE ON FUNCTION \"f(x)\"(int, text) TO pg_monitor; CREATE FUNCTION \"q\"\"(\"(a \"char\") "
                        "RETURNS int LANGUAGE sql AS 'SELECT 1'");
}

TEST(ModelsCases, NewColumnsOfTablesWhoseKeysHaveOddNamesAreFilled) {
  const std::string names[][2] = {{R"("Users")", R"("Id")"},
                                  {R"("a.b ""c""")", R"("my k.d")"},
                                  {R"("a:b")", R"("""k")"},
                                  {"t", "\"k\nk\""},
                                  {"\"u\tu\"", "id"}};
  for (const auto &[table, key] : names) {
    const std::string t = "CREATE TABLE " + table + " (" + key + " serial PRIMARY KEY, \"Name\" text";
    expect_the_law(t + ")", t + ", \"CreatedAt\" timestamptz NOT NULL DEFAULT clock_timestamp(), \"Given\" int NOT NULL)",
                   "INSERT INTO " + table + " (\"Name\") VALUES ('x'), ('y')");
  }
}

TEST(ModelsCases, NewColumnsAreFilledWithoutFiringTriggers) {
  const std::string function = "CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'append only'; END $$; ";
  const std::string t = function + "CREATE TABLE t (id int PRIMARY KEY, at timestamptz NOT NULL DEFAULT now()",
                    more = ", u uuid NOT NULL DEFAULT gen_random_uuid(), v uuid DEFAULT gen_random_uuid(), w int NOT NULL, d "
                           "date NOT NULL, r int NOT NULL REFERENCES t, n int NOT NULL UNIQUE",
                    rows = "INSERT INTO t (id) VALUES (1), (2)", two = "SELECT count(*) = 2 FROM t";
  for (const char *when : {"BEFORE INSERT OR UPDATE ON t FOR EACH ROW", "AFTER UPDATE ON t FOR EACH STATEMENT"}) {
    const std::string trigger =
        std::string("); CREATE TRIGGER \"on\" ") + when + " EXECUTE FUNCTION f(); ALTER TABLE t ENABLE ALWAYS TRIGGER \"on\"";
    expect_the_law(t + trigger, t + more + trigger,
                   "ALTER TABLE t DISABLE TRIGGER USER; " + rows + "; ALTER TABLE t ENABLE ALWAYS TRIGGER \"on\"", two);
    expect_the_law(t + ")", t + more + trigger, rows, two);
  }
}

// An UPDATE that a rule turns into nothing would leave the rows without values.
TEST(ModelsCases, NewColumnsAreFilledWithoutFiringRules) {
  const std::string t = "CREATE TABLE t (id int PRIMARY KEY, at timestamptz NOT NULL DEFAULT now()",
                    more = ", u uuid NOT NULL DEFAULT gen_random_uuid(), v uuid DEFAULT gen_random_uuid(), w int NOT NULL, d "
                           "date NOT NULL, r int NOT NULL REFERENCES t, n int NOT NULL UNIQUE",
                    rows = "INSERT INTO t (id) VALUES (1), (2)", two = "SELECT count(*) = 2 FROM t",
                    rule = "); CREATE RULE \"no RULE \" AS ON UPDATE TO t DO INSTEAD ";
  for (const std::string &what :
       {rule + "NOTHING", rule + "NOTHING; ALTER TABLE t ENABLE ALWAYS RULE \"no RULE \"", rule + "DELETE FROM t",
        rule + "NOTHING; CREATE RULE z AS ON UPDATE TO t DO ALSO DELETE FROM t"}) {
    Model a = scratch_model();
    a.load(t + what + "; " + rows);
    const schema::Schema from = a.read();
    Model b = scratch_model();
    b.load(t + more + what);
    const auto up = schema::renderer(Dialect::Postgresql).render(from, b.read(), {});
    ASSERT_TRUE(up) << up.error().message;
    ASSERT_NO_THROW(a.run(*up)) << listed(*up);
    EXPECT_EQ(a.database().query("SELECT count(v) || ' ' || count(u) || ' ' || count(DISTINCT n) FROM t")->rows.at(0).at(0),
              "2 2 2")
        << listed(*up);
    const schema::ObjectId table{schema::Kind::Table, "public", "", "t"};
    EXPECT_EQ(a.read().find(table)->attributes, from.find(table)->attributes) << "a rule is not as it was";
    expect_the_law(t + what, t + more + what, rows, two);
  }
}

TEST(ModelsCases, ConstraintsOfNewTablesThatAreNotValidStaySo) {
  const std::string t = "CREATE TABLE t (id int PRIMARY KEY, a int CHECK (a <> 1), b int)";
  expect_the_law(
      "SELECT 1",
      t + "; ALTER TABLE t ADD CONSTRAINT k CHECK (a > 0) NOT VALID, ADD CONSTRAINT f FOREIGN KEY (b) REFERENCES t NOT "
          "VALID, ADD CONSTRAINT n CHECK (b > 0) NO INHERIT NOT VALID; COMMENT ON CONSTRAINT k ON t IS 'NOT VALID'; CREATE "
          "DOMAIN d AS int; "
          "ALTER DOMAIN d ADD CONSTRAINT k CHECK (VALUE > 0) NOT VALID; CREATE TABLE u (x d)");
}

TEST(ModelsCases, AColumnThatLeavesItsKeyMayBecomeNullable) {
  const std::string one = "SELECT count(*) = 1 FROM t", row = "INSERT INTO t VALUES (1, 2)";
  expect_the_law("CREATE TABLE t (x int, y int, PRIMARY KEY (x, y))", "CREATE TABLE t (x int, y int, PRIMARY KEY (y))", row, one);
  expect_the_law("CREATE TABLE t (id int PRIMARY KEY, b int NOT NULL)", "CREATE TABLE t (id int, b int PRIMARY KEY)", row, one);
  expect_the_law("CREATE TABLE t (id int PRIMARY KEY, b int NOT NULL)", "CREATE TABLE t (id bigint, b int)", row, one);
  const std::string t = "CREATE TABLE t (a int NOT NULL, b int NOT NULL); CREATE UNIQUE INDEX i ON t (a); ";
  expect_the_law(
      t + "ALTER TABLE t REPLICA IDENTITY USING INDEX i",
      "CREATE TABLE t (a int, b int NOT NULL); CREATE UNIQUE INDEX i ON t (b); ALTER TABLE t REPLICA IDENTITY USING INDEX i", row,
      one);
  expect_the_law(t + "ALTER TABLE t REPLICA IDENTITY USING INDEX i",
                 "CREATE TABLE t (a int, b int); CREATE UNIQUE INDEX i ON t (a)", row, one);
}

TEST(ModelsCases, TenantsOfManySchemasChangeEverywhere) {
  const std::string common = R"(CREATE SCHEMA auth; CREATE SCHEMA "Billing Dept."; CREATE SCHEMA audit;
    CREATE FUNCTION auth.tenant() RETURNS uuid LANGUAGE sql STABLE AS $$ SELECT current_setting('app.tenant', true)::uuid $$;
    CREATE TABLE auth.tenants (id uuid PRIMARY KEY DEFAULT gen_random_uuid(), s jsonb NOT NULL DEFAULT '{}' CHECK (jsonb_typeof(s) = 'object'));
    CREATE TABLE audit.log (at timestamptz NOT NULL DEFAULT clock_timestamp(), what jsonb);
    CREATE FUNCTION audit.note() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$ BEGIN RETURN NULL; END $$;)";
  expect_the_law(
      common +
          R"(CREATE TABLE auth.users (id uuid PRIMARY KEY, tenant uuid NOT NULL DEFAULT auth.tenant() REFERENCES auth.tenants ON DELETE CASCADE,
      mail text NOT NULL COLLATE "C", boss uuid, UNIQUE (tenant, id), FOREIGN KEY (tenant, boss) REFERENCES auth.users (tenant, id) DEFERRABLE INITIALLY DEFERRED);
    CREATE TABLE "Billing Dept."."Invoice.x" (id bigserial PRIMARY KEY, "Kunde ""a""" uuid REFERENCES auth.users, "Straße" text NOT NULL DEFAULT 'it''s',
      net numeric(10,2) NOT NULL, gross numeric GENERATED ALWAYS AS (net * 1.2) STORED, CONSTRAINT "a b" UNIQUE ("Straße", net) INCLUDE (id) DEFERRABLE);
    CREATE INDEX "ix Straße" ON "Billing Dept."."Invoice.x" (lower("Straße") DESC, net NULLS LAST);
    CREATE INDEX log_at ON audit.log USING brin (at) WITH (pages_per_range = 16); CREATE INDEX log_what ON audit.log USING gin (what jsonb_path_ops);
    CREATE TRIGGER note AFTER INSERT ON auth.users REFERENCING NEW TABLE AS made FOR EACH STATEMENT EXECUTE FUNCTION audit.note();
    CREATE VIEW auth.safe WITH (security_barrier = true) AS SELECT id, mail FROM auth.users WHERE tenant = auth.tenant() WITH CASCADED CHECK OPTION;
    CREATE VIEW auth.safer AS SELECT s.id, s.mail, i.gross FROM auth.safe s JOIN "Billing Dept."."Invoice.x" i ON i."Kunde ""a""" = s.id;
    GRANT SELECT ON auth.safe TO pg_monitor; GRANT SELECT (id, mail), UPDATE (mail) ON auth.users TO pg_monitor)",
      common +
          R"(CREATE TABLE auth.users (id uuid PRIMARY KEY, tenant uuid NOT NULL REFERENCES auth.tenants, "Näme" text NOT NULL, "näme" text NOT NULL,
      mail text NOT NULL, boss uuid, UNIQUE (tenant, id), UNIQUE (mail, tenant), FOREIGN KEY (tenant, boss) REFERENCES auth.users (tenant, id));
    CREATE TABLE "Billing Dept."."Invoice.x" (id bigint GENERATED BY DEFAULT AS IDENTITY (CACHE 10) PRIMARY KEY, "Kunde ""a""" uuid REFERENCES auth.users,
      "Straße" varchar(99) NOT NULL, net numeric(10,2) NOT NULL, gross numeric GENERATED ALWAYS AS (net * 1.19) STORED, number uuid NOT NULL DEFAULT gen_random_uuid(),
      CONSTRAINT "a b" UNIQUE (net, "Straße") DEFERRABLE INITIALLY DEFERRED);
    CREATE INDEX "ix Straße" ON "Billing Dept."."Invoice.x" (upper("Straße"));
    CREATE INDEX log_at ON audit.log USING brin (at); CREATE INDEX log_what ON audit.log USING gin (what);
    CREATE CONSTRAINT TRIGGER note AFTER UPDATE ON auth.users DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (OLD.mail <> NEW.mail) EXECUTE FUNCTION audit.note();
    CREATE VIEW auth.safe WITH (security_barrier = true) AS SELECT mail, id FROM auth.users WHERE tenant = auth.tenant();
    CREATE VIEW auth.safer AS SELECT s.id, s.mail, i.gross FROM auth.safe s JOIN "Billing Dept."."Invoice.x" i ON i."Kunde ""a""" = s.id)",
      R"(INSERT INTO auth.tenants (id) VALUES ('00000000-0000-0000-0000-000000000001'); INSERT INTO auth.users (id, tenant, mail) VALUES
      ('00000000-0000-0000-0000-000000000001', '00000000-0000-0000-0000-000000000001', 'm'); INSERT INTO "Billing Dept."."Invoice.x" (net) VALUES (1), (2))");
}

} // namespace
} // namespace migrator::database::postgresql
