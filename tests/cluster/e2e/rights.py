"""What the operator may do, tried with its own token: no Secret, and of a pod nothing but the gate."""

import json

import story
from whole_cluster import OPERATORS, POD_SECURITY, RESTRICTED


class Rights(story.Told):
    def as_operator(self, shop, *arguments):
        token = story.CLUSTER.must("create", "token", "migration-operator", "-n", OPERATORS).out.strip()
        # Without a kubeconfig, for the administrator's token in it would be sent instead.
        server = story.CLUSTER.must("config", "view", "--raw", "-o", "json").json["clusters"][0]["cluster"]["server"]
        return story.CLUSTER.verb("exec", "env", "KUBECONFIG=/dev/null", "kubectl", "--server", server, "--certificate-authority",
                                  story.CLUSTER.directory + "/pki/ca.crt", "--token", token, "-n", shop.name, *arguments)

    def test_no_secret_is_read_and_no_pod_is_changed_but_for_its_gate(self):
        shop = self.tell("rights")
        for words in (("get", "secret", "shop-db"), ("get", "secrets"), ("delete", "migration", "shop"), ("get", "configmaps")):
            done = self.as_operator(shop, *words)
            self.assertIn("forbidden", done.err.lower(), done)
        self.assertEqual(self.as_operator(shop, "get", "migrations").code, 0)
        shop.apply({"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "gated", "labels": {"app": "x"}}, "spec": {
            "schedulingGates": [{"name": "migrator.dev/wait"}], "securityContext": POD_SECURITY,
            "containers": [{"name": "one", "image": "localhost/busybox:1", "securityContext": RESTRICTED}]}})
        lift = {"op": "remove", "path": "/spec/schedulingGates"}
        image = {"op": "replace", "path": "/spec/containers/0/image", "value": "localhost/other:1"}
        label = {"op": "add", "path": "/metadata/labels/x", "value": "y"}
        for change, words in ((image, "changes nothing of a pod's spec but its gate"), (label, "changes nothing of a pod's metadata")):
            done = self.as_operator(shop, "patch", "pod", "gated", "--type=json", "-p", json.dumps([lift, change]))
            self.assertIn(words, done.err)
        done = self.as_operator(shop, "patch", "pod", "gated", "--type=json", "-p", json.dumps([lift]))
        self.assertEqual(done.code, 0, done.err)

    def test_of_the_charts_rights_each_was_used(self):
        """By what the stories before made the operator do, as the audit log has it; pods are got by name by the test before, in its place."""
        shop = self.tell("used")
        shop.migrate("localhost/shop:1")
        shop.until_ready()
        used = set()
        with open(story.CLUSTER.directory + "/audit.log", encoding="utf-8") as log:
            for line in log:
                event = json.loads(line) if line.endswith("\n") else {}
                if event.get("user", {}).get("username") != f"system:serviceaccount:{OPERATORS}:migration-operator":
                    continue
                if event.get("stage") == "ResponseComplete" and event["responseStatus"]["code"] < 300 and event.get("objectRef"):
                    reference = event["objectRef"]
                    used.add((reference["resource"] + ("/" + reference["subresource"] if "subresource" in reference else ""), event["verb"]))
        given = set()
        for kind in ("clusterrole", "role"):
            for role in story.CLUSTER.must("get", kind, "-A", "-l", "app.kubernetes.io/name=migration-operator", "-o", "json").json["items"]:
                if any(name.startswith("rbac.authorization.k8s.io/aggregate") for name in role["metadata"]["labels"]):
                    continue
                for rule in role["rules"]:
                    given |= {(resource, verb) for resource in rule["resources"] for verb in rule["verbs"]}
        self.assertEqual(given - used, set(), "rights that nothing needed")
