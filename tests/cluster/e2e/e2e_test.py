"""The stories of a Migration on a whole cluster: real pods, the built images, the chart by Helm, PostgreSQL 17 in a pod, SQLite on a claim. The
stories stand in the other files of this folder; all share one cluster. Run by ctest; standard library only.
"""

import os
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
import story  # noqa: E402
import up_and_down  # noqa: E402
from whole_cluster import Cluster, images_with_files  # noqa: E402

STORIES = (up_and_down, gated, failing, killed, sources, rights)


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

if __name__ == "__main__":
    unittest.main()
