"""The whole node of `scripts/cluster up`: Jobs run and end, names resolve, claims get volumes, logs are read; and `down` leaves nothing behind,
also after one of its parts was killed.
"""

import glob
import json
import os
import shutil
import signal
import sys
import tempfile
import unittest
from concurrent.futures import ThreadPoolExecutor

from api_server import CLUSTER, run
from patience import eventually

JOB = {"apiVersion": "batch/v1", "kind": "Job", "metadata": {"name": "looks"},
       "spec": {"backoffLimit": 0, "template": {"spec": {
           "restartPolicy": "Never", "automountServiceAccountToken": False,
           "securityContext": {"runAsNonRoot": True, "runAsUser": 10001, "seccompProfile": {"type": "RuntimeDefault"}},
           "containers": [{"name": "one", "image": "localhost/busybox:1", "command": ["sh", "-ec", """
               nslookup kubernetes.default.svc.cluster.local | grep -q 10.214.0.1
               echo kept >/claimed/file
               cat /claimed/file
               echo ended >/dev/termination-log
               """], "securityContext": {"allowPrivilegeEscalation": False, "readOnlyRootFilesystem": True, "capabilities": {"drop": ["ALL"]}},
                           "volumeMounts": [{"name": "claimed", "mountPath": "/claimed"}]}],
           "volumes": [{"name": "claimed", "persistentVolumeClaim": {"claimName": "kept"}}]}}}}
CLAIM = {"apiVersion": "v1", "kind": "PersistentVolumeClaim", "metadata": {"name": "kept"},
         "spec": {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "1Gi"}}}}
SLEEPER = {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "sleeper"},
           "spec": {"terminationGracePeriodSeconds": 600, "containers": [{"name": "one", "image": "localhost/busybox:1", "command": ["sleep", "86400"]}]}}


class Node:
    def __init__(self, test):
        self.directory = tempfile.mkdtemp(prefix="node-", dir=os.path.join(os.path.dirname(CLUSTER), "..", "build"))
        self.directory = os.path.abspath(self.directory)
        test.addCleanup(shutil.rmtree, self.directory, ignore_errors=True)
        test.addCleanup(run, CLUSTER, "down", self.directory)
        self.before = left_over()
        done = run(CLUSTER, "up", self.directory)
        test.assertEqual(done.code, 0, done)
        test.assertEqual(done.out, self.directory + "/kubeconfig\n")

    def verb(self, *arguments, given=None):
        return run(CLUSTER, *arguments, given=given, environment={"CLUSTER": self.directory})

    def kubectl(self, *arguments, given=None):
        return self.verb("kubectl", *arguments, given=given)

    def unshare(self):
        with open(os.path.join(self.directory, "node.pid"), encoding="utf-8") as file:
            return int(file.read().split()[0])


def left_over():
    """What a node makes outside its folder: groups, mounts that this process sees, processes by their namespaces."""
    groups = set(glob.glob("/sys/fs/cgroup/*/migrator-*") + glob.glob("/sys/fs/cgroup/migrator-*"))
    with open("/proc/mounts", encoding="utf-8") as file:
        mounts = {line.split()[1] for line in file}
    namespaces = set()
    for path in glob.glob("/proc/[0-9]*/ns/net"):
        try:
            namespaces.add(os.readlink(path))
        except OSError:
            pass
    return groups, mounts, namespaces


class Works(unittest.TestCase):
    def test_one_image_is_loaded_by_several_at_once(self):
        """containerd says that an image is there already to the second of two that bring it at the same time."""
        node = Node(self)
        for number in range(4):
            archive = os.path.join(node.directory, f"image-{number}.tar")
            maker = os.path.join(os.path.dirname(__file__), "parts", "busybox_image.py")
            made = run(sys.executable, "-B", maker, shutil.which("busybox"), archive, *(f"localhost/loaded-{number}-{name}:1" for name in "abcd"))
            self.assertEqual(made.code, 0, made)
            with ThreadPoolExecutor() as pool:
                for done in pool.map(lambda archive: node.verb("load", archive), [archive] * 4):
                    self.assertEqual(done.code, 0, done)

    def test_a_job_with_a_claim_and_a_name(self):
        node = Node(self)
        for document in (CLAIM, JOB):
            done = node.kubectl("apply", "-f", "-", given=document)
            self.assertEqual(done.code, 0, done)
        done = node.kubectl("wait", "--for=condition=Complete", "job/looks", "--timeout=120s")
        self.assertEqual(done.code, 0, str(done) + str(node.kubectl("describe", "pods")) + str(node.kubectl("logs", "job/looks")))
        self.assertEqual(node.kubectl("logs", "job/looks").out, "kept\n")
        pod = node.kubectl("get", "pods", "-l", "job-name=looks", "-o", "json").json["items"][0]
        self.assertEqual(pod["status"]["containerStatuses"][0]["state"]["terminated"]["message"], "ended\n")
        self.assertEqual(node.verb("exec", "sh", "-c", "echo $KUBECONFIG").out, node.directory + "/kubeconfig\n")
        # A server that is away comes back with what it knew.
        self.assertEqual(node.verb("kill", "apiserver").code, 0)
        self.assertNotEqual(node.kubectl("get", "job", "looks").code, 0)
        self.assertEqual(node.verb("start", "apiserver").code, 0)
        eventually(lambda: node.kubectl("get", "job", "looks").code == 0)
        with open(os.path.join(node.directory, "audit.log"), encoding="utf-8") as log:
            users = {json.loads(line)["user"]["username"] for line in log}
        self.assertEqual(users, {"admin"})


class Ends(unittest.TestCase):
    """With a pod that does not end by itself; what was there before is all that is there after."""

    def ends(self, harm):
        node = Node(self)
        eventually(lambda: node.kubectl("get", "serviceaccount", "default").code == 0)
        self.assertEqual(node.kubectl("apply", "-f", "-", given=SLEEPER).code, 0)
        done = node.kubectl("wait", "--for=condition=Ready", "pod/sleeper", "--timeout=60s")
        self.assertEqual(done.code, 0, done)
        self.assertNotEqual(left_over(), node.before)
        harm(node)
        done = run(CLUSTER, "down", node.directory)
        self.assertEqual(done.code, 0, done)
        groups, mounts, namespaces = left_over()
        self.assertEqual(groups - node.before[0], set())
        self.assertEqual(mounts - node.before[1], set())
        self.assertEqual(namespaces - node.before[2], set())
        self.assertEqual([name for name in os.listdir(node.directory) if not name.endswith(".log")], [])

    def test_down(self):
        self.ends(lambda node: None)

    def test_down_after_containerd_and_kubelet_were_killed(self):
        def harm(node):
            for server in ("containerd", "kubelet", "etcd"):
                self.assertEqual(node.verb("kill", server).code, 0)
        self.ends(harm)

    def test_down_after_the_process_above_all_was_killed(self):
        def harm(node):
            os.kill(node.unshare(), signal.SIGKILL)
        self.ends(harm)


class Refusals(unittest.TestCase):
    def test_a_folder_that_a_node_hides(self):
        done = run(CLUSTER, "up", "/var/tmp/node")
        self.assertEqual((done.code, done.err), (2, "cluster: /var/tmp/node lies in /var or /run, which a node hides from itself; choose another folder\n"))

    def test_load_without_a_node(self):
        done = run(CLUSTER, "load", "x.tar", environment={"CLUSTER": "/tmp/no-node-here"})
        self.assertEqual((done.code, done.err), (2, "cluster: no node runs in /tmp/no-node-here; start one with: scripts/cluster up\n"))


if __name__ == "__main__":
    unittest.main()
