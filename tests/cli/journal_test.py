"""What the database remembers: going back without the newer files, over merges and dependencies, targets that never go down, edited
revisions, unknown revisions, and the adoption of an Alembic database."""

import os
import unittest

from both import Case, on_both, setUpModule, tearDownModule  # noqa: F401


class WithoutFiles(Case):
    def test_down_over_a_chain(self):
        self.chain("a1", "a2", "a3", "a4")
        before = None
        for target in ("a2", "head"):
            self.project.must("upgrade", target)
            before = before or self.project.database.schema()
        for gone in ("a3", "a4"):
            self.remove_file(gone)
        plan = self.json("downgrade", "a2", "--dry-run")
        self.assertEqual([(step["revision"], step["from_journal"], step["sql"]) for step in plan["steps"]],
                         [("a4", True, ["DROP TABLE t_a4"]), ("a3", True, ["DROP TABLE t_a3"])])
        run = self.json("downgrade", "a2")
        self.assertEqual([(step["revision"], step["direction"]) for step in run["steps"]], [("a4", "down"), ("a3", "down")])
        self.assertEqual((self.project.heads(), self.project.database.schema()), (["a2"], before))

    def test_down_by_steps_and_to_base_with_no_file_at_all(self):
        self.chain("a1", "a2", "a3")
        self.project.must("upgrade", "head")
        for gone in ("a1", "a2", "a3"):
            self.remove_file(gone)
        self.assertEqual(self.project.must("current").stdout, "a3 (its file is not here)\n")
        self.project.must("downgrade", "-1")
        self.assertEqual(self.project.heads(), ["a2"])
        self.project.must("migrate", "--to", "base", "--allow-down")
        self.assertEqual((self.project.heads(), self.user_tables()), ([], []))

    def test_down_over_a_merge(self):
        self.table("a1")
        self.table("b1", "a1")
        self.table("c1", "a1")
        self.table("m1", "b1 c1")
        self.table("n1", "m1")
        self.project.must("upgrade", "head")
        for gone in ("c1", "m1", "n1"):
            self.remove_file(gone)
        self.project.must("migrate", "--to", "b1", "--allow-down", "--exact")
        self.assertEqual((self.project.heads(), self.user_tables()), (["b1"], ["t_a1", "t_b1"]))

    def test_down_over_a_dependency(self):
        self.table("a1")
        self.table("b1", labels="billing")
        self.table("c1", "a1", depends="billing")
        self.project.must("upgrade", "heads")
        self.assertEqual(self.project.heads(), ["c1"])
        self.remove_file("c1")
        run = self.json("downgrade", "billing@base")
        self.assertEqual([step["revision"] for step in run["steps"]], ["c1", "b1"], "what depends on it goes first")
        self.assertEqual((self.project.heads(), self.user_tables()), (["a1"], ["t_a1"]))

    def test_down_of_several_sections(self):
        vacuum = "-- migrate:down transaction:false\nVACUUM;\n"
        self.chain("a1")
        self.project.revision("a2", "a1", body="-- migrate:up\nCREATE TABLE x (id integer PRIMARY KEY, n integer);\nINSERT INTO x VALUES (1, 1), (2, 2);\n"
                              "CREATE TABLE log (id integer);\n"
                              "-- migrate:down\nINSERT INTO log VALUES (1);\n" + vacuum +
                              "-- migrate:data name:back table:x key:id batch:1\nUPDATE x SET n = 0 WHERE id > :from AND id <= :to;\n"
                              "-- migrate:down dialect:sqlite\nINSERT INTO log VALUES (3);\n-- migrate:down dialect:postgresql\nINSERT INTO log VALUES (4);\n"
                              "-- migrate:down\n-- migrate:assert SELECT count(*) = 2 FROM x WHERE n = 0\nDROP TABLE x;\n")
        self.project.must("upgrade", "head")
        self.remove_file("a2")
        run = self.json("downgrade", "a1")
        self.assertEqual([step["revision"] for step in run["steps"]], ["a2"])
        self.assertEqual(self.project.database.rows("SELECT id FROM log ORDER BY id"), [["1"], ["3" if self.dialect == "sqlite" else "4"]])
        self.assertEqual((self.project.heads(), self.user_tables()), (["a1"], ["log", "t_a1"]))

    def test_irreversible_and_lost_ways_back(self):
        self.chain("a1")
        self.project.revision("a2", "a1", body="-- migrate:up\nCREATE TABLE x (id integer);\n-- migrate:down irreversible")
        self.project.must("upgrade", "head")
        error = self.refused(26, "Irreversible", "downgrade", "a1")
        self.assertEqual(error["message"], "revision a2 says that it cannot be taken back (down irreversible); restore a backup instead")
        self.remove_file("a2")
        error = self.refused(26, "Irreversible", "downgrade", "a1")
        self.assertEqual(error["message"], "revision a2 has no way down: its file is not here and its journal row keeps no down section; restore a "
                                           "backup, or get the file that it was applied from")
        self.assertEqual(self.project.heads(), ["a2"])

    def test_down_and_up_again_with_the_file_back(self):
        self.chain("a1", "a2")
        kept = os.path.join(self.project.folder, "kept")
        os.mkdir(kept)
        self.project.must("upgrade", "head")
        name = next(name for name in os.listdir(self.project.migrations) if "_a2_" in name)
        os.rename(os.path.join(self.project.migrations, name), os.path.join(kept, name))
        self.project.must("downgrade", "a1")
        os.rename(os.path.join(kept, name), os.path.join(self.project.migrations, name))
        self.project.must("upgrade", "head")
        self.assertEqual(self.project.journal("revision, direction, outcome"),
                         [["a1", "up", "done"], ["a2", "up", "done"], ["a2", "down", "done"], ["a2", "up", "done"]])


class Ahead(Case):
    """Head-like targets never go down."""

    def setUp(self):
        super().setUp()
        self.chain("a1", "a2", "a3")
        self.project.must("upgrade", "head")
        self.remove_file("a3")

    def test_ahead_is_fine(self):
        for arguments in (["upgrade", "head"], ["upgrade", "heads"], ["migrate", "--to", "head"], ["migrate", "--to", "heads", "--allow-down"]):
            with self.subTest(arguments):
                run = self.json(*arguments)
                self.assertEqual((run["outcome"], run["exit_code"], run["steps"], run["heads_after"]), ("Ahead", 0, [], ["a3"]))
        self.assertEqual(self.project.must("upgrade", "head").stdout, "nothing to do: the database is ahead of these files, at a3\n")
        self.assertEqual(self.json("plan")["outcome"], "Ahead")
        self.assertEqual(self.json("status")["ahead"], ["a3"])
        self.assertEqual((self.project.heads(), self.user_tables()), (["a3"], ["t_a1", "t_a2", "t_a3"]))

    def test_strict(self):
        for arguments in (["upgrade", "head", "--strict"], ["migrate", "--to", "head", "--strict"], ["plan", "--strict"]):
            with self.subTest(arguments):
                error = self.refused(21, "Ahead", *arguments)
                self.assertEqual(error["subject"], ["a3"])
        self.assertEqual(self.project.heads(), ["a3"])

    def test_diverged(self):
        self.table("b3", "a2")
        for arguments in (["upgrade", "head"], ["migrate", "--to", "head"]):
            with self.subTest(arguments):
                error = self.refused(21, "Diverged", *arguments)
                self.assertIn("a3", error["subject"])
        self.assertEqual((self.project.heads(), self.user_tables()), (["a3"], ["t_a1", "t_a2", "t_a3"]))

    def test_another_base_is_no_divergence(self):
        self.table("z1", labels="apart")
        self.project.must("upgrade", "apart@head")
        self.assertEqual(self.project.heads(), ["a3", "z1"])

    def test_an_explicit_target_goes_down_only_when_allowed(self):
        error = self.refused(26, "DownNotAllowed", "migrate", "--to", "a2")
        self.assertIn("--allow-down", error["message"])
        self.assertEqual(self.project.heads(), ["a3"])
        self.project.must("migrate", "--to", "a2", "--allow-down")
        self.assertEqual(self.project.heads(), ["a2"])


class Unknown(Case):
    def setUp(self):
        super().setUp()
        self.chain("a1", "a2")
        self.project.must("upgrade", "head")
        self.project.database.rows("UPDATE migrator_version SET version_num = 'ffff00'")

    def test_moving_is_refused(self):
        for arguments in (["upgrade", "head"], ["downgrade", "-1"], ["downgrade", "base"], ["migrate", "--to", "a1", "--allow-down"], ["plan"]):
            with self.subTest(arguments):
                error = self.refused(21, "MissingRevision", *arguments)
                self.assertIn("ffff00", error["subject"])
                self.assertIn("ffff00", error["message"])
        self.assertEqual((self.project.heads(), self.user_tables()), (["ffff00"], ["t_a1", "t_a2"]))

    def test_it_is_told_and_can_be_stamped(self):
        self.assertEqual(self.project.must("current").stdout, "ffff00 (known neither to the files nor to the journal)\n")
        self.assertEqual(self.json("status")["unknown"], ["ffff00"])
        self.project.must("stamp", "--purge", "a2")
        self.assertEqual(self.json("upgrade", "head")["outcome"], "NothingToDo")


class Edited(Case):
    def setUp(self):
        super().setUp()
        self.chain("a1", "a2")
        self.project.must("upgrade", "head")

    def edit(self, revision, old, new):
        name = next(name for name in os.listdir(self.project.migrations) if f"_{revision}_" in name)
        path = os.path.join(self.project.migrations, name)
        with open(path, encoding="utf-8") as file:
            text = file.read()
        self.assertIn(old, text)
        with open(path, "w", encoding="utf-8") as file:
            file.write(text.replace(old, new))
        return f"migrations/{name}"

    def test_up(self):
        path = self.edit("a1", "CREATE TABLE t_a1 (id integer", "CREATE TABLE t_a1 (id bigint")
        for arguments in (["upgrade", "head"], ["downgrade", "-1"], ["plan"], ["migrate", "--to", "head"]):
            with self.subTest(arguments):
                error = self.refused(21, "ChecksumMismatch", *arguments)
                self.assertEqual((error["file"], error["subject"]), (path, ["a1"]))
                self.assertRegex(error["message"], r"^revision a1 was edited after it was applied on \S+Z by \S+: its up section is not what ran; "
                                                   r"put the file back as it was and make the change in a new revision$")
        self.assertIn("revision a1 was edited after it was applied", self.json("status")["mismatch"])
        self.assertEqual(self.project.heads(), ["a2"])

    def test_only_blanks_comments_and_the_message(self):
        self.edit("a1", "CREATE TABLE t_a1 (id integer", "-- a word\nCREATE   TABLE t_a1\n(id integer")
        self.edit("a2", "-- migrate:message a2", "-- migrate:message other words")
        self.assertEqual(self.json("upgrade", "head")["notes"], [])

    def test_parents(self):
        self.edit("a2", "down_revision a1", "down_revision none")
        error = self.refused(21, "ChecksumMismatch", "upgrade", "a2")
        self.assertIn("revision a2 was applied with the parents a1 (depends on none), its file now says none (depends on none); put the header back "
                      "as it was", error["message"])

    def test_dependencies(self):
        self.table("z1")
        self.edit("a2", "down_revision a1", "down_revision a1\n-- migrate:depends_on z1")
        self.refused(21, "ChecksumMismatch", "upgrade", "heads")

    def test_down_is_used_and_noted(self):
        self.project.database.rows("CREATE TABLE log (id integer)")
        self.edit("a2", "DROP TABLE t_a2;", "DROP TABLE t_a2;\nINSERT INTO log VALUES (7);")
        note = "the down section of revision a2 was edited after it was applied; the file's is used"
        self.assertEqual(self.json("upgrade", "head")["notes"], [note])
        self.assertEqual(self.json("downgrade", "-1")["notes"], [note])
        self.assertEqual(self.project.database.rows("SELECT id FROM log"), [["7"]])


class Alembic(Case):
    """A database that Alembic moved: alembic_version with rows, no journal."""

    FLAGS = ("--version-table", "alembic_version")

    def setUp(self):
        super().setUp()
        self.chain("a1", "a2", "a3")
        self.project.database.rows("CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL, CONSTRAINT alembic_version_pkc PRIMARY KEY "
                                   "(version_num)); INSERT INTO alembic_version VALUES ('a2'); CREATE TABLE t_a1 (id integer PRIMARY KEY);"
                                   "CREATE TABLE t_a2 (id integer PRIMARY KEY)")

    def heads(self):
        return [row[0] for row in self.project.database.rows("SELECT version_num FROM alembic_version ORDER BY 1")]

    def adopted(self):
        return self.project.database.rows("SELECT revision, direction FROM alembic_version_journal ORDER BY id")

    def test_looking_changes_nothing(self):
        self.assertEqual(self.json("current", *self.FLAGS)["heads"], ["a2"])
        self.assertEqual(self.json("status", *self.FLAGS)["pending"], ["a3"])
        self.assertEqual([row["revision"] for row in self.json("history", *self.FLAGS)["revisions"] if row["applied"]], ["a2", "a1"])
        self.assertEqual(self.project.database.tables(), ["alembic_version", "t_a1", "t_a2"])

    def test_up_adopts(self):
        self.project.must("upgrade", "head", *self.FLAGS)
        self.assertEqual(self.heads(), ["a3"])
        self.assertEqual(sorted(self.adopted()[:2]), [["a1", "adopt"], ["a2", "adopt"]])
        self.assertEqual(self.adopted()[2:], [["a3", "up"]])

    def test_nothing_to_do_adopts_too(self):
        self.assertEqual(self.json("upgrade", "a2", *self.FLAGS)["outcome"], "NothingToDo")
        self.assertEqual(sorted(self.adopted()), [["a1", "adopt"], ["a2", "adopt"]])

    def test_down_with_and_without_files(self):
        self.project.must("upgrade", "head", *self.FLAGS)
        self.remove_file("a2")
        self.remove_file("a3")
        self.project.must("downgrade", "a1", *self.FLAGS)
        self.assertEqual(self.heads(), ["a1"])
        self.project.must("downgrade", "base", *self.FLAGS)
        self.assertEqual((self.heads(), [table for table in self.project.database.tables() if table.startswith("t_")]), ([], []))

    def test_without_file_or_row_it_is_unknown(self):
        self.remove_file("a2")
        self.remove_file("a3")
        error = self.refused(21, "MissingRevision", "downgrade", "base", *self.FLAGS)
        self.assertIn("a2", error["subject"])
        self.assertEqual(self.heads(), ["a2"])


class MigrateTo(Case):
    """`migrate --to`: up to several targets, down only when it is said, other heads left alone."""

    def setUp(self):
        super().setUp()
        self.chain("a1", "a2", "a3")
        self.table("b1", labels="billing")
        self.table("b2", "b1")
        self.table("c1", labels="crm")

    def test_several_targets(self):
        run = self.json("migrate", "--to", "a2,b1")
        self.assertEqual((run["heads_after"], run["untouched"]), (["a2", "b1"], []))
        run = self.json("migrate", "--to", "a3", "--to", "b2")
        self.assertEqual(run["heads_after"], ["a3", "b2"])

    def test_other_heads_stay_and_are_told(self):
        self.project.must("migrate", "--to", "heads")
        run = self.json("migrate", "--to", "a1", "--allow-down")
        self.assertEqual(([step["revision"] for step in run["steps"]], run["heads_after"], run["untouched"]),
                         (["a3", "a2"], ["a1", "b2", "c1"], ["b2", "c1"]))
        self.assertIn("left alone: b2, c1\n", self.project.must("migrate", "--to", "a1", "--allow-down").stdout)

    def test_exact(self):
        self.project.must("migrate", "--to", "heads")
        self.refused(26, "DownNotAllowed", "migrate", "--to", "a1,b2", "--exact")
        run = self.json("migrate", "--to", "a1,b2", "--exact", "--allow-down")
        self.assertEqual((run["heads_after"], run["untouched"]), (["a1", "b2"], []))
        self.assertEqual(self.user_tables(), ["t_a1", "t_b1", "t_b2"])
        error = self.refused(2, "InvalidTarget", "migrate", "--to", "head", "--exact", "--allow-down")
        self.assertTrue(error["message"])

    def test_base(self):
        self.project.must("migrate", "--to", "heads")
        self.refused(26, "DownNotAllowed", "migrate", "--to", "base")
        self.project.must("migrate", "--to", "base", "--allow-down")
        self.assertEqual((self.project.heads(), self.user_tables()), ([], []))

    def test_targets_are_needed(self):
        self.refused(2, "Usage", "migrate")
        self.refused(2, "UnknownRevision", "migrate", "--to", "a1,nobody")


on_both(globals(), WithoutFiles, Ahead, Unknown, Edited, Alembic, MigrateTo)


if __name__ == "__main__":
    unittest.main()
