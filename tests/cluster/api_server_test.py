"""`scripts/cluster api-up`: what the tests on an API server rely on. TLS is verified, the administrator comes in by token and by certificate,
admission and RBAC are those of a real cluster, requests are counted, and nothing stays, whatever is killed.
"""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import unittest

from api_server import CLUSTER, KUBECTL, ROOT, ApiServer, run
from patience import eventually

POD = {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "one", "namespace": "shop"},
       "spec": {"containers": [{"name": "one", "image": "localhost/one:1", "securityContext": {"privileged": True}}]}}


def processes_of(directory):
    """The ids of processes that name the folder in their arguments."""
    found = []
    for name in os.listdir("/proc"):
        if name.isdigit() and int(name) != os.getpid():
            try:
                with open(f"/proc/{name}/cmdline", "rb") as file:
                    if directory.encode() in file.read():
                        found.append(int(name))
            except OSError:
                pass
    return found


class Alone(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.api = ApiServer()
        cls.addClassCleanup(cls.api.close)
        cls.api.apply({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "shop"}},
                      {"apiVersion": "v1", "kind": "ServiceAccount", "metadata": {"name": "default", "namespace": "shop"}})

    def test_the_administrator_comes_in_by_token_and_by_certificate(self):
        for context in ("admin", "admin-certificate"):
            with self.subTest(context):
                who = self.api.must("--context", context, "auth", "whoami", "-o", "json").json["status"]["userInfo"]
                self.assertEqual(who["username"], "admin")
                self.assertIn("system:masters", who["groups"])

    def test_another_authority_is_not_believed(self):
        with ApiServer() as other:
            with open(other.kubeconfig, encoding="utf-8") as file:
                theirs = next(line for line in file if "certificate-authority-data" in line)
            with open(self.api.kubeconfig, encoding="utf-8") as file:
                ours = file.read()
            line = next(line for line in ours.splitlines(keepends=True) if "certificate-authority-data" in line)
            wrong = line.split("certificate-authority-data")[0] + "certificate-authority-data" + theirs.split("certificate-authority-data")[1]
            path = os.path.join(other.directory, "wrong")
            with open(path, "w", encoding="utf-8") as file:
                file.write(ours.replace(line, wrong))
            refused = run(KUBECTL, "--kubeconfig", path, "get", "namespaces")
        self.assertEqual(refused.code, 1, refused)
        self.assertIn("certificate signed by unknown authority", refused.err)

    def test_pod_security_is_enforced(self):
        self.api.must("label", "--overwrite", "namespace", "shop", "pod-security.kubernetes.io/enforce=restricted")
        refused = self.api.kubectl("create", "-f", "-", given=POD)
        self.assertIn('violates PodSecurity "restricted:latest"', refused.err)

    def test_rights_are_enforced_and_tokens_are_made(self):
        self.api.apply({"apiVersion": "v1", "kind": "ServiceAccount", "metadata": {"name": "nobody", "namespace": "shop"}})
        token = self.api.must("create", "token", "nobody", "-n", "shop").out.strip()
        server = self.api.must("config", "view", "--minify", "-o", "jsonpath={.clusters[0].cluster.server}").out
        authority = os.path.join(self.api.directory, "pki", "ca.crt")
        refused = run(KUBECTL, "--kubeconfig", "/dev/null", "--server", server, "--certificate-authority", authority, "--token", token,
                      "get", "secrets", "-n", "shop")
        self.assertIn('User "system:serviceaccount:shop:nobody" cannot list resource "secrets"', refused.err)

    def test_requests_are_counted_by_user(self):
        user = "system:serviceaccount:shop:counted"
        before = self.api.requests()
        self.api.kubectl("get", "pods", "-n", "shop", user=user)
        made = self.api.requests()[len(before):]
        refused = [event for event in made if event.get("impersonatedUser", {}).get("username") == user and "/pods" in event["requestURI"]]
        self.assertEqual([(event["verb"], event["responseStatus"]["code"]) for event in refused], [("list", 403)])

    def test_the_api_server_can_be_killed_and_started_again(self):
        self.api.apply({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "kept"}})
        self.assertEqual(self.api.signal("apiserver").code, 0)
        self.assertNotEqual(self.api.kubectl("get", "namespace", "kept").code, 0)
        self.assertEqual(self.api.start("apiserver").code, 0)
        eventually(lambda: self.api.kubectl("get", "namespace", "kept").code == 0)


class Controllers(unittest.TestCase):
    def test_jobs_get_pods_and_namespaces_go(self):
        with ApiServer(controllers=True) as api:
            api.must("create", "namespace", "shop")
            eventually(lambda: api.kubectl("get", "serviceaccount", "default", "-n", "shop").code == 0)
            api.must("create", "job", "one", "--image=localhost/one:1", "-n", "shop")
            eventually(lambda: "job-name=one" in api.must("get", "pods", "-n", "shop", "--show-labels").out)
            api.must("delete", "namespace", "shop", "--timeout=60s")


class Ends(unittest.TestCase):
    def setUp(self):
        self.directory = tempfile.mkdtemp(prefix="api-ends-")
        self.addCleanup(shutil.rmtree, self.directory, ignore_errors=True)
        self.addCleanup(run, CLUSTER, "api-down", self.directory)

    def up(self, *flags):
        done = run(CLUSTER, "api-up", self.directory, *flags)
        self.assertEqual(done.code, 0, done)
        # Eventually: the watching shell is there twice for a moment, until what it forked has become `tail`.
        expected = 3 if "--while" in flags else 2
        eventually(lambda: len(processes_of(self.directory)) == expected, why=lambda: f"{processes_of(self.directory)} are not {expected}")

    def test_down_leaves_only_logs(self):
        self.up()
        self.assertEqual(run(CLUSTER, "api-down", self.directory).code, 0)
        self.assertEqual(processes_of(self.directory), [])
        self.assertEqual([name for name in os.listdir(self.directory) if not name.endswith(".log")], [])

    def test_down_after_one_was_killed(self):
        self.up()
        os.kill(processes_of(self.directory)[0], signal.SIGKILL)
        self.assertEqual(run(CLUSTER, "api-down", self.directory).code, 0)
        self.assertEqual(processes_of(self.directory), [])

    def test_it_goes_with_the_process_it_was_made_for(self):
        with subprocess.Popen([sys.executable, "-c", "import sys; sys.stdin.read()"], stdin=subprocess.PIPE) as made_for:
            self.up("--while", str(made_for.pid))
            made_for.kill()
        eventually(lambda: processes_of(self.directory) == [])

    def test_a_second_one_in_the_folder_is_refused(self):
        self.up()
        done = run(CLUSTER, "api-up", self.directory)
        self.assertEqual(done.code, 2)
        self.assertEqual(done.err, f"cluster: an API server runs in {self.directory} already; end it with: scripts/cluster api-down "
                                   f"{self.directory}\n")

    def test_down_of_nothing_is_done(self):
        self.assertEqual(run(CLUSTER, "api-down", self.directory).code, 0)
        self.assertEqual(run(CLUSTER, "api-down", os.path.join(self.directory, "absent")).code, 0)


class Words(unittest.TestCase):
    def test_help_and_usage(self):
        self.assertEqual(run(CLUSTER, "--help").code, 0)
        self.assertIn("scripts/cluster api-up /tmp/api", run(CLUSTER, "--help").out)
        self.assertEqual(run(CLUSTER, "nonsense").code, 2)
        self.assertEqual(run(CLUSTER, "build", "nonsense").err.splitlines()[-1].split(";")[0], "cluster: no program is called 'nonsense'")

    def test_without_a_cluster_it_says_how_to_start_one(self):
        done = run(CLUSTER, "kubectl", "get", "pods", environment={"CLUSTER": os.path.join(ROOT, "build", "no-such-cluster")})
        self.assertEqual((done.code, done.err), (2, f"cluster: no cluster runs in {ROOT}/build/no-such-cluster; start one with: scripts/cluster up\n"))


if __name__ == "__main__":
    unittest.main()
