"""Waiting for what other processes do in their own time."""

import time


def eventually(condition, seconds=120, why="it did not become true"):
    """What the condition gave once it was true; polled. `why`: what to say if it never is, or a function that gives it."""
    deadline = time.monotonic() + seconds
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > deadline:
            raise AssertionError(f"not in {seconds} s: {why() if callable(why) else why}")
        time.sleep(0.1)
