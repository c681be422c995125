"""A sample of the recorded answers of Alembic (tests/testdata/graph) through the command line: files, `stamp`, then `upgrade` or `downgrade
TARGET --dry-run --output json`. Alembic walks unordered sets, so steps count as a set in a possible order; an error must be an error."""

import json
import os
import random
import unittest

from project import Project

CASES = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../testdata/graph/revision_graph.json")
SAMPLE = 200
NAMED = {"InvalidTarget", "UnknownRevision", "AmbiguousRevision", "AmbiguousWalk", "OutOfRange", "MultipleHeads", "Usage", "MissingRevision",
         "Diverged", "Ahead", "DownNotAllowed"}


def spread_sample():
    """The same cases every time, from every kind: direction, error or not, size of the graph."""
    with open(CASES, encoding="utf-8") as file:
        cases = json.load(file)
    groups = {}
    for index, case in enumerate(cases):
        key = (case["op"], case["expect"].get("error", ""), "@" in case["target"], len(case["graph"]) // 6)
        groups.setdefault(key, []).append((index, case))
    source = random.Random(3)
    for group in groups.values():
        source.shuffle(group)
    sample = []
    while len(sample) < SAMPLE:
        for key in sorted(groups):
            if groups[key] and len(sample) < SAMPLE:
                sample.append(groups[key].pop())
    return sample


def write_files(project, graph):
    for node in graph:
        project.revision(node["id"], " ".join(node["down"]) or "none", depends=" ".join(node["depends"]), labels=" ".join(node["labels"]))


def needs_of(graph):
    """What each revision stands on: parents and dependencies, labels resolved to the revision that bears them."""
    bearer = {label: node["id"] for node in graph for label in node["labels"]}
    return {node["id"]: [*node["down"], *(bearer.get(name, name) for name in node["depends"])] for node in graph}


class Conformance(unittest.TestCase):
    def check(self, project, case):
        project.must("stamp", *(case["current"] or ["base"]))
        self.assertEqual(sorted(case["current"]), project.heads())
        verb = "upgrade" if case["op"] == "up" else "downgrade"
        done = project.run(verb, case["target"], "--dry-run", "--output", "json")
        expected = case["expect"]
        if "error" in expected:
            self.assertIn(done.code, (2, 21, 26), done)
            error = done.json["error"]
            self.assertIn(error["code"], NAMED)
            self.assertEqual(error["exit_code"], done.code)
            self.assertTrue(error["message"])
            return
        self.assertEqual(done.code, 0, done)
        plan = done.json
        steps = [step["revision"] for step in plan["steps"]]
        self.assertEqual(sorted(steps), sorted(expected["steps"]))
        self.assertEqual({step["direction"] for step in plan["steps"]}, {case["op"]} if steps else set())
        self.assertEqual(sorted(plan["heads_before"]), sorted(case["current"]))
        self.assertEqual(sorted(plan["heads_after"]), sorted(expected["heads"]))
        self.check_order(steps if case["op"] == "up" else steps[::-1], needs_of(case["graph"]))

    def check_order(self, upwards, needs):
        walked = set(upwards)
        seen = set()
        for revision in upwards:
            self.assertEqual(set(), {need for need in needs[revision] if need in walked} - seen, f"{revision} is before what it stands on")
            seen.add(revision)

    def test_sample(self):
        sample = spread_sample()
        self.assertEqual(len(sample), SAMPLE)
        self.assertEqual(len({index for index, _ in sample}), SAMPLE)
        for index, case in sample:
            project = Project("sqlite")
            try:
                write_files(project, case["graph"])
                with self.subTest(case=index, op=case["op"], target=case["target"], current=case["current"]):
                    self.check(project, case)
            finally:
                project.close()


if __name__ == "__main__":
    unittest.main()
