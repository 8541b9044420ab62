"""Many children at once."""

import os
import signal

import pytest

from harness import children_of, eventually

pytestmark = pytest.mark.engine
COUNT = 500


def test_five_hundred_children_are_all_killed_and_all_come_back(start):
    daemon = start(
        f"[program:many]\ncommand=/bin/sh -c 'echo up; exec sleep 100000'\nnumprocs={COUNT}\n"
        "process_name=%(process_num)03d\nstartsecs=0\nstdout_logfile=%(here)s/logs/%(process_num)03d.out\n"
        "stderr_logfile=NONE\n",
        supervisord={"minfds": "4096"},
        files={"logs": None},
    )
    first = {info["name"]: info["pid"] for info in daemon.wait_all("RUNNING")}
    assert len(first) == len(set(first.values())) == COUNT

    def written(text):
        return all(daemon.read(f"logs/{name}.out") == text for name in first)

    # RUNNING comes before the shell has got to its echo.
    eventually(lambda: written("up\n"), "the output of the first generation")
    for pid in first.values():
        os.kill(pid, signal.SIGKILL)

    def all_new():
        infos = daemon.rpc.supervisor.getAllProcessInfo()
        back = [i for i in infos if i["statename"] == "RUNNING" and i["pid"] != first[i["name"]]]
        return infos if len(back) == COUNT else None

    second = {info["name"]: info["pid"] for info in eventually(all_new, "all to be back")}
    assert not set(first.values()) & set(second.values())
    eventually(lambda: written("up\nup\n"), "the output of both generations")
    assert daemon.count_log(r"^spawned: '\d+' with pid \d+$") == 2 * COUNT
    assert daemon.count_log(r"^exited: \d+ \(terminated by SIGKILL; not expected\)$") == COUNT
    eventually(lambda: {p.pid for p in children_of(daemon.pid)} == set(second.values()), "exactly one child each")

    results = daemon.rpc.supervisor.stopProcessGroup("many")
    assert len(results) == COUNT and {item["status"] for item in results} == {80}
    assert not children_of(daemon.pid)
