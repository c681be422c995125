"""`migrator wait`, as an init container runs it: what it takes for there, what it says while it is not, what it survives."""

import os
import unittest

from both import Case, on_both, on_postgresql, server, setUpModule, tearDownModule  # noqa: F401
from private_postgresql import PrivatePostgresql
from project import Project


class WaitCase(Case):
    def setUp(self):
        super().setUp()
        self.chain("aa1", "aa2", "ab3")

    def wait(self, *arguments, **options):
        return self.json("wait", "--timeout", "20s", *arguments, **options)

    def refused_with(self, *arguments):
        """The reason in the message of a wait that timed out."""
        error = self.refused(12, "WaitTimeout", "wait", "--timeout", "100ms", *arguments)
        start, end = "waited 0 s, and ", "; see what the migration says with `migrator status`, or wait longer with --timeout"
        self.assertTrue(error["message"].startswith(start) and error["message"].endswith(end), error)
        return error["message"][len(start):-len(end)]

    def started(self, *arguments, **options):
        """A wait that has looked once and said what it waits for."""
        process = self.project.start("wait", "--timeout", "60s", *arguments, **options)
        self.addCleanup(process.communicate)
        self.addCleanup(process.kill)
        return process, process.stderr.readline()


class Waiting(WaitCase):
    def test_every_head_of_the_files(self):
        self.table("b1")
        self.project.must("upgrade", "ab3")
        self.assertEqual(self.refused_with(), "revision b1 is not applied yet")
        self.project.must("upgrade", "heads")
        self.assertEqual(self.wait()["revisions"], ["ab3", "b1"])
        self.assertEqual(self.project.must("wait").stdout, "the database contains ab3, b1\n")

    def test_named_revisions(self):
        self.project.must("upgrade", "aa2")
        self.assertEqual(self.wait("--revision", "aa1")["revisions"], ["aa1"])
        self.assertTrue(self.wait("--revision", "aa1", "--revision", "aa2")["contained"])
        self.assertEqual(self.refused_with("--revision", "aa1", "--revision", "ab3"), "revision ab3 is not applied yet")

    def test_files_are_not_needed_for_a_named_revision(self):
        self.project.must("upgrade", "aa2")
        for name in os.listdir(self.project.migrations):
            os.unlink(os.path.join(self.project.migrations, name))
        os.rmdir(self.project.migrations)
        self.assertTrue(self.wait("--revision", "aa1")["contained"])

    def test_an_older_image_while_the_database_is_newer(self):
        self.project.must("upgrade", "head")
        self.remove_file("ab3")
        self.assertEqual(self.wait()["revisions"], ["aa2"])

    def test_it_ends_when_the_migration_is_through(self):
        if self.dialect == "sqlite":
            expected = f"the database cannot be asked: there is no database at {self.project.database.path}"
        else:
            expected = "the database has no history yet"
        process, said = self.started()
        self.assertIn("waiting: " + expected, said)
        self.project.must("upgrade", "head")
        stdout, stderr = process.communicate(timeout=60)
        self.assertEqual((process.returncode, stdout), (0, "the database contains ab3\n"), stderr)

    def test_a_history_without_it(self):
        self.project.must("ensure-version")
        self.assertEqual(self.refused_with("--revision", "aa1"), "revision aa1 is not applied yet")

    def test_rolled_back_by_whom_and_when(self):
        self.project.must("upgrade", "head")
        self.project.must("downgrade", "aa1", extra={"USER": "ada"})
        reason = r"^revision ab3 was rolled back by ada@\S+ on \d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$"
        self.assertRegex(self.refused_with(), reason)
        self.project.must("upgrade", "head")
        self.assertTrue(self.wait()["contained"])

    def test_partial(self):
        partial = "revision b2 is partial: a migration of it is under way or stopped half-way"
        self.project.revision("b2", "ab3", body="-- migrate:up\nCREATE TABLE x (id integer);\n-- migrate:up transaction:false\nVACUUM;\n-- migrate:up\n"
                              "INSERT INTO missing VALUES (1);\n-- migrate:down\nDROP TABLE x;")
        self.table("b3", "b2")
        self.assertEqual(self.run_verb("upgrade", "head").code, 24)
        self.assertEqual(self.refused_with("--revision", "b2"), partial)
        self.assertTrue(self.wait("--revision", "ab3")["contained"], "what lies below is whole")
        self.project.database.rows("CREATE TABLE missing (id integer)")
        self.project.must("upgrade", "head")
        self.assertTrue(self.wait()["contained"])

    def test_going_down_and_partial(self):
        self.project.revision("b2", "ab3", body="-- migrate:up\n-- migrate:down\nCREATE TABLE gone (id integer);\n-- migrate:down transaction:false\nVACUUM;\n"
                              "-- migrate:down\nINSERT INTO missing VALUES (1);")
        self.project.must("upgrade", "head")
        self.assertEqual(self.run_verb("downgrade", "-1").code, 24)
        self.assertEqual(self.refused_with("--revision", "b2"), "revision b2 is partial: a migration of it is under way or stopped half-way")

    def test_sigterm(self):
        process, _ = self.started("--revision", "nothing")
        process.terminate()
        _, stderr = process.communicate(timeout=60)
        self.assertEqual(process.returncode, 143, stderr)

    def test_nothing_to_wait_for(self):
        for revision in ("aa1", "aa2", "ab3"):
            self.remove_file(revision)
        self.project.must("ensure-version")
        self.assertEqual(self.project.must("wait", "--timeout", "20s").stdout, "the database contains all there is\n")

    def test_it_changes_nothing(self):
        self.run_verb("wait", "--timeout", "100ms")
        if self.dialect == "sqlite":
            self.assertEqual(os.listdir(self.project.folder), ["migrations"])
        else:
            self.assertEqual(self.project.database.tables(), [])


class Rights(WaitCase):
    """A role that may read the view and nothing else, and one that may not."""

    def setUp(self):
        super().setUp()
        self.role = f"{self.project.database.name}_app"
        self.project.database.rows(f"CREATE ROLE {self.role} LOGIN")
        self.addCleanup(server().psql, f"DROP ROLE {self.role}")
        self.addCleanup(self.project.database.rows, f"DROP OWNED BY {self.role}")
        self.as_role = self.project.database.url.replace("tester@", f"{self.role}@")

    def test_no_right_ends_at_once_with_the_grant(self):
        self.project.must("upgrade", "head")
        error = self.refused(26, "NoPermission", "wait", "--timeout", "60s", url=self.as_role)
        self.assertRegex(error["message"], rf"GRANT SELECT ON \S*migrator_version_revisions\S* TO {self.role}; \(or set grant_read: \[{self.role}\]\)$")
        granted = error["message"].split("can grant it: ")[1].split("; (or")[0]
        self.project.database.rows(granted)
        self.assertTrue(self.wait(url=self.as_role)["contained"])

    def test_grant_read(self):
        with open(os.path.join(self.project.folder, "migrator.yaml"), "w", encoding="utf-8") as file:
            file.write(f"grant_read: [{self.role}]\n")
        self.project.must("upgrade", "head")
        self.assertTrue(self.wait(url=self.as_role)["contained"])
        refused = self.run_verb("current", url=self.as_role)
        self.assertEqual(refused.code, 26, refused)
        rights = self.project.database.rows(f"SELECT table_name, privilege_type FROM information_schema.table_privileges WHERE grantee = '{self.role}'")
        self.assertEqual(rights, [["migrator_version_revisions", "SELECT"]])

    def test_no_connection_between_polls(self):
        """While it says that it waits, nobody is connected: the database can be dropped."""
        process, said = self.started("--revision", "later", url=self.as_role)
        self.assertIn("waiting: ", said)
        for _ in range(2000):
            if self.project.database.rows(f"SELECT count(*) FROM pg_stat_activity WHERE usename = '{self.role}'") == [["0"]]:
                return
        raise AssertionError("it stayed connected")


class ServerAway(unittest.TestCase):
    """A server that is down when the wait begins, and a database that is made after it."""

    def test_down_then_up_then_made(self):
        with PrivatePostgresql(durable=False) as private:
            folder = private.environment["PGHOST"]
            hidden = os.path.join(folder, ".s.PGSQL.5432.away")
            socket = os.path.join(folder, ".s.PGSQL.5432")
            os.rename(socket, hidden)  # nobody reaches it now
            project = Project("sqlite")  # for its files: the database is another
            self.addCleanup(project.close)
            project.revision("a1", up="CREATE TABLE t (id integer);", down_sql="DROP TABLE t;")
            url = private.url("made_later")
            waiting = project.start("wait", "--timeout", "60s", "-v", url=url)
            try:
                self.assertIn("waiting: the database cannot be asked: ", waiting.stderr.readline())
                os.rename(hidden, socket)
                missing = project.run("wait", "--timeout", "100ms", url=url)
                self.assertEqual(missing.code, 12, missing)
                self.assertIn('database "made_later" does not exist', missing.stderr)
                private.psql("CREATE DATABASE made_later")
                none = project.run("wait", "--timeout", "100ms", url=url)
                self.assertIn("and the database has no history yet; ", none.stderr)
                project.must("upgrade", "head", url=url)
                stdout, stderr = waiting.communicate(timeout=60)
            finally:
                waiting.kill()
                waiting.communicate()
            self.assertEqual((waiting.returncode, stdout), (0, "the database contains a1\n"), stderr)


on_both(globals(), Waiting)
on_postgresql(globals(), Rights)


if __name__ == "__main__":
    unittest.main()
