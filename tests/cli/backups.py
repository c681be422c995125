"""What the tests of backups stand on: a project with a table, a history and a folder for backups. The witness of what a backup holds is sqlite3 and
pg_restore, of its bytes sha256sum, never the migrator."""

import os
import re
import subprocess

from both import Case, server

ID = r"\d{8}T\d{6}Z-[0-9a-f]{8}"


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


def alive(pid):
    try:
        with open(f"/proc/{pid}/stat", encoding="utf-8") as file:
            return file.read().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False
