"""The golden Jobs of tests/testdata/operator/job on a real API server: each is accepted as it stands, and its pod passes in a namespace that
enforces the restricted Pod Security Standard. Their Migrations pass the CustomResourceDefinition. Run by ctest; standard library only.
"""

import glob
import json
import os
import sys
import unittest

from api_server import ApiServer, ROOT

JOBS = sorted(glob.glob(os.path.join(ROOT, "tests", "testdata", "operator", "job", "*.job.json")))
API = None


def setUpModule():
    global API
    API = ApiServer()
    API.must("apply", "--server-side", "-f", os.path.join(ROOT, "crds", "migrations.yaml"))
    API.must("wait", "--for=condition=Established", "crd/migrations.migrator.dev", "--timeout=60s")
    restricted = {"pod-security.kubernetes.io/" + mode: "restricted" for mode in ("enforce", "warn")}
    API.must("create", "-f", "-", given=[
        {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "shop", "labels": restricted}}])
    # What the controllers would make.
    for name in ("default", "shop"):
        API.kubectl("create", "serviceaccount", name, "-n", "shop")


def tearDownModule():
    API.close()


def read(path):
    with open(path, encoding="utf-8") as file:
        return json.load(file)


class Jobs(unittest.TestCase):
    def test_there_are_some(self):
        self.assertGreaterEqual(len(JOBS), 5)

    def test_each_is_stored_as_it_stands(self):
        for path in JOBS:
            with self.subTest(os.path.basename(path)):
                job = read(path)
                created = API.kubectl("create", "--dry-run=server", "-o", "json", "-f", "-", given=job)
                self.assertEqual(created.code, 0, str(created))
                self.assertNotIn("Warning", created.err)
                self.assert_holds(created.json, job, "")

    def test_each_pod_passes_the_restricted_standard(self):
        for path in JOBS:
            with self.subTest(os.path.basename(path)):
                template = read(path)["spec"]["template"]
                pod = {"apiVersion": "v1", "kind": "Pod", "metadata": {**template["metadata"], "name": "pod", "namespace": "shop"},
                       "spec": template["spec"]}
                created = API.kubectl("create", "--dry-run=server", "-o", "json", "-f", "-", given=pod)
                self.assertEqual(created.code, 0, str(created))
                mounts = [mount["mountPath"] for mount in created.json["spec"]["containers"][0]["volumeMounts"]]
                self.assertFalse([mount for mount in mounts if mount.startswith("/var/run/secrets")], "the API's token is mounted")

    def test_a_weaker_pod_would_not_pass(self):
        template = read(JOBS[0])["spec"]["template"]
        del template["spec"]["securityContext"]["seccompProfile"]
        pod = {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "pod", "namespace": "shop"}, "spec": template["spec"]}
        refused = API.kubectl("create", "--dry-run=server", "-f", "-", given=pod)
        self.assertNotEqual(refused.code, 0)
        self.assertIn('violates PodSecurity "restricted', refused.err)

    def test_their_migrations_are_accepted(self):
        for path in JOBS:
            with self.subTest(os.path.basename(path)):
                migration = read(path.replace(".job.json", ".migration.json"))["migration"]
                del migration["metadata"]["uid"], migration["metadata"]["generation"]
                created = API.kubectl("create", "--dry-run=server", "-f", "-", given=migration)
                self.assertEqual(created.code, 0, str(created))

    def assert_holds(self, stored, sent, path):
        """All that was sent is there; the server adds defaults."""
        if isinstance(sent, dict):
            for key, value in sent.items():
                self.assertIn(key, stored, path)
                self.assert_holds(stored[key], value, f"{path}.{key}")
        elif isinstance(sent, list):
            self.assertEqual(len(stored), len(sent), path)
            for at, value in enumerate(sent):
                self.assert_holds(stored[at], value, f"{path}[{at}]")
        else:
            self.assertEqual(stored, sent, path)


if __name__ == "__main__":
    unittest.main(argv=sys.argv)
