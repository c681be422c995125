"""Every case on both databases: a mixin holds the cases, on_both() makes a class a dialect of it. The PostgreSQL server is started once a program:
a test module imports setUpModule and tearDownModule from here."""

import contextlib
import os
import unittest

from project import Project
from private_postgresql import PrivatePostgresql

_running = contextlib.ExitStack()
_server = None


def setUpModule():  # unittest's name
    global _server
    _server = _running.enter_context(PrivatePostgresql(durable=False))


def tearDownModule():  # unittest's name
    _running.close()


def server():
    return _server


class Case:
    """The base of the mixins: a project a test, with its database."""

    dialect = ""
    maxDiff = None

    def setUp(self):
        self.project = self.another()

    def another(self):
        project = Project(self.dialect, _server)
        self.addCleanup(project.close)
        return project

    def run_verb(self, *arguments, **options):
        return self.project.run(*arguments, **options)

    def json(self, *arguments, **options):
        """The document of a verb that must succeed."""
        return self.project.must(*arguments, "--output", "json", **options).json

    def refused(self, code, name, *arguments, **options):
        """The error of a verb that must fail, read from its document; the text form must end the same way."""
        done = self.project.run(*arguments, "--output", "json", **options)
        self.assertEqual((done.code, done.json["error"]["code"]), (code, name), done)
        self.assertEqual(done.json["error"]["exit_code"], code)
        return done.json["error"]

    def chain(self, *revisions, project=None):
        """Revisions one after the other, each with a table of its name."""
        project = project or self.project
        below = "none"
        for revision in revisions:
            project.revision(revision, below, f"CREATE TABLE t_{revision} (id integer PRIMARY KEY);", down_sql=f"DROP TABLE t_{revision};")
            below = revision

    def table(self, revision, below="none", project=None, **rest):
        (project or self.project).revision(revision, below, f"CREATE TABLE t_{revision} (id integer PRIMARY KEY);",
                                           down_sql=f"DROP TABLE t_{revision};", **rest)

    def user_tables(self):
        return [table for table in self.project.database.tables() if not table.startswith("migrator_version")]

    def remove_file(self, revision):
        for name in os.listdir(self.project.migrations):
            if f"_{revision}_" in name:
                os.unlink(os.path.join(self.project.migrations, name))
                return
        raise AssertionError(f"no file of {revision}")


def _take(names, mixins, *dialects):
    for mixin in mixins:
        for dialect in dialects:
            name = f"{mixin.__name__}On{dialect.capitalize()}"
            names[name] = type(name, (mixin, unittest.TestCase), {"__module__": names["__name__"], "dialect": dialect})


def on_both(names, *mixins):
    """Adds to a module's names a test class of each mixin for each database."""
    _take(names, mixins, "sqlite", "postgresql")


def on_sqlite(names, *mixins):
    """The same for what only SQLite has."""
    _take(names, mixins, "sqlite")


def on_postgresql(names, *mixins):
    """The same for what only PostgreSQL has."""
    _take(names, mixins, "postgresql")
