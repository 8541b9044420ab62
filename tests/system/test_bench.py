"""Every benchmark runs, quickly and small, and measures all that it promises."""

import json
import os
import pathlib
import signal
import subprocess
import tempfile

import pytest
from harness import ROOT

pytestmark = pytest.mark.ours_only

# What makes it small, and a peer and a row that must be there in every case.
BENCHMARKS = {
    "fleet": (["--children", "20", "--kills", "3", "--idle", "0.1", "--peers", "floor,ringmasterd,runit,s6"],
              "ringmasterd, epoll", "stop_s"),
    "stop": (["--children", "20"], "ringmasterd, epoll", "stop_s"),
    "idle": (["--children", "20", "--most", "30", "--seconds", "0.2", "--peers", "floor,ringmasterd,runit,s6"],
             "ringmasterd, epoll", "start_pss_kib_per_child"),
    "drain": (["--megabytes", "4", "--peers", "floor,ringmasterd,svlogd,s6-log"], "ringmasterd, epoll", None),
    "latency": (["--quiet", "20", "--peers", "floor,ringmasterd"], "ringmasterd, epoll", "line_ms p100"),
    "rpc": (["--processes", "20", "--calls", "20", "--idle", "0.1"], None, None),
    "ctl": (["--programs", "20", "--actions", "status", "--commands", "1"], None, None),
    "events": (["--seconds", "0.5", "--peers", "floor,ringmasterd"], "ringmasterd", "events_per_s"),
    "config": (["--programs", "20"], "ringmasterd", "load_ms"),
    "micro": (["--filter", "process_life|search"], "ringmaster", "cpu_us"),
}  # fmt: skip


@pytest.fixture(scope="module")
def binaries(setup):
    if not os.access(setup.program("bench_floor"), os.X_OK):
        pytest.skip("the benchmarks are not built")
    return setup.build


@pytest.fixture
def directory():
    """A short path, as sockets need one."""
    with tempfile.TemporaryDirectory(prefix="rm-") as path:
        yield pathlib.Path(path)


@pytest.mark.parametrize("name", BENCHMARKS)
def test_a_benchmark_runs_quickly_and_every_run_counts(name, binaries, directory):
    options, peer, row = BENCHMARKS[name]
    path = directory / "result.json"
    words = ["/usr/bin/python3", str(ROOT / "bench" / "run.py"), name, "--quick", *options,
             "--build", str(binaries), "--directory", str(directory), "--json", str(path)]  # fmt: skip
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    result = json.loads(path.read_text())
    assert not [sample for sample in result["samples"] if "error" in sample]
    assert result["summary"]
    for case, peers in result["summary"].items():
        assert all(peers.values()), case
        if peer:
            assert peer in peers, case
        if row:
            assert peers[peer][row]["median"] > 0, case
    assert all(case in done.stdout for case in result["summary"])
    assert not left_behind(directory)


def left_behind(directory):
    """Files of the run beside its results."""
    return [name for name in os.listdir(directory) if name.startswith("bench-")]


def test_a_short_soak_run_finds_everything_right(binaries, directory):
    words = ["/usr/bin/python3", str(ROOT / "bench" / "soak" / "run.py"), "0.05", "--children", "60",
             "--pause", "1", "--build", str(binaries), "--directory", str(directory)]  # fmt: skip
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "everything was right" in done.stdout
    assert not os.listdir(directory)


def test_a_soak_run_whose_daemon_dies_fails_and_leaves_nothing(binaries, directory):
    words = ["/usr/bin/python3", str(ROOT / "bench" / "soak" / "run.py"), "5", "--children", "10",
             "--build", str(binaries), "--directory", str(directory)]  # fmt: skip
    with subprocess.Popen(words, stdout=subprocess.PIPE, text=True) as soak:
        for line in soak.stdout:
            if "children run" in line:
                (pidfile,) = directory.glob("soak-*/main.pid")
                os.kill(int(pidfile.read_text()), signal.SIGKILL)
                break
        said = soak.stdout.read()
    assert soak.returncode == 1
    assert "WRONG: " in said
    assert "FAILED" in said
    assert not os.listdir(directory)
