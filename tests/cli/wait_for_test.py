"""`wait --for migration/NAME` at a server that answers as it is told, and badly where the real one cannot be brought to: tests/cluster has it at the
real API server. MIGRATOR names the program."""

import json
import os
import signal
import subprocess
import sys
import tempfile
import unittest

from conditions import until
from project import MIGRATOR

UNRULY = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support", "unruly_server.py")
READY = {"metadata": {"generation": 2}, "status": {"observedGeneration": 2, "conditions": [{"type": "Ready", "status": "True"}]}}


def migration(*conditions, generation=2, observed=2):
    return answer(200, {"metadata": {"generation": generation}, "status": {"observedGeneration": observed, "conditions": list(conditions)}})


def answer(status, body):
    return {"status": status, "body": body if isinstance(body, str) else json.dumps(body)}


def refusal(status, reason, message):
    return answer(status, {"kind": "Status", "apiVersion": "v1", "status": "Failure", "reason": reason, "message": message, "code": status})


class WaitFor(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="migrator-wait-for-")
        self.addCleanup(folder.cleanup)
        self.folder = folder.name
        self.server = subprocess.Popen([sys.executable, "-B", UNRULY, "127.0.0.1"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.addCleanup(self.server.communicate)
        self.url = f"http://127.0.0.1:{json.loads(self.server.stdout.readline())['port']}"
        self.kubeconfig = os.path.join(self.folder, "config")
        with open(self.kubeconfig, "w", encoding="utf-8") as file:
            json.dump({"apiVersion": "v1", "kind": "Config", "clusters": [{"name": "c", "cluster": {"server": self.url}}],
                       "users": [{"name": "u", "user": {"token": "s3cr3t-token"}}],
                       "contexts": [{"name": "x", "context": {"cluster": "c", "user": "u", "namespace": "shop"}}], "current-context": "x"}, file)

    def ask(self, command):
        self.server.stdin.write(json.dumps(command) + "\n")
        self.server.stdin.flush()
        return json.loads(self.server.stdout.readline())

    def command(self, *arguments):
        environment = {name: value for name, value in os.environ.items() if not name.startswith(("MIGRATOR", "DATABASE_URL", "KUBE"))}
        return {"args": [MIGRATOR, "wait", "--for", "migration/db", "--kubeconfig", self.kubeconfig, *arguments], "cwd": self.folder, "env": environment,
                "stdin": subprocess.DEVNULL, "text": True}

    def run_wait(self, *arguments, answers):
        self.ask({"answers": answers})
        done = subprocess.run(**self.command(*arguments), capture_output=True, timeout=120, check=False)
        self.assertNotIn("s3cr3t", done.stdout + done.stderr)
        return done

    def test_until_it_is_ready(self):
        done = self.run_wait("--output", "json", "--log-format", "json",
                             answers=[refusal(404, "NotFound", 'migrations.migrator.dev "db" not found'), migration(generation=3),
                                      migration({"type": "Stalled", "status": "True", "reason": "SqlError", "message": "no such table"}), answer(200, READY)])
        self.assertEqual(done.returncode, 0, done)
        told = json.loads(done.stdout)
        self.assertEqual((told["ready"], told["migration"]), (True, f"shop/db at {self.url}"))
        self.assertIn("there is no Migration shop/db yet", done.stderr)
        seen = self.ask({"seen": True})["seen"]
        self.assertEqual({(one["method"], one["target"]) for one in seen}, {("GET", "/apis/migrator.dev/v1alpha1/namespaces/shop/migrations/db")})
        self.assertEqual(len(seen), 4)

    def test_another_namespace(self):
        done = self.run_wait("-n", "web", answers=[answer(200, READY)])
        self.assertEqual((done.returncode, done.stdout), (0, f"the Migration web/db at {self.url} is ready\n"), done)
        self.assertEqual(self.ask({"seen": True})["seen"][0]["target"], "/apis/migrator.dev/v1alpha1/namespaces/web/migrations/db")

    def test_in_vain(self):
        cases = {"the Migration is stalled until somebody mends it: SqlError: no such table":
                 migration({"type": "Stalled", "status": "True", "reason": "SqlError", "message": "no such table"}),
                 f"{self.url} knows no Migrations: install the operator there, or choose another cluster with --context":
                 {"status": 404, "headers": {"Content-Type": "text/plain"}, "body": "404 page not found\n"}}
        for reason, told in cases.items():
            with self.subTest(reason):
                done = self.run_wait("--timeout", "0", answers=[told])
                self.assertEqual(done.returncode, 12, done)
                self.assertIn(f"error: waited 0 s, and {reason}; see what holds it with `kubectl describe migration db`, or wait longer with --timeout\n",
                              done.stderr)

    def test_forbidden(self):
        done = self.run_wait(answers=[refusal(403, "Forbidden", 'migrations.migrator.dev "db" is forbidden: User "system:serviceaccount:shop:app" cannot get')])
        self.assertEqual(done.returncode, 26, done)
        self.assertIn("kubectl create role wait-for-db -n shop --verb=get --resource=migrations.migrator.dev --resource-name=db && kubectl create "
                      "rolebinding wait-for-db -n shop --role=wait-for-db --serviceaccount=shop:app", done.stderr)

    def test_no_kubeconfig(self):
        self.kubeconfig = os.path.join(self.folder, "missing")
        done = self.run_wait(answers=[answer(200, READY)])
        self.assertEqual(done.returncode, 2, done)
        self.assertIn(self.kubeconfig, done.stderr)

    def test_a_server_that_never_answers(self):
        """The timeout ends also a look that goes on."""
        done = self.run_wait("--timeout", "1s", answers=[{"end": "silence"}])
        self.assertEqual(done.returncode, 12, done)
        self.assertIn("error: waited 1 s, and there was no answer yet; see what", done.stderr)

    def test_a_signal_during_a_look(self):
        self.ask({"answers": [{"end": "silence"}]})
        process = subprocess.Popen(**self.command(), stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        try:
            until("it asks", lambda: self.ask({"seen": True})["seen"])
            process.send_signal(signal.SIGTERM)
            _, stderr = process.communicate(timeout=30)
        finally:
            process.kill()
        self.assertEqual(process.returncode, 143, stderr)


if __name__ == "__main__":
    unittest.main()
