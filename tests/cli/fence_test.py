"""A runner is killed (-9) in CREATE INDEX CONCURRENTLY or in a long transaction, and another starts at once; straight on the server and behind
pgbouncer in transaction mode. The laws: never two backends at work for one history, never a statement twice, and an index is dropped only if the
journal names it. What works is seen in pg_stat_activity by a watcher that looks all the time.
"""

import contextlib
import os
import pwd
import subprocess
import tempfile
import threading
import unittest
import unittest.mock

from conditions import Run, is_at_work, psql_session, until
from histories import Agreement, Section, body, counted_effects, set_up, trace
from project import PrivatePostgresql, Project

SERVER = None
PARENTS = {"a": [], "b": ["a"], "c": ["b"]}
INDEX = "CREATE INDEX CONCURRENTLY item_ups ON item (ups)"


def setUpModule():
    global SERVER
    SERVER = PrivatePostgresql(durable=False)
    SERVER.__enter__()


def tearDownModule():
    SERVER.__exit__(None, None, None)


class Pgbouncer:
    """pgbouncer in transaction mode before the private server, on a socket in a folder of its own. Its server connections are few, so that a session
    that is left behind is met again."""

    def __init__(self, server):
        self._server = server
        self._folder = tempfile.mkdtemp(prefix="pgbouncer-")
        self._process = None

    def __enter__(self):
        users = os.path.join(self._folder, "users")
        config = os.path.join(self._folder, "pgbouncer.ini")
        with open(users, "w", encoding="utf-8") as file:
            file.write('"tester" ""\n')
        with open(config, "w", encoding="utf-8") as file:
            file.write(f"[databases]\n* = host={self._server.environment['PGHOST']}\n[pgbouncer]\nlisten_addr =\nlisten_port = 6432\n"
                       f"unix_socket_dir = {self._folder}\nauth_type = trust\nauth_file = {users}\npool_mode = transaction\n"
                       "default_pool_size = 4\nlogfile =\nserver_tls_sslmode = disable\n")
        options = {}
        if os.geteuid() == 0:
            user = pwd.getpwnam("postgres")
            for path in (self._folder, users, config):
                os.chown(path, user.pw_uid, user.pw_gid)
            options = {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}
        self._log = open(os.path.join(self._folder, "log"), "wb")
        program = next(path for path in ("/usr/sbin/pgbouncer", "/usr/bin/pgbouncer", "pgbouncer") if os.path.exists(path) or "/" not in path)
        self._process = subprocess.Popen([program, config], stdout=self._log, stderr=self._log, cwd=self._folder, **options)
        until("pgbouncer listens", lambda: os.path.exists(os.path.join(self._folder, ".s.PGSQL.6432")) or self._process.poll() is not None)
        if self._process.poll() is not None:
            raise AssertionError("pgbouncer did not start")
        return self

    def url(self, database):
        return f"postgresql://tester@/{database}?host={self._folder}&port=6432"

    def __exit__(self, *_):
        self._process.terminate()
        self._process.wait()
        self._log.close()
        subprocess.run(["rm", "-rf", self._folder], check=True)


class Watcher:
    """Looks at what the database's backends do, again and again; `most` is how many statements of revisions it saw at work at one time."""

    AT_WORK = ("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid() AND state = 'active' AND "
               "(query LIKE 'CREATE INDEX CONCURRENTLY%' OR query LIKE 'INSERT INTO effects%' OR query LIKE 'SELECT pg_advisory_xact_lock(42)%')")

    def __init__(self, database):
        self._database = database
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._watch)
        self.most = 0
        self.looks = 0

    def _watch(self):
        with psql_session(self._database) as session:
            while not self._stop.is_set():
                self.most = max(self.most, int(session.do(self.AT_WORK)[0]))
                self.looks += 1
                self._stop.wait(0.005)

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_):
        self._stop.set()
        self._thread.join()


class Fences:
    @contextlib.contextmanager
    def surroundings(self):
        """Gives the flags and environment of a run; behind a pooler the URLs differ."""
        yield {}

    def project(self, *up_b):
        project = Project("postgresql", SERVER)
        self.addCleanup(project.close)
        set_up(project.database)
        project.revision("a", up=trace("up a") + ";")
        project.revision("b", "a", body=body(*up_b, Section("down", trace("down b"))))
        project.revision("c", "b", up=trace("up c") + ";")
        project.must("upgrade", "a")
        return project

    def assert_done(self, project, watcher, *marks):
        self.assertGreater(watcher.looks, 0)
        self.assertLessEqual(watcher.most, 1, "two backends were at work at one time")
        self.assertEqual(dict.fromkeys(("up a", *marks, "up c"), 1), counted_effects(project.database))
        self.assertEqual(["c"], project.heads())
        Agreement(project, PARENTS).check(self)

    def indexes(self, project):
        return project.database.rows("SELECT indexrelid::regclass, indisvalid FROM pg_index WHERE indrelid = 'item'::regclass AND NOT indisprimary "
                                     "ORDER BY 1")

    def test_killed_in_an_index(self):
        project = self.project(Section("up transaction:false", trace("up b 1"), INDEX, trace("up b 3")))
        with self.surroundings(project) as options, psql_session(project.database) as old, Watcher(project.database) as watcher:
            old.do("BEGIN; UPDATE item SET downs = 1 WHERE id = 1")
            first = Run(project, "upgrade", "head", **options)
            until("the first builds", lambda: is_at_work(project, INDEX))
            first.kill()
            second = Run(project, "upgrade", "head", **options)
            until("the second is at work", lambda: second.said("left invalid") or is_at_work(project, "DROP INDEX") or second.process.poll() is not None)
            self.assertIsNone(second.process.poll(), "the second did not wait for the old transaction")
            old.do("ROLLBACK")
            done = second.end()
            self.assertEqual(0, done.code, done)
        self.assert_done(project, watcher, "up b 1", "up b 3")
        self.assertEqual([["item_ups", "t"]], self.indexes(project))

    def test_killed_in_a_long_transaction(self):
        project = self.project(Section("up lock_timeout:0", trace("up b 1"), "SELECT pg_advisory_xact_lock(42)", trace("up b 3")))
        with self.surroundings(project) as options, psql_session(project.database) as gate, Watcher(project.database) as watcher:
            gate.do("SELECT pg_advisory_lock(42)")
            first = Run(project, "upgrade", "head", **options)
            until("the first is in its transaction", lambda: is_at_work(project, "xact_lock(42)"))
            backend = project.database.rows("SELECT pid FROM pg_stat_activity WHERE query LIKE 'SELECT pg_advisory_xact_lock(42)%' AND state = 'active'")
            first.kill()
            second = Run(project, "upgrade", "head", **options)
            until("the second is there", lambda: project.database.rows("SELECT 1 FROM pg_stat_activity WHERE query LIKE 'SELECT pg_advisory_xact_lock(42)%' "
                                                                       f"AND state = 'active' AND pid <> {backend[0][0]}"))
            self.assertEqual([], project.database.rows(f"SELECT 1 FROM pg_stat_activity WHERE pid = {backend[0][0]}"), "the killed run's backend lives on")
            gate.do("SELECT pg_advisory_unlock(42)")
            done = second.end()
            self.assertEqual(0, done.code, done)
        self.assert_done(project, watcher, "up b 1", "up b 3")

    def test_killed_in_a_long_transaction_and_eight_start(self):
        project = self.project(Section("up lock_timeout:0", trace("up b 1"), "SELECT pg_advisory_xact_lock(42)"))
        with self.surroundings(project) as options, psql_session(project.database) as gate, Watcher(project.database) as watcher:
            gate.do("SELECT pg_advisory_lock(42)")
            first = Run(project, "upgrade", "head", **options)
            until("the first is in its transaction", lambda: is_at_work(project, "xact_lock(42)"))
            first.kill()
            others = [Run(project, "upgrade", "head", **options) for _ in range(8)]
            until("all but one wait", lambda: sum(run.said("waiting for the lock") for run in others) == 7)
            gate.do("SELECT pg_advisory_unlock(42)")
            for run in others:
                done = run.end()
                self.assertEqual(0, done.code, done)
        self.assert_done(project, watcher, "up b 1")


class FencesOnTheServer(Fences, unittest.TestCase):
    @contextlib.contextmanager
    def surroundings(self, project):
        yield {}

    def test_an_index_of_somebody_elses_is_not_touched(self):
        """An invalid index of that name and definition was there before: the run stops before its journal names it, and the index stays."""
        project = self.project(Section("up transaction:false", trace("up b 1"), INDEX))
        with psql_session(project.database) as old:
            old.do("BEGIN; UPDATE item SET downs = 1 WHERE id = 1")
            code, said = project.database.script(f"SET lock_timeout = '200ms';\n{INDEX};")
            self.assertIn("lock timeout", said, code)
            old.do("ROLLBACK")
        before = project.database.rows("SELECT indexrelid FROM pg_index WHERE NOT indisvalid")
        self.assertEqual([["item_ups", "f"]], self.indexes(project))
        for _ in range(2):
            failed = project.run("upgrade", "head")
            self.assertEqual(24, failed.code, failed)
            self.assertIn("an invalid index of that name is there already", failed.stderr)
            self.assertEqual(before, project.database.rows("SELECT indexrelid FROM pg_index WHERE NOT indisvalid"))
        project.database.script("DROP INDEX item_ups;")
        project.must("upgrade", "head")
        self.assertEqual([["item_ups", "t"]], self.indexes(project))
        self.assertEqual({"up a": 1, "up b 1": 1, "up c": 1}, counted_effects(project.database))

    def test_an_invalid_index_is_not_taken_for_done_with_if_not_exists(self):
        project = self.project(Section("up transaction:false", INDEX.replace("CONCURRENTLY", "CONCURRENTLY IF NOT EXISTS")))
        with psql_session(project.database) as old:
            old.do("BEGIN; UPDATE item SET downs = 1 WHERE id = 1")
            project.database.script(f"SET lock_timeout = '200ms';\n{INDEX};")
            old.do("ROLLBACK")
        failed = project.run("upgrade", "head")
        self.assertEqual(20, failed.code, failed)
        self.assertEqual([["item_ups", "f"]], self.indexes(project))
        self.assertEqual(["a"], project.heads())

    def test_a_valid_index_of_that_name_is_an_error(self):
        project = self.project(Section("up transaction:false", INDEX))
        project.database.script("CREATE INDEX item_ups ON item (ups);")
        failed = project.run("upgrade", "head")
        self.assertEqual(20, failed.code, failed)
        self.assertIn("already exists", failed.stderr)
        self.assertEqual(["a"], project.heads())
        self.assertEqual([["item_ups", "t"]], self.indexes(project))

    def test_a_valid_index_of_that_name_and_another_definition_is_an_error(self):
        project = self.project(Section("up transaction:false", INDEX))
        project.database.script("CREATE INDEX item_ups ON item (downs);")
        failed = project.run("upgrade", "head")
        self.assertEqual(20, failed.code, failed)
        self.assertIn("already exists", failed.stderr)

    def test_dropping_an_index_that_is_not_there_is_an_error(self):
        project = self.project(Section("up transaction:false", "DROP INDEX CONCURRENTLY no_such_index"))
        failed = project.run("upgrade", "head")
        self.assertEqual(20, failed.code, failed)
        self.assertIn("does not exist", failed.stderr)
        self.assertEqual(["a"], project.heads())

    def test_a_procedure_in_doubt_is_not_called_again(self):
        """CALL has no probe: whoever was killed in it leaves 24, and `stamp` is the way on."""
        project = self.project(Section("up transaction:false", trace("up b 1"), "CALL slow()", trace("up b 3")))
        project.database.script("CREATE PROCEDURE slow() LANGUAGE plpgsql AS $$ BEGIN INSERT INTO effects VALUES ('called'); COMMIT; "
                                "PERFORM pg_advisory_xact_lock(42); END $$;")
        with psql_session(project.database) as gate:
            gate.do("SELECT pg_advisory_lock(42)")
            first = Run(project, "upgrade", "head", "--lock-timeout", "0")
            until("the procedure runs", lambda: is_at_work(project, "CALL slow"))
            first.kill()
            for _ in range(2):
                failed = project.run("upgrade", "head")
                self.assertEqual(24, failed.code, failed)
                self.assertIn("left CALL in doubt", failed.stderr)
        project.must("stamp", "b")
        project.must("upgrade", "head")
        self.assertEqual({"up a": 1, "up b 1": 1, "called": 1, "up c": 1}, counted_effects(project.database))

    def test_a_backend_that_may_not_be_ended_is_waited_for(self):
        """Who holds the second key is not let alone with a new run: without the right to end it the new run waits, then says 10."""
        project = self.project(Section("up lock_timeout:0", trace("up b 1"), "SELECT pg_advisory_xact_lock(42)"))
        project.database.script("DO $$ BEGIN CREATE ROLE deployer LOGIN; EXCEPTION WHEN duplicate_object THEN NULL; END $$;"
                                "GRANT ALL ON SCHEMA public TO deployer;")
        project.database.script("CREATE TABLE effects_of_deployer (mark text); GRANT ALL ON ALL TABLES IN SCHEMA public TO deployer;")
        with psql_session(project.database) as gate:
            gate.do("SELECT pg_advisory_lock(42)")
            first = Run(project, "upgrade", "head")
            self.addCleanup(first.kill)
            until("the first is in its transaction", lambda: is_at_work(project, "xact_lock(42)"))
            first.kill()
            for table in ("migrator_version", "migrator_version_journal", "migrator_version_meta"):
                project.database.script(f"GRANT ALL ON {table} TO deployer;")
            url = project.database.url.replace("tester@", "deployer@")
            refused = project.run("upgrade", "head", "--lock-wait", "1s", url=url)
            self.assertIn(refused.code, (10, 26), refused)
        self.assertNotIn("up b 1", counted_effects(project.database))


class FencesBehindPgbouncer(Fences, unittest.TestCase):
    """Transactional work goes through the pooler; what cannot run in a transaction needs direct_url."""

    def setUp(self):
        self.pooler = Pgbouncer(SERVER)
        self.pooler.__enter__()
        self.addCleanup(self.pooler.__exit__)

    @contextlib.contextmanager
    def surroundings(self, project):
        yield {"url": self.pooler.url(project.database.name)}

    def test_killed_in_an_index(self):
        """The same, with direct_url."""
        pooled = self.pooler
        with unittest.mock.patch.object(self, "surroundings", lambda project: contextlib.nullcontext(
                {"url": pooled.url(project.database.name), "extra": {"MIGRATOR_DIRECT_URL": project.database.url}})):
            super().test_killed_in_an_index()

    def test_statements_outside_a_transaction_need_direct_url(self):
        project = self.project(Section("up transaction:false", trace("up b 1"), INDEX))
        refused = project.run("upgrade", "head", url=self.pooler.url(project.database.name))
        self.assertEqual(2, refused.code, refused)
        self.assertIn("direct_url", refused.stderr)
        self.assertEqual({"up a": 1}, counted_effects(project.database))
        self.assertEqual(["a"], project.heads())
        self.assertEqual([], self.indexes(project))
        project.must("upgrade", "head", "--direct-url", project.database.url, url=self.pooler.url(project.database.name))
        self.assertEqual({"up a": 1, "up b 1": 1, "up c": 1}, counted_effects(project.database))

    def test_transactions_go_through_the_pooler(self):
        project = self.project(Section("up", "SET search_path TO pg_catalog", "SET lock_timeout = 0", "INSERT INTO public.effects VALUES ('up b 1')"))
        project.must("upgrade", "head", url=self.pooler.url(project.database.name))
        self.assertEqual({"up a": 1, "up b 1": 1, "up c": 1}, counted_effects(project.database))

    def test_two_meet_behind_the_pooler(self):
        project = self.project(Section("up lock_timeout:0", trace("up b 1"), "SELECT pg_advisory_xact_lock(42)"))
        url = self.pooler.url(project.database.name)
        with psql_session(project.database) as gate, Watcher(project.database) as watcher:
            gate.do("SELECT pg_advisory_lock(42)")
            first = Run(project, "upgrade", "head", url=url)
            until("the first is in its transaction", lambda: is_at_work(project, "xact_lock(42)"))
            second = Run(project, "upgrade", "head", url=url)
            second.wait_to_say("waiting for the lock")
            gate.do("SELECT pg_advisory_unlock(42)")
            for run in (first, second):
                done = run.end()
                self.assertEqual(0, done.code, done)
        self.assert_done(project, watcher, "up b 1")


if __name__ == "__main__":
    unittest.main()
