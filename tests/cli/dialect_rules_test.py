"""The rules of revision files and of the history in the database, one test each, named after its rule, on each database that the rule concerns
(docs/revision-format.md, docs/history-tables.md).
"""

import os
import subprocess
import unittest

from conditions import psql_session
from histories import Section, body, counted_effects, set_up, trace
from project import MIGRATOR, PrivatePostgresql, Project

SERVER = None


def setUpModule():
    global SERVER
    SERVER = PrivatePostgresql(durable=False)
    SERVER.__enter__()


def tearDownModule():
    SERVER.__exit__(None, None, None)


class Rules:
    """A fresh project with the tables effects, gate and item, and ways to say what a rule allows and refuses."""

    def setUp(self):
        self.project = Project(self.dialect, SERVER)
        self.addCleanup(self.project.close)
        set_up(self.project.database)
        self.database = self.project.database
        self.other = "postgresql" if self.dialect == "sqlite" else "sqlite"

    def write(self, *sections, revision="a", down="none"):
        return self.project.revision(revision, down, body=body(*sections))

    def up(self):
        return self.project.must("upgrade", "head")

    def refused(self, code, *words, verb=("upgrade", "head"), **options):
        """The command ends with `code`, says `words`, and no trace of revision a is there."""
        done = self.project.run(*verb, **options)
        self.assertEqual(code, done.code, done)
        for word in words:
            self.assertIn(word, done.stderr)
        self.assertEqual({}, counted_effects(self.database))
        return done

    def marks(self):
        return counted_effects(self.database)

    def one(self, sql):
        return self.database.rows(sql)[0][0]

    def units(self):
        [step] = self.project.must("plan", "--output", "json").json["steps"]
        return [(unit["kind"], unit["statements"]) for unit in step["units"]]

    def data(self, table, key, statement=None, batch=2):
        statement = statement or f"UPDATE {table} SET n = n + 1 WHERE {key} > :from AND {key} <= :to"
        return Section(f"data name:fill table:{table} key:{key} batch:{batch}", statement)


class EveryDialect(Rules):
    # --- sections

    def test_sections_with_a_dialect_run_as_well_not_instead(self):
        self.write(Section("up", trace("1")), Section(f"up dialect:{self.dialect}", trace("2")), Section(f"up dialect:{self.other}", trace("no")),
                   Section("up", trace("3")))
        self.up()
        self.assertEqual([["1"], ["2"], ["3"]], self.database.rows("SELECT mark FROM effects"))

    def test_downs_run_in_file_order_too(self):
        self.write(Section("up"), Section("down", trace("1")), Section(f"down dialect:{self.dialect}", trace("2")), Section("down", trace("3")))
        self.up()
        self.project.must("downgrade", "base")
        self.assertEqual([["1"], ["2"], ["3"]], self.database.rows("SELECT mark FROM effects"))

    def test_no_section_for_this_dialect_is_an_error(self):
        self.write(Section(f"up dialect:{self.other}", trace("no")), Section("down"))
        self.refused(2, f"revision a has no up section for {self.dialect}; add one")

    def test_an_empty_section_says_that_there_is_nothing_to_do(self):
        self.write(Section(f"up dialect:{self.other}", trace("no")), Section(f"up dialect:{self.dialect}"), Section("down"))
        self.up()
        self.assertEqual(["a"], self.project.heads())
        self.assertEqual({}, self.marks())

    def test_no_down_section_for_this_dialect_is_irreversible(self):
        self.write(Section("up"), Section(f"down dialect:{self.other}", trace("no")))
        self.up()
        self.refused(26, f"revision a has no down section for {self.dialect}, so it cannot be taken back", verb=("downgrade", "base"))
        self.assertEqual(["a"], self.project.heads())

    def test_irreversible_is_found_before_anything_changed(self):
        self.write(Section("up"), Section("down irreversible"))
        self.write(Section("up"), Section("down", trace("down b")), revision="b", down="a")
        self.up()
        self.refused(26, "revision a says that it cannot be taken back", verb=("downgrade", "base"))
        self.assertEqual(["b"], self.project.heads())

    def test_adjacent_sections_share_a_transaction(self):
        self.write(Section("up", trace("1")), Section("up lock_timeout:1s", trace("2")), Section(f"up dialect:{self.dialect}", "broken"))
        self.refused(20)
        self.assertEqual([["failed"]], self.database.rows("SELECT outcome FROM migrator_version_journal"))

    def test_transaction_false_and_data_end_the_transaction(self):
        self.write(Section("up", trace("1")), Section("up", trace("2")), Section("up transaction:false", trace("3"), trace("4")),
                   Section("up", trace("5")), self.data("item", "id", "UPDATE item SET ups = 1 WHERE id > :from AND id <= :to"),
                   Section("up", trace("6")), Section("down"))
        self.assertEqual([("transaction", 2), ("transaction", 1), ("transaction", 1), ("transaction", 1), ("batch", 1), ("transaction", 1)], self.units())

    def test_the_version_row_moves_last_going_up_and_first_going_down(self):
        self.write(Section("up transaction:false", trace("up 1"), "INSERT INTO gate (id) SELECT 1", trace("up 3")),
                   Section("down transaction:false", trace("down 1"), "INSERT INTO gate (id) SELECT 2", trace("down 3")))
        self.database.script("INSERT INTO gate VALUES (1);")
        self.assertEqual(24, self.project.run("upgrade", "head").code)
        self.assertEqual([], self.project.heads())
        self.assertEqual("partial", self.one("SELECT state FROM migrator_version_revisions WHERE id = 'a'"))
        self.database.script("DELETE FROM gate;")
        self.up()
        self.assertEqual(["a"], self.project.heads())
        self.database.script("INSERT INTO gate VALUES (2);")
        self.assertEqual(24, self.project.run("downgrade", "base").code)
        self.assertEqual([], self.project.heads())
        self.assertEqual("partial", self.one("SELECT state FROM migrator_version_revisions WHERE id = 'a'"))
        self.database.script("DELETE FROM gate;")
        self.project.must("downgrade", "base")
        self.assertEqual("rolled back", self.one("SELECT state FROM migrator_version_revisions WHERE id = 'a'"))

    def test_every_verb_says_that_a_step_is_partial(self):
        self.write(Section("up transaction:false", trace("1"), "broken"), Section("down"))
        self.assertEqual(24, self.project.run("upgrade", "head").code)
        self.assertIn("partial", self.project.run("current").text)
        self.assertIn("partial", self.project.run("status").text)
        self.assertTrue(self.project.must("plan", "--output", "json").json["steps"][0]["resumes"])
        self.assertEqual(12, self.project.run("wait", "--timeout", "300ms").code)
        self.assertIn("partial", self.project.run("wait", "--timeout", "300ms").text)

    def test_transaction_false_runs_what_can_in_a_transaction_exactly_once(self):
        """A statement fails half-way through its own rows: nothing of it stays, and what came before is not run again."""
        self.database.script("INSERT INTO gate VALUES (3);")
        self.write(Section("up transaction:false", trace("1"), "INSERT INTO gate (id) SELECT id FROM item WHERE id <= 5", trace("2")))
        for _ in range(2):
            self.assertEqual(24, self.project.run("upgrade", "head").code)
            self.assertEqual([["3"]], self.database.rows("SELECT id FROM gate"))
        self.database.script("DELETE FROM gate;")
        self.up()
        self.assertEqual({"1": 1, "2": 1}, self.marks())
        self.assertEqual("5", self.one("SELECT count(*) FROM gate"))

    def test_refused_statements(self):
        for statement in ("BEGIN", "COMMIT", "ROLLBACK", "END", "BEGIN IMMEDIATE" if self.dialect == "sqlite" else "START TRANSACTION"):
            for directive in ("up", "up transaction:false"):
                with self.subTest(statement=statement, directive=directive):
                    path = self.write(Section(directive, trace("1"), statement))
                    self.refused(2, "is not allowed here", ":6: ")
                    os.remove(path)

    def test_a_refused_statement_in_a_later_revision_stops_the_run_before_it_begins(self):
        self.write(Section("up", trace("1")))
        self.write(Section("up", "COMMIT"), revision="b", down="a")
        self.refused(2, "COMMIT is not allowed here")

    def test_there_are_no_variables(self):
        self.write(Section("up", "INSERT INTO effects VALUES ('${HOME} :name %s')"))
        self.up()
        self.assertEqual({"${HOME} :name %s": 1}, self.marks())

    def test_temporary_tables_do_not_leave_a_section(self):
        self.write(Section("up", "CREATE TEMPORARY TABLE scratch (n integer)", "INSERT INTO scratch VALUES (1)"))
        self.write(Section("up", "CREATE TEMPORARY TABLE scratch (n integer)", "INSERT INTO scratch VALUES (1)"), revision="b", down="a")
        self.up()
        self.assertEqual(["b"], self.project.heads())

    def test_a_temporary_table_cannot_stand_for_the_history(self):
        """Bookkeeping is qualified: what a section calls like our tables is not ours."""
        self.write(Section("up", "CREATE TEMPORARY TABLE migrator_version (version_num text)",
                           "CREATE TEMPORARY TABLE migrator_version_journal (id integer)", trace("1")))
        self.up()
        self.assertEqual(["a"], self.project.heads())
        self.assertEqual([["a", "up", "done"]], self.project.journal())

    def test_a_section_that_touches_the_version_table_fails(self):
        for statement in ("INSERT INTO migrator_version VALUES ('zzz')", "DELETE FROM migrator_version", "UPDATE migrator_version SET version_num = 'zzz'"):
            with self.subTest(statement=statement):
                path = self.write(Section("up"), revision="base0")
                second = self.write(Section("up", trace("1"), statement), revision="a", down="base0")
                self.project.must("upgrade", "base0")
                self.refused(20)
                self.assertEqual(["base0"], self.project.heads())
                os.remove(path)
                os.remove(second)
                self.database.script("DELETE FROM migrator_version; DELETE FROM migrator_version_journal;")

    # --- data sections

    def walk(self, create, fill, key="id"):
        self.database.script(f"{create} {fill}")
        self.write(Section("up"), self.data("t", key))
        self.up()
        self.assertEqual("1 1", self.one("SELECT min(n) || ' ' || max(n) FROM t"))

    def test_data_walks_integer_keys(self):
        big = "9223372036854775807"
        self.walk("CREATE TABLE t (id bigint PRIMARY KEY NOT NULL, n integer NOT NULL DEFAULT 0);",
                  f"INSERT INTO t (id) VALUES (-9223372036854775807), (-5), (0), (1), (2), (7), ({big});")

    def test_data_walks_text_keys_in_code_point_order(self):
        collate = ' COLLATE "C"' if self.dialect == "postgresql" else ""
        self.walk(f"CREATE TABLE t (id text{collate} PRIMARY KEY NOT NULL, n integer NOT NULL DEFAULT 0);",
                  "INSERT INTO t (id) VALUES ('a'), ('B'), ('ä'), ('it''s'), ('z '), (' '), ('日本'), ('\\');")

    def test_data_walks_a_unique_key_that_is_not_the_primary_one(self):
        self.walk("CREATE TABLE t (id integer PRIMARY KEY, code integer NOT NULL UNIQUE, n integer NOT NULL DEFAULT 0);",
                  "INSERT INTO t (id, code) VALUES (1, 30), (2, 10), (3, 20);", key="code")

    def test_data_deletes_and_inserts(self):
        self.database.script("CREATE TABLE t (id integer PRIMARY KEY, n integer NOT NULL DEFAULT 0); CREATE TABLE u (id integer);"
                             "INSERT INTO t (id) SELECT id FROM item;")
        self.write(Section("up"), self.data("t", "id", "INSERT INTO u SELECT id FROM t WHERE id > :from AND id <= :to"),
                   Section("data name:gone table:t key:id batch:4", "DELETE FROM t WHERE id > :from AND id <= :to AND id % 2 = 0"))
        self.up()
        self.assertEqual("25 25", self.one("SELECT count(*) || ' ' || count(DISTINCT id) FROM u"))
        self.assertEqual("13", self.one("SELECT count(*) FROM t"))

    def test_parameters_are_found_outside_literals_only(self):
        self.database.script("CREATE TABLE t (id integer PRIMARY KEY, said text);INSERT INTO t (id) VALUES (1), (2), (3);")
        self.write(Section("up"), self.data("t", "id", "UPDATE t SET said = ':from :to' /* :from */ WHERE id > :from AND id <= :to -- :to\n"))
        self.up()
        self.assertEqual([[":from :to"]], self.database.rows("SELECT DISTINCT said FROM t"))

    def no_walk(self, table, *words, key="id"):
        self.database.script(table)
        self.write(Section("up", trace("1")), self.data("t", key))
        self.refused(20, *words)
        self.assertEqual([], self.project.heads())

    def test_data_refuses_a_nullable_key(self):
        self.no_walk("CREATE TABLE t (id integer UNIQUE, n integer);", "id")

    def test_data_refuses_a_key_that_is_not_unique(self):
        self.no_walk("CREATE TABLE t (id integer NOT NULL, n integer);", "id")

    def test_data_refuses_a_part_of_a_key(self):
        self.no_walk("CREATE TABLE t (id integer NOT NULL, m integer NOT NULL, n integer, PRIMARY KEY (id, m));", "id")

    def test_data_refuses_a_partial_unique_index(self):
        self.no_walk("CREATE TABLE t (id integer NOT NULL, n integer); CREATE UNIQUE INDEX u ON t (id) WHERE n > 0;", "id")

    def test_data_refuses_another_collation(self):
        collation = "NOCASE" if self.dialect == "sqlite" else '"en-x-icu"'
        self.no_walk(f"CREATE TABLE t (id text COLLATE {collation} PRIMARY KEY NOT NULL, n integer);", "ollation")

    def test_data_refuses_an_empty_text_key(self):
        collate = ' COLLATE "C"' if self.dialect == "postgresql" else ""
        self.no_walk(f"CREATE TABLE t (id text{collate} PRIMARY KEY NOT NULL, n integer); INSERT INTO t VALUES ('', 0), ('a', 0);",
                     "an empty")

    def test_data_refuses_the_smallest_integer(self):
        self.no_walk("CREATE TABLE t (id bigint PRIMARY KEY NOT NULL, n integer); INSERT INTO t VALUES (-9223372036854775807 - 1, 0);",
                     "the smallest integer")

    def test_data_refuses_a_key_that_is_not_there(self):
        self.no_walk("CREATE TABLE t (id integer PRIMARY KEY, n integer);", "no_such_key", key="no_such_key")

    def test_data_holds_exactly_one_statement(self):
        for statements in ([], ["SELECT 1 WHERE 1 > :from AND 1 <= :to"], ["DELETE FROM item WHERE id > :from AND id <= :to"] * 2,
                           ["DELETE FROM item"], ["DELETE FROM item WHERE id > :from"]):
            with self.subTest(statements=statements):
                path = self.write(Section("up", trace("1")), Section("data name:fill table:item key:id", *statements))
                self.refused(2)
                self.assertEqual("25", self.one("SELECT count(*) FROM item"))
                os.remove(path)

    def test_a_table_that_the_step_makes_can_be_walked(self):
        self.write(Section("up", "CREATE TABLE t (id integer PRIMARY KEY, n integer NOT NULL DEFAULT 0)", "INSERT INTO t (id) SELECT id FROM item"),
                   self.data("t", "id"))
        self.up()
        self.assertEqual("1 1", self.one("SELECT min(n) || ' ' || max(n) FROM t"))

    # --- checksums

    def edit(self, before, after):
        """Applies `before`, puts `after` in its place, and gives what upgrade says."""
        path = self.project.revision("a", body=before)
        self.up()
        with open(path, "rb") as file:
            text = file.read().decode()
        with open(path, "wb") as file:
            file.write(text.replace(before, after).encode())
        return self.project.run("upgrade", "head")

    SQL = "-- migrate:up\nINSERT INTO effects (mark) VALUES ('one  two');\n-- migrate:down\nDELETE FROM effects;"

    def assert_unedited(self, after):
        done = self.edit(self.SQL, after)
        self.assertEqual(0, done.code, done)
        self.assertEqual({"one  two": 1}, self.marks())

    def test_checksum_does_not_see_line_ends(self):
        self.assert_unedited(self.SQL.replace("\n", "\r\n"))

    def test_checksum_does_not_see_comments(self):
        self.assert_unedited(self.SQL.replace("VALUES", "/* a comment */ VALUES -- another\n"))

    def test_checksum_does_not_see_blanks_and_indentation(self):
        self.assert_unedited(self.SQL.replace(" (mark) VALUES", "\n\t(  mark  )\n    VALUES"))

    def test_checksum_does_not_see_timeouts_and_allow(self):
        self.assert_unedited(self.SQL.replace("migrate:up", "migrate:up lock_timeout:5s statement_timeout:1m\n-- migrate:allow drop_column because I say so"))

    def test_checksum_sees_blanks_in_literals(self):
        done = self.edit(self.SQL, self.SQL.replace("one  two", "one two"))
        self.assertEqual(21, done.code, done)
        self.assertIn("revision a was edited after it was applied", done.stderr)

    def test_checksum_sees_hints(self):
        self.assertEqual(21, self.edit(self.SQL, self.SQL.replace("INSERT", "/*+ hint */ INSERT")).code)

    def test_checksum_sees_transaction_false(self):
        self.assertEqual(21, self.edit(self.SQL, self.SQL.replace("migrate:up", "migrate:up transaction:false")).code)

    def test_an_edited_down_is_used_and_noted(self):
        done = self.edit(self.SQL, self.SQL.replace("DELETE FROM effects", trace("down")))
        self.assertEqual(0, done.code, done)
        self.assertIn("the down section of revision a was edited after it was applied; the file's is used", done.text)
        self.project.must("downgrade", "base")
        self.assertEqual({"one  two": 1, "down": 1}, self.marks())

    def test_changed_parents_are_an_edit(self):
        self.write(Section("up"), revision="r1")
        self.write(Section("up"), revision="r2", down="r1")
        path = self.write(Section("up"), revision="r3", down="r2")
        self.up()
        with open(path, encoding="utf-8") as file:
            text = file.read()
        with open(path, "w", encoding="utf-8") as file:
            file.write(text.replace("down_revision r2", "down_revision r1"))
        refused = self.project.run("upgrade", "heads")
        self.assertEqual(21, refused.code, refused)
        self.assertIn("revision r3 was applied with the parents r2", refused.stderr)

    def test_sections_of_the_other_dialect_may_be_edited(self):
        before = f"-- migrate:up dialect:{self.dialect}\n{trace('1')};\n-- migrate:up dialect:{self.other}\nSELECT 1;"
        done = self.edit(before, before.replace("SELECT 1", "SELECT 2"))
        self.assertEqual(0, done.code, done)


class RulesOnSqlite(EveryDialect, unittest.TestCase):
    dialect = "sqlite"

    def test_statements_that_need_transaction_false(self):
        for statement in ("VACUUM", "ATTACH 'other.db' AS other", "PRAGMA journal_mode = WAL", "PRAGMA foreign_keys = ON"):
            with self.subTest(statement=statement):
                path = self.write(Section("up", trace("1"), statement))
                self.refused(2, "transaction")
                os.remove(path)

    def test_vacuum_and_journal_mode_run_with_transaction_false(self):
        self.write(Section("up transaction:false", "VACUUM", "PRAGMA journal_mode = WAL", trace("1")))
        self.up()
        self.assertEqual({"1": 1}, self.marks())
        self.assertEqual("wal", self.one("PRAGMA journal_mode"))

    def test_settings_do_not_leave_a_section(self):
        self.write(Section("up", "PRAGMA recursive_triggers = ON", "PRAGMA case_sensitive_like = ON", "PRAGMA ignore_check_constraints = ON"))
        self.write(Section("up", "INSERT INTO effects SELECT 'like' WHERE 'a' LIKE 'A'"), revision="b", down="a")
        self.write(Section("up", "UPDATE item SET ups = 5000"), revision="c", down="b")
        failed = self.project.run("upgrade", "head")
        self.assertEqual(20, failed.code, failed)
        self.assertIn("CHECK constraint failed", failed.stderr)
        self.assertEqual({"like": 1}, self.marks())

    def test_a_transaction_false_section_keeps_its_settings_to_its_end(self):
        self.write(Section("up transaction:false", "ATTACH ':memory:' AS other", "CREATE TABLE other.t (n integer)", "INSERT INTO other.t VALUES (1)",
                           "INSERT INTO effects SELECT 'attached' FROM other.t"), Section("up", trace("2")))
        self.up()
        self.assertEqual({"attached": 1, "2": 1}, self.marks())

    def test_an_attached_database_does_not_leave_a_section(self):
        self.write(Section("up transaction:false", "ATTACH ':memory:' AS other", "CREATE TABLE other.t (n integer)"),
                   Section("up", "INSERT INTO other.t VALUES (1)"))
        failed = self.project.run("upgrade", "head")
        self.assertEqual(24, failed.code, failed)
        self.assertIn("no such table: other.t", failed.stderr)

    FAMILY = ("CREATE TABLE parent (id integer PRIMARY KEY); CREATE TABLE child (id integer PRIMARY KEY, parent integer REFERENCES parent ON DELETE "
              "CASCADE); INSERT INTO parent VALUES (1), (2); INSERT INTO child VALUES (1, 1), (2, 2);")

    def test_foreign_keys_are_off_and_checked_a_new_violation_fails(self):
        self.database.script(self.FAMILY)
        self.write(Section("up", trace("1"), "DELETE FROM parent WHERE id = 1"))
        self.refused(20, "the step breaks foreign keys: 1 row of table", "child")
        self.assertEqual("2", self.one("SELECT count(*) FROM parent"))

    def test_foreign_keys_an_old_violation_stays_allowed(self):
        self.database.script(self.FAMILY + "INSERT INTO child VALUES (3, 99);")
        self.write(Section("up", trace("1"), "UPDATE child SET id = id + 10 WHERE id < 3", "DELETE FROM effects WHERE mark = 'no'"))
        self.up()
        self.assertEqual({"1": 1}, self.marks())

    def test_foreign_keys_a_table_can_be_rebuilt(self):
        self.database.script(self.FAMILY)
        self.write(Section("up", "CREATE TABLE parent_new (id integer PRIMARY KEY, name text)", "INSERT INTO parent_new (id) SELECT id FROM parent",
                           "DROP TABLE parent", "ALTER TABLE parent_new RENAME TO parent"))
        self.up()
        self.assertEqual("2", self.one("SELECT count(*) FROM child"))

    def test_foreign_keys_on_cascades(self):
        self.database.script(self.FAMILY)
        self.write(Section("up", trace("1")), Section("up foreign_keys:on", "DELETE FROM parent WHERE id = 1"))
        self.assertEqual([("transaction", 1), ("transaction", 1)], self.units())
        self.up()
        self.assertEqual([["2", "2"]], self.database.rows("SELECT * FROM child"))

    def test_foreign_keys_on_enforces_at_once(self):
        self.database.script(self.FAMILY)
        self.write(Section("up foreign_keys:on", trace("1"), "INSERT INTO child VALUES (9, 99)"))
        self.refused(20, "FOREIGN KEY constraint failed")

    def test_data_refuses_real_numbers_in_an_untyped_key(self):
        self.no_walk("CREATE TABLE t (id PRIMARY KEY NOT NULL, n integer); INSERT INTO t VALUES (1.5, 0);", "id")

    def test_a_read_only_database_is_refused(self):
        """By a user who may read it only; root may write everything, so it becomes nobody."""
        self.write(Section("up", trace("1")))
        for folder, _, names in os.walk(self.project.folder, topdown=False):
            for name in names:
                os.chmod(os.path.join(folder, name), 0o444)
            os.chmod(folder, 0o555)
        user = {"user": "nobody", "extra_groups": []} if os.geteuid() == 0 else {}
        done = subprocess.run([MIGRATOR, "upgrade", "head"], cwd=self.project.folder, env=self.project.environment(), capture_output=True, text=True,
                              timeout=60, **user)
        os.chmod(self.project.folder, 0o755)
        self.assertEqual(26, done.returncode, done)
        self.assertIn(self.database.path, done.stderr)
        self.assertEqual(["effects", "gate", "item"], self.database.tables())


class RulesOnPostgresql(EveryDialect, unittest.TestCase):
    dialect = "postgresql"

    def test_concurrently_needs_transaction_false(self):
        for statement in ("CREATE INDEX CONCURRENTLY i ON item (ups)", "DROP INDEX CONCURRENTLY i", "VACUUM item", "REINDEX INDEX CONCURRENTLY i",
                          "CREATE DATABASE other", "ALTER SYSTEM SET work_mem = '1MB'"):
            with self.subTest(statement=statement):
                path = self.write(Section("up", trace("1"), statement))
                self.refused(2, "cannot run inside a transaction; put it into a section of its own that begins with: -- migrate:up transaction:false")
                os.remove(path)

    def test_more_refused_statements(self):
        for statement in ("PREPARE TRANSACTION 'x'", "DISCARD ALL", "SET SESSION AUTHORIZATION tester", "RESET SESSION AUTHORIZATION", "ABORT",
                          "COMMIT PREPARED 'x'", "SET LOCAL SESSION AUTHORIZATION tester"):
            for directive in ("up", "up transaction:false"):
                with self.subTest(statement=statement, directive=directive):
                    path = self.write(Section(directive, trace("1"), statement))
                    self.refused(2, "is not allowed here")
                    os.remove(path)

    def test_the_state_of_the_transaction_is_checked_after_each_statement(self):
        """A COMMIT that hides in a procedure."""
        self.database.script("CREATE PROCEDURE ends_it() LANGUAGE plpgsql AS $$ BEGIN COMMIT; END $$;")
        self.write(Section("up", trace("1"), "CALL ends_it()"))
        self.refused(20)

    def leaves(self, *statements, witness):
        """What a section does to the session is not there in the next unit, nor in the next revision."""
        self.write(Section("up", *statements), revision="a")
        self.write(Section("up", f"INSERT INTO public.effects SELECT 'left' WHERE {witness}"), revision="b", down="a")
        self.write(Section("up transaction:false", *statements), Section("up", f"INSERT INTO public.effects SELECT 'left' WHERE {witness}"), revision="c",
                   down="b")
        self.up()
        self.assertEqual(["c"], self.project.heads())
        self.assertEqual({}, self.marks())

    def test_search_path_does_not_leave_a_section(self):
        self.leaves("SELECT pg_catalog.set_config('search_path', '', false)", witness="current_setting('search_path') = ''")

    def test_a_role_does_not_leave_a_section(self):
        self.database.script("DO $$ BEGIN CREATE ROLE other_role; EXCEPTION WHEN duplicate_object THEN NULL; END $$;"
                             "GRANT ALL ON ALL TABLES IN SCHEMA public TO other_role;")
        self.leaves("SET ROLE other_role", witness="current_user = 'other_role'")

    def test_timeouts_do_not_leave_a_section(self):
        self.leaves("SET lock_timeout = 0", "SET statement_timeout = '1h'",
                    witness="current_setting('lock_timeout') = '0' OR current_setting('statement_timeout') = '1h'")

    def test_prepared_cursors_and_session_settings_do_not_leave_a_section(self):
        self.leaves("SET application_name = 'mine'", "SET timezone = 'Asia/Tokyo'",
                    witness="current_setting('application_name') = 'mine' OR current_setting('timezone') = 'Asia/Tokyo'")

    def test_a_transaction_false_section_keeps_its_settings_to_its_end(self):
        self.write(Section("up transaction:false", "SET work_mem = '7MB'", "INSERT INTO effects SELECT 'kept' WHERE current_setting('work_mem') = '7MB'"))
        self.up()
        self.assertEqual({"kept": 1}, self.marks())

    def test_bookkeeping_after_a_section_that_changed_role_and_path_is_ours(self):
        self.database.script("DO $$ BEGIN CREATE ROLE other_role; EXCEPTION WHEN duplicate_object THEN NULL; END $$; GRANT INSERT ON effects TO other_role;")
        self.write(Section("up", "SET ROLE other_role", trace("1"), "SET search_path = pg_catalog", "SET default_transaction_read_only = on"))
        self.up()
        self.assertEqual(["a"], self.project.heads())

    def test_string_escapes_switched_off_by_a_section(self):
        """standard_conforming_strings off would turn a backslash in our own literals into an escape."""
        self.write(Section("up", "SET standard_conforming_strings = off", trace("1")), Section("down", "SELECT 'back\\'"))
        self.up()
        self.assertEqual(["a"], self.project.heads())
        self.assertEqual("t", self.one("SELECT strpos(down_sections, 'back' || chr(92) || chr(39)) > 0 FROM migrator_version_journal"))

    def test_string_escapes_switched_off_for_the_role(self):
        self.database.script(f"ALTER DATABASE {self.database.name} SET standard_conforming_strings = off;"
                             f"ALTER DATABASE {self.database.name} SET search_path = pg_catalog;"
                             f"ALTER DATABASE {self.database.name} SET default_transaction_isolation = 'serializable';")
        self.write(Section("up", "INSERT INTO public.effects VALUES ('a\\')"), Section("down", "SELECT 'back\\'"))
        self.up()
        self.assertEqual({"a\\": 1}, {row[0]: 1 for row in self.database.rows("SELECT mark FROM public.effects")})
        self.assertEqual("t", self.one("SELECT strpos(down_sections, 'back' || chr(92) || chr(39)) > 0 FROM public.migrator_version_journal"))

    def test_a_schema_named_like_the_role(self):
        """"$user" comes first in the search path: the history stays in public all the same."""
        self.database.script("CREATE SCHEMA tester;")
        self.write(Section("up", "CREATE TABLE mine (id integer)"))
        self.write(Section("up"), revision="b", down="a")
        self.up()
        self.project.must("upgrade", "head")
        self.assertEqual([["public"]], self.database.rows("SELECT DISTINCT schemaname FROM pg_tables WHERE tablename LIKE 'migrator_version%'"))
        self.assertEqual("tester", self.one("SELECT schemaname FROM pg_tables WHERE tablename = 'mine'"))

    def test_one_history_a_schema(self):
        self.database.script("CREATE SCHEMA one; CREATE SCHEMA two;")
        self.write(Section("up", trace("1")))
        self.project.must("upgrade", "head", "--version-schema", "one")
        self.assertEqual([["a"]], self.database.rows("SELECT version_num FROM one.migrator_version"))
        self.project.must("upgrade", "head", "--version-schema", "two")
        self.assertEqual({"1": 2}, self.marks())

    def test_copy_data_is_streamed_verbatim(self):
        self.database.script("CREATE TABLE t (a text, b text);")
        self.project.revision("a", body="-- migrate:up\nCOPY t (a, b) FROM stdin;\n1\t;it's -- $$ \\t\\N\n\\N\t/* x\n\\.\n" + trace("after") + ";")
        self.up()
        self.assertEqual([["1", ";it's -- $$ \tN"], ["", "/* x"]], self.database.rows("SELECT * FROM t"))
        self.assertEqual({"after": 1}, self.marks())

    def test_restrict_of_pg_dump_is_ignored(self):
        self.project.revision("a", body="-- migrate:up\n\\restrict dfZ3Qk\n" + trace("1") + ";\n\\unrestrict dfZ3Qk\n")
        self.up()
        self.assertEqual({"1": 1}, self.marks())

    def test_other_psql_commands_are_errors(self):
        self.project.revision("a", body="-- migrate:up\n" + trace("1") + ";\n\\connect other\n")
        self.refused(2, "\\connect")

    def test_sql_is_split_as_the_server_does(self):
        self.project.revision("a", body="-- migrate:up\nCREATE FUNCTION f() RETURNS text LANGUAGE sql BEGIN ATOMIC SELECT 'a;b'; END;\n"
                                        "DO $x$ BEGIN INSERT INTO effects VALUES ('do;$$'); END $x$;\n/* ; /* nested ; */ */ "
                                        "INSERT INTO effects VALUES (E'it\\';s');\nCREATE RULE r AS ON DELETE TO gate DO ALSO (SELECT 1; SELECT 2);")
        self.up()
        self.assertEqual({"do;$$": 1, "it';s": 1}, self.marks())
        self.assertEqual("4", self.one("SELECT statements_total FROM migrator_version_journal"))

    def test_data_walks_uuid_keys(self):
        self.walk("CREATE TABLE t (id uuid PRIMARY KEY, n integer NOT NULL DEFAULT 0);",
                  "INSERT INTO t (id) SELECT gen_random_uuid() FROM item; INSERT INTO t (id) VALUES ('00000000-0000-0000-0000-000000000001'), "
                  "('ffffffff-ffff-ffff-ffff-ffffffffffff');")

    def test_data_refuses_the_nil_uuid(self):
        self.no_walk("CREATE TABLE t (id uuid PRIMARY KEY, n integer); INSERT INTO t VALUES ('00000000-0000-0000-0000-000000000000', 0);", "the nil uuid")

    def test_data_refuses_a_key_of_another_type(self):
        self.no_walk("CREATE TABLE t (id numeric PRIMARY KEY, n integer);", "id")

    def test_data_casts_are_no_parameters(self):
        self.database.script("CREATE TABLE t (id integer PRIMARY KEY, n text);INSERT INTO t (id) VALUES (1), (2), (3);")
        self.write(Section("up"), self.data("t", "id", "UPDATE t SET n = id::text WHERE id > :from::integer AND id <= :to"))
        self.up()
        self.assertEqual([["1"], ["2"], ["3"]], self.database.rows("SELECT n FROM t ORDER BY id"))

    def test_rights_that_others_got_by_default_are_revoked_and_noted(self):
        self.database.script("DO $$ BEGIN CREATE ROLE nosy; EXCEPTION WHEN duplicate_object THEN NULL; END $$;"
                             "ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT ALL ON TABLES TO nosy;")
        self.write(Section("up"))
        done = self.up()
        self.assertIn("revoked", done.text)
        self.assertIn("nosy", done.text)
        self.assertEqual([["f"]], self.database.rows("SELECT DISTINCT has_table_privilege('nosy', c.oid, 'INSERT, UPDATE, DELETE, TRUNCATE') FROM pg_class c "
                                                     "WHERE relname LIKE 'migrator_version%' AND relkind IN ('r', 'v')"))

    def test_rights_given_on_all_tables_later_are_revoked_by_the_next_run(self):
        self.database.script("DO $$ BEGIN CREATE ROLE nosy; EXCEPTION WHEN duplicate_object THEN NULL; END $$;")
        self.write(Section("up"))
        self.up()
        self.database.script("GRANT ALL ON ALL TABLES IN SCHEMA public TO nosy;")
        self.write(Section("up"), revision="b", down="a")
        self.assertIn("nosy", self.up().text)
        self.assertEqual("f", self.one("SELECT has_table_privilege('nosy', 'migrator_version_journal', 'UPDATE')"))

    def test_tables_of_another_role_are_refused(self):
        self.database.script("DO $$ BEGIN CREATE ROLE another LOGIN; EXCEPTION WHEN duplicate_object THEN NULL; END $$; GRANT ALL ON SCHEMA public TO another;")
        self.write(Section("up"))
        self.up()
        self.database.script("GRANT ALL ON ALL TABLES IN SCHEMA public TO another;")
        self.write(Section("up", trace("1")), revision="b", down="a")
        self.refused(26, "belongs to role", url=self.database.url.replace("tester@", "another@"))

    def test_a_read_only_database_is_refused(self):
        self.database.script(f"ALTER DATABASE {self.database.name} SET default_transaction_read_only = on;")
        self.write(Section("up", trace("1")))
        self.refused(26, "read-only")
        self.assertEqual([], [name for name in self.database.tables() if name.startswith("migrator")])

    def test_no_right_to_make_the_tables_is_refused(self):
        self.database.script("DO $$ BEGIN CREATE ROLE poor LOGIN; EXCEPTION WHEN duplicate_object THEN NULL; END $$;")
        self.write(Section("up", trace("1")))
        self.refused(26, "GRANT", url=self.database.url.replace("tester@", "poor@"))

    def test_grant_read_gives_the_view_alone(self):
        self.database.script("DO $$ BEGIN CREATE ROLE app LOGIN; EXCEPTION WHEN duplicate_object THEN NULL; END $$;")
        self.write(Section("up"))
        self.project.must("upgrade", "head", extra={"MIGRATOR_GRANT_READ": "app"})
        self.project.must("wait", "--revision", "a", "--timeout", "5s", url=self.database.url.replace("tester@", "app@"))
        self.assertEqual("f", self.one("SELECT has_table_privilege('app', 'migrator_version_journal', 'SELECT')"))

    def test_deferred_constraints_fail_their_step(self):
        self.database.script("CREATE TABLE parent (id integer PRIMARY KEY); CREATE TABLE child (parent integer REFERENCES parent DEFERRABLE INITIALLY DEFERRED);")
        self.write(Section("up", trace("1"), "INSERT INTO child VALUES (1)"))
        self.refused(20)

    def test_notifications_and_locks_of_a_session_do_not_stop_bookkeeping(self):
        self.write(Section("up", "LISTEN something", "NOTIFY something", trace("1")))
        self.up()
        self.assertEqual({"1": 1}, self.marks())

    def test_a_view_named_like_a_table_of_ours_is_refused(self):
        self.database.script("CREATE VIEW migrator_version AS SELECT 1 AS version_num;")
        self.write(Section("up", trace("1")))
        self.assertIn(self.project.run("upgrade", "head").code, (2, 26))

    def test_a_lock_on_the_version_table_lets_readers_go_on(self):
        self.write(Section("up", trace("1")))
        self.up()
        with psql_session(self.database) as session:
            session.do("BEGIN; LOCK TABLE migrator_version IN SHARE ROW EXCLUSIVE MODE")
            self.assertEqual(["a"], self.project.must("current", "--output", "json").json["heads"])


if __name__ == "__main__":
    unittest.main()
