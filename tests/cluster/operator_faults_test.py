"""The operator between faults: a way to the API server that loses answers, refuses and cuts watches; a killed API server; somebody else
who writes the same objects; and other operators that wait for the Lease. Never is a Job there twice. Run by ctest; standard library
only.
"""

import json
import signal
import sys
import threading
import time
import unittest

from kube import Kube, Refused, is_true, kubeconfig_of, reason
from operator_process import Operator, migration, server_with_migrations
from patience import eventually
from pods import Kubelet, by_kind, ends, in_turn, plans, works
from unruly_way import UnrulyWay

API = KUBE = KUBELET = None


def setUpModule():
    global API, KUBE, KUBELET
    API = server_with_migrations()
    KUBE = Kube(API)
    KUBELET = Kubelet(KUBE)


def tearDownModule():
    if KUBELET:
        KUBELET.close()
    if KUBE:
        KUBE.close()
    API.close()


FAILS = ends(20, error={"code": "SqlError", "message": "no such table", "revision": "a1", "file": "a1.sql", "line": 3})
LOCKED = ends(10, error={"code": "LockBusy", "message": "held by another"})


class Faults(unittest.TestCase):
    def begin(self, namespace, **stories):
        """Stories: a name to (script, spec)."""
        KUBE.namespace(namespace)
        eventually(lambda: KUBE.get("serviceaccounts", namespace, "default"))
        for name, (script, spec) in stories.items():
            KUBELET.plays(namespace, name.replace("_", "-"), script)
            KUBE.create("migrations", migration(namespace, name.replace("_", "-"), **spec))

    def comes_to(self, namespace, name, why, seconds=90):
        eventually(lambda: reason(KUBE.status(namespace, name)) == why, seconds,
                   lambda: f"{name}: {json.dumps(KUBE.status(namespace, name))}")

    def assert_nothing_twice(self, namespace, **jobs):
        """Jobs ever created, by Migration; each name once, each run once, each Event once."""
        created = [request["objectRef"].get("name") or request["requestURI"] for request in API.requests()
                   if request["verb"] == "create" and request.get("objectRef", {}).get("resource") == "jobs" and
                   request["objectRef"].get("namespace") == namespace and request["responseStatus"]["code"] == 201]
        self.assertEqual(len(created), sum(jobs.values()), created)
        for name, count in jobs.items():
            ran = KUBELET.ran.get((namespace, name.replace("_", "-")), [])
            self.assertEqual((len(ran), len(set(ran))), (count, count), ran)
        told = [(event["involvedObject"]["name"], event["reason"], event["message"]) for event in KUBE.list("events", namespace)
                if event["involvedObject"]["kind"] == "Migration"]
        self.assertEqual(len(told), len(set(told)), told)

    def test_answers_lost_refusals_and_cut_watches(self):
        way = UnrulyWay(API, KUBE, ["none", "429", "none", "lost", "none", "none", "cut", "none", "cut-after", "none", "500"])
        self.addCleanup(way.close)
        self.begin("unruly", first=(ends(0), {}), second=(ends(0), {}), failing=(FAILS, {}), again=(in_turn(LOCKED, ends(0)), {}),
                   asking=(by_kind(plan=plans("up a1", "up b2"), migrate=ends(0)), {"approval": "Manual"}))
        with Operator(API, "--namespaces", "unruly", kubeconfig=way.kubeconfig) as operator:
            self.comes_to("unruly", "asking", "AwaitingApproval")
            KUBE.annotate("unruly", "asking", approve=KUBE.status("unruly", "asking")["plan"]["id"])
            self.comes_to("unruly", "failing", "MigrationFailed")
            for name in ("first", "second", "again", "asking"):
                self.comes_to("unruly", name, "UpToDate")
            self.assertIsNone(operator.process.poll())
        self.assertGreaterEqual(min(way.done.get(fault, 0) for fault in ("429", "500", "lost", "cut", "cut-after")), 3, way.done)
        self.assert_nothing_twice("unruly", first=1, second=1, failing=1, again=2, asking=2)

    def test_somebody_else_writes_spec_and_status_all_the_time(self):
        self.begin("contested", calm=(ends(0), {}), failing=(FAILS, {}))
        stop = threading.Event()
        written = {"spec": 0, "status": 0}

        def write():
            count = 0
            while not stop.wait(0.1):
                count += 1
                for name in ("calm", "failing"):
                    KUBE.patch("migrations", "contested", name, {"metadata": {"annotations": {"somebody/else": str(count)}}})
                    written["spec"] += 1
                    try:  # refused once there is no run any more, for this alone is none
                        KUBE.patch("migrations", "contested", name, {"status": {"run": {"notBefore": "2026-01-01T00:00:00Z"}}}, "status")
                        written["status"] += 1
                    except Refused:
                        pass
        writer = threading.Thread(target=write, daemon=True)
        writer.start()
        try:
            with Operator(API, "--namespaces", "contested"):
                self.comes_to("contested", "calm", "UpToDate")
                self.comes_to("contested", "failing", "MigrationFailed")
        finally:
            stop.set()
            writer.join()
        self.assertGreater(min(written.values()), 3, written)
        self.assertNotIn("run", KUBE.status("contested", "calm"))
        self.assert_nothing_twice("contested", calm=1, failing=1)

    def test_what_somebody_else_wrote_into_the_status_does_not_stay(self):
        self.begin("meddled", shop=(works, {}))
        with Operator(API, "--namespaces", "meddled"):
            self.comes_to("meddled", "shop", "Running")
            KUBE.patch("migrations", "meddled", "shop", {"status": {"run": {"notBefore": "2026-01-01T00:00:00Z"}}}, "status")
            KUBELET.plays("meddled", "shop", ends(0))
            self.comes_to("meddled", "shop", "UpToDate")
        self.assertNotIn("run", KUBE.status("meddled", "shop"))
        self.assert_nothing_twice("meddled", shop=1)

    def test_an_api_server_killed_while_runs_start(self):
        names = [f"many-{number}" for number in range(6)]
        self.begin("killed", **{name: (ends(0), {}) for name in names})
        with Operator(API, "--namespaces", "killed") as operator:
            eventually(lambda: KUBE.list("jobs", "killed"))
            self.assertEqual(API.signal("apiserver").code, 0)
            self.assertEqual(API.start("apiserver").code, 0)
            eventually(lambda: API.kubectl("get", "--raw", "/readyz").code == 0, 90)
            for name in names:
                self.comes_to("killed", name, "UpToDate")
            self.assertIsNone(operator.process.poll())
        self.assert_nothing_twice("killed", **{name: 1 for name in names})


class Leaders(unittest.TestCase):
    USERS = ("one", "two", "three")

    def writes(self, user):
        """What it changed, Leases aside: (when, what)."""
        return [(request["requestReceivedTimestamp"], request["requestURI"]) for request in API.requests(user)
                if request["verb"] not in ("get", "list", "watch") and request.get("objectRef", {}).get("resource") != "leases"]

    def test_never_do_two_act_and_the_next_takes_over_in_time(self):
        KUBE.namespace("led")
        eventually(lambda: KUBE.get("serviceaccounts", "led", "default"))
        KUBE.create("clusterrolebindings", {
            "apiVersion": "rbac.authorization.k8s.io/v1", "kind": "ClusterRoleBinding", "metadata": {"name": "leaders"},
            "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": "cluster-admin"},
            "subjects": [{"apiGroup": "rbac.authorization.k8s.io", "kind": "User", "name": user} for user in self.USERS]})
        flags = ("--leader-elect", "--lease-namespace", "led", "--namespaces", "led")
        with Operator(API, *flags, kubeconfig=kubeconfig_of(API, "one")) as one:
            eventually(lambda: one.said("leading"))
            with Operator(API, *flags, kubeconfig=kubeconfig_of(API, "two")) as two:
                eventually(lambda: two.page("/readyz")[0] == 200)
                self.one_run("first")
                self.assertEqual(self.writes("two"), [])
                begun = time.monotonic()
                self.assertEqual(one.end(signal.SIGKILL), -signal.SIGKILL)
                eventually(lambda: two.said("leading"), 25)
                self.assertGreater(time.monotonic() - begun, 10)  # not before the Lease has run out
                self.one_run("second")
                with Operator(API, *flags, kubeconfig=kubeconfig_of(API, "three")) as three:
                    eventually(lambda: three.page("/readyz")[0] == 200)
                    self.assertFalse(three.said("leading"))
                    self.assertEqual(two.end(), 0)
                    eventually(lambda: three.said("leading"), 6)  # at once, not after 15 s
                    self.one_run("third")
        for before, after in (("one", "two"), ("two", "three")):
            self.assertTrue(self.writes(before) and self.writes(after))
            self.assertLess(max(self.writes(before)), min(self.writes(after)))

        # Nobody else wrote their statuses: none had to be replaced as a whole.
        self.assertEqual([uri for _, uri in self.writes("one") if "/status" in uri and "force=true" not in uri], [])

    def one_run(self, name):
        KUBELET.plays("led", name, ends(0))
        KUBE.create("migrations", migration("led", name))
        eventually(lambda: is_true(KUBE.status("led", name), "Ready"))
        self.assertEqual(len(KUBE.list("jobs", "led", labelSelector="migrator.dev/migration=" + name)), 1)


if __name__ == "__main__":
    unittest.main(argv=sys.argv)
