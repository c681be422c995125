"""The operator's program for tests, started and ended by its own id, its log kept; and the API server with all it needs. OPERATOR names
the program. Python, standard library only.
"""

import json
import os
import signal
import subprocess
import time
import urllib.error
import urllib.request

from api_server import ApiServer, ROOT
from patience import eventually

CRD = os.path.join(ROOT, "crds", "migrations.yaml")
OPERATOR = os.environ.get("OPERATOR", os.path.join(ROOT, "build", "dev", "bin", "migration-operator"))


def server_with_migrations():
    """An ApiServer with controllers that knows Migrations; the caller closes it."""
    api = ApiServer(controllers=True)
    try:
        api.must("apply", "--server-side", "-f", CRD)
        eventually(lambda: api.kubectl("get", "migrations", "-A").code == 0)
    except BaseException:
        api.close()
        raise
    return api


def migration(namespace, name, **spec):
    return {"apiVersion": "migrator.dev/v1alpha1", "kind": "Migration", "metadata": {"name": name, "namespace": namespace},
            "spec": {"target": "head", "runner": {"image": "localhost/shop:1"},
                     "database": {"type": "PostgreSQL", "urlFrom": {"secretKeyRef": {"name": "db", "key": "uri"}}},
                     "backup": {"policy": "Never"}, "downgrade": "Deny", **spec}}


class Operator:
    """Without an election unless a flag says otherwise. The API server's `kubeconfig` unless another is given."""

    def __init__(self, api, *flags, kubeconfig=None):
        self.log_path = os.path.join(api.directory, f"operator-{time.monotonic_ns()}.log")
        self.log_file = open(self.log_path, "w", encoding="utf-8")
        election = [] if any(flag.startswith("--leader-elect") for flag in flags) else ["--leader-elect=false"]
        self.process = subprocess.Popen([OPERATOR, "--kubeconfig", kubeconfig or api.kubeconfig, "--listen", "127.0.0.1:0",
                                         "--stock-image", "localhost/migrator:dev", *election, *flags],
                                        stdin=subprocess.DEVNULL, stdout=self.log_file, stderr=self.log_file)

    def log(self):
        with open(self.log_path, encoding="utf-8") as file:
            return [json.loads(line) for line in file if line.endswith("\n")]

    def said(self, event):
        return [line for line in self.log() if line["event"] == event]

    def page(self, path):
        port = eventually(lambda: self.said("started"))[0]["port"]
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=10) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as error:
            return error.code, error.read().decode()

    def figure(self, series):
        for line in self.page("/metrics")[1].splitlines():
            if line.startswith(series + " "):
                return float(line.rsplit(" ", 1)[1])
        return None

    def requests(self):
        return sum(float(line.rsplit(" ", 1)[1]) for line in self.page("/metrics")[1].splitlines()
                   if line.startswith("migration_operator_api_requests_total"))

    def end(self, how=signal.SIGTERM):
        self.process.send_signal(how)
        code = self.process.wait(timeout=30)
        self.log_file.close()
        return code

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        if not self.log_file.closed:
            self.log_file.close()
