"""Keeps the documents true where a program can tell: their links lead somewhere, and the README's tables name the exit codes and the
verbs that the code has. Run by ctest; standard library only.
"""

import os
import re
import sys
import unittest

ROOT = os.path.abspath(os.path.join(os.path.dirname(__file__), "..", ".."))
LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")


def read(path):
    with open(os.path.join(ROOT, path), encoding="utf-8") as file:
        return file.read()


def documents():
    for base, folders, names in os.walk(ROOT):
        relative = os.path.relpath(base, ROOT)
        folders[:] = [name for name in folders if not name.startswith(".") and not (relative == "." and name == "build")]
        for name in sorted(names):
            if name.endswith(".md"):
                yield os.path.normpath(os.path.join(relative, name))


def prose(text):
    """The text without its blocks of code."""
    return re.sub(r"^```.*?^```", "", text, flags=re.S | re.M)


def anchors(text):
    """What the headings of a document are called in links to them."""
    headings = re.findall(r"^#+ +(.+?) *$", prose(text), re.M)
    return {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}


def section(text, heading):
    return re.search(rf"^## {heading}\n(.*?)(?=^## |\Z)", text, re.S | re.M).group(1)


class Links(unittest.TestCase):
    def test_links_lead_somewhere(self):
        count = 0
        for document in documents():
            for link in LINK.findall(prose(read(document))):
                if re.match(r"[a-z]+:", link):
                    continue
                count += 1
                path, _, anchor = link.partition("#")
                target = os.path.normpath(os.path.join(os.path.dirname(document), path)) if path else document
                with self.subTest(f"{document}: {link}"):
                    self.assertTrue(os.path.exists(os.path.join(ROOT, target)), "no such file")
                    if anchor:
                        self.assertIn(anchor, anchors(read(target)), "no such heading")
        self.assertGreater(count, 10)


class Readme(unittest.TestCase):
    def test_exit_codes_are_those_of_the_code(self):
        told = {int(code) for code in re.findall(r"^\| (\d+) \|", section(read("README.md"), "Exit codes"), re.M)}
        known = {int(code) for code in re.findall(r'\{ErrorCode::\w+, "\w+", (\d+)\}', read("migrator/error/error.cpp"))}
        self.assertTrue(known)
        self.assertEqual(told, known | {0})

    def test_every_verb_is_named(self):
        told = set(re.findall(r"`([a-z-]+)", "".join(re.findall(r"^\| (`[^|]*) \|", section(read("README.md"), "Verbs"), re.M))))
        known = set(re.findall(r'\{\s*VerbId::\w+,\s*"([a-z-]+)"', read("migrator/cli/verbs.cpp")))
        self.assertTrue(known)
        self.assertEqual(told, known)


if __name__ == "__main__":
    unittest.main(argv=sys.argv)
