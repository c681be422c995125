"""Measures migrator against what it promises, side by side with sqlite3 and psql in the same run. Run it by scripts/bench.

Standard library only. Each round measures every contender once, so that a slow moment of the machine falls on all of them; the table
gives medians with the lowest and the highest. Times are wall milliseconds of the whole process, memory is its peak resident set.
  --check      exit 1 if a target is missed (times to 1,000 revisions as a ratio to the floor, the rest absolute)
  --quick      few rounds and 200 revisions instead of 1,000: to see that it works, not to quote; not with --check
  --json FILE  the figures as JSON
"""

import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile

from revision_files import write_chain, write_plain

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support"))
from private_postgresql import PrivatePostgresql


class Measurement:
    """What one contender took, a value a round."""

    tool = None  # the path of bench_measure (measure.cpp)

    def __init__(self, name):
        self.name = name
        self.milliseconds = []
        self.mebibytes = []

    def run(self, command, folder, environment=None, stdin=os.devnull):
        """Runs a command to its end and notes its wall time and peak memory. A failing command ends the bench with its output."""
        output = os.path.join(folder, "output")
        told = subprocess.run([Measurement.tool, stdin, output, *command], cwd=folder, env=environment, check=True,
                              stdout=subprocess.PIPE, text=True).stdout
        nanoseconds, kibibytes, exit_code = map(int, told.split())
        if exit_code != 0:
            with open(output, encoding="utf-8", errors="replace") as file:
                sys.exit(f"{self.name}: exit code {exit_code}: {' '.join(command)}\n{file.read()[-2000:]}")
        self.milliseconds.append(nanoseconds / 1e6)
        self.mebibytes.append(kibibytes / 1024)


class Target:
    """One line of the table: what was promised, and whether it was kept."""

    def __init__(self, what, unit, value, limit):
        self.what, self.unit, self.value, self.limit = what, unit, value, limit

    @property
    def kept(self):
        return self.value <= self.limit


def median(values):
    return statistics.median(values)


def ratio(measured, floor):
    """The median of the rounds' own ratios: both sides of each were taken right after one another."""
    return median([mine / theirs for mine, theirs in zip(measured.milliseconds, floor.milliseconds)])


class Bench:
    def __init__(self, migrator, folder, server, revisions, rounds, short_rounds):
        self.migrator, self.folder, self.server = migrator, folder, server
        self.revisions, self.rounds, self.short_rounds = revisions, rounds, short_rounds
        self.load = os.getloadavg()[0]
        self.measurements, self.targets = [], []

    def _project(self, name, count, url):
        """A folder with migrator.yaml and a chain of revisions; gives its path."""
        project = os.path.join(self.folder, name)
        os.makedirs(project)
        write_chain(os.path.join(project, "migrations"), count)
        with open(os.path.join(project, "migrator.yaml"), "w", encoding="utf-8") as file:
            file.write(f"database_url: {url}\nmigrations: [migrations]\n")
        return project

    def _new(self, name):
        measurement = Measurement(name)
        self.measurements.append(measurement)
        return measurement

    @staticmethod
    def _remove_sqlite(project, name):
        for entry in os.listdir(project):
            if entry.startswith(name):
                os.unlink(os.path.join(project, entry))

    def apply(self):
        """1,000 revisions against the floor, on both databases."""
        plain = os.path.join(self.folder, "plain.sql")
        write_plain(plain, self.revisions)
        on_sqlite = self._project("apply-sqlite", self.revisions, "sqlite:///mine.db")
        on_postgresql = self._project("apply-postgresql", self.revisions, self.server.url("mine"))
        sqlite_floor = self._new(f"sqlite3, {self.revisions} transactions from a file")
        sqlite_mine = self._new(f"migrator upgrade head, {self.revisions} revisions, SQLite")
        psql_floor = self._new(f"psql, {self.revisions} transactions from a file")
        postgresql_mine = self._new(f"migrator upgrade head, {self.revisions} revisions, PostgreSQL")

        def floor_on_sqlite():
            self._remove_sqlite(on_sqlite, "floor.db")
            sqlite_floor.run(["sqlite3", "-bail", "floor.db"], on_sqlite, stdin=plain)

        def mine_on_sqlite():
            self._remove_sqlite(on_sqlite, "mine.db")
            sqlite_mine.run([self.migrator, "upgrade", "head"], on_sqlite)

        def floor_on_postgresql():
            self.server.fresh_database("floor")
            psql_floor.run(["psql", "-X", "-q", "-v", "ON_ERROR_STOP=1", "-d", "floor", "-f", plain], on_postgresql,
                           self.server.environment)

        def mine_on_postgresql():
            self.server.fresh_database("mine")
            postgresql_mine.run([self.migrator, "upgrade", "head"], on_postgresql)

        for number in range(self.rounds):
            # Who goes first changes from round to round, so that neither always finds the warmer machine.
            for pair in ((floor_on_sqlite, mine_on_sqlite), (floor_on_postgresql, mine_on_postgresql)):
                for measure in pair if number % 2 == 0 else reversed(pair):
                    measure()
        self.targets += [Target(f"{self.revisions:,} revisions on SQLite, ratio to sqlite3", "x", ratio(sqlite_mine, sqlite_floor), 1.25),
                         Target(f"{self.revisions:,} revisions on PostgreSQL, ratio to psql", "x", ratio(postgresql_mine, psql_floor), 1.25)]

    def nothing_to_do(self):
        """`upgrade head` when the database is there already, with 100 files."""
        self.server.fresh_database("still")
        projects = {"SQLite": (self._project("still-sqlite", 100, "sqlite:///still.db"), 10, 12),
                    "PostgreSQL": (self._project("still-postgresql", 100, self.server.url("still")), 25, 20)}
        measurements = {}
        for database, (project, _, _) in projects.items():
            Measurement(f"preparing {database}").run([self.migrator, "upgrade", "head"], project)
            measurements[database] = self._new(f"migrator upgrade head, nothing to do, 100 files, {database}")
        floor_sqlite = self._new("sqlite3, one query")
        floor_psql = self._new("psql, one query")
        still = projects["SQLite"][0]
        for _ in range(self.short_rounds):
            for database, (project, _, _) in projects.items():
                measurements[database].run([self.migrator, "upgrade", "head"], project)
            floor_sqlite.run(["sqlite3", "still.db", "SELECT * FROM migrator_version"], still)
            floor_psql.run(["psql", "-X", "-q", "-d", "still", "-c", "SELECT * FROM migrator_version"], still, self.server.environment)
        for database, (_, milliseconds, mebibytes) in projects.items():
            measurement = measurements[database]
            self.targets += [Target(f"nothing to do on {database}, time", "ms", median(measurement.milliseconds), milliseconds),
                             Target(f"nothing to do on {database}, peak memory", "MiB", max(measurement.mebibytes), mebibytes)]

    def heads(self):
        """`heads` on 10,000 files."""
        project = self._project("heads", 10000, "sqlite:///none.db")
        measurement = self._new("migrator heads, 10,000 files")
        for _ in range(self.short_rounds):
            measurement.run([self.migrator, "heads"], project)
        self.targets.append(Target("heads on 10,000 files, time", "ms", median(measurement.milliseconds), 150))

    def print(self):
        print(f"load average before: {self.load:.1f}, on {os.cpu_count()} processors; times are worth quoting on an idle machine only\n")
        print(f"{'':64} {'median ms':>10} {'lowest':>9} {'highest':>9} {'peak MiB':>9} {'rounds':>6}")
        for one in self.measurements:
            print(f"{one.name:64} {median(one.milliseconds):10.1f} {min(one.milliseconds):9.1f} {max(one.milliseconds):9.1f} "
                  f"{max(one.mebibytes):9.1f} {len(one.milliseconds):6}")
        print(f"\n{'target':64} {'measured':>10} {'at most':>9}")
        for target in self.targets:
            print(f"{target.what:64} {target.value:10.2f} {target.limit:9} {target.unit:3} {'kept' if target.kept else 'MISSED'}")

    def as_json(self):
        return {"load average before": self.load,
                "measurements": [{"name": one.name, "milliseconds": one.milliseconds, "mebibytes": one.mebibytes}
                                 for one in self.measurements],
                "targets": [{"what": one.what, "unit": one.unit, "value": one.value, "limit": one.limit, "kept": one.kept}
                            for one in self.targets]}


def run(description, options, measured):
    """A bench's program: its arguments (`options` adds more to the parser), a server, the table, the exit code. `measured(arguments, folder, server)`
    gives the Bench, whose work is done."""
    parser = argparse.ArgumentParser(description=description, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--migrator", required=True, type=os.path.abspath, help="the executable to measure")
    parser.add_argument("--measure", required=True, help="bench_measure, built from measure.cpp")
    parser.add_argument("--json", metavar="FILE")
    options(parser)
    how = parser.add_mutually_exclusive_group()
    how.add_argument("--check", action="store_true")
    how.add_argument("--quick", action="store_true")
    arguments = parser.parse_args()
    Measurement.tool = os.path.abspath(arguments.measure)
    # What the caller's environment says about databases must not reach the measured processes.
    for name in [name for name in os.environ if name == "DATABASE_URL_FILE" or name == "DATABASE_URL" or name.startswith(("PG", "MIGRATOR_"))]:
        del os.environ[name]

    folder = tempfile.mkdtemp(prefix="bench-")
    try:
        with PrivatePostgresql(durable=True) as server:
            bench = measured(arguments, folder, server)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    bench.print()
    if arguments.json:
        with open(arguments.json, "w", encoding="utf-8") as file:
            json.dump(bench.as_json(), file, indent=2)
    if arguments.check and not all(target.kept for target in bench.targets):
        sys.exit(1)


def measured(arguments, folder, server):
    bench = Bench(arguments.migrator, folder, server, revisions=200 if arguments.quick else 1000, rounds=2 if arguments.quick else 7,
                  short_rounds=5 if arguments.quick else 41)
    bench.apply()
    bench.nothing_to_do()
    bench.heads()
    return bench


if __name__ == "__main__":
    run(__doc__, lambda parser: None, measured)
