"""Backups before a run, restores, and runs that put their backup back: what the database holds afterwards, and what the journal remembers."""

import json
import os
import unittest

from both import Case, on_both, on_postgresql, setUpModule, tearDownModule  # noqa: F401

FAILING = "INSERT INTO missing VALUES (1);"


class BackupCase(Case):
    def setUp(self):
        super().setUp()
        self.backups = os.path.join(self.project.folder, "backups")
        self.project.settings["backup"] = {"folder": "backups"}
        self.project.revision("a1", "none", "CREATE TABLE t (id integer PRIMARY KEY, kept text, dropped text);\n"
                              "INSERT INTO t VALUES (1, 'one', 'uno'), (2, 'two', 'dos');", down_sql="DROP TABLE t;")
        self.project.revision("a2", "a1", "CREATE TABLE u (id integer PRIMARY KEY);", down_sql="DROP TABLE u;")
        self.project.must("upgrade", "a1")

    def ids(self):
        return sorted(name for name in os.listdir(self.backups) if not name.startswith(".")) if os.path.isdir(self.backups) else []

    def manifest(self, backup):
        with open(os.path.join(self.backups, backup, "manifest.json"), encoding="utf-8") as file:
            return json.load(file)

    def rows(self, sql="SELECT id, kept, dropped FROM t ORDER BY id"):
        return [[str(cell) for cell in row] for row in self.project.database.rows(sql)]

    def backup_id(self):
        self.project.must("backup")
        return self.ids()[-1]


class BeforeARun(BackupCase):
    def test_migrate_takes_one_when_there_is_a_folder_and_others_do_not(self):
        run = self.json("migrate", "--to", "head")
        [backup] = self.ids()
        self.assertEqual((run["backup"]["id"], run["backup"]["verified"]), (backup, "archive"))
        manifest = self.manifest(backup)
        self.assertEqual((run["backup"]["sha256"], run["backup"]["bytes"]), (manifest["dump"]["sha256"], manifest["dump"]["bytes"]))
        self.assertEqual((manifest["reason"], manifest["run_id"]), ("before_run", run["run_id"]))
        self.assertEqual(self.project.journal("revision, outcome, backup_id")[-1], ["a2", "done", backup])
        self.assertNotIn("backup", self.json("downgrade", "a1"))
        self.assertEqual(self.ids(), [backup])

    def test_nothing_to_do_takes_none(self):
        self.project.must("migrate", "--to", "a1")
        self.assertEqual(self.ids(), [])

    def test_flags_win_over_the_policy(self):
        self.project.must("migrate", "--to", "head", "--no-backup")
        self.assertEqual(self.ids(), [])
        self.project.must("downgrade", "a1", "--backup")
        self.assertEqual(len(self.ids()), 1)

    def test_destructive_takes_one_before_a_loss_alone(self):
        self.project.settings["backup"]["policy"] = "destructive"
        self.project.must("migrate", "--to", "head")
        self.assertEqual(self.ids(), [])
        self.project.must("downgrade", "a1")
        self.assertEqual(len(self.ids()), 1)

    def test_external_records_the_id_that_its_command_prints(self):
        self.project.settings["backup"] = {"policy": "external", "command": ["sh", "-c", "echo working; echo snap-4711"]}
        run = self.json("upgrade", "head")
        self.assertRegex(run["backup"].pop("time"), r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$")
        self.assertEqual(run["backup"], {"id": "snap-4711", "bytes": 0, "sha256": "", "verified": "external"})
        self.assertEqual(self.project.journal("revision, backup_id")[-1], ["a2", "snap-4711"])

    def test_a_failed_one_changes_nothing(self):
        self.project.settings["backup"] = {"policy": "external", "command": ["sh", "-c", "echo no >&2; exit 3"]}
        before = self.project.journal()
        self.refused(23, "BackupFailed", "upgrade", "head")
        with open(self.backups, "w", encoding="utf-8") as file:
            file.write("a file where the folder should be")
        self.project.settings["backup"] = {"folder": "backups", "policy": "always"}
        self.refused(23, "BackupFailed", "upgrade", "head")
        self.assertEqual((self.project.journal(), self.project.heads()), (before, ["a1"]))
        self.assertEqual(self.user_tables(), ["t"])

    def test_a_wanted_one_needs_a_folder(self):
        self.project.settings = {"lock_wait": "5s"}
        error = self.refused(2, "InvalidConfiguration", "upgrade", "head", "--backup")
        self.assertEqual(error["message"], "no folder for backups is configured; set backup.folder in migrator.yaml, MIGRATOR_BACKUP_FOLDER, or "
                                           "--backup-folder")
        self.assertEqual(self.project.heads(), ["a1"])

    def test_status_names_the_last_one(self):
        self.assertIsNone(self.json("status")["last_backup"])
        self.project.must("migrate", "--to", "head")
        self.assertEqual(self.json("status")["last_backup"]["id"], self.ids()[-1])


class Restoring(BackupCase):
    def test_a_dropped_column_comes_back(self):
        before = self.rows()
        self.project.revision("a3", "a2", "ALTER TABLE t DROP COLUMN dropped;", down_sql="ALTER TABLE t ADD COLUMN dropped text;")
        run = self.json("migrate", "--to", "head")
        self.project.must("downgrade", "a1")
        self.assertEqual(self.rows("SELECT id, kept, dropped FROM t ORDER BY id"), [["1", "one", ""], ["2", "two", ""]])
        done = self.json("restore", run["backup"]["id"], "--yes")
        self.assertEqual((done["outcome"], done["backup"], done["heads_after"]), ("Restored", run["backup"]["id"], ["a1"]))
        self.assertEqual((self.rows(), self.user_tables(), self.project.heads()), (before, ["t"], ["a1"]))

    def test_what_was_there_is_kept_and_can_come_back(self):
        first = self.backup_id()
        self.project.database.rows("INSERT INTO t VALUES (3, 'three', 'tres')")
        newer = self.rows()
        displaced = self.json("restore", first, "--yes")["displaced"]
        self.assertEqual(len(self.rows()), 2)
        self.assertEqual(self.manifest(displaced)["reason"], "displaced")
        self.project.must("restore", displaced, "--yes")
        self.assertEqual(self.rows(), newer)

    def test_the_journal_remembers_what_was_taken_away(self):
        first = self.backup_id()
        self.project.must("upgrade", "head")
        self.project.must("restore", first, "--yes")
        self.assertEqual(self.project.journal(), [["a1", "up", "done"], ["a2", "up", "restored"]])
        [why] = self.rows("SELECT error FROM migrator_version_journal WHERE outcome = 'restored'")
        self.assertRegex(why[0], f"^taken away when .*@.* restored backup {first} at 20")
        self.assertEqual(self.rows("SELECT id, state FROM migrator_version_revisions ORDER BY id"), [["a1", "applied"], ["a2", "rolled back"]])
        self.assertEqual(self.json("status")["last_restore"]["backup"], first)
        self.project.must("upgrade", "head")
        self.assertEqual(self.rows("SELECT id, state FROM migrator_version_revisions ORDER BY id"), [["a1", "applied"], ["a2", "applied"]])

    def test_a_history_that_was_not_there_yet(self):
        project = self.project
        project.must("downgrade", "base")
        for table in ("migrator_version", "migrator_version_journal", "migrator_version_meta"):
            project.database.rows(("DROP VIEW IF EXISTS migrator_version_revisions" if table == "migrator_version" else "SELECT 1"))
            project.database.rows(f"DROP TABLE {table}")
        project.database.rows("CREATE TABLE old (id integer PRIMARY KEY)")
        first = self.backup_id()
        project.must("upgrade", "head")
        self.assertEqual(self.json("restore", first, "--yes")["heads_after"], [])
        self.assertEqual((self.user_tables(), project.heads()), (["old"], []))

    def test_another_history_that_moved_is_not_undone(self):
        first = self.backup_id()
        other = ("--version-table", "other_version")
        self.project.must("stamp", "a1", *other)
        error = self.refused(26, "HistoryMoved", "restore", first, "--yes")
        self.assertRegex(error["message"], f"another history in this database, .*other_version, has moved since backup {first} was taken, and a "
                                           "restore would undo that too; restore with --into beside it and take over what you need")
        self.assertEqual(len(self.ids()), 1, "no displaced backup was made for it")

    def test_it_asks_first(self):
        first = self.backup_id()
        error = self.refused(2, "Usage", "restore", first)
        self.assertRegex(error["message"], "^This replaces all that .* holds by backup .* Nobody can be asked here: say --yes if that is wanted.$")

    def test_a_damaged_one_is_refused(self):
        first = self.backup_id()
        dump = os.path.join(self.backups, first, self.manifest(first)["dump"]["file"])
        with open(dump, "r+b") as file:
            file.seek(-1, os.SEEK_END)
            last = file.read(1)
            file.seek(-1, os.SEEK_END)
            file.write(bytes([last[0] ^ 1]))
        before = self.rows()
        self.refused(23, "BackupFailed", "restore", first, "--yes")
        self.assertEqual(self.rows(), before)

    def test_an_unknown_one_is_refused(self):
        self.refused(2, "Usage", "restore", "2001", "--yes")


class Swapping(BackupCase):
    def test_a_new_database_takes_the_name(self):
        database = self.project.database
        database.rows(f"ALTER DATABASE {database.name} SET work_mem = '7MB'")
        database.rows(f"COMMENT ON DATABASE {database.name} IS 'the shop'")
        before = database.rows("SELECT oid FROM pg_database WHERE datname = current_database()")
        first, kept = self.backup_id(), self.rows()
        self.project.must("upgrade", "head")
        done = self.json("restore", first, "--swap", "--yes")
        self.assertEqual((done["heads_after"], self.rows(), self.user_tables()), (["a1"], kept, ["t"]))
        self.assertNotEqual(database.rows("SELECT oid FROM pg_database WHERE datname = current_database()"), before)
        self.assertEqual(database.rows("SHOW work_mem"), [["7MB"]])
        self.assertEqual(database.rows("SELECT shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = current_database()"), [["the shop"]])
        self.assertEqual(database.rows(f"SELECT datname FROM pg_database WHERE datname LIKE '{database.name}_%'"), [], "nothing is left of it")
        self.assertEqual(self.project.journal(), [["a1", "up", "done"], ["a2", "up", "restored"]])
        self.assertFalse(self.json("status")["fenced"])
        self.project.must("restore", done["displaced"], "--yes")
        self.assertEqual(self.project.heads(), ["a2"])


class OnFailure(BackupCase):
    FLAGS = ("--fence", "--on-failure", "restore")

    def test_the_database_is_as_it_was(self):
        self.project.revision("a3", "a2", f"UPDATE t SET kept = 'gone';\nDELETE FROM t WHERE id = 2;", down_sql="SELECT 1;")
        self.project.revision("a4", "a3", FAILING, down_sql="SELECT 1;")
        before, tables = self.rows(), self.user_tables()
        done = self.run_verb("upgrade", "head", *self.FLAGS, "--output", "json")
        self.assertEqual((done.code, done.json["outcome"], done.json["error"]["code"], done.json["heads_after"]), (25, "Restored", "Restored", ["a1"]), done)
        self.assertEqual((self.rows(), self.user_tables(), self.project.heads()), (before, tables, ["a1"]))
        self.assertEqual(self.project.journal()[1:], [["a2", "up", "restored"], ["a3", "up", "restored"], ["a4", "up", "failed"]])
        self.assertEqual(done.json["backup"]["id"], self.project.journal("backup_id")[-1][0])
        self.assertFalse(self.json("status")["fenced"])
        self.project.database.rows("INSERT INTO t VALUES (9, 'others', 'can')")

    def test_a_run_that_ends_well_lowers_its_fence(self):
        self.project.must("upgrade", "head", *self.FLAGS)
        self.assertFalse(self.json("status")["fenced"])
        self.assertEqual(self.project.heads(), ["a2"])
        self.project.database.rows("INSERT INTO t VALUES (9, 'others', 'can')")

    def test_it_needs_the_fence(self):
        error = self.refused(2, "Usage", "upgrade", "head", "--on-failure", "restore")
        self.assertEqual(error["message"], "\"--on-failure restore\" needs \"--fence\": without it, what others commit during the run would be lost.")


on_both(globals(), BeforeARun, Restoring, OnFailure)
on_postgresql(globals(), Swapping)

if __name__ == "__main__":
    unittest.main()
