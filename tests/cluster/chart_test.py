"""The chart on a real API server, by the real Helm: what it makes is accepted with every set of values, wrong values are refused, the operator's
ServiceAccount has exactly the rights it needs, and the two admission policies hold. No kubelet: the operator itself does not run here.
"""

import json
import os
import tempfile
import unittest

from api_server import CLUSTER, ROOT, ApiServer, run
from patience import eventually

CHART = os.path.join(ROOT, "charts", "migration-operator")
HELM = os.path.join(ROOT, "build", "cluster", "bin", "helm")
NAMESPACE = "operators"
ACCOUNT = f"system:serviceaccount:{NAMESPACE}:migration-operator"

EVERYTHING = {
    "replicas": 2, "image": {"digest": "sha256:" + "0" * 64}, "imagePullSecrets": [{"name": "registry"}],
    "progress": {"enabled": True}, "gating": {"enabled": True}, "approvalPolicy": {"enabled": True},
    "serviceAccount": {"annotations": {"example.org/a": "b"}}, "podAnnotations": {"example.org/a": "b"}, "podLabels": {"team": "data"},
    "podSecurityContext": {"fsGroup": 10001}, "securityContext": {"runAsUser": 10002}, "nodeSelector": {"disk": "fast"},
    "tolerations": [{"key": "a", "operator": "Exists"}], "affinity": {"nodeAffinity": {}}, "priorityClassName": "system-cluster-critical",
    "topologySpreadConstraints": [{"maxSkew": 1, "topologyKey": "zone", "whenUnsatisfiable": "ScheduleAnyway"}],
    "podDisruptionBudget": {"enabled": True}, "networkPolicy": {"enabled": True, "metricsFrom": [{"namespaceSelector": {}}],
                                                                "apiServer": [{"ipBlock": {"cidr": "10.0.0.0/8"}}]},
    "service": {"enabled": True}, "serviceMonitor": {"enabled": True, "labels": {"release": "p"}}, "podMonitor": {"enabled": True},
    "prometheusRule": {"enabled": True, "runbooks": "https://example.org/runbooks/"},
}
LISTED = {"watchNamespaces": ["shop", "billing"], "progress": {"enabled": True}}

# What the operator needs where Migrations are, as group/resource/subresource: verbs.
RIGHTS = {
    "migrator.dev/migrations": {"get", "list", "watch"}, "migrator.dev/migrations/status": {"patch"},
    "batch/jobs": {"get", "list", "watch", "create", "delete"}, "/pods": {"get", "list", "watch"}, "/events": {"create", "list"},
}
WITH_PROGRESS = {"/pods/log": {"get"}}
WITH_GATING = {"/pods": {"get", "list", "watch", "patch"}}
LEADER = {"coordination.k8s.io/leases": {"create", "get", "update"}}

# The Prometheus operator's resources, as far as the API server needs to know them.
MONITORING = [{
    "apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition", "metadata": {"name": f"{plural}.monitoring.coreos.com"},
    "spec": {"group": "monitoring.coreos.com", "scope": "Namespaced", "names": {"kind": kind, "plural": plural},
             "versions": [{"name": "v1", "served": True, "storage": True,
                           "schema": {"openAPIV3Schema": {"type": "object", "x-kubernetes-preserve-unknown-fields": True}}}]},
} for kind, plural in (("ServiceMonitor", "servicemonitors"), ("PodMonitor", "podmonitors"), ("PrometheusRule", "prometheusrules"))]


def values_file(values):
    with tempfile.NamedTemporaryFile("w", suffix=".json", delete=False, encoding="utf-8") as file:
        json.dump(values, file)
    return file.name


def setUpModule():  # unittest's name
    built = run(CLUSTER, "build", "helm", "kubernetes")
    if built.code != 0:
        raise RuntimeError(str(built))


class Chart(unittest.TestCase):
    """With a server: `install(values)` makes a release of it, gone after the test class."""

    values = {}
    server = None

    @classmethod
    def setUpClass(cls):
        cls.api = ApiServer(controllers=True)
        cls.addClassCleanup(cls.api.close)
        cls.api.apply(*MONITORING)
        for name in ("shop", "billing", "other"):
            cls.api.must("create", "namespace", name)
        cls.helm("install", "migration-operator", CHART, "--create-namespace", "--wait=hookOnly", values=cls.values)
        cls.api.must("wait", "--for=condition=Established", "crd/migrations.migrator.dev", "--timeout=60s")

    @classmethod
    def helm(cls, *arguments, values=None):
        path = values_file(values or {})
        try:
            done = run(HELM, "--kubeconfig", cls.api.kubeconfig, "-n", NAMESPACE, *arguments, "-f", path)
        finally:
            os.unlink(path)
        if done.code != 0:
            raise AssertionError(str(done))
        return done

    def rights(self, namespace):
        """What the API server says the operator may do there, without what every ServiceAccount may."""
        review = {"apiVersion": "authorization.k8s.io/v1", "kind": "SelfSubjectRulesReview", "spec": {"namespace": namespace}}
        rules = self.api.must("create", "--raw", "/apis/authorization.k8s.io/v1/selfsubjectrulesreviews", "-f", "-", given=review,
                              user=ACCOUNT).json["status"]["resourceRules"]
        found = {}
        for rule in rules:
            for group in rule["apiGroups"]:
                for resource in rule["resources"]:
                    if group not in ("authorization.k8s.io", "authentication.k8s.io"):
                        found.setdefault(f"{group}/{resource}", set()).update(rule["verbs"])
        return found

    def may(self, verb, resource, namespace, user=ACCOUNT):
        """`resource`: PLURAL, PLURAL/NAME, or PLURAL:SUBRESOURCE."""
        plural, _, part = resource.partition(":")
        flags = ["--subresource", part] if part else []
        return self.api.kubectl("auth", "can-i", verb, plural, *flags, "-n", namespace, user=user).out.strip() == "yes"


class Defaults(Chart):
    def test_rights_are_exactly_those_needed(self):
        self.assertEqual(self.rights("shop"), RIGHTS)
        self.assertEqual(self.rights(NAMESPACE), RIGHTS | LEADER)

    def test_what_nobody_should_be_able_to_do_it_is_not(self):
        for verb, resource in (("get", "secrets"), ("list", "secrets"), ("get", "configmaps"), ("patch", "pods"), ("create", "pods"),
                               ("delete", "pods"), ("get", "pods:log"), ("create", "pods:exec"), ("update", "migrations"), ("create", "migrations"),
                               ("delete", "migrations"), ("approve", "migrations"), ("patch", "jobs"), ("create", "roles"),
                               ("get", "leases"), ("impersonate", "users"), ("create", "serviceaccounts:token"), ("patch", "deployments")):
            with self.subTest(f"{verb} {resource}"):
                self.assertFalse(self.may(verb, resource, "shop"))
        self.assertIn("cannot list resource \"secrets\"", self.api.kubectl("get", "secrets", "-n", "shop", user=ACCOUNT).err)

    def test_another_lease_is_not_its_own(self):
        self.assertFalse(self.may("update", "leases/other", NAMESPACE))
        self.assertTrue(self.may("update", "leases/migration-operator", NAMESPACE))

    def test_roles_of_people_cover_migrations(self):
        for role, can, cannot in (("view", ["get", "list", "watch"], ["create", "patch", "approve"]),
                                  ("edit", ["get", "create", "update", "patch", "delete"], ["approve"]),
                                  ("admin", ["get", "create", "approve"], [])):
            self.api.must("create", "rolebinding", f"as-{role}", f"--clusterrole={role}", f"--user=a-{role}", "-n", "shop")
            for verb in can:
                eventually(lambda: self.may(verb, "migrations", "shop", f"a-{role}"))
            for verb in cannot:
                self.assertFalse(self.may(verb, "migrations", "shop", f"a-{role}"), (role, verb))

    def test_the_pod_passes_the_restricted_profile(self):
        template = self.api.must("get", "deployment", "migration-operator", "-n", NAMESPACE, "-o", "json").json["spec"]["template"]
        self.api.must("label", "--overwrite", "namespace", "other", "pod-security.kubernetes.io/enforce=restricted")
        pod = {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "one", "namespace": "other", "labels": template["metadata"]["labels"]},
               "spec": {**template["spec"], "serviceAccountName": "default"}}
        self.api.must("create", "--dry-run=server", "-f", "-", given=pod)
        container = pod["spec"]["containers"][0]
        self.assertEqual(container["securityContext"], {"allowPrivilegeEscalation": False, "readOnlyRootFilesystem": True,
                                                        "capabilities": {"drop": ["ALL"]}})
        self.assertEqual(pod["spec"]["securityContext"]["runAsNonRoot"], True)
        self.assertEqual(container["image"], "localhost/migration-operator:0.1.0")
        self.assertIn("--stock-image=localhost/migrator:0.1.0", container["args"])
        self.assertEqual([argument for argument in container["args"] if argument.startswith(("--gating", "--progress", "--namespaces"))], [])

    def test_removing_the_release_keeps_the_crd(self):
        self.helm("install", "second", CHART, "--set", "crd.install=false")
        run(HELM, "--kubeconfig", self.api.kubeconfig, "-n", NAMESPACE, "uninstall", "second")
        crd = self.api.must("get", "crd", "migrations.migrator.dev", "-o", "json").json
        self.assertEqual(crd["metadata"]["annotations"]["helm.sh/resource-policy"], "keep")


class Listed(Chart):
    values = LISTED

    def test_it_has_rights_in_the_listed_namespaces_only(self):
        for namespace in LISTED["watchNamespaces"]:
            self.assertEqual(self.rights(namespace), RIGHTS | WITH_PROGRESS)
        self.assertEqual(self.rights("other"), {})
        self.assertEqual(self.rights(NAMESPACE), LEADER)

    def test_it_has_no_cluster_wide_right(self):
        bindings = self.api.must("get", "clusterrolebindings", "-o", "json").json["items"]
        ours = [binding["metadata"]["name"] for binding in bindings
                if any(subject["kind"] == "ServiceAccount" and subject.get("namespace") == NAMESPACE for subject in binding.get("subjects", []))]
        self.assertEqual(ours, [])

    def test_the_operator_is_told(self):
        container = self.api.must("get", "deployment", "migration-operator", "-n", NAMESPACE, "-o", "json").json["spec"]["template"]["spec"]["containers"][0]
        self.assertIn("--namespaces=shop,billing", container["args"])


class Everything(Chart):
    values = EVERYTHING

    def test_rights_with_progress_and_gating(self):
        self.assertEqual(self.rights("shop"), RIGHTS | WITH_PROGRESS | WITH_GATING)

    def test_a_security_context_is_added_to_and_not_replaced(self):
        spec = self.api.must("get", "deployment", "migration-operator", "-n", NAMESPACE, "-o", "json").json["spec"]["template"]["spec"]
        self.assertEqual((spec["securityContext"]["fsGroup"], spec["securityContext"]["runAsNonRoot"]), (10001, True))
        self.assertEqual(spec["containers"][0]["securityContext"]["runAsUser"], 10002)
        self.assertEqual(spec["containers"][0]["securityContext"]["capabilities"], {"drop": ["ALL"]})
        self.assertEqual(spec["containers"][0]["image"], "localhost/migration-operator@sha256:" + "0" * 64)

    def test_alerts_are_as_in_their_file(self):
        rule = self.api.must("get", "prometheusrule", "migration-operator", "-n", NAMESPACE, "-o", "json").json
        alerts = [alert for group in rule["spec"]["groups"] for alert in group["rules"]]
        self.assertEqual(len(alerts), 8)
        for alert in alerts:
            self.assertEqual(alert["annotations"]["runbook_url"], f"https://example.org/runbooks/{alert['alert']}.md")
        self.assertIn("{{ $labels.namespace }}", alerts[0]["annotations"]["summary"])

    def gated(self, name):
        """A pod with two gates, one of them ours; a new one each time."""
        eventually(lambda: self.api.kubectl("get", "serviceaccount", "default", "-n", "shop").code == 0)
        self.api.must("create", "-f", "-", given={
            "apiVersion": "v1", "kind": "Pod", "metadata": {"name": name, "namespace": "shop", "labels": {"app": "shop"}, "annotations": {"a": "b"}},
            "spec": {"schedulingGates": [{"name": "example.org/other"}, {"name": "migrator.dev/wait"}], "nodeSelector": {"disk": "fast"},
                     "containers": [{"name": "one", "image": "localhost/one:1"}]}})

    def patch(self, name, change, user=ACCOUNT, *flags):
        return self.api.kubectl("patch", "pod", name, "-n", "shop", "--type=json", "-p", json.dumps(change), *flags, user=user)

    def test_the_operator_lifts_the_gate_and_does_nothing_else_to_a_pod(self):
        self.gated("gated")
        ours_away = {"op": "remove", "path": "/spec/schedulingGates/1"}
        label = [ours_away, {"op": "add", "path": "/metadata/labels/x", "value": "y"}]
        refusal = "denied request: the migration operator changes nothing of a pod's metadata"
        eventually(lambda: refusal in self.patch("gated", label, ACCOUNT, "--dry-run=server").err)
        spec = "the migration operator changes nothing of a pod's spec but its gate"
        gate = "the migration operator lifts the scheduling gate migrator.dev/wait and no other"
        for what, change, message in (
                ("the other gate", [{"op": "remove", "path": "/spec/schedulingGates/0"}], gate),
                ("both gates", [{"op": "remove", "path": "/spec/schedulingGates"}], gate),
                ("an image", [{"op": "replace", "path": "/spec/containers/0/image", "value": "evil"}], gate),
                ("an image beside the gate", [ours_away, {"op": "replace", "path": "/spec/containers/0/image", "value": "evil"}], spec),
                ("a toleration", [ours_away, {"op": "add", "path": "/spec/tolerations/-", "value": {"key": "a", "operator": "Exists"}}], spec),
                ("the node selector", [ours_away, {"op": "add", "path": "/spec/nodeSelector/zone", "value": "a"}], spec),
                ("a deadline", [ours_away, {"op": "add", "path": "/spec/activeDeadlineSeconds", "value": 1}], spec),
                ("an annotation", [ours_away, {"op": "replace", "path": "/metadata/annotations/a", "value": "c"}], "of a pod's metadata"),
                ("a label taken away", [ours_away, {"op": "remove", "path": "/metadata/labels/app"}], "of a pod's metadata"),
                ("a finalizer", [ours_away, {"op": "add", "path": "/metadata/finalizers", "value": ["example.org/f"]}], "of a pod's metadata")):
            with self.subTest(what):
                refused = self.patch("gated", change)
                self.assertEqual(refused.code, 1, refused)
                self.assertIn(message, refused.err)
        lifted = self.patch("gated", [ours_away])
        self.assertEqual(lifted.code, 0, lifted)
        left = self.api.must("get", "pod", "gated", "-n", "shop", "-o", "json").json["spec"]["schedulingGates"]
        self.assertEqual(left, [{"name": "example.org/other"}])

    def test_the_policy_concerns_nobody_else(self):
        self.gated("free")
        eventually(lambda: self.patch("free", [{"op": "add", "path": "/metadata/labels/x", "value": "y"}], ACCOUNT, "--dry-run=server").code == 1)
        done = self.patch("free", [{"op": "add", "path": "/metadata/labels/x", "value": "y"}], None)
        self.assertEqual(done.code, 0, done)

    def test_approving_is_a_right_of_its_own(self):
        for user, role in (("an-editor", "edit"), ("an-admin", "admin")):
            self.api.must("create", "rolebinding", f"{user}-approval", f"--clusterrole={role}", f"--user={user}", "-n", "shop")
        for name in ("approved", "plain"):
            self.api.must("create", "-f", "-", given={
                "apiVersion": "migrator.dev/v1alpha1", "kind": "Migration", "metadata": {"name": name, "namespace": "shop"},
                "spec": {"target": "head", "database": {"type": "PostgreSQL", "urlFrom": {"secretKeyRef": {"name": "a", "key": "uri"}}},
                         "backup": {"policy": "Never"}, "downgrade": "Deny"}})

        def annotate(name, what, user):
            return self.api.kubectl("annotate", "--overwrite", "migration", name, "-n", "shop", what, user=user)

        refusal = 'setting migrator.dev/approve needs the verb "approve" on migrations.migrator.dev in the namespace shop'
        eventually(lambda: refusal in annotate("plain", "migrator.dev/approve=1", "an-editor").err)
        eventually(lambda: annotate("approved", "migrator.dev/approve=1", "an-admin").code == 0)
        self.assertEqual(annotate("approved", "other=1", "an-editor").code, 0, "an approval that stands already is no new one")
        self.assertIn(refusal, annotate("approved", "migrator.dev/approve=2", "an-editor").err)
        self.assertEqual(annotate("approved", "migrator.dev/approve-", "an-editor").code, 0)
        copy = self.api.must("get", "migration", "plain", "-n", "shop", "-o", "json").json
        copy["metadata"] = {"name": "copied", "namespace": "shop", "annotations": {"migrator.dev/approve": "1"}}
        copy.pop("status", None)
        self.assertIn(refusal, self.api.kubectl("create", "-f", "-", given=copy, user="an-editor").err)


class Files(unittest.TestCase):
    def helm(self, *arguments, values=None):
        path = values_file(values or {})
        self.addCleanup(os.unlink, path)
        return run(HELM, *arguments, "-f", path)

    def test_lint(self):
        for name, values in (("defaults", {}), ("listed", LISTED), ("everything", EVERYTHING)):
            with self.subTest(name):
                done = self.helm("lint", "--strict", CHART, values=values)
                self.assertEqual(done.code, 0, done)

    def test_wrong_values_are_refused_by_name(self):
        for values, words in (({"replica": 2}, "'replica' not allowed"), ({"replicas": 0}, "replicas"), ({"replicas": "2"}, "replicas"),
                              ({"watchNamespaces": "shop"}, "watchNamespaces"), ({"watchNamespaces": ["Shop"]}, "watchNamespaces"),
                              ({"log": {"level": "loud"}}, "level"), ({"image": {"digest": "sha256:1"}}, "digest"),
                              ({"gating": True}, "gating"), ({"serviceAccount": {"create": False}}, "serviceAccount.name is needed")):
            with self.subTest(str(values)):
                done = self.helm("template", "one", CHART, values=values)
                self.assertNotEqual(done.code, 0, done)
                self.assertIn(words, done.err)

    def test_the_crd_is_the_same_as_in_crds(self):
        with open(os.path.join(CHART, "files", "migrations.yaml"), encoding="utf-8") as ours, \
                open(os.path.join(ROOT, "crds", "migrations.yaml"), encoding="utf-8") as theirs:
            self.assertEqual(ours.read(), theirs.read(), "copy crds/migrations.yaml to charts/migration-operator/files/")

    def test_every_value_is_described_in_the_schema(self):
        with open(os.path.join(CHART, "values.schema.json"), encoding="utf-8") as file:
            schema = json.load(file)
        shown = run(HELM, "show", "values", CHART)
        names = {line.split(":")[0] for line in shown.out.splitlines() if line and line[0] not in " #"}
        self.assertEqual(names, set(schema["properties"]) - {"global"})

    def test_names_of_two_releases_never_meet(self):
        seen = set()
        for release, namespace in (("migration-operator", "a"), ("migration-operator", "b"), ("team", "a")):
            done = run(HELM, "template", release, CHART, "-n", namespace, "--set", "crd.install=false,gating.enabled=true,approvalPolicy.enabled=true",
                       "--show-only", "templates/rbac.yaml", "--show-only", "templates/gating-policy.yaml")
            names = {line for line in done.out.splitlines() if line.startswith("  name: ") and f"  name: {namespace}-" in line}
            self.assertTrue(names, done)
            self.assertEqual(seen & names, set())
            seen |= names


def load_tests(loader, _tests, _pattern):
    """Every class but the base."""
    return unittest.TestSuite(loader.loadTestsFromTestCase(case) for case in (Files, Defaults, Listed, Everything))


if __name__ == "__main__":
    unittest.main()
