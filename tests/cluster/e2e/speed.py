"""What a run costs that has nothing to do."""

import datetime
import sys

import story
from patience import eventually
from whole_cluster import POD_SECURITY, RESTRICTED


class Speed(story.Told):
    def test_nothing_to_migrate_costs_two_seconds_over_an_empty_job(self):
        shop = self.tell("fast")
        shop.migrate("localhost/shop:1")
        shop.until_ready()

        def since(began):
            return (datetime.datetime.now(datetime.timezone.utc) - began).total_seconds()

        def an_empty_job(number):
            began = datetime.datetime.now(datetime.timezone.utc)
            shop.apply({"apiVersion": "batch/v1", "kind": "Job", "metadata": {"name": f"empty-{number}"}, "spec": {"template": {"spec": {
                "restartPolicy": "Never", "securityContext": POD_SECURITY, "containers": [
                    {"name": "empty", "image": "localhost/shop:1", "args": ["--version"], "securityContext": RESTRICTED}]}}}})
            eventually(lambda: shop.get("job", f"empty-{number}").get("status", {}).get("completionTime"), why=shop.describe)
            return since(began)

        def a_run(number):
            began = datetime.datetime.now(datetime.timezone.utc)
            shop.annotate("migration", "shop", f"migrator.dev/requestedAt={number}")
            eventually(lambda: shop.status().get("lastHandledRequestedAt") == str(number) and "run" not in shop.status()
                       and shop.condition("Ready").get("status") == "True", why=shop.describe)
            return since(began)

        # The quicker of some of each: what the machine does besides is not what is measured.
        floor, ours = min(map(an_empty_job, range(3))), min(map(a_run, range(3)))
        self.assertLessEqual(ours, floor + 2, (floor, ours))
        print(f"nothing to migrate: {ours:.1f} s; an empty Job: {floor:.1f} s", file=sys.stderr)
