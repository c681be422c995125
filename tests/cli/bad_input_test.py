"""What bad input gets: a message with position and advice, the right exit code, and nothing changed: no file is made, a SQLite file stays
the same to the byte, a PostgreSQL database dumps the same, our own tables included."""

import hashlib
import os
import resource
import subprocess
import unittest

from both import Case, on_both, on_postgresql, on_sqlite, server, setUpModule, tearDownModule  # noqa: F401
from project import MIGRATOR

HEADER = "-- migrate:revision x1\n-- migrate:down_revision none\n"
SECTIONS = "-- migrate:up\nSELECT 1;\n-- migrate:down\n"
MEBIBYTE = 1024 * 1024

# name: (text of the file, where in it, message)
FILES = {
    "no_revision": ("-- migrate:message x\n" + SECTIONS, ":2",
                    "`up` without a `-- migrate:revision ID` line above it: a file of dbmate's needs a header; write `-- migrate:revision ID` and "
                    "`-- migrate:down_revision ID` (or `none`) at its top"),
    "no_id": ("-- migrate:revision\n" + SECTIONS, ":1", "`revision` needs an id: write `-- migrate:revision ID`"),
    "a_malformed_id": ("-- migrate:revision a-1\n" + SECTIONS, ":1",
                       "`a-1` is not a revision id: use 1 to 32 of the characters A-Z, a-z, 0-9 and _"),
    "a_header_line_twice": (HEADER + "-- migrate:revision x2\n" + SECTIONS, ":3",
                            "`revision` is given twice, first on line 1: keep one of them"),
    "a_header_line_too_late": (HEADER + SECTIONS + "-- migrate:message x\n", ":6",
                               "`message` after a section: move it above the first section, on line 3"),
    "an_unknown_directive": (HEADER + "-- migrate:upp\n", ":3", "unknown directive `upp`: did you mean `up`?"),
    "an_unknown_option": (HEADER + "-- migrate:up dialekt:sqlite\n", ":3", "unknown option `dialekt`: did you mean `dialect`?"),
    "an_unknown_dialect": (HEADER + "-- migrate:up dialect:mysql\n", ":3", "unknown dialect `mysql`: the dialects are sqlite and postgresql"),
    "almost_a_directive": (HEADER + "--migrate:up\n", ":3",
                           "`--migrate:up` is not a directive: write `-- migrate:up`, or indent the line if it is meant as a comment"),
    "a_nul": ((HEADER + SECTIONS).encode() + b"SELECT '\0';\n", ":6",
              "a NUL byte: revision files are text in UTF-8; if this is a binary file, move it out of the migrations folder"),
    "binary": (bytes(range(1, 256)) + bytes(range(256)) * 64, ":2", None),
    "latin_1": ((HEADER + SECTIONS).encode() + b"-- caf\xe9\n", ":6",
                "column 7: byte 0xE9 is not UTF-8 (in Latin-1 it would be \u00e9): save the file as UTF-8, for example with `iconv -f LATIN1 -t UTF-8`"),
    "utf_16": ((HEADER + SECTIONS).encode("utf-16"), ":1", "the file is UTF-16: save it as UTF-8, for example with `iconv -f UTF-16 -t UTF-8`"),
    "50_mb": ((HEADER + "-- migrate:up\n").encode() + b"-- 012345678901\n" * (50 * MEBIBYTE // 16), "",
              None),
}


class BadCase(Case):
    """A database with one revision applied, watched over each verb that is refused."""

    def setUp(self):
        super().setUp()
        self.chain("aa1")

    def fingerprint(self):
        files = sorted(name for name in os.listdir(self.project.folder) if name != "migrations")
        if self.dialect == "sqlite":
            contents = []
            for name in files:
                with open(os.path.join(self.project.folder, name), "rb") as file:
                    contents.append(hashlib.sha256(file.read()).hexdigest())
            return files, contents
        dump = subprocess.run(["pg_dump", "-d", self.project.database.name], env=server().environment, capture_output=True, text=True, check=True,
                              timeout=120)
        return files, [line for line in dump.stdout.splitlines() if not line.startswith("\\")]

    def refused_unchanged(self, code, name, *arguments, **options):
        before = self.fingerprint()
        error = self.refused(code, name, *arguments, **options)
        self.assertEqual(self.fingerprint(), before)
        return error


class Files(BadCase):
    def check(self, name, text, where, message):
        path = self.project.write("x_x1_x.sql", text)
        try:
            for verb in (["upgrade", "head"], ["migrate", "--to", "head"], ["stamp", "head"], ["plan"]):
                with self.subTest(f"{name}: {verb[0]}"):
                    error = self.refused_unchanged(2, "InvalidRevisionFile", *verb)
                    self.assertEqual(error["file"], "migrations/x_x1_x.sql")
                    self.assertEqual(f":{error['line']}" if "line" in error else "", where)
                    if message is not None:
                        self.assertEqual(error["message"], message)
                    done = self.run_verb(*verb)
                    self.assertEqual(done.code, 2)
                    self.assertIn(f"error: migrations/x_x1_x.sql{where}: {error['message']}\n", done.stderr)
        finally:
            os.unlink(path)

    def test_a_database_that_is_not_made_yet(self):
        for name, (text, where, message) in FILES.items():
            if name != "50_mb":
                self.check(name, text, where, message)

    def test_a_database_with_a_history(self):
        self.project.must("upgrade", "head")
        for name in ("an_unknown_directive", "latin_1", "50_mb"):
            self.check(name, *FILES[name])

    def test_too_large_says_what_is_allowed(self):
        self.project.write("x_x1_x.sql", FILES["50_mb"][0])
        error = self.refused(2, "InvalidRevisionFile", "heads")
        self.assertRegex(error["message"], r"^\d+ bytes are too many: a revision file has at most 33554432 \(32 MiB\); load large data with another "
                                           r"tool, or split the file$")

    def test_all_broken_files_are_counted(self):
        self.project.write("x_x1_x.sql", FILES["no_id"][0])
        self.project.write("y_x2_x.sql", FILES["no_id"][0])
        error = self.refused(2, "InvalidRevisionFile", "upgrade", "head")
        self.assertEqual(error["message"], FILES["no_id"][2] + " (1 more file is broken: migrations/y_x2_x.sql)")


class Graphs(BadCase):
    def check(self, code, message, subject):
        for applied in (False, True):
            if applied:
                kept = {name: os.path.join(self.project.migrations, name) for name in os.listdir(self.project.migrations) if "_aa1_" not in name}
                away = os.path.join(self.project.folder, "migrations", "away")
                os.mkdir(away)
                for name, path in kept.items():
                    os.rename(path, os.path.join(away, name))
                self.project.must("upgrade", "heads")
                for name, path in kept.items():
                    os.rename(os.path.join(away, name), path)
                os.rmdir(away)
            for verb in (["upgrade", "heads"], ["migrate", "--to", "heads"], ["stamp", "heads"], ["plan"]):
                with self.subTest(f"{verb[0]}, applied {applied}"):
                    error = self.refused_unchanged(2, code, *verb)
                    self.assertEqual((error["message"], sorted(error["subject"])), (message, sorted(subject)))

    def name(self, revision):
        return next(f"migrations/{name}" for name in os.listdir(self.project.migrations) if f"_{revision}_" in name)

    def test_a_duplicate_id(self):
        self.project.write("z_aa1_again.sql", "-- migrate:revision aa1\n-- migrate:down_revision none\n" + SECTIONS)
        error = self.refused_unchanged(2, "InvalidGraph", "upgrade", "head")
        self.assertEqual(error["message"], "revision 'aa1' is there twice: in migrations/2026010100" + "01_aa1_x.sql and in migrations/z_aa1_again.sql; "
                                           "give one of them another id")

    def test_a_missing_parent(self):
        self.table("b1", "zz")
        self.check("InvalidGraph", f"revision 'b1' ({self.name('b1')}) has down_revision 'zz', which is the id of no revision file; put that file back, "
                                   "or correct the down_revision", ["b1", "zz"])

    def test_a_missing_dependency(self):
        self.table("b1", depends="zz")
        self.check("InvalidGraph", f"revision 'b1' ({self.name('b1')}) depends_on 'zz', which is neither the id nor a label of a revision file; put that "
                                   "file back, or correct the depends_on", ["b1", "zz"])

    def test_a_cycle(self):
        self.table("b1", "c1")
        self.table("c1", "b1")
        self.check("CycleDetected", f"the revisions form a cycle: 'b1' ({self.name('b1')}) has down_revision 'c1', 'c1' ({self.name('c1')}) has "
                                    "down_revision 'b1'; change one of these so that there is a first one", ["b1", "c1"])

    def test_two_heads(self):
        self.table("b1")
        for applied in (False, True):
            if applied:
                self.project.must("upgrade", "aa1")
            for verb in (["upgrade", "head"], ["migrate", "--to", "head"], ["stamp", "head"], ["plan", "head"]):
                with self.subTest(f"{verb[0]}, applied {applied}"):
                    error = self.refused_unchanged(2, "MultipleHeads", *verb)
                    self.assertEqual((error["message"], error["subject"]),
                                     ("'head' means several revisions: aa1 and b1; name one by its id or with LABEL@head, take all with heads, or join "
                                      "them with `migrator merge heads`", ["aa1", "b1"]))


class Targets(BadCase):
    def test_targets(self):
        malformed = ("'{}' is not a target; write head, heads, base, an id or its beginning, or a label, with +N or -N after it or LABEL@ before it if "
                     "need be: head, ae10+2, -1, billing@head")
        cases = [(["upgrade", "head+"], "InvalidTarget", malformed.format("head+")), (["upgrade", "@head"], "InvalidTarget", malformed.format("@head")),
                 (["upgrade", ""], "InvalidTarget", malformed.format("")), (["upgrade", "aa1:bb1"], "InvalidTarget", malformed.format("aa1:bb1")),
                 (["upgrade", "nobody"], "UnknownRevision", "there is no revision or label 'nobody'; `migrator history` lists what there is"),
                 (["migrate", "--to", "+1"], "InvalidTarget", "'+1' counts from where the database is, so another run would mean another revision; name "
                                                              "the revision"),
                 (["stamp", "+1"], "InvalidTarget", "'+1' counts from where the database is, which has no meaning here; name a revision"),
                 (["downgrade", "base", "--sql"], "InvalidTarget", "'base' does not say where to start, and no database is asked; write START:END, such "
                                                                   "as ae10:base")]
        for applied in (False, True):
            if applied:
                self.project.must("upgrade", "head")
            for arguments, code, message in cases:
                with self.subTest(f"{arguments}, applied {applied}"):
                    self.assertEqual(self.refused_unchanged(2, code, *arguments)["message"], message)

    def test_usage(self):
        for arguments, message in {
                ("upgrade",): 'upgrade needs TARGET. Write "migrator upgrade TARGET"; "migrator upgrade --help" has examples.',
                ("upgrade", "a", "b"): 'unexpected argument "b". Write "migrator upgrade TARGET".',
                ("upgrad", "head"): 'unknown verb "upgrad". Did you mean "upgrade"?',
                ("upgrade", "head", "--nope"): 'unknown flag "--nope" for upgrade. Run "migrator upgrade --help" for its flags.',
                ("upgrade", "head", "--timeout", "5"): '"--timeout": "5" is not a duration. Write a number with its unit, like 500ms, 60s, 2m or 1h30m.',
                ("upgrade", "head", "--sql", "--dry-run"): '"--sql" and "--dry-run" exclude each other. Keep one of them.',
                ("migrate", "--to", "aa1,"): '"--to" has an empty target. Part targets by one comma.'}.items():
            with self.subTest(arguments):
                self.assertEqual(self.refused_unchanged(2, "Usage", *arguments)["message"], message)


class Urls(BadCase):
    def test_urls(self):
        port = ("DATABASE_URL: the database URL's port is not a number from 1 to 65535: correct it (and if the password holds one of : / ? # @, write "
                "those as %3A %2F %3F %23 %40)")
        cases = {"postgresql://u:secretpw@h:99999/d": port, "postgresql://u:secretpw@h:x/d": port, "postgresql://u@h:0/d": port,
                 "mysql://u:secretpw@h/d": 'DATABASE_URL: "mysql" is not a kind of database that migrator knows: write sqlite:///relative.db, '
                                           "sqlite:////absolute.db or postgresql://user@host:5432/name",
                 "sqlite://x.db": "DATABASE_URL: a SQLite URL names no host: write sqlite:///relative.db with three slashes or sqlite:////absolute.db "
                                  "with four",
                 "secretpw": "DATABASE_URL: the database URL has no scheme: write sqlite:///relative.db, sqlite:////absolute.db or "
                             "postgresql://user@host:5432/name",
                 "postgresql://u:p@secretpw@h/d": "DATABASE_URL: the database URL holds a second @, or an @ after a /: write those of the password as "
                                                  "%40 and %2F",
                 "postgresql://u:secretpw@h/d?portt=1": "the database URL has a parameter that PostgreSQL's client does not know: portt; take it out, or "
                                                        "correct its name"}
        for url, message in cases.items():
            for verb in (["upgrade", "head"], ["current"], ["wait", "--timeout", "1s"]):
                with self.subTest(f"{url} {verb[0]}"):
                    error = self.refused_unchanged(2, "InvalidConfiguration", *verb, url=url)
                    self.assertEqual(error["message"], message)
                    self.assertNotIn("secretpw", self.run_verb(*verb, "-v", url=url).text)

    def test_no_url(self):
        done = self.run_verb("upgrade", "head", extra={"DATABASE_URL": ""})
        self.assertEqual(done.code, 2, done)


class NoFile(BadCase):
    def test_files(self):
        folder = self.project.folder
        missing = f"sqlite:///{folder}/no/x.db"
        error = self.refused_unchanged(11, "Unreachable", "upgrade", "head", url=missing)
        self.assertEqual(error["message"], f"there is no folder {folder}/no for the database {folder}/no/x.db: make the folder, mount the volume, or "
                                           "correct database_url")
        self.assertEqual(self.refused_unchanged(11, "Unreachable", "upgrade", "head", url=f"sqlite:///{folder}")["message"],
                         f"{folder} is a folder, not a database: name the file in database_url")
        for verb in (["current"], ["status"], ["downgrade", "base"]):
            self.assertEqual(self.refused_unchanged(11, "Unreachable", *verb)["message"],
                             f"there is no database at {self.project.database.path}: `migrator upgrade heads` makes it; if it should be there, correct "
                             "database_url")

    def test_a_file_that_is_not_sqlite(self):
        for name, content in {"text": b"not a database\n" * 100, "damaged": b"SQLite format 3\0" + bytes(range(256)) * 32}.items():
            with self.subTest(name):
                with open(self.project.database.path, "wb") as file:
                    file.write(content)
                for verb in (["upgrade", "head"], ["current"], ["stamp", "head"], ["wait", "--timeout", "1s"]):
                    error = self.refused(11, "Unreachable", *verb) if verb[0] != "wait" else None
                    if error:
                        self.assertEqual(error["message"], f"{self.project.database.path} is not a SQLite database, or it is encrypted: correct "
                                                           "database_url")
                    with open(self.project.database.path, "rb") as file:
                        self.assertEqual(file.read(), content)


class NoServer(BadCase):
    def test_server_database_and_role(self):
        folder = os.path.join(self.project.folder, "nothing-here")
        error = self.refused_unchanged(11, "Unreachable", "upgrade", "head", url=f"postgresql://tester@/x?host={folder}")
        self.assertIn("check that the server runs there", error["message"])
        error = self.refused_unchanged(11, "Unreachable", "upgrade", "head", url=server().url("not_made"))
        self.assertIn('database "not_made" does not exist', error["message"])
        error = self.refused_unchanged(11, "Unreachable", "upgrade", "head", url=server().url("postgres").replace("tester@", "nobody_here@"))
        self.assertIn('role "nobody_here" does not exist', error["message"])


class NoFolder(BadCase):
    def test_no_migrations_folder(self):
        self.remove_file("aa1")
        os.rmdir(self.project.migrations)
        self.assertEqual(self.refused_unchanged(2, "InvalidConfiguration", "upgrade", "head")["message"],
                         "no migrations folder migrations: `migrator init` makes one; or name the right one in `migrations`")


class NoRight(BadCase):
    def test_a_role_that_may_not_create(self):
        role = f"{self.project.database.name}_app"
        self.project.database.rows(f"CREATE ROLE {role} LOGIN")
        self.addCleanup(server().psql, f"DROP ROLE {role}")
        url = self.project.database.url.replace("tester@", f"{role}@")
        for verb in (["upgrade", "head"], ["stamp", "head"], ["ensure-version"]):
            with self.subTest(verb):
                error = self.refused_unchanged(26, "NoPermission", *verb, url=url)
                self.assertIn("GRANT", error["message"])
                self.assertIn(role, error["message"])

    def test_a_role_that_does_not_own_the_history(self):
        self.project.must("upgrade", "head")
        self.table("b1", "aa1")
        role = f"{self.project.database.name}_other"
        self.project.database.rows(f"CREATE ROLE {role} LOGIN; GRANT CREATE ON SCHEMA public TO {role};")
        self.addCleanup(server().psql, f"DROP ROLE {role}")
        self.addCleanup(self.project.database.rows, f"DROP OWNED BY {role}")
        url = self.project.database.url.replace("tester@", f"{role}@")
        before = self.fingerprint()
        done = self.run_verb("upgrade", "head", url=url)
        self.assertEqual(done.code, 26, done)
        self.assertEqual(self.fingerprint(), before)


class ReadOnly(BadCase):
    def test_a_read_only_file(self):
        self.project.must("upgrade", "head")
        self.table("b1", "aa1")
        lock = self.project.database.path + ".migrator-lock"
        for path, mode in ((self.project.database.path, 0o444), (lock, 0o444), (self.project.folder, 0o555)):
            os.chmod(path, mode)
        before = self.fingerprint()
        # Root may write anywhere, so the run is somebody else's then.
        other = {"user": 65534, "group": 65534, "extra_groups": []} if os.geteuid() == 0 else {}
        done = subprocess.run([MIGRATOR, "upgrade", "head"], cwd=self.project.folder, env=self.project.environment(), capture_output=True, text=True,
                              timeout=60, check=False, **other)
        os.chmod(self.project.folder, 0o755)
        self.assertEqual(done.returncode, 26, done)
        self.assertIn("error: ", done.stderr)
        self.assertEqual(self.fingerprint(), before)


class FullDisk(BadCase):
    def test_a_file_that_may_not_grow(self):
        """The kernel refuses to let the file grow, as it would on a full disk."""
        self.project.must("upgrade", "head")
        self.project.revision("b1", "aa1", "CREATE TABLE big (t text);\nINSERT INTO big WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c "
                              "WHERE x < 20000) SELECT printf('%0500d', x) FROM c;", down_sql="DROP TABLE big;")
        before = self.project.database.schema()
        limit = os.path.getsize(self.project.database.path) + 65536
        done = subprocess.run([MIGRATOR, "upgrade", "head"], cwd=self.project.folder, env=self.project.environment(), capture_output=True, text=True,
                              timeout=120, check=False, restore_signals=False, # Python ignores SIGXFSZ, and so does the child then
                              preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit)))
        self.assertIn(done.returncode, (20, 26), done)
        self.assertIn("error: ", done.stderr)
        self.assertEqual((self.project.heads(), self.project.database.schema()), (["aa1"], before))
        self.assertEqual(self.project.database.rows("PRAGMA integrity_check"), [["ok"]])
        self.project.must("upgrade", "head")
        self.assertEqual(self.project.heads(), ["b1"])


class ThereBefore(BadCase):
    def test_tables_that_were_there_before(self):
        self.project.database.rows("CREATE TABLE t_aa1 (id integer PRIMARY KEY); INSERT INTO t_aa1 VALUES (7)")
        error = self.refused(20, "SqlError", "upgrade", "head")
        self.assertIn("already exists; the database had tables before its first revision: if it has this schema already, run: migrator stamp head",
                      error["message"])
        self.assertEqual((self.project.heads(), self.project.database.rows("SELECT id FROM t_aa1")), ([], [["7"]]))


on_both(globals(), Files, Graphs, Targets, Urls, NoFolder, ThereBefore)
on_sqlite(globals(), NoFile, ReadOnly, FullDisk)
on_postgresql(globals(), NoServer, NoRight)


if __name__ == "__main__":
    unittest.main()
