"""What the machine refuses: permissions, descriptors, processes. Each has its text, nobody hangs."""

import os
import pwd
import sys

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
        assert daemon.find_log(f"spawnerr: {message}").level == "INFO"
        assert not daemon.find_log(f"spawned: '{name}'")
    assert daemon.state("cat") == "RUNNING"


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
    assert daemon.find_log(f"spawnerr: no permission to run command '{program}'")


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
    for info in wait_settled(daemon):
        if info["statename"] == "FATAL":
            assert info["spawnerr"] == f"too many open files to spawn '{info['name']}'"
            assert daemon.find_log(f"spawnerr: too many open files to spawn '{info['name']}'")


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
def test_a_user_gets_its_supplementary_groups(start, tmp_path):
    # A group file of our own, seen by this daemon and its children only.
    groups = tmp_path / "group"
    groups.write_text(
        "root:x:0:\nnogroup:x:65534:\n" + "".join(f"extra{gid}:x:{gid}:daemon,nobody\n" for gid in (7001, 7002))
    )
    if os.system("unshare -m true 2>/dev/null") != 0:
        pytest.skip("no private mounts here")
    daemon = start(
        common("[program:id]\ncommand=/bin/sh -c 'id -u; id -g; id -G'\nuser=nobody\n"),
        wrapper=["unshare", "-m", "sh", "-c", f'mount --bind {groups} /etc/group && exec "$@"', "sh"],
    )
    nobody = pwd.getpwnam("nobody")
    assert output(daemon, "id") == f"{nobody.pw_uid}\n{nobody.pw_gid}\n{nobody.pw_gid} 7001 7002\n"


@pytest.mark.ours_only  # it is about the way in which Ringmaster makes children
def test_a_child_that_cannot_leave_the_shared_table_touches_nothing_of_the_daemons(start):
    wrapper = [sys.executable, str(SUPPORT / "no_unshare.py")]
    daemon = start("[program:cat]\ncommand=/bin/cat\nstartretries=2\n", wrapper=wrapper)
    info = daemon.wait_state("cat", "FATAL")
    assert info["spawnerr"] == "unknown error during fork for 'cat': EINVAL"
    # Had the child closed what it shares, neither the log nor the socket would be there.
    assert daemon.count_log("spawnerr: unknown error during fork for 'cat': EINVAL") == 3
    assert daemon.rpc.supervisor.getState()["statename"] == "RUNNING"
