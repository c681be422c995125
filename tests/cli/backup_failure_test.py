"""What may go wrong while a backup is taken, injected: a limit on the size of files as a full disk meets it, a killed and a hanging pg_dump, a hanging
copy_command, signals, a writing load. Nothing is left, and no password stands anywhere.

MIGRATOR_PROOF=long takes 50 backups under writing load, else 4.
"""

import contextlib
import glob
import os
import resource
import shutil
import signal
import threading
import unittest

from backups import Backups, alive
from both import on_both, on_postgresql, setUpModule, tearDownModule  # noqa: F401
from conditions import Run, until

LOADED = 50 if os.environ.get("MIGRATOR_PROOF") == "long" else 4
SECRET = "hunter2-s3cr3t"


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

    @contextlib.contextmanager
    def hanging_copy(self, *arguments):
        """A backup that is whole and whose copy_command never ends."""
        began = os.path.join(self.project.folder, "began")
        self.configure(f"copy_command: [sh, -c, 'echo $$ > {began}.new; mv {began}.new {began}; exec sleep 600']")
        run = Run(self.project, "backup", *arguments)
        until("the copy has begun", lambda: os.path.exists(began) or run.process.poll() is not None)
        self.assertIsNone(run.process.poll(), "it ended before")
        with open(began, encoding="utf-8") as file:
            child = int(file.read())
        os.unlink(began)
        self.assertEqual(len(self.ids()), 1)
        yield run
        until("the copy has ended", lambda: not alive(child))

    def test_a_signal_while_it_is_copied_is_143_and_leaves_nothing(self):
        for stop in (signal.SIGTERM, signal.SIGINT):
            with self.hanging_copy("--output", "json") as run, self.subTest(stop):
                run.process.send_signal(stop)
                done = run.end()
                self.assertEqual((done.code, done.json["error"]["code"]), (143, "Terminated"), done)
            self.assert_nothing_left()

    def test_a_deadline_while_it_is_copied_is_23_and_leaves_nothing(self):
        with self.hanging_copy("--timeout", "2s", "--output", "json") as run:
            done = run.end()
            self.assertEqual((done.code, done.json["error"]["message"]),
                             (23, "the backup took longer than 2s (backup.timeout); none was made, and nothing else was changed. Give it more time, or see "
                                  "what slows the database down."), done)
        self.assert_nothing_left()


class KilledDump(Backups):
    @contextlib.contextmanager
    def hanging_dump(self, *arguments):
        """A backup whose pg_dump has begun and never ends; the run, and the process id of that pg_dump."""
        real = sorted(glob.glob("/usr/lib/postgresql/*/bin"), key=lambda path: int(path.split("/")[4]))[-1]
        tools = os.path.join(self.project.folder, "tools")
        shutil.rmtree(tools, ignore_errors=True)
        os.mkdir(tools)
        for name in ("pg_restore", "psql"):
            os.symlink(os.path.join(real, name), os.path.join(tools, name))
        began = os.path.join(tools, "began")
        with open(os.path.join(tools, "pg_dump"), "w", encoding="utf-8") as file:
            file.write(f'#!/bin/sh\n[ "$1" = --version ] && exec {real}/pg_dump --version\n'
                       f'for word; do case $word in --file=*) echo half > "${{word#--file=}}";; esac; done\n'
                       f'echo $$ > {began}.new; mv {began}.new {began}; exec sleep 600\n')
        os.chmod(os.path.join(tools, "pg_dump"), 0o755)
        run = Run(self.project, "backup", *arguments, extra={"PATH": f"{tools}:{os.environ['PATH']}"})
        until("pg_dump runs", lambda: os.path.exists(began) or run.process.poll() is not None)
        self.assertIsNone(run.process.poll(), "it ended before")
        with open(began, encoding="utf-8") as file:
            child = int(file.read())
        yield run, child
        run.end()
        self.assertFalse(alive(child))

    def test_a_killed_pg_dump_is_23_and_leaves_nothing(self):
        for how in (signal.SIGKILL, signal.SIGTERM):
            with self.hanging_dump("--output", "json") as (run, child), self.subTest(how):
                os.kill(child, how)
                done = run.end()
                self.assertEqual((done.code, done.json["error"]["code"]), (23, "BackupFailed"), done)
                self.assertIn("pg_dump", done.json["error"]["message"])
            self.assert_nothing_left()

    def test_a_killed_migrator_leaves_no_pg_dump(self):
        with self.hanging_dump() as (run, child):
            run.kill()
            until("pg_dump is gone", lambda: not alive(child))
        self.assertEqual(self.json("backups"), {"backups": [], "damaged": []})
        self.project.must("backup")
        self.assert_nothing_left(but=self.ids())

    def test_a_signal_while_it_dumps_is_143_and_leaves_nothing(self):
        for stop in (signal.SIGTERM, signal.SIGINT):
            with self.hanging_dump() as (run, _), self.subTest(stop):
                run.process.send_signal(stop)
                self.assertEqual(run.end().code, 143, run.end())
            self.assert_nothing_left()

    def test_a_deadline_is_23_and_leaves_nothing(self):
        with self.hanging_dump("--timeout", "1s", "--output", "json") as (run, _):
            done = run.end()
            self.assertEqual((done.code, done.json["error"]["code"]), (23, "BackupFailed"), done)
        self.assert_nothing_left()

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
        self.configure(f"retain: {LOADED}")  # all are looked at
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
        self.assertGreater(moves[0], 1, "nobody wrote meanwhile")
        self.assertEqual(sorted(taken), self.ids())
        for backup in taken:
            self.assertEqual(self.rows_in(backup, "SELECT sum(amount) FROM account"), [["1000000"]])
            self.assertEqual(self.rows_in(backup, "SELECT amount FROM account WHERE id = 2"),
                             self.rows_in(backup, "SELECT coalesce(sum(amount), 0) FROM moved"))
        self.assertEqual(len(taken), LOADED)


on_both(globals(), Disturbed, UnderLoad)
on_postgresql(globals(), KilledDump)

if __name__ == "__main__":
    unittest.main()
