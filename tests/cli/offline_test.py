"""`--sql`: the script that is printed, run by sqlite3 and psql as it is, makes what an online run makes; started at the wrong place it changes
nothing; what fails in the middle stops the rest."""

import unittest

from both import Case, on_both, on_postgresql, on_sqlite, setUpModule, tearDownModule  # noqa: F401

BATCHED = "UPDATE {0} SET n = n + 1 WHERE {1} > :from AND {1} <= :to;"


class OfflineCase(Case):
    def setUp(self):
        super().setUp()
        self.online = self.another()

    def both_projects(self, write):
        for project in (self.project, self.online):
            write(project)

    def sql(self, *arguments):
        return self.project.must(*arguments, "--sql").stdout

    def run_script(self, text):
        code, stderr = self.project.database.script(text)
        self.assertEqual(code, 0, f"{stderr}\n{text}")

    def everything(self):
        database = self.project.database
        rows = [database.rows(f"SELECT * FROM {table} ORDER BY 1") for table in database.tables()]
        return database.tables(), rows, database.schema()

    def own(self, project):
        """Our rows, but for who, when and which run."""
        return project.heads(), project.journal("revision, direction, outcome, parents, depends_on, labels, up_checksum, down_checksum, down_format, "
                                                "down_sections, statements_done, statements_total, heads_after")

    def same_as_online(self):
        self.assertEqual(self.project.database.schema(), self.online.database.schema())
        self.assertEqual(self.own(self.project), self.own(self.online))


class Scripts(OfflineCase):
    def branches(self, project):
        self.chain("a1", "a2", project=project)
        self.table("b1", labels="billing", project=project)
        self.table("c1", "a1", depends="billing", project=project)
        self.table("m1", "a2 c1", project=project)
        project.revision("m2", "m1", body="-- migrate:up\nCREATE TABLE x (id integer PRIMARY KEY, t text DEFAULT 'a;b''c');\nINSERT INTO x (id) VALUES (1);\n"
                         "-- migrate:up dialect:sqlite\nCREATE TRIGGER x_t AFTER INSERT ON x BEGIN UPDATE x SET t = 'z;'; END;\n"
                         "-- migrate:up dialect:postgresql\nCREATE FUNCTION f() RETURNS integer LANGUAGE plpgsql AS $$ BEGIN RETURN 1; END $$;\n"
                         "-- migrate:assert SELECT count(*) = 1 FROM x\n-- migrate:up transaction:false\nVACUUM;\n"
                         "-- migrate:up\nCREATE INDEX x_i ON x (t);\n"
                         "-- migrate:down\nDROP TABLE x;\n-- migrate:down dialect:postgresql\nDROP FUNCTION f();\n")

    def test_up_and_down(self):
        self.both_projects(self.branches)
        self.run_script(self.sql("upgrade", "m2"))
        self.online.must("upgrade", "m2")
        self.same_as_online()
        self.run_script(self.sql("downgrade", "m2:a1"))
        self.online.must("downgrade", "a1")
        self.same_as_online()
        self.assertEqual(self.json("upgrade", "m2")["outcome"], "Done", "an online run goes on from it")

    def test_a_part_of_the_way(self):
        self.both_projects(lambda project: self.chain("a1", "a2", "a3", "a4", project=project))
        self.run_script(self.sql("upgrade", "base:a2"))
        self.run_script(self.sql("upgrade", "a2:a4"))
        self.run_script(self.sql("downgrade", "a4:a3"))
        self.online.must("upgrade", "a4")
        self.online.must("downgrade", "a3")
        self.same_as_online()
        self.run_script(self.sql("downgrade", "a3:base"))
        self.online.must("downgrade", "base")
        self.same_as_online()

    def test_the_script_itself(self):
        self.chain("a1")
        text = self.sql("upgrade", "head")
        self.assertTrue(text.startswith(".bail on\n" if self.dialect == "sqlite" else "\\set ON_ERROR_STOP on\n"), text)
        self.assertEqual(self.json("upgrade", "head", "--sql").keys(), {"sql"})
        self.assertIn("CREATE TABLE t_a1 (id integer PRIMARY KEY);\n", text)
        self.assertEqual(self.run_verb("upgrade", "head", "--sql").stderr, "")

    def test_the_wrong_start(self):
        self.chain("a1", "a2", "a3")
        second = self.sql("upgrade", "a1:a3")
        back = self.sql("downgrade", "a2:base")
        code, _ = self.project.database.script(second)
        self.assertNotEqual(code, 0, "at base")
        self.assertEqual((self.user_tables(), self.project.heads()), ([], []))
        self.project.must("upgrade", "head")
        for script in (second, back, self.sql("upgrade", "head")):
            before = self.everything()
            code, stderr = self.project.database.script(script)
            self.assertNotEqual(code, 0)
            self.assertTrue(stderr)
            self.assertEqual(self.everything(), before)

    def test_run_twice(self):
        self.chain("a1", "a2")
        script = self.sql("upgrade", "head")
        self.run_script(script)
        before = self.everything()
        self.assertNotEqual(self.project.database.script(script)[0], 0)
        self.assertEqual(self.everything(), before)

    def test_an_error_in_the_middle_stops_the_rest(self):
        self.chain("a1")
        self.project.revision("a2", "a1", "CREATE TABLE t_a2 (id integer);\nINSERT INTO missing VALUES (1);", down_sql="")
        self.table("a3", "a2")
        code, stderr = self.project.database.script(self.sql("upgrade", "head"))
        self.assertNotEqual(code, 0)
        self.assertIn("missing", stderr)
        self.assertEqual((self.project.heads(), self.user_tables()), (["a1"], ["t_a1"]))
        self.assertEqual(self.project.journal(), [["a1", "up", "done"]])

    def test_a_failing_assert_stops_it(self):
        self.chain("a1")
        for number, query in enumerate(["SELECT count(*) = 1 FROM t_a1", "SELECT id = 1 FROM t_a1", "SELECT NULL"]):
            with self.subTest(query):
                path = self.project.revision(f"b{number}", "a1", body=f"-- migrate:up\nCREATE TABLE x (id integer);\n-- migrate:assert {query}\n-- migrate:down\n")
                project = self.another()
                code, _ = project.database.script(self.sql("upgrade", f"b{number}"))
                self.assertNotEqual(code, 0)
                self.assertEqual(project.heads(), ["a1"])
                self.assertNotIn("x", project.database.tables())
                self.remove_file(f"b{number}")
                self.assertTrue(path)

    def test_stamp_and_ensure_version(self):
        self.both_projects(lambda project: self.chain("a1", "a2", project=project))
        self.run_script(self.sql("ensure-version"))
        self.assertEqual(self.project.heads(), [])
        self.run_script(self.sql("stamp", "a2"))
        self.assertEqual(self.project.heads(), ["a2"])
        self.assertNotEqual(self.project.database.script(self.sql("stamp", "a1"))[0], 0, "it is written for an empty version table")
        self.assertEqual(self.project.heads(), ["a2"])

    def test_a_stamps_script_writes_the_same_rows_as_a_stamp(self):
        self.both_projects(self.branches)
        self.run_script(self.sql("stamp", "m2"))
        self.online.must("stamp", "m2")
        self.same_as_online()
        self.assertIn(["m2", "stamp", "done"], self.project.journal())

    def test_start_must_be_known_to_go_down(self):
        self.chain("a1", "a2")
        for target in ("base", "-1", "a1"):
            with self.subTest(target):
                self.assertEqual(self.refused(2, "InvalidTarget", "downgrade", target, "--sql")["exit_code"], 2)


class DataSections(OfflineCase):
    """The whole range once, whatever the key."""

    KEYS = {"integer": ("integer", ["-2147483647", "-5", "0", "7", "2147483647"]),
            "bigint": ("bigint", ["-9223372036854775807", "0", "9223372036854775807"]),
            "text": ('text COLLATE "C"', ["'a'", "'B'", "'zz'", "'\u00e4'", "'0'"])}

    def keys(self):
        if self.dialect == "sqlite":
            return {name: (kind.replace(' COLLATE "C"', ""), keys) for name, (kind, keys) in self.KEYS.items()}
        uuids = ["'00000000-0000-0000-0000-000000000001'", "'7c9e6679-7425-40de-944b-e07fc1f90ae7'", "'ffffffff-ffff-ffff-ffff-ffffffffffff'"]
        return {**self.KEYS, "uuid": ("uuid", uuids), "smallint": ("smallint", ["-32767", "0", "32767"])}

    def test_every_kind_of_key(self):
        for name, (kind, keys) in self.keys().items():
            with self.subTest(name):
                self.check(kind, keys)

    def check(self, kind, keys):
        offline, online = self.another(), self.another()
        values = ", ".join(f"({key}, 0)" for key in keys)
        for project in (offline, online):
            project.revision("a1", up=f"CREATE TABLE k (key {kind} NOT NULL PRIMARY KEY, n integer);\nINSERT INTO k VALUES {values};", down_sql="DROP TABLE k;")
            project.revision("a2", "a1", body="-- migrate:up\nCREATE TABLE before_it (id integer);\n"
                             f"-- migrate:data name:count table:k key:key batch:2\n{BATCHED.format('k', 'key')}\n"
                             "-- migrate:up\n-- migrate:assert SELECT count(*) = 0 FROM k WHERE n <> 1\nCREATE TABLE after_it (id integer);\n"
                             "-- migrate:down\nDROP TABLE before_it;\nDROP TABLE after_it;\n"
                             f"-- migrate:data name:back table:k key:key batch:1\n{BATCHED.format('k', 'key')}")
        code, stderr = offline.database.script(offline.must("upgrade", "head", "--sql").stdout)
        self.assertEqual(code, 0, stderr)
        online.must("upgrade", "head")
        self.assertEqual(self.own(offline), self.own(online))
        self.assertEqual(offline.database.rows("SELECT n, count(*) FROM k GROUP BY n"), [["1", str(len(keys))]])
        code, stderr = offline.database.script(offline.must("downgrade", "a2:a1", "--sql").stdout)
        self.assertEqual(code, 0, stderr)
        online.must("downgrade", "-1")
        self.assertEqual(self.own(offline), self.own(online))
        self.assertEqual(offline.database.rows("SELECT n, count(*) FROM k GROUP BY n"), [["2", str(len(keys))]])

    def test_an_empty_table(self):
        self.project.revision("a1", up="CREATE TABLE k (key integer PRIMARY KEY, n integer);", down_sql="DROP TABLE k;")
        self.project.revision("a2", "a1", body=f"-- migrate:up\n-- migrate:data name:count table:k key:key batch:2\n{BATCHED.format('k', 'key')}\n-- migrate:down\n")
        self.run_script(self.sql("upgrade", "head"))
        self.assertEqual(self.project.heads(), ["a2"])


class ForeignKeys(OfflineCase):
    """SQLite enforces none while a script runs, for a rebuild needs that: what refers to nothing after a transaction and did not before ends it."""

    PARENT = "CREATE TABLE parent (id integer PRIMARY KEY);\nCREATE TABLE child (id integer PRIMARY KEY, p integer REFERENCES parent (id));\n"

    def test_a_row_that_refers_to_nothing_ends_the_script(self):
        self.project.revision("a1", up=self.PARENT + "INSERT INTO parent VALUES (1);\nINSERT INTO child VALUES (1, 1);", down_sql="DROP TABLE child;\nDROP TABLE parent;")
        self.project.revision("a2", "a1", "DELETE FROM parent;", down_sql="")
        self.table("a3", "a2")
        code, stderr = self.project.database.script(self.sql("upgrade", "head"))
        self.assertNotEqual(code, 0)
        self.assertIn("NOT NULL constraint failed", stderr)
        self.assertEqual((self.project.heads(), self.project.database.rows("SELECT id FROM parent")), (["a1"], [["1"]]))

    def test_rows_that_referred_to_nothing_before_are_in_nobodys_way(self):
        self.project.revision("a1", up=self.PARENT, down_sql="DROP TABLE child;\nDROP TABLE parent;")
        self.project.revision("a2", "a1", "CREATE TABLE new_child (id integer PRIMARY KEY, p integer REFERENCES parent (id), t text);\n"
                              "INSERT INTO new_child (id, p) SELECT id, p FROM child;\nDROP TABLE child;\nALTER TABLE new_child RENAME TO child;", down_sql="")
        self.project.must("upgrade", "a1")
        self.project.database.rows("PRAGMA foreign_keys = OFF; INSERT INTO child VALUES (1, 7)")
        self.run_script(self.sql("upgrade", "a1:head"))
        self.assertEqual(self.project.database.rows("SELECT id, p FROM child"), [["1", "7"]])


class Copied(OfflineCase):
    def test_copy_and_concurrently(self):
        def write(project):
            project.revision("a1", body="-- migrate:up\nCREATE TABLE c (id integer, t text);\nCOPY c (id, t) FROM stdin;\n1\ta;b\n2\t\\N\n\\.\n"
                             "-- migrate:up transaction:false lock_timeout:2s\nCREATE INDEX CONCURRENTLY c_i ON c (id);\n-- migrate:down\nDROP TABLE c;\n")
        self.both_projects(write)
        self.run_script(self.sql("upgrade", "head"))
        self.online.must("upgrade", "head")
        self.same_as_online()
        self.assertEqual(self.project.database.rows("SELECT id, t FROM c ORDER BY id"), [["1", "a;b"], ["2", ""]])


class SmallestKeys(OfflineCase):
    """No half-open range of its own type begins below the smallest integer: it is covered all the same, or refused, never passed over."""

    def test_smallest(self):
        for kind, smallest in (("integer", "-2147483648"), ("smallint", "-32768"), ("bigint", "-9223372036854775808")):
            for how in ("offline", "online"):
                with self.subTest(f"{kind} {how}"):
                    project = self.another()
                    project.revision("a1", up=f"CREATE TABLE k (key {kind} NOT NULL PRIMARY KEY, n integer);\nINSERT INTO k VALUES ({smallest}, 0), (0, 0);",
                                     down_sql="DROP TABLE k;")
                    project.revision("a2", "a1", body="-- migrate:up\n-- migrate:data name:count table:k key:key batch:1\n"
                                     f"{BATCHED.format('k', 'key')}\n-- migrate:down\n")
                    if how == "offline":
                        done = project.database.script(project.must("upgrade", "head", "--sql").stdout)[0] == 0
                    else:
                        done = project.run("upgrade", "head").code == 0
                    rows = project.database.rows("SELECT n FROM k ORDER BY key")
                    self.assertEqual((project.heads(), rows), (["a2"], [["1"], ["1"]]) if done else (["a1"], [["0"], ["0"]]))
                    self.assertEqual(project.run("current", "--output", "json").json["partial"], None)


on_both(globals(), Scripts, DataSections)
on_postgresql(globals(), Copied, SmallestKeys)
on_sqlite(globals(), ForeignKeys)


if __name__ == "__main__":
    unittest.main()
