"""The Kubernetes API for test programs, without a process for each request: JSON over one TLS connection a thread, as the administrator.
Python, standard library only.
"""

import base64
import http.client
import json
import os
import re
import ssl
import subprocess
import threading
import time
import urllib.parse

MERGE = "application/merge-patch+json"
JSON_PATCH = "application/json-patch+json"
GROUPS = {"migrations": "apis/migrator.dev/v1alpha1", "jobs": "apis/batch/v1", "leases": "apis/coordination.k8s.io/v1",
          "clusterroles": "apis/rbac.authorization.k8s.io/v1", "clusterrolebindings": "apis/rbac.authorization.k8s.io/v1"}


class Refused(Exception):
    """An answer of 400 and more: `code`, and the server's Status as `body`."""

    def __init__(self, code, body):
        super().__init__(f"{code}: {body}")
        self.code, self.body = code, body


def path_of(plural, namespace=None, name=None, subresource=None, **query):
    parts = [GROUPS.get(plural, "api/v1")] + (["namespaces", namespace] if namespace else []) + [plural, name, subresource]
    text = "/" + "/".join(part for part in parts if part)
    return text + ("?" + urllib.parse.urlencode(query) if query else "")


class Kube:
    """`api`: an ApiServer. From any thread."""

    def __init__(self, api):
        with open(api.kubeconfig, encoding="utf-8") as file:
            text = file.read()
        self.token = re.search(r"token: *\"?([^\"\s}]+)", text).group(1)
        self.server = urllib.parse.urlsplit(re.search(r"server: *\"?([^\",\s}]+)", text).group(1))
        authority = base64.b64decode(re.search(r"certificate-authority-data: *\"?([^\"\s}]+)", text).group(1)).decode()
        self.tls = ssl.create_default_context(cadata=authority)
        self.local, self.connections = threading.local(), []

    def close(self):
        for connection in self.connections:
            connection.close()

    def request(self, verb, path, body=None, content="application/json"):
        deadline = time.monotonic() + 30
        while True:
            try:
                return self._once(verb, path, body, content)
            except (http.client.HTTPException, OSError):
                fresh, self.local.connection = getattr(self.local, "fresh", True), None
                if fresh:
                    raise  # not an old connection that the server gave up meanwhile
            except Refused as refused:
                if refused.code != 429 or time.monotonic() > deadline:
                    raise
                time.sleep(0.5)  # as the answer asks for

    def _once(self, verb, path, body, content):
        connection = getattr(self.local, "connection", None)
        self.local.fresh = connection is None
        if connection is None:
            connection = http.client.HTTPSConnection(self.server.hostname, self.server.port, context=self.tls, timeout=60)
            self.local.connection = connection
            self.connections.append(connection)
        connection.request(verb, path, None if body is None else json.dumps(body),
                           {"Authorization": "Bearer " + self.token, "Content-Type": content, "Accept": "application/json"})
        answer = connection.getresponse()
        read = json.loads(answer.read() or "{}")
        if answer.status >= 400:
            raise Refused(answer.status, read)
        return read

    def get(self, plural, namespace, name):
        """None if it is not there."""
        try:
            return self.request("GET", path_of(plural, namespace, name))
        except Refused as refused:
            if refused.code == 404:
                return None
            raise

    def list(self, plural, namespace=None, **query):
        return self.request("GET", path_of(plural, namespace, **query))["items"]

    def create(self, plural, item, namespace=None):
        return self.request("POST", path_of(plural, namespace or item["metadata"].get("namespace")), item)

    def patch(self, plural, namespace, name, patch, subresource=None):
        return self.request("PATCH", path_of(plural, namespace, name, subresource), patch, MERGE if isinstance(patch, dict) else JSON_PATCH)

    def put_status(self, namespace, name, change):
        """A Migration's status, changed by the function, as if the operator itself had written it: the fields stay its own."""
        item = self.get("migrations", namespace, name)
        change(item["status"])
        body = {"apiVersion": item["apiVersion"], "kind": item["kind"], "status": item["status"],
                "metadata": {"name": name, "namespace": namespace, "resourceVersion": item["metadata"]["resourceVersion"]}}
        self.request("PATCH", path_of("migrations", namespace, name, "status", fieldManager="migration-operator", force="true"), body,
                     "application/apply-patch+yaml")

    def delete(self, plural, namespace, name, **options):
        return self.request("DELETE", path_of(plural, namespace, name), options or None)

    def namespace(self, name):
        self.create("namespaces", {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}})

    def annotate(self, namespace, name, **annotations):
        """Of a Migration; `approve="ID"` stands for migrator.dev/approve."""
        self.patch("migrations", namespace, name,
                   {"metadata": {"annotations": {"migrator.dev/" + key: value for key, value in annotations.items()}}})

    def edit(self, namespace, name, **spec):
        self.patch("migrations", namespace, name, {"spec": spec})

    def status(self, namespace, name):
        return (self.get("migrations", namespace, name) or {}).get("status", {})


def condition(status, kind):
    return next((one for one in status.get("conditions", []) if one["type"] == kind), {})


def reason(status, kind="Ready"):
    """Of the condition, if it is there."""
    return condition(status, kind).get("reason")


def is_true(status, kind):
    return condition(status, kind).get("status") == "True"


def kubeconfig_of(api, user):
    """The path of a kubeconfig for `user`, by a certificate of the cluster's authority: so the audit log tells its requests from the
    test's."""
    base = os.path.join(api.directory, "pki", user)
    subprocess.run(["openssl", "req", "-new", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
                    "-keyout", base + ".key", "-out", base + ".csr", "-subj", "/CN=" + user], check=True, capture_output=True)
    pki = os.path.join(api.directory, "pki")
    subprocess.run(["openssl", "x509", "-req", "-days", "2", "-in", base + ".csr", "-CA", os.path.join(pki, "ca.crt"), "-CAkey",
                    os.path.join(pki, "ca.key"), "-set_serial", str(time.time_ns()),
                    "-out", base + ".crt"], check=True, capture_output=True)
    server = urllib.parse.urlunsplit(Kube(api).server)
    config = {"apiVersion": "v1", "kind": "Config", "current-context": user,
              "clusters": [{"name": "test", "cluster": {"server": server, "certificate-authority": os.path.join(pki, "ca.crt")}}],
              "contexts": [{"name": user, "context": {"cluster": "test", "user": user}}],
              "users": [{"name": user, "user": {"client-certificate": base + ".crt", "client-key": base + ".key"}}]}
    path = os.path.join(api.directory, user + ".kubeconfig")
    with open(path, "w", encoding="utf-8") as file:
        json.dump(config, file)
    return path
