"""How long a request's body is, said in ways that two servers might read differently (RFC 9112, section 6).

Whatever cannot be read in one way only gets one answer and the end of the connection: what follows must
never be taken for a request of its own.
"""

import contextlib
import re
import socket

import pytest

from harness import DEADLINE

pytestmark = pytest.mark.ours_only  # supervisord reads the length with int(), and goes on

REFUSED = {
    400: [
        "Content-Length: -5", "Content-Length: +5", "Content-Length: 5 5", "Content-Length: 5, 6", "Content-Length: 0x5",
        "Content-Length: 5;", "Content-Length: 5.0", "Content-Length:", "Content-Length: five", "Content-Length: \x0b5",
        "Content-Length: ٥", "Content-Length : 5", "Content-Length: 18446744073709551621",
        "Content-Length: 5\r\nContent-Length: 6", "Content-Length: 6\r\nContent-Length: 5",
        "Content-Length: 5\r\nTransfer-Encoding: chunked", "Transfer-Encoding: chunked\r\nContent-Length: 5",
        "Content-Length: 5\r\nTransfer-Encoding: identity", "Transfer-Encoding : chunked", "Transfer-Encoding: \x0bchunked",
        "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity", "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked",
    ],
    411: ["X: y", " Content-Length: 5"],  # the second belongs to the field before
    501: [
        "Transfer-Encoding: identity\r\nContent-Length: 5", "Transfer-Encoding: xchunked", "Transfer-Encoding: chunked, identity",
        "Transfer-Encoding: identity, chunked", "Transfer-Encoding: identity\r\nTransfer-Encoding: chunked",
        "Transfer-Encoding: chunked;q=1", "Transfer-Encoding:",
    ],
}  # fmt: skip
# One length that is said twice is one length.
UNDERSTOOD = [
    "Content-Length: 5", "Content-Length: 5, 5", "Content-Length: 5\r\nContent-Length: 5", "Content-Length:\r\n 5",
    "Transfer-Encoding: chunked", "transfer-encoding:CHUNKED",
]  # fmt: skip


@pytest.fixture(scope="module")
def daemon(start_shared):
    daemon = start_shared("")
    yield daemon
    daemon.disconnect()


def statuses(daemon, framing, version="1.1"):
    """A body of five bytes or one empty chunk, and behind it what may or may not be a second request."""
    first = f"POST /RPC2 HTTP/{version}\r\nHost: x\r\n{framing}\r\n\r\n0\r\n\r\n"
    second = "GET /second.html HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
    answers = b""
    with socket.socket(socket.AF_UNIX) as one:
        one.settimeout(DEADLINE)
        one.connect(str(daemon.socket))
        one.sendall((first + second).encode())
        with contextlib.suppress(ConnectionResetError):
            while part := one.recv(65536):
                answers += part
    return [int(status) for status in re.findall(rb"HTTP/1\.[01] (\d+) ", answers)]


@pytest.mark.parametrize("status, framing", [(status, framing) for status, framings in REFUSED.items() for framing in framings])
def test_an_ambiguous_length_gets_one_answer_and_the_end_of_the_connection(daemon, status, framing):
    assert statuses(daemon, framing) == [status]


@pytest.mark.parametrize("framing", UNDERSTOOD)
def test_behind_a_clear_length_is_the_next_request(daemon, framing):
    assert statuses(daemon, framing) == [400, 404]  # no call; no such page


def test_http_1_0_knows_no_chunks(daemon):
    assert statuses(daemon, "Transfer-Encoding: chunked", "1.0") == [400]
