// The law of autogenerate on a real server: what was rendered from A to B makes B of A, and the way back makes A of it again.
#include "tests/integration/postgresql/models_fixture.h"

namespace migrator::database::postgresql {
namespace {

// Applies the way from A to B and back to a database that is A; gives what is wrong.
void expect_the_law(const std::string &before, const std::string &after, const std::string &rows = "") {
  Model a = scratch_model(), b = scratch_model();
  a.load(before);
  b.load(after);
  if (!rows.empty()) a.load(rows);
  const schema::Schema from = a.read(), to = b.read();
  const auto up = schema::renderer(Dialect::Postgresql).render(from, to, {});
  ASSERT_TRUE(up) << up.error().message;
  const auto down = schema::renderer(Dialect::Postgresql).render(to, from, {});
  ASSERT_TRUE(down) << down.error().message;
  SCOPED_TRACE("up:\n" + listed(*up) + "down:\n" + listed(*down));
  try {
    a.run(*up);
    EXPECT_EQ(listed(schema::describe(schema::compare(a.read(), to, {}))), "");
    a.run(*down);
    EXPECT_EQ(listed(schema::describe(schema::compare(a.read(), from, {}))), "");
  } catch (const std::exception &wrong) {
    FAIL() << wrong.what();
  }
}

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

} // namespace
} // namespace migrator::database::postgresql
