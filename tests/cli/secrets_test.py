"""A failing login over every verb, in every form a password can be given: it stands in no output, report, process list, or file. The same
for what SQL errors carry: rows, and PASSWORD literals."""

import glob
import os
import subprocess
import unittest
import urllib.parse

from both import Case, on_both, on_postgresql, server, setUpModule, tearDownModule  # noqa: F401
from project import MIGRATOR

# Nothing else may look like it, whole or decoded.
SECRET = "hunter2-s3cr3t"
SPECIAL = "p@ss/w0rd:#%s3cr3t"
PIECES = (SECRET, "s3cr3t", SPECIAL, urllib.parse.quote(SPECIAL, safe=""))
VERBS = [["upgrade", "head"], ["downgrade", "-1"], ["downgrade", "base"], ["migrate", "--to", "head"], ["plan"], ["upgrade", "head", "--dry-run"],
         ["current"], ["current", "--check-heads"], ["history", "-i"], ["history"], ["status"], ["stamp", "head"], ["stamp", "--purge", "base"],
         ["ensure-version"], ["wait", "--timeout", "200ms"], ["heads"], ["show", "head"], ["branches"], ["upgrade", "base:head", "--sql"],
         ["stamp", "head", "--sql"]]
# These connect to nothing, or go on without the database.
NEED_NO_LOGIN = {"heads", "show", "branches"}
FORMS = [[], ["-v"], ["--output", "json"], ["--log-format", "json", "-v"]]


class FailingLogin(Case):
    """A role whose password is another one, on a server that asks for it."""

    def setUp(self):
        super().setUp()
        self.chain("a1")
        self.role = f"{self.project.database.name}_login"
        self.project.database.rows(f"CREATE ROLE {self.role} LOGIN PASSWORD 'right'")
        self.addCleanup(server().psql, f"DROP ROLE {self.role}")
        self.socket = server().environment["PGHOST"]
        rules = os.path.join(self.socket, "data", "pg_hba.conf")
        with open(rules, encoding="utf-8") as file:
            before = file.read()
        self.write_rules(rules, f"local all {self.role} scram-sha-256\n" + before)
        self.addCleanup(self.write_rules, rules, before)

    def write_rules(self, path, text):
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
        self.project.database.rows("SELECT pg_reload_conf()")
        # A reload reaches the postmaster some time later; what it reads is seen here at once, what it does by asking it.
        wanted = text.startswith("local all")
        for _ in range(2000):
            asked = subprocess.run(["psql", "-X", "-w", "-c", "SELECT 1", "-d", "postgres", "-U", self.role], env={**server().environment, "PGPASSWORD": "x"},
                                   capture_output=True, check=False)
            if (asked.returncode != 0) == wanted:
                return
        raise AssertionError("the server did not read its rules again")

    def url(self, userinfo="", query=""):
        return f"postgresql://{self.role}{userinfo}@/{self.project.database.name}?host={self.socket}{query}"

    def ways(self):
        """name: (DATABASE_URL, further environment, further flags)."""
        folder = self.project.folder
        url_file = os.path.join(folder, "url")
        with open(url_file, "w", encoding="utf-8") as file:
            file.write(self.url(f":{SECRET}"))
        passfile = os.path.join(folder, "passfile")
        with open(passfile, "w", encoding="utf-8") as file:
            file.write(f"*:*:*:*:{SECRET}\n")
        os.chmod(passfile, 0o600)
        encoded = urllib.parse.quote(SPECIAL, safe="")
        return {"in the userinfo": (self.url(f":{SECRET}"), {}, []),
                "percent-encoded": (self.url(f":{encoded}"), {}, []),
                "password= in the query": (self.url(query=f"&password={SECRET}"), {}, []),
                "PGPASSWORD": (self.url(), {"PGPASSWORD": SECRET}, []),
                "PGPASSFILE": (self.url(), {"PGPASSFILE": passfile}, []),
                "passfile= in the query": (self.url(query=f"&passfile={passfile}"), {}, []),
                "DATABASE_URL_FILE": (None, {"DATABASE_URL_FILE": url_file}, []),
                "--database-url": (None, {}, ["--database-url", self.url(f":{encoded}")]),
                "--database-url=": (None, {}, [f"--database-url={self.url(f':{SECRET}')}"])}

    def clean(self, text, what):
        for piece in PIECES:
            self.assertNotIn(piece, text, what)

    def files_made(self, known):
        for path in glob.glob(os.path.join(self.project.folder, "**"), recursive=True):
            if os.path.isfile(path) and path not in known:
                with open(path, "rb") as file:
                    self.clean(path + file.read().decode("utf-8", "replace"), path)

    def run_with(self, way, *arguments):
        url, extra, flags = way
        environment = {**self.project.environment(), **extra}
        if url is None:
            del environment["DATABASE_URL"]
        else:
            environment["DATABASE_URL"] = url
        return subprocess.run([MIGRATOR, *arguments, *flags], cwd=self.project.folder, env=environment, capture_output=True, text=True, timeout=60,
                              stdin=subprocess.DEVNULL, check=False)

    def test_every_verb_in_every_form(self):
        way = self.ways()["percent-encoded"]
        known = set(glob.glob(os.path.join(self.project.folder, "**"), recursive=True))
        for verb in VERBS:
            for form in FORMS:
                with self.subTest(f"{verb} {form}"):
                    done = self.run_with(way, *verb, *form)
                    self.clean(done.stdout + done.stderr, verb)
                    if verb[0] == "wait":
                        self.assertEqual(done.returncode, 12, done)
                    elif verb[0] in NEED_NO_LOGIN or "--sql" in verb or verb == ["history"]:
                        self.assertEqual(done.returncode, 0, done)
                    else:
                        self.assertEqual(done.returncode, 11, done)
        self.files_made(known)

    def test_every_way_to_give_it(self):
        ways = self.ways()
        known = set(glob.glob(os.path.join(self.project.folder, "**"), recursive=True))
        report = os.path.join(self.project.folder, "report.json")
        for name, way in ways.items():
            for verb in (["upgrade", "head", "--report", report], ["status"], ["wait", "--timeout", "200ms"]):
                for form in FORMS:
                    with self.subTest(f"{name}: {verb[0]} {form}"):
                        done = self.run_with(way, *verb, *form)
                        self.assertEqual(done.returncode, 12 if verb[0] == "wait" else 11, done)
                        self.clean(done.stdout + done.stderr, name)
                        self.assertIn("password authentication failed", done.stdout + done.stderr)
                        self.files_made(known)

    def test_malformed_settings(self):
        for text in (f"postgresql://u:{SECRET}@h:port/d", f"postgresql://u:{SECRET}@h@h/d", f"postgresql:/u:{SECRET}@h/d", f"host=h password={SECRET}",
                     f"postgresql://u:{SECRET}%zz@h/d", f"postgresql://u@h/d?passwort={SECRET}", f"postgresql://u@h/d?password={SECRET}&x",
                     f"sqlite://u:{SECRET}@h/d"):
            for verb in (["upgrade", "head"], ["current"], ["history"]):
                for form in FORMS:
                    with self.subTest(f"{text} {verb} {form}"):
                        done = self.project.run(*verb, *form, url=text)
                        self.clean(done.text, text)
        settings = os.path.join(self.project.folder, "migrator.yaml")
        for text in (f"database_url: [postgresql://u:{SECRET}@h/d]\n", f"database_url: postgresql://u:{SECRET}@h:x/d\n",
                     f"databaseurl: postgresql://u:{SECRET}@h/d\n", f"database_url: postgresql://u:{SECRET}@h/d: x\n"):
            with open(settings, "w", encoding="utf-8") as file:
                file.write(text)
            with self.subTest(text):
                done = self.run_with((None, {}, []), "upgrade", "head")
                self.assertEqual(done.returncode, 2, done)
                self.clean(done.stdout + done.stderr, text)

    def test_the_process_list(self):
        """While it waits for a server that is not there, its command line shows no password."""
        nobody = os.path.join(self.project.folder, "nobody")
        for flag in (["--database-url", f"postgresql://u:{SECRET}@/d?host={nobody}"], [f"--database-url=postgresql://u:{SECRET}@/d?host={nobody}"],
                     ["--database-url", f"postgresql://u@/d?host={nobody}&password={SECRET}"]):
            process = subprocess.Popen([MIGRATOR, "wait", "--timeout", "60s", *flag], cwd=self.project.folder, stdout=subprocess.DEVNULL,
                                       stderr=subprocess.PIPE, text=True, env=self.project.environment())
            try:
                first_word = process.stderr.readline()
                self.assertIn("waiting: ", first_word)
                self.clean(first_word, flag)
                with open(f"/proc/{process.pid}/cmdline", "rb") as file:
                    words = file.read().decode()
                self.assertIn("--timeout", words)
                self.clean(words, flag)
            finally:
                process.kill()
                process.communicate()


class StatementCase(Case):
    """What the databases say about a failing statement may hold rows; the journal, the report and the output must not."""

    def everywhere(self, done, report):
        with open(report, encoding="utf-8") as file:
            told = file.read()
        journal = "\n".join("|".join(row) for row in self.project.database.rows("SELECT * FROM migrator_version_journal"))
        return {"output": done.text, "report": told, "journal": journal, "status": self.project.must("status").text,
                "status as json": self.project.must("status", "--output", "json").text}

    def check_hidden(self, hidden):
        report = os.path.join(self.project.folder, "report.json")
        for form in FORMS:
            done = self.run_verb("upgrade", "head", "--report", report, *form)
            self.assertEqual(done.code, 20, done)
            for where, text in self.everywhere(done, report).items():
                with self.subTest(f"{where} {form}"):
                    self.assertNotIn(hidden, text)


class Statements(StatementCase):
    def test_a_duplicate_key(self):
        self.project.database.rows("CREATE TABLE customer (mail text PRIMARY KEY); INSERT INTO customer VALUES ('ada-lovelace-row')")
        self.project.revision("a1", up="INSERT INTO customer SELECT mail FROM customer;", down_sql="")
        self.check_hidden("ada-lovelace-row")

    def test_a_failed_check(self):
        self.project.database.rows("CREATE TABLE customer (mail text, age integer); INSERT INTO customer VALUES ('ada-lovelace-row', -1)")
        self.project.revision("a1", up="CREATE TABLE strict_customer (mail text, age integer CHECK (age > 0));\n"
                                       "INSERT INTO strict_customer SELECT mail, age FROM customer;", down_sql="")
        self.check_hidden("ada-lovelace-row")


class Roles(StatementCase):
    def test_a_role_that_exists(self):
        role = f"{self.project.database.name}_taken"
        self.project.database.rows(f"CREATE ROLE {role}")
        self.addCleanup(server().psql, f"DROP ROLE {role}")
        self.project.revision("a1", up=f"CREATE ROLE {role} LOGIN PASSWORD '{SECRET}';", down_sql="")
        self.check_hidden(SECRET)

    def test_a_syntax_error_at_the_password(self):
        self.project.revision("a1", up=f"DO $$ BEGIN EXECUTE 'CREATE ROLE x LOGIN PASSWORD ''{SECRET}'' NONSENSE'; END $$;", down_sql="")
        self.check_hidden(SECRET)

    def test_a_password_in_the_message(self):
        self.project.revision("a1", up=f"DO $$ BEGIN RAISE EXCEPTION 'ALTER ROLE x PASSWORD ''{SECRET}'' was refused'; END $$;", down_sql="")
        self.check_hidden(SECRET)


on_both(globals(), Statements)
on_postgresql(globals(), FailingLogin, Roles)


if __name__ == "__main__":
    unittest.main()
