"""Every rule of the operator that starts, holds, ends or repeats a run, on a real API server: the program as it is, its pods played. Each
state is also shown to kstatus, which must judge it as docs/migration-resource.md says. Run by ctest; standard library only.
"""

import datetime
import json
import os
import sys
import unittest

from api_server import CLUSTER, ROOT, run
from kube import Kube, condition, is_true, reason
from operator_process import Operator, migration, server_with_migrations
from patience import eventually
from pods import Kubelet, by_kind, ends, in_turn, plans, waits, works

KSTATUS = os.path.join(ROOT, "build", "cluster", "bin", "kstatus")
API = KUBE = KUBELET = OPERATOR = None
BACKUP = {"policy": "Always", "volume": {"persistentVolumeClaim": {"claimName": "backups"}}}


def setUpModule():
    global API, KUBE, KUBELET, OPERATOR
    built = run(CLUSTER, "build", "kstatus")
    if built.code != 0:
        raise RuntimeError(str(built))
    API = server_with_migrations()
    KUBE = Kube(API)
    KUBELET = Kubelet(KUBE)
    KUBE.namespace("shop")
    eventually(lambda: KUBE.get("serviceaccounts", "shop", "default"))
    create("untouched")
    Rules.untouched = judged("untouched")
    OPERATOR = Operator(API, "--gating")


def tearDownModule():
    if OPERATOR:
        OPERATOR.__exit__()
    if KUBELET:
        KUBELET.close()
    if KUBE:
        KUBE.close()
    API.close()


def create(name, script=works, **spec):
    KUBELET.plays("shop", name, script)
    KUBE.create("migrations", migration("shop", name, **spec))


def plays(name, script):
    KUBELET.plays("shop", name, script)


def edit(name, **spec):
    KUBE.edit("shop", name, **spec)


def status(name):
    return KUBE.status("shop", name)


def judged(name):
    """What kstatus makes of it."""
    done = run(KSTATUS, given=KUBE.get("migrations", "shop", name))
    assert done.code == 0, str(done)
    return done.out.split("\t")[1]


def jobs(name):
    return sorted((job["metadata"]["name"] for job in KUBE.list("jobs", "shop", labelSelector="migrator.dev/migration=" + name)),
                  key=lambda job: [int(word) if word.isdigit() else word for word in job.split("-")[-3:]])


def kinds(name):
    """The kind and the attempt of each of its Jobs: "plan-1"."""
    return ["-".join(job.split("-")[-2:]) for job in jobs(name)]


def container(job):
    """The runner's container in that Job."""
    return KUBE.get("jobs", "shop", job)["spec"]["template"]["spec"]["containers"][0]


def events(name):
    return [event for event in KUBE.list("events", "shop") if event["involvedObject"]["name"] == name]


def told(name, why):
    return [event["message"] for event in events(name) if event["reason"] == why]


def seconds_until(time):
    moment = datetime.datetime.fromisoformat(time.replace("Z", "+00:00"))
    return (moment - datetime.datetime.now(datetime.timezone.utc)).total_seconds()


def ago(**span):
    return (datetime.datetime.now(datetime.timezone.utc) - datetime.timedelta(**span)).strftime("%Y-%m-%dT%H:%M:%SZ")


def time_passes(name, **run_fields):
    """The next attempt is due, and what else of status.run is said, as if the time had passed."""
    KUBE.put_status("shop", name, lambda found: found["run"].update({"notBefore": ago(seconds=1), **run_fields}))


def error(code, **more):
    return {"error": {"code": code, "message": "the cause in words", **more}}


def app(name, **annotations):
    """A gated pod of an application."""
    KUBE.create("pods", {"apiVersion": "v1", "kind": "Pod", "metadata": {
        "name": name, "namespace": "shop", "labels": {"migrator.dev/gated": "true"},
        "annotations": {"migrator.dev/" + key.replace("_", "-"): value for key, value in annotations.items()}},
        "spec": {"schedulingGates": [{"name": "migrator.dev/wait"}], "containers": [{"name": "app", "image": "localhost/app:1"}]}})


def is_gated(name):
    return bool(KUBE.get("pods", "shop", name)["spec"].get("schedulingGates"))


class RuleTest(unittest.TestCase):
    def shows(self, name, why, verdict, seconds=45):
        """Ready's reason, and kstatus' judgement. What is not in progress any more is so for the newest generation."""
        def shown():
            item = KUBE.get("migrations", "shop", name)
            found = item.get("status", {})
            newest = verdict == "InProgress" or found.get("observedGeneration") == item["metadata"]["generation"]
            return newest and reason(found) == why
        eventually(shown, seconds, lambda: f"{name} never showed {why}: {json.dumps(status(name))}")
        self.assertEqual(judged(name), verdict, name)
        found = status(name)
        self.assertEqual((is_true(found, "Reconciling"), is_true(found, "Stalled")),
                         {"Current": (False, False), "Failed": (False, True), "InProgress": (why != "Suspended", False)}[verdict], name)
        return found

    def is_ready(self, name, why="UpToDate"):
        return self.shows(name, why, "Current")


class Rules(RuleTest):
    untouched = None

    def test_what_nobody_looked_at_is_in_progress(self):
        self.assertEqual(self.untouched, "InProgress")

    def test_a_first_run(self):
        create("first")
        found = self.shows("first", "Running", "InProgress")
        self.assertEqual(found["run"]["job"], jobs("first")[0])
        plays("first", ends(0))
        found = self.is_ready("first")
        self.assertEqual((found["currentRevisions"], found["pendingRevisions"], found["observedGeneration"]), (["b2"], 0, 1))
        self.assertEqual(kinds("first"), ["migrate-1"])

    def test_nothing_to_do_and_edits_that_start_nothing(self):
        create("nothing", ends(0, "NothingToDo", heads_before=["b2"]))
        self.is_ready("nothing")
        edit("nothing", timeout="20m")
        eventually(lambda: status("nothing")["observedGeneration"] == 2)
        self.assertEqual(judged("nothing"), "Current")
        self.assertEqual(kinds("nothing"), ["migrate-1"])

    def test_a_bump_starts_a_run(self):
        create("bump", ends(0))
        self.is_ready("bump")
        edit("bump", runner={"image": "localhost/shop:2"})
        eventually(lambda: len(jobs("bump")) == 2)
        self.is_ready("bump")
        self.assertEqual(status("bump")["lastRun"]["sequence"], 2)
        self.assertEqual([one["image"] for one in status("bump")["appliedImages"]], ["localhost/shop:2", "localhost/shop:1"])

    def test_a_failure_with_its_report_and_mended_by_any_edit(self):
        create("failure", ends(20, **error("SqlError", revision="a1", file="a1.sql", line=3, sqlstate="42P01")))
        found = self.shows("failure", "MigrationFailed", "Failed")
        self.assertEqual({key: found["lastRun"]["failed"][key] for key in ("revision", "file", "line", "sqlstate", "message")},
                         {"revision": "a1", "file": "a1.sql", "line": 3, "sqlstate": "42P01", "message": "the cause in words"})
        self.assertEqual(kinds("failure"), ["migrate-1"])
        plays("failure", ends(0))
        edit("failure", timeout="20m")
        self.is_ready("failure")
        self.assertEqual(len(jobs("failure")), 2)

    def test_a_request_starts_a_run_once(self):
        create("request", ends(0))
        self.is_ready("request")
        KUBE.annotate("shop", "request", requestedAt="now")
        eventually(lambda: status("request").get("lastHandledRequestedAt") == "now" and "run" not in status("request"))
        KUBE.patch("migrations", "shop", "request", {"metadata": {"annotations": {"reconcile.fluxcd.io/requestedAt": "later"}}})
        eventually(lambda: status("request").get("lastHandledReconcileAt") == "later" and "run" not in status("request"))
        self.is_ready("request")
        self.assertEqual(len(jobs("request")), 3)

    def test_what_passes_by_itself_is_tried_again_with_growing_waits(self):
        codes = {"retry-10": 10, "retry-11": 11, "retry-143": 143}
        for name, code in codes.items():
            create(name, ends(code, **error("LockBusy")))
        for name in codes:
            found = self.shows(name, "Retrying", "InProgress")
            self.assertEqual(found["run"]["attempt"], 2)
            self.assertLess(seconds_until(found["run"]["notBefore"]), 13)
            time_passes(name)
        for name in codes:
            found = eventually(lambda name=name: status(name)["run"]["attempt"] == 3 and status(name))
            self.assertGreater(seconds_until(found["run"]["notBefore"]), 10)  # 20 s, at least three quarters of it, from a moment ago
            plays(name, ends(0))
            time_passes(name)
        for name in codes:
            self.is_ready(name)
            self.assertEqual(kinds(name), ["migrate-1", "migrate-2", "migrate-3"])
            run_ids = {next(one["value"] for one in container(job)["env"] if one["name"] == "MIGRATOR_RUN_ID") for job in jobs(name)}
            self.assertEqual(len(run_ids), 1)

    def test_past_the_deadline_it_is_stalled_and_still_tried(self):
        create("deadline", ends(11, **error("DatabaseUnreachable")))
        self.shows("deadline", "Retrying", "InProgress")
        time_passes("deadline", startTime=ago(hours=1))
        found = self.shows("deadline", "RetriesExhausted", "Failed")
        self.assertGreater(seconds_until(found["run"]["notBefore"]), 500)
        plays("deadline", ends(0))
        time_passes("deadline")
        self.is_ready("deadline")

    def test_what_somebody_may_mend_outside_is_tried_every_ten_minutes(self):
        create("no-backup", ends(23, **error("BackupFailed")), backup=BACKUP)
        create("no-grant", ends(26, **error("PermissionDenied")))
        for name, why in {"no-backup": "BackupFailed", "no-grant": "NoPermission"}.items():
            found = self.shows(name, why, "Failed")
            self.assertGreater(seconds_until(found["run"]["notBefore"]), 500)
            plays(name, ends(0))
            time_passes(name)
        for name in ("no-backup", "no-grant"):
            self.is_ready(name)
        self.assertEqual(len(told("no-backup", "BackupFailed")), 1)

    def test_other_codes_have_their_reasons_and_wait(self):
        table = {"code-2": (2, "InvalidConfiguration", "InvalidRevisions"), "code-13": (13, "TimedOut", "TimedOut"),
                 "code-21": (21, "ChecksumMismatch", "HistoryMismatch"), "diverged": (21, "Diverged", "Diverged"),
                 "code-24": (24, "StoppedHalfway", "StoppedHalfway"), "code-25": (25, "Reverted", "Reverted"),
                 "code-70": (70, "Bug", "RunnerBug"),
                 "irreversible": (26, "Irreversible", "Irreversible"), "ahead-26": (26, "DownNotAllowed", "DatabaseAhead")}
        for name, (code, word, _) in table.items():
            create(name, ends(code, **error(word)))
        for name, (_, _, why) in table.items():
            with self.subTest(name):
                self.shows(name, why, "Failed")
                self.assertEqual(kinds(name), ["migrate-1"])

    def test_reports_that_are_none_of_this_run_are_no_success(self):
        table = {"no-report": (ends(0, message=""), "Retrying", "left no report"),
                 "garbage": (ends(0, message='{"protocol": "1.0", '), "Retrying", "left a report that cannot be read"),
                 "other-run": (ends(0, run_id="another.1.migrate"), "Retrying", "left the report of another run"),
                 "other-code": (ends(0, exit_code=20), "Retrying", "left a report with another exit code"),
                 "plan-of-a-run": (ends(0, "Moves"), "InvalidReport", "is none of a migrate run"),
                 "too-old": (ends(0, protocol="0.9"), "RunnerTooOld", "too old"),
                 "too-new": (ends(0, protocol="2.0"), "RunnerTooNew", "too new")}
        for name, (script, _, _) in table.items():
            create(name, script)
        for name, (_, why, words) in table.items():
            with self.subTest(name):
                found = self.shows(name, why, "InProgress" if why == "Retrying" else "Failed")
                self.assertIn(words, condition(found, "Ready")["message"])
                self.assertNotIn("currentRevisions", found)

    def test_a_pod_that_only_says_it_is_ours_is_not_asked(self):
        create("forged", lambda pod: ends(0)(pod) if pod.name == "forged" else works(pod))
        self.shows("forged", "Running", "InProgress")
        real = KUBE.list("pods", "shop", labelSelector="migrator.dev/migration=forged")[0]
        # Without the label by which the Job controller would adopt it.
        labels = {key: value for key, value in real["metadata"]["labels"].items() if not key.endswith("controller-uid")}
        KUBE.create("pods", {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "forged", "namespace": "shop", "labels": labels},
                             "spec": real["spec"] | {"nodeName": None, "serviceAccountName": "default"}})
        eventually(lambda: KUBE.get("pods", "shop", "forged")["status"]["phase"] == "Succeeded")
        KUBE.annotate("shop", "forged", look="again")
        self.shows("forged", "Running", "InProgress")
        plays("forged", ends(0, heads_after=["real"], target_heads=["real"], applied_revisions=["real"]))
        self.assertEqual(self.is_ready("forged")["currentRevisions"], ["real"])

    def test_suspend_holds_new_runs_only(self):
        create("suspended", suspend=True)
        self.shows("suspended", "Suspended", "InProgress")
        self.assertEqual(jobs("suspended"), [])
        edit("suspended", suspend=False)
        self.shows("suspended", "Running", "InProgress")
        edit("suspended", suspend=True)
        self.shows("suspended", "RunInProgress", "InProgress")
        plays("suspended", ends(0))
        self.is_ready("suspended")
        edit("suspended", runner={"image": "localhost/shop:2"})
        self.shows("suspended", "Suspended", "InProgress")
        self.assertEqual(len(jobs("suspended")), 1)

    def test_a_newer_generation_waits_for_the_end(self):
        create("newer")
        self.shows("newer", "Running", "InProgress")
        edit("newer", runner={"image": "localhost/shop:2"})
        self.shows("newer", "RunInProgress", "InProgress")
        self.assertEqual(kinds("newer"), ["migrate-1"])
        plays("newer", ends(0))
        eventually(lambda: len(jobs("newer")) == 2)
        self.is_ready("newer")
        self.assertEqual(container(jobs("newer")[1])["image"], "localhost/shop:2")

    def test_a_job_whose_container_never_started_gives_way_to_an_edit(self):
        create("typo", waits("ImagePullBackOff", "no such image"), runner={"image": "localhost/shop:tpyo"})
        self.shows("typo", "ImagePull", "InProgress")
        plays("typo", lambda pod: (works if pod.container["image"].endswith("typo") else waits("ImagePullBackOff", "no such image"))(pod))
        edit("typo", runner={"image": "localhost/shop:typo"})
        self.shows("typo", "Running", "InProgress")
        self.assertEqual(len(jobs("typo")), 1)

    def test_deletion_takes_the_job_and_leaves_no_trace(self):
        create("deleted")
        self.shows("deleted", "Running", "InProgress")
        KUBE.delete("migrations", "shop", "deleted")
        eventually(lambda: not jobs("deleted") and not KUBE.list("pods", "shop", labelSelector="migrator.dev/migration=deleted"))
        self.assertIsNone(KUBE.get("migrations", "shop", "deleted"))

    def test_a_job_that_somebody_deletes_is_followed_by_the_next_attempt(self):
        create("gone")
        self.shows("gone", "Running", "InProgress")
        KUBE.delete("jobs", "shop", jobs("gone")[0], propagationPolicy="Background")
        found = self.shows("gone", "Retrying", "InProgress")
        self.assertIn("was deleted by somebody", condition(found, "Ready")["message"])
        plays("gone", ends(0))
        time_passes("gone")
        self.is_ready("gone")
        self.assertEqual(kinds("gone"), ["migrate-2"])

    def test_a_name_that_somebody_took(self):
        create("taken", in_turn(ends(11, **error("DatabaseUnreachable")), ends(0)))
        name = self.shows("taken", "Retrying", "InProgress")["run"]["job"]
        KUBE.create("jobs", {"apiVersion": "batch/v1", "kind": "Job", "metadata": {"name": name, "namespace": "shop"},
                             "spec": {"suspend": True, "template": {"spec": {
                                 "restartPolicy": "Never", "containers": [{"name": "other", "image": "localhost/other:1"}]}}}})
        time_passes("taken")
        self.shows("taken", "JobNameTaken", "Failed")
        KUBE.delete("jobs", "shop", name, propagationPolicy="Background")
        eventually(lambda: KUBE.get("jobs", "shop", name) is None)
        KUBE.annotate("shop", "taken", look="again")  # or a minute later
        self.is_ready("taken")

    def test_an_owner_gives_way_to_who_adopts(self):
        create("owned", ends(26, **error("OwnedByAnother")))
        self.shows("owned", "OwnedByAnother", "Failed")
        plays("owned", ends(0))
        KUBE.annotate("shop", "owned", adopt="the-uid-of-the-other")
        self.is_ready("owned")
        self.assertIn({"name": "MIGRATOR_ADOPT", "value": "the-uid-of-the-other"}, container(jobs("owned")[-1])["env"])

    def test_ahead_is_ready(self):
        create("ahead", ends(0, "Ahead", heads_before=["c3"], heads_after=["c3"], target_heads=["b2"],
                             applied_revisions=["c3", "b2", "a1"]))
        self.assertEqual(self.is_ready("ahead", "Ahead")["currentRevisions"], ["c3"])

    def test_an_interval_verifies_and_touches_drifted_only(self):
        create("verified", by_kind(migrate=ends(0), verify=ends(0, "NothingToDo", heads_after=["b2"])), interval="1h")
        self.is_ready("verified")
        before = condition(status("verified"), "Ready")

        def an_hour_later(**fields):
            KUBE.put_status("shop", "verified", lambda found: (found["lastRun"].update(startTime=ago(hours=3)), found.update(fields)))
        an_hour_later()
        eventually(lambda: reason(status("verified"), "Drifted") == "NoDrift")
        plays("verified", ends(0, "NothingToDo", heads_before=["c3"], heads_after=["c3"]))
        an_hour_later(lastVerified=ago(hours=2))
        eventually(lambda: reason(status("verified"), "Drifted") == "DriftFound")
        self.assertEqual(condition(status("verified"), "Ready"), before)
        self.assertEqual(judged("verified"), "Current")
        self.assertEqual(len(told("verified", "Drifted")), 1)


class Approval(RuleTest):
    def test_by_annotation_with_a_stale_the_right_and_a_used_id(self):
        create("approval", by_kind(plan=plans("up a1", "up b2"), migrate=ends(0)), approval="Manual")
        found = self.shows("approval", "AwaitingApproval", "InProgress")
        plan = found["plan"]["id"]
        self.assertEqual(condition(found, "Approved")["status"], "False")
        KUBE.annotate("shop", "approval", approve="0123456789abcdef")
        eventually(lambda: reason(status("approval"), "Approved") == "ApprovalRejected")
        self.assertEqual(judged("approval"), "InProgress")
        self.assertEqual(kinds("approval"), ["plan-1"])
        KUBE.annotate("shop", "approval", approve=plan)
        found = self.is_ready("approval")
        self.assertEqual(found["lastHandledApproval"], plan)
        self.assertEqual(len(told("approval", "Approved")), 1)
        # The annotation is still there: used, it approves nothing more.
        edit("approval", runner={"image": "localhost/shop:2"})
        eventually(lambda: reason(status("approval"), "Approved") == "ApprovalRejected")
        self.assertIn("used before", condition(status("approval"), "Approved")["message"])
        self.assertNotEqual(status("approval")["plan"]["id"], plan)
        KUBE.annotate("shop", "approval", approve=status("approval")["plan"]["id"])
        self.is_ready("approval")

    def test_another_plan_than_the_approved_one_is_planned_again(self):
        create("replan", by_kind(plan=plans("up a1", "up b2"), migrate=ends(22, **error("PlanChanged"))), approval="Manual")
        plan = self.shows("replan", "AwaitingApproval", "InProgress")["plan"]["id"]
        KUBE.annotate("shop", "replan", approve=plan)
        self.shows("replan", "ApprovalPlanChanged", "InProgress")
        time_passes("replan")
        eventually(lambda: status("replan").get("plan", {}).get("id") not in (None, plan))
        self.shows("replan", "AwaitingApproval", "InProgress")

    def test_destructive_asks_for_consent_only_then(self):
        create("harmless", by_kind(plan=plans("up a1"), migrate=ends(0)), approval="Destructive")
        create("destructive", by_kind(plan=plans("up a1", destructive=True), migrate=ends(0)), approval="Destructive")
        self.is_ready("harmless")
        self.shows("destructive", "AwaitingApproval", "InProgress")


class GoingDown(RuleTest):
    """Each from a database at b2, which the Migration brought there, to a1."""

    DOWN = {"heads_before": ["b2"], "applied_revisions": ["b2", "a1"]}

    def at_b2(self, name, downgrade, **spec):
        create(name, ends(0), target="b2", downgrade=downgrade, backup=BACKUP, **spec)
        self.is_ready(name)
        plays(name, by_kind(plan=plans("down b2", **self.DOWN), migrate=ends(0, heads_after=["a1"], target_heads=["a1"], file_heads=["b2"],
                                                                             applied_revisions=["a1"])))

    def test_allowed_goes_down_with_a_plan_first(self):
        self.at_b2("down", "Allow")
        edit("down", target="a1")
        eventually(lambda: status("down").get("currentRevisions") == ["a1"])
        self.is_ready("down")
        self.assertEqual(kinds("down")[-1], "migrate-1")
        self.assertIn("--allow-down", container(jobs("down")[-1])["args"])
        self.assertEqual([one["image"] for one in status("down").get("appliedImages", [])], [])

    def test_approve_waits_for_consent(self):
        self.at_b2("ask", "Approve")
        edit("ask", target="a1")
        plan = self.shows("ask", "AwaitingApproval", "InProgress")["plan"]
        self.assertEqual(plan["steps"], [{"revision": "b2", "direction": "down", "transactional": True}])
        KUBE.annotate("shop", "ask", approve=plan["id"])
        self.is_ready("ask")
        self.assertEqual(status("ask")["currentRevisions"], ["a1"])

    def test_denied_never_goes_down(self):
        self.at_b2("deny", "Deny")
        plays("deny", ends(26, heads_before=["b2"], heads_after=["b2"], **error("DownNotAllowed")))
        edit("deny", target="a1")
        self.shows("deny", "DowngradeDenied", "Failed")
        self.assertNotIn("--allow-down", container(jobs("deny")[-1])["args"])

    def test_the_target_base_always_waits(self):
        self.at_b2("base", "Allow")
        edit("base", target="base")
        self.shows("base", "AwaitingApproval", "InProgress")

    def test_apps_that_still_require_it_hold_the_way_down_until_force(self):
        self.at_b2("held", "Allow")
        app("app-of-held", wait_for="held", revision="b2")
        eventually(lambda: not is_gated("app-of-held"))
        edit("held", target="a1")
        plan = self.shows("held", "AppsStillRequireRevision", "InProgress")["plan"]["id"]
        self.assertIn("app-of-held", condition(status("held"), "Ready")["message"])
        KUBE.annotate("shop", "held", force=plan)
        self.is_ready("held")
        self.assertEqual(status("held")["currentRevisions"], ["a1"])

    def test_apps_that_go_away_let_it_go_down(self):
        self.at_b2("freed", "Allow")
        app("app-of-freed", wait_for="freed", revision="b2")
        eventually(lambda: not is_gated("app-of-freed"))
        edit("freed", target="a1")
        self.shows("freed", "AppsStillRequireRevision", "InProgress")
        KUBE.delete("pods", "shop", "app-of-freed", gracePeriodSeconds=0)
        self.is_ready("freed")


class Gates(RuleTest):
    def test_by_revision_and_by_image_whatever_ready_says(self):
        create("gated")
        app("new", wait_for="gated", revision="b2")
        app("by-image", wait_for="gated", image="localhost/shop:1")
        self.shows("gated", "Running", "InProgress")
        self.assertTrue(is_gated("new") and is_gated("by-image"))
        plays("gated", ends(0))
        eventually(lambda: not is_gated("new") and not is_gated("by-image"))
        plays("gated", ends(20, heads_before=["b2"], heads_after=["b2"], applied_revisions=["b2", "a1"], **error("SqlError")))
        edit("gated", runner={"image": "localhost/shop:2"})
        self.shows("gated", "MigrationFailed", "Failed")
        app("old", wait_for="gated", revision="a1")
        app("newest", wait_for="gated", image="localhost/shop:2")
        eventually(lambda: not is_gated("old"))
        self.assertTrue(is_gated("newest"))

    def test_what_can_never_be_lifted_says_so(self):
        create("known", ends(0, heads_after=["r100"], target_heads=["r100"],
                             applied_revisions=[f"r{number}" for number in range(100, 0, -1)]))
        self.is_ready("known")
        app("lost", wait_for="no-such-migration", revision="b2")
        app("too-old", wait_for="known", revision="r0")
        app("says-nothing", wait_for="known")
        app("says-both", wait_for="known", revision="r1", image="localhost/shop:1")
        for name in ("lost", "too-old", "says-nothing", "says-both"):
            with self.subTest(name):
                self.assertTrue(eventually(lambda name=name: events(name)))
                self.assertTrue(is_gated(name))
        self.assertIn("init container", events("too-old")[0]["message"])
        create("no-such-migration", ends(0))
        eventually(lambda: not is_gated("lost"))


if __name__ == "__main__":
    unittest.main(argv=sys.argv)
