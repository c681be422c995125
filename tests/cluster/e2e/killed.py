"""Killed, at a bad moment: the run's pod, and the operator. Each revision is applied once, and there is one Job an attempt."""

import story
from patience import eventually
from whole_cluster import OPERATORS


class Killed(story.Told):
    def until_under_way(self, shop):
        eventually(lambda: shop.sql("SELECT to_regclass('slow_1') IS NOT NULL") == "t", why=shop.describe)

    def assert_each_was_applied_once(self, shop):
        self.assertEqual(shop.sql("SELECT string_agg(revision, ',' ORDER BY revision) FROM migrator_version_journal "
                                  "WHERE direction = 'up' AND outcome = 'done'"), "s1,s2,s3,s4")

    def test_the_runs_pod_is_killed_and_the_next_attempt_goes_on(self):
        shop = self.tell("pod")
        shop.migrate("localhost/shop:slow")
        self.until_under_way(shop)
        shop.must("delete", "pod", "-l", "migrator.dev/role=runner", "--grace-period=0", "--force")
        status = shop.until_ready(seconds=150)
        self.assertEqual(status["currentRevisions"], ["s4"])
        self.assertEqual(len(shop.jobs()), 2)
        self.assert_each_was_applied_once(shop)

    def test_the_operator_is_killed_and_finds_the_run_again(self):
        shop = self.tell("operator")
        shop.migrate("localhost/shop:slow")
        self.until_under_way(shop)
        story.CLUSTER.must("delete", "pod", "-n", OPERATORS, "-l", "app.kubernetes.io/name=migration-operator", "--grace-period=0", "--force")
        status = shop.until_ready(seconds=150)
        self.assertEqual(status["currentRevisions"], ["s4"])
        self.assertEqual(len(shop.jobs()), 1)
        self.assert_each_was_applied_once(shop)
