"""The alerts of the chart: promtool's own tests of the rules, a page in docs/runbooks/ for each, and no metric in them that the operator does not
have. Needs promtool (Debian's package prometheus).
"""

import glob
import os
import re
import subprocess
import unittest

ROOT = os.path.abspath(os.path.join(os.path.dirname(__file__), "..", ".."))
RULES = os.path.join(ROOT, "charts", "migration-operator", "files", "alerts.yaml")


def read(*path):
    with open(os.path.join(ROOT, *path), encoding="utf-8") as file:
        return file.read()


class Alerts(unittest.TestCase):
    def test_promtool_accepts_the_rules(self):
        done = subprocess.run(["promtool", "check", "rules", RULES], capture_output=True, text=True, check=False)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)

    def test_each_fires_when_it_should_and_only_then(self):
        done = subprocess.run(["promtool", "test", "rules", os.path.join(ROOT, "tests", "alerts", "alerts_test.yaml")],
                              capture_output=True, text=True, check=False)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)

    def test_each_is_tested_and_has_its_page(self):
        alerts = re.findall(r"- alert: (\w+)", read("charts", "migration-operator", "files", "alerts.yaml"))
        self.assertEqual(len(alerts), 8)
        tests = read("tests", "alerts", "alerts_test.yaml")
        for alert in alerts:
            with self.subTest(alert):
                self.assertRegex(tests, rf"alertname: {alert}\n +exp_alerts:\n")
                page = read("docs", "runbooks", alert + ".md")
                self.assertTrue(page.startswith(f"# {alert}\n\n**Means**"), page[:80])
                self.assertIn("**Look at**", page)
                self.assertIn("**Do**", page)
                self.assertIn(f"runbook_url: docs/runbooks/{alert}.md", read("charts", "migration-operator", "files", "alerts.yaml"))
        pages = {os.path.basename(path)[:-3] for path in glob.glob(os.path.join(ROOT, "docs", "runbooks", "*.md"))}
        self.assertEqual(pages, set(alerts))

    def test_the_operator_has_every_metric_that_they_read(self):
        rules = read("charts", "migration-operator", "files", "alerts.yaml")
        wanted = {name for expression in re.findall(r"^ +expr:(.*?)^ +for:", rules, re.S | re.M)
                  for name in re.findall(r"\bmigration_[a-z_]+", expression)}
        self.assertGreater(len(wanted), 8)
        source = "".join(read(path) for path in glob.glob("operator/telemetry/*.cpp", root_dir=ROOT))
        self.assertEqual({name for name in wanted if f'"{name}"' not in source}, set())


if __name__ == "__main__":
    unittest.main()
