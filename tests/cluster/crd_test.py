"""The CustomResourceDefinition on a real API server: every rule with a good and a bad object and its exact message, defaults, what kubectl
prints and explains, and the largest status by server-side apply. Run by ctest; standard library only.
"""

import json
import os
import re
import sys
import time
import unittest

from api_server import ApiServer, ROOT

CRD = os.path.join(ROOT, "crds", "migrations.yaml")
API = None


def setUpModule():
    global API
    API = ApiServer()
    API.must("apply", "--server-side", "-f", CRD)
    API.must("wait", "--for=condition=Established", "crd/migrations.migrator.dev", "--timeout=60s")
    API.must("create", "namespace", "shop")
    # A CRD can be established a moment before it is served.
    deadline = time.monotonic() + 60
    while API.kubectl("get", "migrations", "-n", "shop").code != 0:
        if time.monotonic() > deadline:
            raise AssertionError(str(API.kubectl("get", "migrations", "-n", "shop")))


def tearDownModule():
    API.close()


SECRET = {"secretKeyRef": {"name": "shop-db", "key": "uri"}}
CLAIM = {"persistentVolumeClaim": {"claimName": "shop-backups"}}


def migration(name="shop", **spec):
    """The smallest good Migration with these fields instead."""
    whole = {"database": {"type": "PostgreSQL", "urlFrom": SECRET}, "backup": {"policy": "Always", "volume": CLAIM}}
    whole.update(spec)
    return {"apiVersion": "migrator.dev/v1alpha1", "kind": "Migration", "metadata": {"name": name, "namespace": "shop"}, "spec": whole}


def postgresql(**fields):
    return {"type": "PostgreSQL", "urlFrom": SECRET, **fields}


def connection(**fields):
    return {"type": "PostgreSQL", "connection": {"host": "db", "name": "shop", "userFrom": SECRET, **fields}}


def sqlite(path="shop.db", **fields):
    return {"type": "SQLite", "sqlite": {"volume": CLAIM, "path": path}, **fields}


def backup(policy="Always", **fields):
    return {"policy": policy, "volume": CLAIM, **fields}


def pod(**spec):
    return {"spec": spec}


def runner_container(**fields):
    return pod(containers=[{"name": "migrator", **fields}])


def create(document):
    return API.kubectl("create", "--dry-run=server", "-o", "json", "-f", "-", given=document)


TARGET = ("spec.target", "target must be head, heads, base, a whole revision id or LABEL@head, several parted by commas without blanks; relative "
          "targets like +1, -1 or ID+1 are not possible here")
SECONDS = "must be a duration of whole units, the larger first, like 90s, 30m or 1h30m, at most 576h"
MILLISECONDS = "must be a duration of whole units, the larger first, like 500ms, 90s, 30m or 1h30m, at most 576h"
INSIDE = "path must lie inside the volume: without a leading /, without . and .."
EXACT = ("spec.exact", "exact: true needs explicit targets, revision ids or base: head, heads and LABEL@head never take anything away")
ENV = "this variable is the operator's: what it says is set by a field of spec"
MOUNT = ("mountPath must be absolute and outside /migrations, /backups, /data, /tmp, /etc/migrator, /dev, /proc and /sys, which are the "
         "operator's")
RELATED = "spec.podTemplate.spec.containers[0]."

# What is wrong, (field, message), a bad object, a good one that differs in that alone.
RULES = [
    ("the name is too long", ("", "metadata.name must be at most 52 characters, for Jobs are named after it"),
     migration("n" * 53), migration("n" * 52)),
    ("a relative target", TARGET, migration(target="-1"), migration(target="ae1027a6acf0")),
    ("relative to an id", TARGET, migration(target="ae10+1"), migration(target="ae10")),
    ("an empty target", TARGET, migration(target="a,"), migration(target="a,b")),
    ("a blank between targets", TARGET, migration(target="a, b"), migration(target="a,billing@head")),
    ("current", TARGET, migration(target="current"), migration(target="base")),
    ("a label and an id", TARGET, migration(target="billing@ae10"), migration(target="billing@heads")),
    ("exact with head", EXACT, migration(target="head", exact=True), migration(target="base", exact=True)),
    ("exact with a label's head", EXACT, migration(target="a,billing@head", exact=True), migration(target="a,b", exact=True)),
    ("another source than its type", ("spec.source", "type: Runner takes no other source than runner"),
     migration(source={"type": "Runner", "configMap": {"name": "m"}}), migration(source={"type": "Runner", "runner": {"path": "/sql"}})),
    ("a relative path in the runner", ("spec.source.runner.path", "path must be absolute, without .."),
     migration(source={"type": "Runner", "runner": {"path": "sql"}}), migration(source={"type": "Runner", "runner": {"path": "/a/sql"}})),
    ("no configMap", ("spec.source", "type: ConfigMap needs configMap, and no other source"),
     migration(source={"type": "ConfigMap"}), migration(source={"type": "ConfigMap", "configMap": {"name": "m"}})),
    ("two sources", ("spec.source", "type: ImageVolume needs imageVolume, and no other source"),
     migration(source={"type": "ImageVolume", "imageVolume": {"reference": "i"}, "configMap": {"name": "m"}}),
     migration(source={"type": "ImageVolume", "imageVolume": {"reference": "i"}})),
    ("no claim", ("spec.source", "type: PersistentVolumeClaim needs persistentVolumeClaim, and no other source"),
     migration(source={"type": "PersistentVolumeClaim"}),
     migration(source={"type": "PersistentVolumeClaim", "persistentVolumeClaim": {"claimName": "c"}})),
    ("out of the image", ("spec.source.imageVolume.path", INSIDE),
     migration(source={"type": "ImageVolume", "imageVolume": {"reference": "i", "path": "a/../../b"}}),
     migration(source={"type": "ImageVolume", "imageVolume": {"reference": "i", "path": "a/b"}})),
    ("out of the claim", ("spec.source.persistentVolumeClaim.path", INSIDE),
     migration(source={"type": "PersistentVolumeClaim", "persistentVolumeClaim": {"claimName": "c", "path": "/a"}}),
     migration(source={"type": "PersistentVolumeClaim", "persistentVolumeClaim": {"claimName": "c", "path": "a"}})),
    ("neither URL nor connection", ("spec.database", "type: PostgreSQL needs exactly one of urlFrom and connection"),
     migration(database={"type": "PostgreSQL"}), migration(database=connection())),
    ("both URL and connection", ("spec.database", "type: PostgreSQL needs exactly one of urlFrom and connection"),
     migration(database=postgresql(**connection())), migration(database=postgresql())),
    ("PostgreSQL with a file", ("spec.database", "type: PostgreSQL takes no sqlite"),
     migration(database=postgresql(sqlite=sqlite()["sqlite"])), migration(database=postgresql())),
    ("SQLite without a file", ("spec.database", "type: SQLite needs sqlite, the volume and the file in it"),
     migration(database={"type": "SQLite"}), migration(database=sqlite())),
    ("SQLite with a URL", ("spec.database", "type: SQLite takes none of urlFrom, connection, tls, schema, directUrlFrom, scratch and grantRead"),
     migration(database=sqlite(urlFrom=SECRET)), migration(database=sqlite(versionTable="v"))),
    ("SQLite's file elsewhere", ("spec.database.sqlite.path", "path must name a file inside the volume: without a leading /, without . and .."),
     migration(database=sqlite("../shop.db")), migration(database=sqlite("a/shop.db"))),
    ("a host that is more", ("spec.database.connection.host", "host must be a host name or an address, without user, port and /"),
     migration(database=connection(host="user@db")), migration(database=connection(host="db.shop.svc"))),
    ("verified without an authority", ("spec.database.tls", "mode: verify-ca and verify-full need caFrom, the certificate to verify against"),
     migration(database=postgresql(tls={"mode": "verify-full"})),
     migration(database=postgresql(tls={"mode": "verify-full", "caFrom": {"configMapKeyRef": {"name": "ca", "key": "ca.crt"}}}))),
    ("two authorities", ("spec.database.tls.caFrom", "caFrom needs exactly one of secretKeyRef and configMapKeyRef"),
     migration(database=postgresql(tls={"caFrom": {**SECRET, "configMapKeyRef": {"name": "ca", "key": "ca.crt"}}})),
     migration(database=postgresql(tls={"caFrom": SECRET}))),
    ("no place for scratch", ("spec.database.scratch", "scratch needs exactly one of urlFrom and sameServer: true"),
     migration(database=postgresql(scratch={"sameServer": False})), migration(database=postgresql(scratch={"sameServer": True}))),
    ("a role with a comma", ("spec.database.grantRead[0]", "a role's name cannot hold a comma here"),
     migration(database=postgresql(grantRead=["a,b"])), migration(database=postgresql(grantRead=["a", "b c"]))),
    ("nowhere to keep backups", ("spec.backup", "policy: Always and Destructive need volume, where backups are kept"),
     migration(backup={"policy": "Destructive"}), migration(backup=backup("Destructive"))),
    ("external without a command", ("spec.backup", "command belongs to policy: External, which needs it"),
     migration(backup={"policy": "External"}), migration(backup={"policy": "External", "command": ["snap"]})),
    ("a command without external", ("spec.backup", "command belongs to policy: External, which needs it"),
     migration(backup=backup(command=["snap"])), migration(backup=backup())),
    ("a proof without scratch", ("spec", "backup.verify: Restore needs database.scratch, a place to load the backup into"),
     migration(backup=backup(verify="Restore")), migration(backup=backup(verify="Restore"), database=postgresql(scratch={"sameServer": True}))),
    ("down without backups", ("spec", "downgrade: Allow needs a backup policy other than Never; write downgrade: Approve or Deny to go without backups"),
     migration(backup={"policy": "Never"}), migration(backup={"policy": "Never"}, downgrade="Deny")),
    ("restore without a fence", ("spec", "onFailure: Restore needs fence: true: without it, what others commit during the run would be lost"),
     migration(onFailure="Restore"), migration(onFailure="Restore", fence=True)),
    ("restore of what another took", ("spec", "onFailure: Restore needs backup.policy Always or Destructive, a backup that the runner can put back"),
     migration(onFailure="Restore", fence=True, backup={"policy": "External", "command": ["snap"]}),
     migration(onFailure="Restore", fence=True, backup=backup("Destructive"))),
    ("too short an interval", ("spec.interval", "interval must be 0s (never) or from 1m to 576h"), migration(interval="59s"), migration(interval="1m")),
    ("not a duration", ("spec.interval", SECONDS), migration(interval="often"), migration(interval="0")),
    ("no time at all", ("spec.timeout", "timeout must be from 1s to 576h"), migration(timeout="0s"), migration(timeout="1s")),
    ("too long a timeout", ("spec.timeout", SECONDS), migration(timeout="577h"), migration(timeout="576h")),
    ("an absurd timeout", ("spec.timeout", SECONDS), migration(timeout="99999999999999999999h"), migration(timeout="1h30m10s")),
    ("a broken number", ("spec.retry.deadline", SECONDS), migration(retry={"deadline": "1.5h"}), migration(retry={"deadline": "1h30m"})),
    ("parts of a second", ("spec.lockWait", SECONDS), migration(lockWait="500ms"), migration(lockWait="5s")),
    ("units in another order", ("spec.lockTimeout", MILLISECONDS), migration(lockTimeout="5ms3s"), migration(lockTimeout="3s5ms")),
    ("a number alone", ("spec.statementTimeout", MILLISECONDS), migration(statementTimeout="60"), migration(statementTimeout="0")),
    ("the operator's label", ("spec.podTemplate.metadata", "labels under migrator.dev/ and app.kubernetes.io/managed-by are the operator's"),
     migration(podTemplate={"metadata": {"labels": {"migrator.dev/role": "x"}}}), migration(podTemplate={"metadata": {"labels": {"team": "x"}}})),
    ("the operator's annotation", ("spec.podTemplate.metadata", "annotations under migrator.dev/ are the operator's"),
     migration(podTemplate={"metadata": {"annotations": {"migrator.dev/x": "x"}}}),
     migration(podTemplate={"metadata": {"annotations": {"sidecar.istio.io/inject": "true"}}})),
    ("the operator's variable", (RELATED + "env[0]", ENV),
     migration(podTemplate=runner_container(env=[{"name": "DATABASE_URL", "value": "x"}])),
     migration(podTemplate=runner_container(env=[{"name": "PGOPTIONS", "value": "x"}]))),
    ("the operator's prefix", (RELATED + "env[0]", ENV), migration(podTemplate=runner_container(env=[{"name": "MIGRATOR_X", "value": "x"}])),
     migration(podTemplate=runner_container(env=[{"name": "SHOP_X", "value": "x"}]))),
    ("two values", (RELATED + "env[0].valueFrom", "valueFrom needs exactly one of secretKeyRef, configMapKeyRef and fieldRef"),
     migration(podTemplate=runner_container(env=[{"name": "X", "valueFrom": {**SECRET, "fieldRef": {"fieldPath": "spec.nodeName"}}}])),
     migration(podTemplate=runner_container(env=[{"name": "X", "valueFrom": {"fieldRef": {"fieldPath": "spec.nodeName"}}}]))),
    ("no source of variables", (RELATED + "envFrom[0]", "envFrom needs exactly one of secretRef and configMapRef"),
     migration(podTemplate=runner_container(envFrom=[{"prefix": "X_"}])),
     migration(podTemplate=runner_container(envFrom=[{"prefix": "X_", "secretRef": {"name": "s"}}]))),
    ("the operator's folder", (RELATED + "volumeMounts[0]", MOUNT),
     migration(podTemplate=runner_container(volumeMounts=[{"name": "v", "mountPath": "/tmp/x"}])),
     migration(podTemplate=runner_container(volumeMounts=[{"name": "v", "mountPath": "/tmpx"}]))),
    ("the root", (RELATED + "volumeMounts[0]", MOUNT),
     migration(podTemplate=runner_container(volumeMounts=[{"name": "v", "mountPath": "/"}])),
     migration(podTemplate=runner_container(volumeMounts=[{"name": "v", "mountPath": "/x"}]))),
    ("the operator's volume", ("spec.podTemplate.spec.volumes[0].name", "names of volumes that begin with migrator- are the operator's"),
     migration(podTemplate=pod(volumes=[{"name": "migrator-tmp", "emptyDir": {}}])), migration(podTemplate=pod(volumes=[{"name": "tmp", "emptyDir": {}}]))),
    ("a volume of nothing", ("spec.podTemplate.spec.volumes[0]", "a volume needs exactly one of configMap, secret, emptyDir, persistentVolumeClaim, csi and image"),
     migration(podTemplate=pod(volumes=[{"name": "v"}])), migration(podTemplate=pod(volumes=[{"name": "v", "secret": {"secretName": "s"}}]))),
]

# What the schema alone refuses, and a part of what the API server says to it.
REFUSED = [
    ("no database", {"backup": backup()}, "spec.database: Required value"),
    ("no backup", {"database": postgresql()}, "spec.backup: Required value"),
    ("no policy", {"backup": {}}, "spec.backup.policy: Required value"),
    ("an unknown policy", {"backup": backup("Sometimes")}, 'spec.backup.policy: Unsupported value: "Sometimes"'),
    ("no key", {"database": {"type": "PostgreSQL", "urlFrom": {"secretKeyRef": {"name": "s"}}}}, "spec.database.urlFrom.secretKeyRef.key: Required value"),
    ("a bad table", {"database": postgresql(versionTable="a-b")}, "spec.database.versionTable: Invalid value"),
    ("no backups kept", {"backup": backup(retain=0)}, "spec.backup.retain: Invalid value: 0"),
    ("another container", {"podTemplate": pod(containers=[{"name": "sidecar"}])}, 'Unsupported value: "sidecar"'),
    ("root", {"podTemplate": pod(securityContext={"runAsUser": 0})}, "spec.podTemplate.spec.securityContext.runAsUser: Invalid value: 0"),
    ("the node's files", {"podTemplate": pod(volumes=[{"name": "v", "hostPath": {"path": "/"}}])}, 'unknown field "spec.podTemplate.spec.volumes[0].hostPath"'),
    ("the node's network", {"podTemplate": pod(hostNetwork=True)}, 'unknown field "spec.podTemplate.spec.hostNetwork"'),
    ("a token", {"podTemplate": pod(automountServiceAccountToken=True)}, 'unknown field "spec.podTemplate.spec.automountServiceAccountToken"'),
    ("privileges", {"podTemplate": runner_container(securityContext={"privileged": True})},
     'unknown field "spec.podTemplate.spec.containers[0].securityContext"'),
    ("a mistyped field", {"lockwait": "5s"}, 'unknown field "spec.lockwait"'),
]


class Rules(unittest.TestCase):
    def test_each_refuses_the_bad_and_takes_the_good(self):
        for name, (field, message), bad, good in RULES:
            with self.subTest(name):
                refused = create(bad)
                self.assertNotEqual(refused.code, 0)
                place = rf"{re.escape(field)}: Invalid value: (.*: )?" if field else ""
                self.assertRegex(refused.err, rf"(?s){place}{re.escape(message)}")
                taken = create(good)
                self.assertEqual(taken.code, 0, str(taken))

    def test_every_rule_of_the_file_is_tried(self):
        definition = API.must("get", "crd", "migrations.migrator.dev", "-o", "json").json
        messages = set()

        def collect(schema):
            for rule in schema.get("x-kubernetes-validations", []):
                messages.add(rule["message"])
            for member in schema.values():
                for part in member if isinstance(member, list) else [member]:
                    if isinstance(part, dict):
                        collect(part)

        collect(definition["spec"]["versions"][0]["schema"]["openAPIV3Schema"])
        self.assertEqual(messages, {message for _, (_, message), _, _ in RULES})

    def test_the_schema_refuses(self):
        for name, fields, message in REFUSED:
            with self.subTest(name):
                document = migration(**fields)
                if name in ("no database", "no backup"):
                    document["spec"] = fields
                refused = create(document)
                self.assertNotEqual(refused.code, 0)
                self.assertIn(message, refused.err)


class Defaults(unittest.TestCase):
    def test_everything_that_is_left_out(self):
        document = migration()
        del document["spec"]["database"]["type"]
        created = create(document).json
        self.assertEqual(created["status"], {"observedGeneration": -1})
        self.assertEqual(created["spec"], {
            "target": "head", "exact": False, "source": {"type": "Runner"}, "database": {"type": "PostgreSQL", "urlFrom": SECRET},
            "backup": {"policy": "Always", "volume": CLAIM, "retain": 5, "verify": "Archive"}, "approval": "Automatic", "downgrade": "Allow",
            "onFailure": "Stop", "fence": False, "plan": {"includeSQL": False}, "interval": "0s", "suspend": False, "timeout": "30m",
            "retry": {"deadline": "15m"}, "lockWait": "60s", "lockTimeout": "3s", "statementTimeout": "0s"})

    def test_a_connection_gets_the_usual_port(self):
        self.assertEqual(create(migration(database=connection())).json["spec"]["database"]["connection"]["port"], 5432)


LONG_AGO = "2026-11-22T10:00:00Z"


def condition(kind, status, reason, message="m"):
    return {"type": kind, "status": status, "reason": reason, "message": message, "observedGeneration": 1, "lastTransitionTime": LONG_AGO}


def apply_status(name, status):
    return API.kubectl("apply", "--server-side", "--subresource=status", "--field-manager=migration-operator", "--force-conflicts", "-f", "-",
                       given={"apiVersion": "migrator.dev/v1alpha1", "kind": "Migration", "metadata": {"name": name, "namespace": "shop"},
                              "status": status})


def finished(sequence, kind="migrate", size=1):
    return {"sequence": sequence, "kind": kind, "attempt": 1, "startTime": LONG_AGO, "job": "j" * min(size, 253), "inputHash": "h" * min(size, 128),
            "target": "t" * min(size, 512), "exact": False, "generation": 1, "requests": {"requestedAt": "r" * min(size, 253)},
            "outcome": "Failed", "reason": "MigrationFailed", "exitCode": 20, "seconds": 2,
            "failed": {"revision": "r" * min(size, 64), "file": "f" * min(size, 512), "line": 3, "sqlstate": "42P01", "message": "m" * min(size, 1024)}}


def largest_status():
    """Every field there is, lists filled until the operator's bound of 32 KiB is reached."""
    status = {
        "observedGeneration": 9, "conditions": [condition(kind, "True", "R" * 64, "m" * 1024)
                                                for kind in ("Approved", "BackedUp", "Drifted", "Ready", "Reconciling")],
        "currentRevisions": ["c" * 64] * 10, "targetRevisions": ["t" * 64] * 10, "pendingRevisions": 7,
        "appliedRevisions": ["a" * 64] * 40, "appliedImages": [{"image": "i" * 512, "heads": ["h" * 64] * 2}] * 5,
        "plan": {"id": "p" * 128, "hash": "h" * 128, "sequence": 3, "destructive": True,
                 "steps": [{"revision": "r" * 64, "direction": "down", "transactional": False}] * 30,
                 "kinds": ["k" * 64] * 3, "findings": ["f" * 512] * 10, "sql": ["s" * 4096]},
        "run": {"sequence": 3, "kind": "migrate", "attempt": 2, "job": "j", "jobUID": "u", "inputHash": "h", "target": "t", "exact": True, "generation": 9,
                "requests": {"requestedAt": "a", "reconcileAt": "b", "adopt": "c", "force": "d"}, "startTime": LONG_AGO, "notBefore": LONG_AGO,
                "allowDown": True, "approvedHash": "h", "progress": {"step": 1, "of": 2, "percent": 50}},
        "lastSuccess": {"target": "t", "exact": False}, "lastRun": finished(2),
        "lastBackup": {"id": "b", "bytes": 1 << 50, "sha256": "a" * 64, "verified": "archive", "time": LONG_AGO},
        "lastHandledApproval": "a" * 253, "lastHandledRequestedAt": "r" * 253, "lastHandledReconcileAt": "f" * 253, "lastVerified": LONG_AGO,
        "history": [finished(2, "migrate", 300), finished(2, "plan"), finished(1)]}
    while len(json.dumps(status, separators=(",", ":"))) < 32_600:
        status["appliedRevisions"].append("a" * 64)  # a hundred at most, so the rest must come near the bound
    return status


class Status(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        API.must("create", "-f", "-", given=migration("status"))

    def test_the_largest_is_taken_whole(self):
        status = largest_status()
        size = len(json.dumps(status, separators=(",", ":")))
        self.assertTrue(32_600 <= size <= 32_768, size)
        generation = API.must("get", "mig", "status", "-n", "shop", "-o", "json").json["metadata"]["generation"]
        applied = apply_status("status", status)
        self.assertEqual(applied.code, 0, str(applied))
        stored = API.must("get", "mig", "status", "-n", "shop", "-o", "json").json
        self.assertEqual(stored["status"], status)
        self.assertEqual(stored["metadata"]["generation"], generation)

    def test_what_is_not_applied_again_goes(self):
        self.assertEqual(apply_status("status", {"observedGeneration": 1, "pendingRevisions": 3, "conditions": [condition("Stalled", "True", "R")]}).code, 0)
        self.assertEqual(apply_status("status", {"observedGeneration": 2, "conditions": [condition("Ready", "True", "R")]}).code, 0)
        stored = API.must("get", "mig", "status", "-n", "shop", "-o", "json").json["status"]
        self.assertEqual(stored, {"observedGeneration": 2, "conditions": [condition("Ready", "True", "R")]})

    def test_a_status_does_not_change_the_spec_nor_the_other_way(self):
        document = migration("status", target="base")
        document["status"] = {"observedGeneration": 77}
        API.must("apply", "--server-side", "--force-conflicts", "-f", "-", given=document)
        stored = API.must("get", "mig", "status", "-n", "shop", "-o", "json").json
        self.assertEqual(stored["spec"]["target"], "base")
        self.assertNotEqual(stored["status"]["observedGeneration"], 77)
        API.must("apply", "--server-side", "--force-conflicts", "-f", "-", given=migration("status", target="head"))


class Kubectl(unittest.TestCase):
    def test_prints_the_columns(self):
        API.must("create", "-f", "-", given=migration("columns", target="billing@head"))
        self.assertEqual(apply_status("columns", {
            "observedGeneration": 1, "currentRevisions": ["ae1027a6acf0"], "pendingRevisions": 2,
            "conditions": [condition("Ready", "False", "MigrationFailed"), condition("Stalled", "True", "Other")],
            "lastBackup": {"id": "b", "time": LONG_AGO}}).code, 0)
        narrow = API.must("get", "migrations", "columns", "-n", "shop").out.splitlines()
        self.assertEqual(narrow[0].split(), ["NAME", "TARGET", "CURRENT", "READY", "REASON", "AGE"])
        self.assertEqual(narrow[1].split()[:-1], ["columns", "billing@head", '["ae1027a6acf0"]', "False", "MigrationFailed"])
        wide = API.must("get", "mig", "columns", "-n", "shop", "-o", "wide").out.splitlines()
        self.assertEqual(wide[0].split(), ["NAME", "TARGET", "CURRENT", "READY", "REASON", "PENDING", "BACKUP", "AGE"])
        self.assertEqual(wide[1].split()[5], "2")
        self.assertRegex(wide[1].split()[6], r"^\d+[dhms]")

    def test_lists_them_with_all(self):
        API.must("create", "-f", "-", given=migration("listed"))
        self.assertIn("migration.migrator.dev/listed", API.must("get", "all", "-n", "shop").out)

    def test_explains_every_field(self):
        definition = API.must("get", "crd", "migrations.migrator.dev", "-o", "json").json
        fields = []

        def collect(schema, path):
            for name, member in schema.get("properties", {}).items():
                fields.append((path + [name], member.get("description", "")))
                collect(member.get("items", member), path + [name])

        whole = definition["spec"]["versions"][0]["schema"]["openAPIV3Schema"]
        for part in ("spec", "status"):
            fields.append(([part], whole["properties"][part].get("description", "")))
            collect(whole["properties"][part], [part])
        self.assertGreater(len(fields), 200)
        for path, description in fields:
            with self.subTest(".".join(path)):
                self.assertRegex(description, r"^\S.*\.$")
        # kubectl is asked for some of them; it takes them from the same definition.
        for path in ("spec.database.urlFrom.secretKeyRef.key", "spec.podTemplate.spec.containers.env", "status.lastRun.failed.sqlstate"):
            description = dict((".".join(known), text) for known, text in fields)[path]
            explained = " ".join(API.must("explain", "migration." + path).out.split())
            self.assertIn(description, explained)

    def test_the_schema_is_structural(self):
        conditions = {condition["type"]: condition["status"]
                      for condition in API.must("get", "crd", "migrations.migrator.dev", "-o", "json").json["status"]["conditions"]}
        self.assertEqual(conditions.get("NonStructuralSchema", "False"), "False")
        self.assertEqual(conditions["Established"], "True")


if __name__ == "__main__":
    unittest.main(argv=sys.argv)
