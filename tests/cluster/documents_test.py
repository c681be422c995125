"""The manifests that the documents show, on a real API server: the examples apply as they are and keep to the restricted Pod Security
Standard, and every complete manifest in the text is accepted. Run by ctest; standard library only.
"""

import glob
import os
import re
import sys
import time
import unittest

from api_server import ApiServer, ROOT

API = None
BLOCK = re.compile(r"^```yaml\n(apiVersion: .*?)^```", re.S | re.M)
OURS_OR_KUBERNETES = re.compile(r"^apiVersion: (migrator\.dev/|apps/|batch/|v1$|[a-z.]+\.k8s\.io/)", re.M)


def setUpModule():
    global API
    API = ApiServer()
    API.must("apply", "--server-side", "-f", os.path.join(ROOT, "crds", "migrations.yaml"))
    API.must("wait", "--for=condition=Established", "crd/migrations.migrator.dev", "--timeout=60s")
    # A CRD can be established a moment before it is served.
    deadline = time.monotonic() + 60
    while API.kubectl("get", "migrations", "-A").code != 0:
        if time.monotonic() > deadline:
            raise AssertionError(str(API.kubectl("get", "migrations", "-A")))


def tearDownModule():
    API.close()


def documents():
    return [os.path.join(ROOT, "README.md"), *sorted(glob.glob(os.path.join(ROOT, "docs", "*.md")))]


def manifests():
    """(where it stands, text) of each complete manifest that needs no resource of somebody else's."""
    for path in documents():
        with open(path, encoding="utf-8") as file:
            text = file.read()
        for block in BLOCK.finditer(text):
            if OURS_OR_KUBERNETES.match(block.group(1)):
                line = text.count("\n", 0, block.start()) + 1
                yield f"{os.path.relpath(path, ROOT)}:{line}", block.group(1)


class Examples(unittest.TestCase):
    def test_apply_as_they_are_and_need_no_rights_of_the_node(self):
        # Without names of one another: the applications' namespace is made by the first.
        names = ["migration-postgresql", "migration-sqlite", "application-init-container", "application-scheduling-gate"]
        files = sorted(glob.glob(os.path.join(ROOT, "docs", "examples", "*.yaml")))
        self.assertEqual(sorted(names), [os.path.basename(file)[:-len(".yaml")] for file in files])
        for name in names:
            with self.subTest(name):
                if name.startswith("application"):
                    API.must("label", "namespace", "shop", "pod-security.kubernetes.io/warn=restricted", "--overwrite")
                applied = API.kubectl("apply", "-f", os.path.join(ROOT, "docs", "examples", name + ".yaml"))
                self.assertEqual(applied.code, 0, str(applied))
                self.assertNotIn("Warning", applied.err)


class Manifests(unittest.TestCase):
    def test_every_complete_one_in_the_documents_is_accepted(self):
        API.kubectl("create", "namespace", "shop")
        found = list(manifests())
        self.assertGreaterEqual(len(found), 5)
        for where, text in found:
            with self.subTest(where):
                answer = API.kubectl("apply", "--dry-run=server", "-f", "-", given=text)
                self.assertEqual(answer.code, 0, str(answer))
                self.assertNotIn("Warning: unknown field", answer.err)


if __name__ == "__main__":
    unittest.main(argv=sys.argv)
