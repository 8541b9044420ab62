"""What the machine refuses: permissions, descriptors, processes. Each has its text, nobody hangs."""

import contextlib
import os
import pathlib
import pwd
import shutil
import sys
import xmlrpc.client

import pytest

from harness import SUPPORT, eventually
from test_spawn import FAILURES, common, output

as_root = pytest.mark.skipif(os.geteuid() != 0, reason="needs root to change users and limits")


def test_every_failure_to_spawn_is_told_in_spawnerr_and_in_the_log(start):
    failures = {name: row[-1] for name, row in FAILURES.items()}
    text = "".join(f"[program:{name}]\ncommand={FAILURES[name][0]}\nstartretries=0\n" for name in failures)
    daemon = start(text + "[program:cat]\ncommand=/bin/cat\nstartsecs=0\n")
    for name, message in failures.items():
        info = daemon.wait_state(name, "FATAL")
        assert info["spawnerr"] == info["description"] == message
        assert daemon.wait_log(f"spawnerr: {message}").level == "INFO"
        assert not daemon.find_log(f"spawned: '{name}'")
    daemon.wait_state("cat", "RUNNING")


@as_root
def test_a_program_that_others_may_run_is_no_permission_for_us(start, tmp_path):
    program = tmp_path / "private"
    program.write_text("#!/bin/sh\n")
    program.chmod(0o700)
    for parent in list(tmp_path.parents)[:3]:
        parent.chmod(parent.stat().st_mode | 0o111)
    tmp_path.chmod(0o755)
    daemon = start(f"[program:private]\ncommand={program}\nstartretries=0\n", run_as=pwd.getpwnam("nobody"))
    info = daemon.wait_state("private", "FATAL")
    assert info["spawnerr"] == f"no permission to run command '{program}'"
    assert daemon.wait_log(f"spawnerr: no permission to run command '{program}'")
    assert refusal(daemon, "private") == (21, f"NOT_EXECUTABLE: no permission to run command '{program}'")


def refusal(daemon, name):
    """What a client is told that asks for a start; None if it gets it."""
    try:
        daemon.rpc.supervisor.startProcess(name)
    except xmlrpc.client.Fault as fault:
        return fault.faultCode, fault.faultString
    return None


def many(count, command="/bin/cat"):
    return (
        f"[program:many]\ncommand={command}\nnumprocs={count}\nprocess_name=%(process_num)d\n"
        "startsecs=0\nstartretries=0\nstdout_logfile=NONE\nstderr_logfile=NONE\n"
    )


def wait_settled(daemon):
    """All infos, once every process is RUNNING or FATAL, and some of each."""

    def settled():
        infos = daemon.rpc.supervisor.getAllProcessInfo()
        return infos if {info["statename"] for info in infos} == {"RUNNING", "FATAL"} else None

    return eventually(settled, lambda: f"some to run and some to fail: {daemon.log()}")


@as_root
def test_without_descriptors_the_rest_runs_on(start):
    daemon = start(many(60), supervisord={"minfds": "100"}, wrapper=["prlimit", "--nofile=100:100"])
    failed = [info["name"] for info in wait_settled(daemon) if info["statename"] == "FATAL"]
    for name in failed:
        assert daemon.info(f"many:{name}")["spawnerr"] == f"too many open files to spawn '{name}'"
        assert daemon.wait_log(f"spawnerr: too many open files to spawn '{name}'")
    # What two launches at the same time did not find may be enough for one.
    refused = {name: told for name in failed if (told := refusal(daemon, f"many:{name}"))}
    assert refused and all(told == (50, f"SPAWN_ERROR: many:{name}") for name, told in refused.items())


@as_root
def test_without_processes_the_rest_runs_on(start):
    # The limit is one of all processes of a user, so it takes a user that has no others.
    daemon = start(
        many(30),
        supervisord={"minprocs": "1"},
        run_as=pwd.getpwnam("games"),
        wrapper=["prlimit", "--nproc=15:15"],
    )
    for info in wait_settled(daemon):
        if info["statename"] == "FATAL":
            assert info["spawnerr"] == f"Too many processes in process table to spawn '{info['name']}'"
            assert daemon.wait_log(f"spawnerr: Too many processes in process table to spawn '{info['name']}'")
            name = f"many:{info['name']}"
    assert refusal(daemon, name) == (50, f"SPAWN_ERROR: {name}")


@as_root
@pytest.mark.parametrize("minfds, soft", [(1024, 2000), (3000, 3000)])
def test_limits_are_inherited_and_raised_to_minfds(start, minfds, soft):
    daemon = start(
        common("[program:limits]\ncommand=/bin/bash -c 'ulimit -Sn; ulimit -Hn; ulimit -c'\n"),
        supervisord={"minfds": str(minfds)},
        wrapper=["prlimit", "--nofile=2000:20000", "--core=0"],
    )
    assert output(daemon, "limits") == f"{soft}\n20000\n0\n"


@as_root
def test_a_user_and_its_supplementary_groups_are_looked_up_at_every_start(start, tmp_path):
    # User and group files of our own, seen by this daemon and its children only.
    user = pwd.getpwnam("games")
    users, groups = tmp_path / "passwd", tmp_path / "group"

    def write_groups(*numbers):
        extra = "".join(f"extra{gid}:x:{gid}:daemon,games\n" for gid in numbers)
        groups.write_text(f"root:x:0:\ngames:x:{user.pw_gid}:\n{extra}")

    write_groups(7001, 7002)
    users.write_text(f"root:x:0:0::/:/bin/sh\ngames:x:{user.pw_uid}:{user.pw_gid}::/:/bin/sh\n")
    if os.system("unshare -m true 2>/dev/null") != 0:
        pytest.skip("no private mounts here")
    mounts = f"mount --bind {groups} /etc/group && mount --bind {users} /etc/passwd"
    daemon = start(
        common("[program:id]\ncommand=/bin/sh -c 'id -u; id -g; id -G'\nuser=games\nautorestart=false\n"),
        wrapper=["unshare", "-m", "sh", "-c", f'{mounts} && exec "$@"', "sh"],
    )
    first = f"{user.pw_uid}\n{user.pw_gid}\n{user.pw_gid} 7001 7002\n"
    assert output(daemon, "id") == first
    write_groups(7002, 7003)
    daemon.rpc.supervisor.startProcess("id", False)
    daemon.wait_file("id.out", f"{first}{user.pw_uid}\n{user.pw_gid}\n{user.pw_gid} 7002 7003\n")
    daemon.wait_state("id", "EXITED")
    users.write_text("root:x:0:0::/:/bin/sh\n")
    with contextlib.suppress(xmlrpc.client.Fault):  # it depends on who is quicker
        daemon.rpc.supervisor.startProcess("id", False)
    refused = f"supervisor: couldn't setuid to {user.pw_uid}: Can't find uid {user.pw_uid}\n"
    daemon.wait_file("id.err", f"{refused}supervisor: child process was not spawned\n")


@as_root
def test_a_setuid_program_of_an_ordinary_user_is_stopped_like_any_other(start):
    if os.statvfs("/tmp").f_flag & os.ST_NOSUID:
        pytest.skip("/tmp is mounted nosuid")
    daemon = start(
        "[program:special]\ncommand=%(here)s/special 1000\nautostart=false\nstartsecs=0\nstopwaitsecs=1000\n",
        run_as=pwd.getpwnam("nobody"),
    )
    special = shutil.copy("/bin/sleep", daemon.dir / "special")
    os.chown(special, 0, 0)
    os.chmod(special, 0o4755)
    assert daemon.rpc.supervisor.startProcess("special") is True
    status = pathlib.Path(f"/proc/{daemon.info('special')['pid']}/status")
    uids = f"Uid:\t{pwd.getpwnam('nobody').pw_uid}\t0\t0\t0\n"
    eventually(lambda: uids in status.read_text(), status.read_text)
    assert daemon.rpc.supervisor.signalProcess("special", "CONT") is True
    assert daemon.rpc.supervisor.stopProcess("special") is True
    assert daemon.history("special")[-1] == "WARN stopped: special (terminated by SIGTERM)"


@pytest.mark.ours_only  # it is about the way in which Ringmaster makes children
def test_a_child_that_cannot_leave_the_shared_table_touches_nothing_of_the_daemons(start):
    wrapper = [sys.executable, str(SUPPORT / "no_unshare.py")]
    daemon = start("[program:cat]\ncommand=/bin/cat\nstartretries=2\n", wrapper=wrapper)
    info = daemon.wait_state("cat", "FATAL")
    assert info["spawnerr"] == "unknown error during fork for 'cat': EINVAL"
    # Had the child closed what it shares, neither the log nor the socket would be there.
    assert daemon.count_log("spawnerr: unknown error during fork for 'cat': EINVAL") == 3
    assert daemon.rpc.supervisor.getState()["statename"] == "RUNNING"
