"""revision --autogenerate: the law. Apply what was generated and the next check is empty; go down and the schema is what it was; rows survive."""

import os
import unittest

import both
from both import setUpModule, tearDownModule  # noqa: F401
from models_case import ModelsCase
from project import MIGRATOR
from terminal import answered

FIRST = """CREATE TABLE customer (id integer PRIMARY KEY, email text NOT NULL, old_note text);
CREATE TABLE orders (id integer PRIMARY KEY, customer_id integer NOT NULL REFERENCES customer (id), total integer DEFAULT 0);
CREATE INDEX orders_customer ON orders (customer_id);
CREATE VIEW totals AS SELECT customer_id, sum(total) AS total FROM orders GROUP BY customer_id;
"""
SECOND = """CREATE TABLE customer (id integer PRIMARY KEY, email text NOT NULL UNIQUE, name text DEFAULT 'x' NOT NULL, CHECK (length(name) > 0));
CREATE TABLE orders (id integer PRIMARY KEY, customer_id integer NOT NULL REFERENCES customer (id) ON DELETE CASCADE, total bigint DEFAULT 1 NOT NULL);
CREATE INDEX orders_customer ON orders (customer_id, total);
CREATE TABLE product (sku text PRIMARY KEY NOT NULL);
CREATE VIEW totals AS SELECT customer_id, sum(total) AS total, count(*) AS n FROM orders GROUP BY customer_id;
"""
YAML = """
enums:
  state: [open, paid]
tables:
  customer:
    columns:
      id: {type: integer, primary_key: true, identity: true}
      email: {type: varchar(200), unique: true}
      active: {type: boolean, default: true}
      made: {type: timestamptz, default: {sql: CURRENT_TIMESTAMP}}
      twice: {type: integer, generated: id * 2}
    indexes:
      customer_email: {columns: [{sql: lower(email)}], unique: true, where: active}
  orders:
    columns:
      id: bigint
      part: smallint
      customer_id: {type: integer, references: {table: customer, on_delete: cascade}}
      state: {type: state, default: open}
      total: {type: "decimal(10, 2)", default: 0, check: total >= 0}
      extra: {type: json, nullable: true}
    primary_key: [id, part]
    unique: [{name: one_each, columns: [customer_id, part]}]
    checks: [{name: parts, sql: part BETWEEN 1 AND 9}]
    indexes:
      orders_customer: [customer_id, id desc]
views:
  open_orders: SELECT id, customer_id FROM orders WHERE state = 'open'
"""


class Autogenerate(ModelsCase):
    def first(self):
        self.model(FIRST)
        self.generate()
        self.must("upgrade", "head")
        self.assert_clean()

    def test_the_law_from_nothing_to_a_schema_to_another_and_back(self):
        self.first()
        self.project.database.rows("INSERT INTO customer (id, email) VALUES (1, 'a@x')")
        self.project.database.rows("INSERT INTO orders (id, customer_id, total) VALUES (7, 1, 5)")
        before = self.schema()
        self.model(SECOND)
        self.generate()
        self.must("upgrade", "head")
        self.assert_clean()
        self.assertEqual(self.project.database.rows("SELECT c.email, c.name, o.total FROM orders o JOIN customer c ON c.id = o.customer_id"), [["a@x", "x", "5"]])
        self.must("downgrade", "-1")
        self.assertEqual(self.schema(), before)
        self.assertEqual(self.project.database.rows("SELECT c.email, o.total FROM orders o JOIN customer c ON c.id = o.customer_id"), [["a@x", "5"]])
        self.must("downgrade", "base")
        self.assertEqual(self.user_tables(), [])

    def test_yaml_models_make_what_they_say(self):
        self.model(YAML, "10_model.yaml")
        self.generate()
        self.must("upgrade", "head")
        self.assert_clean()
        self.must("downgrade", "base")
        self.assertEqual(self.user_tables(), [])

    def test_foreign_keys_that_rows_may_break_are_told(self):
        """A way down that makes a dropped table again failed where rows led to it, and nothing said so."""
        parent, child = "CREATE TABLE p (id integer PRIMARY KEY);\n", "CREATE TABLE c (id integer PRIMARY KEY, p integer{});\n"
        self.model(parent + child.format(" REFERENCES p (id)"))
        self.assertNotIn("look at", self.generate())
        self.must("upgrade", "head")
        self.project.database.rows("INSERT INTO p VALUES (1)")
        self.project.database.rows("INSERT INTO c VALUES (1, 1)")
        self.model(child.format(""))
        text = self.generate()
        self.assertIn("-- look at the way down: table c fails where p leads to a row, for table p comes without rows\n", text)
        self.assertEqual(text.count("look at"), 1)
        self.must("upgrade", "head")
        self.assertIn(self.run_verb("downgrade", "-1").code, (20, 24))
        self.model("CREATE TABLE q (id integer PRIMARY KEY);\n" + child.format(" REFERENCES q (id)"))
        text = self.generate()
        self.assertIn("-- look at table c fails where p leads to a row, for table q comes without rows\n", text)
        self.assertEqual(text.count("look at"), 1)

    def test_a_rename_that_is_noted_keeps_the_rows(self):
        self.first()
        self.project.database.rows("INSERT INTO customer (id, email, old_note) VALUES (1, 'a@x', 'kept')")
        before = self.schema()
        renamed = FIRST.replace("CREATE TABLE customer (id integer PRIMARY KEY, email text NOT NULL, old_note text)",
                                "-- migrate:renamed_from customer\nCREATE TABLE client (id integer PRIMARY KEY, email text NOT NULL,\n"
                                "  -- migrate:renamed_from old_note\n  note text)").replace("REFERENCES customer", "REFERENCES client")
        self.model(renamed)
        self.generate()
        self.must("upgrade", "head")
        self.assert_clean()
        self.assertEqual(self.project.database.rows("SELECT email, note FROM client"), [["a@x", "kept"]])
        self.assertIn("nothing differs", self.must("revision", "--autogenerate", "-m", "again").stdout)
        self.must("downgrade", "-1")
        self.assertEqual(self.project.database.rows("SELECT email, old_note FROM customer"), [["a@x", "kept"]])
        self.assertEqual(self.schema(), before)

    def test_a_rename_that_is_noted_at_the_start_of_a_line(self):
        self.first()
        self.project.database.rows("INSERT INTO customer (id, email, old_note) VALUES (1, 'a@x', 'hello')")
        self.model(FIRST.replace("old_note text", "\n-- migrate:renamed_from old_note\nnote text NOT NULL DEFAULT 'x'"))
        self.assertNotIn("migrate:renamed_from", self.generate())
        self.must("upgrade", "head")
        self.assert_clean()
        self.assertEqual(self.project.database.rows("SELECT note FROM customer"), [["hello"]])

    def test_a_rename_by_flag_and_one_that_fits_nothing(self):
        self.first()
        self.project.database.rows("INSERT INTO customer (id, email, old_note) VALUES (1, 'a@x', 'kept')")
        self.model(FIRST.replace("old_note", "note"))
        error = self.refused(2, "Usage", "revision", "--autogenerate", "-m", "x", "--rename", "customer.nothing:note")
        self.assertIn("customer.nothing:note", error["message"])
        self.generate("--rename", "customer.old_note:note")
        self.must("upgrade", "head")
        self.assert_clean()
        self.assertEqual(self.project.database.rows("SELECT note FROM customer"), [["kept"]])

    def test_a_likely_rename_is_told_where_nobody_can_be_asked(self):
        self.first()
        self.model(FIRST.replace("old_note", "note"))
        done = self.must("revision", "--autogenerate", "-m", "x")
        self.assertIn("--rename customer.old_note:note", done.text)

    def test_a_terminal_asks_whether_a_likely_rename_is_one(self):
        self.first()
        self.project.database.rows("INSERT INTO customer (id, email, old_note) VALUES (1, 'a@x', 'hello')")
        self.model(FIRST.replace("old_note", "remark"))
        question = "It looks as if column customer.old_note is remark now. Is it so? [y/N]"
        for answer, rename in (("n\n", False), ("Yes\n", True)):
            with self.subTest(answer):
                code, text, said = answered([MIGRATOR, "revision", "--autogenerate", "-m", "x", "--dry-run"], answer, cwd=self.project.folder,
                                            env={**self.project.environment(), **self.cache})
                self.assertEqual(code, 0, said)
                self.assertIn(question, " ".join(said.split()))
                self.assertEqual("RENAME COLUMN" in text, rename, text)
                self.assertEqual("its data goes; if it was renamed, use --rename customer.old_note:remark" in text, not rename, text)
        self.generate("--yes")
        self.must("upgrade", "head")
        self.assertEqual(self.project.database.rows("SELECT remark FROM customer"), [["hello"]])

    def test_a_dry_run_writes_nothing(self):
        self.model(FIRST)
        done = self.must("revision", "--autogenerate", "--dry-run", "-m", "x")
        self.assertIn("-- migrate:up dialect:" + self.dialect, done.stdout)
        self.assertIn("not tried (--dry-run)", done.stdout)
        self.assertEqual(os.listdir(self.project.migrations), [])

    def test_flags_that_need_autogenerate_say_so(self):
        self.assertIn("--autogenerate", self.refused(2, "Usage", "revision", "--rename", "a:b")["message"])

    def test_without_models_it_says_where_to_name_them(self):
        self.project.settings = {"migrations": ["migrations"]}
        self.assertIn("models", self.refused(2, "InvalidConfiguration", "revision", "--autogenerate")["message"])


class BothDialects(ModelsCase):
    def test_models_for_both_give_sections_of_both(self):
        self.project.settings["models"] = {"sqlite": "models", "postgresql": "models"}
        self.model(YAML, "10_model.yaml")
        text = self.generate()
        for part in ("up dialect:sqlite", "up dialect:postgresql", "down dialect:sqlite", "down dialect:postgresql"):
            self.assertIn("-- migrate:" + part, text)
        self.must("upgrade", "head")
        self.must("check")
        self.must("check", "--revisions")


class Ignored(ModelsCase):
    def test_ignored_indexes_and_triggers_stay_when_their_table_is_made_again(self):
        self.project.settings["ignore"] = ["by_other_*"]
        table = "CREATE TABLE customer (id integer PRIMARY KEY, email text);\n"
        parts = "CREATE INDEX by_other_index ON customer (email);\nCREATE TRIGGER by_other_trigger AFTER INSERT ON customer BEGIN SELECT 1; END;\n"
        self.project.revision("a1", up=table + parts, down_sql="DROP TABLE customer;")
        self.must("upgrade", "head")
        find = "SELECT name FROM sqlite_schema WHERE name LIKE 'by_other%' ORDER BY name"
        for flags in ([], ["--rename", "customer:client"]):
            with self.subTest(flags):
                self.model(table.replace("email text", "email text CHECK (email <> '')").replace("customer", "client" if flags else "customer"))
                self.assertIn("migrator_new_", self.generate(*flags))
                self.must("upgrade", "head")
                self.assert_clean()
                self.assertEqual(self.project.database.rows(find), [["by_other_index"], ["by_other_trigger"]])
                self.must("downgrade", "a1")
                self.assertEqual(self.project.database.rows(find), [["by_other_index"], ["by_other_trigger"]])
                for name in os.listdir(self.project.migrations):
                    if "_a1_" not in name:
                        os.remove(os.path.join(self.project.migrations, name))


    def test_ignored_views_and_triggers_stay_where_something_is_renamed(self):
        self.project.settings["ignore"] = ["by_other_*"]
        ours = "CREATE TABLE customer (id integer PRIMARY KEY, email text);\nCREATE VIEW ids AS SELECT id FROM customer;\nCREATE VIEW emails AS SELECT email FROM customer;\n"
        theirs = "CREATE VIEW by_other_view AS SELECT id FROM ids;\nCREATE TRIGGER by_other_trigger INSTEAD OF DELETE ON ids BEGIN UPDATE customer SET email = ''; END;\n"
        self.project.revision("a1", up=ours + theirs, down_sql="DROP VIEW by_other_view;\nDROP VIEW emails;\nDROP VIEW ids;\nDROP TABLE customer;")
        self.must("upgrade", "head")
        self.project.database.rows("INSERT INTO customer VALUES (1, 'a@x')")
        self.model(ours.replace("email text", "mail text").replace("email FROM", "mail FROM"))
        self.assertNotIn("by_other", self.generate("--rename", "customer.email:mail"))
        for verb, column in ((("upgrade", "head"), "mail"), (("downgrade", "a1"), "email")):
            with self.subTest(verb):
                self.must(*verb)
                self.must("check", "--drift")
                self.assertEqual(self.project.database.rows("SELECT * FROM by_other_view"), [["1"]])
                self.project.database.rows("DELETE FROM ids")
                self.assertEqual(self.project.database.rows(f"SELECT {column} FROM customer"), [[""]])

    def test_an_ignored_view_that_bears_no_rename_is_named(self):
        """SQLite's refusal of the renames was all that was said, without a word of what to do."""
        ours = "CREATE TABLE a (x integer, y integer);\n"
        for number, (theirs, said) in enumerate((
                ("CREATE VIEW by_other_v AS SELECT * FROM a;\nCREATE VIEW by_other_w AS SELECT y FROM by_other_v;\n",
                 "error in view by_other_w after rename: no such column: y"),
                ("CREATE VIEW by_other_v AS SELECT q FROM nowhere;\n", "error in view by_other_v: no such table: main.nowhere"))):
            with self.subTest(said):
                project = self.project = self.another()
                project.settings["ignore"] = ["by_other_*"]
                project.revision("a1", up=ours + theirs)
                self.model(ours.replace("y integer", "z integer"))
                error = self.refused(2, "InvalidConfiguration", "revision", "--autogenerate", "-m", f"x{number}", "--rename", "a.y:z")
                self.assertEqual(error["message"], "the renames cannot be made beside the views and triggers that `ignore` names, and the views that "
                                 f"those read, for they stay as they are: SQLite refused the statement: {said}. Drop it in a revision by hand, generate "
                                 "this one, and make it again in one behind it.")

    def test_ignored_parts_of_what_goes_are_refused(self):
        """An index on "b" became one on the text 'b', and a trigger that names what goes failed at the next row."""
        ours = "CREATE TABLE t (a integer, b integer, c integer);\nCREATE TABLE log (x integer);\n"
        without_b = ours.replace("b integer, ", "")
        for number, (theirs, model, said) in enumerate((
                ('CREATE INDEX by_other ON t ("b");', without_b, "index by_other on t, which `ignore` names, needs column t.b"),
                ("CREATE INDEX by_other ON t ('b' DESC);", without_b, "index by_other on t, which `ignore` names, needs column t.b"),
                ('CREATE INDEX by_other ON t (a) WHERE "b" > 1;', without_b, "index by_other on t, which `ignore` names, needs column t.b"),
                ("CREATE TRIGGER by_other AFTER INSERT ON t BEGIN UPDATE t SET a = new.b; END;", without_b,
                 "trigger by_other on t, which `ignore` names, needs column t.b"),
                ("CREATE TRIGGER by_other AFTER INSERT ON t BEGIN DELETE FROM log; END;", ours.split("\n")[0],
                 "trigger by_other on t, which `ignore` names, needs table log"),
                ("CREATE INDEX by_other ON t (a) WHERE c <> 'b';", without_b, None),
                ("CREATE TRIGGER by_other AFTER INSERT ON log BEGIN DELETE FROM t; END;", ours.split("\n")[0], None))):
            with self.subTest(theirs):
                project = self.project = self.another()
                project.settings["ignore"] = ["by_other"]
                project.revision("a1", up=ours + theirs)
                self.model(model)
                if said is None:
                    self.generate()
                    continue
                error = self.refused(2, "InvalidConfiguration", "revision", "--autogenerate", "-m", f"x{number}")
                self.assertEqual(error["message"], said + ", which goes. Drop it in a revision by hand, then generate this one.")

    def test_kinds_that_are_not_in_the_model_are_named_until_they_are_ignored(self):
        self.model("CREATE TABLE t (a text);\nCREATE VIRTUAL TABLE \"my words\" USING fts5(a);\n")
        done = self.must("revision", "--autogenerate", "-m", "x")
        self.assertIn("not compared", done.stderr)
        self.assertIn("virtual table my words", done.stderr)
        self.project.settings["ignore"] = ["my words*"]
        self.assertNotIn("not compared", self.must("check", "--revisions").stderr)


class Rights(ModelsCase):
    """`owned: manage`: grants and owners are a part of the models."""

    TABLE = "CREATE TABLE customer (id integer PRIMARY KEY, email text);\n"
    GRANT = "GRANT SELECT ON customer TO PUBLIC;\nGRANT UPDATE (email) ON customer TO PUBLIC;\n"

    def test_they_count_where_they_are_managed_and_only_there(self):
        self.model(self.TABLE)
        self.generate()
        self.must("upgrade", "head")
        self.model(self.TABLE + self.GRANT)
        self.assert_clean()
        self.project.settings["owned"] = "manage"
        self.assertEqual(len(self.changes("check")), 2)
        self.assertIn("GRANT SELECT", self.generate())
        self.must("upgrade", "head")
        self.assert_clean()
        self.project.database.rows("REVOKE SELECT ON customer FROM PUBLIC")
        self.assertEqual(len(self.changes("check", "--drift")), 1)
        self.project.database.rows("GRANT SELECT ON customer TO PUBLIC")
        self.must("downgrade", "-1")
        self.model(self.TABLE)
        self.assertEqual(self.changes("check", code=0), [])

    def test_default_rights_are_no_difference(self):
        self.model(self.TABLE)
        self.generate()
        self.must("upgrade", "head")
        self.project.settings["owned"] = "manage"
        self.assert_clean()


class OnPostgresql(ModelsCase):
    def test_what_needs_a_kind_that_is_not_generated_says_so(self):
        made_by_hand = "CREATE TYPE pair AS (a integer, b integer);\n"
        self.model(made_by_hand + "CREATE TABLE t (id integer PRIMARY KEY, p pair);\n")
        message = self.refused(20, "SqlError", "revision", "--autogenerate", "-m", "x")["message"]
        self.assertIn("write a revision that makes them by hand, then generate the rest. They are: composite type public.pair.", message)
        self.project.revision("a1", up=made_by_hand, down_sql="DROP TYPE pair;")
        self.assertIn("CREATE TABLE public.t", self.generate())

    def test_labels_that_rows_hold_and_missing_values_are_found_before_anything_changes(self):
        table = "CREATE TABLE t (id integer PRIMARY KEY, m mood, n integer);\n"
        self.model("CREATE TYPE mood AS ENUM ('sad', 'ok');\n" + table)
        self.generate()
        self.must("upgrade", "head")
        self.project.database.rows("INSERT INTO t VALUES (1, 'sad')")
        before = self.schema()
        self.model("CREATE TYPE mood AS ENUM ('ok');\n" + table.replace("n integer", "n integer NOT NULL"))
        self.assertIn("-- migrate:assert SELECT NOT EXISTS (SELECT 1 FROM public.t WHERE m::text IN ('sad'))", self.generate())
        self.refused(20, "AssertionFailed", "upgrade", "head")
        self.assertEqual(self.schema(), before)
        self.project.database.rows("UPDATE t SET m = 'ok'")
        self.refused(20, "AssertionFailed", "upgrade", "head")
        self.project.database.rows("UPDATE t SET n = 1")
        self.must("upgrade", "head")
        self.assert_clean()

    def test_a_long_revision_ends_its_transaction_in_between(self):
        self.model("CREATE FUNCTION f() RETURNS integer LANGUAGE sql AS 'SELECT 1';\n"
                   + "".join(f"CREATE TABLE t{n} (id integer);\n" for n in range(600)))
        text = self.generate()
        self.assertEqual(text.count("transaction:false\n-- a transaction ends here"), 2, text[:2000])
        self.must("upgrade", "head")
        self.assert_clean()
        self.must("downgrade", "base")
        self.assertEqual(self.user_tables(), [])

    def test_what_is_named_after_a_renamed_table_is_renamed_with_it(self):
        made = "CREATE TABLE {0} (id serial PRIMARY KEY, email text UNIQUE, size integer CHECK (size > 0));\nCREATE INDEX {0}_size ON {0} (size);\n" \
               "CREATE TABLE r (t_id integer REFERENCES {0});\n"
        self.model(made.format("t"))
        self.generate()
        self.must("upgrade", "head")
        self.project.database.rows("INSERT INTO t (email) SELECT n::text FROM generate_series(1, 50) n")
        self.project.database.rows("DELETE FROM t WHERE id > 10")
        self.model(made.format("t2"))
        text = self.generate("--rename", "t:t2")
        self.assertNotIn("DROP", text)
        self.assertNotIn("CONCURRENTLY", text)
        for part in ("RENAME CONSTRAINT t_pkey TO t2_pkey", "RENAME CONSTRAINT t_email_key TO t2_email_key", "RENAME CONSTRAINT t_size_check TO t2_size_check",
                     "ALTER SEQUENCE public.t_id_seq RENAME TO t2_id_seq", "ALTER INDEX public.t_size RENAME TO t2_size"):
            self.assertIn(part, text)
        self.must("upgrade", "head")
        self.assert_clean()
        self.assertEqual(self.project.database.rows("INSERT INTO t2 (email) VALUES ('a') RETURNING id"), [["51"]])
        self.must("downgrade", "-1")
        self.must("check", "--drift")
        self.assertEqual(self.project.database.rows("INSERT INTO t (email) VALUES ('b') RETURNING id"), [["52"]])

    def test_a_key_of_any_name_cuts_batches(self):
        for number, key in enumerate(("Id", "my id", "k.d")):
            table = f'CREATE TABLE "Users {number}" ("{key}" serial PRIMARY KEY, "Name" text{{}});\n'
            self.model(table.format(""))
            self.generate()
            self.must("upgrade", "head")
            self.project.database.rows(f"INSERT INTO \"Users {number}\" (\"Name\") VALUES ('a'), ('b')")
            self.model(table.format(", \"CreatedAt\" timestamptz NOT NULL DEFAULT clock_timestamp()"))
            self.generate()
            self.must("upgrade", "head")
            self.assert_clean()
            self.assertEqual(self.project.database.rows(f'SELECT count(DISTINCT "CreatedAt") FROM "Users {number}"'), [["2"]])


both.on_both(globals(), Autogenerate)
both.on_sqlite(globals(), Ignored)
both.on_postgresql(globals(), BothDialects, Rights, OnPostgresql)


if __name__ == "__main__":
    unittest.main()
