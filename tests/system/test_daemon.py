"""The daemon as a process: its main log, signals, shutdown order, files, background mode."""

import contextlib
import os
import pathlib
import re
import signal
import stat
import subprocess

import pytest

from harness import accepts, alive, environment_of, eventually, process_stat

CAT = "[program:cat]\ncommand=/bin/cat\nstartsecs=0\n"
ROOT_WARNING = (
    "CRIT Supervisor is running as root.  Privileges were not dropped because no user is specified in the "
    "config file.  If you intend to run as root, you can set user=root in the config file to avoid this message."
)


def test_the_main_log_of_a_start_and_stop(start):
    daemon = start("[program:cat]\ncommand=/bin/cat\nstartsecs=1\n")
    pid = daemon.wait_state("cat", "RUNNING")["pid"]
    assert daemon.stop() == 0
    lines = [f"{line.level} {line.text}" for line in daemon.lines() if "io_uring" not in line.text]
    assert lines == [
        *([ROOT_WARNING] if os.geteuid() == 0 else []),
        "INFO RPC interface 'supervisor' initialized",
        "CRIT Server 'unix_http_server' running without any HTTP authentication checking",
        f"INFO supervisord started with pid {daemon.pid}",
        f"INFO spawned: 'cat' with pid {pid}",
        "INFO success: cat entered RUNNING state, process has stayed up for > than 1 seconds (startsecs)",
        "WARN received SIGTERM indicating exit request",
        "INFO waiting for cat to die",
        "WARN stopped: cat (terminated by SIGTERM)",
    ]
    # In the foreground the same text goes to standard output.
    assert daemon.stdout() == daemon.log() and daemon.stderr() == ""
    stamps = re.findall(r"(?m)^(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,\d{3}) ", daemon.log())
    assert stamps == sorted(stamps) and len(stamps) == len(daemon.lines())


def timers_armed(pid):
    """What the kernel's timers of a process are set to, but for those that are set to nothing."""
    armed = []
    for entry in pathlib.Path(f"/proc/{pid}/fdinfo").iterdir():
        with contextlib.suppress(FileNotFoundError):  # closed meanwhile
            armed += re.findall(r"(?m)^it_value: \((?!0, 0\)).*", entry.read_text())
    return armed


@pytest.mark.ours_only
@pytest.mark.engine
def test_nothing_is_to_wake_a_daemon_that_has_nothing_to_do(start):
    daemon = start("[program:cat]\ncommand=/bin/cat\nstartsecs=1\n[program:bad]\ncommand=/bin/false\nstartretries=1\n")
    daemon.wait_state("cat", "RUNNING")
    daemon.wait_state("bad", "FATAL")
    daemon.rpc.supervisor.stopProcess("cat")
    daemon.rpc.supervisor.startProcess("cat")
    daemon.disconnect()  # what waits for the next request of a connection ends with it
    eventually(lambda: timers_armed(daemon.pid) == [], lambda: timers_armed(daemon.pid))


def test_silent_keeps_the_foreground_quiet(start):
    daemon = start(CAT, arguments=["-n", "-s"])
    daemon.wait_state("cat", "RUNNING")
    assert daemon.stdout() == "" and daemon.log() != ""


@pytest.mark.parametrize("name", ["SIGTERM", "SIGINT", "SIGQUIT"])
def test_exit_signals_end_everything(start, name):
    daemon = start(CAT)
    child = daemon.wait_state("cat", "RUNNING")["pid"]
    assert daemon.stop(getattr(signal, name)) == 0
    assert daemon.wait_log(f"received {name} indicating exit request").level == "WARN"
    assert not alive(child) and not daemon.socket.exists()
    assert not (daemon.dir / "supervisord.pid").exists()


def test_groups_are_stopped_one_after_the_other_from_the_highest_priority(start):
    slow = "/bin/sh -c 'trap \"sleep 0.3; exit 0\" TERM; echo up; while :; do sleep 0.05; done'"
    daemon = start(
        "".join(f"[program:{name}]\ncommand={slow}\npriority={priority}\nstartsecs=0\nstdout_logfile=%(here)s/{name}.out\n"
                for name, priority in {"b": 20, "a": 10, "c": 20, "m": 1, "n": 2}.items())
        + "[group:pair]\nprograms=m,n\npriority=30\n",
        supervisord={"loglevel": "debug"},
    )
    daemon.wait_all("RUNNING")
    for name in "abcmn":
        daemon.wait_file(f"{name}.out", "up\n")
    assert daemon.stop() == 0
    events = [m[1] + " " + m[2] for text in daemon.messages() if (m := re.match(r"(killing|stopped:) (\w+) ", text))]
    # Inside a group all are signalled at once, in reverse order; the next group waits.
    assert events[:2] == ["killing n", "killing m"]
    assert sorted(events[2:4]) == ["stopped: m", "stopped: n"]
    assert events[4:] == ["killing c", "stopped: c", "killing b", "stopped: b", "killing a", "stopped: a"]
    report = daemon.wait_log("waiting for")
    assert (report.level, report.text) == ("INFO", "waiting for a, b, c, m, n to die")


# Ends only when the other one was told to end, too.
PATIENT = """
trap 'touch "$1"; until [ -e "$2" ]; do sleep 0.01; done; exit 0' TERM
echo up
while :; do sleep 0.01; done
"""


@pytest.mark.ours_only
def test_stop_concurrency_lets_groups_of_equal_priority_stop_together(start):
    programs = {"a": "b", "b": "a"}
    daemon = start(
        "".join(
            f"[program:{name}]\ncommand=/bin/sh %(here)s/patient {name}.told {other}.told\nstartsecs=0\n"
            f"stdout_logfile=%(here)s/{name}.out\ndirectory=%(here)s\nstopwaitsecs=1000\n"
            for name, other in programs.items()
        )
        + "[program:early]\ncommand=/bin/cat\nstartsecs=0\npriority=1\n",
        files={"patient": PATIENT},
        supervisord={"stop_concurrency": "0"},
    )
    for name in programs:
        daemon.wait_file(f"{name}.out", "up\n")
    daemon.wait_all("RUNNING")
    assert daemon.stop() == 0
    stopped = [m[1] for text in daemon.messages() if (m := re.match(r"stopped: (\w+) ", text))]
    assert sorted(stopped[:2]) == ["a", "b"] and stopped[2:] == ["early"]


def test_a_program_in_backoff_does_not_delay_the_shutdown(start):
    daemon = start("[program:bad]\ncommand=/bin/false\nstartsecs=20\nstartretries=100\n")
    daemon.wait_state("bad", "BACKOFF")
    assert daemon.stop() == 0
    assert not daemon.find_log("gave up")


def test_a_second_exit_signal_is_logged_and_changes_nothing(start):
    daemon = start(
        "[program:stubborn]\ncommand=/bin/sh -c 'trap \"\" TERM; echo up; exec sleep 1000'\nstopwaitsecs=1000\n"
        "startsecs=0\nstdout_logfile=%(here)s/up\n"
    )
    daemon.wait_file("up", "up")
    pid = daemon.info("stubborn")["pid"]
    daemon.send(signal.SIGTERM)
    daemon.wait_log("received SIGTERM indicating exit request")
    daemon.send(signal.SIGINT)
    daemon.wait_log("received SIGINT indicating exit request")
    daemon.send(signal.SIGHUP)
    ignored = daemon.wait_log("ignored SIGHUP indicating restart request (shutdown in progress)")
    assert ignored.level == "WARN"
    os.kill(pid, signal.SIGKILL)
    assert daemon.wait_exit() == 0
    assert daemon.wait_log("stopped: stubborn (terminated by SIGKILL)").level == "WARN"


def test_hup_restarts_with_the_new_configuration(start):
    daemon = start(CAT)
    old = daemon.wait_state("cat", "RUNNING")["pid"]
    pid = daemon.rpc.supervisor.getPID()
    daemon.write_config("[program:other]\ncommand=/bin/cat\nstartsecs=0\n")
    daemon.send(signal.SIGHUP)
    assert daemon.wait_log("received SIGHUP indicating restart request").level == "WARN"
    eventually(lambda: not alive(old), "the end of the old program")
    daemon.disconnect()
    eventually(lambda: daemon.count_log("supervisord started with pid") == 2, "the restart")
    daemon.wait_ready()
    daemon.wait_state("other", "RUNNING")
    assert [info["name"] for info in daemon.rpc.supervisor.getAllProcessInfo()] == ["other"]
    assert daemon.rpc.supervisor.getPID() == pid == daemon.pid


def test_a_restart_with_a_broken_configuration_ends_with_nothing_running(start):
    daemon = start(CAT)
    old = daemon.wait_state("cat", "RUNNING")["pid"]
    daemon.write_config("[program:broken]\n")
    daemon.disconnect()
    daemon.send(signal.SIGHUP)
    assert daemon.wait_exit() == 2
    assert "Error: program section program:broken does not specify a command in section" in daemon.stderr()
    assert not alive(old) and not daemon.survivors() and not daemon.socket.exists()
    if daemon.kind == "ringmasterd":  # a daemon in the background has no other place to say why
        assert "CRIT Error: program section program:broken does not specify" in daemon.log()


def test_the_pidfile_holds_the_pid(start):
    daemon = start(CAT)
    path = daemon.dir / "supervisord.pid"
    assert path.read_text() == f"{daemon.pid}\n"
    assert stat.S_IMODE(path.stat().st_mode) == 0o644


def test_a_pidfile_that_cannot_be_written_does_not_stop_the_start(start):
    daemon = start(CAT, files={"supervisord.pid": None})
    assert daemon.wait_log(f"could not write pidfile {daemon.dir}/supervisord.pid").level == "CRIT"
    daemon.wait_state("cat", "RUNNING")


def test_the_unix_socket_belongs_to_its_owner_only(start):
    daemon = start(CAT)
    assert stat.S_IMODE(daemon.socket.stat().st_mode) == 0o700
    assert sorted(path.name for path in daemon.dir.glob("s.sock*")) == ["s.sock"]


def test_a_stale_socket_is_replaced(start):
    daemon = start(CAT)
    child = daemon.wait_state("cat", "RUNNING")["pid"]
    daemon.disconnect()
    daemon.process.kill()
    daemon.process.wait()
    # cat ends by itself when its input closes: no harm in that.
    eventually(lambda: not alive(child), "the end of the orphan")
    assert daemon.socket.exists() and not accepts(daemon.socket)
    daemon.start()
    assert daemon.stderr() == f"Unlinking stale socket {daemon.socket}\n"
    daemon.wait_state("cat", "RUNNING")


def test_a_second_daemon_on_the_same_socket_gives_up(start):
    daemon = start(CAT, supervisord={"nocleanup": "true"})
    child = daemon.wait_state("cat", "RUNNING")["pid"]
    second = subprocess.run(
        [*daemon.setup.daemon_command(), "-n", "-c", str(daemon.config_file), "-l", "second.log", "-j", "second.pid"],
        capture_output=True, text=True, cwd=daemon.dir, check=False,
    )
    assert second.returncode == 2
    assert second.stderr.startswith(
        "Error: Another program is already listening on a port that one of our HTTP servers is configured to use.  "
        "Shut this program down first before starting supervisord.\n"
    )
    assert daemon.info("cat")["pid"] == child and "spawned" not in daemon.read("second.log")


def test_without_n_it_goes_into_the_background(start):
    daemon = start("[program:cat]\ncommand=/bin/cat\nstartsecs=0\n", arguments=[],
                   supervisord={"umask": "027", "directory": "%(here)s/home"}, wait=False)
    assert daemon.wait_exit() == 2  # the directory is not there yet
    (daemon.dir / "home").mkdir()
    (daemon.dir / "stderr").unlink()
    daemon.start(wait=False)
    assert daemon.wait_exit() == 0
    try:
        daemon.wait_ready()
        pid = daemon.rpc.supervisor.getPID()
        assert pid == daemon.pid != daemon.process.pid
        found = process_stat(pid)
        assert found.session == found.pgrp == pid
        assert os.readlink(f"/proc/{pid}/cwd") == f"{daemon.dir}/home"
        for number in (0, 1, 2):
            assert os.readlink(f"/proc/{pid}/fd/{number}") == "/dev/null"
        assert "Umask:\t0027" in pathlib.Path(f"/proc/{pid}/status").read_text()
        assert environment_of(pid)["RINGMASTER_TEST"] == daemon.marker
        daemon.wait_log("daemonizing the supervisord process")
        daemon.wait_log(f"set current directory: '{daemon.dir}/home'")
        child = daemon.wait_state("cat", "RUNNING")["pid"]
    finally:
        daemon.disconnect()
        daemon.send(signal.SIGTERM)
        eventually(lambda: not alive(pid), "the end of the daemon")
    assert not alive(child) and not (daemon.dir / "supervisord.pid").exists()
    assert daemon.stdout() == "" and daemon.stderr() == ""


def test_limits_are_raised_to_minfds(start):
    daemon = start("[program:limit]\ncommand=/bin/sh -c 'ulimit -Sn'\nstartsecs=0\nstdout_logfile=%(here)s/limit\n",
                   supervisord={"minfds": "1500"}, wrapper=["/usr/bin/prlimit", "--nofile=1200:"])
    daemon.wait_state("limit", "EXITED")
    assert daemon.wait_log("Increased RLIMIT_NOFILE limit to 1500").level == "INFO"
    assert daemon.read("limit") == "1500\n"


def test_the_limit_of_processes_is_raised_to_minprocs(start):
    daemon = start("[program:limit]\ncommand=/bin/bash -c 'ulimit -Su; ulimit -Hu'\nstartsecs=0\n"
                   "stdout_logfile=%(here)s/limit\n",
                   supervisord={"minprocs": "6000"}, wrapper=["/usr/bin/prlimit", "--nproc=5000:9000"])
    daemon.wait_state("limit", "EXITED")
    assert daemon.wait_log("Increased RLIMIT_NPROC limit to 6000").level == "INFO"
    assert daemon.read("limit") == "6000\n9000\n"


def test_usr1_has_no_meaning_and_kills(start):
    daemon = start(CAT)
    child = daemon.wait_state("cat", "RUNNING")["pid"]
    daemon.disconnect()
    daemon.send(signal.SIGUSR1)
    assert daemon.wait_exit() == -signal.SIGUSR1
    eventually(lambda: not alive(child), "the end of cat, whose input is closed")


def test_a_limit_that_cannot_be_raised_stops_the_start(start):
    daemon = start(CAT, supervisord={"minfds": "2000000000"}, wait=False)
    assert daemon.wait_exit() == 2
    assert daemon.stderr().startswith("Error: The minimum number of file descriptors required to run this process is 2000000000 as per ")
    assert not daemon.survivors()


@pytest.mark.parametrize("arguments, first", [(["-v"], None), (["--version"], None), (["-h"], "supervisord -- "), (["--help"], None)])
def test_version_and_help_need_no_configuration(setup, arguments, first):
    done = subprocess.run([*setup.daemon_command(), *arguments, "-c", "/no/such/file"], capture_output=True, text=True, check=False)
    assert done.returncode == 0 and done.stdout and not done.stderr
    if arguments in (["-v"], ["--version"]):
        assert done.stdout == "4.2.5\n"


@pytest.mark.ours_only
def test_closed_standard_descriptors_are_not_given_away(start):
    """With Supervisor the log or a socket gets such a number, and what is printed goes there."""
    daemon = start(CAT, wrapper=("/bin/sh", "-c", 'exec "$@" <&- >&- 2>&-', "sh"))
    daemon.wait_state("cat", "RUNNING")
    assert [os.readlink(f"/proc/{daemon.pid}/fd/{number}") for number in range(3)] == ["/dev/null"] * 3
    assert daemon.stop() == 0
