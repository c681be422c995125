"""A real API server for a test program, by `scripts/cluster api-up`: its own etcd, ports and folder; gone when the program ends, however it
ends. No kubelet: Jobs and pods are accepted and stay as they are (with controllers, Jobs get pods, which stay Pending).
"""

import json
import os
import shutil
import subprocess
import tempfile

ROOT = os.path.abspath(os.path.join(os.path.dirname(__file__), "..", ".."))
CLUSTER = os.path.join(ROOT, "scripts", "cluster")
KUBECTL = os.path.join(ROOT, "build", "cluster", "bin", "kubectl")


class Done:
    """What a command did: `code`, `out`, `err`; `json` reads `out`."""

    def __init__(self, arguments, ended):
        self.arguments, self.code, self.out, self.err = arguments, ended.returncode, ended.stdout, ended.stderr

    @property
    def json(self):
        return json.loads(self.out)

    def __str__(self):
        return f"{' '.join(self.arguments)}: {self.code}\n{self.out}{self.err}"


def run(*arguments, given=None, environment=None):
    """`given`: text for stdin, or a value (or a list of them) that is sent as JSON documents."""
    if isinstance(given, dict):
        given = [given]
    if isinstance(given, list):
        given = "\n---\n".join(json.dumps(document) for document in given)
    ended = subprocess.run(arguments, input=given or "", capture_output=True, text=True, check=False,
                           env={**os.environ, **(environment or {})})
    return Done(arguments, ended)


class ApiServer:
    """`with ApiServer() as api: api.must("create", "namespace", "shop")`. Attributes: `directory`, `kubeconfig`."""

    def __init__(self, controllers=False):
        self.directory = tempfile.mkdtemp(prefix="api-")
        flags = ["--controllers"] if controllers else []
        done = run(CLUSTER, "api-up", self.directory, *flags, "--while", str(os.getpid()))
        if done.code != 0:
            raise RuntimeError(str(done))
        self.kubeconfig = done.out.strip()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        run(CLUSTER, "api-down", self.directory)
        shutil.rmtree(self.directory, ignore_errors=True)

    def kubectl(self, *arguments, given=None, user=None):
        """`user`: on behalf of that one, such as system:serviceaccount:NAMESPACE:NAME."""
        impersonation = ["--as", user] if user else []
        if user and user.startswith("system:serviceaccount:"):
            _, _, namespace, _ = user.split(":")
            for group in ("system:serviceaccounts", "system:serviceaccounts:" + namespace, "system:authenticated"):
                impersonation += ["--as-group", group]
        return run(KUBECTL, "--kubeconfig", self.kubeconfig, *impersonation, *arguments, given=given)

    def must(self, *arguments, **options):
        done = self.kubectl(*arguments, **options)
        if done.code != 0:
            raise AssertionError(str(done))
        return done

    def apply(self, *documents, user=None):
        """Documents as values, or one text of YAML."""
        return self.must("apply", "-f", "-", given=documents[0] if isinstance(documents[0], str) else list(documents), user=user)

    def signal(self, server, *signals):
        """Ends one of `etcd`, `apiserver`, `controllers`: KILL unless told."""
        return run(CLUSTER, "kill", server, *signals, environment={"CLUSTER": self.directory})

    def start(self, server):
        """Starts it again, on the same port and with the same data; it takes seconds until it answers."""
        return run(CLUSTER, "start", server, environment={"CLUSTER": self.directory})

    def requests(self, user=None):
        """The audit log: finished requests in the order of their ends, `verb`, `requestURI`, `user.username`, `responseStatus.code` …"""
        with open(os.path.join(self.directory, "audit.log"), encoding="utf-8") as log:
            events = [json.loads(line) for line in log if line.endswith("\n")]
        return [event for event in events if event["stage"] == "ResponseComplete" and user in (None, event["user"]["username"])]
