"""The same listeners and the same children under Debian's supervisord and under Ringmaster: the
streams of events are the same.

Each step waits for what it brings about, so that nothing depends on which of two things comes first.
Pids, times and serial numbers' gaps are masked; what Supervisor leaves to chance is not in the
scenario.
"""

import pathlib
import xmlrpc.client

import pytest

from events import PYTHON, listener, recorded, summary, wait_events

CHILD = f"{PYTHON} {pathlib.Path(__file__).with_name('event_script.py')}"

LISTENERS = ("all", "states", "output", "remote")

CONFIG = (
    listener("all", "EVENT,TICK_5")
    + listener("states", "PROCESS_STATE", priority=-2)
    + listener("output", "PROCESS_LOG,PROCESS_COMMUNICATION", priority=1)
    + listener("remote", "REMOTE_COMMUNICATION", priority=2)
    + f"""
[program:talker]
command={CHILD}
startsecs=0
autostart=false
exitcodes=0,7
autorestart=false
stdout_events_enabled=true
stderr_events_enabled=true
stdout_logfile=%(here)s/talker.out

[program:captured]
command={CHILD}
startsecs=0
autostart=false
stdout_capture_maxbytes=1MB
stderr_events_enabled=true

[program:merged]
command={CHILD}
startsecs=0
autostart=false
redirect_stderr=true
stdout_events_enabled=true
stdout_logfile=NONE

[program:held]
command=/bin/cat
startsecs=1
autostart=false
stopsignal=KILL

[program:late]
command=/bin/cat
autostart=false

[group:pair]
programs=held,merged
"""
)


class Scenario:
    """One run: what is done, and after each step what must have arrived before the next."""

    def __init__(self, daemon):
        self.daemon = daemon
        self.rpc = daemon.rpc.supervisor

    def say(self, name, line):
        """Sends a line to a scripted child and waits until its output is an event."""
        before = len(recorded(self.daemon, "output"))
        self.rpc.sendProcessStdin(name, line + "\n")
        wait_events(self.daemon, "output", before + 1)

    def wait_state(self, process, state, count=1):
        def entered(seen):
            return sum(e.name == f"PROCESS_STATE_{state}" and e.fields()["processname"] == process for e in seen) >= count

        wait_events(self.daemon, "states", entered)

    def run(self):
        for name in LISTENERS:
            self.daemon.wait_state(name, "RUNNING")
        # One after the other: the order in which several become RUNNING is chance.
        for name in ("talker", "captured", "pair:merged"):
            self.rpc.startProcess(name)
        self.say("talker", "out hello")
        self.say("talker", "err problem")
        self.say("talker", "out \u00e4\u20ac \U0001f600")
        self.say("talker", "raw ff27220a")
        self.say("captured", "capture something")
        self.say("captured", "err not captured")
        self.say("pair:merged", "err both")
        for kind, data in (("kind", "data"), ("", ""), ("two\nlines", "\u00e9\n")):
            self.rpc.sendRemoteCommEvent(kind, data)
        wait_events(self.daemon, "remote", 3)
        self.rpc.sendProcessStdin("talker", "exit 7\n")
        self.wait_state("talker", "EXITED")
        self.rpc.startProcess("talker")
        self.wait_state("talker", "RUNNING", 2)
        self.rpc.sendProcessStdin("talker", "exit 8\n")
        self.wait_state("talker", "EXITED", 2)
        self.rpc.startProcess("pair:held")
        self.rpc.stopProcess("pair:held")
        self.wait_state("held", "STOPPED")
        self.rpc.signalProcess("captured", "KILL")
        self.wait_state("captured", "RUNNING", 2)
        self.rpc.removeProcessGroup("late")
        self.rpc.addProcessGroup("late")
        with pytest.raises(xmlrpc.client.Fault):
            self.rpc.addProcessGroup("late")
        self.rpc.sendRemoteCommEvent("last", "")
        for name in ("remote", "all"):
            # A tick may come behind it.
            wait_events(self.daemon, name, lambda seen: any(each.payload == "type:last\n" for each in seen))
        return {name: self.stream(name) for name in LISTENERS}

    def stream(self, name):
        """What the listener got before the end, without the listeners' own start and ticks."""
        seen = [event for event in recorded(self.daemon, name) if not event.name.startswith("TICK")]
        return [
            (event.headers["pool"], event.headers["server"], event.headers["len"] if "pid" not in event.payload else "", text)
            for event, text in zip(seen, summary(seen))
            if event.fields().get("processname") not in LISTENERS
        ]


def transcript(start, kind):
    daemon = start(CONFIG, kind=kind, supervisord={"identifier": "golden"})
    return Scenario(daemon).run()


def test_the_streams_of_events_are_supervisors(start, setup):
    expected = transcript(start, "supervisord")
    assert len(expected["all"]) > 30
    seen = transcript(start, setup.daemon)
    for name, events in expected.items():
        assert seen[name] == events, name
