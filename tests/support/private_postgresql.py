"""A PostgreSQL server for one Python program (the bench, the example's test): in a temporary folder, on a unix socket only, as an unprivileged user when we are root.

Standard library only. Stops the server that it started, by its own process, and removes the folder.
"""

import glob
import os
import pwd
import shutil
import signal
import subprocess
import tempfile


class PrivatePostgresql:
    """Use as a context manager. `url` is what migrator is given, `environment` what psql and pg_dump need.

    With `durable` its commits reach the disk as they would in earnest, which a measurement wants and a test does not.
    """

    def __init__(self, durable):
        binaries = sorted(glob.glob("/usr/lib/postgresql/*/bin"), key=lambda path: int(path.split("/")[4]))
        if not binaries:
            raise RuntimeError("no PostgreSQL server is installed; run scripts/install")
        self._binaries = binaries[-1]
        self._fsync = "on" if durable else "off"
        self._folder = tempfile.mkdtemp(prefix="private-pg-")
        self._server = None
        self._demote = None
        if os.geteuid() == 0:
            user = pwd.getpwnam("postgres")
            os.chown(self._folder, user.pw_uid, user.pw_gid)

            def demote():
                os.setgroups([])
                os.setgid(user.pw_gid)
                os.setuid(user.pw_uid)

            self._demote = demote

    @property
    def environment(self):
        return {**os.environ, "PGHOST": self._folder, "PGUSER": "tester", "PGDATABASE": "postgres"}

    def url(self, database):
        return f"postgresql://tester@/{database}?host={self._folder}"

    def _run(self, *command):
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, cwd=self._folder, preexec_fn=self._demote)

    def __enter__(self):
        try:
            cluster = os.path.join(self._folder, "data")
            self._run(f"{self._binaries}/initdb", "--no-sync", "-A", "trust", "-U", "tester", "-E", "UTF8", "--locale=C", "-D", cluster)
            log = open(os.path.join(self._folder, "log"), "wb")
            self._server = subprocess.Popen(
                [f"{self._binaries}/postgres", "-D", cluster, "-k", self._folder, "-c", "listen_addresses=",
                 "-c", f"fsync={self._fsync}"],
                stdout=log, stderr=log, cwd=self._folder, preexec_fn=self._demote)
            log.close()
            self._wait_until_ready()
        except BaseException:
            self.__exit__()
            raise
        return self

    def _wait_until_ready(self):
        for _ in range(30):
            if self._server.poll() is not None:
                raise RuntimeError("the private PostgreSQL did not start")
            ready = subprocess.run([f"{self._binaries}/pg_isready", "-q", "-t", "1"], env=self.environment)
            if ready.returncode == 0:
                return
            try:
                self._server.wait(timeout=0.2)
            except subprocess.TimeoutExpired:
                pass
        raise RuntimeError("the private PostgreSQL was not ready in time")

    def __exit__(self, *_):
        if self._server is not None and self._server.poll() is None:
            self._server.send_signal(signal.SIGINT)
            self._server.wait()
        shutil.rmtree(self._folder, ignore_errors=True)

    def fresh_database(self, name):
        """Drops and makes a database; what it costs is in nobody's figure."""
        self.psql(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
        self.psql(f"CREATE DATABASE {name}")
        self.psql("CHECKPOINT")

    def psql(self, sql, database="postgres"):
        subprocess.run(["psql", "-X", "-q", "-v", "ON_ERROR_STOP=1", "-d", database, "-c", sql], check=True, env=self.environment,
                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
