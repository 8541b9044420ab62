"""The control client as a program among others: what it loads, and standard descriptors as others leave them."""

import fcntl
import os
import select
import subprocess
import threading

import pytest

from ctl_golden import PROCESS, FakeServer
from harness import eventually


@pytest.fixture
def program(setup):
    return str(setup.program("ringmasterctl"))


def shell(command, **options):
    return subprocess.run(["/bin/sh", "-c", command], stderr=subprocess.PIPE, text=True, timeout=60, check=False, **options)


def test_starting_it_loads_no_library_beside_the_c_library(program):
    """Each one costs a start a tenth of a millisecond, libstdc++ half of one."""
    listed = subprocess.run(["ldd", program], capture_output=True, text=True, timeout=60, check=True).stdout
    names = {line.split()[0].rpartition("/")[2].partition(".")[0] for line in listed.splitlines()}
    assert names <= {"linux-vdso", "libc", "libm", "ld-linux-x86-64", "ld-linux-aarch64"}


@pytest.mark.parametrize("action", ["status", "tail -f cat", "help", ""])
def test_without_a_standard_output_nothing_is_printed_elsewhere(program, action):
    """The socket to the daemon would get the free number, and the output with it."""

    def answer(method, params):
        assert method in ("supervisor.getAllProcessInfo", "GET")
        return [PROCESS] if method != "GET" else b"never asked for"

    with FakeServer(answer) as server:
        done = shell(f"exec {program} -s {server.url} {action} >&-", stdin=subprocess.DEVNULL)
        assert done.returncode == 1
        assert done.stderr == "could not write the output: Bad file descriptor\n"


def test_without_a_standard_input_the_shell_ends(program):
    with FakeServer(lambda method, params: [PROCESS]) as server:
        done = shell(f"exec {program} -s {server.url} <&-", stdout=subprocess.PIPE)
    assert done.stdout.endswith("supervisor> \n") and (done.stderr, done.returncode) == ("", 0)


def test_without_a_standard_error_complaints_go_nowhere(program):
    done = subprocess.run(
        ["/bin/sh", "-c", f"exec {program} -s nonsense 2>&-"], stdout=subprocess.PIPE, text=True, timeout=60, check=False
    )
    assert (done.stdout, done.returncode) == ("", 2)


@pytest.mark.parametrize("words", ["-h", "help"])
def test_help_that_cannot_be_written_is_an_error(program, words):
    done = shell(f"exec {program} {words} >/dev/full")
    assert (done.stderr, done.returncode) == ("could not write the output: No space left on device\n", 1)


def test_a_pipe_that_others_made_non_blocking_gets_everything(program):
    """Node.js does so to pipes that it hands down."""
    infos = [{**PROCESS, "name": f"p{i:04}", "group": "fleet"} for i in range(2000)]
    with FakeServer(lambda method, params: infos) as server:
        reading, writing = os.pipe()
        fcntl.fcntl(writing, fcntl.F_SETPIPE_SZ, 4096)
        os.set_blocking(writing, False)
        process = subprocess.Popen([program, "-s", server.url, "status"], stdout=writing, stderr=subprocess.PIPE)
        eventually(lambda: not select.select([], [writing], [], 0)[1], "a full pipe")
        os.close(writing)
        with os.fdopen(reading, "rb") as pipe:
            assert pipe.read().count(b"\n") == len(infos)
        _, errors = process.communicate(timeout=60)
        assert (errors, process.returncode) == (b"", 0)


def test_a_result_is_seen_before_the_next_name_is_done(program):
    """Starting a fleet name by name takes its time; whoever reads a pipe sees it go on."""
    seen = threading.Event()

    def answer(method, params):
        return params[0] != "second" or seen.wait(60)

    with FakeServer(answer) as server:
        process = subprocess.Popen([program, "-s", server.url, "start first second"], stdout=subprocess.PIPE, text=True)
        assert process.stdout.readline() == "first: started\n"
        assert process.poll() is None
        seen.set()
        assert process.communicate(timeout=60)[0] == "second: started\n"


def test_plugins_in_the_configuration_are_passed_over_with_a_warning(program, tmp_path):
    """The file is the daemon's too, and somebody may have used it with Supervisor."""
    (tmp_path / "a.conf").write_text("[supervisorctl]\nserverurl=unix:///nope\n[ctlplugin:cache]\nsupervisor.ctl_factory=x:y\n")
    done = subprocess.run([program, "-c", "a.conf", "version"], capture_output=True, text=True, timeout=60, cwd=tmp_path, check=False)
    assert (done.stdout, done.returncode) == ("unix:///nope no such file\n", 7)
    assert done.stderr == "Warning: [ctlplugin:cache] is ignored: plug-ins are Python code\n"
