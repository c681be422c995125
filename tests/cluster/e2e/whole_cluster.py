"""A whole cluster for a test program, by `scripts/cluster up`: the built images loaded, the chart installed by Helm with gating and progress, and
a PostgreSQL in a pod. Gone when the program ends. Stories have a namespace of their own, held to the restricted Pod Security Standard, and a
database of their own.

CLUSTER names the folder of a cluster that runs already and is left as it is, for trying one story again and again.
"""

import hashlib
import io
import json
import os
import shutil
import subprocess
import sys
import tarfile
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from api_server import CLUSTER, ROOT, run  # noqa: E402
from patience import eventually  # noqa: E402

CHART = os.path.join(ROOT, "charts", "migration-operator")
IMAGES = os.path.join(ROOT, "build", "images")
OPERATORS = "operators"
PASSWORD = "not-so-secret"
RESTRICTED = {"allowPrivilegeEscalation": False, "readOnlyRootFilesystem": True, "capabilities": {"drop": ["ALL"]}}
POD_SECURITY = {"runAsNonRoot": True, "runAsUser": 10001, "runAsGroup": 10001, "fsGroup": 10001, "seccompProfile": {"type": "RuntimeDefault"}}


def revision(identifier, after, up, down="", number=0):
    """The name and the text of a revision file."""
    text = (f"-- migrate:revision {identifier}\n-- migrate:message {identifier}\n-- migrate:down_revision {after or 'none'}\n\n"
            f"-- migrate:up\n{up}\n")
    if down is not None:
        text += f"\n-- migrate:down\n{down}\n"
    return f"2026010100{number:02}_{identifier}_x.sql", text


def images_with_files(path, images, base=os.path.join(IMAGES, "migrator.tar"), folder="migrations"):
    """Writes an archive of images: `images` has for each tag its files, {name: text}, laid on top of the migrator in /migrations. Without
    `base` they are nothing but these files, for image volumes.
    """
    def add(archive, name, content):
        entry = tarfile.TarInfo(name)
        entry.size, entry.mode = len(content), 0o644
        archive.addfile(entry, io.BytesIO(content))

    written, manifest = set(), []
    with tarfile.open(path, "w") as out:
        layers, config = [], {"architecture": "amd64", "os": "linux", "config": {}, "rootfs": {"type": "layers", "diff_ids": []}}
        if base:
            with tarfile.open(base) as archive:
                described = json.load(archive.extractfile("manifest.json"))[0]
                config = json.load(archive.extractfile(described["Config"]))
                for name in described["Layers"]:
                    add(out, name, archive.extractfile(name).read())
                layers = described["Layers"]
            config.pop("history", None)
        for tag, files in images.items():
            content = io.BytesIO()
            with tarfile.open(fileobj=content, mode="w") as layer:
                for name, text in sorted(files.items()):
                    add(layer, f"{folder}/{name}", text.encode())
            digest = hashlib.sha256(content.getvalue()).hexdigest()
            own = {**config, "rootfs": {"type": "layers", "diff_ids": config["rootfs"]["diff_ids"] + ["sha256:" + digest]}}
            encoded = json.dumps(own).encode()
            config_name = hashlib.sha256(encoded).hexdigest() + ".json"
            for name, data in ((digest + ".tar", content.getvalue()), (config_name, encoded)):
                if name not in written:
                    add(out, name, data)
                    written.add(name)
            manifest.append({"Config": config_name, "RepoTags": [tag], "Layers": layers + [digest + ".tar"]})
        add(out, "manifest.json", json.dumps(manifest).encode())


class Cluster:
    def __init__(self):
        self.kept = "CLUSTER" in os.environ
        self.directory = os.environ.get("CLUSTER") or tempfile.mkdtemp(prefix="e2e-", dir=os.path.join(ROOT, "build"))
        self.stories = 0
        if self.kept:
            return
        # However this program ends, the cluster does not outlive it.
        subprocess.Popen(["setsid", "bash", "-c", 'tail --pid="$1" -f /dev/null; exec "$2" down "$3"', "watch", str(os.getpid()), CLUSTER,
                          self.directory], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            self._verb_must("up", self.directory)
            self._install()
        except BaseException:
            self.close()
            raise

    def close(self):
        if not self.kept:
            run(CLUSTER, "down", self.directory)
            shutil.rmtree(self.directory, ignore_errors=True)

    def _install(self):
        self.load(*(os.path.join(IMAGES, name + ".tar") for name in ("migrator", "operator", "postgresql")))
        self.apply(namespace(OPERATORS))
        self._verb_must("helm", "install", "migration-operator", CHART, "-n", OPERATORS, "--wait", "--timeout", "120s",
                        "--set", "image.tag=dev,migratorImage.tag=dev,gating.enabled=true,progress.enabled=true,maxConcurrentRunsPerNamespace=5")
        self.apply(*postgresql())
        self.must("wait", "--for=condition=Ready", "pod/db-0", "-n", "postgresql", "--timeout=120s")

    def verb(self, *arguments, given=None):
        return run(CLUSTER, *arguments, given=given, environment={"CLUSTER": self.directory})

    def _verb_must(self, *arguments, given=None):
        done = self.verb(*arguments, given=given)
        if done.code != 0:
            raise AssertionError(str(done))
        return done

    def helm(self, *arguments):
        return self.verb("helm", *arguments)

    def kubectl(self, *arguments, given=None):
        return self.verb("kubectl", *arguments, given=given)

    def must(self, *arguments, given=None):
        return self._verb_must("kubectl", *arguments, given=given)

    def apply(self, *documents):
        return self.must("apply", "-f", "-", given=list(documents))

    def load(self, *archives):
        self._verb_must("load", *archives)

    def sql(self, database, statement):
        """Rows of the PostgreSQL in the pod, as text: columns with `|` between."""
        return self.must("exec", "-n", "postgresql", "db-0", "--", "psql", "-h", "/tmp", "-U", "postgres", "-d", database, "-AtXq",
                         "-v", "ON_ERROR_STOP=1", "-c", statement).out.strip()


def namespace(name):
    return {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name, "labels": {"pod-security.kubernetes.io/enforce": "restricted"}}}


def postgresql():
    """A server in a namespace of its own; its data end with the pod."""
    return [
        namespace("postgresql"),
        {"apiVersion": "v1", "kind": "Service", "metadata": {"name": "db", "namespace": "postgresql"},
         "spec": {"selector": {"app": "db"}, "ports": [{"port": 5432}]}},
        {"apiVersion": "apps/v1", "kind": "StatefulSet", "metadata": {"name": "db", "namespace": "postgresql"},
         "spec": {"serviceName": "db", "selector": {"matchLabels": {"app": "db"}}, "template": {
             "metadata": {"labels": {"app": "db"}},
             "spec": {"automountServiceAccountToken": False, "securityContext": POD_SECURITY, "containers": [{
                 "name": "server", "image": "localhost/postgresql:17", "env": [{"name": "POSTGRES_PASSWORD", "value": PASSWORD}],
                 "ports": [{"containerPort": 5432}], "securityContext": RESTRICTED,
                 "startupProbe": {"tcpSocket": {"port": 5432}, "periodSeconds": 1, "failureThreshold": 60},
                 "volumeMounts": [{"name": "data", "mountPath": "/data"}, {"name": "tmp", "mountPath": "/tmp"}]}],
                 "volumes": [{"name": "data", "emptyDir": {}}, {"name": "tmp", "emptyDir": {}}]}}}}]


def claim(name):
    return {"apiVersion": "v1", "kind": "PersistentVolumeClaim", "metadata": {"name": name},
            "spec": {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "1Gi"}}}}


class Story:
    """A namespace, and on PostgreSQL a database of the same name with its Secrets, for one Migration that is called `shop`."""

    def __init__(self, cluster, name):
        self.cluster = cluster
        cluster.stories += 1
        self.name = f"{name}-{cluster.stories}-{os.getpid()}"
        cluster.apply(namespace(self.name))
        owner, app = self.name, self.name + "-app"
        for role in (owner, app):
            cluster.sql("postgres", f"CREATE ROLE \"{role}\" LOGIN PASSWORD '{PASSWORD}'")
        cluster.sql("postgres", f'CREATE DATABASE "{self.name}" OWNER "{owner}"')
        self.apply(claim("shop-backups"), *(
            {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": secret},
             "stringData": {"uri": f"postgresql://{role}:{PASSWORD}@db.postgresql.svc:5432/{self.name}"}}
            for secret, role in (("shop-db", owner), ("shop-app-db", app))))
        self.app_role = app
        eventually(lambda: self.kubectl("get", "serviceaccount", "default").code == 0, why="the namespace's ServiceAccount")

    def kubectl(self, *arguments, given=None):
        return self.cluster.kubectl("-n", self.name, *arguments, given=given)

    def must(self, *arguments, given=None):
        return self.cluster.must("-n", self.name, *arguments, given=given)

    def apply(self, *documents):
        return self.must("apply", "-f", "-", given=list(documents))

    def get(self, *arguments):
        """The object, or None."""
        done = self.kubectl("get", *arguments, "-o", "json")
        return done.json if done.code == 0 else None

    def sql(self, statement):
        return self.cluster.sql(self.name, statement)

    def migrate(self, image, target="head", **spec):
        """Applies the Migration `shop`."""
        self.apply({"apiVersion": "migrator.dev/v1alpha1", "kind": "Migration", "metadata": {"name": "shop"},
                    "spec": {"target": target, "runner": {"image": image},
                             "database": {"urlFrom": {"secretKeyRef": {"name": "shop-db", "key": "uri"}}, "grantRead": [self.app_role]},
                             "backup": {"policy": "Always", "volume": {"persistentVolumeClaim": {"claimName": "shop-backups"}}},
                             **spec}})

    def patch(self, **spec):
        self.must("patch", "migration", "shop", "--type", "merge", "-p", json.dumps({"spec": spec}))

    def annotate(self, kind, name, *pairs):
        self.must("annotate", kind, name, "--overwrite", *pairs)

    def migration(self, name="shop"):
        return self.get("migration", name) or {}

    def status(self, name="shop"):
        return self.migration(name).get("status", {})

    def condition(self, kind, name="shop"):
        """The condition, if the status is about the present spec; else {}."""
        migration = self.migration(name)
        status = migration.get("status", {})
        if status.get("observedGeneration") != migration.get("metadata", {}).get("generation"):
            return {}
        return next((one for one in status.get("conditions", []) if one["type"] == kind), {})

    def describe(self):
        return "\n".join(str(self.kubectl(*words)) for words in (
            ("get", "migration,jobs,pods", "-o", "wide"), ("get", "migration", "-o", "jsonpath={.items[*].status}"),
            ("get", "events", "--sort-by=.lastTimestamp"), ("logs", "-l", "migrator.dev/role=runner", "--tail=20")))

    def until(self, kind, reason=None, status="True", seconds=90, name="shop"):
        """The status once that condition holds (with that reason) for the present spec."""
        def holds():
            found = self.condition(kind, name)
            return found.get("status") == status and reason in (None, found.get("reason"))
        eventually(holds, why=lambda: f"{kind}={status} {reason or ''}\n{self.describe()}", seconds=seconds)
        return self.status(name)

    def until_ready(self, reason=None, seconds=90):
        return self.until("Ready", reason, seconds=seconds)

    def jobs(self):
        return self.get("jobs")["items"]

    def close(self):
        self.cluster.kubectl("delete", "namespace", self.name, "--wait=false")
