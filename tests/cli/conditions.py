"""Waiting for something to be so, with a deadline, and sessions that hold a lock until they are told otherwise: what the tests of stops, kills and
concurrent runs stand on. Nothing here waits for a length of time and hopes."""

import contextlib
import os
import sqlite3
import subprocess
import threading
import time

from project import MIGRATOR, Outcome

DEADLINE = 60  # seconds; a condition that holds is seen at once, so only failures take this long
PAUSE = threading.Event()  # never set: its wait() is the pause between two looks


def until(what, condition, deadline=DEADLINE):
    """The first true value of `condition`; AssertionError naming `what` if there is none in time."""
    end = time.monotonic() + deadline
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > end:
            raise AssertionError(f"did not come about within {deadline} s: {what}")
        PAUSE.wait(0.02)


class PsqlSession:
    """One psql that stays connected; `do` returns when the server has answered."""

    def __init__(self, database):
        environment = {**database.server.environment, "PGAPPNAME": "the test"}
        self._process = subprocess.Popen(["psql", "-X", "-q", "-A", "-t", "-F", "\x1f", "-d", database.name], stdin=subprocess.PIPE,
                                         stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=environment)

    def do(self, sql):
        self._process.stdin.write(f"{sql};\n\\echo answered\n")
        self._process.stdin.flush()
        lines = []
        for line in self._process.stdout:
            if line == "answered\n":
                return lines
            if "ERROR" in line:
                raise AssertionError(f"{sql}: {line}")
            lines.append(line.rstrip("\n"))
        raise AssertionError(f"psql went away during: {sql}")

    def close(self):
        self._process.stdin.close()
        self._process.stdout.close()
        self._process.wait()


def keep_asking_in_one_session(project):
    """Questions to a PostgreSQL database go to one psql that stays, which is many times faster; gives what ends it."""
    if project.dialect != "postgresql":
        return lambda: None
    session = PsqlSession(project.database)
    project.database.rows = lambda sql: [line.split("\x1f") for line in session.do(sql)]
    return session.close


@contextlib.contextmanager
def psql_session(database):
    session = PsqlSession(database)
    try:
        yield session
    finally:
        session.close()


@contextlib.contextmanager
def other_writer(project, table="item"):
    """Another session that keeps `table` for itself (SQLite: the whole file) until the block ends or the yielded function is called."""
    if project.dialect == "postgresql":
        with psql_session(project.database) as session:
            session.do("BEGIN")
            session.do(f"LOCK TABLE {table} IN ACCESS EXCLUSIVE MODE")
            yield lambda: session.do("ROLLBACK")
        return
    connection = sqlite3.connect(project.database.path, isolation_level=None)
    try:
        connection.execute("BEGIN IMMEDIATE")
        yield lambda: connection.execute("ROLLBACK")
    finally:
        connection.close()


class Run:
    """A migrator under way, its output in files, so that a test can look at what it has said so far."""

    count = 0

    def __init__(self, project, *arguments, url=None, extra=None, preexec_fn=None, restore_signals=True):
        Run.count += 1
        self._out = os.path.join(project.folder, f"out.{Run.count}")
        self._err = os.path.join(project.folder, f"err.{Run.count}")
        with open(self._out, "wb") as out, open(self._err, "wb") as err:
            self.process = subprocess.Popen([MIGRATOR, *arguments], cwd=project.folder, env={**project.environment(url), **(extra or {})},
                                            stdout=out, stderr=err, stdin=subprocess.DEVNULL, preexec_fn=preexec_fn,
                                            restore_signals=restore_signals)

    @staticmethod
    def _read(path):
        with open(path, encoding="utf-8") as file:
            return file.read()

    def said(self, words):
        return words in self._read(self._err) or words in self._read(self._out)

    def wait_to_say(self, words):
        def now():
            if not self.said(words) and self.process.poll() is not None and not self.said(words):
                raise AssertionError(f"ended with {self.process.returncode} before it said {words}: {self._read(self._out)}{self._read(self._err)}")
            return self.said(words)
        until(f"the run says {words}", now)

    def end(self, timeout=DEADLINE):
        """Waits for the end; the Outcome."""
        self.process.wait(timeout=timeout)
        return Outcome(self.process.returncode, self._read(self._out), self._read(self._err))

    def kill(self):
        self.process.kill()
        self.process.wait()


def is_write_locked(project):
    """SQLite: whether somebody is inside a write transaction right now."""
    connection = sqlite3.connect(project.database.path, isolation_level=None, timeout=0)
    try:
        connection.execute("BEGIN IMMEDIATE")
        connection.execute("ROLLBACK")
        return False
    except sqlite3.OperationalError as error:
        if "locked" not in str(error):
            raise
        return True
    finally:
        connection.close()


def is_at_work(project, words):
    """PostgreSQL: whether a backend that is none of the test's own is in a statement that holds `words`."""
    return bool(project.database.rows("SELECT 1 FROM pg_stat_activity WHERE state = 'active' AND pid <> pg_backend_pid() AND datname = "
                                      f"current_database() AND strpos(query, '{words}') > 0 AND application_name NOT IN ('the test', 'psql')"))
