"""Many children at once."""

import os
import resource
import signal
import threading

import pytest

from harness import children_of, eventually, rpc_proxy

COUNT = 500
# With one stream a child costs the daemon three descriptors.
MANY = min(5000, (resource.getrlimit(resource.RLIMIT_NOFILE)[1] - 1000) // 3)


@pytest.mark.engine
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


class Questioner(threading.Thread):
    """A client that asks one thing after the other and counts the answers."""

    def __init__(self, daemon):
        super().__init__()
        self.rpc = rpc_proxy(daemon.socket)
        self.answers = 0
        self.ended = False

    def run(self):
        while not self.ended:
            assert self.rpc.supervisor.getState()["statename"] == "RUNNING"
            self.answers += 1


@pytest.mark.ours_only  # takes Supervisor minutes
def test_thousands_of_children_killed_at_once_all_come_back_and_none_twice(start):
    daemon = start(
        f"[program:many]\ncommand=/bin/sleep 100000\nnumprocs={MANY}\nprocess_name=%(process_num)04d\n"
        "startsecs=0\nredirect_stderr=true\nstdout_logfile=NONE\n",
    )
    first = {info["name"]: info["pid"] for info in daemon.wait_all("RUNNING", timeout=120)}
    assert len(first) == len(set(first.values())) == MANY
    client = Questioner(daemon)
    client.start()
    for pid in first.values():
        os.kill(pid, signal.SIGKILL)
    before = client.answers
    exited, spawned = r"exited: \d+ \(terminated by SIGKILL; not expected\)", r"spawned: '\d+' with pid \d+"
    eventually(lambda: daemon.count_log(spawned) == 2 * MANY, lambda: f"all: {daemon.count_log(spawned)}", 120)
    assert client.answers > before
    client.ended = True
    client.join()
    second = {info["name"]: info["pid"] for info in daemon.wait_all("RUNNING", timeout=120)}
    assert len(set(second.values())) == MANY
    assert daemon.count_log(exited) == MANY
    eventually(lambda: {p.pid for p in children_of(daemon.pid)} == set(second.values()), "exactly one child each")
