"""Measures `migrator backup` against what copies a database without it, side by side in the same run (issue 4). Run it by `scripts/prove backup-bench`.

SQLite: cp with the copy flushed to the disk (as a backup is), and VACUUM INTO; PostgreSQL: pg_dump -Fc. What a proof adds stands beside PRAGMA
integrity_check and one more pg_dump. Standard library only; bench.py says how a round is measured.
  --check      exit 1 if a target is missed
  --quick      20 MB and two rounds: to see that it works, not to quote; not with --check
  --megabytes  of each database; default 1000
  --rounds     default 3
  --json FILE  the figures as JSON
"""

import os
import shutil
import subprocess

from bench import Bench, Target, ratio, run

ROW = 1000  # bytes, about


class BackupBench(Bench):
    def __init__(self, migrator, folder, server, megabytes, rounds):
        super().__init__(migrator, folder, server, revisions=1, rounds=rounds, short_rounds=rounds)
        self.megabytes = megabytes

    def _backup(self, measurement, project, proof):
        store = os.path.join(project, "backups")
        shutil.rmtree(store, ignore_errors=True)
        measurement.run([self.migrator, "backup", "--backup-folder", store, "--verify", proof], project)
        shutil.rmtree(store, ignore_errors=True)

    def _rounds(self, contenders):
        """Each a measurement and what measures it. Who goes first changes from round to round."""
        for number in range(self.rounds):
            for measurement, work in contenders if number % 2 == 0 else reversed(contenders):
                work(measurement)

    def sqlite(self):
        project = self._project("sqlite", 1, "sqlite:///shop.db")
        path = os.path.join(project, "shop.db")
        subprocess.run(["sqlite3", "-bail", path], check=True, text=True, input=(
            "PRAGMA journal_mode = wal; CREATE TABLE item (id integer PRIMARY KEY, name text NOT NULL, body blob);"
            f"INSERT INTO item SELECT value, 'item ' || value, randomblob({ROW - 40}) FROM generate_series(1, {self.megabytes * 1000});"
            "CREATE INDEX item_name ON item (name); PRAGMA wal_checkpoint(truncate);"), stdout=subprocess.DEVNULL)
        copy = os.path.join(project, "copy.db")

        def without_copy(measurement, command):
            if os.path.exists(copy):
                os.unlink(copy)
            measurement.run(command, project)

        size = os.path.getsize(path) / 1e6
        copied = self._new(f"cp and sync of {size:.0f} MB")
        vacuumed = self._new("sqlite3, VACUUM INTO, and sync")
        checked = self._new("sqlite3, PRAGMA integrity_check")
        none, archive = self._new("migrator backup, SQLite, not proven"), self._new("migrator backup, SQLite, proven (archive)")
        self._rounds([
            (copied, lambda m: without_copy(m, ["sh", "-c", f"cp '{path}' '{copy}' && sync '{copy}'"])),
            (none, lambda m: self._backup(m, project, "none")),
            (vacuumed, lambda m: without_copy(m, ["sh", "-c", f"sqlite3 '{path}' \"VACUUM INTO '{copy}'\" && sync '{copy}'"])),
            (archive, lambda m: self._backup(m, project, "archive")),
            (checked, lambda m: m.run(["sqlite3", path, "PRAGMA integrity_check"], project))])
        self.targets.append(Target("backup of SQLite without a proof, ratio to VACUUM INTO", "x", ratio(none, vacuumed), 1.15))
        # A figure and no target: cp takes no lock and no snapshot, and what it copies of a database in use is no backup.
        self.to_cp = ratio(none, copied)
        self.proofs = [("SQLite", none, archive, checked)]
        shutil.rmtree(project)

    def postgresql(self):
        self.server.fresh_database("shop")
        project = self._project("postgresql", 1, self.server.url("shop"))
        words = " || ' ' || ".join("md5((g * {0})::text)".format(n) for n in range(1, ROW // 33))
        self.server.psql("CREATE TABLE item (id bigint PRIMARY KEY, name text NOT NULL, body text); "
                         f"INSERT INTO item SELECT g, 'item ' || g, {words} FROM generate_series(1, {self.megabytes * 1000}) g; "
                         "CREATE INDEX item_name ON item (name)", database="shop")
        dump = os.path.join(project, "shop.dump")
        command = ["pg_dump", "-Fc", "-d", "shop", "-f", dump]
        dumped = self._new(f"pg_dump -Fc of about {self.megabytes} MB, and sync")
        again = self._new("one more pg_dump -Fc")
        none, archive = self._new("migrator backup, PostgreSQL, not proven"), self._new("migrator backup, PostgreSQL, proven (archive)")
        synced = ["sh", "-c", " ".join(command) + f" && sync '{dump}'"]
        self._rounds([(dumped, lambda m: m.run(synced, project, self.server.environment)),
                      (none, lambda m: self._backup(m, project, "none")),
                      (archive, lambda m: self._backup(m, project, "archive")),
                      (again, lambda m: m.run(command, project, self.server.environment))])
        self.targets.append(Target("backup of PostgreSQL without a proof, ratio to pg_dump -Fc", "x", ratio(none, dumped), 1.15))
        self.proofs.append(("PostgreSQL", none, archive, again))
        shutil.rmtree(project)

    def print(self):
        super().print()
        print(f"\nbackup of SQLite without a proof, ratio to cp (which copies no live database): {self.to_cp:.2f}")
        for database, none, archive, beside in self.proofs:
            adds = [with_proof - without for with_proof, without in zip(archive.milliseconds, none.milliseconds)]
            print(f"a proof (archive) on {database} adds {sorted(adds)[len(adds) // 2]:.0f} ms; {beside.name}: "
                  f"{sorted(beside.milliseconds)[len(beside.milliseconds) // 2]:.0f} ms")


def options(parser):
    parser.add_argument("--megabytes", type=int, default=1000)
    parser.add_argument("--rounds", type=int, default=3)


def measured(arguments, folder, server):
    if arguments.quick:
        arguments.megabytes, arguments.rounds = 20, 2
    bench = BackupBench(arguments.migrator, folder, server, arguments.megabytes, arguments.rounds)
    bench.sqlite()
    bench.postgresql()
    return bench


if __name__ == "__main__":
    run(__doc__, options, measured)
