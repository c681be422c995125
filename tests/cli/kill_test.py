"""SIGKILL at random moments of a history with transactional, bare and batched steps, up and down. After each kill the same command runs again until
it is done. The laws, after every kill: version table, view and journal agree; after every completed run: a whole revision, each statement's trace
as often as its step was made, each row of a data section changed as often, and no row missed.

The moments come from a seed that is printed; MIGRATOR_SEED repeats them. MIGRATOR_PROOF=long kills 200 times a database, else 20.
"""

import os
import random
import subprocess
import time
import unittest

from conditions import Run, keep_asking_in_one_session
from histories import Agreement, Section, body, counted_effects, set_up, trace
from project import PrivatePostgresql, Project

KILLS = 200 if os.environ.get("MIGRATOR_PROOF") == "long" else 20
ROWS = 120
PARENTS = {"a": [], "b": ["a"], "c": ["b"], "d": ["b"], "e": ["c", "d"], "f": ["e"]}
SERVER = None


def setUpModule():
    global SERVER
    SERVER = PrivatePostgresql(durable=False)
    SERVER.__enter__()


def tearDownModule():
    SERVER.__exit__(None, None, None)


def data(way):
    return Section(f"data name:fill_{way} table:item key:id batch:7", f"UPDATE item SET {way}s = {way}s + 1 WHERE id > :from AND id <= :to")


def write_history(project):
    """Six revisions, a branch and a merge among them; every kind of unit, both ways."""
    def marks(revision, way, *numbers):
        return [trace(f"{way} {revision} {number}") for number in numbers]

    def add(revision, up, down):
        project.revision(revision, " ".join(PARENTS[revision]) or "none", body=body(*up, *down))

    bare = "transaction:false"
    vacuum = "VACUUM" if project.dialect == "sqlite" else "VACUUM item"
    index = [] if project.dialect == "sqlite" else ["CREATE INDEX CONCURRENTLY item_ups ON item (ups)"]
    no_index = [] if project.dialect == "sqlite" else ["DROP INDEX CONCURRENTLY item_ups"]
    add("a", [Section("up", "CREATE TABLE a (id integer PRIMARY KEY)", *marks("a", "up", 1, 2))],
        [Section("down", "DROP TABLE a", *marks("a", "down", 1, 2))])
    add("b", [Section(f"up {bare}", *marks("b", "up", 1), vacuum, *marks("b", "up", 2), *index, *marks("b", "up", 3))],
        [Section(f"down {bare}", *marks("b", "down", 1), *no_index, *marks("b", "down", 2), vacuum)])
    add("c", [Section("up", *marks("c", "up", 1)), data("up"), Section("up", *marks("c", "up", 2))],
        [Section("down", *marks("c", "down", 1)), data("down"), Section("down", *marks("c", "down", 2))])
    add("d", [Section("up", "CREATE TABLE d (id integer)", *marks("d", "up", 1))], [Section("down", "DROP TABLE d", *marks("d", "down", 1))])
    add("e", [Section("up")], [Section("down")])
    add("f", [Section("up", *marks("f", "up", 1)), Section(f"up {bare}", *marks("f", "up", 2), vacuum)],
        [Section(f"down {bare}", vacuum, *marks("f", "down", 1)), Section("down", *marks("f", "down", 2))])


MARKS = {"up": ["a 1", "a 2", "b 1", "b 2", "b 3", "c 1", "c 2", "d 1", "f 1", "f 2"],
         "down": ["a 1", "a 2", "b 1", "b 2", "c 1", "c 2", "d 1", "f 1", "f 2"]}


class Kills:
    def setUp(self):
        self.project = Project(self.dialect, SERVER)
        self.addCleanup(self.project.close)
        set_up(self.project.database, ROWS)
        self.addCleanup(keep_asking_in_one_session(self.project))
        write_history(self.project)
        self.agreement = Agreement(self.project, PARENTS)
        self.times = {"up": 0, "down": 0}  # completed moves from end to end

    def command(self, way):
        return ("upgrade", "head") if way == "up" else ("downgrade", "base")

    def assert_whole(self, way):
        """What a completed run must have left."""
        self.times[way] += 1
        self.assertEqual(["f"] if way == "up" else [], self.project.heads())
        self.agreement.check(self)
        expected = {f"{direction} {mark}": self.times[direction] for direction in ("up", "down") for mark in MARKS[direction]
                    if self.times[direction]}
        self.assertEqual(expected, counted_effects(self.project.database))
        ups, downs = str(self.times["up"]), str(self.times["down"])
        self.assertEqual([[ups, ups, downs, downs, str(ROWS)]],
                         self.project.database.rows("SELECT min(ups), max(ups), min(downs), max(downs), count(*) FROM item"))
        made = {"a", "d"} & set(self.project.database.tables())
        self.assertEqual({"a", "d"} if way == "up" else set(), made)

    def test_kills(self):
        seed = int(os.environ.get("MIGRATOR_SEED") or random.SystemRandom().randrange(1 << 32))
        print(f"{self.dialect}: MIGRATOR_SEED={seed}", flush=True)
        source = random.Random(seed)
        longest = 0.0
        for way in ("up", "down"):  # how long an undisturbed run takes; these make the first rounds' history tables, too
            started = time.monotonic()
            self.project.must(*self.command(way))
            longest = max(longest, time.monotonic() - started)
            self.assert_whole(way)
        kills, way = 0, "up"
        while kills < KILLS:
            with self.subTest(seed=seed, kill=kills + 1, way=way):
                killed = self.run_and_kill(way, source.uniform(0, longest))
                kills += killed
                if killed and source.random() < 0.3:
                    continue  # the run that goes on may be killed as well
                if killed:
                    done = self.project.run(*self.command(way))
                    self.assertEqual(0, done.code, done)
                self.assert_whole(way)
            way = "down" if way == "up" else "up"
        print(f"{self.dialect}: {kills} kills, {self.times['up']} times up, {self.times['down']} times down", flush=True)

    def run_and_kill(self, way, after):
        """True if the kill found the run alive; what it left must agree with itself."""
        run = Run(self.project, *self.command(way))
        try:
            run.process.wait(timeout=after)
        except subprocess.TimeoutExpired:
            run.kill()
            self.agreement.check(self, whole=False)
            return True
        done = run.end()
        self.assertEqual(0, done.code, done)
        return False


class KillsOnSqlite(Kills, unittest.TestCase):
    dialect = "sqlite"


class KillsOnSqliteWal(Kills, unittest.TestCase):
    dialect = "sqlite"

    def setUp(self):
        super().setUp()
        self.project.database.script("PRAGMA journal_mode=WAL;")


class KillsOnPostgresql(Kills, unittest.TestCase):
    dialect = "postgresql"


if __name__ == "__main__":
    unittest.main()
