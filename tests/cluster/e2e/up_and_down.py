"""Up, on, and back: what happens to the database and what the status says of it."""

import story


class UpAndDown(story.Told):
    def test_the_first_migration_takes_a_verified_backup_and_reports(self):
        shop = self.tell("first")
        shop.sql("CREATE TABLE here_before (id INTEGER); INSERT INTO here_before VALUES (7)")
        shop.sql("GRANT SELECT ON here_before TO PUBLIC")
        shop.migrate("localhost/shop:2")
        status = shop.until_ready("UpToDate")
        self.assertEqual(shop.sql("SELECT version_num FROM migrator_version"), "c3")
        self.assertEqual(status["currentRevisions"], ["c3"])
        self.assertEqual(status["appliedRevisions"], ["c3", "b2", "a1"])
        self.assertEqual(status["appliedImages"], [{"image": "localhost/shop:2", "heads": ["c3"]}])
        self.assertEqual(status["pendingRevisions"], 0)
        self.assertTrue(status["lastBackup"]["verified"])
        self.assertGreater(status["lastBackup"]["bytes"], 0)
        self.assertEqual(shop.condition("BackedUp")["status"], "True")
        self.assertEqual(shop.condition("Reconciling"), {})
        (job,) = shop.jobs()
        self.assertEqual(job["metadata"]["name"], status["lastRun"]["job"])
        reasons = [event["reason"] for event in shop.get("events")["items"] if event["involvedObject"]["kind"] == "Migration"]
        self.assertEqual(sorted(reasons), ["RunStarted", "RunSucceeded"])

    def test_a_bump_and_the_way_back_by_patch(self):
        shop = self.tell("bump")
        shop.migrate("localhost/shop:1", target="b2")
        shop.until_ready()
        shop.sql("INSERT INTO orders VALUES (1, 1)")
        shop.patch(target="c3", runner={"image": "localhost/shop:2"})
        self.assertEqual(shop.until_ready()["currentRevisions"], ["c3"])
        before = shop.status()["lastBackup"]["id"]
        shop.must("patch", "migration", "shop", "--type", "merge", "-p", '{"spec":{"target":"a1"}}')
        status = shop.until_ready()
        self.assertEqual(status["currentRevisions"], ["a1"])
        self.assertNotEqual(status["lastBackup"]["id"], before)
        self.assertEqual(shop.sql("SELECT to_regclass('orders') IS NULL"), "t")
        self.assertEqual(status["lastSuccess"], {"target": "a1", "exact": False})
        # And up again: what went down is there once more.
        shop.patch(target="c3")
        self.assertEqual(shop.until_ready()["currentRevisions"], ["c3"])

    def test_back_with_the_old_image_that_lacks_the_newer_files(self):
        shop = self.tell("back")
        shop.migrate("localhost/shop:3", target="d4")
        shop.until_ready()
        shop.patch(target="b2", runner={"image": "localhost/shop:1"})
        status = shop.until_ready("UpToDate")
        self.assertEqual(status["currentRevisions"], ["b2"])
        self.assertEqual(shop.sql("SELECT to_regclass('invoices') IS NULL"), "t")

    def test_head_with_an_older_image_is_ahead_and_drops_nothing(self):
        shop = self.tell("ahead")
        shop.migrate("localhost/shop:3")
        shop.until_ready()
        shop.patch(runner={"image": "localhost/shop:1"})
        status = shop.until_ready("Ahead")
        self.assertEqual(status["currentRevisions"], ["d4"])
        self.assertEqual(shop.sql("SELECT to_regclass('invoices') IS NULL"), "f")

    def test_suspend_holds_what_is_due_and_lets_it_go_on(self):
        shop = self.tell("suspend")
        shop.migrate("localhost/shop:1", suspend=True)
        shop.until("Ready", "Suspended", status="False")
        self.assertEqual(shop.jobs(), [])
        shop.patch(suspend=False)
        shop.until_ready()

    def test_approval_by_the_plans_id_and_by_no_other(self):
        shop = self.tell("approval")
        shop.migrate("localhost/shop:1", approval="Manual")
        status = shop.until("Reconciling", "AwaitingApproval")
        self.assertEqual([step["revision"] for step in status["plan"]["steps"]], ["a1", "b2"])
        self.assertEqual(shop.sql("SELECT to_regclass('customers') IS NULL"), "t")
        shop.annotate("migration", "shop", "migrator.dev/approve=0000000000000000")
        shop.until("Approved", "ApprovalRejected", status="False")
        self.assertEqual(shop.sql("SELECT to_regclass('customers') IS NULL"), "t")
        shop.annotate("migration", "shop", "migrator.dev/approve=" + status["plan"]["id"])
        ended = shop.until_ready()
        self.assertEqual(ended["lastHandledApproval"], status["plan"]["id"])
        self.assertEqual(ended["currentRevisions"], ["b2"])

    def test_down_may_need_approval_or_be_denied(self):
        shop = self.tell("denied")
        shop.migrate("localhost/shop:2", target="c3", downgrade="Approve")
        shop.until_ready()
        shop.patch(target="b2")
        plan = shop.until("Reconciling", "AwaitingApproval")["plan"]
        self.assertTrue(plan["destructive"])
        shop.patch(downgrade="Deny")
        shop.patch(target="a1")
        shop.until("Stalled", "DowngradeDenied")
        self.assertEqual(shop.sql("SELECT version_num FROM migrator_version"), "c3")
