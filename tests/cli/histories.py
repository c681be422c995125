"""Histories whose every statement leaves a trace, and what must hold of any history after any run. A statement's trace is a row in the table
`effects`, which no revision makes or drops, so that running twice and not running at all both show.

`Section` and `Revision` write revision files; `Agreement` reads the database with its own shell and says what is wrong between the version table,
the journal and the view. Nothing here runs the migrator.
"""

import collections
import json


def trace(mark):
    """A statement that leaves `mark` behind."""
    return f"INSERT INTO effects (mark) VALUES ('{mark}')"


def blocked_by_gate(number):
    """A statement that fails as long as the table `gate` holds `number`, and otherwise leaves no trace: its text needs no mending."""
    return f"INSERT INTO gate (id) SELECT {number}"


class Section:
    """One section: its directive without `-- migrate:`, and its statements; an item that begins with `assert ` is an assert."""

    def __init__(self, directive, *statements):
        self.directive = directive
        self.statements = list(statements)

    def text(self):
        lines = [f"-- migrate:{self.directive}"]
        for statement in self.statements:
            lines.append(f"-- migrate:{statement}" if statement.startswith("assert ") else f"{statement};")
        return "\n".join(lines)


def body(*sections):
    return "\n".join(section.text() for section in sections)


SETUP = """
CREATE TABLE effects (mark text NOT NULL);
CREATE TABLE gate (id integer PRIMARY KEY);
CREATE TABLE item (id integer PRIMARY KEY, ups integer NOT NULL DEFAULT 0, downs integer NOT NULL DEFAULT 0, CHECK (ups < 1000));
"""


def set_up(database, items=25):
    """The tables that outlive the history, with `items` rows."""
    rows = f"WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {items}) INSERT INTO item (id) SELECT i FROM n;"
    code, said = database.script(SETUP + rows)
    if code != 0 or said:
        raise AssertionError(said)


def counted_effects(database):
    return collections.Counter(row[0] for row in database.rows("SELECT mark FROM effects"))


def everything(project):
    """Schema, rows and heads: what two databases with the same past have in common."""
    database = project.database
    tables = [name for name in database.tables() if "migrator_version" not in name]
    rows = {name: sorted(map(tuple, database.rows(f"SELECT * FROM {name}"))) for name in tables}
    return {"schema": database.schema(), "rows": rows, "heads": project.heads()}


class Agreement:
    """What version table, journal and view say of a history, given its parents by revision."""

    def __init__(self, project, parents):
        self.project = project
        self.parents = parents

    def applied(self):
        """What the version rows contain, by the files' parents."""
        open_, seen = list(self.project.heads()), set()
        while open_:
            revision = open_.pop()
            if revision not in seen:
                seen.add(revision)
                open_ += self.parents[revision]
        return seen

    def check(self, test, whole=True):
        rows = self.project.database.rows
        states = dict(rows("SELECT id, state FROM migrator_version_revisions"))
        applied = {revision for revision, state in states.items() if state == "applied"}
        partial = {row[0] for row in rows("SELECT revision FROM migrator_version_journal WHERE outcome = 'partial'")}
        test.assertEqual(self.applied() - partial, applied, "the view differs from the version table")
        test.assertLessEqual(len(partial), 1, "more than one step is partial")
        if whole:
            test.assertEqual(set(), partial, "a step is left partial")
        last = rows("SELECT heads_after FROM migrator_version_journal WHERE outcome IN ('done', 'partial') ORDER BY id DESC LIMIT 1")
        if last:
            test.assertEqual(self.project.heads(), sorted(json.loads(last[0][0])), "the last journal row differs from the version table")
        self.check_alternation(test)

    def check_alternation(self, test):
        """A revision goes up and down in turn, up first: never twice the same way."""
        way = {}
        for revision, direction, outcome in self.project.journal():
            if outcome != "done" or direction not in ("up", "down"):
                continue
            test.assertNotEqual(way.get(revision, "down"), direction, f"{revision} went {direction} twice")
            way[revision] = direction
