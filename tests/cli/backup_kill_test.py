"""SIGKILL at random moments of `backup`: what is listed is whole, the database is as it was, and the next backup sweeps what was left.

The moments come from a seed that is printed; MIGRATOR_SEED repeats them. MIGRATOR_PROOF=long kills 100 times a database, else 12.
"""

import os
import random
import subprocess
import time
import unittest

from backups import Backups
from both import on_both, setUpModule, tearDownModule  # noqa: F401
from conditions import Run

KILLS = 100 if os.environ.get("MIGRATOR_PROOF") == "long" else 12
COUNT = "SELECT count(*), sum(id) FROM big"


class Kills(Backups):
    def setUp(self):
        super().setUp()
        filler = "hex(randomblob(200))" if self.dialect == "sqlite" else "md5(random()::text) || md5(random()::text)"
        self.project.database.rows("CREATE TABLE big (id integer, t text)")
        self.project.database.rows("WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 20000) "
                                   f"INSERT INTO big SELECT i, {filler} FROM n")
        self.configure("retain: 3")

    def test_kills(self):
        seed = int(os.environ.get("MIGRATOR_SEED") or random.SystemRandom().randrange(1 << 32))
        print(f"{self.dialect}: MIGRATOR_SEED={seed}", flush=True)
        source = random.Random(seed)
        started = time.monotonic()
        self.project.must("backup")
        longest = time.monotonic() - started
        state = (self.project.database.schema(), self.project.journal("*"), self.project.database.rows(COUNT))
        kills, drafts = 0, 0
        while kills < KILLS:
            with self.subTest(seed=seed, kill=kills + 1):
                run = Run(self.project, "backup")
                try:
                    run.process.wait(timeout=source.uniform(0, longest))
                    self.assertEqual(run.process.returncode, 0, run.end())
                    continue
                except subprocess.TimeoutExpired:
                    run.kill()
                kills += 1
                drafts += any(name.endswith(".partial") for name in os.listdir(self.store))
                self.assert_listed_ones_are_whole()
                if source.random() < 0.3:
                    continue  # the one that sweeps may be killed as well
                self.project.must("backup")
                self.assert_listed_ones_are_whole()
                self.assert_nothing_left(but=self.ids())
        self.project.must("verify", "--all", "--restore")
        self.assertEqual((self.project.database.schema(), self.project.journal("*"), self.project.database.rows(COUNT)), state)
        self.assertEqual(self.rows_in(self.ids()[-1], COUNT), state[2])
        print(f"{self.dialect}: {kills} kills, {drafts} of them left a draft", flush=True)
        self.assertGreater(drafts, 0, "no kill came while one was made")

    def assert_listed_ones_are_whole(self):
        listed = self.json("backups")
        self.assertEqual(listed["damaged"], [])
        self.assertGreater(len(listed["backups"]), 0)
        for backup in listed["backups"]:
            self.assertTrue(self.sums_hold(backup["id"]), backup)
            self.assertEqual(backup["verified"], "archive")


on_both(globals(), Kills)

if __name__ == "__main__":
    unittest.main()
