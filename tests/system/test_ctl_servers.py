"""Both control clients against servers that are no Supervisor, or no good HTTP servers.

The reference is Debian's client, run on the same server in the same test.
"""

import socket
import threading
import xmlrpc.client

import pytest

from ctl_golden import DEBIAN, OURS, PROCESS, FakeServer, Raw, document
from harness import free_port


def result(held):
    """An answer of XML, which Python's own server would not write."""
    return Raw(f"<methodResponse><params><param><value>{held}</value></param></params></methodResponse>".encode())


@pytest.mark.parametrize("kind", ["i1", "i8", "biginteger", "ex:int"])
def test_a_number_has_many_names(same, kind):
    with FakeServer(lambda method, params: result(f"<{kind}>42</{kind}>")) as server:
        assert same(server.url, "pid").stdout == "42\n"


@pytest.mark.parametrize("held", ["<nope>1</nope>", "<int>x</int>", "<boolean>yes</boolean>"])
def test_a_value_that_nobody_can_read_is_an_error_line(run_client, held):
    with FakeServer(lambda method, params: result(held)) as server:
        for client in (DEBIAN, OURS):
            for action in ("start cat", "shutdown"):
                done = run_client(client, server.url, action)
                assert done.stdout.startswith("error: <class '") and done.stdout.count("\n") == 1
                assert (done.stderr, done.code) == ("", 1)


@pytest.mark.parametrize("action", ["status", "pid", "start cat", "version"])
@pytest.mark.parametrize("version", ["2.0", "", "3.0.1"])
def test_another_api_version_is_refused(same, action, version):
    with FakeServer(lambda method, params: version, raw_version=True) as server:
        same(server.url, action)


@pytest.mark.parametrize(
    "held",
    [
        "<int>3</int>", "<double>3</double>", "<double>1e16</double>", "<boolean>1</boolean>", "<nil/>", "<ex:nil/>",
        "<array><data><value>3.0</value><value><double>3</double></value></data></array>",
        "<struct><member><name>a</name><value>it's</value></member></struct>",
    ],
)  # fmt: skip
def test_an_api_version_that_is_no_text_is_shown(same, held):
    with FakeServer(lambda method, params: result(held), raw_version=True) as server:
        assert same(server.url, "pid").code == 5


HEADS = {
    "a folded field": b"HTTP/1.1 200 OK\r\nX-Long: a\r\n  b: c\r\n\td\r\nContent-Length: %d\r\n\r\n",
    "a folded length": b"HTTP/1.1 200 OK\r\nContent-Length:\r\n %d\r\n\r\n",
    "no reason": b"HTTP/1.1 200\r\nContent-Length: %d\r\n\r\n",
    "line feeds": b"HTTP/1.1 200 OK\nContent-Length: %d\n\n",
}


@pytest.mark.parametrize("case", HEADS)
def test_odd_heads_are_understood(same, case):
    body = document(42)
    with FakeServer(lambda method, params: Raw(HEADS[case] % len(body) + body, None)) as server:
        assert same(server.url, "pid").stdout == "42\n"


@pytest.mark.parametrize("reason", [b"caf\xe9", "café".encode(), b"\x1b[31mred\x07", b"a\x9b31mb", b"  a\t b "])
def test_the_reason_of_an_http_error_is_shown_as_it_is(same, reason):
    with FakeServer(lambda method, params: Raw(b"HTTP/1.1 500 %s\r\nContent-Length: 0\r\n\r\n" % reason, None)) as server:
        assert "ProtocolError" in same(server.url, "pid").stdout


def test_a_truncated_answer_tells_how_much_is_missing(same):
    for body in (b"", document(42)[:50]):
        with FakeServer(lambda method, params: Raw(b"HTTP/1.1 200 OK\r\nContent-Length: 400\r\n\r\n" + body, None)) as server:
            assert "more expected" in same(server.url, "pid").stdout
    with FakeServer(lambda method, params: Raw(b"HTTP/1.1 500 No\r\nContent-Length: 400\r\n\r\n", None)) as server:
        assert "500 No" in same(server.url, "pid").stdout


def test_an_answer_without_its_last_chunk_is_an_error_line(run_client):
    with FakeServer(lambda method, params: Raw(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n<?xml", None)) as server:
        for client in (DEBIAN, OURS):
            done = run_client(client, server.url, "pid")
            assert done.stdout.startswith("error: <class 'http.client.IncompleteRead'>, IncompleteRead(") and done.code == 1


@pytest.mark.parametrize("count", ["99999999999", "99999999999999999999", "-99999999999999999999"])
def test_more_bytes_than_a_call_can_say_are_an_error_line(same, count):
    with FakeServer(lambda method, params: "text") as server:
        for action in ("tail -{} cat", "maintail -{}"):
            assert "OverflowError" in same(server.url, action.format(count)).stdout


@pytest.mark.parametrize("body", [b"", b"<html>", b"<?xml version='1.0'?><methodResponse/>", b"\xff\xfe\xff"])
def test_an_answer_that_is_no_document_is_an_error_line(run_client, body):
    with FakeServer(lambda method, params: Raw(body), raw_version=True) as server:
        for client in (DEBIAN, OURS):
            done = run_client(client, server.url, "pid")
            assert done.stdout.startswith("error: <class '") and done.stdout.count("\n") == 1
            assert (done.stderr, done.code) == ("", 1)


def test_an_answer_of_the_wrong_shape_is_an_error_line(run_client):
    with FakeServer(lambda method, params: 5) as server:
        for action in ("status", "version", "start all", "update", "avail", "tail cat"):
            done = run_client(OURS, server.url, action)
            assert done.stdout.startswith("error: <class '"), action
            assert done.code == 1


def test_answers_in_chunks_are_understood(run_client):
    def answer(method, params):
        body = document([PROCESS])
        pieces = [body[i : i + 7] for i in range(0, len(body), 7)]
        chunks = b"".join(b"%x\r\n%s\r\n" % (len(piece), piece) for piece in pieces)
        return Raw(chunks + b"0\r\n\r\n", headers=(("Transfer-Encoding", "chunked"),))

    with FakeServer(answer) as server:
        assert run_client(OURS, server.url, "status").stdout == "cat                              RUNNING   pid N, uptime T\n"


def test_a_question_is_repeated_on_a_new_connection_but_an_order_is_not(run_client):
    """A server may close an idle connection; asking again is harmless, starting again is not."""
    with ClosingServer() as server:
        assert run_client(OURS, server.url, "pid").stdout == "42\n"
        assert server.calls == ["getVersion", "getPID"]
    with ClosingServer() as server:
        done = run_client(OURS, server.url, "start cat")
        assert done.stdout.startswith("error: <class ") and done.code == 1
        assert server.calls == ["getVersion"]


def test_an_empty_password_is_a_password(start, run_client):
    """Supervisor's client sends it with calls, and forgets it when it follows a log."""
    port = free_port()
    daemon = start(f"[program:echo]\ncommand=/bin/echo here\nstartsecs=0\nautorestart=false\n{PROTECTED.format(port=port)}")
    daemon.wait_state("echo", "EXITED")
    words = ("-s", f"http://127.0.0.1:{port}", "-u", "user", "-p", "")
    for client in (DEBIAN, OURS):
        assert run_client(client, "unix:///nope", *words, "tail", "echo").stdout == "here\n\n"
        assert run_client(client, "unix:///nope", *words[:4], "version").stdout == "Server requires authentication\n"
    assert "401" not in run_client(OURS, "unix:///nope", *words, "tail", "-f", "nope").stderr


PROTECTED = "[inet_http_server]\nport=127.0.0.1:{port}\nusername=user\npassword=\n"


class ClosingServer:
    """Promises to keep a connection and closes it behind the first answer."""

    def __init__(self):
        self.calls = []
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self.listener.getsockname()[1]}"
        self.thread = threading.Thread(target=self.serve)

    def serve(self):
        while True:
            peer, _ = self.listener.accept()
            with peer, peer.makefile("rb") as stream:
                length = 0
                for line in iter(stream.readline, b"\r\n"):
                    if not line:
                        return
                    if line.lower().startswith(b"content-length:"):
                        length = int(line.split(b":")[1])
                _, method = xmlrpc.client.loads(stream.read(length))
                self.calls.append(method.partition(".")[2])
                body = document("3.0" if method.endswith("Version") else 42)
                peer.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s" % (len(body), body))

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        with socket.create_connection(self.listener.getsockname()):
            pass  # an empty request ends the thread
        self.thread.join()
        self.listener.close()
