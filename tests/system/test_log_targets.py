"""Logs that are no plain files: standard output, descriptors, named pipes."""

import os
import signal
import xmlrpc.client

import pytest

from harness import eventually

pytestmark = pytest.mark.engine


def test_a_main_log_on_standard_output_shows_each_line_twice(start):
    """Once as the log, once as the copy of a daemon in the foreground."""
    daemon = start(supervisord={"logfile": "/dev/stdout", "logfile_maxbytes": "0"})
    daemon.send(signal.SIGUSR2)  # changes nothing: it is not closed
    daemon.wait_file("stdout", lambda text: text.count("INFO supervisord logreopen\n") == 2)
    assert daemon.stop() == 0
    lines = [line[24:] for line in daemon.stdout().splitlines() if line]
    assert "WARN received SIGTERM indicating exit request" in lines
    assert all(lines.count(line) == 2 for line in lines)


def test_silence_leaves_one_of_them(start):
    daemon = start(supervisord={"logfile": "/dev/stdout", "logfile_maxbytes": "0", "silent": "true"})
    assert daemon.stop() == 0
    assert daemon.stdout().count("WARN received SIGTERM indicating exit request\n") == 1


@pytest.fixture
def fifo(tmp_path):
    """A named pipe, and a descriptor that reads from it."""
    path = tmp_path / "fifo"
    os.mkfifo(path)
    reader = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    yield path, reader
    os.close(reader)


def logging_to(target, channel="stdout"):
    command = {"stdout": "/bin/cat", "stderr": "/bin/sh -c 'exec cat >&2'"}[channel]
    return f"[program:cat]\ncommand={command}\nstartsecs=0\n{channel}_logfile={target}\n{channel}_logfile_maxbytes=0\n"


@pytest.mark.parametrize("target, channel", [("/dev/fd/1", "stdout"), ("/dev/fd/2", "stderr"), ("/dev/stderr", "stdout")])
def test_programs_may_log_to_descriptors_of_the_daemon(start, target, channel):
    daemon = start(logging_to(target, channel))
    daemon.wait_state("cat", "RUNNING")
    daemon.rpc.supervisor.sendProcessStdin("cat", "some output\n")
    daemon.wait_file("stdout" if target.endswith("1") else "stderr", "some output\n")


def test_a_named_pipe_stays_what_it_is(start, fifo):
    path, reader = fifo
    daemon = start(logging_to(path))
    daemon.wait_state("cat", "RUNNING")
    api = daemon.rpc.supervisor

    def arrives(text):
        api.sendProcessStdin("cat", text)
        got = b""

        def complete():
            nonlocal got
            try:
                got += os.read(reader, 1000)
            except BlockingIOError:
                pass
            return got == text.encode()

        eventually(complete, lambda: f"{text!r}: {got}")

    arrives("one\n")
    daemon.send(signal.SIGUSR2)
    daemon.wait_log("supervisord logreopen")
    arrives("two\n")
    assert path.is_fifo()
    # Nothing can be read back.
    with pytest.raises(xmlrpc.client.Fault, match="FAILED") as fault:
        api.readProcessStdoutLog("cat", 0, 0)
    assert fault.value.faultCode == 30
    assert api.tailProcessStdoutLog("cat", 7, 10) == ["", 7, False]
    api.stopProcess("cat")
    api.startProcess("cat")
    arrives("three\n")


@pytest.mark.ours_only  # supervisord removes it
def test_a_named_pipe_survives_a_clear(start, fifo):
    path, _ = fifo
    daemon = start(logging_to(path))
    daemon.wait_state("cat", "RUNNING")
    assert daemon.rpc.supervisor.clearProcessLogs("cat") is True
    assert path.is_fifo()
