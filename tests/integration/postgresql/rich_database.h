// A database with something of every kind that PostgreSQL dumps: what a restore must bring back. For tests; needs a superuser.
#pragma once

namespace migrator::database::postgresql {

// Roles are the cluster's, so this is run once and may be repeated.
constexpr const char *kRichRoles = R"(
DO $$ BEGIN
  IF NOT EXISTS (SELECT 1 FROM pg_roles WHERE rolname = 'shop reader') THEN CREATE ROLE "shop reader"; END IF;
  IF NOT EXISTS (SELECT 1 FROM pg_roles WHERE rolname = 'shop_writer') THEN CREATE ROLE shop_writer; END IF;
END $$)";

constexpr const char *kRichDatabase = R"(
CREATE EXTENSION hstore; CREATE EXTENSION citext;
CREATE SCHEMA tools; CREATE EXTENSION pgcrypto WITH SCHEMA tools; CREATE EXTENSION postgres_fdw;
CREATE SCHEMA "Odd schema"; CREATE SCHEMA audit AUTHORIZATION shop_writer;
COMMENT ON SCHEMA audit IS 'who did what; it''s "odd"';
CREATE TYPE mood AS ENUM ('sad', 'ok', 'happy');
CREATE TYPE pair AS (a integer, b text);
CREATE TYPE spread AS RANGE (subtype = float8, subtype_diff = float8mi);
CREATE DOMAIN positive AS integer CHECK (VALUE > 0) DEFAULT 1;
CREATE COLLATION odd_collation (provider = libc, locale = 'C');
CREATE SEQUENCE lone START 7 INCREMENT 3; SELECT nextval('lone'); SELECT nextval('lone');
CREATE SEQUENCE untouched;
CREATE FUNCTION add_one(i integer) RETURNS integer LANGUAGE sql IMMUTABLE AS 'SELECT i + 1';
CREATE PROCEDURE commits() LANGUAGE plpgsql AS $p$
BEGIN
  PERFORM 1;
COMMIT;
END $p$;
CREATE FUNCTION odd_text() RETURNS text LANGUAGE plpgsql AS $p$ BEGIN
-- Data: 1
-- Name: not an entry; Type: TABLE; Schema: public; Owner: nobody
RETURN E'\\. COMMIT;\n';
END $p$;
CREATE TABLE customers (id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY, name text NOT NULL COLLATE odd_collation,
  state varchar(10) CHECK (state IN ('new', 'old')), feeling mood DEFAULT 'ok', both_ pair, many text[], amount numeric(12, 2),
  price money, bytes bytea, at_ timestamptz, day date, lasts interval, place point, net inet, uid uuid, doc jsonb, raw json, tree xml,
  bits bit varying, span int4range, spans int4multirange, own spread, tags hstore, mail citext, qty positive, r real, d double precision,
  vector tsvector, loid oid, doubled integer GENERATED ALWAYS AS (add_one(1) * 2) STORED, gone integer);
ALTER TABLE customers DROP COLUMN gone;
INSERT INTO customers (name, state, feeling, both_, many, amount, price, bytes, at_, day, lasts, place, net, uid, doc, raw, tree, bits, span,
  spans, own, tags, mail, qty, r, d, vector)
SELECT 'name ' || i || E' \t\\ "é" '';--\n\\.', CASE WHEN i % 2 = 0 THEN 'new' ELSE 'old' END, 'happy', ROW(i, 'b,"()')::pair, ARRAY['x', NULL, '{}', i::text],
  i * 1.25, i::money, decode('00ff5c27', 'hex'), timestamptz '2026-03-29 02:30:00.123456+01' + i * interval '1 hour', date '2026-01-01' + i,
  make_interval(months => i, secs => 1.5), point(i, 0.1), '10.0.0.1', md5(i::text)::uuid, jsonb_build_object('k', i), '{"b": 1,  "a": 2}', '<a>1</a>',
  B'101', int4range(i, i + 5), int4multirange(int4range(1, 3)), spread(0.1, i), hstore('a', i::text), 'Anna@Example.org', i + 1, 0.1::real, 'NaN',
  to_tsvector('simple', 'a b c') FROM generate_series(1, 200) i;
INSERT INTO customers (name) VALUES ('');
CREATE TABLE orders (id bigserial PRIMARY KEY, customer integer NOT NULL REFERENCES customers ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED,
  total numeric, EXCLUDE USING gist (int8range(id, id, '[]') WITH &&));
INSERT INTO orders (customer, total) SELECT id, id * 3 FROM customers;
DELETE FROM orders WHERE id % 7 = 0;  SET CONSTRAINTS ALL IMMEDIATE;
CREATE INDEX orders_expression ON orders ((total * 2)) INCLUDE (customer) WHERE total > 10;
CREATE STATISTICS orders_statistics (dependencies) ON customer, total FROM orders;
CREATE TABLE measured (day date NOT NULL, value integer) PARTITION BY RANGE (day);
CREATE TABLE measured_old PARTITION OF measured FOR VALUES FROM (MINVALUE) TO ('2026-01-01');
CREATE TABLE measured_new PARTITION OF measured FOR VALUES FROM ('2026-01-01') TO (MAXVALUE) PARTITION BY HASH (value);
CREATE TABLE measured_new_0 PARTITION OF measured_new FOR VALUES WITH (MODULUS 2, REMAINDER 0);
CREATE TABLE measured_new_1 PARTITION OF measured_new FOR VALUES WITH (MODULUS 2, REMAINDER 1);
INSERT INTO measured SELECT date '2025-12-01' + i, i FROM generate_series(1, 100) i;
CREATE TABLE parent (a integer, b text); CREATE TABLE child (own_ integer) INHERITS (parent);
ALTER TABLE parent ADD COLUMN c integer DEFAULT 5; INSERT INTO child VALUES (1, 'b', 2, 3); INSERT INTO parent VALUES (9, 'p', 8);
CREATE FUNCTION mood_number(m mood) RETURNS integer LANGUAGE sql AS 'SELECT 1';
)";

constexpr const char *kRichMore = R"(
CREATE TABLE "Odd schema"."Odd ""table"": x" ("a b" text, "c:d" text DEFAULT ':name');
INSERT INTO "Odd schema"."Odd ""table"": x" VALUES ('1', '2');
CREATE TABLE no_columns (); INSERT INTO no_columns DEFAULT VALUES;
CREATE UNLOGGED TABLE unlogged_one (i integer); INSERT INTO unlogged_one VALUES (1);
CREATE VIEW totals AS SELECT c.name, sum(o.total) AS total FROM customers c JOIN orders o ON o.customer = c.id WHERE c.state IN ('new', 'old') GROUP BY c.name;
CREATE MATERIALIZED VIEW counted AS SELECT state, count(*) FROM customers GROUP BY state; CREATE UNIQUE INDEX ON counted (state);
CREATE MATERIALIZED VIEW empty_one AS SELECT 1 AS one WITH NO DATA;
CREATE RULE quiet AS ON DELETE TO measured_old DO INSTEAD NOTHING;
CREATE FUNCTION note() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$;
CREATE TRIGGER noted BEFORE INSERT OR UPDATE ON orders FOR EACH ROW EXECUTE FUNCTION note();
ALTER TABLE orders DISABLE TRIGGER noted;
ALTER TABLE customers ENABLE ROW LEVEL SECURITY; CREATE POLICY only_new ON customers TO shop_writer USING (state = 'new');
CREATE AGGREGATE together(text) (SFUNC = textcat, STYPE = text, INITCOND = '');
CREATE OPERATOR === (LEFTARG = integer, RIGHTARG = integer, FUNCTION = int4eq);
CREATE CAST (mood AS integer) WITH FUNCTION mood_number(mood);
CREATE TEXT SEARCH CONFIGURATION plain (COPY = simple);
CREATE TABLE audit.entries (id integer PRIMARY KEY GENERATED BY DEFAULT AS IDENTITY (START 100), what text);
ALTER TABLE audit.entries OWNER TO shop_writer; INSERT INTO audit.entries (what) VALUES ('x');
COMMENT ON TABLE orders IS 'line one
line two'; COMMENT ON COLUMN orders.total IS 'in cents'; COMMENT ON FUNCTION add_one(integer) IS 'one more';
GRANT SELECT ON customers TO "shop reader"; GRANT SELECT (id), UPDATE (total) ON orders TO shop_writer; GRANT USAGE ON SCHEMA audit TO "shop reader" WITH GRANT OPTION;
GRANT INSERT, DELETE ON customers TO shop_writer; REVOKE EXECUTE ON FUNCTION add_one(integer) FROM PUBLIC;
ALTER DEFAULT PRIVILEGES IN SCHEMA audit GRANT SELECT ON TABLES TO "shop reader";
ALTER DEFAULT PRIVILEGES GRANT EXECUTE ON FUNCTIONS TO shop_writer; ALTER DEFAULT PRIVILEGES REVOKE ALL ON TYPES FROM PUBLIC;
ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT INSERT ON TABLES TO shop_writer;
REVOKE ALL ON SCHEMA public FROM PUBLIC; GRANT USAGE ON SCHEMA public TO "shop reader";
CREATE PUBLICATION published FOR TABLE orders;
CREATE SERVER elsewhere FOREIGN DATA WRAPPER postgres_fdw OPTIONS (host 'nowhere.example');
CREATE USER MAPPING FOR shop_writer SERVER elsewhere OPTIONS (user 'u');
CREATE FOREIGN TABLE far (i integer) SERVER elsewhere;
CREATE FUNCTION on_ddl() RETURNS event_trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'no DDL today'; END $$;
SELECT lo_from_bytea(4711, decode('00010203', 'hex')); SELECT lo_from_bytea(4712, ''); SELECT lo_from_bytea(4713, repeat('large ', 400000)::bytea);
UPDATE customers SET loid = 4711; GRANT SELECT ON LARGE OBJECT 4711 TO "shop reader"; COMMENT ON LARGE OBJECT 4712 IS 'empty';
REFRESH MATERIALIZED VIEW counted;
)";

} // namespace migrator::database::postgresql
