"""The stories of a Migration on a whole cluster: real pods, the built images, the chart by Helm, PostgreSQL 17 in a pod, SQLite on a claim. The
stories stand in the other files of this folder; all share one cluster, and most are told at the same time, for they mostly wait. Run by ctest;
standard library only. With arguments it is unittest's own command line: e2e_test.py Failing.test_…
"""

import os
import subprocess
import sys
import tempfile
import unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import failing  # noqa: E402
import gated  # noqa: E402
import killed  # noqa: E402
import rights  # noqa: E402
import shop  # noqa: E402
import sources  # noqa: E402
import speed  # noqa: E402
import story  # noqa: E402
import up_and_down  # noqa: E402
from whole_cluster import Cluster, images_with_files  # noqa: E402

STORIES = (up_and_down, gated, failing, killed, sources, speed, rights)


def setUpModule():  # unittest's name
    story.CLUSTER = Cluster()
    unittest.addModuleCleanup(story.CLUSTER.close)
    with tempfile.TemporaryDirectory() as folder:
        images_with_files(folder + "/shop.tar", shop.IMAGES)
        images_with_files(folder + "/files.tar", shop.FILES, base=None)
        story.CLUSTER.load(folder + "/shop.tar", folder + "/files.tar")


# In this module's name, so that its set-up comes before all of them and each can be named on the command line.
globals().update({name: type(name, (case,), {"__module__": __name__}) for module in STORIES for name, case in vars(module).items()
                  if isinstance(case, type) and issubclass(case, story.Told)})

# Told at the same time; then those that measure, or look at what the others did, alone.
TOGETHER = (("UpAndDown",), ("Gated",), ("Failing", "Killed"), ("Sources",))
ALONE = ("Speed", "Rights")


def tell(*cases):
    """Starts this program for some of the stories, on the cluster that CLUSTER names."""
    return subprocess.Popen([sys.executable, "-B", os.path.abspath(__file__), "-v", *cases], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                            env={**os.environ, "CLUSTER": story.CLUSTER.directory})


def tell_all():
    """0 if all went well; what each said comes one after the other."""
    story.CLUSTER = Cluster()
    failed = False
    try:
        for group in (TOGETHER, (ALONE,)):
            for told in [tell(*cases) for cases in group]:
                print(told.communicate()[0], flush=True)
                failed = failed or told.returncode != 0
    finally:
        story.CLUSTER.close()
    return 1 if failed else 0


if __name__ == "__main__":
    if len(sys.argv) > 1:
        unittest.main()
    sys.exit(tell_all())
