"""Takes the example shop up, down and up again through the command line, and compares schema and rows on the way. Standard library only.

The law: going down from the head to any revision gives the database that going up to the same heads from nothing gives (the order of columns aside),
and going up from there gives the head's again. Arguments: the migrator's executable, and sqlite or postgresql.
"""

import json
import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "support"))
from private_postgresql import PrivatePostgresql

SHOP = os.path.join(HERE, "..", "..", "migrations")
OURS = "migrator_version"  # our own tables begin so, and are no part of the shop


def definitions(create_table):
    """The columns and constraints of a CREATE TABLE, sorted: its text in parentheses, cut at the commas that stand in no other parentheses."""
    parts, depth = [""], 0
    for character in create_table[create_table.index("(") + 1:create_table.rindex(")")]:
        depth += {"(": 1, ")": -1}.get(character, 0)
        if character == "," and depth == 0:
            parts.append("")
        else:
            parts[-1] += character
    return sorted(" ".join(part.split()) for part in parts)


class Sqlite:
    def __init__(self, folder):
        self._path = os.path.join(folder, "shop.db")
        self.url = f"sqlite:///{self._path}"

    def fresh(self):
        folder = os.path.dirname(self._path)
        for name in os.listdir(folder):
            if name.startswith("shop.db"):
                os.unlink(os.path.join(folder, name))

    def snapshot(self):
        """Schema and rows as lines, the order of columns and the times of rows aside."""
        connection = sqlite3.connect(self._path)
        lines = []
        for kind, name, sql in connection.execute("SELECT type, name, sql FROM sqlite_schema WHERE sql IS NOT NULL ORDER BY type, name"):
            if name.startswith(OURS):
                continue
            if kind != "table":
                lines.append(" ".join(sql.split()))
                continue
            lines += [f"{name}: {definition}" for definition in definitions(sql)]
            shown = ", ".join(sorted(row[1] for row in connection.execute(f"PRAGMA table_info({name})") if not row[1].endswith("_at")))
            lines += [f"{name} holds {row}" for row in sorted(connection.execute(f"SELECT {shown} FROM {name}"))]
        connection.close()
        return lines


class Postgresql:
    def __init__(self, server):
        self._server = server
        self.url = server.url("shop")
        self._environment = {**server.environment, "PGDATABASE": "shop"}

    def fresh(self):
        self._server.fresh_database("shop")

    def _read(self, *command):
        return subprocess.run(command, check=True, env=self._environment, stdout=subprocess.PIPE, text=True).stdout

    def snapshot(self):
        dump = self._read("pg_dump", "--schema-only", f"--exclude-table={OURS}*")
        lines = sorted(line.strip().rstrip(",") for line in dump.splitlines() if line.strip() and not line.startswith(("\\", "--")))
        columns = self._read("psql", "-XAtF", "|", "-c", "SELECT table_name, string_agg(quote_ident(column_name), ', ' ORDER BY column_name) "
                             "FROM information_schema.columns JOIN information_schema.tables USING (table_schema, table_name) "
                             f"WHERE table_schema = 'public' AND table_type = 'BASE TABLE' AND table_name NOT LIKE '{OURS}%' "
                             "AND column_name NOT LIKE '%\\_at' GROUP BY table_name ORDER BY table_name")
        for table, shown in (line.split("|") for line in columns.splitlines()):
            rows = self._read("psql", "-XAt", "-c", f"SELECT {shown} FROM {table}")
            lines += [f"{table} holds {row}" for row in sorted(rows.splitlines())]
        return lines


class Shop(unittest.TestCase):
    maxDiff = 4000
    migrator = None
    database = None
    folder = None

    def run_verb(self, *arguments):
        environment = {**os.environ, "DATABASE_URL": self.database.url}
        done = subprocess.run([self.migrator, *arguments], cwd=self.folder, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        self.assertEqual(done.returncode, 0, f"migrator {' '.join(arguments)}\n{done.stdout}{done.stderr}")
        return done.stdout

    def read_verb(self, *arguments):
        return json.loads(self.run_verb(*arguments, "--output", "json"))

    def test_down_to_each_revision_is_the_same_as_up_to_it(self):
        revisions = [one["revision"] for one in self.read_verb("history")["revisions"]]
        self.assertGreaterEqual(len(revisions), 12)
        self.database.fresh()
        self.run_verb("upgrade", "head")
        top = self.database.snapshot()
        self.assertTrue(any("holds" in line for line in top))
        for target in revisions + ["base"]:
            with self.subTest(target):
                self.run_verb("downgrade", target, "--yes")
                heads = self.read_verb("current")["heads"]
                after_down = self.database.snapshot()
                self.run_verb("upgrade", "head")
                self.assertEqual(self.database.snapshot(), top)

                self.database.fresh()
                self.run_verb("ensure-version")
                for head in heads:
                    self.run_verb("upgrade", head)
                self.assertEqual(after_down, self.database.snapshot())
                self.run_verb("upgrade", "head")
                self.assertEqual(self.database.snapshot(), top)


def main():
    Shop.migrator, kind = os.path.abspath(sys.argv[1]), sys.argv[2]
    for name in [name for name in os.environ if name.startswith(("PG", "MIGRATOR_", "DATABASE_URL"))]:
        del os.environ[name]
    work = tempfile.mkdtemp(prefix="example-")
    try:
        Shop.folder = os.path.join(work, "shop")
        shutil.copytree(SHOP, Shop.folder)
        if kind == "sqlite":
            Shop.database = Sqlite(work)
            passed = unittest.main(argv=sys.argv[:1], exit=False).result.wasSuccessful()
        else:
            with PrivatePostgresql(durable=False) as server:
                Shop.database = Postgresql(server)
                passed = unittest.main(argv=sys.argv[:1], exit=False).result.wasSuccessful()
    finally:
        shutil.rmtree(work, ignore_errors=True)
    sys.exit(0 if passed else 1)


if __name__ == "__main__":
    main()
