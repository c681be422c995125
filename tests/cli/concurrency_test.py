"""Two, then eight migrators started at once on one database: one runs, the others wait and find nothing to do; all end with 0, and every statement
ran once. And one that does not wait long enough says who holds the lock, since when."""

import re
import sqlite3
import unittest

from conditions import Run, psql_session, until
from histories import Agreement, Section, body, counted_effects, set_up, trace
from project import PrivatePostgresql, Project

SERVER = None
PARENTS = {"a": [], "b": ["a"]}


def setUpModule():
    global SERVER
    SERVER = PrivatePostgresql(durable=False)
    SERVER.__enter__()


def tearDownModule():
    SERVER.__exit__(None, None, None)


class Concurrency:
    def setUp(self):
        self.project = Project(self.dialect, SERVER)
        self.addCleanup(self.project.close)
        set_up(self.project.database)
        self.prepare()
        self.project.revision("a", body=body(Section("up", "CREATE TABLE made (id integer)", trace("up a")), Section("down", "DROP TABLE made")))
        self.project.revision("b", "a", body=body(Section("up transaction:false", trace("up b 1"), trace("up b 2")), Section("down")))

    def prepare(self):
        pass

    def start(self, count, *flags):
        runs = [Run(self.project, "upgrade", "head", "--output", "json", *flags) for _ in range(count)]
        for run in runs:
            self.addCleanup(run.kill)
        return runs

    def assert_one_ran(self, runs):
        ends = [run.end() for run in runs]
        for end in ends:
            self.assertEqual(0, end.code, end)
        self.assertEqual(["Done"] + ["NothingToDo"] * (len(runs) - 1), sorted(end.json["outcome"] for end in ends))
        self.assertEqual({"up a": 1, "up b 1": 1, "up b 2": 1}, counted_effects(self.project.database))
        self.assertEqual(["b"], self.project.heads())
        Agreement(self.project, PARENTS).check(self)

    def at_once(self, count):
        """They all start on a database that has no history yet."""
        self.assert_one_ran(self.start(count))

    def all_but_one_wait(self, count):
        """The first cannot finish before all the others wait for the lock."""
        with self.gate() as open_gate:
            runs = self.start(count)
            until("all but one wait for the lock", lambda: sum(run.said("waiting for the lock, held by") for run in runs) == count - 1)
            open_gate()
            self.assert_one_ran(runs)

    def test_two_at_once(self):
        self.at_once(2)

    def test_eight_at_once(self):
        self.at_once(8)

    def test_two_meet(self):
        self.all_but_one_wait(2)

    def test_eight_meet(self):
        self.all_but_one_wait(8)

    def test_eight_at_once_up_and_down_keep_a_whole_revision(self):
        """Whoever comes first: nobody fails, and the end is one of the two."""
        self.project.must("upgrade", "a")
        runs = [Run(self.project, *(("upgrade", "head") if number % 2 else ("downgrade", "base"))) for number in range(8)]
        for run in runs:
            self.assertEqual(0, run.end().code, run.end())
        self.assertIn(self.project.heads(), ([], ["b"]))
        Agreement(self.project, PARENTS).check(self)

    def test_lock_holder_is_named(self):
        with self.gate():
            [holder] = self.start(1)
            until("the first has the lock", lambda: self.project.must("status", "--output", "json").json["lock"])
            late = self.project.run("upgrade", "head", "--lock-wait", "300ms")
            self.assertEqual(10, late.code, late)
            said = re.search(r"the history is locked by (\S+) \(pid (\d+)[^)]*\) since (\S+); waited 0 s; run again later, or wait longer with --lock-wait",
                             late.stderr)
            self.assertTrue(said, late)
            self.assertTrue(self.is_process_of(holder, int(said[2])), late)
            self.assertRegex(said[3], r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$")
            lock = self.project.must("status", "--output", "json").json["lock"]
            self.assertIn(f"pid {said[2]}", lock["who"])
            self.assertEqual(said[3], lock["since"])
            self.assertTrue(lock["run_id"])
        self.assert_one_ran([holder])

    def test_stamp_waits_for_the_lock_too(self):
        with self.gate():
            [holder] = self.start(1)
            until("the first has the lock", lambda: self.project.must("status", "--output", "json").json["lock"])
            self.assertEqual(10, self.project.run("stamp", "a", "--lock-wait", "300ms").code)
        self.assert_one_ran([holder])


class OnSqlite:
    dialect = "sqlite"

    def gate(self):
        return SqliteGate(self.project)

    def is_process_of(self, run, pid):
        return run.process.pid == pid


class SqliteGate:
    """Keeps every writer out until it is opened or left."""

    def __init__(self, project):
        self._connection = sqlite3.connect(project.database.path, isolation_level=None)
        self._open = True

    def __enter__(self):
        self._connection.execute("BEGIN IMMEDIATE")
        self._open = False
        return self.open

    def open(self):
        if not self._open:
            self._connection.execute("ROLLBACK")
            self._open = True

    def __exit__(self, *_):
        self.open()
        self._connection.close()


class ConcurrencyOnSqlite(OnSqlite, Concurrency, unittest.TestCase):
    pass


class ConcurrencyOnSqliteWal(OnSqlite, Concurrency, unittest.TestCase):
    def prepare(self):
        self.project.database.script("PRAGMA journal_mode=WAL;")


class PostgresqlGate:
    """Keeps every writer of `effects` out until it is opened or left."""

    def __init__(self, project):
        self._session = psql_session(project.database)
        self._open = True

    def __enter__(self):
        self._psql = self._session.__enter__()
        self._psql.do("BEGIN")
        self._psql.do("LOCK TABLE effects IN EXCLUSIVE MODE")
        self._open = False
        return self.open

    def open(self):
        if not self._open:
            self._psql.do("ROLLBACK")
            self._open = True

    def __exit__(self, *error):
        self.open()
        self._session.__exit__(*error)


class ConcurrencyOnPostgresql(Concurrency, unittest.TestCase):
    dialect = "postgresql"

    def gate(self):
        return PostgresqlGate(self.project)

    def is_process_of(self, run, pid):
        """The server's process, which is what pg_terminate_backend() takes."""
        return run.process.poll() is None and self.project.database.rows(f"SELECT 1 FROM pg_stat_activity WHERE pid = {pid} AND application_name LIKE "
                                                                         "'migrator%'")

    def test_histories_of_two_schemas_do_not_wait_for_each_other(self):
        self.project.database.script("CREATE SCHEMA one; CREATE SCHEMA two;")
        with self.gate():
            [holder] = self.start(1, "--version-schema", "one")
            until("the first has the lock", lambda: self.project.must("status", "--version-schema", "one", "--output", "json").json["lock"])
            self.project.must("stamp", "a", "--version-schema", "two", "--lock-wait", "300ms")
        self.assertEqual(0, holder.end().code)


if __name__ == "__main__":
    unittest.main()
