"""Clients that no daemon should have to meet: each gets an answer or is cut off, and nobody else notices.

How long a slow client may take is tested with short deadlines in tests/unit/http; here the daemon has its
real ones, so slow clients are only there while others are served.
"""

import contextlib
import random
import resource
import socket

import pytest

from harness import DEADLINE, rpc_proxy

pytestmark = pytest.mark.ours_only  # supervisord hangs, drops or takes all memory in most of these

CALL = b"<?xml version='1.0'?><methodCall><methodName>supervisor.getState</methodName></methodCall>"
POST = b"POST /RPC2 HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n%s" % (len(CALL), CALL)
LIST = CALL.replace(b"getState", b"getAllProcessInfo")


def chunked(body):
    return b"POST /RPC2 HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n" + body


@pytest.fixture(scope="module")
def daemon(start_shared):
    daemon = start_shared("[program:cat]\ncommand=/bin/cat\nautostart=false\nnumprocs=100\nprocess_name=%(process_num)d\n")
    yield daemon
    daemon.disconnect()


@pytest.fixture(autouse=True)
def others_are_served(daemon):
    """Before, and right after whatever the test did."""
    api = rpc_proxy(daemon.socket)
    assert api.supervisor.getState()["statecode"] == 1
    yield
    assert api.supervisor.getState()["statecode"] == 1
    api("close")()


@pytest.fixture
def connect(daemon):
    """connect() -> a connection that is closed after the test."""
    with contextlib.ExitStack() as open_ones:

        def connect():
            one = open_ones.enter_context(socket.socket(socket.AF_UNIX))
            one.connect(str(daemon.socket))  # blocking: waits for room in the queue
            one.settimeout(DEADLINE)
            return one

        yield connect


def send(one, data):
    """Sends what the daemon takes: it may have answered and closed already."""
    with contextlib.suppress(BrokenPipeError, ConnectionResetError):
        one.sendall(data)


def all_of(one):
    """Everything up to the end of the connection."""
    found = b""
    with contextlib.suppress(ConnectionResetError):
        while part := one.recv(65536):
            found += part
    return found


def answer_to(one, data):
    send(one, data)
    with contextlib.suppress(OSError):
        one.shutdown(socket.SHUT_WR)
    return all_of(one)


def status_of(answer):
    return int(answer.split(b" ")[1]) if answer else None


def test_a_request_that_is_cut_anywhere_is_a_bad_request(connect):
    for end in range(0, len(POST), 3):
        answer = answer_to(connect(), POST[:end])
        assert status_of(answer) in ((400,) if end else (None,)), POST[:end]
    assert status_of(answer_to(connect(), POST)) == 200


def test_noise_is_answered_or_dropped(connect):
    noise = random.Random(7)
    for size in (1, 2, 10, 100, 1000, 10_000):
        for _ in range(10):
            answer = answer_to(connect(), noise.randbytes(size))
            assert status_of(answer) in (None, 400, 431)


def test_damaged_requests_are_answered(connect):
    chance = random.Random(8)
    for _ in range(300):
        damaged = bytearray(POST)
        for _ in range(chance.randint(1, 3)):
            damaged[chance.randrange(len(damaged))] = chance.randrange(256)
        assert status_of(answer_to(connect(), bytes(damaged))) in (None, 200, 400, 404, 411, 413, 431, 501)


TOO_MUCH = {
    "endless request line": (b"GET /" + b"x" * 2_000_000, 431),
    "endless field": (b"GET / HTTP/1.1\r\nX: " + b"y" * 2_000_000, 431),
    "a million fields": (b"GET / HTTP/1.1\r\n" + b"A: b\r\n" * 500_000, 431),
    "huge length": (b"POST /RPC2 HTTP/1.1\r\nContent-Length: 99999999999\r\n\r\n", 413),
    "length beyond all numbers": (b"POST /RPC2 HTTP/1.1\r\nContent-Length: 99999999999999999999999\r\n\r\n", 400),
    "negative length": (b"POST /RPC2 HTTP/1.1\r\nContent-Length: -1\r\n\r\n", 400),
    "two lengths": (b"POST /RPC2 HTTP/1.1\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nabcdef", 400),
    "length and chunks": (b"POST /RPC2 HTTP/1.1\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400),
    "endless chunks": (chunked(b"10000\r\n" + b"x" * 65536 + b"\r\n") + (b"10000\r\n" + b"x" * 65536 + b"\r\n") * 200, 413),
    "huge chunk": (chunked(b"fffffffffffffffe\r\nx"), 413),
    "chunk size beyond all numbers": (chunked(b"fffffffffffffffffffff\r\nx"), 400),
    "chunk size of letters": (chunked(b"xyz\r\nabc\r\n0\r\n\r\n"), 400),
    "chunk that is longer than it says": (chunked(b"3\r\nabcdef\r\n0\r\n\r\n"), 400),
    "endless chunk size": (chunked(b"0" * 2_000_000), (400, 431)),
    "endless chunk extension": (chunked(b"3;" + b"x" * 2_000_000), 431),
    "endless trailer": (chunked(b"0\r\n" + b"A: b\r\n" * 300_000), 431),
    "line feed in a field": (b"GET / HTTP/1.1\r\nX: a\nY: b\r\n\r\n", 400),
    "NUL in a field": (b"GET / HTTP/1.1\r\nX: a\0b\r\n\r\n", 400),
    "no target": (b"GET HTTP/1.1\r\n\r\n", 400),
    "no version": (b"GET /\r\n\r\n", 400),
    "TLS": (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(500), 400),
    "bad UTF-8 in the path": (b"GET /\xff\xfe%ff HTTP/1.1\r\nConnection: close\r\n\r\n", (400, 404)),
    "bad UTF-8 in a field": (b"GET /ok.html HTTP/1.1\r\nX: \xff\r\nConnection: close\r\n\r\n", 200),
    "bad UTF-8 in the body": (POST.replace(b"getState", b"getS\xffate"), 400),
    "an entity bomb": (
        (bomb := b"<!DOCTYPE x [<!ENTITY a 'aaaa'><!ENTITY b '&a;&a;&a;&a;'>]><methodCall><methodName>&b;</methodName></methodCall>")
        and b"POST /RPC2 HTTP/1.1\r\nContent-Length: %d\r\n\r\n%s" % (len(bomb), bomb),
        400,
    ),
    "deep XML": (
        (deep := b"<methodCall><methodName>a.b</methodName><params><param>" + b"<value><array><data>" * 100_000)
        and b"POST /RPC2 HTTP/1.1\r\nContent-Length: %d\r\n\r\n%s" % (len(deep), deep),
        400,
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", TOO_MUCH)
def test_what_is_too_much_or_malformed_is_refused(connect, case):
    data, expected = TOO_MUCH[case]
    status = status_of(answer_to(connect(), data))
    assert status in (expected if isinstance(expected, tuple) else (expected,))


def test_a_thousand_pipelined_requests_are_answered_in_order(connect):
    one = connect()
    calls = [POST, b"GET /ok.html HTTP/1.1\r\n\r\n"] * 500
    send(one, b"".join(calls[:-1]) + b"GET /ok.html HTTP/1.1\r\nConnection: close\r\n\r\n")
    answers = all_of(one).split(b"HTTP/1.1 200 OK\r\n")[1:]
    assert [b"methodResponse" in answer for answer in answers] == [True, False] * 500


def memory_of(daemon):
    with open(f"/proc/{daemon.pid}/statm") as file:
        return int(file.read().split()[1]) * resource.getpagesize()


def test_a_client_that_asks_and_never_reads_costs_little(daemon, connect):
    before = memory_of(daemon)
    request = b"POST /RPC2 HTTP/1.1\r\nContent-Length: %d\r\n\r\n%s" % (len(LIST), LIST)
    for _ in range(20):
        one = connect()
        one.setblocking(False)
        with contextlib.suppress(BlockingIOError):
            while one.send(request * 100):
                pass
    assert rpc_proxy(daemon.socket).supervisor.getState()["statecode"] == 1
    assert memory_of(daemon) - before < 64 * 1024 * 1024


def test_slow_clients_delay_nobody(daemon, connect):
    slow = [connect() for _ in range(300)]
    for position in range(8):
        for one in slow:
            send(one, POST[position : position + 1])
        assert rpc_proxy(daemon.socket).supervisor.getState()["statecode"] == 1
    # They may be slow, but they are served in the end.
    send(slow[0], POST[8:].replace(b"Host: x", b"Connection: close"))
    assert status_of(all_of(slow[0])) == 200


def test_thousands_of_connections_are_served_together(connect):
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(most, 65536), most))
    count = min(2000, most // 8)
    everybody = [connect() for _ in range(count)]
    for one in everybody:
        send(one, POST.replace(b"Host: x", b"Connection: close"))
    assert {status_of(all_of(one)) for one in everybody} == {200}


def test_clients_do_not_take_the_descriptors_that_children_need(start):
    daemon = start(
        "[program:cat]\ncommand=/bin/cat\nautostart=false\nstartsecs=0\n",
        supervisord={"minfds": 200},
        wrapper=("prlimit", "--nofile=200:200"),
    )
    api = daemon.rpc.supervisor
    with contextlib.ExitStack() as open_ones:
        for _ in range(300):
            one = open_ones.enter_context(socket.socket(socket.AF_UNIX))
            one.settimeout(DEADLINE)
            one.connect(str(daemon.socket))
            send(one, b"GET /ok.html HTTP/1.1\r\n\r\n")
            status = status_of(one.recv(65536))
            if status == 503:
                break
            assert status == 200
        assert status == 503
        assert api.startProcess("cat") is True
        daemon.wait_log("connections, refusing more")
    assert rpc_proxy(daemon.socket).supervisor.getState()["statecode"] == 1


def test_running_out_of_descriptors_ends_when_they_are_back(start, setup):
    with open(setup.program("ringmasterd"), "rb") as file:
        if b"libubsan.so" in file.read():
            pytest.skip("UBSan's vptr check needs a descriptor and reports valid objects without one")
    daemon = start(
        "[program:cat]\ncommand=/bin/cat\nautostart=false\nstartsecs=0\nstartretries=0\n"
        "numprocs=60\nprocess_name=%(process_num)d\n",
        supervisord={"minfds": 200},
        wrapper=("prlimit", "--nofile=200:200"),
    )
    api = daemon.rpc.supervisor
    results = api.startAllProcesses()
    assert 0 < sum(item["status"] == 80 for item in results) < 60  # children hold all there are
    with contextlib.ExitStack() as open_ones:
        # A few are left over from the launch that failed.
        for _ in range(40):
            one = open_ones.enter_context(socket.socket(socket.AF_UNIX))
            one.connect(str(daemon.socket))
        daemon.wait_log("cannot accept connections (Too many open files)")
        assert api.getState()["statecode"] == 1
        api.stopAllProcesses()
        send(one, POST)
        assert status_of(one.recv(65536)) == 200
