"""Which data-plane engine is used, and that it can be told."""

import os
import re

import pytest

from harness import free_port

pytestmark = [pytest.mark.engine, pytest.mark.ours_only]


def uses_io_uring(pid):
    """Whether the process has a ring: the kernel names its descriptor."""
    targets = []
    for number in os.listdir(f"/proc/{pid}/fd"):
        try:
            targets.append(os.readlink(f"/proc/{pid}/fd/{number}"))
        except OSError:
            pass
    return any("io_uring" in target for target in targets)


def test_the_chosen_engine_is_used(start, setup):
    daemon = start("[program:cat]\ncommand=/bin/cat\nstartsecs=0\n")
    daemon.wait_state("cat", "RUNNING")
    if setup.engine == "epoll" or setup.no_uring:
        assert not uses_io_uring(daemon.pid)
    if setup.engine == "uring":
        assert uses_io_uring(daemon.pid)


def test_a_refused_ring_is_replaced_by_epoll_with_one_line(start, setup):
    daemon = start("[program:cat]\ncommand=/bin/cat\nstartsecs=0\n")
    daemon.wait_state("cat", "RUNNING")
    lines = [line for line in daemon.lines() if re.search(r"io_uring.*epoll|epoll.*io_uring", line.text)]
    refused = setup.engine == "auto" and not uses_io_uring(daemon.pid)
    assert len(lines) == (1 if refused else 0)
    if setup.no_uring and refused:
        assert lines[0].level in ("INFO", "WARN") and "Operation not permitted" in lines[0].text


def test_an_unknown_engine_is_a_configuration_error(start):
    daemon = start("[program:cat]\ncommand=/bin/cat\n", supervisord={"io_engine": "magic"}, wait=False)
    assert daemon.wait_exit() == 2
    assert daemon.stderr().startswith("Error: ") and "magic" in daemon.stderr()


def test_several_shards_serve_one_fleet(start):
    daemon = start(
        "[program:w]\ncommand=/bin/sh -c 'cat input'\nprocess_name=%(process_num)d\nnumprocs=6\nstartsecs=0\n"
        "stdout_logfile=%(here)s/%(process_num)d.out\nstdout_logfile_maxbytes=0\n",
        supervisord={"io_threads": "3"},
        files={"input": (data := bytes(range(256)) * 4000)},
        http_port=free_port(),
    )
    daemon.wait_all("EXITED")
    for number in range(6):
        assert (daemon.dir / f"{number}.out").read_bytes() == data
