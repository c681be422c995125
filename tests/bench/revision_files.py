"""Writes folders of revisions for the bench, and the one plain file that does the same work for sqlite3 and psql."""

import os


def revision_id(number):
    return f"{number:012x}"


def _statements(number):
    return (f"CREATE TABLE t{number} (id INTEGER PRIMARY KEY, name TEXT NOT NULL, created TIMESTAMP);\n"
            f"CREATE INDEX t{number}_name ON t{number} (name);\n")


def write_chain(folder, count):
    """`count` revisions, each the child of the one before it, each making a table and an index."""
    os.makedirs(folder)
    for number in range(1, count + 1):
        parent = revision_id(number - 1) if number > 1 else "none"
        path = os.path.join(folder, f"202601010000_{revision_id(number)}_table_{number}.sql")
        with open(path, "w", encoding="utf-8") as file:
            file.write(f"-- migrate:revision {revision_id(number)}\n"
                       f"-- migrate:message table {number}\n"
                       f"-- migrate:down_revision {parent}\n"
                       "-- migrate:created 2026-01-01T00:00:00Z\n\n"
                       f"-- migrate:up\n{_statements(number)}\n"
                       f"-- migrate:down\nDROP TABLE t{number};\n")


def write_plain(path, count):
    """The floor: the same statements, a transaction a revision, for `sqlite3 FILE < path` and `psql -f path`."""
    with open(path, "w", encoding="utf-8") as file:
        for number in range(1, count + 1):
            file.write(f"BEGIN;\n{_statements(number)}COMMIT;\n")
