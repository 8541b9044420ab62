"""Debian's own, unmodified `supervisorctl` drives the daemon."""

import os
import re
import signal

import pytest

from harness import alive, eventually

pytestmark = pytest.mark.engine

CONFIG = """
[program:cat]
command=/bin/cat
startsecs=0
[program:idle]
command=/bin/cat
autostart=false
startsecs=0
[program:bad]
command=/no/such/program
startretries=0
[program:writer]
command=/bin/sh -c 'echo line one; echo line two; echo oops >&2; exec sleep 1000'
startsecs=0
[program:a]
command=/bin/cat
startsecs=0
[program:b]
command=/bin/cat
startsecs=0
[group:pair]
programs=a,b
"""


@pytest.fixture(scope="module")
def daemon(start_shared):
    daemon = start_shared(CONFIG)
    for name, state in {"cat": "RUNNING", "writer": "RUNNING", "bad": "FATAL", "pair:a": "RUNNING", "pair:b": "RUNNING"}.items():
        daemon.wait_state(name, state)
    daemon.disconnect()
    return daemon


def test_status(daemon):
    done = daemon.ctl("status")
    lines = re.sub(r"pid \d+, uptime 0:\d\d:\d\d", "pid N, uptime T", done.stdout)
    assert lines == (
        "bad                              FATAL     can't find command '/no/such/program'\n"
        "cat                              RUNNING   pid N, uptime T\n"
        "idle                             STOPPED   Not started\n"
        "pair:a                           RUNNING   pid N, uptime T\n"
        "pair:b                           RUNNING   pid N, uptime T\n"
        "writer                           RUNNING   pid N, uptime T\n"
    )
    assert (done.stderr, done.code) == ("", 3)
    assert daemon.ctl("status", "cat", "pair:*").code == 0
    assert daemon.ctl("status", "nope") == ("nope: ERROR (no such process)\n", "", 4)


def test_stop_and_start(daemon):
    assert daemon.ctl("stop", "cat") == ("cat: stopped\n", "", 0)
    assert daemon.ctl("stop", "cat") == ("cat: ERROR (not running)\n", "", 0)
    assert daemon.ctl("start", "cat") == ("cat: started\n", "", 0)
    assert daemon.ctl("start", "cat") == ("cat: ERROR (already started)\n", "", 0)
    assert daemon.ctl("restart", "cat") == ("cat: stopped\ncat: started\n", "", 0)
    assert daemon.ctl("start", "bad") == ("bad: ERROR (no such file)\n", "", 1)
    assert daemon.ctl("start", "nope") == ("nope: ERROR (no such process)\n", "", 1)


def test_groups_and_all(daemon):
    done = daemon.ctl("stop", "pair:*")
    assert sorted(done.stdout.splitlines()) == ["pair:a: stopped", "pair:b: stopped"] and done.code == 0
    assert daemon.ctl("start", "pair:*") == ("pair:a: started\npair:b: started\n", "", 0)
    done = daemon.ctl("stop", "all")
    stopped = {f"{name}: stopped" for name in ("cat", "pair:a", "pair:b", "writer")}
    assert stopped == set(done.stdout.splitlines()) and done.code == 0
    done = daemon.ctl("start", "all")
    started = {f"{name}: started" for name in ("cat", "idle", "pair:a", "pair:b", "writer")}
    assert set(done.stdout.splitlines()) == started | {"bad: ERROR (no such file)"} and done.code == 1
    assert daemon.ctl("stop", "idle").code == 0


def test_tail(daemon):
    info = daemon.info("writer")
    daemon.wait_file(info["stdout_logfile"], "line two\n")
    daemon.wait_file(info["stderr_logfile"], "oops\n")
    daemon.rpc.supervisor.stopProcess("writer")  # all that it wrote is in its logs then
    daemon.disconnect()
    (daemon.dir / info["stdout_logfile"]).write_text("line one\nline two\n")
    assert daemon.ctl("tail", "writer") == ("line one\nline two\n\n", "", 0)
    assert daemon.ctl("tail", "-4", "writer") == ("two\n\n", "", 0)
    assert "oops" in daemon.ctl("tail", "writer", "stderr").stdout
    assert daemon.ctl("tail", "nope") == ("nope: ERROR (no such process name)\n", "", 1)
    assert "supervisord started" in daemon.ctl("maintail", "-100000").stdout


def test_pid_version_and_signal(daemon):
    assert daemon.ctl("pid") == (f"{daemon.pid}\n", "", 0)
    assert daemon.ctl("version") == ("4.2.5\n", "", 0)
    pid = int(daemon.ctl("pid", "cat").stdout)
    assert daemon.ctl("signal", "KILL", "cat") == ("cat: signalled\n", "", 0)
    new = eventually(lambda: (found := daemon.ctl("pid", "cat").stdout.strip()) not in ("0", str(pid)) and found, "a restart")
    assert alive(int(new)) and not alive(pid)


def test_the_shell(daemon):
    done = daemon.ctl(text_input="stop cat\nstart cat\nstatus cat\n")
    assert "cat: stopped\n" in done.stdout and "cat: started\n" in done.stdout and done.code == 0


def test_reload(start):
    daemon = start(CONFIG)
    daemon.wait_state("writer", "RUNNING")
    daemon.disconnect()
    daemon.write_config("[program:only]\ncommand=/bin/cat\nstartsecs=0\n")
    assert daemon.ctl("reload") == ("Restarted supervisord\n", "", 0)
    eventually(lambda: daemon.count_log("supervisord started with pid") == 2, "the restart")
    daemon.wait_ready()
    daemon.wait_state("only", "RUNNING")
    assert daemon.ctl("status").stdout.startswith("only                             RUNNING ")
    assert daemon.ctl("pid").stdout == f"{daemon.pid}\n"


def test_shutdown(start):
    daemon = start(CONFIG)
    pid = daemon.wait_state("cat", "RUNNING")["pid"]
    daemon.disconnect()
    assert daemon.ctl("shutdown") == ("Shut down\n", "", 0)
    assert daemon.wait_exit() == 0 and not alive(pid)
    assert daemon.ctl("status").code == 4
    assert daemon.ctl("shutdown").stdout == f"ERROR: unix://{daemon.socket} no such file (already shut down?)\n"


def test_shutdown_of_a_daemon_that_is_going_down(start):
    daemon = start(
        "[program:s]\ncommand=/bin/sh -c 'trap \"\" TERM; echo up; exec sleep 1000'\nstopwaitsecs=1000\nstartsecs=0\n"
        "stdout_logfile=%(here)s/up\n"
    )
    daemon.wait_file("up", "up\n")
    pid = daemon.info("s")["pid"]
    daemon.disconnect()
    os.kill(daemon.pid, signal.SIGTERM)
    daemon.wait_log("received SIGTERM indicating exit request")
    eventually(lambda: daemon.ctl("shutdown").stdout == "ERROR: already shutting down\n", "the refusal")
    os.kill(pid, signal.SIGKILL)
    assert daemon.wait_exit() == 0
