"""What does not go well: said in the status, without harm, and mended."""

import story
from patience import eventually
from whole_cluster import claim


class Failing(story.Told):
    def test_a_failed_revision_is_reported_with_its_place_and_mended_by_the_next_image(self):
        shop = self.tell("fails")
        shop.migrate("localhost/shop:3-broken")
        status = shop.until("Stalled", "MigrationFailed")
        failed = status["lastRun"]["failed"]
        self.assertEqual((failed["revision"], failed["sqlstate"]), ("d4", "42P01"))
        self.assertTrue(failed["file"].endswith("202601010004_d4_x.sql"), failed)
        self.assertEqual(failed["line"], 7)
        self.assertIn('relation "nowhere" does not exist', failed["message"])
        self.assertEqual(status["currentRevisions"], ["c3"], "the steps before it stay")
        self.assertEqual(shop.sql("SELECT to_regclass('invoices') IS NULL"), "t", "the failed one left nothing")
        self.assertEqual(len(shop.jobs()), 1, "it is not tried again by itself")
        shop.patch(runner={"image": "localhost/shop:3"})
        self.assertEqual(shop.until_ready()["currentRevisions"], ["d4"])

    def test_a_missing_secret_is_named_and_the_run_goes_on_when_it_is_there(self):
        shop = self.tell("secret")
        secret = shop.get("secret", "shop-db")
        shop.must("delete", "secret", "shop-db")
        shop.migrate("localhost/shop:1")
        shop.until("Reconciling", "MissingSecret")
        self.assertIn("shop-db", shop.condition("Reconciling")["message"])
        shop.apply({"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "shop-db"}, "data": secret["data"]})
        shop.until_ready(seconds=180)
        self.assertEqual(len(shop.jobs()), 1)

    def test_an_image_that_is_not_there_gives_way_to_one_that_is(self):
        shop = self.tell("image")
        shop.migrate("localhost/nowhere:1")
        shop.until("Reconciling", "ImagePull")
        shop.patch(runner={"image": "localhost/shop:1"})
        shop.until_ready()

    def test_a_pod_that_a_quota_refuses_is_said_and_the_run_goes_on_without_it(self):
        shop = self.tell("quota")
        shop.apply({"apiVersion": "v1", "kind": "ResourceQuota", "metadata": {"name": "none"}, "spec": {"hard": {"pods": "0"}}})
        eventually(lambda: shop.get("resourcequota", "none").get("status", {}).get("hard"), why="the quota is in force")
        shop.migrate("localhost/shop:1")
        shop.until("Reconciling", "PodForbidden")
        self.assertIn("exceeded quota: none", shop.condition("Reconciling")["message"])
        shop.must("delete", "resourcequota", "none")
        shop.until_ready(seconds=180)

    def test_a_claim_that_is_not_there_is_named_and_the_run_goes_on_when_it_is(self):
        shop = self.tell("noclaim")
        shop.must("delete", "pvc", "shop-backups")
        shop.migrate("localhost/shop:1")
        shop.until("Reconciling", "MissingVolume")
        self.assertIn("shop-backups", shop.condition("Reconciling")["message"])
        shop.apply(claim("shop-backups"))
        shop.until_ready(seconds=180)

    def test_a_run_past_its_timeout_ends_itself_and_keeps_what_is_done(self):
        shop = self.tell("timeout")
        shop.migrate("localhost/shop:slow", timeout="5s")
        status = shop.until("Stalled", "TimedOut")
        # How far it came within its seconds is the machine's matter; that the status and the database agree is ours.
        done = int(shop.sql("SELECT count(*) FROM pg_tables WHERE tablename LIKE 'slow%'"))
        self.assertLess(done, 4)
        self.assertEqual(status.get("currentRevisions", []), [f"s{done}"] if done else [])
        shop.patch(timeout="30m")
        self.assertEqual(shop.until_ready()["currentRevisions"], ["s4"])

    def test_deleting_the_migration_during_a_run_leaves_a_whole_revision(self):
        shop = self.tell("deleted")
        shop.migrate("localhost/shop:slow")
        eventually(lambda: shop.sql("SELECT to_regclass('slow_1') IS NOT NULL") == "t", why=shop.describe)
        shop.must("delete", "migration", "shop", "--cascade=foreground", "--timeout=60s")
        eventually(lambda: not shop.get("pods", "-l", "migrator.dev/role=runner")["items"], why="the run's pod is gone")
        tables = shop.sql("SELECT string_agg(tablename, ',' ORDER BY tablename) FROM pg_tables WHERE tablename LIKE 'slow%'").split(",")
        self.assertIn(len(tables), (1, 2, 3))
        self.assertEqual(shop.sql("SELECT version_num FROM migrator_version"), f"s{len(tables)}")
        self.assertEqual(shop.sql("SELECT count(*) FROM migrator_version_revisions WHERE state = 'partial'"), "0")
