"""The operator's program on a real API server with its controllers and without a kubelet: the test plays the runner by writing what the kubelet would write of a
pod. OPERATOR names the program. Run by ctest; standard library only.
"""

import json
import os
import re
import signal
import subprocess
import sys
import time
import unittest

import operator_process
from patience import eventually

API = None


def setUpModule():
    global API
    API = operator_process.server_with_migrations()
    API.must("create", "namespace", "shop")


def tearDownModule():
    API.close()


class Operator(operator_process.Operator):
    """With an election unless a flag says otherwise."""

    def __init__(self, *flags, kubeconfig=None):
        election = [] if any(flag.startswith("--leader-elect") for flag in flags) else ["--leader-elect=true"]
        super().__init__(API, *election, "--lease-namespace", "shop", *flags, kubeconfig=kubeconfig)


def migration(name, **spec):
    return {"apiVersion": "migrator.dev/v1alpha1", "kind": "Migration", "metadata": {"name": name, "namespace": "shop"},
            "spec": {"target": "head", "runner": {"image": "localhost/shop:1"},
                     "database": {"type": "PostgreSQL", "urlFrom": {"secretKeyRef": {"name": "db", "key": "uri"}}},
                     "backup": {"policy": "Never"}, "downgrade": "Deny", **spec}}


def get(kind, name):
    done = API.kubectl("get", kind, name, "-n", "shop", "-o", "json")
    return done.json if done.code == 0 else None


def jobs_of(name):
    return API.must("get", "jobs", "-n", "shop", "-l", "migrator.dev/migration=" + name, "-o", "json").json["items"]


def condition(name, kind):
    conditions = (get("migration", name) or {}).get("status", {}).get("conditions", [])
    return next((one for one in conditions if one["type"] == kind), {})


def is_ready(name):
    return condition(name, "Ready").get("status") == "True"


def play_runner(name, code=0, **report):
    """Ends the pod of the Migration's Job as a kubelet would, once there is one."""
    job = eventually(lambda: [one for one in jobs_of(name) if not one["status"].get("conditions")])[0]["metadata"]["name"]
    pod = eventually(lambda: API.must("get", "pods", "-n", "shop", "-l", "batch.kubernetes.io/job-name=" + job, "-o", "json").json["items"])[0]
    container = next(one for one in pod["spec"]["containers"] if one["name"] == "migrator")
    run_id = next(value for value in ([one.get("value") for one in container.get("env", []) if one["name"] == "MIGRATOR_RUN_ID"] +
                                      [re.sub("^--run-id=", "", word) for word in container.get("args", []) if word.startswith("--run-id=")])
                  if value)
    message = {"protocol": "1.0", "run_id": run_id, "outcome": "Done", "exit_code": code, "database_read": True, "heads_before": [],
               "heads_after": ["b2"], "target_heads": ["b2"], "file_heads": ["b2"], "pending": 0, "applied_revisions": ["b2", "a1"],
               "plan_hash": "v1:0", "seconds": 1, **report}
    ended = {"exitCode": code, "reason": "Completed" if code == 0 else "Error", "message": json.dumps(message),
             "startedAt": "2026-01-01T00:00:00Z", "finishedAt": "2026-01-01T00:00:01Z", "containerID": "containerd://0"}
    status = {"phase": "Succeeded" if code == 0 else "Failed",
              "containerStatuses": [{"name": "migrator", "image": container["image"], "imageID": "sha256:0", "ready": False,
                                     "restartCount": 0, "state": {"terminated": ended}}]}
    API.must("patch", "pod", pod["metadata"]["name"], "-n", "shop", "--subresource=status", "--type=merge", "-p",
             json.dumps({"status": status}))
    return job


class AnOperator(unittest.TestCase):
    """One operator for all of these."""

    @classmethod
    def setUpClass(cls):
        cls.operator = Operator()

    @classmethod
    def tearDownClass(cls):
        cls.operator.__exit__()

    def test_a_first_migration_from_apply_to_ready(self):
        API.apply(migration("first"))
        self.assertTrue(eventually(lambda: condition("first", "Reconciling").get("status") == "True"))
        play_runner("first")
        eventually(lambda: is_ready("first"))
        status = get("migration", "first")["status"]
        self.assertEqual(status["observedGeneration"], 1)
        self.assertEqual(status["currentRevisions"], ["b2"])
        self.assertEqual(status["appliedRevisions"], ["b2", "a1"])
        self.assertNotIn("run", status)
        self.assertEqual(len(jobs_of("first")), 1)
        reasons = [event["reason"] for event in API.must("get", "events", "-n", "shop", "-o", "json").json["items"]
                   if event["involvedObject"]["name"] == "first" and event["involvedObject"]["kind"] == "Migration"]
        self.assertEqual(len(reasons), len(set(reasons)), reasons)
        self.assertIn("RunSucceeded", reasons)
        self.assertEqual(self.operator.figure('migration_ready{namespace="shop",name="first"}'), 1)
        self.assertEqual(self.operator.figure('migration_runs_total{namespace="shop",name="first",result="succeeded"}'), 1)

    def test_a_failure_is_stalled_and_its_series_end_with_it(self):
        API.apply(migration("failing"))
        play_runner("failing", 20, outcome="Failed", heads_after=[], applied_revisions=[], pending=1,
                    error={"code": "SqlError", "message": "no such table: orders", "revision": "a1", "file": "a1.sql", "line": 3,
                           "sqlstate": "42P01"})
        eventually(lambda: condition("failing", "Stalled").get("status") == "True")
        self.assertEqual(condition("failing", "Stalled")["reason"], "MigrationFailed")
        eventually(lambda: self.operator.figure('migration_stalled{namespace="shop",name="failing"}') == 1)
        API.must("delete", "migration", "failing", "-n", "shop")
        eventually(lambda: 'name="failing"' not in self.operator.page("/metrics")[1])

    def test_in_steady_state_nothing_is_asked(self):
        API.apply(migration("steady"))
        play_runner("steady")
        eventually(lambda: is_ready("steady"))
        looks = self.operator.figure("migration_operator_reconcile_time_seconds_count")
        before = self.operator.requests()
        API.must("annotate", "migration", "steady", "-n", "shop", "anything=else")
        eventually(lambda: self.operator.figure("migration_operator_reconcile_time_seconds_count") > looks)
        time.sleep(5)  # a span of time is what is measured: two renewals of the Lease, of two requests each, and one to spare
        self.assertLessEqual(self.operator.requests() - before, 6)

    def test_a_refused_job_costs_few_requests_and_is_mended_by_itself(self):
        API.must("create", "namespace", "tight")
        API.apply({"apiVersion": "v1", "kind": "ResourceQuota", "metadata": {"name": "none", "namespace": "tight"},
                   "spec": {"hard": {"count/jobs.batch": "0"}}})
        eventually(lambda: API.must("get", "resourcequota", "none", "-n", "tight", "-o", "json").json.get("status", {}).get("hard"))
        refused = migration("refused")
        refused["metadata"]["namespace"] = "tight"
        API.apply(refused)

        def told():
            conditions = API.must("get", "migration", "refused", "-n", "tight", "-o", "json").json.get("status", {}).get("conditions", [])
            return any("quota" in one["message"] for one in conditions)
        eventually(told)
        before, leases = self.operator.requests(), time.monotonic()
        time.sleep(30)  # a span of time is what is measured
        renewals = 2 * ((time.monotonic() - leases) / 2 + 1)
        self.assertLessEqual(self.operator.requests() - before - renewals, 5)
        API.must("delete", "resourcequota", "none", "-n", "tight")
        eventually(lambda: API.must("get", "jobs", "-n", "tight", "-o", "json").json["items"], 90)

    def test_health_and_readiness(self):
        eventually(lambda: self.operator.page("/readyz") == (200, "ok\n"))
        self.assertEqual(self.operator.page("/healthz"), (200, "ok\n"))
        self.assertEqual(self.operator.page("/")[0], 404)

    def test_no_line_of_the_log_holds_the_token(self):
        with open(API.kubeconfig, encoding="utf-8") as file:
            token = re.search(r"token: *\"?([^\"\s,}\]]+)", file.read())
        self.assertIsNotNone(token)
        with open(self.operator.log_path, encoding="utf-8") as file:
            self.assertNotIn(token.group(1), file.read())


class ALimitOfRuns(unittest.TestCase):
    def test_no_more_jobs_at_a_time_than_allowed_and_all_have_their_turn(self):
        names = [f"crowd-{number}" for number in range(6)]
        with Operator("--leader-elect=false", "--max-concurrent-runs", "2"):
            API.apply(*[migration(name) for name in names])
            waiting, most = set(names), 0
            while waiting:
                jobs = API.must("get", "jobs", "-n", "shop", "-o", "json").json["items"]
                live = [job["metadata"]["labels"]["migrator.dev/migration"] for job in jobs if not job["status"].get("conditions")]
                live = [name for name in live if name in names]
                most = max(most, len(live))
                if len(live) == 2 or len(live) == len(waiting):
                    play_runner(live[0])
                    eventually(lambda name=live[0]: is_ready(name))
                    waiting.discard(live[0])
        self.assertEqual(most, 2)


class AServerThatComesAndGoes(unittest.TestCase):
    def test_watches_survive_a_killed_api_server_and_what_happened_meanwhile(self):
        # Without an election, which a process that is stopped for so long would lose.
        with Operator("--leader-elect=false") as operator:
            API.apply(migration("before"))
            play_runner("before")
            eventually(lambda: is_ready("before"))
            # What is changed while the operator does not look, and the new server remembers no older version: its watch is Expired.
            operator.process.send_signal(signal.SIGSTOP)
            API.apply(migration("meanwhile"))
            API.must("delete", "migration", "before", "-n", "shop")
            self.assertEqual(API.signal("apiserver").code, 0)
            self.assertEqual(API.start("apiserver").code, 0)
            eventually(lambda: API.kubectl("get", "--raw", "/readyz").code == 0, 90)
            operator.process.send_signal(signal.SIGCONT)
            eventually(lambda: jobs_of("meanwhile"), 90)
            eventually(lambda: 'name="before"' not in operator.page("/metrics")[1], 90)
            play_runner("meanwhile")
            eventually(lambda: is_ready("meanwhile"), 90)
            self.assertEqual(len(jobs_of("meanwhile")), 1)
            self.assertTrue(any("too old resource version" in line["message"] for line in operator.said("watch_failed")), operator.log())
            self.assertIsNone(operator.process.poll())

    def test_sigterm_ends_it_within_seconds_though_no_server_answers(self):
        with Operator() as operator:
            eventually(lambda: operator.said("leading"), 90)
            self.assertEqual(API.signal("apiserver").code, 0)
            try:
                begun = time.monotonic()
                self.assertEqual(operator.end(), 0)
                self.assertLess(time.monotonic() - begun, 9)
            finally:
                self.assertEqual(API.start("apiserver").code, 0)
                eventually(lambda: API.kubectl("get", "--raw", "/readyz").code == 0, 90)


class ComingAndGoing(unittest.TestCase):
    def test_sigterm_gives_the_lease_back_and_the_next_takes_it_at_once(self):
        with Operator() as first, Operator() as second:
            leader = eventually(lambda: next((one for one in (first, second) if one.said("leading")), None), 90)
            other = second if leader is first else first
            eventually(lambda: other.page("/readyz")[0] == 200)  # who waits is ready too
            self.assertFalse(other.said("leading"))
            begun = time.monotonic()
            self.assertEqual(leader.end(), 0)
            self.assertLess(time.monotonic() - begun, 10)
            eventually(lambda: other.said("leading"), 10)
            self.assertEqual(other.end(), 0)
        self.assertEqual(get("lease", "migration-operator")["spec"].get("holderIdentity", ""), "")

    def test_a_killed_leader_is_followed_and_no_job_is_doubled(self):
        with Operator() as first:
            eventually(lambda: first.said("leading"), 90)
            API.apply(migration("killed"))
            eventually(lambda: jobs_of("killed"))
            with Operator() as second:
                self.assertEqual(first.end(signal.SIGKILL), -signal.SIGKILL)
                eventually(lambda: second.said("leading"), 60)
                play_runner("killed")
                eventually(lambda: is_ready("killed"))
                self.assertEqual(len(jobs_of("killed")), 1)

    def test_a_leader_whose_lease_another_took_ends(self):
        with Operator() as operator:
            eventually(lambda: operator.said("leading"), 90)
            API.must("patch", "lease", "migration-operator", "-n", "shop", "--type=merge", "-p",
                     json.dumps({"spec": {"holderIdentity": "another"}}))
            self.assertEqual(operator.process.wait(timeout=30), 1)
            self.assertTrue(operator.said("leadership_lost"))
        API.must("delete", "lease", "migration-operator", "-n", "shop")

    def test_flags_and_a_server_that_is_not_there(self):
        done = subprocess.run([operator_process.OPERATOR, "--kubeconfig", os.path.join(API.directory, "no-such-file")], capture_output=True, text=True, check=False)
        self.assertEqual(done.returncode, 2)
        self.assertEqual(json.loads(done.stderr.splitlines()[0])["event"], "cannot_connect")
        self.assertIn("no-such-file", done.stderr)


if __name__ == "__main__":
    unittest.main(argv=sys.argv)
