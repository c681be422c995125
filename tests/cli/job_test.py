"""What a Job needs of its runner: the environment instead of flags, a report in every case, plans that find what the run would, and a container's
surroundings: no home, no entry for the user, a read-only root, SIGTERM as the first process."""

import json
import os
import shutil
import signal
import subprocess
import unittest

from both import Case, on_both, on_postgresql, on_sqlite, server, setUpModule, tearDownModule  # noqa: F401
from conditions import until
from project import MIGRATOR

LARGEST_REPORT = 4096
UID = 10001
OURS = {"MIGRATOR_OWNER": "shop/shop/uid-1", "MIGRATOR_RUN_ID": "uid-1.7.migrate", "MIGRATOR_PROTOCOL": "1.0"}
THEIRS = {"MIGRATOR_OWNER": "shop/other/uid-2", "MIGRATOR_RUN_ID": "uid-2.1.migrate", "MIGRATOR_PROTOCOL": "1.3"}


class JobCase(Case):
    def setUp(self):
        super().setUp()
        self.report_path = os.path.join(self.project.folder, "report.json")

    def report(self):
        with open(self.report_path, "rb") as file:
            text = file.read()
        self.assertLessEqual(len(text), LARGEST_REPORT)
        os.unlink(self.report_path)
        return json.loads(text.decode("utf-8"))

    def reported(self, code, *arguments, **options):
        """Runs with --report; gives the report, whose exit code is the process's."""
        done = self.project.run(*arguments, "--report", self.report_path, **options)
        self.assertEqual(done.code, code, done)
        told = self.report()
        self.assertEqual((told["protocol"], told["exit_code"], "error" in told), ("1.0", code, code != 0), told)
        return told

    def exists(self):
        return self.dialect == "postgresql" or os.path.exists(self.project.database.path)


class Environment(JobCase):
    def test_it_stands_for_the_flags(self):
        self.chain("a1", "a2")
        told = self.reported(0, "migrate", "--to", "a1", extra=OURS)
        self.assertEqual((told["run_id"], told["kind"]), ("uid-1.7.migrate", "run"))
        self.assertEqual(self.project.journal("run_id"), [["uid-1.7.migrate"]])
        refused = self.reported(26, "migrate", "--to", "head", extra=THEIRS)
        self.assertEqual((refused["error"]["code"], refused["run_id"]), ("OwnedByAnother", "uid-2.1.migrate"))
        self.assertEqual(self.reported(0, "migrate", "--to", "head", "--owner", "shop/shop/uid-1", "--run-id", "r1", extra=THEIRS)["run_id"], "r1")
        self.reported(0, "migrate", "--to", "head", extra={**THEIRS, "MIGRATOR_ADOPT": "uid-1"})
        self.assertEqual(self.reported(26, "migrate", "--to", "head", extra=OURS)["error"]["code"], "OwnedByAnother")

    def test_another_protocol(self):
        self.chain("a1")
        told = self.reported(2, "migrate", "--to", "head", extra={**OURS, "MIGRATOR_PROTOCOL": "2.0"})
        self.assertEqual((told["run_id"], told["error"]["code"]), ("uid-1.7.migrate", "InvalidConfiguration"))
        self.assertEqual(told["error"]["message"],
                         "MIGRATOR_PROTOCOL: the operator speaks version 2.0 of the protocol with its runners, and this migrator speaks 1.0. Use a "
                         "runner image with the operator's version of the migrator.")
        self.assertEqual(self.user_tables() if self.exists() else [], [])

    def test_an_external_backup(self):
        self.chain("a1")
        taken = os.path.join(self.project.folder, "taken")
        command = json.dumps(["/bin/sh", "-c", 'echo "snap 1" > "$0"; echo snap-1', taken])
        told = self.reported(0, "migrate", "--to", "head", extra={"MIGRATOR_BACKUP_POLICY": "external", "MIGRATOR_BACKUP_COMMAND": command})
        self.assertEqual((told["backup"]["id"], told["backup"]["verified"]), ("snap-1", "external"))
        self.assertRegex(told["backup"]["time"], r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$")
        with open(taken, encoding="utf-8") as file:
            self.assertEqual(file.read(), "snap 1\n")


class Reported(JobCase):
    """The bearings: what is wanted, what is there, what is missing."""

    def bearings(self, told):
        return [told.get(name) for name in ("database_read", "target_heads", "file_heads", "pending", "applied_revisions")]

    def test_of_runs_that_go_well(self):
        self.chain("a1", "a2", "a3")
        self.assertEqual(self.bearings(self.reported(0, "migrate", "--to", "a2")), [True, ["a2"], ["a3"], 0, ["a2", "a1"]])
        self.assertEqual(self.bearings(self.reported(0, "migrate", "--to", "head")), [True, ["a3"], ["a3"], 0, ["a3", "a2", "a1"]])
        self.assertEqual(self.bearings(self.reported(0, "upgrade", "head")), [True, ["a3"], ["a3"], 0, ["a3", "a2", "a1"]])
        self.assertEqual(self.bearings(self.reported(0, "downgrade", "-1")), [True, None, ["a3"], None, ["a2", "a1"]])
        self.assertEqual(self.bearings(self.reported(0, "migrate", "--to", "base", "--allow-down")), [True, [], ["a3"], 0, []])
        self.assertEqual(self.bearings(self.reported(0, "stamp", "head")), [True, ["a3"], ["a3"], 0, ["a3", "a2", "a1"]])

    def test_of_runs_that_fail(self):
        self.chain("a1")
        self.project.revision("a2", "a1", "INSERT INTO missing VALUES (1);")
        self.table("a3", "a2")
        told = self.reported(20, "migrate", "--to", "head")
        self.assertEqual((told["outcome"], self.bearings(told)), ("Failed", [True, ["a3"], ["a3"], 2, ["a1"]]))
        self.assertEqual(told["error"]["revision"], "a2")
        self.assertEqual(self.bearings(self.reported(26, "migrate", "--to", "base")), [True, [], ["a3"], 0, ["a1"]])
        self.assertEqual(self.bearings(self.reported(2, "migrate", "--to", "nonsense")), [True, None, ["a3"], None, ["a1"]])

    def test_of_a_database_ahead(self):
        self.chain("a1", "a2")
        self.project.must("upgrade", "head")
        self.remove_file("a2")
        told = self.reported(0, "migrate", "--to", "head")
        self.assertEqual((told["outcome"], self.bearings(told)), ("Ahead", [True, ["a1"], ["a1"], 0, ["a2", "a1"]]))

    def test_of_what_never_began(self):
        self.chain("a1")
        nobody = "postgresql://nobody@/d?host=/nowhere" if self.dialect == "postgresql" else "sqlite:////nowhere/no/file.db"
        told = self.reported(11, "migrate", "--to", "head", url=nobody, extra=OURS)
        self.assertEqual(self.bearings(told), [False, ["a1"], ["a1"], None, []])
        self.assertEqual((told["run_id"], told["heads_before"], told["heads_after"]), ("uid-1.7.migrate", [], []))
        for wrong in (["migrate", "--to", "head", "--nonsense"], ["migrate"], ["migrate", "--to", "head", "--lock-wait", "soon"]):
            with self.subTest(wrong):
                told = self.reported(2, *wrong, extra=OURS)
                self.assertEqual((told["kind"], told["outcome"], told["run_id"], told["error"]["code"], self.bearings(told)),
                                 ("run", "Failed", "uid-1.7.migrate", "Usage", [False, None, None, None, []]))
        for url in ("mysql://h/d", "postgresql://u:hunter2@h:port/d"):
            with self.subTest(url):
                told = self.reported(2, "migrate", "--to", "head", url=url)
                self.assertEqual((told["error"]["code"], "hunter2" in json.dumps(told)), ("InvalidConfiguration", False))
        self.project.write("202601019999_b1_x.sql", "-- migrate:revisio x\n")
        told = self.reported(2, "migrate", "--to", "head")
        self.assertEqual((told["error"]["code"], told["error"]["line"], self.bearings(told)),
                         ("InvalidRevisionFile", 1, [False, None, None, None, []]))

    def test_that_cannot_be_written_changes_no_exit_code(self):
        self.chain("a1", "a2")
        said = "the report could not be written to /nowhere/report.json; give --report a file that can be"
        done = self.run_verb("migrate", "--to", "head", "--report", "/nowhere/report.json")
        self.assertEqual((done.code, said in done.stderr, self.project.heads()), (0, True, ["a2"]), done)
        done = self.run_verb("migrate", "--to", "base", "--report", "/nowhere/report.json")
        self.assertEqual((done.code, said in done.stderr), (26, True), done)
        done = self.run_verb("migrate", "--nonsense", "--report", "/nowhere/report.json")
        self.assertEqual((done.code, said in done.stderr), (2, True), done)


class Plans(JobCase):
    def planned(self, code, *arguments, **options):
        told = self.reported(code, "migrate", "--dry-run", *arguments, **options)
        self.assertEqual(told["kind"], "plan")
        return told

    def test_what_it_tells(self):
        self.chain("a1", "a2", "a3")
        told = self.planned(0, "--to", "head", extra=OURS)
        self.assertEqual((told["outcome"], told["run_id"], told["heads_before"], told["heads_after"], told["pending"], told["applied_revisions"]),
                         ("Moves", "uid-1.7.migrate", [], ["a3"], 3, []))
        self.assertEqual(told["steps"], [{"revision": revision, "direction": "up", "transactional": True} for revision in ("a1", "a2", "a3")])
        self.assertEqual((told["down_revisions"], told["destructive"], told["kinds"], told["findings"]), ([], False, ["up"], []))
        self.assertNotIn("sql", told)
        self.assertEqual(self.user_tables() if self.exists() else [], [])
        self.project.must("upgrade", "head")
        self.assertEqual(self.planned(0, "--to", "head")["outcome"], "NothingToDo")
        told = self.planned(0, "--to", "a1", "--allow-down")
        self.assertEqual((told["down_revisions"], told["destructive"], told["kinds"], told["findings"]),
                         (["a3", "a2"], True, ["down", "drops"], ["revision a3: DROP TABLE t_a3", "revision a2: DROP TABLE t_a2"]))
        self.assertEqual((told["target_heads"], told["file_heads"], told["pending"], told["applied_revisions"]), (["a1"], ["a3"], 0, ["a3", "a2", "a1"]))
        self.assertEqual(told["plan_hash"], self.json("plan", "a1", "--allow-down")["hash"])

    def test_the_sql_is_there_when_asked_for_and_bounded(self):
        below = "none"
        for number in range(60):
            revision = f"r{number:03d}"
            self.project.revision(revision, below, f"CREATE TABLE t_{revision} (id integer, {'x' * 60} text);\nDROP TABLE t_{revision};")
            below = revision
        told = self.planned(0, "--to", "head", "--report-sql")
        self.assertEqual((told["sql"], told["sql_cut"], told["steps"][0]["revision"]), ([], 120, "r000"))
        self.assertEqual(len(told["steps"]) + told.get("steps_cut", 0), 60)
        told = self.planned(0, "--to", "r000", "--report-sql")
        self.assertEqual(told["sql"], [f"CREATE TABLE t_r000 (id integer, {'x' * 60} text)", "DROP TABLE t_r000"])

    def test_it_is_refused_for_what_the_run_would_be(self):
        self.chain("a1", "a2")
        self.project.must("upgrade", "head", extra=OURS)
        cases = {"OwnedByAnother": (26, ["--to", "head"], THEIRS), "DownNotAllowed": (26, ["--to", "a1"], OURS),
                 "Usage": (2, ["--to", "a1", "--allow-down", "--on-failure", "revert"], OURS),
                 "ApprovalNeeded": (22, ["--to", "a1", "--allow-down", "--approved", "v1:0"], OURS),
                 "UnknownRevision": (2, ["--to", "zz"], OURS)}
        before = self.project.database.rows("SELECT * FROM migrator_version_journal"), self.project.database.rows("SELECT * FROM migrator_version_meta")
        for name, (code, arguments, extra) in cases.items():
            with self.subTest(name):
                planned = self.planned(code, *arguments, extra=extra)
                self.assertEqual((planned["outcome"], planned["error"]["code"], planned["heads_before"], planned["heads_after"]),
                                 ("Failed", name, ["a2"], ["a2"]))
                self.assertEqual(self.reported(code, "migrate", *arguments, extra=extra)["error"], planned["error"])
        with open(os.path.join(self.project.migrations, sorted(os.listdir(self.project.migrations))[0]), "a", encoding="utf-8") as file:
            file.write("-- migrate:up\nCREATE TABLE more (id integer);\n")
        self.assertEqual(self.planned(21, "--to", "head", extra=OURS)["error"]["code"], "ChecksumMismatch")
        after = self.project.database.rows("SELECT * FROM migrator_version_journal"), self.project.database.rows("SELECT * FROM migrator_version_meta")
        self.assertEqual(after, before)

    def test_it_writes_nothing(self):
        self.chain("a1")
        self.planned(0, "--to", "head", extra=OURS)
        if self.dialect == "sqlite":
            self.assertEqual(sorted(os.listdir(self.project.folder)), ["migrations"])
        else:
            self.assertEqual(self.project.database.tables(), [])


class Rights(JobCase):
    def test_a_plan_of_a_role_that_may_not_write(self):
        """A person who only reads may look at a plan; a Job's plan says that its run could not be."""
        role = f"{self.project.database.name}_reader"
        server().psql(f"CREATE ROLE {role} LOGIN")
        self.addCleanup(server().psql, f"DROP ROLE {role}")
        server().psql("REVOKE CREATE ON SCHEMA public FROM PUBLIC", self.project.database.name)
        self.chain("a1")
        url = self.project.database.url.replace("tester@", f"{role}@")
        self.project.must("plan", url=url)
        told = self.reported(26, "migrate", "--dry-run", "--to", "head", url=url, extra=OURS)
        self.assertEqual(told["error"]["code"], "NoPermission")
        self.assertEqual(self.reported(26, "migrate", "--to", "head", url=url, extra=OURS)["error"], told["error"])


class Container(JobCase):
    """As a user without an entry, a home or a name, on what a pod may write: the database's folder and /tmp."""

    def setUp(self):
        super().setUp()
        if os.geteuid() != 0:
            self.skipTest("only root can become another user")
        if self.dialect == "postgresql":
            os.chmod(server().environment["PGHOST"], 0o755)  # the socket's folder; what lies in it keeps its own rights
        self.chain("a1", "a2")

    def become(self, folder):
        """The migrator with its libraries where every user may read them; this checkout may lie in a folder that nobody else may enter."""
        build = os.path.dirname(os.path.dirname(os.path.abspath(MIGRATOR)))
        copied = os.path.join(folder, "installed")
        shutil.copytree(os.path.join(build, "lib"), os.path.join(copied, "lib"), ignore=shutil.ignore_patterns("*.a"))
        os.makedirs(os.path.join(copied, "bin"))
        shutil.copy(MIGRATOR, os.path.join(copied, "bin", "migrator"))
        for path, _, names in os.walk(folder):
            for name in [path] + [os.path.join(path, name) for name in names]:
                os.chown(name, UID, UID)
        return os.path.join(copied, "bin", "migrator")

    def run_in_container(self, *arguments, extra=None):
        program = self.become(self.project.folder)
        environment = {"PATH": "/usr/bin:/bin", "TMPDIR": "/tmp", "DATABASE_URL": self.project.database.url, **(extra or {})}
        try:
            return subprocess.run(["setpriv", f"--reuid={UID}", f"--regid={UID}", "--clear-groups", "--no-new-privs", program, *arguments], env=environment,
                                  cwd=self.project.folder, capture_output=True, text=True, timeout=120, stdin=subprocess.DEVNULL, check=False)
        finally:
            shutil.rmtree(os.path.join(self.project.folder, "installed"))

    def test_every_verb(self):
        os.mkdir(os.path.join(self.project.folder, "kept"))
        verbs = [["migrate", "--to", "head", "--backup-folder", "kept", "--report", "report.json", "--run-id", "r1"], ["status"], ["current", "--check-heads"],
                 ["plan"], ["history"], ["wait", "--timeout", "10s"], ["backup", "--backup-folder", "kept"], ["backups", "--backup-folder", "kept"],
                 ["verify", "--backup-folder", "kept"], ["downgrade", "-1"], ["stamp", "head"], ["heads"], ["show", "head"]]
        for verb in verbs:
            with self.subTest(verb):
                done = self.run_in_container(*verb)
                self.assertEqual(done.returncode, 0, done)
        self.assertEqual(self.report()["outcome"], "Done")
        self.assertEqual({row[0] for row in self.project.journal("who")}, {f"uid {UID}"})
        newest = sorted(os.listdir(os.path.join(self.project.folder, "kept")))[-1]
        done = self.run_in_container("restore", newest, "--backup-folder", "kept", "--yes")
        self.assertEqual(done.returncode, 0, done)

    def test_a_read_only_root(self):
        """In a mount namespace of its own where all is read-only but the project and /tmp."""
        program = self.become(self.project.folder)
        script = ('mount --make-rprivate / && mount --bind "$1" "$1" && mount -o remount,ro,bind / && '
                  f'exec setpriv --reuid={UID} --regid={UID} --clear-groups --no-new-privs "$2" migrate --to head --report "$1/report.json"')
        done = subprocess.run(["unshare", "--mount", "sh", "-c", script, "sh", self.project.folder, program], capture_output=True, text=True, timeout=120,
                              env={"PATH": "/usr/bin:/bin", "TMPDIR": "/tmp", "DATABASE_URL": self.project.database.url}, cwd=self.project.folder,
                              stdin=subprocess.DEVNULL, check=False)
        self.assertEqual(done.returncode, 0, done)
        self.assertEqual(self.report()["outcome"], "Done")


class FirstProcess(JobCase):
    """The kernel drops signals without a handler on a namespace's first process."""

    SLOW = {"sqlite": "INSERT INTO slow WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c WHERE x < 3000000000) SELECT max(x) FROM c;",
            "postgresql": "INSERT INTO slow SELECT 1 FROM (SELECT pg_sleep(300)) AS s;"}

    def setUp(self):
        super().setUp()
        if os.geteuid() != 0:
            self.skipTest("only root can make a namespace of processes")

    def start(self, *arguments, url=None):
        """As the first process of a namespace; gives unshare's process and the migrator's own id."""
        process = subprocess.Popen(["unshare", "--pid", "--fork", "--kill-child", MIGRATOR, *arguments], cwd=self.project.folder,
                                   env=self.project.environment(url), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True)
        self.addCleanup(self.end, process)
        return process, until("the migrator runs", lambda: self.child(process))

    def end(self, process):
        process.kill()
        process.communicate()

    @staticmethod
    def child(process):
        try:
            with open(f"/proc/{process.pid}/task/{process.pid}/children", encoding="ascii") as file:
                children = file.read().split()
            for one in children:
                with open(f"/proc/{one}/comm", encoding="ascii") as file:
                    if file.read().strip() == "migrator":
                        return int(one)
        except OSError:
            pass
        return None

    def ended(self, process):
        _, stderr = process.communicate(timeout=60)
        return process.returncode, stderr

    def test_in_a_statement(self):
        self.project.revision("a1", "none", f"CREATE TABLE slow (id bigint);\n{self.SLOW[self.dialect]}")
        process, pid = self.start("migrate", "--to", "head", "--report", self.report_path)
        until("the statement runs", lambda: self.exists() and self.json("status")["lock"])
        os.kill(pid, signal.SIGTERM)
        code, stderr = self.ended(process)
        self.assertEqual(code, 143, stderr)
        self.assertEqual(self.report()["error"]["code"], "Terminated")

    def test_while_it_waits_for_the_lock(self):
        self.project.revision("a1", "none", f"CREATE TABLE slow (id bigint);\n{self.SLOW[self.dialect]}")
        holder = self.project.start("migrate", "--to", "head")
        self.addCleanup(self.end, holder)
        until("the lock is held", lambda: self.exists() and self.json("status")["lock"])
        process, pid = self.start("migrate", "--to", "head", "--report", self.report_path)
        line = process.stderr.readline()
        while line and "waiting for the lock" not in line:
            line = process.stderr.readline()
        self.assertIn("waiting for the lock", line)
        os.kill(pid, signal.SIGTERM)
        code, stderr = self.ended(process)
        self.assertEqual(code, 143, stderr)
        self.assertEqual(self.report()["error"]["code"], "Terminated")

    def test_while_wait_waits(self):
        self.chain("a1")
        process, pid = self.start("wait", "--timeout", "5m")
        self.assertIn("waiting: ", process.stderr.readline())
        os.kill(pid, signal.SIGTERM)
        code, stderr = self.ended(process)
        self.assertEqual(code, 143, stderr)

    def test_while_it_reads_files(self):
        """A pipe among the files: whoever opens it waits for ever."""
        self.chain("a1")
        os.mkfifo(os.path.join(self.project.folder, "migrator.yaml"))
        for verb in (["migrate", "--to", "head"], ["heads"], ["plan"]):
            with self.subTest(verb):
                process, pid = self.start(*verb)
                until("it waits for the pipe", lambda: self.sleeps(pid))
                os.kill(pid, signal.SIGTERM)
                code, stderr = self.ended(process)
                self.assertEqual(code, 143, stderr)

    @staticmethod
    def sleeps(pid):
        """Opening a FIFO: the kernel says so."""
        try:
            with open(f"/proc/{pid}/syscall", encoding="ascii") as file:
                return file.read().startswith("257 ")  # openat
        except OSError:
            return False


class Connecting(JobCase):
    def test_a_signal_while_it_connects(self):
        """A listener that never answers: the connection is given up after connect_timeout, and the run says that it was stopped."""
        import socket  # of this test alone
        path = os.path.join(self.project.folder, ".s.PGSQL.5432")
        with socket.socket(socket.AF_UNIX) as listener:
            listener.bind(path)
            listener.listen()
            self.chain("a1")
            process = self.project.start("migrate", "--to", "head", "--report", self.report_path,
                                         url=f"postgresql://u@/d?host={self.project.folder}&connect_timeout=2")
            connection, _ = listener.accept()
            with connection:
                process.send_signal(signal.SIGTERM)
                _, stderr = process.communicate(timeout=60)
        self.assertEqual(process.returncode, 143, stderr)
        self.assertEqual(self.report()["error"]["code"], "Terminated")


class Login(JobCase):
    """User and password by libpq's variables alone, on a server that asks for the password: the migrator logs in, and so do its children."""

    SECRET = "hunter2-s3cr3t"

    def setUp(self):
        super().setUp()
        self.role = f"{self.project.database.name}_owner"
        server().psql(f"CREATE ROLE {self.role} LOGIN SUPERUSER PASSWORD '{self.SECRET}'")
        self.addCleanup(server().psql, f"DROP ROLE {self.role}")
        self.addCleanup(server().psql, f"DROP OWNED BY {self.role}", self.project.database.name)
        self.socket = server().environment["PGHOST"]
        rules = os.path.join(self.socket, "data", "pg_hba.conf")
        with open(rules, encoding="utf-8") as file:
            before = file.read()
        self.write_rules(rules, f"local all {self.role} scram-sha-256\n" + before, refused=True)
        self.addCleanup(self.write_rules, rules, before, refused=False)

    def write_rules(self, path, text, refused):
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
        server().psql("SELECT pg_reload_conf()")
        ask = ["psql", "-X", "-w", "-c", "SELECT 1", "-d", "postgres", "-U", self.role]
        until("the server read its rules", lambda: (subprocess.run(ask, env={**server().environment, "PGPASSWORD": "x"}, capture_output=True,
                                                                    check=False).returncode != 0) == refused)

    def test_backup_run_verification_and_restore(self):
        self.chain("a1", "a2")
        kept = os.path.join(self.project.folder, "kept")
        os.mkdir(kept)
        url = f"postgresql:///{self.project.database.name}"
        extra = {"PGHOST": self.socket, "PGUSER": self.role, "PGPASSWORD": self.SECRET, "MIGRATOR_BACKUP_FOLDER": kept, "MIGRATOR_SCRATCH": "same-server",
                 "MIGRATOR_BACKUP_VERIFY": "restore"}
        told = self.reported(0, "migrate", "--to", "head", "--log-format", "json", url=url, extra=extra)
        self.assertEqual((told["outcome"], told["backup"]["verified"]), ("Done", "restore"))
        self.assertEqual(self.project.database.rows("SELECT DISTINCT tableowner FROM pg_tables WHERE schemaname = 'public'"), [[self.role]])
        backup = told["backup"]["id"]
        done = self.run_verb("restore", backup, "--yes", "-v", url=url, extra=extra)
        self.assertEqual(done.code, 0, done)
        self.assertNotIn(self.SECRET, done.text + json.dumps(told))
        self.assertEqual(self.user_tables(), [])


on_both(globals(), Environment, Reported, Plans, Container, FirstProcess)
on_postgresql(globals(), Rights, Login, Connecting)


if __name__ == "__main__":
    unittest.main()
