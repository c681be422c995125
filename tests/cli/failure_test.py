"""A statement fails, for every statement of histories of several shapes; then the file or the database is mended and the same command goes on. The
law: a step is rolled back whole (20) or its journal row says partial (24), what ran is not run again, and the end is what a run without failures
leaves. Also what fails without anybody's fault: locks, cut connections, full disks, signals and timeouts."""

import os
import resource
import signal
import sqlite3
import time
import unittest

from conditions import Run, is_at_work, is_write_locked, keep_asking_in_one_session, other_writer, psql_session, until
from histories import Agreement, Section, blocked_by_gate, body, counted_effects, everything, set_up, trace
from project import PrivatePostgresql, Project

SERVER = None
PARENTS = {"a": [], "b": ["a"], "c": ["b"]}


def setUpModule():
    global SERVER
    SERVER = PrivatePostgresql(durable=False)
    SERVER.__enter__()


def tearDownModule():
    SERVER.__exit__(None, None, None)


def data(name, way="up"):
    return Section(f"data name:{name} table:item key:id batch:10", f"UPDATE item SET {way}s = {way}s + 1 WHERE id > :from AND id <= :to")


class Shape:
    """A step's sections, and which statements commit together."""

    def __init__(self, units, sections):
        self.units = units        # statements a unit, in order
        self.sections = sections  # made anew for each project, since tests edit them

    def first_of_unit(self, statement):
        """How many statements are committed before the unit that holds `statement` begins."""
        before = 0
        for size in self.units:
            if statement < before + size:
                return before
            before += size
        raise IndexError(statement)


def bare(dialect, way):
    """A statement that cannot run in a transaction, and one like it that fails."""
    if dialect == "sqlite":
        return "VACUUM"
    return "CREATE INDEX CONCURRENTLY item_ups ON item (ups)" if way == "up" else "DROP INDEX CONCURRENTLY IF EXISTS item_ups"


def broken(statement):
    """`statement` with a mistake in it, of the same kind."""
    if statement.startswith("VACUUM"):
        return "VACUUM no_such_schema"
    if statement.startswith("CREATE INDEX"):
        return "CREATE INDEX CONCURRENTLY item_ups ON item (no_such_column)"
    if statement.startswith("DROP INDEX"):
        return "DROP INDEX CONCURRENTLY no_such_index"
    if statement.startswith("UPDATE"):
        return statement.replace("UPDATE item", "UPDATE no_such_table")
    return "INSERT INTO no_such_table VALUES (1)"


def shapes(dialect, way):
    """Name to Shape of a step that goes `way`."""
    def marks(*numbers):
        return [trace(f"{way} b {number}") for number in numbers]

    loose = f"{way} transaction:false"
    return {
        "one transaction": lambda: Shape([4], [Section(way, *marks(1, 2, 3, 4))]),
        "adjacent sections": lambda: Shape([4], [Section(way, *marks(1, 2)), Section(f"{way} lock_timeout:2s", *marks(3, 4))]),
        "no transaction": lambda: Shape([1, 1, 1], [Section(loose, *marks(1, 2, 3))]),
        "bare between": lambda: Shape([1, 1, 1], [Section(loose, trace(f"{way} b 1"), bare(dialect, way), trace(f"{way} b 3"))]),
        "bare first": lambda: Shape([1, 2], [Section(loose, bare(dialect, way)), Section(way, *marks(2, 3))]),
        "bare last": lambda: Shape([1, 1], [Section(way, trace(f"{way} b 1")), Section(loose, bare(dialect, way))]),
        "data between": lambda: Shape([2, 1, 1], [Section(way, *marks(1, 2)), data("fill", way), Section(way, trace(f"{way} b 4"))]),
        "data first": lambda: Shape([1, 1], [Section(way), data("fill", way), Section(way, trace(f"{way} b 2"))]),
        "mixed": lambda: Shape([2, 1, 1, 1, 2], [Section(way, *marks(1, 2)), Section(loose, trace(f"{way} b 3"), bare(dialect, way)),
                                                 data("fill", way), Section(way, *marks(6, 7))]),
    }


SHAPE_NAMES = list(shapes("sqlite", "up"))


def statements(sections):
    return [(section, index) for section in sections for index in range(len(section.statements))]


class Case(unittest.TestCase):
    def project(self, items=25):
        project = Project(self.dialect, SERVER)
        self.addCleanup(project.close)
        set_up(project.database, items)
        self.addCleanup(keep_asking_in_one_session(project))
        return project

    def agreement(self, project):
        return Agreement(project, PARENTS)


def write_history(project, up=None, down=None):
    """a, b and c; b's sections as given."""
    up = up or [Section("up", trace("up b"))]
    down = down or [Section("down", trace("down b"))]
    project.revision("a", up=trace("up a") + ";", down_sql=trace("down a") + ";")
    path = project.revision("b", "a", body=body(*up, *down))
    project.revision("c", "b", up=trace("up c") + ";", down_sql=trace("down c") + ";")
    return path


def rewrite(path, up=None, down=None):
    up = up or [Section("up", trace("up b"))]
    down = down or [Section("down", trace("down b"))]
    header = "-- migrate:revision b\n-- migrate:message b\n-- migrate:down_revision a\n"
    with open(path, "w", encoding="utf-8") as file:
        file.write(header + body(*up, *down) + "\n")


class EveryStatement:
    """For every statement k of every shape: it fails, is mended together with later ones, and the same command goes on."""

    def reference(self, name, way):
        """What a project has whose files were right from the beginning (`later` edits included)."""
        project = self.project()
        sections = shapes(self.dialect, way)[name]().sections
        write_history(project, **{way: sections})
        project.must("upgrade", "head")
        if way == "down":
            project.must("downgrade", "a")
        return everything(project)

    def fail_and_mend(self, name, way, wrong):
        shape = shapes(self.dialect, way)[name]()
        project = self.project()
        path = write_history(project, **{way: shape.sections})
        command = ("upgrade", "head") if way == "up" else ("downgrade", "a")
        if way == "down":
            project.must("upgrade", "head")
        places = statements(shape.sections)
        section, index = places[wrong]
        right = {place: place[0].statements[place[1]] for place in places}
        section.statements[index] = broken(right[section, index])
        for later, at in places[wrong + 1:]:  # later statements may be edited before the step goes on
            if later.statements[at].startswith("INSERT"):
                later.statements[at] = trace("edited away")
        rewrite(path, **{way: shape.sections})

        failed = project.run(*command)
        done = shape.first_of_unit(wrong)
        self.assertEqual(20 if done == 0 else 24, failed.code, failed)
        self.assert_left(project, failed, way, done, len(places))
        again = project.run(*command)
        self.assertEqual(failed.code, again.code, again)
        self.assert_left(project, again, way, done, len(places))

        for (later, at), statement in right.items():
            later.statements[at] = statement
        rewrite(path, **{way: shape.sections})
        project.must(*command)
        self.agreement(project).check(self)
        return everything(project)

    def assert_left(self, project, failed, way, done, total):
        """The database is at a whole revision, or the journal, the message and status say where it stands."""
        before, after = (["a"], ["b"]) if way == "up" else (["b"], ["a"])
        self.agreement(project).check(self, whole=done == 0)
        partial = project.database.rows("SELECT revision, statements_done, statements_total FROM migrator_version_journal "
                                        "WHERE outcome = 'partial'")
        status = project.must("status", "--output", "json").json
        if done == 0:
            self.assertEqual(before, project.heads())
            self.assertEqual([], partial)
            self.assertIsNone(status["partial"])
            return
        self.assertEqual(before if way == "up" else after, project.heads())
        self.assertEqual([["b", str(done), str(total)]], partial)
        self.assertIn(f"revision b is partial: {done} of its {total} statements are done and will not run again", failed.stderr)
        self.assertIn("run the same command again", failed.stderr)
        self.assertIn("migrator stamp", failed.stderr)
        self.assertEqual((done, total), (status["partial"]["statements_done"], status["partial"]["statements_total"]))

    def every(self, name, way):
        expected = self.reference(name, way)
        for wrong in range(len(statements(shapes(self.dialect, way)[name]().sections))):
            with self.subTest(shape=name, way=way, statement=wrong + 1):
                self.assertEqual(expected, self.fail_and_mend(name, way, wrong))


def add_every_statement_tests():
    for name in SHAPE_NAMES:
        for way in ("up", "down"):
            def test(self, name=name, way=way):
                self.every(name, way)
            setattr(EveryStatement, f"test_{name.replace(' ', '_')}_{way}", test)


add_every_statement_tests()


class EveryStatementOnSqlite(EveryStatement, Case):
    dialect = "sqlite"


class EveryStatementOnPostgresql(EveryStatement, Case):
    dialect = "postgresql"


class Resuming:
    """Ways out of a partial step."""

    def partial_up(self, project):
        """b stopped after its first statement, at the second of three."""
        project.database.script("INSERT INTO gate VALUES (1);")
        path = write_history(project, up=[Section("up transaction:false", trace("up b 1"), blocked_by_gate(1), trace("up b 3"))])
        failed = project.run("upgrade", "head")
        self.assertEqual(24, failed.code, failed)
        return path

    def partial_down(self, project):
        project.database.script("INSERT INTO gate VALUES (1);")
        path = write_history(project, down=[Section("down transaction:false", trace("down b 1"), blocked_by_gate(1), trace("down b 3"))])
        project.must("upgrade", "head")
        failed = project.run("downgrade", "a")
        self.assertEqual(24, failed.code, failed)
        return path

    def test_statement_that_ran_was_edited(self):
        project = self.project()
        path = self.partial_up(project)
        project.database.script("DELETE FROM gate;")
        rewrite(path, up=[Section("up transaction:false", trace("up b one"), blocked_by_gate(1), trace("up b 3"))])
        refused = project.run("upgrade", "head")
        self.assertEqual(21, refused.code, refused)
        self.assertIn("revision b is partial: 1 of its statements ran, and one of those was edited since", refused.stderr)
        self.assertEqual({"up a": 1, "up b 1": 1}, counted_effects(project.database))

    def test_statement_that_ran_was_taken_out(self):
        project = self.project()
        path = self.partial_up(project)
        rewrite(path, up=[Section("up transaction:false", trace("up b 3"))])
        self.assertEqual(21, project.run("upgrade", "head").code)

    def test_statement_before_the_one_that_ran_was_added(self):
        project = self.project()
        path = self.partial_up(project)
        rewrite(path, up=[Section("up transaction:false", trace("up b 0"), trace("up b 1"), blocked_by_gate(1), trace("up b 3"))])
        self.assertEqual(21, project.run("upgrade", "head").code)

    def test_comments_and_blanks_of_what_ran_may_change(self):
        project = self.project()
        path = self.partial_up(project)
        project.database.script("DELETE FROM gate;")
        spaced = trace("up b 1").replace(" ", "\n  ", 2) + " -- said again"
        rewrite(path, up=[Section("up transaction:false", spaced + "\n", blocked_by_gate(1), trace("up b 3"))])
        project.must("upgrade", "head")
        self.assertEqual({"up a": 1, "up b 1": 1, "up b 3": 1, "up c": 1}, counted_effects(project.database))

    def test_statements_may_be_added_after_what_ran(self):
        project = self.project()
        path = self.partial_up(project)
        rewrite(path, up=[Section("up transaction:false", trace("up b 1"), trace("up b 2"), trace("up b 3"), trace("up b 4"))])
        project.must("upgrade", "head")
        self.assertEqual({"up a": 1, "up b 1": 1, "up b 2": 1, "up b 3": 1, "up b 4": 1, "up c": 1}, counted_effects(project.database))
        self.assertEqual(["c"], project.heads())

    def test_the_rest_may_be_taken_out(self):
        project = self.project()
        path = self.partial_up(project)
        rewrite(path, up=[Section("up transaction:false", trace("up b 1"))])
        project.must("upgrade", "head")
        self.assertEqual({"up a": 1, "up b 1": 1, "up c": 1}, counted_effects(project.database))
        self.agreement(project).check(self)

    def test_stamp_forward_is_the_other_way_out(self):
        project = self.project()
        self.partial_up(project)
        project.must("stamp", "b")
        self.assertIsNone(project.must("status", "--output", "json").json["partial"])
        self.assertEqual([["b", "up", "abandoned"]], [row for row in project.journal() if row[2] == "abandoned"])
        project.must("upgrade", "head")
        self.assertEqual({"up a": 1, "up b 1": 1, "up c": 1}, counted_effects(project.database))
        self.assertEqual(["c"], project.heads())

    def test_stamp_back_is_the_other_way_out(self):
        project = self.project()
        self.partial_up(project)
        project.must("stamp", "a")
        project.database.script("DELETE FROM gate;")
        project.must("upgrade", "head")
        self.assertEqual({"up a": 1, "up b 1": 2, "up b 3": 1, "up c": 1}, counted_effects(project.database))
        self.agreement(project).check(self)

    def test_a_partial_step_up_is_finished_before_going_down(self):
        project = self.project()
        self.partial_up(project)
        project.database.script("DELETE FROM gate;")
        project.must("downgrade", "base")
        self.assertEqual({"up a": 1, "up b 1": 1, "up b 3": 1, "down b": 1, "down a": 1}, counted_effects(project.database))
        self.assertEqual([], project.heads())
        self.agreement(project).check(self)

    def test_a_partial_step_up_without_its_file(self):
        project = self.project()
        path = self.partial_up(project)
        os.remove(path)
        for name in os.listdir(project.migrations):
            if "_c_" in name:
                os.remove(os.path.join(project.migrations, name))
        refused = project.run("upgrade", "head")
        self.assertEqual(21, refused.code, refused)
        self.assertIn("revision b is partial (1 of 3 statements ran) and its file is not here", refused.stderr)

    def test_down_goes_on(self):
        project = self.project()
        self.partial_down(project)
        self.assertEqual(["a"], project.heads())
        project.database.script("DELETE FROM gate;")
        project.must("downgrade", "a")
        self.assert_went_down(project)

    def test_down_goes_on_without_its_file(self):
        project = self.project()
        path = self.partial_down(project)
        os.remove(path)
        for name in os.listdir(project.migrations):
            if "_c_" in name:
                os.remove(os.path.join(project.migrations, name))
        project.database.script("DELETE FROM gate;")
        project.must("downgrade", "a")
        self.assert_went_down(project)

    def test_a_partial_step_down_is_finished_before_going_up(self):
        project = self.project()
        self.partial_down(project)
        project.database.script("DELETE FROM gate;")
        project.must("upgrade", "head")
        self.assertEqual({"up a": 1, "up b": 2, "up c": 2, "down c": 1, "down b 1": 1, "down b 3": 1}, counted_effects(project.database))
        self.assertEqual(["c"], project.heads())
        self.agreement(project).check(self)

    def assert_went_down(self, project):
        self.assertEqual({"up a": 1, "up b": 1, "up c": 1, "down c": 1, "down b 1": 1, "down b 3": 1}, counted_effects(project.database))
        self.assertEqual(["a"], project.heads())
        self.agreement(project).check(self)

    def test_a_batch_in_the_middle_fails_and_goes_on(self):
        """The rows before the one that cannot be changed are done once, and so are those after it."""
        project = self.project()
        project.database.script("UPDATE item SET ups = 999 WHERE id = 13;")
        write_history(project, up=[Section("up"), data("fill"), Section("up", trace("up b"))])
        failed = project.run("upgrade", "head")
        self.assertEqual(24, failed.code, failed)
        self.assertIn("revision b is partial: 0 of its 2 statements are done", failed.stderr)
        self.assertEqual([["10"]], project.database.rows("SELECT count(*) FROM item WHERE ups = 1"))
        self.assertIn("data section fill: 10 rows changed so far", project.must("status").stdout)
        project.database.script("UPDATE item SET ups = 0 WHERE id = 13;")
        project.must("upgrade", "head")
        self.assertEqual([["25"]], project.database.rows("SELECT count(*) FROM item WHERE ups = 1"))

    def test_another_batch_size_goes_on(self):
        """`batch` is in no checksum."""
        project = self.project()
        project.database.script("UPDATE item SET ups = 999 WHERE id = 13;")
        path = write_history(project, up=[Section("up"), data("fill")])
        self.assertEqual(24, project.run("upgrade", "head").code)
        project.database.script("UPDATE item SET ups = 0 WHERE id = 13;")
        smaller = data("fill")
        smaller.directive = smaller.directive.replace("batch:10", "batch:3")
        rewrite(path, up=[Section("up"), smaller])
        project.must("upgrade", "head")
        self.assertEqual([["25"]], project.database.rows("SELECT count(*) FROM item WHERE ups = 1"))

    def test_rows_that_come_later_are_not_walked(self):
        """The upper end is fixed at the start."""
        project = self.project()
        project.database.script("UPDATE item SET ups = 999 WHERE id = 13;")
        write_history(project, up=[Section("up"), data("fill")])
        self.assertEqual(24, project.run("upgrade", "head").code)
        project.database.script("UPDATE item SET ups = 0 WHERE id = 13; INSERT INTO item (id) VALUES (26);")
        project.must("upgrade", "head")
        self.assertEqual([["1", "25"]], project.database.rows("SELECT min(ups), count(*) FROM item WHERE id < 26"))
        self.assertEqual([["0"]], project.database.rows("SELECT ups FROM item WHERE id = 26"))

    def test_a_data_section_over_no_rows(self):
        project = self.project()
        project.database.script("DELETE FROM item;")
        write_history(project, up=[Section("up"), data("fill"), Section("up", trace("up b"))])
        project.must("upgrade", "head")
        self.agreement(project).check(self)

    def test_the_first_batch_fails_and_its_statement_may_be_edited(self):
        project = self.project()
        wrong = data("fill")
        wrong.statements[0] = "UPDATE item SET ups = 2000 WHERE id > :from AND id <= :to"
        path = write_history(project, up=[Section("up"), wrong])
        failed = project.run("upgrade", "head")
        self.assertEqual(20, failed.code, failed)
        self.assertEqual(["a"], project.heads())
        rewrite(path, up=[Section("up"), data("fill")])
        project.must("upgrade", "head")
        self.assertEqual([["25"]], project.database.rows("SELECT count(*) FROM item WHERE ups = 1"))


class ResumingOnSqlite(Resuming, Case):
    dialect = "sqlite"


class ResumingOnPostgresql(Resuming, Case):
    dialect = "postgresql"


class Asserts:
    """A failing assert at each place: 20 where the step is rolled back whole, 24 where units before it are committed."""

    ASSERT = "assert SELECT count(*) = 0 FROM gate"

    def check(self, code, sections, marks, preconditions=()):
        project = self.project()
        project.database.script("INSERT INTO gate VALUES (1);")
        project.revision("a", up=trace("up a") + ";", down_sql=trace("down a") + ";")
        text = "".join(f"-- migrate:{line}\n" for line in preconditions) + body(*sections, Section("down", trace("down b")))
        project.revision("b", "a", body=text)
        failed = project.run("upgrade", "head")
        self.assertEqual(code, failed.code, failed)
        self.assertIn("the assert does not hold", failed.stderr)
        self.assertEqual({"up a": 1, **dict.fromkeys(marks, 1)}, counted_effects(project.database))
        self.assertEqual(["a"], project.heads())
        self.assertEqual(code == 20, "nothing of this step was kept" in failed.stderr, failed)
        project.database.script("DELETE FROM gate;")
        project.must("upgrade", "head")
        self.assertEqual(["b"], project.heads())
        every = {statement.split("'")[1] for section in sections for statement in section.statements if statement.startswith("INSERT INTO eff")}
        self.assertEqual({"up a": 1, **dict.fromkeys(every, 1)}, counted_effects(project.database))

    def test_before_the_first_section(self):
        self.check(20, [Section("up", trace("1"))], [], preconditions=[self.ASSERT])

    def test_before_the_first_section_without_transaction(self):
        self.check(20, [Section("up transaction:false", trace("1"), trace("2"))], [], preconditions=[self.ASSERT])

    def test_first_in_the_section(self):
        self.check(20, [Section("up", self.ASSERT, trace("1"))], [])

    def test_between_statements(self):
        self.check(20, [Section("up", trace("1"), self.ASSERT, trace("2"))], [])

    def test_at_the_end(self):
        self.check(20, [Section("up", trace("1"), trace("2"), self.ASSERT)], [])

    def test_in_the_second_section_of_a_transaction(self):
        self.check(20, [Section("up", trace("1")), Section("up statement_timeout:10s", self.ASSERT, trace("2"))], [])

    def test_first_without_transaction(self):
        self.check(20, [Section("up transaction:false", self.ASSERT, trace("1"), trace("2"))], [])

    def test_between_statements_without_transaction(self):
        self.check(24, [Section("up transaction:false", trace("1"), self.ASSERT, trace("2"))], ["1"])

    def test_at_the_end_without_transaction(self):
        self.check(24, [Section("up transaction:false", trace("1"), trace("2"), self.ASSERT)], ["1", "2"])

    def test_after_a_data_section(self):
        self.check(24, [Section("up", trace("1")), data("fill"), Section("up", self.ASSERT, trace("2"))], ["1"])

    def test_going_down(self):
        project = self.project()
        project.revision("a", body=body(Section("up", trace("up a")), Section("down", trace("down a"), self.ASSERT)))
        project.must("upgrade", "head")
        project.database.script("INSERT INTO gate VALUES (1);")
        failed = project.run("downgrade", "base")
        self.assertEqual(20, failed.code, failed)
        self.assertEqual(["a"], project.heads())
        self.assertEqual({"up a": 1}, counted_effects(project.database))

    def test_an_assert_may_not_write(self):
        project = self.project()
        writing = "DELETE FROM item RETURNING 1" if self.dialect == "sqlite" else "WITH gone AS (DELETE FROM item RETURNING 1) SELECT count(*) > 0 FROM gone"
        project.revision("a", body=f"-- migrate:up\n{trace('up a')};\n-- migrate:assert {writing}\n-- migrate:down\n")
        failed = project.run("upgrade", "head")
        self.assertIn(failed.code, (2, 20), failed)
        self.assertEqual([["25"]], project.database.rows("SELECT count(*) FROM item"))
        self.assertEqual({}, counted_effects(project.database))

    def test_more_than_one_row_is_no_answer(self):
        project = self.project()
        project.revision("a", body=f"-- migrate:up\n{trace('up a')};\n-- migrate:assert SELECT true FROM item\n-- migrate:down\n")
        failed = project.run("upgrade", "head")
        self.assertEqual(20, failed.code, failed)
        self.assertIn("gave 25 rows of 1 columns and must give one row with one value", failed.stderr)


class AssertsOnSqlite(Asserts, Case):
    dialect = "sqlite"


class AssertsOnPostgresql(Asserts, Case):
    dialect = "postgresql"


class Locks:
    """Another session holds what a step needs."""

    SHORT = ("--lock-timeout", "100ms")

    def history(self, project):
        write_history(project, up=[Section("up", trace("up b"), "UPDATE item SET ups = ups + 1")])
        project.must("upgrade", "a")

    def test_it_is_never_free(self):
        project = self.project()
        self.history(project)
        with other_writer(project):
            started = time.monotonic()
            failed = project.run("upgrade", "head", *self.SHORT, "--lock-wait", "1s")
            self.assertGreater(time.monotonic() - started, 0.9)
        self.assertEqual(10, failed.code, failed)
        self.assertEqual(["a"], project.heads())
        self.assertEqual({"up a": 1}, counted_effects(project.database))
        self.agreement(project).check(self)

    def test_it_is_free_in_time(self):
        project = self.project()
        self.history(project)
        with other_writer(project) as release:
            run = Run(project, "upgrade", "head", *self.SHORT, "--lock-wait", "60s")
            run.wait_to_say("trying again")
            release()
            done = run.end()
        self.assertEqual(0, done.code, done)
        self.assertEqual({"up a": 1, "up b": 1, "up c": 1}, counted_effects(project.database))
        self.assertEqual([["25"]], project.database.rows("SELECT count(*) FROM item WHERE ups = 1"))

    def test_a_data_section_waits_too(self):
        project = self.project()
        write_history(project, up=[Section("up"), data("fill")])
        project.must("upgrade", "a")
        with other_writer(project) as release:
            run = Run(project, "upgrade", "head", *self.SHORT, "--lock-wait", "60s")
            run.wait_to_say("trying again")
            release()
            done = run.end()
        self.assertEqual(0, done.code, done)
        self.assertEqual([["25"]], project.database.rows("SELECT count(*) FROM item WHERE ups = 1"))


class LocksOnSqlite(Locks, Case):
    dialect = "sqlite"

    def test_a_reader_does_not_stop_a_writer_in_wal(self):
        project = self.project()
        project.database.script("PRAGMA journal_mode=WAL;")
        self.history(project)
        connection = sqlite3.connect(project.database.path, isolation_level=None)
        self.addCleanup(connection.close)
        connection.execute("BEGIN")
        connection.execute("SELECT * FROM item").fetchall()
        project.must("upgrade", "head", *self.SHORT, "--lock-wait", "0")

    def test_a_reader_of_a_rollback_journal_is_waited_for(self):
        project = self.project()
        self.history(project)
        connection = sqlite3.connect(project.database.path, isolation_level=None)
        self.addCleanup(connection.close)
        connection.execute("BEGIN")
        connection.execute("SELECT * FROM item").fetchall()
        run = Run(project, "upgrade", "head", *self.SHORT, "--lock-wait", "60s")
        run.wait_to_say("trying again")
        connection.execute("ROLLBACK")
        done = run.end()
        self.assertEqual(0, done.code, done)
        self.assertEqual({"up a": 1, "up b": 1, "up c": 1}, counted_effects(project.database))


    def test_a_signal_is_heard_while_another_holds_the_whole_file(self):
        project = self.project()
        self.history(project)
        connection = sqlite3.connect(project.database.path, isolation_level=None)
        self.addCleanup(connection.close)
        connection.execute("BEGIN EXCLUSIVE")
        for verb in (["upgrade", "head"], ["stamp", "head"]):
            with self.subTest(verb):
                run = Run(project, *verb, "--lock-wait", "60s")
                self.addCleanup(run.kill)
                run.wait_to_say("database sqlite")
                started = time.monotonic()
                run.process.send_signal(signal.SIGTERM)
                stopped = run.end()
                self.assertEqual(143, stopped.code, stopped)
                self.assertIn("stopped by a signal", stopped.stderr)
                self.assertLess(time.monotonic() - started, 20, "not before the lock was given up")
        connection.execute("ROLLBACK")
        self.assertEqual({}, {effect: times for effect, times in counted_effects(project.database).items() if effect != "up a"})


class LocksOnPostgresql(Locks, Case):
    dialect = "postgresql"

    def test_a_statement_outside_a_transaction_waits_too(self):
        project = self.project()
        write_history(project, up=[Section("up transaction:false lock_timeout:100ms", trace("up b"), "VACUUM item", trace("up b 3"))])
        project.must("upgrade", "a")
        with other_writer(project) as release:
            run = Run(project, "upgrade", "head", "--lock-wait", "60s")
            run.wait_to_say("trying again")
            release()
            done = run.end()
        self.assertEqual(0, done.code, done)
        self.assertEqual({"up a": 1, "up b": 1, "up b 3": 1, "up c": 1}, counted_effects(project.database))

    def test_a_statement_outside_a_transaction_does_not_wait_for_ever(self):
        project = self.project()
        write_history(project, up=[Section("up transaction:false lock_timeout:100ms", trace("up b"), "VACUUM item", trace("up b 3"))])
        project.must("upgrade", "a")
        with other_writer(project):
            failed = project.run("upgrade", "head", "--lock-wait", "1s")
        self.assertEqual(10, failed.code, failed)
        self.assertIn("revision b is partial: 1 of its 3 statements are done", failed.stderr)
        project.must("upgrade", "head")
        self.assertEqual({"up a": 1, "up b": 1, "up b 3": 1, "up c": 1}, counted_effects(project.database))

    def test_an_index_waits_for_an_old_transaction_as_long_as_it_takes(self):
        project = self.project()
        write_history(project, up=[Section("up transaction:false", "CREATE INDEX CONCURRENTLY item_ups ON item (ups)")])
        project.must("upgrade", "a")
        with psql_session(project.database) as old:
            old.do("BEGIN; UPDATE item SET downs = 1 WHERE id = 1")
            run = Run(project, "upgrade", "head", "--lock-timeout", "50ms", "--lock-wait", "100ms")
            until("the index waits", lambda: project.database.rows("SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE "
                                                                   "'%CONCURRENTLY%' AND clock_timestamp() - query_start > '500 ms'"))
            old.do("ROLLBACK")
            done = run.end()
        self.assertEqual(0, done.code, done)


class Faults:
    """The run itself is stopped: by a signal, a timeout, a server or a disk."""

    LONG_SQLITE = "INSERT INTO effects SELECT 'never' FROM (WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT i FROM n) WHERE i < 0"
    LONG_POSTGRESQL = "SELECT pg_sleep(600)"

    def long_statement(self):
        return self.LONG_SQLITE if self.dialect == "sqlite" else self.LONG_POSTGRESQL

    def wait_for_statement(self, project, run):
        if self.dialect == "sqlite":
            until("a write transaction", lambda: is_write_locked(project))
        else:
            until("the statement runs", lambda: is_at_work(project, "pg_sleep(600)"))

    def start_long_run(self, project, *flags):
        path = write_history(project, up=[Section("up", trace("up b 1"), self.long_statement(), trace("up b 3"))])
        project.must("upgrade", "a")
        run = Run(project, "upgrade", "head", *flags)
        self.addCleanup(run.kill)
        self.wait_for_statement(project, run)
        return path, run

    def assert_goes_on(self, project, path):
        self.assertEqual({"up a": 1}, counted_effects(project.database))
        self.assertEqual(["a"], project.heads())
        self.agreement(project).check(self)
        rewrite(path, up=[Section("up", trace("up b 1"), trace("up b 3"))])
        project.must("upgrade", "head")
        self.assertEqual({"up a": 1, "up b 1": 1, "up b 3": 1, "up c": 1}, counted_effects(project.database))

    def stop(self, run, how=signal.SIGTERM):
        started = time.monotonic()
        run.process.send_signal(how)
        ended = run.end()
        self.assertLess(time.monotonic() - started, 2, "too slow to stop")
        return ended

    def test_sigterm_in_a_long_statement(self):
        project = self.project()
        path, run = self.start_long_run(project)
        stopped = self.stop(run)
        self.assertEqual(143, stopped.code, stopped)
        self.assertIn("stopped by a signal", stopped.stderr)
        self.assert_goes_on(project, path)

    def test_sigint_in_a_long_statement(self):
        project = self.project()
        path, run = self.start_long_run(project)
        self.assertEqual(143, self.stop(run, signal.SIGINT).code)
        self.assert_goes_on(project, path)

    def test_the_runs_own_timeout(self):
        project = self.project()
        path, run = self.start_long_run(project, "--timeout", "1s")
        ended = run.end()
        self.assertEqual(13, ended.code, ended)
        self.assertIn("the run's timeout passed", ended.stderr)
        self.assert_goes_on(project, path)

    def test_a_statements_own_timeout(self):
        project = self.project()
        path = write_history(project, up=[Section("up statement_timeout:300ms", trace("up b 1"), self.long_statement())])
        failed = project.run("upgrade", "head")
        self.assertEqual(20, failed.code, failed)
        self.assertIn("statement_timeout", failed.stderr)
        self.assert_goes_on(project, path)

    def test_sigterm_while_it_waits_for_the_lock(self):
        project = self.project()
        path, run = self.start_long_run(project)
        waiting = Run(project, "upgrade", "head")
        waiting.wait_to_say("waiting for the lock")
        self.assertEqual(143, self.stop(waiting).code)
        self.stop(run)
        self.assert_goes_on(project, path)

    def test_sigterm_between_batches(self):
        project = self.project(items=3000)
        small = data("fill")
        small.directive = small.directive.replace("batch:10", "batch:1")
        write_history(project, up=[Section("up"), small, Section("up", trace("up b"))])
        project.must("upgrade", "a")
        run = Run(project, "upgrade", "head")
        self.addCleanup(run.kill)
        changed = "SELECT count(*) FROM item WHERE ups > 0"
        until("some batches are done", lambda: int(project.database.rows(changed)[0][0]) > 20 or run.process.poll() is not None)
        stopped = self.stop(run)
        self.assertEqual(143, stopped.code, stopped)
        self.assertIn("revision b is partial: 0 of its 2 statements are done", stopped.stderr)
        self.assertLess(int(project.database.rows(changed)[0][0]), 3000)
        self.agreement(project).check(self, whole=False)
        project.must("upgrade", "head")
        self.assertEqual([["1", "1", "3000"]], project.database.rows("SELECT min(ups), max(ups), count(*) FROM item"))
        self.assertEqual({"up a": 1, "up b": 1, "up c": 1}, counted_effects(project.database))


class FaultsOnSqlite(Faults, Case):
    dialect = "sqlite"
    FULL = ("INSERT INTO effects SELECT hex(randomblob(100000)) FROM (WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 100) "
            "SELECT i FROM n)")

    def assert_full(self, project, failed):
        self.assertEqual(20, failed.code, failed)
        self.assertEqual({"up a": 1}, counted_effects(project.database))
        self.assertEqual(["a"], project.heads())
        self.assertEqual([["ok"]], project.database.rows("PRAGMA integrity_check"))

    def test_no_more_pages(self):
        project = self.project()
        write_history(project, up=[Section("up", trace("up b"), "PRAGMA max_page_count = 50", self.FULL)])
        project.must("upgrade", "a")
        failed = project.run("upgrade", "head")
        self.assertIn("the disk, the quota or PRAGMA max_page_count is exhausted", failed.stderr)
        self.assert_full(project, failed)

    def test_no_more_room_for_the_file(self):
        for journal in ("DELETE", "WAL"):
            with self.subTest(journal=journal):
                project = self.project()
                project.database.script(f"PRAGMA journal_mode={journal};")
                path = write_history(project, up=[Section("up", trace("up b 1"), self.FULL)])
                project.must("upgrade", "a")
                run = Run(project, "upgrade", "head",
                          preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (1 << 20, resource.RLIM_INFINITY)))
                self.assert_full(project, run.end())
                self.assert_goes_on(project, path)


class FaultsOnPostgresql(Faults, Case):
    dialect = "postgresql"

    def test_the_connection_is_cut_in_a_transaction(self):
        project = self.project()
        path, run = self.start_long_run(project)
        project.database.rows("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE state = 'active' AND query LIKE 'SELECT pg_sleep%'")
        cut = run.end()
        self.assertEqual(11, cut.code, cut)
        self.assertIn("the connection to PostgreSQL was lost", cut.stderr)
        self.assert_goes_on(project, path)

    def test_the_connection_is_cut_in_an_index(self):
        project = self.project()
        write_history(project, up=[Section("up transaction:false", trace("up b"), "CREATE INDEX CONCURRENTLY item_ups ON item (ups)")])
        project.must("upgrade", "a")
        with psql_session(project.database) as old:
            old.do("BEGIN; UPDATE item SET downs = 1 WHERE id = 1")
            run = Run(project, "upgrade", "head")
            until("the index waits", lambda: is_at_work(project, "CONCURRENTLY item_ups"))
            project.database.rows("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE 'CREATE INDEX CONCURRENTLY%'")
            cut = run.end()
            old.do("ROLLBACK")
        self.assertEqual(11, cut.code, cut)
        self.agreement(project).check(self, whole=False)
        project.must("upgrade", "head")
        self.assert_index_once(project)

    def test_the_locks_connection_is_cut(self):
        """Without its lock a run does no more than the transaction it is in."""
        project = self.project()
        write_history(project, up=[Section("up", trace("up b 1"), "SELECT pg_advisory_xact_lock(42)")])
        project.must("upgrade", "a")
        with psql_session(project.database) as gate:
            gate.do("SELECT pg_advisory_lock(42)")
            run = Run(project, "upgrade", "head", "--lock-timeout", "0")
            until("the statement waits", lambda: is_at_work(project, "xact_lock(42)"))
            cut = project.database.rows("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name LIKE 'migrator%' AND "
                                        "state = 'idle in transaction'")
            self.assertEqual([["t"]], cut)
            gate.do("SELECT pg_advisory_unlock(42)")
            ended = run.end()
        self.assertEqual(11, ended.code, ended)
        self.assertIn(project.heads(), (["a"], ["b"]))
        self.agreement(project).check(self)
        project.must("upgrade", "head")
        self.assertEqual({"up a": 1, "up b 1": 1, "up c": 1}, counted_effects(project.database))

    def test_sigterm_in_an_index(self):
        project = self.project()
        write_history(project, up=[Section("up transaction:false", trace("up b"), "CREATE INDEX CONCURRENTLY item_ups ON item (ups)")])
        project.must("upgrade", "a")
        with psql_session(project.database) as old:
            old.do("BEGIN; UPDATE item SET downs = 1 WHERE id = 1")
            run = Run(project, "upgrade", "head")
            until("the index waits", lambda: is_at_work(project, "CONCURRENTLY item_ups"))
            stopped = self.stop(run)
            old.do("ROLLBACK")
        self.assertEqual(143, stopped.code, stopped)
        self.assertIn("revision b is partial: 1 of its 2 statements are done", stopped.stderr)
        self.assertIn("CREATE INDEX CONCURRENTLY was begun", project.must("status").stdout)
        project.must("upgrade", "head")
        self.assert_index_once(project)

    def assert_index_once(self, project):
        self.assertEqual([["item_ups", "t"]], project.database.rows("SELECT indexrelid::regclass, indisvalid FROM pg_index WHERE indrelid = "
                                                                    "'item'::regclass AND NOT indisprimary"))
        self.assertEqual({"up a": 1, "up b": 1, "up c": 1}, counted_effects(project.database))
        self.agreement(project).check(self)

    def test_a_full_disk_of_the_servers(self):
        project = self.project()
        full = "DO $$ BEGIN RAISE EXCEPTION 'could not extend file: no space left on device' USING ERRCODE = 'disk_full'; END $$"
        path = write_history(project, up=[Section("up", trace("up b 1"), full)])
        failed = project.run("upgrade", "head")
        self.assertEqual(20, failed.code, failed)
        self.assert_goes_on(project, path)

    def test_a_unique_index_that_cannot_be_built_leaves_nothing(self):
        project = self.project()
        write_history(project, up=[Section("up transaction:false", "CREATE UNIQUE INDEX CONCURRENTLY item_ups ON item (ups)")])
        failed = project.run("upgrade", "head")
        self.assertEqual(20, failed.code, failed)
        self.assertEqual([], project.database.rows("SELECT 1 FROM pg_index WHERE indrelid = 'item'::regclass AND NOT indisprimary"))
        self.assertEqual(["a"], project.heads())
        project.database.script("UPDATE item SET ups = id;")
        project.must("upgrade", "head")
        self.assertEqual(["c"], project.heads())


if __name__ == "__main__":
    unittest.main()
