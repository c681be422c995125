"""The verbs backup and backups, and what they say."""

import json
import os
import unittest

from backups import ID, Backups
from both import on_both, setUpModule, tearDownModule  # noqa: F401


class Taking(Backups):
    def test_a_backup_is_whole_and_holds_what_was_there(self):
        document = self.json("backup")
        backup = document["id"]
        self.assertRegex(backup, f"^{ID}$")
        self.assertEqual(self.ids(), [backup])
        self.assert_nothing_left(but=[backup])
        self.assertTrue(self.sums_hold(backup))
        self.assertEqual(self.rows_in(backup, "SELECT id, note FROM item ORDER BY id"), [["1", "one"], ["2", ""]])
        self.assertEqual(self.rows_in(backup, "SELECT version_num FROM migrator_version"), [["a1"]])
        self.assertEqual([document[key] for key in ("reason", "run_id", "verified", "notes")], ["asked", None, "archive", []])
        self.assertEqual(document["bytes"], os.path.getsize(self.path(backup)))
        self.assertEqual(document["histories"][0]["heads"], ["a1"])
        self.assertEqual(os.path.realpath(os.path.join(self.project.folder, document["folder"])), os.path.realpath(os.path.join(self.store, backup)))
        modes = {name: oct(os.stat(self.path(backup, name)).st_mode & 0o777) for name in os.listdir(os.path.join(self.store, backup))}
        self.assertEqual(modes, {self.dump_name(): "0o600", "manifest.json": "0o600", "SHA256SUMS": "0o600"})
        self.assertEqual(oct(os.stat(os.path.join(self.store, backup)).st_mode & 0o777), "0o700")
        self.assertEqual(oct(os.stat(self.store).st_mode & 0o777), "0o700")

    def test_the_text_says_id_size_time_and_proof(self):
        done = self.project.must("backup")
        self.assertRegex(done.stdout, rf"^backup ({ID}): [0-9.]+ k?B in [0-9.]+ s, proven \(archive\)\nbackups/\1\n$")
        self.configure("verify: none")
        self.assertRegex(self.project.must("backup").stdout, rf"^backup ({ID}): [0-9.]+ k?B in [0-9.]+ s, not proven\n")
        listed = self.project.must("backups").stdout.splitlines()
        self.assertRegex(listed[0], "^ID +TAKEN \\(UTC\\) +WHY +HEADS +SIZE +PROVEN +DATABASE$")
        self.assertRegex(listed[1], f"^{ID}  [0-9-]+ [0-9:]+  asked for  a1 .*  not proven  ")
        self.assertRegex(listed[2], f"^{ID}  [0-9-]+ [0-9:]+  asked for  a1 .*  archive     ")

    def test_it_changes_nothing_in_the_database(self):
        schema, journal = self.project.database.schema(), self.project.journal("*")
        self.project.must("backup")
        self.assertEqual((self.project.database.schema(), self.project.journal("*")), (schema, journal))

    def test_one_of_a_database_without_a_history(self):
        other = self.another()
        other.database.rows("CREATE TABLE t (a integer)")
        document = other.must("backup", "--backup-folder", self.store, "--output", "json").json
        self.assertEqual(document["histories"], [])

    def test_no_folder_is_an_error_that_says_what_to_do(self):
        os.unlink(os.path.join(self.project.folder, "migrator.yaml"))
        for verb in ("backup", "backups", "verify"):
            self.assertEqual(self.refused(2, "InvalidConfiguration", verb)["message"],
                             "no folder for backups is configured; set backup.folder in migrator.yaml, MIGRATOR_BACKUP_FOLDER, or --backup-folder")

    def test_retention_keeps_the_newest_and_what_the_last_run_names(self):
        self.configure("retain: 2")
        self.table("a2", "a1")
        self.project.must("upgrade", "head", "--backup")
        of_the_run = self.ids()[0]
        taken = [self.json("backup") for _ in range(4)]
        self.assertEqual(set(self.ids()), {of_the_run, taken[2]["id"], taken[3]["id"]})
        self.assertEqual(taken[3]["notes"], [f"the backup {taken[1]['id']} was removed: backup.retain keeps newer ones"])

    def test_a_leftover_of_a_killed_one_is_swept_and_told(self):
        self.project.must("backup")
        left = "20261122T171203Z-3f9a2b1c"
        os.mkdir(os.path.join(self.store, f".{left}.partial"))
        self.assertEqual(self.json("backup")["notes"], [f"removed {left}, which an earlier backup left unfinished"])
        self.assert_nothing_left(but=self.ids())

    def test_too_large_is_refused(self):
        self.configure("max_bytes: 1")
        error = self.refused(23, "BackupFailed", "backup")
        self.assertIn("1", error["message"])
        self.assert_nothing_left()

    def test_its_timeout_is_23(self):
        error = self.refused(23, "BackupFailed", "backup", "--timeout", "1ms")
        self.assertIn("1ms" if "1ms" in error["message"] else "time", error["message"])
        self.assert_nothing_left()

    def test_a_file_in_the_folders_place_is_told(self):
        with open(self.store, "w", encoding="utf-8"):
            pass
        error = self.refused(23, "BackupFailed", "backup")
        self.assertIn("backups", error["message"])

    def test_progress_is_told_as_events(self):
        done = self.project.must("backup", "--log-format", "json")
        events = [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]
        self.assertIn("backup_progress", {event["event"] for event in events}, done)
        self.assertIn("hash", {event.get("phase") for event in events}, done)


class Copying(Backups):
    def test_the_copy_is_made_of_a_whole_backup(self):
        copies = os.path.join(self.project.folder, "copies")
        os.mkdir(copies)
        self.configure(f"copy_command: [cp, -r, '{{folder}}', '{copies}/{{id}}']")
        backup = self.json("backup")["id"]
        self.assertEqual(os.listdir(copies), [backup])
        self.assertEqual(sorted(os.listdir(os.path.join(copies, backup))), sorted(os.listdir(os.path.join(self.store, backup))))

    def test_a_failing_copy_is_23_and_the_backup_is_gone(self):
        self.configure("copy_command: [sh, -c, 'echo no such bucket >&2; exit 3']")
        error = self.refused(23, "BackupFailed", "backup")
        self.assertEqual(error["message"], "backup.copy_command failed with exit code 3: no such bucket. The backup was removed again; mend the "
                                           "command, then run again.")
        self.assert_nothing_left()
        self.table("a2", "a1")
        self.assertEqual(self.project.run("upgrade", "head", "--backup").code, 23)
        self.assertEqual(self.project.heads(), ["a1"])
        self.assert_nothing_left()

    def test_a_copy_command_that_is_not_there_is_told_before(self):
        self.configure("copy_command: [no-such-program]")
        error = self.refused(23, "BackupFailed", "backup")
        self.assertEqual(error["message"], "backup.copy_command: the program \"no-such-program\" is not in PATH. Install it, or write its whole path.")
        self.assertFalse(os.path.exists(self.store))


on_both(globals(), Taking, Copying)

if __name__ == "__main__":
    unittest.main()
