"""`migrator wait --for migration/NAME` at a real API server: no resource yet, no object yet, an object on its way, stalled, ready; by a kubeconfig, and
with the rights of a ServiceAccount that has those that the message names, or none. MIGRATOR names the program.
"""

import json
import os
import re
import subprocess
import sys
import tempfile
import unittest

from api_server import ROOT, ApiServer

sys.path.insert(0, os.path.join(ROOT, "tests", "cli"))

from conditions import until  # noqa: E402
from project import MIGRATOR  # noqa: E402

with open(os.path.join(ROOT, "crds", "migrations.yaml"), encoding="utf-8") as file:
    CRD = file.read()
MIGRATION = {"apiVersion": "migrator.dev/v1alpha1", "kind": "Migration", "metadata": {"name": "db", "namespace": "shop"},
             "spec": {"target": "head", "backup": {"policy": "Never"}, "downgrade": "Deny",
                      "database": {"type": "SQLite", "sqlite": {"volume": {"persistentVolumeClaim": {"claimName": "data"}}, "path": "shop.db"}}}}
ACCOUNT = "system:serviceaccount:shop:app"


class Waiter:
    """A wait that goes on; said() waits for its words."""

    def __init__(self, kubeconfig, *arguments):
        environment = {name: value for name, value in os.environ.items() if not name.startswith(("MIGRATOR", "DATABASE_URL", "KUBE"))}
        self.words = tempfile.NamedTemporaryFile(prefix="wait-for-", suffix=".log")
        self.process = subprocess.Popen([MIGRATOR, "wait", "--for", "migration/db", "-n", "shop", *arguments], stdout=subprocess.PIPE, stderr=self.words,
                                        stdin=subprocess.DEVNULL, text=True, env={**environment, "KUBECONFIG": kubeconfig})

    def read(self):
        with open(self.words.name, encoding="utf-8") as file:
            return file.read()

    def said(self, words):
        return until(f"it says {words!r}", lambda: words in self.read())

    def ended(self):
        out, _ = self.process.communicate(timeout=60)
        return self.process.returncode, out, self.read()

    def close(self):
        self.process.kill()
        self.process.communicate()
        self.words.close()


class WaitFor(unittest.TestCase):
    def setUp(self):
        self.api = ApiServer()
        self.addCleanup(self.api.close)
        self.api.must("create", "namespace", "shop")

    def wait(self, *arguments, kubeconfig=None):
        waiter = Waiter(kubeconfig or self.api.kubeconfig, *arguments)
        self.addCleanup(waiter.close)
        return waiter

    def status(self, observed, *conditions):
        since = {"lastTransitionTime": "2026-11-22T10:00:00Z", "message": "", "observedGeneration": observed}
        self.api.must("patch", "migration", "db", "-n", "shop", "--subresource", "status", "--type", "merge", "-p",
                      json.dumps({"status": {"observedGeneration": observed, "conditions": [{**since, **condition} for condition in conditions]}}))

    def make_migration(self):
        self.api.apply(CRD)
        self.api.must("wait", "--for", "condition=Established", "crd/migrations.migrator.dev", "--timeout", "60s")
        self.api.apply(MIGRATION)

    def test_from_an_empty_cluster_to_ready(self):
        early = self.wait("--timeout", "5m")
        early.said("knows no Migrations: install the operator there, or choose another cluster with --context")
        self.api.apply(CRD)
        self.api.must("wait", "--for", "condition=Established", "crd/migrations.migrator.dev", "--timeout", "60s")
        absent = self.wait("--timeout", "5m")
        absent.said("there is no Migration shop/db yet")
        self.api.apply(MIGRATION)
        unseen = self.wait("--timeout", "5m")
        unseen.said("the operator has not looked at the Migration yet")
        self.status(1, {"type": "Reconciling", "status": "True", "reason": "RunInProgress", "message": "step 1 of 2"})
        running = self.wait("--timeout", "5m")
        running.said("the Migration goes on: RunInProgress: step 1 of 2")
        self.status(1, {"type": "Stalled", "status": "True", "reason": "SqlError", "message": "no such table: t"})
        stalled = self.wait("--timeout", "5m")
        stalled.said("the Migration is stalled until somebody mends it: SqlError: no such table: t")
        self.api.must("patch", "migration", "db", "-n", "shop", "--type", "merge", "-p", '{"spec": {"target": "a1"}}')
        self.status(1, {"type": "Ready", "status": "True", "reason": "UpToDate"})
        outdated = self.wait("--timeout", "5m")
        outdated.said("the operator has not looked at the Migration's generation 2 yet")
        waiters = {"early": early, "absent": absent, "unseen": unseen, "running": running, "stalled": stalled, "outdated": outdated}
        self.assertEqual({name: waiter.process.poll() for name, waiter in waiters.items()}, {name: None for name in waiters})
        self.status(2, {"type": "Ready", "status": "True", "reason": "UpToDate"})
        for name, waiter in waiters.items():
            with self.subTest(name):
                code, out, said = waiter.ended()
                self.assertEqual(code, 0, said)
                self.assertRegex(out, r"^the Migration shop/db at https://\S+ is ready\n$")

    def test_stalled_until_the_timeout(self):
        self.make_migration()
        self.status(1, {"type": "Stalled", "status": "True", "reason": "SqlError", "message": "no such table: t"})
        code, _, said = self.wait("--timeout", "2s").ended()
        self.assertEqual(code, 12, said)
        self.assertIn("error: waited 2 s, and the Migration is stalled until somebody mends it: SqlError: no such table: t; see what holds it with "
                      "`kubectl describe migration db`, or wait longer with --timeout", said)

    def test_the_role_in_the_message_is_enough(self):
        self.make_migration()
        self.status(1, {"type": "Ready", "status": "True", "reason": "UpToDate"})
        self.api.must("create", "serviceaccount", "app", "-n", "shop")
        token = self.api.must("create", "token", "app", "-n", "shop").out.strip()
        kubeconfig = os.path.join(self.api.directory, "app-kubeconfig")
        view = self.api.must("config", "view", "--raw", "--minify", "-o", "json").json
        view["users"][0]["user"] = {"token": token}
        with open(kubeconfig, "w", encoding="utf-8") as file:
            json.dump(view, file)
        code, _, said = self.wait(kubeconfig=kubeconfig).ended()
        self.assertEqual(code, 26, said)
        self.assertNotIn(token, said)
        commands = re.search(r"can give it: kubectl (create role .*) && kubectl (create rolebinding .*)$", said.strip())
        self.assertIsNotNone(commands, said)
        for command in commands.groups():
            self.api.must(*command.split())
        code, out, said = self.wait(kubeconfig=kubeconfig).ended()
        self.assertEqual(code, 0, said)
        self.assertEqual({(event["verb"], event["requestURI"]) for event in self.api.requests(ACCOUNT) if event["responseStatus"]["code"] == 200},
                         {("get", "/apis/migrator.dev/v1alpha1/namespaces/shop/migrations/db")})


if __name__ == "__main__":
    unittest.main()
