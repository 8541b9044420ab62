"""Following logs over HTTP: /logtail, /mainlogtail and the client's `tail -f`."""

import http.client
import os
import subprocess

import pytest

from harness import UnixConnection, eventually

CONFIG = """
[program:out]
command=/bin/cat
stdout_logfile=%(here)s/out.log
stderr_logfile=%(here)s/err.log
startsecs=0
[program:silent]
command=/bin/cat
stdout_logfile=NONE
startsecs=0
[group:pair]
programs=out,silent
"""


@pytest.fixture
def daemon(start):
    daemon = start(CONFIG)
    daemon.wait_state("pair:out", "RUNNING")
    daemon.log_path = daemon.dir / "out.log"
    return daemon


def append(path, text):
    with open(path, "ab") as file:
        file.write(text)


class Stream:
    """An endless response, read as it comes."""

    def __init__(self, daemon, path, request=None):
        self.connection = UnixConnection(daemon.socket)
        self.connection.connect()
        self.connection.sock.sendall(
            request or f"GET {path} HTTP/1.1\r\nHost: x\r\n\r\n\r\n".encode()
        )
        self.response = http.client.HTTPResponse(self.connection.sock)
        self.response.begin()

    def read(self, count):
        data = b""
        while len(data) < count:
            part = self.response.read1(count - len(data))
            assert part, f"the stream ended after {data!r}"
            data += part
        return data

    def close(self):
        self.response.close()
        self.connection.close()


def status(daemon, path, method="GET"):
    connection = UnixConnection(daemon.socket)
    connection.request(method, path)
    found = connection.getresponse().status
    connection.close()
    return found


def test_existing_tail_then_new_bytes(daemon):
    append(daemon.log_path, b"x" * 3000 + b"caf\xc3\xa9 \xff\x00\n")
    stream = Stream(daemon, "/logtail/pair%3Aout")
    assert stream.response.status == 200
    assert stream.response.getheader("Content-Type") == "text/plain;charset=utf-8"
    assert stream.response.getheader("Transfer-Encoding") == "chunked"
    assert stream.response.getheader("X-Accel-Buffering") == "no"
    assert stream.response.getheader("Last-Modified")
    assert stream.read(1024) == b"x" * (1024 - 9) + b"caf\xc3\xa9 \xff\x00\n"
    append(daemon.log_path, b"more\n")
    assert stream.read(5) == b"more\n"
    stream.close()


def test_channels(daemon):
    append(daemon.dir / "out.log", b"to stdout\n")
    append(daemon.dir / "err.log", b"to stderr\n")
    for path, text in (
        ("/logtail/pair:out", b"to stdout\n"),
        ("/logtail/pair:out/stdout", b"to stdout\n"),
        ("/logtail/pair:out/stderr", b"to stderr\n"),
    ):
        stream = Stream(daemon, path)
        assert stream.read(len(text)) == text
        stream.close()


def test_main_log(daemon):
    with open(daemon.logfile, "rb") as file:
        tail = file.read()[-1024:]
    stream = Stream(daemon, "/mainlogtail")
    assert stream.read(len(tail)) == tail
    daemon.rpc.supervisor.stopProcess("pair:out")
    text = b""
    while b"stopped: out" not in text:
        text += stream.read(1)
    stream.close()


def test_what_cannot_be_followed(daemon):
    for path in ("/logtail/nope", "/logtail/pair", "/logtail/pair:*", "/logtail/pair:silent", "/logtail/pair:out/other"):
        assert status(daemon, path) == 404, path
    for path in ("/logtail/pair:out", "/mainlogtail"):
        assert status(daemon, path, "POST") == 400
        assert status(daemon, path, "HEAD") == 400
    os.remove(daemon.log_path)
    assert status(daemon, "/logtail/pair:out") == 404


def test_a_replaced_file_is_followed_from_its_start(daemon):
    append(daemon.log_path, b"old\n")
    stream = Stream(daemon, "/logtail/pair:out")
    assert stream.read(4) == b"old\n"
    os.rename(daemon.log_path, daemon.dir / "out.log.1")
    append(daemon.log_path, b"new\n")
    assert stream.read(4) == b"new\n"
    stream.close()


def test_a_stream_outlives_its_process(daemon):
    append(daemon.log_path, b"running\n")
    stream = Stream(daemon, "/logtail/pair:out")
    assert stream.read(8) == b"running\n"
    daemon.rpc.supervisor.stopProcess("pair:out")
    append(daemon.log_path, b"still\n")
    assert stream.read(6) == b"still\n"
    stream.close()


@pytest.mark.ours_only
def test_a_truncated_file_is_followed_anew(daemon):
    append(daemon.log_path, b"before\n")
    stream = Stream(daemon, "/logtail/pair:out")
    assert stream.read(7) == b"before\n"
    os.truncate(daemon.log_path, 0)
    notice = b"==> File truncated <==\n"
    assert stream.read(len(notice)) == notice
    append(daemon.log_path, b"after\n")
    assert stream.read(6) == b"after\n"
    stream.close()


@pytest.mark.ours_only
def test_http10_and_connection_close_get_bytes_at_once(daemon):
    append(daemon.log_path, b"now\n")
    old = Stream(daemon, None, b"GET /logtail/pair:out HTTP/1.0\r\n\r\n")
    assert old.response.getheader("Transfer-Encoding") is None
    closing = Stream(daemon, None, b"GET /logtail/pair:out HTTP/1.1\r\nConnection: close\r\n\r\n")
    assert closing.response.getheader("Transfer-Encoding") == "chunked"
    for stream in (old, closing):
        assert stream.read(4) == b"now\n"
    append(daemon.log_path, b"later\n")
    for stream in (old, closing):
        assert stream.read(6) == b"later\n"
        stream.close()


@pytest.mark.ours_only
def test_a_reader_that_stops_reading_delays_nobody(daemon):
    append(daemon.log_path, b"go\n")
    stuck = Stream(daemon, "/logtail/pair:out")
    assert stuck.read(3) == b"go\n"
    append(daemon.log_path, b"z" * 8_000_000)
    other = Stream(daemon, "/logtail/pair:out")
    assert other.read(1024) == b"z" * 1024
    assert daemon.rpc.supervisor.getState()["statecode"] == 1
    assert stuck.read(8_000_000) == b"z" * 8_000_000
    stuck.close()
    other.close()


@pytest.mark.ours_only
def test_streams_end_properly_at_shutdown(daemon):
    append(daemon.log_path, b"bye\n")
    stream = Stream(daemon, "/logtail/pair:out")
    assert stream.read(4) == b"bye\n"
    daemon.rpc.supervisor.shutdown()
    daemon.disconnect()
    # Raises IncompleteRead without the last chunk.
    assert stream.response.read() == b""
    assert daemon.wait_exit() == 0


@pytest.mark.ours_only
def test_streams_of_clients_that_left_are_ended(daemon):
    append(daemon.log_path, b"hello\n")

    def files():
        return sum(
            os.readlink(f"/proc/{daemon.pid}/fd/{fd}") == str(daemon.log_path)
            for fd in os.listdir(f"/proc/{daemon.pid}/fd")
        )

    def count():
        try:
            return files()
        except FileNotFoundError:  # closed while we looked
            return None

    before = eventually(count)
    streams = [Stream(daemon, "/logtail/pair:out") for _ in range(20)]
    for each in streams:
        assert each.read(6) == b"hello\n"
    eventually(lambda: count() == before + 20)
    for each in streams:
        each.close()
    eventually(lambda: count() == before)


@pytest.mark.parametrize("what", [("pair:out",), ("pair:out", "stderr"), ("maintail",)])
def test_debian_client_follows(daemon, what):
    main = what == ("maintail",)
    path = daemon.logfile if main else daemon.dir / ("err.log" if "stderr" in what else "out.log")
    append(path, b"a line that is there\n")
    command = ["maintail", "-f"] if main else ["tail", "-f", *what]
    client = subprocess.Popen(
        ["/usr/bin/supervisorctl", "-c", str(daemon.config_file), *command],
        stdout=subprocess.PIPE,
        stdin=subprocess.DEVNULL,
    )
    try:
        read_until(client.stdout, b"a line that is there\n")
        append(path, b"a line that comes later\n")
        read_until(client.stdout, b"a line that comes later\n")
    finally:
        client.kill()
        client.wait()


def read_until(pipe, text):
    seen = b""
    while text not in seen:
        part = os.read(pipe.fileno(), 65536)
        assert part, f"the client ended after {seen!r}"
        seen += part
