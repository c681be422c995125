"""Measures `migrator check` on 500 tables against Alembic's, side by side in the same run (issue 6). Run it by `scripts/prove check-bench`.

Each table has five columns, an index, a unique constraint and a foreign key. The floor of what is not cached is psql that makes a database, loads the same
models and drops it again. Growth: the time of ten times as many tables as a multiple. On SQLite what sqlite3 itself needs to read the schema is taken off
both, for that grows faster than the tables do: SQLite's hash tables of names stop growing at 64 chains. bench.py says how a round is measured.
  --python     a Python with alembic 1.20, SQLAlchemy and psycopg
  --check      exit 1 if a target is missed
  --quick      50 tables and two rounds: to see that it works, not to quote; not with --check
  --json FILE  the figures as JSON
"""

import os
import shutil
import subprocess

from bench import Bench, Target, median, ratio, run

ENVIRONMENT = """
import os
from alembic import context
from sqlalchemy import Column, ForeignKey, Index, Integer, MetaData, String, Table, UniqueConstraint, create_engine

metadata = MetaData()
for number in range(int(os.environ["BENCH_TABLES"])):
    Table(f"t{number}", metadata,
          Column("id", Integer, primary_key=True, autoincrement=False), Column("code", String(40), nullable=False), Column("name", String(80)),
          Column("amount", Integer, nullable=False), Column("before", Integer, ForeignKey(f"t{max(number - 1, 0)}.id", name=f"t{number}_before")),
          UniqueConstraint("code", name=f"t{number}_code"), Index(f"t{number}_name", "name"))
with create_engine(os.environ["BENCH_URL"]).connect() as connection:
    context.configure(connection=connection, target_metadata=metadata)
    with context.begin_transaction():
        context.run_migrations()
"""


TABLES_OF_A_REVISION = 500


def table(number):
    return (f"CREATE TABLE t{number} (id integer NOT NULL, code varchar(40) NOT NULL, name varchar(80), amount integer NOT NULL, before integer, "
            f"PRIMARY KEY (id), CONSTRAINT t{number}_before FOREIGN KEY (before) REFERENCES t{max(number - 1, 0)} (id), "
            f"CONSTRAINT t{number}_code UNIQUE (code));\nCREATE INDEX t{number}_name ON t{number} (name);\n")


def write(path, text):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)


def above(measured, floor):
    """What each round took over the floor of the same round."""
    return [mine - theirs for mine, theirs in zip(measured.milliseconds, floor.milliseconds)]


class CheckBench(Bench):
    def __init__(self, migrator, folder, server, tables, rounds, python):
        super().__init__(migrator, folder, server, revisions=1, rounds=rounds, short_rounds=rounds)
        self.tables, self.python = tables, python

    def _schema(self, name, count, url, scratch):
        """A project whose revisions make what its models say, migrated; gives its path. A server cannot lock thousands of tables in one transaction."""
        project = os.path.join(self.folder, name)
        write(os.path.join(project, "models", "schema.sql"), "".join(map(table, range(count))))
        below = "none"
        for number, first in enumerate(range(0, count, TABLES_OF_A_REVISION), 1):
            ddl = "".join(map(table, range(first, min(first + TABLES_OF_A_REVISION, count))))
            write(os.path.join(project, "migrations", f"r{number}.sql"),
                  f"-- migrate:revision r{number}\n-- migrate:down_revision {below}\n-- migrate:up\n{ddl}")
            below = f"r{number}"
        write(os.path.join(project, "migrator.yaml"), f"database_url: {url}\nmigrations: [migrations]\nmodels: models\n{scratch}")
        subprocess.run([self.migrator, "upgrade", "head", "-q"], cwd=project, check=True, stdout=subprocess.DEVNULL)
        return project

    def _alembic(self, name, url):
        project = os.path.join(self.folder, name)
        write(os.path.join(project, "alembic.ini"), "[alembic]\nscript_location = %(here)s\n")
        write(os.path.join(project, "env.py"), ENVIRONMENT)
        os.makedirs(os.path.join(project, "versions"))
        return project, {**os.environ, "BENCH_TABLES": str(self.tables), "BENCH_URL": url}

    def _compare(self, contenders):
        """Each a measurement and what measures it. Who goes first changes from round to round."""
        for number in range(self.rounds):
            for measurement, work in contenders if number % 2 == 0 else reversed(contenders):
                work(measurement)

    def _mine(self, project, cached):
        cache = os.path.join(project, "cache")
        environment = {**os.environ, "XDG_CACHE_HOME": cache}

        def work(measurement):
            if not cached:
                shutil.rmtree(cache, ignore_errors=True)
            measurement.run([self.migrator, "check"], project, environment)
        if cached:
            subprocess.run([self.migrator, "check"], cwd=project, env=environment, check=True, stdout=subprocess.DEVNULL)
        return work

    def sqlite(self):
        project = self._schema("sqlite", self.tables, "sqlite:///mine.db", "")
        large = self._schema("sqlite-large", 10 * self.tables, "sqlite:///mine.db", "")
        other, environment = self._alembic("alembic-sqlite", f"sqlite:///{self.folder}/alembic.db")
        with open(os.path.join(project, "models", "schema.sql"), encoding="utf-8") as models:
            subprocess.run(["sqlite3", "-bail", os.path.join(self.folder, "alembic.db")], check=True, stdin=models)
        alembic = self._new(f"alembic check, {self.tables} tables, SQLite")
        mine, uncached = self._new("migrator check, SQLite, models cached"), self._new("migrator check, SQLite, not cached")
        grown = self._new(f"migrator check, {10 * self.tables} tables, SQLite, models cached")
        floor = self._new(f"sqlite3, the schema of {self.tables} tables read")
        grown_floor = self._new(f"sqlite3, the schema of {10 * self.tables} tables read")
        read_schema = ["sqlite3", "mine.db", "SELECT count(*) FROM sqlite_schema"]
        self._compare([(alembic, lambda m: m.run([self.python, "-m", "alembic", "check"], other, environment)),
                       (floor, lambda m: m.run(read_schema, project)), (mine, self._mine(project, True)), (uncached, self._mine(project, False)),
                       (grown_floor, lambda m: m.run(read_schema, large)), (grown, self._mine(large, True))])
        self.targets.append(Target("check on SQLite, not cached, ratio to Alembic", "x", ratio(uncached, alembic), 0.1))
        self.targets.append(Target("growth on SQLite to ten times the tables, without SQLite's own", "x",
                                   median([large / small for large, small in zip(above(grown, grown_floor), above(mine, floor))]), 10))

    def postgresql(self):
        for name in ("mine", "large", "alembic"):
            self.server.fresh_database(name)
        project = self._schema("postgresql", self.tables, self.server.url("mine"), "scratch: same-server\n")
        large = self._schema("postgresql-large", 10 * self.tables, self.server.url("large"), "scratch: same-server\n")
        other, environment = self._alembic("alembic-postgresql", self.server.url("alembic").replace("postgresql:", "postgresql+psycopg:"))
        models = os.path.join(project, "models", "schema.sql")
        load = f"psql -X -q -v ON_ERROR_STOP=1 -d {{}} -f '{models}'"
        subprocess.run(["sh", "-c", load.format("alembic")], check=True, env=self.server.environment)
        alembic = self._new(f"alembic check, {self.tables} tables, PostgreSQL")
        psql = self._new("psql: a database made, the models loaded, and dropped")
        mine, uncached = self._new("migrator check, PostgreSQL, models cached"), self._new("migrator check, PostgreSQL, not cached")
        grown = self._new(f"migrator check, {10 * self.tables} tables, PostgreSQL, models cached")
        floor = f"createdb -T template0 loaded && {load.format('loaded')} && dropdb loaded"
        self._compare([(alembic, lambda m: m.run([self.python, "-m", "alembic", "check"], other, environment)),
                       (psql, lambda m: m.run(["sh", "-c", floor], project, self.server.environment)),
                       (uncached, self._mine(project, False)), (mine, self._mine(project, True)), (grown, self._mine(large, True))])
        self.targets.append(Target("check on PostgreSQL, models cached, ratio to Alembic", "x", ratio(mine, alembic), 0.33))
        self.targets.append(Target("check on PostgreSQL, not cached, ratio to psql", "x", ratio(uncached, psql), 1.3))
        self.targets.append(Target("growth on PostgreSQL to ten times the tables", "x", ratio(grown, mine), 10))


def measured(arguments, folder, server):
    bench = CheckBench(arguments.migrator, folder, server, tables=50 if arguments.quick else 500, rounds=2 if arguments.quick else 11,
                       python=arguments.python)
    bench.sqlite()
    bench.postgresql()
    return bench


if __name__ == "__main__":
    run(__doc__, lambda parser: parser.add_argument("--python", required=True), measured)
