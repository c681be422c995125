"""check and diff: models, revisions, database and snapshots held against each other (docs/models.md)."""

import os
import stat
import unittest

import both
from both import setUpModule, tearDownModule  # noqa: F401
from models_case import ModelsCase

TABLE = "CREATE TABLE customer (id integer PRIMARY KEY, email text NOT NULL);\n"


class Checks(ModelsCase):
    def test_all_three_questions_find_nothing_right_after_migrating(self):
        self.model(TABLE)
        self.project.revision("a1", up=TABLE, down_sql="DROP TABLE customer;")
        self.must("upgrade", "head")
        self.assert_clean()

    def test_models_of_very_many_tables_are_loaded_in_parts_as_if_in_one(self):
        on_postgresql = self.dialect == "postgresql"
        sql = "CREATE SCHEMA app;\nSET search_path = app;\nSET LOCAL search_path = app, public;\nCREATE TEMP TABLE names (a text);\n" if on_postgresql else ""
        prefix = "app." if on_postgresql else ""
        sql += "".join(f"CREATE TABLE t{n} (id integer PRIMARY KEY, name text);\n" for n in range(1200))
        tables = [f"table {prefix}t{n}: added" for n in range(1200)]
        self.model(sql + ("INSERT INTO names VALUES ('x');\n" if on_postgresql else ""))
        for _ in ("loaded", "from the cache"):
            self.assertEqual(sorted(one for one in self.changes("check", "--revisions") if one.startswith("table")), sorted(tables))
        self.model(sql + "CREATE INDEX broken ON nowhere (a);\n")
        error = self.refused(20, "SqlError", "check", "--revisions")
        self.assertEqual((error["file"], error["line"]), ("models/10_model.sql", sql.count("\n") + 1))
        self.assertNotIn("partial", error["message"])

    def test_a_reference_of_a_yaml_model_to_a_table_that_nothing_makes_is_an_error_of_its_line(self):
        yaml = "tables:\n  t:\n    columns:\n      id: {type: integer, primary_key: true}\n      c: {type: integer, references: custmer(id)}\n"
        self.model(yaml, "20_t.yaml")
        error = self.refused(2, "InvalidConfiguration", "check", "--revisions")
        self.assertEqual((error["file"], error["line"], error["message"]), ("models/20_t.yaml", 5, 'the models have no table "custmer".'))
        self.model(TABLE.replace("customer", "custmer"), "10_customer.sql")
        self.assertIn("table custmer: added", self.changes("check", "--revisions"))

    def test_what_a_model_cannot_hold_is_told_with_advice_for_models(self):
        for sql, advice in {
            "sqlite": (("PRAGMA foreign_keys = on;", "take it out of the models"), ("VACUUM;", "take it out of the models")),
            "postgresql": (("CREATE INDEX CONCURRENTLY i ON customer (email);", "leave CONCURRENTLY out"), ("VACUUM;", "take it out of the models")),
        }[self.dialect]:
            self.model(TABLE + sql)
            error = self.refused(2, "InvalidConfiguration", "check", "--revisions")
            self.assertEqual((error["file"], error["line"]), ("models/10_model.sql", TABLE.count("\n") + 1))
            self.assertIn("cannot run inside a transaction, and models are loaded in one: " + advice, error["message"])
            self.assertNotIn("transaction:false", error["message"])

    def test_a_missing_revision_is_found_and_the_exit_code_is_3(self):
        self.model(TABLE)
        self.assertEqual(self.changes("check", "--revisions"), ["table customer: added"])
        done = self.run_verb("check", "--revisions")
        self.assertIn("--autogenerate", done.stderr)

    def test_pending_revisions_are_named(self):
        self.model(TABLE)
        self.project.revision("a0", up="CREATE TABLE first (id integer PRIMARY KEY);", down_sql="DROP TABLE first;")
        self.must("upgrade", "head")
        self.project.revision("a1", "a0", up=TABLE + "DROP TABLE first;", down_sql="DROP TABLE customer;")
        done = self.run_verb("check", "--output", "json")
        self.assertEqual((done.code, done.json["comparisons"][0]["pending"]), (3, ["a1"]), done)
        self.assertEqual([change["pending"] for change in done.json["comparisons"][0]["changes"]], [True, True], done)
        done = self.run_verb("check")
        self.assertRegex(done.stdout, r"^\w+: pending: 1 revision \(a1\)")
        self.assertIn("nothing else differs", done.stdout)
        self.assertNotIn("customer", done.stdout)
        self.assertIn("no revision is missing: apply what is pending with `migrator upgrade heads`", done.stderr)

    def test_what_pending_revisions_do_not_make_is_listed_besides(self):
        self.project.revision("a1", up=TABLE, down_sql="DROP TABLE customer;")
        self.must("upgrade", "head")
        self.project.revision("a2", "a1", up="ALTER TABLE customer ADD COLUMN right_one integer; ALTER TABLE customer ADD COLUMN other integer;", down_sql="SELECT 1;")
        self.model("CREATE TABLE customer (id integer PRIMARY KEY, email text NOT NULL, right_one integer, other text, forgotten integer);")
        self.project.database.rows("ALTER TABLE customer ADD COLUMN by_hand integer")
        done = self.run_verb("check")
        self.assertEqual([line.strip() for line in done.stdout.splitlines() if line.startswith(" ")], [
            "column customer.by_hand: removed", "column customer.forgotten: added", "column customer.other: added"], done)
        self.assertIn("apply what is pending with `migrator upgrade heads`, then check again", done.stderr)

    def test_nothing_is_subtracted_where_an_applied_file_is_missing(self):
        applied = self.project.revision("a1", up=TABLE, down_sql="DROP TABLE customer;")
        self.must("upgrade", "head")
        self.model(TABLE + "CREATE TABLE more (id integer);")
        os.remove(applied)
        self.project.revision("b1", up="CREATE TABLE more (id integer);", down_sql="DROP TABLE more;")
        done = self.run_verb("check")
        self.assertIn("among these", done.stdout)
        self.assertIn("table more: added", done.stdout)

    def test_status_looks_for_drift_where_it_is_asked(self):
        self.project.revision("a1", up=TABLE, down_sql="DROP TABLE customer;")
        self.must("upgrade", "head")
        self.assertRegex(self.must("status").stdout, r"drift +not looked for")
        self.assertRegex(self.must("status", "--drift").stdout, r"drift +none\n")
        self.project.database.rows("CREATE INDEX by_hand ON customer (email)")
        self.assertEqual(self.must("status", "--drift", "--output", "json").json["drift"], ["index by_hand on customer: added"])
        self.assertEqual(self.run_verb("status", "--drift", "--snapshot", "x").code, 2)

    def test_a_word_that_diff_does_not_know_is_told_before_a_database_is_asked(self):
        done = self.run_verb("diff", "models", "revisons", extra={"DATABASE_URL": "sqlite:////nowhere/at/all.db"})
        self.assertEqual(done.code, 2, done)
        self.assertIn('Did you mean "revisions"?', done.stderr)

    def test_drift_is_what_somebody_did_by_hand(self):
        self.model(TABLE)
        self.project.revision("a1", up=TABLE, down_sql="DROP TABLE customer;")
        self.must("upgrade", "head")
        self.project.database.rows("CREATE INDEX by_hand ON customer (email)")
        self.assertEqual(self.changes("check", "--drift"), ["index by_hand on customer: added"])
        self.assertEqual(self.changes("check"), ["index by_hand on customer: removed"])
        self.assertEqual(self.changes("check", "--revisions", code=0), [])

    def test_a_snapshot_needs_no_scratch_database(self):
        self.project.revision("a1", up=TABLE, down_sql="DROP TABLE customer;")
        self.must("check", "--write-snapshot", "schema.json")
        self.must("upgrade", "head")
        self.project.settings = {}
        self.must("check", "--snapshot", "schema.json")
        self.project.database.rows("ALTER TABLE customer ADD COLUMN by_hand integer")
        self.assertEqual(self.changes("check", "--snapshot", "schema.json"), ["column customer.by_hand: added"])
        self.assertEqual(self.json("status", "--snapshot", "schema.json")["drift"], ["column customer.by_hand: added"])
        self.assertIsNone(self.json("status")["drift"])
        self.project.revision("a2", "a1", up="CREATE TABLE second (id integer PRIMARY KEY);", down_sql="DROP TABLE second;")
        self.must("upgrade", "head")
        for verb in ("status", "check"):
            message = self.refused(2, "InvalidConfiguration", verb, "--snapshot", "schema.json")["message"]
            self.assertEqual(message, "is of a1, and the database is at a2, so it tells nothing of drift. Name the snapshot of what the database is at, or "
                             "compare without one.")

    def test_an_assert_about_rows_does_not_stop_a_comparison(self):
        self.project.revision("a1", up=TABLE + "INSERT INTO customer VALUES (1, 'a');", down_sql="DROP TABLE customer;")
        self.project.revision("a2", "a1", up="-- migrate:assert SELECT count(*) = 2 FROM customer\nCREATE TABLE second (id integer PRIMARY KEY);",
                              down_sql="DROP TABLE second;")
        self.must("upgrade", "a1")
        self.project.database.rows("INSERT INTO customer VALUES (2, 'b')")
        self.must("upgrade", "head")
        self.model(TABLE + "CREATE TABLE second (id integer PRIMARY KEY);")
        self.assert_clean()

    def test_a_snapshot_that_is_none_is_named(self):
        self.project.write("../broken.json", "{}")
        self.assertIn("broken.json", self.refused(2, "InvalidConfiguration", "check", "--snapshot", "broken.json")["file"])
        self.refused(2, "InvalidConfiguration", "check", "--snapshot", "nothing.json")

    def test_diff_takes_any_two_and_ends_with_0(self):
        self.model(TABLE)
        self.project.revision("a1", up="CREATE TABLE first (id integer PRIMARY KEY);", down_sql="DROP TABLE first;")
        self.project.revision("a2", "a1", up=TABLE, down_sql="DROP TABLE customer;")
        self.must("upgrade", "a1")
        self.assertEqual(self.changes("diff", "database", "revisions", code=0), ["table customer: added"])
        self.assertEqual(self.changes("diff", "revisions:a1", "revisions:a2", code=0), ["table customer: added"])
        self.assertEqual(self.changes("diff", "models", "revisions", code=0), ["table first: added"])
        self.assertEqual(self.run_verb("diff", "model", "database").code, 2)

    def test_ignored_objects_do_not_count(self):
        self.model(TABLE)
        self.project.settings["ignore"] = ["tmp_*"]
        self.project.revision("a1", up=TABLE + "CREATE TABLE tmp_x (id integer PRIMARY KEY, n integer UNIQUE);", down_sql="SELECT 1;")
        self.assertEqual(self.changes("check", "--revisions", code=0), [])

    def test_nothing_differs_says_what_was_compared(self):
        self.model(TABLE)
        self.project.revision("a1", up=TABLE, down_sql="DROP TABLE customer;")
        told = self.must("revision", "--autogenerate", "-m", "x").stdout
        self.assertIn("models/10_model.sql", told)
        self.assertIn("no file is written", told)
        self.assertEqual(len(os.listdir(self.project.migrations)), 1)

    def test_models_that_do_not_load_are_named_with_their_line(self):
        self.model(TABLE + "\nCREATE TABLE broken (id nonsense_type PRIMARY KEY, CHECK (nowhere > 0));\n")
        done = self.run_verb("check", "--revisions", "--output", "json")
        self.assertNotEqual(done.code, 0)
        self.assertIn("models/10_model.sql", done.json["error"]["file"])
        self.assertEqual(done.json["error"]["line"], 3)

    def test_yaml_slips_are_named_with_line_and_suggestion(self):
        self.model("tables:\n  t:\n    columns:\n      id: {typ: integer}\n", "10_model.yaml")
        error = self.refused(2, "InvalidConfiguration", "check", "--revisions")
        self.assertEqual(error["line"], 4)
        self.assertIn('"type"', error["message"])

    def test_a_command_prints_models_and_gets_no_secrets(self):
        self.project.settings["models"] = {"exec": ["sh", "-c", 'test -z "$DATABASE_URL" && test -n "$MIGRATOR_DIALECT" && echo "$0"', TABLE]}
        self.project.revision("a1", up=TABLE, down_sql="DROP TABLE customer;")
        self.must("check", "--revisions")

    def test_a_command_that_fails_is_told_with_its_words(self):
        self.project.settings["models"] = {"exec": ["sh", "-c", "echo no such module >&2; exit 4"]}
        error = self.refused(2, "InvalidConfiguration", "check", "--revisions")
        self.assertIn("no such module", error["message"])
        self.assertIn("4", error["message"])

    def test_the_database_is_not_changed_by_a_check(self):
        self.model(TABLE)
        self.project.revision("a1", up=TABLE, down_sql="DROP TABLE customer;")
        self.must("upgrade", "head")
        before = self.project.database.schema()
        self.assert_clean()
        self.assertEqual(self.project.database.schema(), before)


class OnlyPostgresql(ModelsCase):
    def test_statements_that_reach_beyond_the_database_are_refused_in_replay(self):
        self.model(TABLE)
        self.project.revision("a1", up=TABLE + "\nCREATE ROLE somebody;", down_sql="DROP TABLE customer;")
        error = self.refused(2, "InvalidRevisionFile", "check", "--revisions")
        self.assertIn("CREATE ROLE", error["message"])
        self.assertEqual(error["line"], 7)

    def test_the_cache_is_for_its_owner_alone_and_a_broken_one_is_none(self):
        self.model(TABLE)
        self.project.revision("a1", up=TABLE, down_sql="DROP TABLE customer;")
        self.must("check", "--revisions")
        folder = os.path.join(self.cache["XDG_CACHE_HOME"], "migrator")
        names = os.listdir(folder)
        self.assertEqual(len(names), 2)
        for name in names:
            path = os.path.join(folder, name)
            self.assertEqual(stat.S_IMODE(os.stat(path).st_mode), 0o600)
            with open(path, "w", encoding="utf-8") as file:
                file.write("{")
        self.must("check", "--revisions")

    def test_without_a_place_for_scratch_databases_it_says_what_to_set(self):
        del self.project.settings["scratch_url"]
        self.model(TABLE)
        self.assertIn("scratch_url", self.refused(2, "InvalidConfiguration", "check", "--revisions")["message"])

    def test_no_scratch_database_is_left(self):
        self.model(TABLE)
        before = self.project.database.rows("SELECT count(*) FROM pg_database")
        self.run_verb("check", "--revisions")
        self.assertEqual(self.project.database.rows("SELECT count(*) FROM pg_database"), before)


both.on_both(globals(), Checks)
both.on_postgresql(globals(), OnlyPostgresql)

if __name__ == "__main__":
    unittest.main()
