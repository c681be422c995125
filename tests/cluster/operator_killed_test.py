"""The operator killed (-9) right before and right after every one of its writes, and then started anew: each time the same end as without
it, one Job an attempt, each run once, no Event twice. KILLING_OPERATOR names the program that kills itself. Run by ctest; standard
library only.
"""

import concurrent.futures
import json
import os
import re
import subprocess
import sys
import time
import unittest

from api_server import ROOT
from kube import Kube, Refused, is_true, reason
from operator_process import Operator, migration, server_with_migrations
from patience import eventually
from pods import Kubelet, by_kind, ends, in_turn, plans

KILLING = os.environ.get("KILLING_OPERATOR", os.path.join(ROOT, "build", "dev", "tests", "cluster", "killing-operator"))
AT_ONCE = 8
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


class Story:
    """What happens to one Migration, called shop, from its creation to `is_over`."""

    spec = {}
    script = staticmethod(ends(0))

    def begin(self, namespace):
        KUBELET.plays(namespace, "shop", self.script)
        KUBE.create("migrations", migration(namespace, "shop", **self.spec))

    def go_on(self, namespace, status):
        """What a person does meanwhile."""

    def is_over(self, namespace, status):
        return is_true(status, "Ready")


class FirstMigration(Story):
    pass


class AGatedPod(Story):
    """One that waits for the revision that the Migration brings."""

    def begin(self, namespace):
        KUBE.create("pods", {"apiVersion": "v1", "kind": "Pod", "metadata": {
            "name": "app", "namespace": namespace, "labels": {"migrator.dev/gated": "true"},
            "annotations": {"migrator.dev/wait-for": "shop", "migrator.dev/revision": "b2"}},
            "spec": {"schedulingGates": [{"name": "migrator.dev/wait"}], "containers": [{"name": "app", "image": "localhost/app:1"}]}})
        super().begin(namespace)

    def is_over(self, namespace, status):
        return is_true(status, "Ready") and not KUBE.get("pods", namespace, "app")["spec"].get("schedulingGates")


class PlanApprovalMigration(Story):
    spec = {"approval": "Manual"}
    script = staticmethod(by_kind(plan=plans("up a1", "up b2"), migrate=ends(0)))

    def go_on(self, namespace, status):
        if status.get("plan") and reason(status) == "AwaitingApproval":
            KUBE.annotate(namespace, "shop", approve=status["plan"]["id"])


class Failure(Story):
    script = staticmethod(ends(20, error={"code": "SqlError", "message": "no such table: orders", "revision": "a1", "file": "a1.sql",
                                          "line": 3, "sqlstate": "42P01"}))

    def is_over(self, namespace, status):
        return is_true(status, "Stalled")


class Retry(Story):
    script = staticmethod(in_turn(ends(11, error={"code": "DatabaseUnreachable", "message": "no connection"}), ends(0)))


STORIES = {"first": FirstMigration(), "gate": AGatedPod(), "plan": PlanApprovalMigration(), "failure": Failure(), "retry": Retry()}
TIMES = {"lastTransitionTime", "startTime", "time", "seconds", "notBefore", "jobUid"}


def without_times(value):
    if isinstance(value, dict):
        return {key: without_times(one) for key, one in value.items() if key not in TIMES}
    return [without_times(one) for one in value] if isinstance(value, list) else value


def same_words(value, namespace):
    """What differs from one namespace to the next: its name, and what follows from the Migration's uid."""
    text = re.sub(r"shop-[0-9a-f]{6}-", "shop-UID-", json.dumps(value, sort_keys=True)).replace(namespace, "NAMESPACE")
    return json.loads(re.sub(r"\b[0-9a-f]{16}\b", "HASH", text))


def how_it_ended(namespace):
    """All that must be the same: the status without its times, the Jobs, the runs, and how often each Event is there."""
    item = KUBE.get("migrations", namespace, "shop")
    events = [event for event in KUBE.list("events", namespace) if event["involvedObject"]["uid"] == item["metadata"]["uid"]]
    return same_words({"status": without_times(item["status"]),
                       "jobs": sorted(job["metadata"]["name"] for job in KUBE.list("jobs", namespace)),
                       "ran": KUBELET.ran.get((namespace, "shop"), []),
                       "events": sorted([event["type"], event["reason"], event["message"]] for event in events)}, namespace)


def creations(resource):
    """Of each namespace, how many objects of the resource were ever created, by the audit log."""
    count = {}
    for request in API.requests():
        about = request.get("objectRef", {})
        if request["verb"] == "create" and about.get("resource") == resource and not about.get("subresource") and \
                request["responseStatus"]["code"] == 201:
            count[about["namespace"]] = count.get(about["namespace"], 0) + 1
    return count


class Case:
    """One story with one kill in it."""

    def __init__(self, story, number, side):
        self.story, self.number, self.side = story, number, side
        self.namespace = f"{story}-{number}-{side}"
        self.ended = self.killed = self.writes = None

    def __str__(self):
        return f"{self.story}: killed {self.side} write {self.number}"

    def play(self):
        story = STORIES[self.story]
        eventually(lambda: KUBE.get("serviceaccounts", self.namespace, "default"))
        story.begin(self.namespace)
        path = os.path.join(API.directory, self.namespace + ".writes")
        with open(path, "w", encoding="utf-8") as out:
            killing = subprocess.Popen([KILLING, API.kubeconfig, self.namespace, str(self.number), self.side], stdin=subprocess.DEVNULL,
                                       stdout=out, stderr=subprocess.STDOUT)
        operator = None
        deadline = time.monotonic() + 90
        try:
            while True:
                status = KUBE.status(self.namespace, "shop")
                try:
                    story.go_on(self.namespace, status)
                except Refused:  # somebody wrote in between; the next turn tries again
                    pass
                if story.is_over(self.namespace, status):
                    break
                if operator is None and killing.poll() is not None:
                    operator = Operator(API, "--namespaces", self.namespace, "--gating")
                if time.monotonic() > deadline:
                    raise AssertionError(f"{self} did not come to its end: {json.dumps(status)}")
                time.sleep(0.2)
            self.killed = killing.poll() == -9
            if operator is None and self.killed:  # by the last write of all
                operator = Operator(API, "--namespaces", self.namespace, "--gating")
                eventually(lambda: operator.page("/readyz")[0] == 200)
            time.sleep(1)  # for what should not happen
            self.ended = how_it_ended(self.namespace)
        finally:
            killing.kill()
            killing.wait()
            if operator:
                operator.__exit__()
        with open(path, encoding="utf-8") as out:
            self.writes = [line.split() for line in out if line[:1].isdigit()]
        return self


class KilledBetweenWrites(unittest.TestCase):
    maxDiff = None

    def play_all(self, cases):
        for case in cases:
            KUBE.namespace(case.namespace)
        with concurrent.futures.ThreadPoolExecutor(AT_ONCE) as pool:
            return list(pool.map(Case.play, cases))

    def test_each_place_leads_to_the_same_end(self):
        whole = {case.story: case for case in self.play_all([Case(name, 0, "before") for name in STORIES])}
        for case in whole.values():
            self.assertGreaterEqual(len(case.writes), 5, case.writes)
        cases = self.play_all([Case(name, number, side) for name, case in whole.items() for number in range(1, len(case.writes) + 1)
                               for side in ("before", "after")])
        for case in whole.values():
            print(f"{case.story}:", ", ".join(" ".join(write[1:3]) for write in case.writes))
        print(f"{len(cases)} kills")
        jobs = creations("jobs")
        for case in cases:
            with self.subTest(str(case)):
                expected = whole[case.story]
                self.assertEqual(case.ended, expected.ended)
                self.assertEqual(jobs[case.namespace], len(case.ended["jobs"]) + len(removed(expected)))
        # How many writes there are depends a little on how fast the watches are; a kill that finds no write any more shows nothing.
        self.assertGreaterEqual(sum(case.killed for case in cases), 0.9 * len(cases), [str(case) for case in cases if not case.killed])


def removed(case):
    """The names of the Jobs that the operator removed in this story."""
    return {write[3] for write in case.writes if write[1] == "remove"}


if __name__ == "__main__":
    unittest.main(argv=sys.argv)
