"""revision --autogenerate with renames whose names are in each other's way: exchanged, in a row, or of what goes. Rows stay with what was renamed."""

import unittest

import both
from both import setUpModule, tearDownModule  # noqa: F401
from models_case import ModelsCase


class Renames(ModelsCase):
    def begin(self, model, *rows):
        self.model(model)
        self.generate()
        self.must("upgrade", "head")
        for row in rows:
            self.project.database.rows(row)

    def up_and_down(self, model, flags, asked_after, asked_before, answer):
        """The rows that are asked for are the same after it, and before again, and the schema is what it was."""
        self.assertEqual(self.project.database.rows(asked_before), answer)
        self.model(model)
        self.generate(*[word for flag in flags for word in ("--rename", flag)])
        self.must("upgrade", "head")
        self.assert_clean()
        self.assertEqual(self.project.database.rows(asked_after), answer)
        self.must("downgrade", "-1")
        self.assertEqual(self.project.database.rows(asked_before), answer)
        self.must("check", "--drift")
        self.must("upgrade", "head")

    def test_two_columns_exchange_their_names(self):
        """A swap by flags was refused."""
        self.begin("CREATE TABLE t (id integer PRIMARY KEY, a integer UNIQUE, b integer, c integer);", "INSERT INTO t VALUES (1, 2, 3, 4)")
        self.up_and_down("CREATE TABLE t (id integer PRIMARY KEY, b integer UNIQUE, c integer, a integer);",
                         ["t.a:b", "t.b:c", "t.c:a"], "SELECT b, c, a FROM t", "SELECT a, b, c FROM t", [["2", "3", "4"]])

    def test_columns_alike_exchange_their_names(self):
        """Where the schemas do not differ, nothing was written."""
        model = "CREATE TABLE t (id integer PRIMARY KEY, a integer, b integer);"
        self.begin(model, "INSERT INTO t VALUES (1, 2, 3)")
        self.up_and_down(model, ["t.a:b", "t.b:a"], "SELECT b, a FROM t", "SELECT a, b FROM t", [["2", "3"]])

    def test_two_tables_exchange_their_names(self):
        model = "CREATE TABLE {0} (x integer PRIMARY KEY, {2} text UNIQUE);\nCREATE TABLE {1} (x integer PRIMARY KEY, z integer REFERENCES {0} (x));\n" \
                "CREATE INDEX of_x ON {0} (x);\nCREATE VIEW v AS SELECT x, {2} FROM {0};\n"
        self.begin(model.format("a", "b", "y"), "INSERT INTO a VALUES (1, 'p')", "INSERT INTO b VALUES (2, 1)")
        self.up_and_down(model.format("b", "a", "yy"), ["a:b", "b:a", "a.y:yy"], "SELECT b.x, yy, a.x, z FROM a, b",
                         "SELECT a.x, y, b.x, z FROM a, b", [["1", "p", "2", "1"]])

    def test_noted_names_move_up_in_a_row(self):
        """Refused, for the models have the old name of one as the new name of the other."""
        self.begin("CREATE TABLE t (id integer PRIMARY KEY, a integer, b integer);\nCREATE TABLE u (id integer PRIMARY KEY);",
                   "INSERT INTO t VALUES (1, 2, 3)", "INSERT INTO u VALUES (4)")
        model = "-- migrate:renamed_from t\nCREATE TABLE u (id integer PRIMARY KEY,\n-- migrate:renamed_from a\nb integer,\n" \
                "-- migrate:renamed_from b\nc integer);\n-- migrate:renamed_from u\nCREATE TABLE w (id integer PRIMARY KEY);"
        self.up_and_down(model, [], "SELECT u.*, w.* FROM u, w", "SELECT t.*, u.* FROM t, u", [["1", "2", "3", "4"]])
        self.assertIn("nothing differs", self.must("revision", "--autogenerate", "-m", "again").stdout)

    def test_noted_names_that_are_exchanged_are_refused(self):
        """They were taken for no change, silently."""
        self.begin("CREATE TABLE t (id integer PRIMARY KEY, a integer, b integer);")
        self.model("CREATE TABLE t (id integer PRIMARY KEY,\n-- migrate:renamed_from b\na integer,\n-- migrate:renamed_from a\nb integer);")
        error = self.refused(2, "InvalidConfiguration", "revision", "--autogenerate", "-m", "x")
        self.assertEqual(error["message"], "`renamed_from b`: it exchanges names with others, and nobody can tell whether that is done: the names are the "
                         "same before and after. Take these lines out, and if it is yet to be done, say it once, a flag each: --rename t.b:a.")

    def test_a_table_takes_the_name_of_one_that_goes(self):
        """It was refused."""
        rest = "CREATE TABLE c (r integer REFERENCES b (x));\nCREATE VIEW v AS SELECT x FROM b;\n"
        self.begin("CREATE TABLE a (x integer PRIMARY KEY, n text UNIQUE);\nCREATE TABLE b (x integer PRIMARY KEY, m text UNIQUE);\n"
                   "CREATE INDEX b_i ON b (m);\n" + rest, "INSERT INTO a VALUES (1, 'p')", "INSERT INTO b VALUES (1, 'q')", "INSERT INTO c VALUES (1)")
        self.project.database.rows("DELETE FROM c")
        self.up_and_down("CREATE TABLE b (x integer PRIMARY KEY, n text UNIQUE);\nCREATE INDEX b_i ON b (n);\n" + rest, ["a:b"],
                         "SELECT x, n FROM b", "SELECT x, n FROM a", [["1", "p"]])

    def test_a_column_takes_the_name_of_one_that_goes(self):
        """It was refused."""
        self.begin("CREATE TABLE t (id integer PRIMARY KEY, a integer NOT NULL UNIQUE, b text);\nCREATE INDEX of_b ON t (b);", "INSERT INTO t VALUES (1, 2, 'p')")
        self.up_and_down("CREATE TABLE t (id integer PRIMARY KEY, b integer NOT NULL UNIQUE);\nCREATE INDEX of_b ON t (b);", ["t.a:b"],
                         "SELECT id, b FROM t", "SELECT id, a FROM t", [["1", "2"]])

    def test_what_gives_its_name_away_is_told(self):
        self.begin("CREATE TABLE a (x integer);\nCREATE TABLE b (y text);")
        self.model("CREATE TABLE b (x integer);")
        text = self.generate("--rename", "a:b")
        self.assertIn("-- table b gives its name away, and goes: until then it is migrator_replaced_b\n-- renamed: table a is b now\n"
                      "-- loses data: rows of table migrator_replaced_b\n", text)


both.on_both(globals(), Renames)


if __name__ == "__main__":
    unittest.main()
