"""The verbs backup, backups and verify. The witness of what a backup holds is sqlite3 and pg_restore, of its bytes sha256sum, never the migrator.

What is injected: flipped bytes, a limit on the size of files as a full disk meets it, a killed pg_dump, signals, a failing copy_command.
MIGRATOR_PROOF=long takes 50 backups under writing load, else 5.
"""

import glob
import json
import os
import random
import re
import resource
import shutil
import signal
import subprocess
import threading
import unittest

from both import Case, on_both, on_postgresql, on_sqlite, server, setUpModule, tearDownModule  # noqa: F401
from conditions import Run, other_writer, until

LOADED = 50 if os.environ.get("MIGRATOR_PROOF") == "long" else 5
ID = r"\d{8}T\d{6}Z-[0-9a-f]{8}"
SECRET = "hunter2-s3cr3t"


class Backups(Case):
    """A project with a table, a history and a folder for backups."""

    def setUp(self):
        super().setUp()
        self.chain("a1")
        self.project.must("upgrade", "head")
        self.project.database.rows("CREATE TABLE item (id integer PRIMARY KEY, note text)")
        self.project.database.rows("INSERT INTO item VALUES (1, 'one'), (2, NULL)")
        self.store = os.path.join(self.project.folder, "backups")
        self.configure()

    def configure(self, *lines):
        with open(os.path.join(self.project.folder, "migrator.yaml"), "w", encoding="utf-8") as file:
            file.write("migrations: [migrations]\nbackup:\n  folder: backups\n" + "".join(f"  {line}\n" for line in lines) +
                       "scratch: same-server\n" * (self.dialect == "postgresql"))

    def ids(self):
        return sorted(name for name in os.listdir(self.store) if re.fullmatch(ID, name)) if os.path.isdir(self.store) else []

    def assert_nothing_left(self, but=()):
        found = set(os.listdir(self.store)) - {".lock"} if os.path.isdir(self.store) else set()
        self.assertEqual(found, set(but))

    def path(self, backup, name=None):
        return os.path.join(self.store, backup, name or self.dump_name())

    def dump_name(self):
        return "database.sqlite" if self.dialect == "sqlite" else "database.dump"

    def sums_hold(self, backup):
        return subprocess.run(["sha256sum", "--strict", "--quiet", "-c", "SHA256SUMS"], cwd=os.path.join(self.store, backup), capture_output=True,
                              check=False).returncode == 0

    def rows_in(self, backup, sql):
        """What a backup holds, as the database's own tools restore it."""
        if self.dialect == "sqlite":
            done = subprocess.run(["sqlite3", "-bail", "-separator", "\x1f", f"file:{self.path(backup)}?mode=ro&immutable=1", sql],
                                  capture_output=True, text=True, timeout=60, check=False)
            self.assertEqual((done.returncode, done.stderr), (0, ""))
            return [line.split("\x1f") for line in done.stdout.splitlines()]
        other = type(self.project.database)(server())
        try:
            done = subprocess.run(["pg_restore", "--exit-on-error", "--no-owner", "-d", other.name, self.path(backup)], capture_output=True, text=True,
                                  env=server().environment, timeout=60, check=False)
            self.assertEqual((done.returncode, done.stderr), (0, ""))
            return other.rows(sql)
        finally:
            other.close()


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
        self.chain("a1", "a2")
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
        self.chain("a1", "a2")
        self.assertEqual(self.project.run("upgrade", "head", "--backup").code, 23)
        self.assertEqual(self.project.heads(), ["a1"])
        self.assert_nothing_left()

    def test_a_copy_command_that_is_not_there_is_told_before(self):
        self.configure("copy_command: [no-such-program]")
        error = self.refused(23, "BackupFailed", "backup")
        self.assertEqual(error["message"], "backup.copy_command: the program \"no-such-program\" is not in PATH. Install it, or write its whole path.")
        self.assertFalse(os.path.exists(self.store))


class Verifying(Backups):
    def setUp(self):
        super().setUp()
        self.backup = self.json("backup")["id"]

    def flip(self, name, at, bit=0):
        with open(self.path(self.backup, name), "r+b") as file:
            file.seek(at)
            byte = file.read(1)[0]
            file.seek(at)
            file.write(bytes([byte ^ (1 << bit)]))

    def test_a_whole_one_is_proven_and_that_is_written_down(self):
        self.configure("verify: none")
        unproven = self.json("backup")["id"]
        document = self.json("verify", unproven)
        self.assertEqual([(one["id"], one["verified"]) for one in document["proven"]], [(unproven, "archive")])
        self.assertEqual((document["failed"], document["notes"]), ([], []))
        for wanted in (["verify"], ["verify", unproven[:-1]]):
            self.assertEqual([one["id"] for one in self.json(*wanted)["proven"]], [unproven])
        self.assertEqual([(one["id"], one["verified"]) for one in self.json("verify", self.backup, "--restore")["proven"]], [(self.backup, "restore")])
        self.assertEqual({one["id"]: one["verified"] for one in self.json("backups")["backups"]}, {unproven: "archive", self.backup: "restore"})
        self.project.must("verify", "--all")
        self.assertEqual({one["id"]: one["verified"] for one in self.json("backups")["backups"]}, {unproven: "archive", self.backup: "restore"},
                         "a weaker proof does not replace a stronger one")
        self.assertTrue(self.sums_hold(self.backup) and self.sums_hold(unproven))

    def test_without_an_id_the_newest_of_this_database_is_meant(self):
        other = self.another()
        other.database.rows("CREATE TABLE t (a integer)")
        of_the_other = other.must("backup", "--backup-folder", self.store, "--output", "json").json["id"]
        self.assertNotEqual(of_the_other, self.backup)
        self.assertEqual([one["id"] for one in self.json("verify")["proven"]], [self.backup])

    def test_a_database_that_cannot_be_asked_does_not_matter(self):
        nowhere = "sqlite:////nowhere/none.db" if self.dialect == "sqlite" else "postgresql://x@/x?host=/nowhere"
        document = self.json("verify", url=nowhere)
        self.assertEqual([one["id"] for one in document["proven"]], [self.backup])
        self.assertTrue(document["notes"][0].startswith("the newest backup in the folder is meant, whichever database it is of: "), document)

    def test_flipped_bytes_are_found(self):
        source = random.Random(4)
        for name in (self.dump_name(), "manifest.json", "SHA256SUMS"):
            size = os.path.getsize(self.path(self.backup, name))
            for at in sorted({0, size // 2, size - 1, *(source.randrange(size) for _ in range(5))}):
                bit = source.randrange(8)
                with self.subTest(name=name, at=at, bit=bit):
                    self.flip(name, at, bit)
                    error = self.refused(23, "BackupFailed", "verify", self.backup)
                    self.assertIn(self.backup, error["message"])
                    if name != self.dump_name():
                        listed = self.json("backups")
                        self.assertEqual((listed["backups"], len(listed["damaged"])), ([], 1))
                    self.flip(name, at, bit)
        self.project.must("verify", self.backup)

    def test_one_found_damaged_is_not_listed_as_proven_any_more(self):
        self.flip(self.dump_name(), 100)
        self.refused(23, "BackupFailed", "verify")
        self.assertEqual([one["verified"] for one in self.json("backups")["backups"]], ["none"])

    def test_all_names_each_that_is_damaged(self):
        whole = self.json("backup")["id"]
        self.flip("manifest.json", 3)
        done = self.project.run("verify", "--all", "--output", "json")
        self.assertEqual(done.code, 23)
        self.assertEqual([one["id"] for one in done.json["proven"]], [whole])
        self.assertEqual([one["id"] for one in done.json["failed"]], [self.backup])
        self.assertEqual(done.json["error"]["message"], "1 of 2 backups could not be proven; the lines above say why.")

    def test_one_that_is_removed_is_gone(self):
        self.assertEqual(self.json("backups", "--remove", self.backup[:20])["removed"], [self.backup])
        self.assert_nothing_left()
        self.assertEqual(self.json("backups"), {"backups": [], "damaged": []})
        self.assertEqual(self.refused(2, "Usage", "verify")["message"], 'there is no backup in backups. "migrator backup" takes one.')

    def test_a_damaged_one_can_be_removed(self):
        self.flip("manifest.json", 3)
        self.assertEqual(self.json("backups", "--remove", self.backup)["removed"], [self.backup])
        self.assert_nothing_left()


class Disturbed(Backups):
    """A full disk, signals, a deadline: 23 or 143, and nothing is left."""

    def test_a_full_disk_leaves_nothing(self):
        self.project.database.rows("CREATE TABLE big (id integer, t text)")
        filler = "hex(randomblob(500))" if self.dialect == "sqlite" else "md5(random()::text) || md5(random()::text)"
        self.project.database.rows("WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 4000) "
                                   f"INSERT INTO big SELECT i, {filler} FROM n")
        whole = self.json("backup")
        size = whole["bytes"]
        for limit in (0, 4096, size // 2, size - 1):
            with self.subTest(limit=limit):
                run = Run(self.project, "backup", "--output", "json", preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit)))
                run.process.wait(timeout=60)
                self.assertEqual(run.process.returncode, 23 if limit else run.process.returncode, run.end())
                self.assertNotEqual(run.process.returncode, 0)
                self.assert_nothing_left(but=[whole["id"]])
        self.project.must("verify")

    def begun(self, *arguments):
        run = Run(self.project, "backup", *arguments)
        until("a draft is there", lambda: glob.glob(os.path.join(self.store, ".*.partial")) or run.process.poll() is not None)
        self.assertIsNone(run.process.poll(), "it waits for the other writer")
        return run

    def test_a_signal_is_143_and_leaves_nothing(self):
        for stop in (signal.SIGTERM, signal.SIGINT):
            with other_writer(self.project), self.subTest(stop):
                run = self.begun()
                run.process.send_signal(stop)
                self.assertEqual(run.end().code, 143, run.end())
            self.assert_nothing_left()

    def test_a_deadline_is_23_and_leaves_nothing(self):
        with other_writer(self.project):
            run = self.begun("--timeout", "1s")
            self.assertEqual(run.end().code, 23, run.end())
        self.assert_nothing_left()


class KilledDump(Backups):
    def test_a_killed_pg_dump_is_23_and_leaves_nothing(self):
        for how in (signal.SIGKILL, signal.SIGTERM):
            with other_writer(self.project), self.subTest(how):
                run = Run(self.project, "backup", "--output", "json")
                child = until("pg_dump runs", lambda: children(run.process.pid, "pg_dump") or run.process.poll() is not None)
                self.assertIsNone(run.process.poll(), run.process.returncode)
                os.kill(child[0], how)
                done = run.end()
                self.assertEqual((done.code, done.json["error"]["code"]), (23, "BackupFailed"), done)
                self.assertIn("pg_dump", done.json["error"]["message"])
            self.assert_nothing_left()

    def test_a_killed_migrator_leaves_no_pg_dump(self):
        with other_writer(self.project):
            run = Run(self.project, "backup")
            child = until("pg_dump runs", lambda: children(run.process.pid, "pg_dump"))[0]
            run.kill()
            until("pg_dump is gone", lambda: not alive(child))
        self.project.must("backup")
        self.assert_nothing_left(but=self.ids())

    def test_no_password_stands_anywhere(self):
        url = self.project.database.url.replace("tester@", f"tester:{SECRET}@")
        seen, over = [], threading.Event()

        def watch():
            while not over.is_set():
                for path in glob.glob("/proc/[0-9]*/cmdline"):
                    try:
                        with open(path, "rb") as file:
                            if SECRET.encode() in file.read():
                                seen.append(path)
                    except OSError:
                        pass

        watcher = threading.Thread(target=watch)
        watcher.start()
        try:
            said = [self.project.must(*verb, "--log-format", "json", "-v", url=url).text for verb in
                    (["backup"], ["backup", "--verify", "restore"], ["verify", "--all", "--restore"], ["backups"])]
            with other_writer(self.project):
                said.append(self.project.run("backup", "--timeout", "1s", "-v", url=url).text)
        finally:
            over.set()
            watcher.join()
        self.assertEqual(seen, [])
        self.assertNotIn(SECRET, "".join(said))
        self.assertEqual(len(self.ids()), 2)
        for base, _, names in os.walk(self.store):
            for name in names:
                with open(os.path.join(base, name), "rb") as file:
                    self.assertNotIn(SECRET.encode(), file.read(), name)


class UnderLoad(Backups):
    """Money is moved between two rows in one transaction, and each move is counted in it: every backup holds a state between two moves."""

    def test_a_backup_is_a_state_between_two_transactions(self):
        ask = self.project.database.rows
        ask("CREATE TABLE account (id integer PRIMARY KEY, amount integer NOT NULL)")
        ask("CREATE TABLE moved (id integer PRIMARY KEY, amount integer NOT NULL)")
        ask("INSERT INTO account VALUES (1, 1000000), (2, 0)")
        over, moves = threading.Event(), [0]

        def write():
            while not over.is_set():
                moves[0] += 1
                code, said = self.project.database.script(
                    (".timeout 20000\n" if self.dialect == "sqlite" else "") +
                    "".join(f"BEGIN; UPDATE account SET amount = amount - {n} WHERE id = 1; INSERT INTO moved VALUES ({moves[0] * 100 + n}, {n}); "
                            f"UPDATE account SET amount = amount + {n} WHERE id = 2; COMMIT;\n" for n in range(1, 21)))
                if code != 0 or said:
                    moves.append(said)
                    return

        writer = threading.Thread(target=write)
        writer.start()
        try:
            taken = [self.json("backup", "--verify", "archive" if i % 2 else "restore")["id"] for i in range(LOADED)]
        finally:
            over.set()
            writer.join()
        self.assertEqual(len(moves), 1, moves)
        for backup in self.ids():
            self.assertEqual(self.rows_in(backup, "SELECT sum(amount) FROM account"), [["1000000"]])
            self.assertEqual(self.rows_in(backup, "SELECT amount FROM account WHERE id = 2"),
                             self.rows_in(backup, "SELECT coalesce(sum(amount), 0) FROM moved"))
        self.assertEqual(len(taken), LOADED)
        self.assertTrue(self.ids())


def alive(pid):
    try:
        with open(f"/proc/{pid}/stat", encoding="utf-8") as file:
            return file.read().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def children(pid, name):
    """The process ids of the children of `pid` with that program's name."""
    found = []
    for path in glob.glob("/proc/[0-9]*/stat"):
        try:
            with open(path, encoding="utf-8") as file:
                text = file.read()
        except OSError:
            continue
        program, _, rest = text.partition("(")[2].rpartition(")")
        if int(rest.split()[1]) == pid and program == name:
            found.append(int(path.split("/")[2]))
    return found


on_both(globals(), Taking, Copying, Verifying, Disturbed, UnderLoad)
on_postgresql(globals(), KilledDump)

if __name__ == "__main__":
    unittest.main()
