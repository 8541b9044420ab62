"""The fleet that the tests of XML-RPC share, and what they say about calls."""

import signal
import xmlrpc.client

import pytest

from harness import eventually, free_port, ignores

STUBBORN = "/bin/sh -c 'trap \"\" TERM; exec sleep 1000'"
CONFIG = f"""
[program:cat]
command=/bin/cat
startsecs=0
stdout_logfile=%(here)s/cat.out
[program:slow]
command=/bin/cat
startsecs=1
autostart=false
[program:idle]
command=/bin/cat
autostart=false
startsecs=0
stdout_logfile=NONE
[program:failing]
command=/bin/false
startsecs=20
startretries=30
autostart=false
[program:bad]
command=/bin/false
startsecs=20
startretries=0
autostart=false
priority=5
[program:stubborn]
command={STUBBORN}
stopwaitsecs=1
startsecs=0
[program:writer]
command=/bin/sh -c 'printf 0123456789abcdefghi; printf error >&2; exec sleep 1000'
startsecs=0
stdout_logfile=%(here)s/writer.out
stderr_logfile=%(here)s/writer.err
[program:a]
command=/bin/cat
startsecs=0
priority=2
[program:b]
command=/bin/cat
startsecs=0
priority=1
[group:pair]
programs=a,b
"""


def start_fleet(start):
    """A daemon with the fleet, whose autostarted programs run and have written what they write."""
    port = free_port()
    daemon = start(CONFIG, http_port=port)
    for name in ("cat", "stubborn", "writer", "pair:a", "pair:b"):
        daemon.wait_state(name, "RUNNING")
    daemon.wait_file("writer.out", lambda text: len(text) == 19)
    daemon.wait_file("writer.err", "error")
    return daemon


def fault(call, *arguments):
    """The code and text of the fault that a call raises."""
    with pytest.raises(xmlrpc.client.Fault) as caught:
        call(*arguments)
    return caught.value.faultCode, caught.value.faultString


def ensure(api, name, running):
    """Starts or stops the process if need be."""
    if (api.getProcessInfo(name)["statename"] == "RUNNING") != running:
        assert (api.startProcess if running else api.stopProcess)(name) is True


def ensure_stubborn(api):
    """Starts the stubborn process if need be, and waits until it is stubborn."""
    ensure(api, "stubborn", True)
    pid = api.getProcessInfo("stubborn")["pid"]
    eventually(lambda: ignores(pid, signal.SIGTERM), "the trap")


def success(name, group="pair"):
    return {"name": name, "group": group, "status": 80, "description": "OK"}
