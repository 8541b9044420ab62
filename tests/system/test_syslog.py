"""Syslog as the target of programs, seen by a syslog daemon of the test's own."""

import re
import shutil
import signal
import socket
import subprocess
import threading
import xmlrpc.client

import pytest

from harness import alive, eventually

# A /dev whose log is the test's socket, in a mount namespace of the daemon's own.
MOUNT = (
    "mount -t tmpfs none /mnt && cp -a /dev/null /dev/zero /dev/random /dev/urandom /mnt"
    ' && ln -s /proc/self/fd /mnt/fd && ln -s "$1" /mnt/log && mount --move /mnt /dev && shift && exec "$@"'
)


class Receiver:
    """Reads all the time: the queue of such a socket is short, and whoever logs waits for room."""

    def __init__(self, path):
        self.path = str(path)
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.socket.bind(self.path)
        self.messages = []
        self.reading = threading.Event()
        self.reading.set()
        self.thread = threading.Thread(target=self.receive)
        self.thread.start()

    def receive(self):
        while message := self.socket.recv(65536):
            self.messages.append(message)
            self.reading.wait()

    def close(self):
        self.reading.set()
        self.socket.shutdown(socket.SHUT_RD)
        self.thread.join()
        self.socket.close()

    def texts(self):
        """Of all messages so far, without priority, time stamp, name of the sender, and the end of the line."""
        pattern = rb"<14>\w{3} [ \d]\d \d\d:\d\d:\d\d (supervisord|ringmasterd): (.*?)\n?\0?"
        return [re.fullmatch(pattern, message, re.DOTALL)[2] for message in list(self.messages)]

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
    made.close()


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



def main_log_of(texts):
    """Level and text of each message; each has the form of a line of the main log."""
    pattern = rb"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,\d{3} ([A-Z]{4}) (.*)"
    return [tuple(part.decode() for part in re.fullmatch(pattern, text).groups()) for text in texts]


def test_the_main_log_is_sent_line_by_line(start, receiver):
    daemon = start(
        "[program:loud]\ncommand=/bin/cat\nstartsecs=0\nstdout_logfile=NONE\nstderr_logfile=NONE\n",
        supervisord={"logfile": "syslog", "loglevel": "debug"},
        wrapper=wrapper(receiver),
    )

    def wait_line(level, text, times=1):
        eventually(
            lambda: main_log_of(receiver.texts()).count((level, text)) == times,
            lambda: f"{text} in {receiver.messages}",
        )

    daemon.wait_state("loud", "RUNNING")
    daemon.rpc.supervisor.sendProcessStdin("loud", "one\n\n  two\n\n")
    wait_line("DEBG", "  two")
    with pytest.raises(xmlrpc.client.Fault, match="NO_FILE: syslog"):
        daemon.rpc.supervisor.readLog(0, 0)
    with pytest.raises(xmlrpc.client.Fault, match="NO_FILE'"):
        daemon.rpc.supervisor.clearLog()
    daemon.send(signal.SIGUSR2)
    wait_line("INFO", "supervisord logreopen")
    daemon.send(signal.SIGHUP)
    wait_line("INFO", f"supervisord started with pid {daemon.pid}", times=2)
    daemon.wait_ready()
    assert daemon.stop() == 0
    wait_line("WARN", "received SIGTERM indicating exit request")
    lines = main_log_of(receiver.texts())
    # Empty lines inside a text are messages, those at its end are not.
    at = lines.index(("DEBG", "'loud' stdout output:"))
    assert lines[at + 1 : at + 4] == [("DEBG", "one"), ("DEBG", ""), ("DEBG", "  two")]
    assert lines[at + 4] == ("INFO", "received SIGUSR2 indicating log reopen request")


@pytest.mark.ours_only  # supervisord waits for it, whatever happens
def test_a_syslog_that_takes_nothing_holds_up_neither_commands_nor_a_restart(start, receiver):
    daemon = start(
        "[program:cat]\ncommand=/bin/cat\nstartsecs=0\n", supervisord={"logfile": "syslog"}, wrapper=wrapper(receiver)
    )
    daemon.wait_state("cat", "RUNNING")
    receiver.reading.clear()
    for _ in range(20):  # more lines than the queue of a socket has room for
        assert daemon.rpc.supervisor.stopProcess("cat") and daemon.rpc.supervisor.startProcess("cat")
    old = daemon.info("cat")["pid"]
    daemon.disconnect()
    daemon.send(signal.SIGHUP)
    eventually(lambda: not alive(old), "the end of the old program")
    daemon.wait_ready()
    daemon.wait_state("cat", "RUNNING")
    receiver.reading.set()
    request = ("WARN", "received SIGHUP indicating restart request")
    eventually(lambda: request in main_log_of(receiver.texts()), "the lines that waited")
