"""Syslog as the target of programs, seen by a syslog daemon of the test's own."""

import re
import shutil
import socket
import subprocess

import pytest

from harness import eventually

# A /dev whose log is the test's socket, in a mount namespace of the daemon's own.
MOUNT = (
    "mount -t tmpfs none /mnt && cp -a /dev/null /dev/zero /dev/random /dev/urandom /mnt"
    ' && ln -s /proc/self/fd /mnt/fd && ln -s "$1" /mnt/log && mount --move /mnt /dev && shift && exec "$@"'
)


class Receiver:
    def __init__(self, path):
        self.path = str(path)
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.socket.bind(self.path)
        self.socket.setblocking(False)
        self.messages = []

    def texts(self):
        """Of all messages so far, without priority, time stamp and name of the sender."""
        while True:
            try:
                self.messages.append(self.socket.recv(65536))
            except BlockingIOError:
                break
        pattern = rb"<14>\w{3} [ \d]\d \d\d:\d\d:\d\d (supervisord|ringmasterd): (.*?)\0?"
        return [re.fullmatch(pattern, message, re.DOTALL)[2] for message in self.messages]

    def wait(self, *expected):
        eventually(lambda: all(text in self.texts() for text in expected), lambda: f"{expected} in {self.messages}")


@pytest.fixture
def receiver(tmp_path):
    allowed = shutil.which("unshare") and not subprocess.run(
        ["unshare", "--mount", "sh", "-c", MOUNT, "sh", "/nowhere", "true"], capture_output=True
    ).returncode
    if not allowed:
        pytest.skip("a /dev of one's own needs root")
    made = Receiver(tmp_path / "log")
    yield made
    made.socket.close()


def wrapper(receiver):
    return ("unshare", "--mount", "sh", "-c", MOUNT, "sh", receiver.path)


PROGRAM = (
    "[program:talker]\ncommand=/bin/cat\nstartsecs=0\nstdout_syslog=true\nstdout_logfile=%(here)s/talker.out\n"
    "[program:both]\ncommand=/bin/sh -c 'echo to stdout; echo to stderr >&2; exec sleep 1000'\nstartsecs=0\n"
    "stdout_logfile=NONE\nstderr_logfile=NONE\nstderr_syslog=true\n"
)


def test_each_line_of_a_program_is_a_message(start, receiver):
    daemon = start(PROGRAM, wrapper=wrapper(receiver))
    daemon.wait_all("RUNNING")
    daemon.rpc.supervisor.sendProcessStdin("talker", "one\ntwo\n\n")
    receiver.wait(b"talker one", b"talker two", b"both to stderr")
    daemon.wait_file("talker.out", "one\ntwo\n\n")
    assert sorted(receiver.texts()) == [b"both to stderr", b"talker one", b"talker two"]


@pytest.mark.ours_only
def test_bytes_that_are_not_text_arrive_and_the_file_can_be_cleared(start, receiver):
    raw = "[program:raw]\ncommand=/bin/cat raw\nstartsecs=0\nstdout_syslog=true\nstdout_logfile=NONE\n"
    daemon = start(PROGRAM + raw, wrapper=wrapper(receiver), files={"raw": b"caf\xe9 \0 100%s\n"})
    receiver.wait(b"raw caf\xe9   100%s")
    daemon.wait_state("talker", "RUNNING")
    daemon.rpc.supervisor.sendProcessStdin("talker", "text\n")
    daemon.wait_file("talker.out", "text\n")
    assert daemon.rpc.supervisor.clearProcessLogs("talker") is True
    assert daemon.read("talker.out") == ""
