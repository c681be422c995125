"""Runs that fail, stop, are approved, owned, reported or taken back: exit code, report, and the database afterwards."""

import json
import os
import signal
import time
import unittest

from both import Case, on_both, on_postgresql, setUpModule, tearDownModule  # noqa: F401
from project import MIGRATOR
from terminal import answered

LARGEST_REPORT = 4096
# Some minutes of work for either database, to be interrupted.
SLOW = {"sqlite": "INSERT INTO slow WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c WHERE x < 3000000000) SELECT max(x) FROM c;",
        "postgresql": "INSERT INTO slow SELECT 1 FROM (SELECT pg_sleep(300)) AS s;"}
FAILING = {"sqlite": "INSERT INTO missing VALUES (1);", "postgresql": "INSERT INTO missing VALUES (1);"}
NO_TABLE = {"sqlite": "SQLITE_ERROR", "postgresql": "42P01"}
# A statement that cannot run in a transaction and so ends one.
APART = "VACUUM;"


class RunCase(Case):
    def setUp(self):
        super().setUp()
        self.report_path = os.path.join(self.project.folder, "report.json")

    def report(self):
        with open(self.report_path, "rb") as file:
            text = file.read()
        self.assertLessEqual(len(text), LARGEST_REPORT)
        return json.loads(text.decode("utf-8"))

    def failing(self, revision, below):
        self.project.revision(revision, below, f"CREATE TABLE t_{revision} (id integer);\n{FAILING[self.dialect]}", down_sql=f"DROP TABLE t_{revision};")

    def slow(self, revision, below="none"):
        self.project.revision(revision, below, f"CREATE TABLE slow (id bigint);\n{SLOW[self.dialect]}", down_sql="DROP TABLE slow;")

    def until(self, what, condition, process):
        """Asks until it holds; the run that should make it hold must not end before."""
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            found = condition()
            if found:
                return found
            self.assertIsNone(process.poll(), f"the run ended before {what}")
            time.sleep(0.001)  # the pace of asking: counted rounds ended before a run on a busy machine had made its file
        raise AssertionError(f"never {what}")


class Failing(RunCase):
    def test_the_step_is_rolled_back_and_the_run_stops(self):
        self.chain("a1")
        self.failing("a2", "a1")
        self.table("a3", "a2")
        done = self.run_verb("upgrade", "head", "--output", "json", "--report", self.report_path, "--run-id", "r1")
        self.assertEqual(done.code, 20, done)
        run = done.json
        self.assertEqual((run["outcome"], run["exit_code"], run["heads_before"], run["heads_after"], [step["revision"] for step in run["steps"]]),
                         ("Failed", 20, [], ["a1"], ["a1"]))
        error = run["error"]
        self.assertEqual((error["code"], error["revision"], error["sqlstate"], error["line"]), ("SqlError", "a2", NO_TABLE[self.dialect], 6))
        self.assertRegex(error["file"], r"^migrations/\d+_a2_x\.sql$")
        self.assertIn("missing", error["message"])
        self.assertEqual(self.user_tables(), ["t_a1"])
        self.assertEqual(self.project.journal(), [["a1", "up", "done"], ["a2", "up", "failed"]])
        told = self.report()
        self.assertEqual((told["outcome"], told["error"]["revision"], told["run_id"], told["applied_revisions"]), ("Failed", "a2", "r1", ["a1"]))
        text = self.run_verb("upgrade", "head")
        self.assertRegex(text.stderr, r"(?m)^error: migrations/\d+_a2_x\.sql:6: .*missing")

    def test_status_tells_of_the_failure(self):
        self.failing("a1", "none")
        self.run_verb("upgrade", "head", "--run-id", "r1")
        last = self.json("status")["last_run"]
        self.assertEqual((last["run_id"], last["revision"], last["outcome"]), ("r1", "a1", "failed"))
        self.assertIn("missing", last["error"])
        self.assertIn("last run  up a1 failed on ", self.project.must("status").stdout)

    def test_a_failed_assert(self):
        self.project.revision("a1", body="-- migrate:up\nCREATE TABLE t (id integer);\n-- migrate:assert SELECT count(*) = 1 FROM t\n-- migrate:down\nDROP TABLE t;")
        error = self.refused(20, "AssertionFailed", "upgrade", "head")
        self.assertEqual((error["message"], error["line"], error["revision"]),
                         ("the assert does not hold: SELECT count(*) = 1 FROM t; nothing of this step was kept; mend the data or the revision, then "
                          "run again", 6, "a1"))
        self.assertEqual(self.user_tables(), [])

    def test_left_half_way(self):
        self.chain("a1")
        self.project.revision("a2", "a1", body=f"-- migrate:up\nCREATE TABLE x (id integer);\n-- migrate:up transaction:false\n{APART}\n-- migrate:up\n"
                              f"{FAILING[self.dialect]}\n-- migrate:down\nDROP TABLE x;")
        error = self.refused(24, "StoppedHalfway", "upgrade", "head", "--report", self.report_path)
        self.assertIn("; revision a2 is partial: 2 of its 3 statements are done and will not run again; mend what failed and run the same command "
                      "again, or finish by hand and run: migrator stamp REVISION", error["message"])
        self.assertEqual(self.report()["error"]["code"], "StoppedHalfway")
        self.assertEqual(self.project.heads(), ["a1"])
        self.assertEqual(self.json("current")["partial"], {"revision": "a2", "direction": "up", "statements_done": 2, "statements_total": 3})
        self.assertEqual(self.run_verb("current", "--check-heads").code, 3)
        page = self.json("status")
        self.assertEqual((page["partial"]["revision"], page["partial"]["statements_done"], page["partial"]["statements_total"]), ("a2", 2, 3))
        self.assertIn("partial   a2 (up): 2 of 3 statements are done; ", self.project.must("status").stdout)
        plan = self.json("plan")
        self.assertEqual([(step["revision"], step["resumes"]) for step in plan["steps"]], [("a2", True)])
        self.project.database.rows("CREATE TABLE missing (id integer)")
        self.project.must("upgrade", "head")
        self.assertEqual((self.project.heads(), self.json("current")["partial"]), (["a2"], None))
        self.assertEqual(self.project.journal()[-1], ["a2", "up", "done"])

    def test_stamp_gives_a_partial_step_up(self):
        self.project.revision("a1", body=f"-- migrate:up transaction:false\n{APART}\n{FAILING[self.dialect]}\n-- migrate:down irreversible")
        self.refused(24, "StoppedHalfway", "upgrade", "head")
        self.project.must("stamp", "a1")
        self.assertEqual((self.project.heads(), self.json("current")["partial"]), (["a1"], None))
        self.assertIn(["a1", "up", "abandoned"], self.project.journal())
        self.assertEqual(self.json("upgrade", "head")["outcome"], "NothingToDo")


class Reverting(RunCase):
    def setUp(self):
        super().setUp()
        self.chain("a1", "a2", "a3")

    def test_the_database_is_as_before(self):
        self.failing("a4", "a3")
        self.project.must("upgrade", "a1")
        before = self.project.database.schema()
        done = self.run_verb("upgrade", "head", "--on-failure", "revert", "--output", "json", "--report", self.report_path)
        self.assertEqual((done.code, done.json["outcome"], done.json["error"]["code"]), (25, "Reverted", "Reverted"), done)
        self.assertIn("; this run's steps were taken back", done.json["error"]["message"])
        self.assertEqual([(step["revision"], step["direction"]) for step in done.json["steps"]],
                         [("a2", "up"), ("a3", "up"), ("a3", "down"), ("a2", "down")])
        self.assertEqual((self.project.heads(), self.project.database.schema()), (["a1"], before))
        told = self.report()
        self.assertEqual((told["outcome"], told["exit_code"], told["heads_after"], told["applied_revisions"]), ("Reverted", 25, ["a1"], ["a1"]))
        self.assertIn("reverted: the database is at a1 again\n",
                      self.run_verb("migrate", "--to", "head", "--on-failure", "revert").stdout)

    def test_nothing_fails(self):
        self.assertEqual(self.json("upgrade", "head", "--on-failure", "revert")["outcome"], "Done")

    def test_plans_that_cannot_be_taken_back_are_refused(self):
        self.project.must("upgrade", "a3")
        cases = {"irreversible": "-- migrate:up\nCREATE TABLE x (id integer);\n-- migrate:down irreversible",
                 "no down": "-- migrate:up\nCREATE TABLE x (id integer);",
                 "not transactional": f"-- migrate:up transaction:false\n{APART}\n-- migrate:down\n",
                 "data": "-- migrate:up\n-- migrate:data name:n table:t_a1 key:id batch:10\nUPDATE t_a1 SET id = id WHERE id > :from AND id <= :to;\n"
                         "-- migrate:down\n"}
        for what, body in cases.items():
            with self.subTest(what):
                path = self.project.revision("x1", "a3", body=body)
                error = self.refused(2, "Usage", "upgrade", "head", "--on-failure", "revert")
                self.assertTrue(error["message"].startswith("--on-failure revert cannot take this plan back: "), error)
                self.assertEqual(self.project.heads(), ["a3"])
                os.unlink(path)
        self.refused(2, "Usage", "downgrade", "a1", "--on-failure", "revert")
        self.assertEqual((self.project.heads(), self.user_tables()), (["a3"], ["t_a1", "t_a2", "t_a3"]))


class Approval(RunCase):
    def setUp(self):
        super().setUp()
        self.chain("a1", "a2")

    def test_only_the_approved_plan_runs(self):
        approved = self.json("plan")["hash"]
        wrong = "v1:" + "0" * 64
        error = self.refused(22, "ApprovalNeeded", "migrate", "--to", "head", "--approved", wrong)
        self.assertEqual((error["message"], error["subject"]),
                         (f"the plan is {approved} and not the approved one, {wrong}; look at it with `migrator plan`, then approve it", [approved]))
        self.assertEqual(self.user_tables(), [])
        self.table("a3", "a2")
        self.refused(22, "ApprovalNeeded", "migrate", "--to", "head", "--approved", approved)
        self.project.must("migrate", "--to", "a2", "--approved", approved)
        self.assertEqual(self.project.heads(), ["a2"])
        self.assertEqual(self.json("migrate", "--to", "a2", "--approved", approved)["outcome"], "NothingToDo")

    def test_an_approval_ends_when_the_history_moves_otherwise(self):
        approved = self.json("plan")["hash"]
        self.project.must("migrate", "--to", "head", "--approved", approved)
        self.project.must("downgrade", "-1")
        self.refused(22, "ApprovalNeeded", "migrate", "--to", "head", "--approved", approved)
        self.assertEqual(self.project.heads(), ["a1"])

    def test_what_is_left_of_it_after_a_failure(self):
        self.failing("a3", "a2")
        approved = self.json("plan")["hash"]
        self.assertEqual(self.run_verb("migrate", "--to", "head", "--approved", approved).code, 20)
        self.assertEqual(self.project.heads(), ["a2"])
        self.table("a4", "a3")
        self.refused(22, "ApprovalNeeded", "migrate", "--to", "head", "--approved", approved)
        self.assertEqual(self.project.heads(), ["a2"])
        self.remove_file("a4")
        self.project.database.rows("CREATE TABLE missing (id integer)")
        self.project.must("migrate", "--to", "head", "--approved", approved)
        self.assertEqual(self.project.heads(), ["a3"])


class Owned(RunCase):
    def test_owner_and_adopt(self):
        self.chain("a1", "a2", "a3")
        ours = ("--owner", "shop/shop/uid-1")
        theirs = ("--owner", "shop/other/uid-2")
        self.project.must("upgrade", "a1", *ours)
        error = self.refused(26, "OwnedByAnother", "upgrade", "head", *theirs, "--report", self.report_path)
        self.assertEqual(error["subject"], ["shop/shop", "uid-1"])
        self.assertIn("this history is moved by another Migration, shop/shop (uid uid-1); ", error["message"])
        self.assertEqual((self.project.heads(), self.report()["error"]["code"]), (["a1"], "OwnedByAnother"))
        self.refused(26, "OwnedByAnother", "upgrade", "head", *theirs, "--adopt", "uid-3")
        by_hand = self.json("upgrade", "a2")
        self.assertEqual(by_hand["notes"], ["this history is moved by the Migration shop/shop; it will notice what is done here"])
        self.project.must("upgrade", "head", *theirs, "--adopt", "uid-1")
        self.refused(26, "OwnedByAnother", "downgrade", "-1", *ours)
        self.project.must("downgrade", "-1", *theirs)
        self.assertEqual(self.project.heads(), ["a2"])
        for wrong in ("shop", "shop/shop", "a/b/c/d", "//"):
            self.refused(2, "Usage", "upgrade", "head", "--owner", wrong)


class Reports(RunCase):
    STEPS = 500

    def many(self, last):
        with_message = "a long message about this step, with ünïcödé, \"quotes\" and \\ in it, " * 3
        below = "none"
        for number in range(1, self.STEPS + 1):
            revision = f"{number:012x}"
            up = last if number == self.STEPS else f"INSERT INTO seen VALUES ({number});"
            self.project._count = number % 100
            self.project.revision(revision, below, ("CREATE TABLE seen (id integer);\n" if number == 1 else "") + up, message=with_message)
            below = revision

    def test_500_steps(self):
        self.many("INSERT INTO seen VALUES (0);")
        self.project.must("upgrade", "head", "--report", self.report_path)
        told = self.report()
        self.assertEqual((told["outcome"], told["exit_code"], told["heads_before"], told["heads_after"]), ("Done", 0, [], [f"{self.STEPS:012x}"]))
        self.assertEqual(len(told["steps"]) + told["steps_cut"], self.STEPS)
        self.assertEqual(len(told["applied_revisions"]) + told["applied_revisions_cut"], self.STEPS)
        self.assertEqual(told["applied_revisions"], [f"{self.STEPS - at:012x}" for at in range(len(told["applied_revisions"]))])
        self.assertIn("protocol", told)

    def test_failing_at_the_last_with_a_long_message(self):
        self.many(f"SELECT {'x' * 60}{'ü' * 3000} FROM seen;")
        done = self.run_verb("upgrade", "head", "--report", self.report_path)
        self.assertEqual(done.code, 20, done)
        told = self.report()
        self.assertEqual((told["outcome"], told["exit_code"], told["error"]["code"], told["error"]["revision"], told["heads_after"]),
                         ("Failed", 20, "SqlError", f"{self.STEPS:012x}", [f"{self.STEPS - 1:012x}"]))
        self.assertTrue(told["error"]["message"])

    def test_a_report_of_a_run_that_never_began(self):
        self.project.write("1_x_x.sql", "-- migrate:revisio x\n")
        self.assertEqual(self.run_verb("upgrade", "head", "--report", self.report_path, "--run-id", "r9").code, 2)
        told = self.report()
        self.assertEqual((told["outcome"], told["exit_code"], told["run_id"], told["error"]["code"]), ("Failed", 2, "r9", "InvalidRevisionFile"))


class Stopped(RunCase):
    def test_timeout(self):
        self.chain("a1")
        self.slow("a2", "a1")
        error = self.refused(13, "RunTimeout", "upgrade", "head", "--timeout", "500ms", "--report", self.report_path)
        self.assertEqual(error["message"], "the run's timeout passed; what was committed stays, the rest was rolled back; run again to go on")
        self.assertEqual((self.project.heads(), self.user_tables(), self.report()["exit_code"]), (["a1"], ["t_a1"], 13))

    def test_while_one_runs(self):
        """Status names the holder, another run gives up with 10, SIGTERM ends the first cleanly."""
        self.chain("a1")
        self.slow("a2", "a1")
        process = self.project.start("upgrade", "head", "--run-id", "first", "--report", self.report_path)
        try:
            lock = self.until("the lock is held", lambda: self.project.heads() == ["a1"] and self.json("status")["lock"]
                              if "migrator_version" in self.project_tables() else None, process)
            self.assertEqual(lock["run_id"], "first")
            self.assertIn("@", lock["who"])
            self.assertRegex(self.project.must("status").stdout, r"(?m)^lock      held by \S+@\S+ ?.* since \S+")
            error = self.refused(10, "LockBusy", "upgrade", "head", "--lock-wait", "300ms")
            self.assertRegex(error["message"], r"^the history is locked by .*@.* since .*; waited 0 s; run again later, or wait longer with --lock-wait$")
            self.assertEqual(self.json("current")["heads"], ["a1"], "readers go on")
            process.send_signal(signal.SIGTERM)
            _, stderr = process.communicate(timeout=60)
        finally:
            process.kill()
            process.communicate()
        self.assertEqual(process.returncode, 143, stderr)
        self.assertIn("error: stopped by a signal; what was committed stays, the rest was rolled back; run again to go on", stderr)
        self.assertEqual((self.report()["exit_code"], self.report()["error"]["code"]), (143, "Terminated"))
        self.assertEqual((self.project.heads(), self.user_tables()), (["a1"], ["t_a1"]))
        self.assertIsNone(self.json("status")["lock"])

    def project_tables(self):
        if self.dialect == "sqlite" and not os.path.exists(self.project.database.path):
            return []
        return self.project.database.tables()

    def test_two_at_once(self):
        self.chain("a1", "a2", "a3")
        runs = [self.project.start("upgrade", "head", "--output", "json") for _ in range(4)]
        ends = [(process.communicate(timeout=120)[0], process.returncode) for process in runs]
        self.assertEqual({code for _, code in ends}, {0}, ends)
        self.assertEqual(sorted(json.loads(out)["outcome"] for out, _ in ends), ["Done", "NothingToDo", "NothingToDo", "NothingToDo"])
        self.assertEqual([row[0] for row in self.project.journal("revision")], ["a1", "a2", "a3"])


class StatementTimeout(RunCase):
    def test_statement_timeout(self):
        self.slow("a1")
        error = self.refused(20, "SqlError", "upgrade", "head", "--statement-timeout", "200ms")
        self.assertEqual(error["sqlstate"], "57014")


class Lines(RunCase):
    def test_one_json_line_an_event(self):
        self.chain("a1", "a2")
        done = self.project.must("upgrade", "head", "--log-format", "json")
        events = [json.loads(line) for line in done.stdout.splitlines()]
        self.assertEqual([(event["event"], event["step"], event["of"], event["revision"], event["direction"]) for event in events],
                         [("step_started", 1, 2, "a1", "up"), ("step_finished", 1, 2, "a1", "up"), ("step_started", 2, 2, "a2", "up"),
                          ("step_finished", 2, 2, "a2", "up")])
        for line in done.stderr.splitlines():
            self.assertLessEqual({"time", "level", "event", "message"}, set(json.loads(line)))
        failed = self.run_verb("upgrade", "nobody", "--log-format", "json")
        self.assertEqual(json.loads(failed.stderr.splitlines()[-1])["level"], "error")

    def test_the_redacted_url_comes_first(self):
        self.chain("a1")
        for verb in (["upgrade", "head"], ["downgrade", "-1"], ["migrate", "--to", "head"], ["stamp", "a1"], ["ensure-version"]):
            with self.subTest(verb):
                first = self.project.must(*verb).stderr.splitlines()[0]
                self.assertTrue(first.startswith(f"database {self.dialect}://"), first)

    def test_a_terminal_asks_before_base(self):
        self.chain("a1")
        self.project.must("upgrade", "head")
        for answer, code, heads in (("n\n", 2, ["a1"]), ("y\n", 0, [])):
            with self.subTest(answer):
                ended, _, said = answered([MIGRATOR, "downgrade", "base"], answer, cwd=self.project.folder, env=self.project.environment())
                self.assertEqual((ended, self.project.heads()), (code, heads), said)
                self.assertIn("This takes all 1 applied revisions away and leaves an empty database. Go on? [y/N]", said)


on_both(globals(), Failing, Reverting, Approval, Owned, Reports, Stopped, Lines)
on_postgresql(globals(), StatementTimeout)


if __name__ == "__main__":
    unittest.main()
