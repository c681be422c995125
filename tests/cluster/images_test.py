"""The images as files: how large, what is in them and what is not, and that their programs run as Kubernetes' restricted profile has it: another
user than root, a read-only root, no shell. The archives are those of scripts/image, which this builds first. Needs root, for a chroot.
"""

import json
import os
import shutil
import stat
import subprocess
import tarfile
import tempfile
import unittest

ROOT = os.path.abspath(os.path.join(os.path.dirname(__file__), "..", ".."))
MEGABYTE = 1000 * 1000

# In mounts of its own: the image's root read-only, a /tmp that can be written and /proc, as in every container; then the program as user 10001. chroot(8) is this machine's, so that
# nothing of the image is needed but the program itself.
RUN = """set -e
mount --bind "$0" "$0"
mkdir -p "$0/proc"
mount --rbind /proc "$0/proc"
mount -o remount,bind,ro "$0"
mount -t tmpfs -o mode=1777 tmpfs "$0/tmp"
exec chroot --userspec=10001:10001 --groups=10001 "$0" "$@"
"""


class Image:
    """An archive, unpacked into a folder, with its configuration."""

    def __init__(self, name):
        self.folder = tempfile.mkdtemp(prefix=f"image-{name}-")
        os.chmod(self.folder, 0o755)  # it becomes the root of another user's programs
        with tarfile.open(os.path.join(ROOT, "build", "images", name + ".tar")) as archive:
            manifest = json.load(archive.extractfile("manifest.json"))[0]
            self.config = json.load(archive.extractfile(manifest["Config"]))["config"]
            self.tags = manifest["RepoTags"]
            for layer in manifest["Layers"]:
                with tarfile.open(fileobj=archive.extractfile(layer)) as content:
                    content.extractall(self.folder)  # ours, from our own archive

    def close(self):
        shutil.rmtree(self.folder)

    def files(self):
        """(path in the image, lstat) of everything in it."""
        for base, folders, names in os.walk(self.folder):
            for name in folders + names:
                path = os.path.join(base, name)
                yield "/" + os.path.relpath(path, self.folder), os.lstat(path)

    def size(self):
        """Bytes of all files, each counted once."""
        return sum({(found.st_dev, found.st_ino): found.st_size for _, found in self.files() if stat.S_ISREG(found.st_mode)}.values())

    def run(self, *arguments, program=None, environment=()):
        """Its entrypoint with arguments, or another program of it, with the image's own environment and more."""
        command = [program] if program else self.config["Entrypoint"]
        variables = dict(pair.split("=", 1) for pair in [*self.config["Env"], *environment])
        return subprocess.run(["unshare", "--mount", "bash", "-c", RUN, self.folder, *command, *arguments], capture_output=True, text=True,
                              check=False, env={**variables, "PATH": os.environ["PATH"]})


def setUpModule():  # unittest's name
    subprocess.run([os.path.join(ROOT, "scripts", "image")], check=True, stdout=subprocess.DEVNULL)


class Case:
    name = tag = ""
    limit = 0
    maxDiff = None

    @classmethod
    def setUpClass(cls):
        cls.image = Image(cls.name)
        cls.addClassCleanup(cls.image.close)

    def test_size(self):
        size = self.image.size()
        print(f"{self.name}: {size / MEGABYTE:.1f} MB unpacked")
        self.assertLessEqual(size, self.limit * MEGABYTE)

    def test_name_and_user(self):
        self.assertEqual(self.image.tags, [self.tag])
        self.assertEqual(self.image.config["User"], "10001:10001")

    def test_no_file_gives_rights(self):
        for path, found in self.image.files():
            self.assertFalse(found.st_mode & (stat.S_ISUID | stat.S_ISGID), path)
            if not stat.S_ISLNK(found.st_mode) and path != "/tmp":
                self.assertFalse(found.st_mode & stat.S_IWOTH, f"{path} can be written by all")
                self.assertEqual(found.st_uid, 0, path)
            self.assertNotIn("security.capability", os.listxattr(os.path.join(self.image.folder, path[1:]), follow_symlinks=False))

    def test_no_shell_and_no_other_program(self):
        programs = sorted(path for path, found in self.image.files() if "/bin/" in path and not stat.S_ISDIR(found.st_mode))
        self.assertEqual(programs, self.programs)
        self.assertFalse(os.path.exists(os.path.join(self.image.folder, "bin/sh")))

    def test_every_library_is_used(self):
        """By one of the programs or modules, as the loader of the image itself says."""
        loader = "/lib64/ld-linux-x86-64.so.2"
        used = {os.path.basename(loader)}
        for path, found in self.image.files():
            if stat.S_ISREG(found.st_mode) and ("/bin/" in path or path.startswith("/usr/lib/migrator/")):
                listed = self.image.run("--list", path, program=loader).stdout
                used |= {os.path.basename(line.split()[0]) for line in listed.splitlines()}
        libraries = {os.path.basename(path) for path, found in self.image.files() if ".so." in path and not stat.S_ISDIR(found.st_mode)}
        self.assertGreater(len(libraries), 5)
        self.assertEqual(libraries - used, set())

    def test_certificates_are_there(self):
        path = dict(pair.split("=", 1) for pair in self.image.config["Env"])["SSL_CERT_FILE"]
        with open(os.path.join(self.image.folder, path[1:]), encoding="utf-8") as file:
            self.assertGreater(file.read().count("BEGIN CERTIFICATE"), 50)


CLIENT = ["/usr/lib/postgresql/17/bin/" + name for name in ("pg_dump", "pg_restore", "psql")]


class Migrator(Case, unittest.TestCase):
    name, tag, limit = "migrator", "localhost/migrator:dev", 80
    programs = ["/usr/bin/migrator", *CLIENT]

    def test_it_runs_with_nothing_around_it(self):
        done = self.image.run("--version")
        self.assertEqual((done.returncode, done.stderr), (0, ""), done)

    def test_the_clients_run(self):
        for program in CLIENT:
            done = self.image.run("--version", program=program)
            self.assertIn("(PostgreSQL) 17.", done.stdout, done)

    def test_the_module_for_postgresql_loads(self):
        done = self.image.run("current", "--output", "json", environment=["DATABASE_URL=postgresql://nobody@127.0.0.1:1/nothing", "MIGRATOR_MIGRATIONS=/tmp"])
        self.assertEqual((done.returncode, json.loads(done.stdout)["error"]["code"]), (11, "Unreachable"), done)


class Shop(Migrator):
    name, tag = "shop", "localhost/shop-migrations:dev"

    def test_its_revisions_run_from_the_root_folder(self):
        done = self.image.run("upgrade", "head", "--output", "json", environment=["DATABASE_URL=sqlite:////tmp/shop.db"])
        self.assertEqual(done.returncode, 0, done)


class Operator(Case, unittest.TestCase):
    name, tag, limit = "operator", "localhost/migration-operator:dev", 60
    programs = ["/usr/bin/migration-operator"]

    def test_it_runs_with_nothing_around_it(self):
        done = self.image.run("--help")
        self.assertEqual((done.returncode, done.stderr), (0, ""), done)


if __name__ == "__main__":
    unittest.main()
