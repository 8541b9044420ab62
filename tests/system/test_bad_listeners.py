"""Bad listeners beside a good one, with a thousand events a second: each harms only itself."""

import pathlib

import pytest

from events import PYTHON, listener, wait_events
from harness import eventually

LINES = 1000

WRITER = f"""
import sys, time
sys.stdin.readline()
for number in range({LINES}):
    print(number, flush=True)
    time.sleep(0.001)
sys.stdin.readline()
"""

BAD = {
    "hangs": 'printf "READY\\n"; exec sleep 1000',
    "floods": 'printf "READY\\n"; exec yes',
    "floods its result": 'printf "READY\\n"; read header; echo "RESULT 1000000000000"; exec yes',
    "dies of every event": 'printf "READY\\n"; read header; exit 1',
    "answers garbage": 'exec cat /dev/urandom',
    "rejects everything": 'printf "READY\\n"; while read line; do case $line in ver:*) read data;'
    ' printf "RESULT 4\\nFAILREADY\\n" ;; esac; done',
    "reads a byte a second": 'printf "READY\\n"; while dd bs=1 count=1 status=none >/dev/null; do sleep 1; done',
    "does not read and says READY": 'printf "READY\\n"; sleep 1; while :; do printf "READY\\n"; sleep 1; done',
}


@pytest.mark.parametrize("script", BAD.values(), ids=BAD.keys())
def test_others_get_every_event_and_commands_are_answered(start, script):
    daemon = start(
        listener("bad", "PROCESS_LOG", command="/bin/sh %(here)s/bad.sh", buffer_size=100,
                 autorestart="true", startretries=1000000, stopasgroup="true", stdout_logfile_maxbytes="100KB",
                 stdout_logfile_backups=0)  # fmt: skip
        + listener("good", "PROCESS_LOG", buffer_size=10000, priority=5)
        + f"[program:writer]\ncommand={PYTHON} %(here)s/writer.py\nstdout_events_enabled=true\nstartsecs=0\n"
        + "[program:cat]\ncommand=/bin/cat\nstartsecs=0\n",
        files={"bad.sh": script, "writer.py": WRITER},
    )
    for name in ("good", "writer", "cat"):
        daemon.wait_state(name, "RUNNING")
    daemon.rpc.supervisor.sendProcessStdin("writer", "go\n")
    wait_events(daemon, "good", 10)
    assert daemon.rpc.supervisor.stopProcess("cat")
    assert daemon.rpc.supervisor.startProcess("cat")
    assert len(daemon.rpc.supervisor.getAllProcessInfo()) == 4
    everything = "".join(f"{number}\n" for number in range(LINES))
    seen = wait_events(daemon, "good", lambda seen: "".join(event.data() for event in seen) == everything)
    serials = [int(event.headers["poolserial"]) for event in seen]
    assert serials == list(range(len(seen)))
    assert daemon.rpc.supervisor.stopProcess("bad")
    eventually(lambda: daemon.state("bad") in ("STOPPED", "FATAL"), "the bad listener to be stopped")
    status = pathlib.Path(f"/proc/{daemon.pid}/status").read_text()
    assert int(status.split("VmHWM:")[1].split()[0]) < 150_000, "kB at most"
