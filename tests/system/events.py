"""What the tests of events share: listeners that record, and reading what they recorded."""

import json
import pathlib
import re
from typing import NamedTuple

from harness import DEADLINE, eventually

# childutils is part of Debian's supervisor and needs Debian's Python.
PYTHON = "/usr/bin/python3"
RECORDER = pathlib.Path(__file__).with_name("event_recorder.py")


class Event(NamedTuple):
    """One event as a listener saw it."""

    headers: dict
    payload: str

    @property
    def name(self):
        return self.headers["eventname"]

    def fields(self):
        """The key:value pairs of the payload's first line."""
        return dict(pair.split(":", 1) for pair in self.payload.split("\n", 1)[0].split())

    def data(self):
        return self.payload.split("\n", 1)[1]


def listener(name, events, command=None, **options):
    """An [eventlistener:x] section; without a command it records into <name>.events."""
    command = command or f"{PYTHON} {RECORDER} %(here)s/{name}.events"
    merged = {"buffer_size": 1000, "startsecs": 0, "stderr_logfile": f"%(here)s/{name}.err", **options}
    lines = [f"[eventlistener:{name}]", f"command={command}", f"events={events}"]
    return "\n".join([*lines, *(f"{key}={value}" for key, value in merged.items()), ""])


def recorded(daemon, name):
    """The events that a recording listener has got so far."""
    lines = daemon.read(f"{name}.events").split("\n")[:-1]
    return [Event(*json.loads(line)) for line in lines]


def wait_events(daemon, name, condition, timeout=DEADLINE):
    """Waits until the events of a listener satisfy `condition`, a function or a number of events."""
    accept = condition if callable(condition) else lambda seen: len(seen) >= condition
    return eventually(
        lambda: (seen := recorded(daemon, name)) and accept(seen) and seen,
        lambda: f"{name}, which got {recorded(daemon, name)}\n{daemon.log()}",
        timeout,
    )


def masked(payload):
    return re.sub(r"\b(pid|when):[1-9]\d*", r"\1:N", payload)


def summary(events):
    """Type and payload, without what differs from run to run."""
    return [f"{event.name} {masked(event.payload)}" for event in events]
