"""What every test of the command line stands on: a temporary project, the migrator run as a person would run it, and one database of
either kind, asked by its own shell (sqlite3, psql) so that the migrator is never its own witness.

Standard library only. MIGRATOR names the program (ctest sets it).
"""

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support"))

from private_postgresql import PrivatePostgresql  # noqa: E402

MIGRATOR = os.environ.get("MIGRATOR") or os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../build/dev/bin/migrator")


class Outcome:
    """How a run ended: exit code, stdout, stderr; `json` is the document on stdout."""

    def __init__(self, code, stdout, stderr):
        self.code = code
        self.stdout = stdout
        self.stderr = stderr

    @property
    def json(self):
        return json.loads(self.stdout)

    @property
    def text(self):
        return self.stdout + self.stderr

    def __repr__(self):
        return f"exit {self.code}\n--- stdout\n{self.stdout}\n--- stderr\n{self.stderr}"


class SqliteDatabase:
    """One SQLite file in the project's folder."""

    dialect = "sqlite"

    def __init__(self, folder):
        self.path = os.path.join(folder, "test.db")
        self.url = f"sqlite:///{self.path}"

    def rows(self, sql):
        """The rows as lists of text, NULL as ''."""
        done = subprocess.run(["sqlite3", "-bail", "-cmd", ".timeout 10000", "-separator", "\x1f", self.path, sql], capture_output=True, text=True, timeout=60)
        if done.returncode != 0:
            raise AssertionError(f"{sql}\n{done.stderr}")
        return [line.split("\x1f") for line in done.stdout.splitlines()]

    def script(self, text):
        """Runs a script as `sqlite3 FILE < script` would; gives the exit code and stderr."""
        done = subprocess.run(["sqlite3", self.path], input=text, capture_output=True, text=True, timeout=60)
        return done.returncode, done.stderr

    def tables(self):
        return sorted(row[0] for row in self.rows("SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"))

    def schema(self):
        """The whole schema as text, our own tables left out."""
        return self.rows("SELECT type, name, sql FROM sqlite_schema WHERE name NOT LIKE '%migrator_version%' ORDER BY type, name")

    def close(self):
        pass


class PostgresqlDatabase:
    """One database of a server that the test program started."""

    dialect = "postgresql"
    count = 0

    def __init__(self, server):
        PostgresqlDatabase.count += 1
        self.name = f"test_{os.getpid()}_{PostgresqlDatabase.count}"
        self.server = server
        self._psql("postgres", "-c", f"CREATE DATABASE {self.name}")
        self.url = server.url(self.name)

    def _psql(self, database, *arguments, text=None):
        done = subprocess.run(["psql", "-X", "-q", "-v", "ON_ERROR_STOP=1", "-d", database, *arguments], input=text, capture_output=True, text=True,
                              env=self.server.environment, timeout=60)
        if done.returncode != 0:
            raise AssertionError(f"{arguments} {text}\n{done.stderr}")
        return done.stdout

    def rows(self, sql):
        return [line.split("\x1f") for line in self._psql(self.name, "-A", "-t", "-F", "\x1f", "-c", sql).splitlines()]

    def script(self, text):
        done = subprocess.run(["psql", "-X", "-q", "-d", self.name], input=text, capture_output=True, text=True, env=self.server.environment,
                              timeout=60)
        return done.returncode, done.stderr

    def tables(self):
        return sorted(row[0] for row in self.rows("SELECT tablename FROM pg_tables WHERE schemaname = 'public'"))

    def schema(self):
        done = subprocess.run(["pg_dump", "--schema-only", "--no-owner", "-d", self.name, "-T", "migrator_version*"], capture_output=True,
                              text=True, env=self.server.environment, timeout=60, check=True)
        return [line for line in done.stdout.splitlines() if line and not line.startswith(("--", "\\"))]

    def close(self):
        self._psql("postgres", "-c", f"DROP DATABASE IF EXISTS {self.name} WITH (FORCE)")


class Project:
    """A folder with migrations/ and a database; removed by close()."""

    def __init__(self, dialect, server=None):
        self.folder = tempfile.mkdtemp(prefix="migrator-cli-")
        self.migrations = os.path.join(self.folder, "migrations")
        os.mkdir(self.migrations)
        self.database = SqliteDatabase(self.folder) if dialect == "sqlite" else PostgresqlDatabase(server)
        self.dialect = dialect
        self.settings = {}  # of migrator.yaml, written before every run; empty: none is written
        self._count = 0

    def close(self):
        self.database.close()
        shutil.rmtree(self.folder, ignore_errors=True)

    def environment(self, url=None):
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("MIGRATOR", "PG", "DATABASE_URL"))}
        return {**kept, "DATABASE_URL": url or self.database.url, "LC_ALL": "C.UTF-8"}

    def _write_settings(self):
        if not self.settings:
            return
        with open(os.path.join(self.folder, "migrator.yaml"), "w", encoding="utf-8") as file:
            json.dump(self.settings, file)

    def run(self, *arguments, url=None, timeout=120, extra=None, stdin=subprocess.DEVNULL):
        self._write_settings()
        done = subprocess.run([MIGRATOR, *arguments], cwd=self.folder, env={**self.environment(url), **(extra or {})}, capture_output=True,
                              text=True, timeout=timeout, stdin=stdin)
        return Outcome(done.returncode, done.stdout, done.stderr)

    def start(self, *arguments, url=None, extra=None):
        """Starts a run and does not wait for it."""
        self._write_settings()
        return subprocess.Popen([MIGRATOR, *arguments], cwd=self.folder, env={**self.environment(url), **(extra or {})}, stdout=subprocess.PIPE,
                                stderr=subprocess.PIPE, text=True)

    def must(self, *arguments, **options):
        done = self.run(*arguments, **options)
        if done.code != 0:
            raise AssertionError(f"migrator {' '.join(arguments)}: {done}")
        return done

    def write(self, name, text):
        path = os.path.join(self.migrations, name)
        with open(path, "wb") as file:
            file.write(text if isinstance(text, bytes) else text.encode())
        return path

    def revision(self, rev, down="none", up="", body=None, down_sql="", depends=None, labels=None, message=None):
        """Writes one revision; `body` replaces both sections when given."""
        self._count += 1
        lines = [f"-- migrate:revision {rev}", f"-- migrate:message {message or rev}", f"-- migrate:down_revision {down}"]
        if depends:
            lines.append(f"-- migrate:depends_on {depends}")
        if labels:
            lines.append(f"-- migrate:labels {labels}")
        lines.append(body if body is not None else f"-- migrate:up\n{up}\n-- migrate:down\n{down_sql}")
        return self.write(f"2026010100{self._count:02d}_{rev}_x.sql", "\n".join(lines) + "\n")

    def heads(self):
        return sorted(row[0] for row in self.database.rows("SELECT version_num FROM migrator_version"))

    def journal(self, columns="revision, direction, outcome"):
        return self.database.rows(f"SELECT {columns} FROM migrator_version_journal ORDER BY id")


def kill(process):
    """SIGKILL, and gone."""
    process.send_signal(signal.SIGKILL)
    process.communicate()
