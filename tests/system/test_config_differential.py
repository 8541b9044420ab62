"""Generated configurations, read by Debian's supervisord and by ringmasterd, must mean the same.

The same exit code, the same first error, the same getAllConfigInfo. Deviations are listed with their
reasons in config_deviations.py. DIFFERENTIAL_CASES=3000 tries more than the fixed set of a normal run.
"""

import concurrent.futures
import contextlib
import json
import os
import pathlib
import subprocess
import tempfile
import threading

import pytest

from config_deviations import DEVIATIONS
from config_generator import make_case
from harness import DEADLINE, Daemon, accepts, eventually, rpc_proxy

pytestmark = pytest.mark.ours_only

CASES = int(os.environ.get("DIFFERENTIAL_CASES", "240"))
STARTED = 30  # of the good and of the bad cases that supervisord, too, is really started with
STARTERS = 6  # at once: a start and an end wait a second each for its poll
REFERENCE = pathlib.Path(__file__).with_name("config_reference.py")
ENVIRONMENT = {"PATH": "/usr/bin:/bin", "HOME": "/tmp", "LANG": "C.UTF-8", "FOO": "bar"}
NOT_IN_REFERENCE = "autorestart"  # of getAllConfigInfo: Debian's version has no such member


class Reading:
    """What one of the two made of a configuration."""

    def __init__(self, code, stderr, info):
        self.code = code
        self.stderr = stderr
        self.info = info

    @property
    def error(self):
        """The text between "Error: " and the pointer to the help."""
        if not self.stderr.startswith("Error: "):
            return None
        return self.stderr[len("Error: ") : self.stderr.rindex("For help, use")]


class Reference:
    """A running config_reference.py."""

    def __init__(self):
        command = ["/usr/bin/python3", "-W", "ignore", str(REFERENCE)]
        pipe = subprocess.PIPE
        self.process = subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True, env=ENVIRONMENT)

    def read(self, directory):
        self.process.stdin.write(f"{directory}\n")
        self.process.stdin.flush()
        answer = json.loads(self.process.stdout.readline())
        return Reading(answer["code"], answer["stderr"], without_auto_names(answer["info"], directory))

    def close(self):
        self.process.stdin.close()
        self.process.wait(DEADLINE)


def without_auto_names(info, directory):
    """Sorts out what depends on when one asks: activity, and the names of automatic logs."""
    if info is None:
        return None
    for process in info:
        process.pop("inuse")
        process.pop(NOT_IN_REFERENCE, None)
        for channel in ("stdout_logfile", "stderr_logfile"):
            if "---" in process[channel]:
                process[channel] = "auto"
    return info


def ask(socket):
    try:
        return rpc_proxy(socket).supervisor.getAllConfigInfo()
    except OSError:  # it ends after all, and says why
        return None


def read_started(program, directory):
    """Starts a daemon, asks it and ends it."""
    command = [*program, "-n", "-c", "supervisord.conf"]
    socket = pathlib.Path(directory) / "s.sock"
    with tempfile.TemporaryFile("w+") as errors:
        daemon = subprocess.Popen(command, cwd=directory, env=ENVIRONMENT, stdout=subprocess.DEVNULL, stderr=errors)
        try:
            eventually(lambda: daemon.poll() is not None or accepts(socket), f"{program} in {directory}")
            info = ask(socket) if daemon.poll() is None else None
            daemon.terminate()
            code = daemon.wait(DEADLINE)
        finally:
            daemon.kill()
            daemon.wait()
        errors.seek(0)
        return Reading(code, errors.read(), without_auto_names(info, directory))


def same(reference, ours):
    if reference.code != ours.code or (reference.error is None) != (ours.error is None):
        return False
    return reference.info == ours.info and (ours.error is None or ours.error.startswith(reference.error))


def difference(reference, ours):
    lines = [f"reference: {reference.code} {reference.error or reference.stderr!r}", f"ours: {ours.code} {ours.stderr!r}"]
    for ref, own in zip(reference.info or [], ours.info or []):
        lines += [f"{ref['name']}.{key}: {ref[key]!r} and {own.get(key)!r}" for key in ref if ref[key] != own.get(key)]
    return "\n".join(lines)


def write_case(case, parent):
    directory = parent / str(case.seed)
    directory.mkdir()
    for name, text in case.files.items():
        (directory / name).write_bytes(text.encode())
    return directory


# Some cases name the same addresses, which only one daemon at a time can have.
SHARED_ADDRESSES = threading.Lock()


def alone_if_shared(case):
    shared = any(address in text for text in case.files.values() for address in ("tcp://", "unix:///tmp/"))
    return SHARED_ADDRESSES if shared else contextlib.nullcontext()


def read_both(setup, reference, seeds, parent):
    """(case, what the reference said, what ringmasterd said) for each seed."""
    for seed in seeds:
        case = make_case(seed)
        directory = write_case(case, parent)
        with alone_if_shared(case):
            yield case, reference.read(directory), read_started(setup.daemon_command(), directory)


def run_worker(setup, seeds, parent):
    reference = Reference()
    try:
        return list(read_both(setup, reference, seeds, parent))
    finally:
        reference.close()


@pytest.fixture(scope="module")
def parent():
    """The directory of the cases' directories."""
    with tempfile.TemporaryDirectory(prefix="rm-") as name:
        yield pathlib.Path(name)


@pytest.fixture(scope="module")
def readings(setup, parent):
    workers = os.cpu_count() or 1
    with concurrent.futures.ThreadPoolExecutor(workers) as pool:
        parts = [pool.submit(run_worker, setup, range(i, CASES, workers), parent) for i in range(workers)]
        return [reading for part in parts for reading in part.result()]


def test_both_read_the_same_from_every_file(readings):
    unexplained = []
    for case, reference, ours in readings:
        explained = any(deviation.applies(case, reference, ours) for deviation in DEVIATIONS)
        if not same(reference, ours) and not explained:
            shown = "\n".join(f"--- {name}\n{text}" for name, text in case.files.items())
            unexplained.append(f"seed {case.seed}\n{difference(reference, ours)}\n{shown}")
    assert not unexplained, f"{len(unexplained)} of {len(readings)} differ\n\n" + "\n\n".join(unexplained[:5])


def test_no_deviation_outlives_its_reason(readings):
    met = {
        deviation.reason
        for case, reference, ours in readings
        if not same(reference, ours)
        for deviation in DEVIATIONS
        if deviation.applies(case, reference, ours)
    }
    assert met == {deviation.reason for deviation in DEVIATIONS}


def test_the_cases_are_good_and_bad_in_many_ways(readings):
    bad = [reference for _, reference, _ in readings if reference.error]
    good = [reference for _, reference, _ in readings if reference.code == 0]
    assert min(len(good), len(bad)) > len(readings) // 4
    assert len({reference.error for reference in bad}) > len(bad) // 3
    assert sum(len(reference.info) for reference in good) > len(good)


def test_the_reference_says_what_a_started_supervisord_says(readings, parent):
    chosen = [reading for good in (True, False) for reading in [r for r in readings if (r[1].code == 0) == good][:STARTED]]

    def started(reading):
        with alone_if_shared(reading[0]):
            return read_started(["/usr/bin/supervisord"], parent / str(reading[0].seed))

    with concurrent.futures.ThreadPoolExecutor(STARTERS) as pool:
        for (case, reference, _), real in zip(chosen, pool.map(started, chosen)):
            assert (real.code, real.error, real.info) == (reference.code, reference.error, reference.info), case
