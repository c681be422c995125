"""What Migrations that cannot go on cost the API server: at most 10 requests a minute each, counted in its audit log by the operator's
user; and that each recovers by itself once it is mended. Run by ctest; standard library only.
"""

import copy
import json
import sys
import time
import unittest

from kube import Kube, Refused, condition, is_true, kubeconfig_of, reason
from operator_process import Operator, migration, server_with_migrations
from patience import eventually
from pods import Kubelet, by_kind, ends, plans, waits

USER = "the-operator"
MOST = 10
# No more than this: what docs/security.md says the operator may do, cluster-wide and with gating.
RIGHTS = [
    {"apiGroups": ["migrator.dev"], "resources": ["migrations"], "verbs": ["get", "list", "watch"]},
    {"apiGroups": ["migrator.dev"], "resources": ["migrations/status"], "verbs": ["patch"]},
    {"apiGroups": ["batch"], "resources": ["jobs"], "verbs": ["get", "list", "watch", "create", "delete"]},
    {"apiGroups": [""], "resources": ["pods"], "verbs": ["get", "list", "watch", "patch"]},
    {"apiGroups": [""], "resources": ["events"], "verbs": ["create", "list"]},
]
API = KUBE = KUBELET = None


def setUpModule():
    global API, KUBE, KUBELET
    API = server_with_migrations()
    KUBE = Kube(API)
    KUBELET = Kubelet(KUBE)
    KUBE.create("clusterroles", {"apiVersion": "rbac.authorization.k8s.io/v1", "kind": "ClusterRole", "metadata": {"name": USER},
                                 "rules": RIGHTS})
    KUBE.create("clusterrolebindings", {
        "apiVersion": "rbac.authorization.k8s.io/v1", "kind": "ClusterRoleBinding", "metadata": {"name": USER},
        "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": USER},
        "subjects": [{"apiGroup": "rbac.authorization.k8s.io", "kind": "User", "name": USER}]})


def tearDownModule():
    if KUBELET:
        KUBELET.close()
    if KUBE:
        KUBE.close()
    API.close()


def quota(namespace, **hard):
    KUBE.create("resourcequotas", {"apiVersion": "v1", "kind": "ResourceQuota", "metadata": {"name": "none", "namespace": namespace},
                                   "spec": {"hard": hard}})
    eventually(lambda: KUBE.get("resourcequotas", namespace, "none").get("status", {}).get("hard"))


def no_quota(namespace):
    KUBE.delete("resourcequotas", namespace, "none")


class Case:
    """A Migration called shop in a namespace of this name: the reason it shows, and what mends it."""

    def __init__(self, name, shows, script=None, mend=None, begin=None, **spec):
        self.name, self.shows, self.script, self.spec = name, shows, script, spec
        self.begin = begin or (lambda namespace: None)
        self.mend = mend or (lambda namespace: None)

    def prepare(self):
        KUBE.namespace(self.name)
        eventually(lambda: KUBE.get("serviceaccounts", self.name, "default"))
        self.begin(self.name)
        if self.script:
            KUBELET.plays(self.name, "shop", self.script)

    def create(self):
        KUBE.create("migrations", migration(self.name, "shop", **self.spec))

    def status(self):
        return KUBE.status(self.name, "shop")

    def mended(self):
        KUBELET.plays(self.name, "shop", ends(0))
        self.mend(self.name)


def flapping_image(pod):
    """As a kubelet writes it: now one, now the other reason, in other words each time."""
    now = int(time.monotonic())
    if now % 2:
        return waits("ErrImagePull", f"failed to pull and unpack image: dial tcp: lookup registry.example: try {now}")(pod)
    return waits("ImagePullBackOff", f"Back-off pulling image for {now % 60}s")(pod)


def unschedulable(pod):
    """As the scheduler writes it, whose counts of nodes come and go."""
    return {"phase": "Pending", "conditions": [{
        "type": "PodScheduled", "status": "False", "reason": "Unschedulable",
        "message": f"0/{3 + int(time.monotonic()) % 4} nodes are available: insufficient memory."}]}


def unmountable(pod):
    """The pod says nothing; the kubelet's Events do, again and again."""
    count = int(time.monotonic() / 2)
    event = {"apiVersion": "v1", "kind": "Event", "metadata": {"name": f"{pod.name}.{count}", "namespace": pod.namespace},
             "involvedObject": {"kind": "Pod", "namespace": pod.namespace, "name": pod.name, "uid": pod.uid}, "type": "Warning",
             "reason": "FailedMount", "message": f"MountVolume.SetUp failed for volume \"backups\": timed out, try {count}",
             "lastTimestamp": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())}
    if KUBE.get("events", pod.namespace, event["metadata"]["name"]) is None:
        KUBE.create("events", event)


def edit(**spec):
    return lambda namespace: KUBE.edit(namespace, "shop", **spec)


def approve(namespace):
    KUBE.annotate(namespace, "shop", approve=KUBE.status(namespace, "shop")["plan"]["id"])


def without_quota_and_edited(namespace):
    no_quota(namespace)
    KUBE.edit(namespace, "shop", target="b2")  # the Job controller's own back-off would be waited for otherwise


FAILS = ends(20, error={"code": "SqlError", "message": "no such table: orders", "revision": "a1", "file": "a1.sql", "line": 3})
CASES = [
    Case("missing-secret", "MissingSecret", waits("CreateContainerConfigError", 'secret "db" not found')),
    Case("bad-image", "ImagePull", flapping_image),
    Case("unschedulable", "Unschedulable", unschedulable),
    Case("unmountable", "MissingVolume", unmountable),
    Case("no-jobs", "PodForbidden", begin=lambda namespace: quota(namespace, **{"count/jobs.batch": "0"}), mend=no_quota),
    Case("no-pods", "PodForbidden", begin=lambda namespace: quota(namespace, pods="0"), mend=without_quota_and_edited),
    Case("stalled", "MigrationFailed", FAILS, edit(target="b2")),
    Case("no-backup", "BackupFailed", ends(23, error={"code": "BackupFailed", "message": "no space left"}), edit(timeout="20m"),
         backup={"policy": "Always", "volume": {"persistentVolumeClaim": {"claimName": "backups"}}}),
    Case("no-approval", "AwaitingApproval", by_kind(plan=plans("up a1", "up b2"), migrate=ends(0)), approve, approval="Manual"),
    Case("suspended", "Suspended", None, edit(suspend=False), suspend=True),
    Case("malformed", "InvalidSpec", None, edit(interval="0s"), interval="ten bananas"),
    Case("bad-template", "InvalidSpec", None, edit(podTemplate=None),
         podTemplate={"spec": {"containers": [{"name": "migrator", "env": [{"name": "MIGRATOR_RUN_ID", "value": "mine"}]}]}}),
]
LENIENT = {"malformed", "bad-template"}  # what the CRD's rules refuse; stored before they were there


def without_rules(value):
    if isinstance(value, dict):
        return {key: without_rules(one) for key, one in value.items() if key != "x-kubernetes-validations"}
    return [without_rules(one) for one in value] if isinstance(value, list) else value


def accepted(case):
    """The API server takes a moment to learn of other rules."""
    try:
        case.create()
    except Refused as refused:
        if refused.code != 422:
            raise
        return False
    return True


def create_all():
    crd = API.must("get", "crd", "migrations.migrator.dev", "-o", "json").json
    for key in ("managedFields", "resourceVersion"):
        crd["metadata"].pop(key, None)
    crd.pop("status")
    API.must("replace", "-f", "-", given=without_rules(copy.deepcopy(crd)))

    for case in CASES:
        case.prepare()
    for case in CASES:
        if case.name in LENIENT:
            eventually(lambda case=case: accepted(case), 30)
    API.must("replace", "-f", "-", given=crd)
    for case in CASES:
        if case.name not in LENIENT:
            case.create()


class Stuck(unittest.TestCase):
    def test_at_most_ten_requests_a_minute_and_recovery(self):
        create_all()
        with Operator(API, "--gating", kubeconfig=kubeconfig_of(API, USER)) as operator:
            for case in CASES:
                eventually(lambda case=case: reason(case.status()) == case.shows, 120,
                           lambda case=case: f"{case.name}: {json.dumps(case.status())}")
            time.sleep(10)  # let it settle: what is measured begins after it
            begun, looks = time.time(), operator.figure("migration_operator_reconcile_time_seconds_count")
            time.sleep(60)  # a span of time is what is measured
            window = (stamp(begun), stamp(begun + 60))
            count = {case.name: [] for case in CASES}
            elsewhere = []
            for request in API.requests(USER):
                if not window[0] <= request["requestReceivedTimestamp"] < window[1]:
                    continue
                namespace = request.get("objectRef", {}).get("namespace")
                count.get(namespace, elsewhere).append(request["verb"] + " " + request["requestURI"])
            print({name: len(requests) for name, requests in count.items()}, "elsewhere", len(elsewhere))
            for name, requests in count.items():
                with self.subTest(name):
                    self.assertLessEqual(len(requests), MOST, requests)
            self.assertLessEqual(len(elsewhere), 3, elsewhere)  # watches that began anew
            # It did look meanwhile: pods were changed all the time.
            self.assertGreater(operator.figure("migration_operator_reconcile_time_seconds_count"), looks + 10)
            for case in CASES:
                self.assertEqual(reason(case.status()), case.shows, case.name)
            self.recover(operator)

    def recover(self, operator):
        for case in CASES:
            case.mended()
        for case in CASES:
            with self.subTest(case.name):
                eventually(lambda case=case: is_true(case.status(), "Ready"), 90,
                           lambda case=case: f"{case.name}: {json.dumps(case.status())}")
                self.assertFalse(condition(case.status(), "Stalled"))
                self.assertFalse(condition(case.status(), "Reconciling"))
        self.assertEqual([line for line in operator.log() if line["level"] == "error"], [])
        refused = [request["requestURI"] for request in API.requests(USER)
                   if request["responseStatus"]["code"] in (401, 403) and "quota" not in request["responseStatus"].get("message", "")]
        self.assertEqual(refused, [])  # it asks for nothing that it has no right to


def stamp(seconds):
    return time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(seconds)) + f".{int(seconds % 1 * 1e6):06d}Z"


if __name__ == "__main__":
    unittest.main(argv=sys.argv)
