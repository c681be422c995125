"""What every story has: the one cluster, and a namespace and database of its own. A test's failure shows what the cluster had to say."""

import unittest

from whole_cluster import Story

CLUSTER = None  # set by e2e_test.py


class Told(unittest.TestCase):
    maxDiff = None

    def tell(self, name, **options):
        story = Story(CLUSTER, name, **options)
        self.addCleanup(story.close)
        return story
