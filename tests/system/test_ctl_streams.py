"""`tail -f`, `maintail -f` and `fg`: logs that are followed, by both control clients."""

import contextlib
import os
import signal
import subprocess
import uuid

import pytest

from ctl_golden import CLIENTS, DEBIAN, OURS
from harness import eventually

HINT = b"==> Press Ctrl-C to exit <==\n"
CONFIG = """
[program:cat]
command=/bin/cat
startsecs=0
[program:fed]
command=/usr/bin/tail -n +1 -F %(here)s/feed
startsecs=0
[program:merged]
command=/bin/sh -c 'echo first; exec cat'
redirect_stderr=true
startsecs=0
[program:binary]
command=/bin/sh -c 'printf "\\\\377\\\\303("; exec cat'
startsecs=0
[program:mortal]
command=/bin/sh -c 'read line; echo $line; read line; exit 3'
autorestart=false
startsecs=0
"""


@pytest.fixture(scope="module")
def daemon(start_shared):
    daemon = start_shared(CONFIG)
    daemon.wait_all("RUNNING")
    return daemon


class Client:
    """A control client whose output is read as it comes."""

    def __init__(self, setup, client, daemon, *words):
        program = CLIENTS[client] if client == DEBIAN else setup.program(CLIENTS[client])
        self.process = subprocess.Popen(
            [program, "-c", daemon.config_file, *words],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=daemon.dir,
        )  # fmt: skip
        for pipe in (self.process.stdout, self.process.stderr):
            os.set_blocking(pipe.fileno(), False)
        self.output = self.errors = b""

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        for pipe in (self.process.stdin, self.process.stdout, self.process.stderr):
            with contextlib.suppress(BrokenPipeError):
                if pipe is not None:
                    pipe.close()

    def wait_for(self, text, errors=b""):
        """Waits until the text is in its output, and `errors` in its stderr."""

        def arrived():
            ended = self.process.poll() is not None
            self.output += self.process.stdout.read() or b""
            self.errors += self.process.stderr.read() or b""
            there = text in self.output and errors in self.errors
            if ended and not there:
                raise AssertionError(f"{text!r} and {errors!r} never came: {self.finish()}")
            return there

        eventually(arrived, lambda: f"{text!r} in {self.output!r} and {errors!r} in {self.errors!r}")

    def type(self, text):
        self.process.stdin.write(text)
        self.process.stdin.flush()

    def end_input(self):
        with contextlib.suppress(BrokenPipeError):  # it may have ended before it read everything
            self.process.stdin.close()
        self.process.stdin = None

    def finish(self, number=None):
        """(all output, stderr, exit status), after the signal or the end of its input."""
        if number is None:
            if self.process.stdin is not None:
                self.end_input()
        else:
            self.process.send_signal(number)
        for pipe in (self.process.stdout, self.process.stderr):
            os.set_blocking(pipe.fileno(), True)
        rest, errors = self.process.communicate(timeout=60)
        return self.output + rest, self.errors + errors, self.process.returncode


@pytest.fixture(params=[DEBIAN, OURS])
def client(request, setup, daemon):
    """client(*words) -> a running Client."""
    running = []

    def start(*words):
        running.append(Client(setup, request.param, daemon, *words))
        return running[-1]

    yield start
    for one in running:
        one.__exit__()


def feed(daemon, text):
    """Makes the program "fed" print the text."""
    with open(daemon.dir / "feed", "a") as file:
        file.write(text)


def test_tail_f_shows_what_is_there_and_what_comes(client, daemon):
    before, behind = (f"{word} {uuid.uuid4()}\n" for word in ("before", "behind"))
    feed(daemon, before)
    daemon.wait_file(next(daemon.dir.glob("fed-stdout*")).name, before)
    following = client("tail", "-f", "fed")
    following.wait_for(before.encode())
    feed(daemon, behind)
    following.wait_for(behind.encode())
    assert following.output.startswith(HINT) and following.output.endswith(f"{before}{behind}".encode())


def test_tail_f_ends_with_ctrl_c(setup, daemon):
    """Supervisor's client takes a Ctrl-C in the wrong moment for a failed connection."""
    with Client(setup, OURS, daemon, "tail", "-f", "merged", "stdout") as following:
        following.wait_for(HINT + b"first\n")
        assert following.finish(signal.SIGINT) == (HINT + b"first\n\n", b"", 0)


def test_maintail_f_follows_the_log_of_the_daemon(client, daemon):
    following = client("maintail", "-f")
    following.wait_for(b"RUNNING state")
    assert following.output.startswith(HINT)


def test_a_log_that_is_not_there_is_reported_on_stderr(client, daemon):
    url = f"unix://{daemon.socket}"
    for words in (["nope"], ["merged", "stderr"]):
        done = client("tail", "-f", *words).finish()
        path = "/".join([*words, "stdout"][:2])
        assert done == (HINT, f"{url}/logtail/{path} Cannot read, status code 404\n".encode(), 0)


def test_bytes_that_are_no_text_pass_unchanged(setup, daemon):
    """Supervisor replaces them by an explanation."""
    with Client(setup, OURS, daemon, "tail", "-f", "binary") as following:
        following.wait_for(b"\xff\xc3(")
        assert following.finish(signal.SIGINT)[0] == HINT + b"\xff\xc3(\n"


def test_fg_shows_both_logs_and_passes_lines_on(client, daemon):
    talking = client("fg", "cat")
    talking.wait_for(HINT)
    talking.type(b"hello from fg\n")
    talking.wait_for(b"hello from fg\n")
    talking.end_input()
    talking.wait_for(b"Exiting foreground\n")
    assert talking.output.startswith(HINT)


def test_fg_goes_on_without_a_log_that_does_not_exist(client, daemon):
    talking = client("fg", "merged")
    talking.wait_for(b"first\n")
    talking.end_input()
    talking.wait_for(b"Exiting foreground\n")
    assert talking.output == HINT + b"first\nExiting foreground\n"


@pytest.mark.parametrize("number", [None, signal.SIGINT])
def test_fg_ends_at_once(setup, daemon, number):
    """Supervisor's client lingers for half a minute until its streams notice."""
    with Client(setup, OURS, daemon, "fg", "merged") as talking:
        missing = f"unix://{daemon.socket}/logtail/merged/stderr Cannot read, status code 404\n".encode()
        talking.wait_for(b"first\n", errors=missing)
        output, errors, code = talking.finish(number)
    assert output == HINT + b"first\nExiting foreground\n" and code == 0
    assert errors == missing


def test_fg_notices_the_end_of_its_process(client, daemon):
    if daemon.state("mortal") != "RUNNING":
        daemon.rpc.supervisor.startProcess("mortal")
    talking = client("fg", "mortal")
    talking.wait_for(HINT)
    # Its output proves that the client has opened its streams: Debian's fails if the process is gone before.
    word = uuid.uuid4().hex.encode() + b"\n"
    talking.type(word)
    talking.wait_for(word)
    talking.type(b"die\n")
    eventually(lambda: talking.process.poll() is not None or daemon.state("mortal") == "EXITED", "an end")
    # The look at the process behind the first line may have been late enough to see its end.
    with contextlib.suppress(BrokenPipeError):
        talking.type(b"still there?\n")
    talking.wait_for(b"Exiting foreground\n")
    output, errors, code = talking.finish()
    assert output.endswith(b"Process got killed\nExiting foreground\n") and (errors, code) == (b"", 0)


def test_the_end_of_the_daemon_ends_the_stream(setup, start):
    daemon = start(CONFIG)
    daemon.wait_all("RUNNING")
    with Client(setup, OURS, daemon, "tail", "-f", "merged") as following:
        following.wait_for(HINT + b"first\n")  # it says the hint before it asks the daemon
        daemon.stop()
        assert following.finish() == (HINT + b"first\n", b"", 0)


def test_ctrl_c_in_the_shell_ends_the_stream_and_then_the_shell(setup, daemon):
    with Client(setup, OURS, daemon) as shell:
        shell.type(b"tail -f merged\n")
        shell.wait_for(HINT + b"first\n")
        shell.process.send_signal(signal.SIGINT)
        shell.wait_for(HINT + b"first\n\nsupervisor> ")
        output, errors, code = shell.finish(signal.SIGINT)
    assert output.endswith(b"supervisor> \n") and (errors, code) == (b"", 0)


def test_ctrl_c_ends_a_one_shot_action_by_the_signal(setup, daemon):
    daemon.rpc.supervisor.stopProcess("cat")
    with Client(setup, OURS, daemon, "-i", "shutdown") as asking:
        asking.wait_for(b"y/N? ")
        assert asking.finish(signal.SIGINT)[2] == -signal.SIGINT
    daemon.rpc.supervisor.startProcess("cat")
