"""Every verb of docs/verbs.md through the command line, as text and as JSON, in the order of Alembic's guide: writing revisions, looking at
them, moving a database, asking it. Going back without files is journal_test.py's, failing runs are run_test.py's."""

import json
import os
import re
import subprocess
import unittest

from both import Case, on_both, on_postgresql, on_sqlite, setUpModule, tearDownModule  # noqa: F401
from project import MIGRATOR

VERBS = ["init", "revision", "upgrade", "downgrade", "migrate", "plan", "current", "history", "show", "heads", "branches", "merge", "stamp",
         "ensure-version", "edit", "status", "wait", "backup", "backups", "restore", "verify", "check", "diff", "completion"]


class Guide(Case):
    """The guide from its first page to its last."""

    def test_from_nothing_to_head_and_back(self):
        os.rmdir(self.project.migrations)
        started = self.json("init")
        self.assertEqual(started, {"created": ["migrations", "migrator.yaml"]})
        first = self.json("revision", "-m", "Create users")
        second = self.json("revision", "-m", "Add email field to User model")
        self.assertEqual(second["down_revisions"], [first["revision"]])
        self.assertRegex(second["revision"], r"^[0-9a-f]{12}$")
        self.assertRegex(second["path"], rf"^migrations/\d{{12}}_{second['revision']}_add_email_field_to_user_model\.sql$")
        self.fill(first["path"], "CREATE TABLE users (id integer PRIMARY KEY);", "DROP TABLE users;")
        self.fill(second["path"], "ALTER TABLE users ADD COLUMN email text;", "ALTER TABLE users DROP COLUMN email;")

        done = self.project.must("upgrade", "head")
        self.assertRegex(done.stdout, rf"done: 2 steps, from base to {second['revision']}, in \d+\.\d\d s\n$")
        self.assertEqual(self.user_tables(), ["users"])
        self.assertEqual(self.project.must("current").stdout, f"{second['revision']} (head)\n")
        self.project.must("downgrade", "-1")
        self.assertEqual(self.project.must("current").stdout, f"{first['revision']}\n")
        self.project.must("downgrade", "base")
        self.assertEqual(self.project.must("current").stdout, "")
        self.assertEqual(self.user_tables(), [])
        self.project.must("upgrade", "+1")
        self.project.must("upgrade", second["revision"])
        self.assertEqual(self.project.heads(), [second["revision"]])
        self.assertEqual(self.project.must("upgrade", "head").stdout, f"nothing to do: the database is at {second['revision']}\n")

    def fill(self, path, up, down):
        path = os.path.join(self.project.folder, path)
        with open(path, encoding="utf-8") as file:
            text = file.read()
        header = text[:text.index("-- migrate:up")]
        with open(path, "w", encoding="utf-8") as file:
            file.write(f"{header}-- migrate:up\n{up}\n-- migrate:down\n{down}\n")

    def test_existing_tables_are_stamped(self):
        self.chain("a1", "a2")
        self.project.database.rows("CREATE TABLE t_a1 (id integer PRIMARY KEY)")
        failed = self.run_verb("upgrade", "head")
        self.assertEqual(failed.code, 20, failed)
        self.assertIn("if it has this schema already, run: migrator stamp head", failed.stderr)
        self.project.must("stamp", "a1")
        self.project.must("upgrade", "head")
        self.assertEqual(self.user_tables(), ["t_a1", "t_a2"])


class WritingRevisions(Case):
    def test_init_overwrites_nothing(self):
        self.assertEqual(self.json("init", "db/revisions")["created"], ["db/revisions", "migrator.yaml"])
        self.assertTrue(os.path.isdir(os.path.join(self.project.folder, "db/revisions")))
        error = self.refused(2, "FileExists", "init")
        self.assertEqual((error["file"], error["message"]),
                         ("migrator.yaml", 'is there already, so this project has been started. Go on with "migrator revision -m MESSAGE".'))

    def test_every_setting_that_init_proposes_can_be_uncommented(self):
        self.json("init", "db/revisions")
        path = os.path.join(self.project.folder, "migrator.yaml")
        with open(path, encoding="utf-8") as file:
            text = file.read()
        proposed = re.findall(r"^# ([a-z_]+: .*)$", text, re.MULTILINE)
        keys = [line.split(":")[0] for line in proposed]
        self.assertLessEqual({"models", "scratch_url", "database_url", "lock_timeout"}, set(keys))
        for line in proposed:
            with open(path, "w", encoding="utf-8") as file:
                file.write(f"migrations: [db/revisions]\n{line}\n")
            with self.subTest(line):
                self.project.must("heads")
        os.makedirs(os.path.join(self.project.folder, "models"))
        with open(os.path.join(self.project.folder, "models/a.sql"), "w", encoding="utf-8") as file:
            file.write("CREATE TABLE t (id integer PRIMARY KEY);\n")
        with open(path, "w", encoding="utf-8") as file:
            file.write(text.replace("# models: models/", "models: models/"))
        self.project.must("revision", "--autogenerate", "--dialect", "sqlite", "-m", "first")

    def test_init_leaves_a_folder_that_holds_something(self):
        self.table("a1")
        error = self.refused(2, "FileExists", "init")
        self.assertEqual(error["message"], "holds files already. Name another folder, or write migrator.yaml by hand.")
        self.assertFalse(os.path.exists(os.path.join(self.project.folder, "migrator.yaml")))

    def test_revision_flags(self):
        base = self.json("revision", "-m", "base", "--rev-id", "a1")
        self.assertEqual((base["revision"], base["down_revisions"], base["message"]), ("a1", [], "base"))
        self.json("revision", "-m", "next", "--rev-id", "a2")
        billing = self.json("revision", "-m", "billing", "--rev-id", "b1", "--head", "base", "--branch-label", "billing")
        self.assertEqual((billing["down_revisions"], billing["labels"]), ([], ["billing"]))
        error = self.refused(2, "MultipleHeads", "revision", "-m", "which")
        self.assertEqual(error["subject"], ["a2", "b1"])
        self.assertEqual(error["message"],
                         'there are several heads: a2, b1. Name the parent with --head, or join them first with "migrator merge".')
        goes_on = self.json("revision", "-m", "invoices", "--rev-id", "b2", "--head", "billing@head", "--depends-on", "a2")
        self.assertEqual((goes_on["down_revisions"], goes_on["depends_on"]), (["b1"], ["a2"]))
        by_label = self.json("revision", "-m", "needs a label", "--rev-id", "a3", "--head", "a2", "--depends-on", "billing")
        self.assertEqual(by_label["depends_on"], ["billing"])
        error = self.refused(2, "InvalidTarget", "revision", "-m", "not a head", "--head", "a1")
        self.assertEqual(error["message"], "a1 is not a head. Give --splice to start a branch from it, or name a head: a3, b2.")
        spliced = self.json("revision", "--head", "a1", "--splice", "-m", "splice", "--rev-id", "c2")
        self.assertEqual(spliced["down_revisions"], ["a1"])
        merged = self.json("revision", "-m", "merge by hand", "--rev-id", "m1", "--head", "a3", "--head", "c2")
        self.assertEqual(sorted(merged["down_revisions"]), ["a3", "c2"])
        both = self.json("revision", "-m", "all", "--rev-id", "m2", "--head", "heads")
        self.assertEqual(sorted(both["down_revisions"]), ["b2", "m1"])
        self.assertEqual(self.json("heads")["heads"], ["m2"])
        with open(os.path.join(self.project.folder, goes_on["path"]), encoding="utf-8") as file:
            text = file.read()
        self.assertIn("-- migrate:revision b2\n-- migrate:message invoices\n-- migrate:down_revision b1\n-- migrate:depends_on a2\n", text)

    def test_revision_refuses_what_would_break_the_graph(self):
        self.table("a1", labels="shop")
        for name, arguments in {"a taken id": ["--rev-id", "a1"], "a reserved id": ["--rev-id", "head"],
                                "a taken label": ["--branch-label", "shop"], "a label with a blank": ["--branch-label", "a b"]}.items():
            with self.subTest(name):
                self.refused(2, "InvalidGraph", "revision", "-m", "x", *arguments)
        self.refused(2, "UnknownRevision", "revision", "-m", "x", "--depends-on", "nobody")
        self.assertEqual(len(os.listdir(self.project.migrations)), 1)

    def test_version_path(self):
        os.mkdir(os.path.join(self.project.folder, "more"))
        with open(os.path.join(self.project.folder, "migrator.yaml"), "w", encoding="utf-8") as file:
            file.write("migrations: [migrations, more]\n")
        self.refused(2, "InvalidTarget", "revision", "-m", "x")
        first = self.json("revision", "-m", "x", "--version-path", "more", "--rev-id", "a1")
        self.assertTrue(first["path"].startswith("more/"), first)
        self.assertTrue(self.json("revision", "-m", "y", "--rev-id", "a2")["path"].startswith("more/"), "the parent's folder")
        error = self.refused(2, "InvalidTarget", "revision", "-m", "z", "--version-path", "elsewhere")
        self.assertIn("is none of the project's folders: migrations, more.", error["message"])

    def test_merge(self):
        self.table("a1")
        for head in ("b1", "b2", "b3"):
            self.table(head, "a1")
        some = self.json("merge", "-m", "two of them", "b1", "b2", "--rev-id", "m1", "--branch-label", "joined")
        self.assertEqual((sorted(some["down_revisions"]), some["labels"]), (["b1", "b2"], ["joined"]))
        every = self.json("merge", "-m", "the rest", "--rev-id", "m2")
        self.assertEqual(sorted(every["down_revisions"]), ["b3", "m1"])
        self.project.must("upgrade", "head")
        self.assertEqual(self.project.heads(), ["m2"])
        only = self.run_verb("merge", "-m", "one")
        self.assertEqual(only.code, 2, only)

    def test_edit(self):
        self.table("a1")
        editor = os.path.join(self.project.folder, "editor")
        with open(editor, "w", encoding="utf-8") as file:
            file.write('#!/bin/sh\nprintf "%s\\n" "-- $1" >> "$2"\n')
        os.chmod(editor, 0o755)
        edited = self.json("edit", "head", extra={"VISUAL": "", "EDITOR": f"{editor} hello"})
        self.assertEqual(len(edited["edited"]), 1)
        with open(os.path.join(self.project.folder, edited["edited"][0]), encoding="utf-8") as file:
            self.assertTrue(file.read().endswith("-- hello\n"))
        with open(editor, "w", encoding="utf-8") as file:
            file.write('#!/bin/sh\necho "-- migrate:upp" >> "$1"\n')
        self.refused(2, "InvalidRevisionFile", "edit", "a1", extra={"VISUAL": editor})
        # The file that keeps all from being read can be mended the same way.
        self.refused(2, "InvalidRevisionFile", "edit", "b1", extra={"VISUAL": "sed -i /upp/d"})
        self.assertEqual(self.json("edit", "a1", extra={"VISUAL": "sed -i /upp/d"}), edited)

    def test_edit_without_an_editor(self):
        self.table("a1")
        error = self.refused(2, "Usage", "edit", "a1", extra={"VISUAL": "", "EDITOR": ""})
        self.assertEqual(error["message"], "no editor is set. Set $VISUAL or $EDITOR, like EDITOR=nano.")


class Looking(Case):
    def setUp(self):
        super().setUp()
        self.table("a1", message="first tables")
        self.table("b1", "a1", labels="billing", message="a branch")
        self.table("c1", "a1", message="other branch", depends="b1")
        self.table("d1", "none", message="apart")

    def test_heads(self):
        self.assertEqual(self.project.must("heads").stdout, "b1 (billing) (effective head)\nc1 (head)\nd1 (head)\n")
        self.assertEqual(self.json("heads")["heads"], ["b1", "c1", "d1"])
        self.assertEqual(self.json("heads", "--resolve-dependencies")["heads"], ["c1", "d1"])
        verbose = self.project.must("heads", "-v").stdout
        self.assertIn("Rev: c1 (head)\nParent: a1\n", verbose)

    def test_branches(self):
        found = self.json("branches")["branches"]
        self.assertEqual([(row["revision"], row["children"], row["branch_point"]) for row in found], [("a1", ["b1", "c1"], True)])
        self.assertIn("a1 (branchpoint)", self.project.must("branches").stdout)
        self.assertIn("first tables", self.project.must("branches", "-v").stdout)

    def test_show(self):
        shown = self.json("show", "billing")["revisions"]
        self.assertEqual([row["revision"] for row in shown], ["b1"])
        self.assertIn("CREATE TABLE t_b1", shown[0]["source"])
        self.assertEqual([row["revision"] for row in self.json("show", "heads")["revisions"]], ["c1", "d1"])
        self.assertIn("Rev: a1", self.project.must("show", "a").stdout)
        self.refused(2, "UnknownRevision", "show", "zz")
        self.refused(2, "MultipleHeads", "show", "head")

    def test_history(self):
        self.project.must("upgrade", "b1")
        rows = {row["revision"]: row for row in self.json("history")["revisions"]}
        self.assertEqual(sorted(rows), ["a1", "b1", "c1", "d1"])
        self.assertEqual((rows["b1"]["applied"], rows["b1"]["current"], rows["b1"]["labels"], rows["b1"]["head"]), (True, True, ["billing"], True))
        self.assertEqual((rows["c1"]["applied"], rows["c1"]["depends_on"], rows["c1"]["down_revisions"]), (False, ["b1"], ["a1"]))
        self.assertEqual((rows["a1"]["branch_point"], rows["a1"]["head"], rows["a1"]["message"]), (True, False, "first tables"))
        self.assertTrue(rows["a1"]["path"].startswith("migrations/"))
        order = [row["revision"] for row in self.json("history")["revisions"]]
        self.assertLess(order.index("c1"), order.index("b1"), "newest first: before its dependency")
        self.assertLess(order.index("b1"), order.index("a1"))

        lines = self.project.must("history").stdout.splitlines()
        self.assertIn("<base> -> a1 (branchpoint), first tables", lines)
        self.assertIn("<base> -> d1 (head), apart", lines)
        self.assertIn("a1 -> b1 (billing) (effective head) (current), a branch", self.project.must("history", "-i").stdout.splitlines())
        self.assertIn("Rev: a1 (branchpoint)\n", self.project.must("history", "-v").stdout)

    def test_history_ranges(self):
        def ids(text):
            return [row["revision"] for row in self.json("history", "-r", text)["revisions"]]
        self.project.must("upgrade", "b1")
        self.assertEqual(ids("a1:b1"), ["b1", "a1"])
        self.assertEqual(ids(":billing"), ["b1", "a1"])
        self.assertEqual(ids("base:current"), ["b1", "a1"])
        self.assertEqual(ids("-1:current"), ["b1", "a1"])
        self.assertEqual(ids("current:"), ["b1"])

    def test_history_without_the_database(self):
        done = self.run_verb("history", url="sqlite:///missing/x.db")
        self.assertEqual(done.code, 0, done)
        self.assertIn("note: applied revisions are not marked: ", done.stderr)
        self.assertEqual(self.run_verb("history", "-i", url="sqlite:///missing/x.db").code, 11)
        self.assertIsNone(self.json("history", url="sqlite:///missing/x.db")["revisions"][0]["applied"])

    def test_completion(self):
        for shell in ("bash", "zsh", "fish"):
            with self.subTest(shell):
                script = self.project.must("completion", shell).stdout
                for verb in VERBS:
                    self.assertIn(verb, script)
                self.assertEqual(self.json("completion", shell)["script"], script)
        self.refused(2, "Usage", "completion", "powershell")

    def test_bash_completes(self):
        script = os.path.join(self.project.folder, "completion.bash")
        with open(script, "w", encoding="utf-8") as file:
            file.write(self.project.must("completion", "bash").stdout)
        self.assertEqual(subprocess.run(["bash", "-n", script], check=False).returncode, 0)

        def completed(*words):
            listed = " ".join(f"'{word}'" for word in words)
            text = f"source {script}; COMP_WORDS=({listed}); COMP_CWORD={len(words) - 1}; _migrator; printf '%s\\n' \"${{COMPREPLY[@]}}\""
            environment = {**self.project.environment(), "PATH": os.path.dirname(MIGRATOR) + ":" + os.environ["PATH"]}
            return subprocess.run(["bash", "-c", text], cwd=self.project.folder, env=environment, capture_output=True, text=True, check=True,
                                  timeout=60).stdout.split()

        self.assertEqual(completed("migrator", "up"), ["upgrade"])
        self.assertEqual(completed("migrator", "upgrade", "b"), ["base", "b1"])
        self.assertEqual(completed("migrator", "show", "d"), ["d1"])
        self.assertEqual(completed("migrator", "upgrade", "--dr"), ["--dry-run"])
        self.assertEqual(completed("migrator", "migrate", "--to", "c"), ["c1"])
        self.assertEqual(completed("migrator", "history", "--output", ""), ["text", "json"])


class Help(unittest.TestCase):
    def help_of(self, *words):
        return subprocess.run([MIGRATOR, *words], capture_output=True, text=True, timeout=60, check=False)

    def test_every_verb_has_an_example(self):
        overview = self.help_of("--help")
        self.assertEqual(overview.returncode, 0)
        for verb in VERBS:
            with self.subTest(verb):
                self.assertRegex(overview.stdout, rf"(?m)^  {verb} +\S")
                done = self.help_of(verb, "--help")
                self.assertEqual((done.returncode, done.stderr), (0, ""))
                self.assertRegex(done.stdout, rf"(?m)^  \$ .*migrator {verb}\b")
                self.assertTrue(done.stdout.startswith(f"migrator {verb}: "))
                self.assertEqual(self.help_of("--help", verb).stdout, done.stdout)

    def test_the_overview_lists_no_more_than_there_is(self):
        listed = re.search(r"verbs:\n((?:  \S.*\n)+)", self.help_of("--help").stdout).group(1)
        self.assertEqual([line.split()[0] for line in listed.splitlines()], VERBS)


class Moving(Case):
    def setUp(self):
        super().setUp()
        self.chain("aa1", "aa2", "ab3")

    def at(self, *heads):
        self.assertEqual(self.project.heads(), sorted(heads))

    def test_targets(self):
        for step, (arguments, head) in enumerate([(["upgrade", "+1"], "aa1"), (["upgrade", "aa2"], "aa2"), (["upgrade", "head"], "ab3"),
                                                  (["downgrade", "-1"], "aa2"), (["downgrade", "aa1"], "aa1"), (["upgrade", "ab"], "ab3"),
                                                  (["downgrade", "base+1"], "aa1"), (["upgrade", "aa1+1"], "aa2"), (["upgrade", "heads"], "ab3"),
                                                  (["downgrade", "ab3-1"], "aa2"), (["upgrade", "head-1"], "aa2")]):
            with self.subTest(f"{step} {arguments}"):
                self.project.must(*arguments)
                self.at(head)
        self.project.must("downgrade", "base")
        self.at()
        self.refused(2, "AmbiguousRevision", "upgrade", "a")
        self.refused(2, "OutOfRange", "upgrade", "+4")
        self.at()

    def test_branches(self):
        self.table("b1", "none", labels="billing")
        self.table("b2", "b1")
        error = self.refused(2, "MultipleHeads", "upgrade", "head")
        self.assertEqual(sorted(error["subject"]), ["ab3", "b2"])
        self.at_nothing()
        self.project.must("upgrade", "billing@+1")
        self.at("b1")
        self.project.must("upgrade", "billing@head")
        self.at("b2")
        self.project.must("upgrade", "heads")
        self.at("ab3", "b2")
        self.project.must("downgrade", "billing@-1")
        self.at("ab3", "b1")
        self.project.must("downgrade", "billing@base")
        self.at("ab3")

    def at_nothing(self):
        self.assertEqual([table for table in (self.project.database.tables() if os.path.exists(getattr(self.project.database, "path", "/"))
                                              else [])], [])

    def test_flags_before_and_after(self):
        url = self.project.database.url
        self.project.must("--output", "json", "upgrade", "--lock-wait", "5s", "+1", "--database-url", url, url="sqlite:///unused.db")
        self.at("aa1")
        self.project.must("-q", "upgrade", "head", "--lock-timeout=2s")
        self.at("ab3")
        self.assertEqual(self.project.must("-q", "downgrade", "-1").stderr, "")
        self.project.must("downgrade", "-1", "-q")
        self.at("aa1")

    def test_run_document(self):
        run = self.json("upgrade", "aa2", "--run-id", "run-7")
        self.assertEqual({"outcome": "Done", "exit_code": 0, "run_id": "run-7", "heads_before": [], "heads_after": ["aa2"], "untouched": [],
                          "notes": []},
                         {key: run[key] for key in ("outcome", "exit_code", "run_id", "heads_before", "heads_after", "untouched", "notes")})
        self.assertEqual([(step["revision"], step["direction"]) for step in run["steps"]], [("aa1", "up"), ("aa2", "up")])
        self.assertTrue(all(step["seconds"] >= 0 for step in run["steps"]))
        self.assertRegex(run["plan_hash"], r"^v1:[0-9a-f]{64}$")
        self.assertRegex(run["started_at"], r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$")
        self.assertEqual(self.json("upgrade", "aa2")["outcome"], "NothingToDo")
        self.assertEqual({row[0] for row in self.project.journal("run_id")}, {"run-7"})
        self.assertNotIn("error", run)

    def test_dry_run_is_the_plan(self):
        plan = self.json("upgrade", "head", "--dry-run")
        self.assertEqual([(step["revision"], step["direction"], step["transactional"], step["from_journal"], step["sql"]) for step in plan["steps"]],
                         [(rev, "up", True, False, [f"CREATE TABLE t_{rev} (id integer PRIMARY KEY)"]) for rev in ("aa1", "aa2", "ab3")])
        self.assertEqual((plan["heads_before"], plan["heads_after"], plan["outcome"]), ([], ["ab3"], "Moves"))
        self.assertEqual(plan["steps"][0]["units"], [{"kind": "transaction", "statements": 1}])
        self.at_nothing()
        self.assertEqual(self.json("plan")["hash"], plan["hash"])
        self.assertEqual(self.json("plan", "head")["hash"], plan["hash"])
        self.assertEqual(self.json("migrate", "--to", "head", "--dry-run")["hash"], plan["hash"])
        text = self.project.must("plan").stdout
        self.assertIn("from base to ab3: 3 steps\n", text)
        self.assertIn("CREATE TABLE t_aa1 (id integer PRIMARY KEY)", text)
        self.assertIn(f"plan {plan['hash']}\n", text)
        self.project.must("upgrade", "aa1")
        self.assertNotEqual(self.json("plan")["hash"], plan["hash"])
        back = self.json("downgrade", "base", "--dry-run")
        self.assertEqual([(step["revision"], step["direction"]) for step in back["steps"]], [("aa1", "down")])
        self.at("aa1")

    def test_stamp(self):
        self.assertEqual(self.json("stamp", "aa2"), {"outcome": "Done", "heads_before": [], "heads_after": ["aa2"]})
        self.assertEqual(self.user_tables(), [])
        self.assertEqual(self.json("stamp", "aa2")["outcome"], "NothingToDo")
        self.assertEqual(self.project.must("stamp", "head").stdout, "stamped: from aa2 to ab3; nothing was run\n")
        self.assertEqual(self.json("stamp", "base"), {"outcome": "Done", "heads_before": ["ab3"], "heads_after": []})
        self.table("b1", labels="billing")
        self.assertEqual(self.json("stamp", "ab3", "b1")["heads_after"], ["ab3", "b1"])
        self.assertEqual(self.json("stamp", "aa1")["heads_after"], ["aa1", "b1"], "the other branch stays")
        self.assertEqual(self.json("stamp", "heads")["heads_after"], ["ab3", "b1"])
        self.assertEqual(self.json("stamp", "--purge", "aa2"), {"outcome": "Done", "heads_before": ["ab3", "b1"], "heads_after": ["aa2"]})
        self.at("aa2")
        self.refused(2, "UnknownRevision", "stamp", "nobody")
        self.refused(2, "Usage", "stamp")
        self.at("aa2")
        self.assertEqual(self.json("stamp", "ab3", "--dry-run")["heads_after"], ["ab3"])
        self.at("aa2")

    def test_stamp_leaves_evidence(self):
        self.project.must("stamp", "ab3", "--run-id", "by-hand")
        self.assertIn(["ab3", "stamp", "done", "by-hand"], self.project.journal("revision, direction, outcome, run_id"))
        self.project.must("stamp", "aa1", "--run-id", "again")
        self.assertIn(["aa1", "stamp", "done", "again"], self.project.journal("revision, direction, outcome, run_id"))
        self.project.must("stamp", "base", "--run-id", "away")
        self.assertEqual(self.project.journal("direction, outcome, run_id")[-1], ["stamp", "done", "away"])
        self.assertEqual(self.json("status")["last_run"]["run_id"], "away")

    def test_stamp_takes_the_flags_of_a_run(self):
        report = os.path.join(self.project.folder, "report.json")
        self.project.must("stamp", "aa2", "--report", report, "--run-id", "r1", "--owner", "shop/shop/uid-1")
        with open(report, encoding="utf-8") as file:
            told = json.load(file)
        self.assertEqual((told["outcome"], told["heads_before"], told["heads_after"], told["run_id"], told["applied_revisions"]),
                         ("Done", [], ["aa2"], "r1", ["aa2", "aa1"]))
        self.refused(26, "OwnedByAnother", "stamp", "head", "--owner", "shop/other/uid-2", "--report", report)
        with open(report, encoding="utf-8") as file:
            self.assertEqual(json.load(file)["error"]["code"], "OwnedByAnother")
        self.at("aa2")
        self.project.must("stamp", "head", "--owner", "shop/other/uid-2", "--adopt", "uid-1")
        self.at("ab3")

    def test_purge_forgets_unknown_rows(self):
        self.project.must("upgrade", "aa1")
        self.project.database.rows("INSERT INTO migrator_version (version_num) VALUES ('ffff00')")
        self.assertEqual(self.json("stamp", "--purge", "aa1")["heads_after"], ["aa1"])
        self.at("aa1")

    def test_what_is_stamped_counts_as_contained(self):
        """The readers' view knows all that the stamped revision stands on."""
        self.project.must("stamp", "ab3")
        self.assertEqual(self.json("wait", "--revision", "aa1", "--revision", "ab3", "--timeout", "1s")["contained"], True)

    def test_ensure_version(self):
        self.assertEqual(self.json("ensure-version"), {"outcome": "Done", "version_table": "migrator_version"})
        self.assertEqual(self.project.heads(), [])
        self.assertEqual([table for table in self.project.database.tables()],
                         ["migrator_version", "migrator_version_journal", "migrator_version_meta"])
        self.assertEqual(self.json("ensure-version")["outcome"], "NothingToDo")
        self.assertEqual(self.project.must("ensure-version").stdout, "migrator_version is there already\n")
        self.at()

    def test_current(self):
        self.assertEqual(self.run_verb("current").code, 11 if self.dialect == "sqlite" else 0)
        self.project.must("ensure-version")
        self.assertEqual(self.json("current"), {"heads": [], "at_heads": False, "partial": None})
        self.project.must("upgrade", "aa2", "--run-id", "run-1")
        self.assertEqual(self.json("current")["heads"], ["aa2"])
        error = self.refused(3, "CheckFailed", "current", "--check-heads")
        self.assertEqual(error["message"], "the database is not at the heads of the files (ab3); run: migrator upgrade heads")
        self.assertRegex(self.project.must("current", "-v").stdout, r"^aa2\n    up on \S+Z by \S+@\S+ \(run run-1\)\n$")
        self.project.must("upgrade", "head")
        self.assertEqual(self.json("current", "--check-heads"), {"heads": ["ab3"], "at_heads": True, "partial": None})
        self.assertEqual(self.project.must("current", "--check-heads").stdout, "ab3 (head)\n")

    def test_current_check_heads_counts_what_a_dependency_implies(self):
        self.table("dep", "none")
        self.table("top", "none", depends="dep ab3")
        self.project.must("upgrade", "heads")
        self.at("top")
        self.assertTrue(self.json("current", "--check-heads")["at_heads"])

    def test_status(self):
        self.project.must("upgrade", "+1", "--run-id", "run-1")
        page = self.json("status")
        self.assertEqual((page["heads"], page["pending"], page["unknown"], page["ahead"], page["partial"], page["mismatch"], page["lock"]),
                         (["aa1"], ["aa2", "ab3"], [], [], None, None, None))
        self.assertEqual({key: page["last_run"][key] for key in ("run_id", "revision", "direction", "outcome", "error")},
                         {"run_id": "run-1", "revision": "aa1", "direction": "up", "outcome": "done", "error": None})
        text = self.project.must("status").stdout
        for line in ("current   aa1\n", "pending   2: aa2, ab3\n", "lock      free\n"):
            self.assertIn(line, text)
        self.assertIn("last run  up aa1 done on ", text)


class TwoTables(Case):
    def test_two_version_tables(self):
        self.chain("a1", "a2")
        other = os.path.join(self.project.folder, "other")
        os.mkdir(other)
        with open(os.path.join(other, "1_b1_x.sql"), "w", encoding="utf-8") as file:
            file.write("-- migrate:revision b1\n-- migrate:down_revision none\n-- migrate:up\nCREATE TABLE t_b1 (id integer);\n"
                       "-- migrate:down\nDROP TABLE t_b1;\n")
        ours = ("--migrations", "other", "--version-table", "other_version")
        self.project.must("upgrade", "head")
        self.project.must("upgrade", "head", *ours)
        self.assertEqual(self.project.heads(), ["a2"])
        self.assertEqual(self.json("current", *ours)["heads"], ["b1"])
        self.project.must("downgrade", "base", *ours)
        self.assertEqual((self.project.heads(), self.json("current", *ours)["heads"]), (["a2"], []))
        tables = self.project.database.tables()
        self.assertIn("t_a2", tables)
        self.assertNotIn("t_b1", tables)


class MakingTheFile(Case):
    def test_only_some_verbs_make_a_database(self):
        self.chain("aa1")
        for arguments in (["downgrade", "base"], ["current"], ["status"], ["history"], ["plan"], ["upgrade", "head", "--dry-run"],
                          ["wait", "--timeout", "100ms"], ["upgrade", "head", "--sql"], ["stamp", "head", "--sql"], ["stamp", "head", "--dry-run"], ["ensure-version", "--sql"]):
            with self.subTest(arguments):
                self.run_verb(*arguments)
                self.assertEqual(os.listdir(self.project.folder), ["migrations"])


class NoSchemas(Case):
    def test_a_schema_is_for_postgresql(self):
        self.chain("a1")
        error = self.refused(2, "InvalidConfiguration", "upgrade", "head", "--version-schema", "tenant")
        self.assertEqual(error["message"], 'version_schema "tenant" is for PostgreSQL: SQLite keeps the history in its main database. Leave '
                                           "version_schema out.")
        self.assertFalse(os.path.exists(self.project.database.path))
        self.project.must("upgrade", "head", "--version-schema", "main")
        self.assertEqual(self.project.heads(), ["a1"])


class TwoSchemas(Case):
    def test_two_schemas(self):
        self.chain("a1", "a2")
        self.project.database.rows("CREATE SCHEMA one; CREATE SCHEMA two")
        for schema, target in (("one", "a1"), ("two", "a2")):
            url = f"{self.project.database.url}&options=-csearch_path%3D{schema}"
            self.project.must("upgrade", target, "--version-schema", schema, url=url)
        for schema, head in (("one", "a1"), ("two", "a2")):
            self.assertEqual(self.project.database.rows(f"SELECT version_num FROM {schema}.migrator_version"), [[head]])
        self.assertEqual(self.project.database.tables(), [])
        found = self.project.database.rows("SELECT schemaname, tablename FROM pg_tables WHERE tablename LIKE 't\\_%' ORDER BY 1, 2")
        self.assertEqual(found, [["one", "t_a1"], ["two", "t_a1"], ["two", "t_a2"]])


on_both(globals(), Guide, WritingRevisions, Looking, Moving, TwoTables)
on_sqlite(globals(), NoSchemas, MakingTheFile)
on_postgresql(globals(), TwoSchemas)


if __name__ == "__main__":
    unittest.main()
