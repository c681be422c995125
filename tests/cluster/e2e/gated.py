"""Applications that wait for their database, in each of the three ways, and old versions that are never held."""

import json
import os
import tempfile

import story
from patience import eventually
from whole_cluster import POD_SECURITY, RESTRICTED


def deployment(name, *, annotations=None, init=None, replicas=1):
    """An application of the restricted profile; `annotations` put a scheduling gate on its pods."""
    template = {"metadata": {"labels": {"app": name}}, "spec": {
        "automountServiceAccountToken": False, "securityContext": POD_SECURITY, "terminationGracePeriodSeconds": 0,
        "containers": [{"name": "web", "image": "localhost/busybox:1", "command": ["sleep", "86400"], "securityContext": RESTRICTED}]}}
    if annotations:
        template["metadata"]["labels"]["migrator.dev/gated"] = "true"
        template["metadata"]["annotations"] = annotations
        template["spec"]["schedulingGates"] = [{"name": "migrator.dev/wait"}]
    if init:
        template["spec"]["initContainers"] = [init]
    return {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": name},
            "spec": {"replicas": replicas, "selector": {"matchLabels": {"app": name}},
                     "strategy": {"rollingUpdate": {"maxUnavailable": 0, "maxSurge": 1}}, "template": template}}


def waiter(image):
    return {"name": "wait-for-database", "image": image, "args": ["wait", "--timeout", "5m"], "securityContext": RESTRICTED, "env": [
        {"name": "MIGRATOR_MIGRATIONS", "value": "/migrations"},
        {"name": "DATABASE_URL", "valueFrom": {"secretKeyRef": {"name": "shop-app-db", "key": "uri"}}}]}


class Gated(story.Told):
    def pods(self, shop, name):
        return [pod for pod in shop.get("pods", "-l", "app=" + name)["items"] if "deletionTimestamp" not in pod["metadata"]]

    def is_gated(self, pod):
        return bool(pod["spec"].get("schedulingGates"))

    def until_available(self, shop, name, replicas=1):
        shop.must("rollout", "status", "deployment/" + name, "--timeout=90s")
        self.assertEqual(len(self.pods(shop, name)), replicas)

    def test_an_init_container_waits_for_the_revisions_of_its_own_image(self):
        shop = self.tell("init")
        shop.apply(deployment("web", init=waiter("localhost/shop:2")))
        eventually(lambda: [pod for pod in self.pods(shop, "web")
                            if pod["status"].get("initContainerStatuses", [{}])[0].get("state", {}).get("running")], why="the waiter runs")
        shop.migrate("localhost/shop:1")
        shop.until_ready()
        self.assertEqual(self.pods(shop, "web")[0]["status"]["phase"], "Pending", "the database lacks a revision of its image")
        shop.migrate("localhost/shop:2")
        shop.until_ready()
        self.until_available(shop, "web")

    def test_a_scheduling_gate_by_image_holds_the_new_version_only(self):
        shop = self.tell("gate")
        gate = {"migrator.dev/wait-for": "shop", "migrator.dev/image": "localhost/shop:2"}
        shop.migrate("localhost/shop:2", suspend=True)
        shop.apply(deployment("web", annotations=gate))
        (pod,) = eventually(lambda: self.pods(shop, "web"), why="a pod")
        shop.until("Ready", "Suspended", status="False")
        self.assertTrue(self.is_gated(shop.get("pod", pod["metadata"]["name"])))
        shop.patch(suspend=False)
        shop.until_ready()
        self.until_available(shop, "web")

        # A bump whose migration fails: the new version waits, the old one goes on and can be placed anew.
        shop.migrate("localhost/shop:3-broken")
        shop.apply(deployment("web", annotations={**gate, "migrator.dev/image": "localhost/shop:3-broken"}))
        shop.until("Stalled", "MigrationFailed")
        eventually(lambda: len(self.pods(shop, "web")) == 2, why="the new version's pod beside the old one's")
        old = next(pod for pod in self.pods(shop, "web") if not self.is_gated(pod))
        new = next(pod for pod in self.pods(shop, "web") if self.is_gated(pod))
        shop.must("delete", "pod", old["metadata"]["name"])
        eventually(lambda: [pod for pod in self.pods(shop, "web") if pod["status"]["phase"] == "Running"], why="the old version again")
        self.assertTrue(self.is_gated(shop.get("pod", new["metadata"]["name"])))

        # Mended: it starts.
        shop.migrate("localhost/shop:3")
        shop.apply(deployment("web", annotations={**gate, "migrator.dev/image": "localhost/shop:3"}))
        shop.until_ready()
        self.until_available(shop, "web")

    def test_a_scheduling_gate_by_revision_and_a_way_down_that_waits_for_it(self):
        shop = self.tell("down")
        shop.migrate("localhost/shop:2", target="c3")
        shop.apply(deployment("web", annotations={"migrator.dev/wait-for": "shop", "migrator.dev/revision": "c3"}))
        shop.until_ready()
        self.until_available(shop, "web")
        shop.patch(target="b2")
        status = shop.until("Reconciling", "AppsStillRequireRevision")
        self.assertIn(self.pods(shop, "web")[0]["metadata"]["name"], shop.condition("Reconciling")["message"])
        self.assertEqual(status["currentRevisions"], ["c3"])
        shop.must("scale", "deployment/web", "--replicas=0")
        self.assertEqual(shop.until_ready()["currentRevisions"], ["b2"])

    def test_a_forced_way_down_does_not_wait(self):
        shop = self.tell("forced")
        shop.migrate("localhost/shop:2", target="c3")
        shop.apply(deployment("web", annotations={"migrator.dev/wait-for": "shop", "migrator.dev/revision": "c3"}))
        shop.until_ready()
        self.until_available(shop, "web")
        shop.patch(target="b2")
        status = shop.until("Reconciling", "AppsStillRequireRevision")
        shop.annotate("migration", "shop", "migrator.dev/force=" + status["plan"]["id"])
        self.assertEqual(shop.until_ready()["currentRevisions"], ["b2"])

    def test_wait_for_the_migration_itself(self):
        shop = self.tell("asks")
        shop.apply({"apiVersion": "v1", "kind": "ServiceAccount", "metadata": {"name": "waits"}},
                   {"apiVersion": "rbac.authorization.k8s.io/v1", "kind": "Role", "metadata": {"name": "waits"}, "rules": [
                       {"apiGroups": ["migrator.dev"], "resources": ["migrations"], "resourceNames": ["shop"], "verbs": ["get"]}]},
                   {"apiVersion": "rbac.authorization.k8s.io/v1", "kind": "RoleBinding", "metadata": {"name": "waits"},
                    "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "Role", "name": "waits"},
                    "subjects": [{"kind": "ServiceAccount", "name": "waits"}]})
        shop.migrate("localhost/shop:1", suspend=True)
        shop.apply({"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "waits"}, "spec": {
            "serviceAccountName": "waits", "restartPolicy": "Never", "securityContext": POD_SECURITY, "containers": [
                {"name": "waits", "image": "localhost/migrator:dev", "args": ["wait", "--for", "migration/shop", "--timeout", "3m"],
                 "securityContext": RESTRICTED}]}})
        shop.must("wait", "--for=condition=Ready", "pod/waits", "--timeout=60s")
        shop.patch(suspend=False)
        shop.until_ready()
        eventually(lambda: shop.get("pod", "waits")["status"]["phase"] == "Succeeded",
                   why=lambda: json.dumps(shop.get("pod", "waits")["status"]) + str(shop.kubectl("logs", "waits")))

    def test_helm_waits_for_the_migration_and_fails_when_it_is_stalled(self):
        shop = self.tell("helm")
        chart = self.chart(shop)
        done = story.CLUSTER.helm("install", "release", chart, "-n", shop.name, "--wait", "--timeout", "90s", "--set", "image=localhost/shop:2")
        self.assertEqual(done.code, 0, str(done) + shop.describe())
        self.assertEqual(shop.condition("Ready")["status"], "True", "Helm was back before the Migration was Ready")
        done = story.CLUSTER.helm("upgrade", "release", chart, "-n", shop.name, "--wait", "--timeout", "90s",
                                  "--set", "image=localhost/shop:3-broken")
        self.assertNotEqual(done.code, 0, done)
        self.assertEqual(shop.condition("Stalled")["reason"], "MigrationFailed")

    def chart(self, shop):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        os.mkdir(folder.name + "/templates")
        with open(folder.name + "/Chart.yaml", "w", encoding="utf-8") as file:
            file.write("{apiVersion: v2, name: shop, version: 1.0.0}")
        with open(folder.name + "/templates/migration.yaml", "w", encoding="utf-8") as file:
            file.write("apiVersion: migrator.dev/v1alpha1\nkind: Migration\nmetadata: {name: shop}\nspec:\n"
                       "  runner: {image: '{{ .Values.image }}'}\n"
                       "  database: {urlFrom: {secretKeyRef: {name: shop-db, key: uri}}}\n"
                       "  backup: {policy: Never}\n  downgrade: Deny\n")
        return folder.name
