"""A kubelet of the test's own: it plays the runners' pods, which stay Pending without one, by writing what a kubelet would write of them. What each does is told
it by the test, Migration by Migration. Python, standard library only.
"""

import json
import threading
import time

from kube import Refused


class Pod:
    """What a script is asked about: `kind`, `sequence` and `attempt` of its run, `run_id`, `job`, `args`, and the object itself."""

    def __init__(self, item):
        self.item, self.uid, self.name = item, item["metadata"]["uid"], item["metadata"]["name"]
        self.namespace = item["metadata"]["namespace"]
        self.migration = item["metadata"]["labels"]["migrator.dev/migration"]
        self.job = item["metadata"]["labels"]["batch.kubernetes.io/job-name"]
        self.container = next(one for one in item["spec"]["containers"] if one["name"] == "migrator")
        self.args = self.container["args"]
        environment = {one["name"]: one.get("value") for one in self.container["env"]}
        self.environment = environment
        self.run_id = environment["MIGRATOR_RUN_ID"]
        _, sequence, self.kind = self.run_id.rsplit(".", 2)
        self.sequence, self.attempt = int(sequence), int(self.job.rsplit("-", 1)[1])

    def container_status(self, state, **more):
        return {"containerStatuses": [{"name": "migrator", "image": self.container["image"], "imageID": "sha256:0", "ready": False,
                                       "restartCount": 0, "state": state, **more}]}


def ends(code=0, outcome=None, message=None, reason=None, **report):
    """A script: the container ends with this code, and leaves a report, of which the fields are given; `message` instead of it: any text."""
    def script(pod):
        outcomes = {"migrate": "Done", "plan": "Moves", "verify": "NothingToDo"}
        document = {"protocol": "1.0", "run_id": pod.run_id, "outcome": outcome or (outcomes[pod.kind] if code == 0 else "Failed"),
                    "exit_code": code, "database_read": True, "heads_before": ["b2"] if pod.kind == "verify" else [],
                    "heads_after": ["b2"] if code == 0 else [], "target_heads": ["b2"], "file_heads": ["b2"],
                    "pending": 0 if code == 0 else 2, "applied_revisions": ["b2", "a1"] if code == 0 else [], "plan_hash": "v1:0", "seconds": 1,
                    **report}
        text = json.dumps(document) if message is None else message
        ended = {"exitCode": code, "reason": reason or ("Completed" if code == 0 else "Error"), "message": text,
                 "startedAt": "2026-01-01T00:00:00Z", "finishedAt": "2026-01-01T00:00:01Z", "containerID": "containerd://0"}
        return {"phase": "Succeeded" if code == 0 else "Failed", **pod.container_status({"terminated": ended})}
    return script


def plans(*steps, destructive=False, **report):
    """A script for a plan's pod; steps such as "up a1", "down b2"."""
    listed = [{"direction": step.split()[0], "revision": step.split()[1], "transactional": True} for step in steps]
    down = [step["revision"] for step in listed if step["direction"] == "down"]
    return ends(outcome="Moves", steps=listed, down_revisions=down, destructive=destructive, **{"heads_before": [], "heads_after": [],
                "applied_revisions": [], "pending": 2, **report})


def waits(reason, message):
    """A script: the container waits, with the kubelet's reason."""
    return lambda pod: {"phase": "Pending", **pod.container_status({"waiting": {"reason": reason, "message": message}})}


def works(pod):
    """A script: the container is at work."""
    return {"phase": "Running", **pod.container_status({"running": {"startedAt": "2026-01-01T00:00:00Z"}})}


def by_kind(**scripts):
    """A script that is another one for `plan`, `migrate` and `verify`."""
    return lambda pod: scripts[pod.kind](pod)


def in_turn(*scripts):
    """A script that is another one for each attempt; the last one stays."""
    return lambda pod: scripts[min(pod.attempt, len(scripts)) - 1](pod)


class Kubelet:
    """`kubelet.plays("shop", "first", ends(0))` before or after the pod is there; a script may be changed at any time. `ran`: (namespace, Migration) to
    the Jobs whose container ended, in their order."""

    def __init__(self, kube, period=0.2):
        self.kube, self.period = kube, period
        self.scripts, self.ran, self.written = {}, {}, {}
        self.stopped = threading.Event()
        self.thread = threading.Thread(target=self._work, daemon=True)
        self.thread.start()

    def plays(self, namespace, migration, script):
        self.scripts[(namespace, migration)] = script

    def close(self):
        self.stopped.set()
        self.thread.join()

    def _work(self):
        while not self.stopped.is_set():
            try:
                for item in self.kube.list("pods", labelSelector="migrator.dev/role=runner"):
                    self._play(Pod(item))
            except (Refused, OSError):  # the server may be down on purpose
                pass
            time.sleep(self.period)

    def _play(self, pod):
        script = self.scripts.get((pod.namespace, pod.migration))
        if script is None or pod.item["status"].get("phase") in ("Succeeded", "Failed"):
            return
        status = script(pod)
        if status is None or self.written.get(pod.uid) == status:
            return
        try:
            self.kube.patch("pods", pod.namespace, pod.name, {"status": status}, "status")
        except Refused as refused:
            if refused.code in (404, 409):
                return
            raise
        self.written[pod.uid] = status
        if status["phase"] in ("Succeeded", "Failed"):
            self.ran.setdefault((pod.namespace, pod.migration), []).append(pod.job)
