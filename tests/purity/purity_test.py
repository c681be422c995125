"""Holds the line between logic and the world: files listed in pure_paths.txt reach for no database, file, clock, thread or terminal,
neither themselves nor through a header of ours. Debian puts every library's headers in one folder, so the linker would not notice.

It also keeps the repository free of paths that exist on one machine only. Run by ctest; standard library only.
"""

import fnmatch
import os
import re
import sys
import unittest

ROOT = os.path.abspath(os.path.join(os.path.dirname(__file__), "..", ".."))
PURE_PATHS = os.path.join(os.path.dirname(__file__), "pure_paths.txt")

# What a pure file must not say, and why. Looked for in code with comments and string literals taken out.
FORBIDDEN = [
    (r"#\s*include\s*[<\"](cpprest|pplx)/", "the network"),
    (r"#\s*include\s*[<\"](pqxx|libpq-fe\.h|libpq/|pg_query)", "PostgreSQL"),
    (r"#\s*include\s*[<\"]sqlite3", "SQLite"),
    (r"#\s*include\s*<(fstream|iostream|filesystem|cstdio|stdio\.h)>", "files and standard streams"),
    (r"#\s*include\s*<(unistd\.h|fcntl\.h|dirent\.h|dlfcn\.h|sys/[a-z]+\.h)>", "the operating system"),
    (r"#\s*include\s*<(thread|future|mutex|condition_variable|csignal|signal\.h)>", "threads and signals"),
    (r"#\s*include\s*[<\"]spdlog/", "the log"),
    (r"\bstd::filesystem\b", "files"),
    (r"\bstd::(cout|cerr|clog|cin)\b", "standard streams"),
    (r"::now\s*\(", "the clock"),
    (r"\bstd::time\s*\(|\btime\s*\(\s*(nullptr|NULL|0)\s*\)", "the clock"),
    (r"\b(std::)?getenv\s*\(", "the environment"),
    (r"\bstd::random_device\b", "randomness"),
]

# A comment, a raw string, a string or a character: whichever begins first.
NOT_CODE = re.compile(
    r'//[^\n]*|/\*.*?\*/|R"(?P<mark>[^()\s\\]{0,16})\(.*?\)(?P=mark)"|"(?:\\.|[^"\\\n])*"|(?<![0-9A-Fa-f])\'(?:\\.|[^\'\\\n])*\'', re.S)
INCLUDE_LINE = re.compile(r"^[ \t]*#[ \t]*include.*$", re.M)
OWN_INCLUDE = re.compile(r'^[ \t]*#[ \t]*include[ \t]*"((?:migrator|operator)/[^"]+)"', re.M)


def code_of(text):
    """The text without comments and literals, with line breaks kept; include lines stay whole."""
    includes = []

    def set_aside(match):
        includes.append(match.group(0))
        return f"\x00{len(includes) - 1}\x00"

    text = INCLUDE_LINE.sub(set_aside, text)
    text = NOT_CODE.sub(lambda match: "\n" * match.group(0).count("\n") or " ", text)
    return re.sub("\x00(\\d+)\x00", lambda match: includes[int(match.group(1))].split("//")[0], text)


def violations(text):
    """(line, what was reached for) of each thing that a pure file must not do."""
    code = code_of(text)
    found = []
    for pattern, what in FORBIDDEN:
        for match in re.finditer(pattern, code):
            found.append((code.count("\n", 0, match.start()) + 1, what))
    return sorted(found)


def rules():
    with open(PURE_PATHS, encoding="utf-8") as file:
        lines = [line.strip() for line in file]
    return [line for line in lines if line and not line.startswith("#")]


def standing(path, patterns):
    """"pure", "door" or "": the last rule that fits a path decides. `!` takes out what an earlier rule took in, `@` names a door."""
    answer = ""
    for rule in patterns:
        if fnmatch.fnmatchcase(path, rule.lstrip("!@")):
            answer = {"!": "", "@": "door"}.get(rule[0], "pure")
    return answer


def is_pure(path, patterns):
    return standing(path, patterns) == "pure"


def files_of(folder, endings=None):
    """Paths of the repository's files below a folder, relative to the root; build folders and version control left out."""
    for base, folders, names in os.walk(os.path.join(ROOT, folder)):
        relative = os.path.relpath(base, ROOT)
        folders[:] = sorted(name for name in folders
                            if name not in (".git", ".cache", "__pycache__") and not (relative == "." and name == "build"))
        for name in sorted(names):
            if name != ".git" and (endings is None or name.endswith(endings)):
                yield os.path.normpath(os.path.join(relative, name))


def read(path):
    with open(os.path.join(ROOT, path), encoding="utf-8", errors="replace") as file:
        return file.read()


class Scanner(unittest.TestCase):
    """The scanner itself, on small texts."""

    def test_finds_each_forbidden_thing(self):
        for text in ("#include <pqxx/pqxx>", "# include <sqlite3.h>", "#include <fstream>", "#include <filesystem>",
                     "#include <thread>", "#include <cpprest/json.h>", "auto t = std::chrono::system_clock::now();",
                     "std::filesystem::path p;", "auto v = getenv(\"X\");", "std::cout << 1;", "long t = time(nullptr);"):
            with self.subTest(text):
                self.assertEqual([line for line, _ in violations("\n" + text)], [2])

    def test_leaves_comments_and_literals_alone(self):
        for text in ("// no fstream, no clock::now()", "/* std::cout */",
                     'auto s = "std::filesystem";', 'auto r = R"(x::now())";', "int million = 1'000'000; int n = snow (1);",
                     "#include <string> // not <fstream>"):
            with self.subTest(text):
                self.assertEqual(violations(text), [])

    def test_the_last_rule_decides(self):
        patterns = ["a/*", "!a/world.*", "@a/world.h"]
        self.assertTrue(is_pure("a/logic.cpp", patterns))
        self.assertFalse(is_pure("a/world.cpp", patterns))
        self.assertFalse(is_pure("b/logic.cpp", patterns))
        self.assertEqual(standing("a/world.h", patterns), "door")


class Purity(unittest.TestCase):
    def setUp(self):
        self.patterns = rules()
        self.sources = [path for folder in ("migrator", "operator") for path in files_of(folder, (".h", ".cpp"))]

    def test_every_rule_fits_a_file(self):
        self.assertTrue(self.sources)
        for rule in self.patterns:
            with self.subTest(rule):
                self.assertTrue(fnmatch.filter(self.sources, rule.lstrip("!@")), "pure_paths.txt names what is not there")

    def test_pure_files_reach_for_nothing(self):
        for path in self.sources:
            if is_pure(path, self.patterns):
                for line, what in violations(read(path)):
                    with self.subTest(path):
                        self.fail(f"{path}:{line}: a pure file reaches for {what}")

    def test_pure_files_include_only_pure_headers_and_doors_of_ours(self):
        for path in self.sources:
            if is_pure(path, self.patterns):
                for header in OWN_INCLUDE.findall(read(path)):
                    with self.subTest(f"{path} includes {header}"):
                        self.assertTrue(standing(header, self.patterns), "a pure file includes a header that is neither pure nor a door")


class PathsOfOneMachine(unittest.TestCase):
    # Put together here, so that this file does not hold what it looks for.
    FOREIGN = re.compile(r"(?<![\w.$}-])/" + r"work/|\.\./" + r"shared\b|(?<![\w.$}-])/root/" + r"[\w.]")

    def test_finds_them(self):
        self.assertTrue(self.FOREIGN.search("see /" + "work/notes"))
        self.assertTrue(self.FOREIGN.search("see ../" + "shared/notes"))
        self.assertFalse(self.FOREIGN.search("build/fuzz/" + "work/corpus"))

    def test_no_file_names_one(self):
        for path in files_of("."):
            match = self.FOREIGN.search(read(path))
            with self.subTest(path):
                self.assertIsNone(match, f"{path} names a path of one machine: {match.group(0) if match else ''}")


if __name__ == "__main__":
    unittest.main(argv=sys.argv)
