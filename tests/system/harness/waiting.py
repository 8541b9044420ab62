"""Waiting for a condition instead of sleeping for a time."""

import time

DEADLINE = 30.0  # seconds; how long a condition may take on a slow, busy machine


def eventually(condition, what="a condition", timeout=DEADLINE):
    """Polls `condition` until it returns something true, and returns that."""
    end = time.monotonic() + timeout
    pause = 0.002
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > end:
            shown = what() if callable(what) else what
            raise AssertionError(f"after {timeout:g} s still waiting for {shown}")
        time.sleep(pause)
        pause = min(pause * 1.5, 0.05)
