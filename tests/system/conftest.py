"""Options and fixtures of the system tests.

`start` makes daemons that live as long as one test, `start_shared` daemons for a whole module. Every
test that is not about Ringmaster alone also holds for Debian's daemon: --daemon=supervisord.
"""

import fcntl
import os
import pathlib
import signal
import subprocess
import sys

import pytest

sys.path.insert(0, os.path.dirname(__file__))

import ctl_golden  # noqa: E402
import harness  # noqa: E402


def pytest_addoption(parser):
    parser.addoption("--daemon", choices=["ringmasterd", "supervisord"], default="ringmasterd")
    parser.addoption("--engine", choices=["auto", "uring", "epoll"], default="auto")
    parser.addoption("--no-uring", action="store_true", help="forbid io_uring by a seccomp filter")
    parser.addoption(
        "--build",
        default=os.environ.get("RINGMASTER_BUILD", str(harness.ROOT / "build" / "release")),
        help="the build directory; programs are in its bin/",
    )


def pytest_configure(config):
    config.addinivalue_line("markers", "engine: repeated for every data-plane engine")
    config.addinivalue_line("markers", "ours_only: deliberately different from Supervisor, or new")
    harness.adopt_orphans()
    chosen = make_setup(config)
    if chosen.daemon == "ringmasterd" and not os.access(chosen.program("ringmasterd"), os.X_OK):
        if not config.getoption("--collect-only"):
            raise pytest.UsageError(f"{chosen.program('ringmasterd')} is not there: build first")


def make_setup(config):
    return harness.Setup(
        daemon=config.getoption("--daemon"),
        build=pathlib.Path(config.getoption("--build")).resolve(),
        engine=config.getoption("--engine"),
        no_uring=config.getoption("--no-uring"),
    )


def pytest_collection_modifyitems(config, items):
    if config.getoption("--daemon") != "supervisord":
        return
    chosen = [item for item in items if not item.get_closest_marker("ours_only")]
    config.hook.pytest_deselected(items=[item for item in items if item not in chosen])
    items[:] = chosen


@pytest.fixture(scope="session")
def setup(pytestconfig):
    return make_setup(pytestconfig)


@pytest.fixture
def ours(setup):
    """Whether the daemon under test is Ringmaster's."""
    return setup.daemon == "ringmasterd"


def make_starter(setup):
    running = []

    def starter(*arguments, wait=True, **options):
        daemon = harness.Daemon(setup, *arguments, **options)
        running.append(daemon)
        daemon.start(wait)
        return daemon

    return starter, running


def close_all(running):
    errors = []
    for daemon in reversed(running):
        try:
            daemon.close()
        except AssertionError as error:
            errors.append(str(error))
    if errors:
        pytest.fail("\n".join(errors), pytrace=False)


@pytest.fixture
def start(setup):
    """start(programs, ...) -> harness.Daemon that is closed after the test."""
    starter, running = make_starter(setup)
    yield starter
    close_all(running)


@pytest.fixture(scope="module")
def start_shared(setup):
    """As `start`, for daemons that all tests of a module share."""
    starter, running = make_starter(setup)
    yield starter
    close_all(running)


@pytest.fixture
def hanging(tmp_path):
    """The path of a program that nobody gets to execute until the end of the test.

    A write lease makes execve wait until the holder lets go, at the longest for
    /proc/sys/fs/lease-break-time seconds (45 by default).
    """
    path = tmp_path / "hanging"
    path.write_text("#!/bin/sh\nexec sleep 1000\n")
    path.chmod(0o755)
    before = signal.signal(signal.SIGIO, signal.SIG_IGN)  # tells the holder that somebody waits
    with open(path, "r+b") as file:
        try:
            fcntl.fcntl(file, fcntl.F_SETLEASE, fcntl.F_WRLCK)
        except OSError as refused:
            pytest.skip(f"no leases on this file system: {refused}")
        yield path
    signal.signal(signal.SIGIO, before)


@pytest.fixture
def run_client(setup, tmp_path):
    """run_client(client, url, *words, text_input=None) -> masked Result, without any configuration file."""

    def runner(client, url, *words, text_input=None):
        program = ctl_golden.CLIENTS[client] if client == ctl_golden.DEBIAN else setup.program(ctl_golden.CLIENTS[client])
        config = tmp_path / "ctl.conf"
        config.write_text(f"[supervisorctl]\nserverurl={url}\n")
        done = subprocess.run(
            [program, "-c", config, *words],
            input=text_input,
            stdin=subprocess.DEVNULL if text_input is None else None,
            capture_output=True,
            text=True,
            timeout=60,
            cwd=tmp_path,
            check=False,
        )
        return ctl_golden.masked_result(harness.Result(done.stdout, done.stderr, done.returncode), [(url, "URL")])

    return runner


@pytest.fixture
def same(run_client):
    """same(url, *words) runs both clients, insists on equal results, and returns ours."""

    def compare(url, *words, **options):
        expected = run_client(ctl_golden.DEBIAN, url, *words, **options)
        actual = run_client(ctl_golden.OURS, url, *words, **options)
        assert actual == expected
        return actual

    return compare
