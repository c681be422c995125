"""Writes an image archive (docker-archive) with nothing but a statically linked busybox and links for its commands: enough to hold a pod's
namespaces, and a shell for tests. Arguments: busybox, the archive, tags. Called by scripts/cluster.
"""

import hashlib
import io
import json
import subprocess
import sys
import tarfile


def add(archive, name, content=b"", **attributes):
    entry = tarfile.TarInfo(name)
    entry.size = len(content)
    for key, value in attributes.items():
        setattr(entry, key, value)
    archive.addfile(entry, io.BytesIO(content))


def layer(busybox):
    with open(busybox, "rb") as file:
        program = file.read()
    commands = subprocess.run([busybox, "--list"], check=True, capture_output=True, text=True).stdout.split()
    whole = io.BytesIO()
    with tarfile.open(fileobj=whole, mode="w") as archive:
        add(archive, "bin", type=tarfile.DIRTYPE, mode=0o755)
        add(archive, "bin/busybox", program, mode=0o755)
        for command in commands:
            if command != "busybox":
                add(archive, "bin/" + command, type=tarfile.SYMTYPE, linkname="busybox")
        add(archive, "tmp", type=tarfile.DIRTYPE, mode=0o1777)
        add(archive, "etc", type=tarfile.DIRTYPE, mode=0o755)
        add(archive, "etc/passwd", b"root:x:0:0::/:/bin/sh\nnobody:x:65534:65534::/:/bin/sh\n", mode=0o644)
    return whole.getvalue()


def main(busybox, path, *tags):
    content = layer(busybox)
    config = json.dumps({
        "architecture": "amd64", "os": "linux",
        "config": {"Cmd": ["/bin/sleep", "2147483647"], "Env": ["PATH=/bin"], "User": "65534:65534"},
        "rootfs": {"type": "layers", "diff_ids": ["sha256:" + hashlib.sha256(content).hexdigest()]},
    }).encode()
    name = hashlib.sha256(config).hexdigest() + ".json"
    manifest = [{"Config": name, "RepoTags": list(tags), "Layers": ["layer.tar"]}]
    with tarfile.open(path, "w") as archive:
        add(archive, name, config)
        add(archive, "layer.tar", content)
        add(archive, "manifest.json", json.dumps(manifest).encode())


main(*sys.argv[1:])
