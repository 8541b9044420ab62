"""The HTTP listeners: protocol, limits, authentication, start-up errors."""

import base64
import http.client
import os
import socket
import stat
import time

import pytest

from harness import DEADLINE, accepts, eventually, free_port

CALL = (
    b"<?xml version='1.0'?><methodCall><methodName>supervisor.getState</methodName>"
    b"<params></params></methodCall>"
)
SHA_SECRET = "{SHA}e5e9fa1ba31ecd1ae84f75caaa474f3a663f05f4"

CONFIG = """
[program:cat]
command=/bin/cat
startsecs=0
[program:slow]
command=/bin/cat
autostart=false
startsecs=3
[program:patient]
command=/bin/cat
autostart=false
startsecs=1000
"""


class Raw:
    """A connection on which a test says exactly what it wants."""

    def __init__(self, address):
        family = socket.AF_INET if isinstance(address, tuple) else socket.AF_UNIX
        self.socket = socket.socket(family)
        self.socket.settimeout(DEADLINE)
        self.socket.connect(address)
        self.seen = b""

    def send(self, data):
        self.socket.sendall(data)
        return self

    def response(self):
        """Status, header text and body of the next response that has a Content-Length."""
        while b"\r\n\r\n" not in self.seen:
            assert self._more(), f"the connection ended after {self.seen!r}"
        head, _, self.seen = self.seen.partition(b"\r\n\r\n")
        text = head.decode("latin-1")
        lengths = [
            int(line.partition(":")[2])
            for line in text.split("\r\n")
            if line.lower().startswith("content-length:")
        ]
        length = lengths[0] if lengths else 0
        while len(self.seen) < length:
            assert self._more(), "the body is cut"
        body, self.seen = self.seen[:length], self.seen[length:]
        return int(text.split(" ")[1]), text, body

    def rest(self):
        while self._more():
            pass
        return self.seen

    def _more(self):
        part = self.socket.recv(65536)
        self.seen += part
        return bool(part)


def post(body=CALL, extra=b"", version=b"1.1", path=b"/RPC2"):
    return (
        b"POST " + path + b" HTTP/" + version + b"\r\nHost: x\r\nContent-Length: "
        + str(len(body)).encode() + b"\r\n" + extra + b"\r\n" + body
    )


@pytest.fixture(scope="module")
def daemon(start_shared):
    secret = free_port()
    hashed = free_port()
    daemon = start_shared(
        CONFIG
        + f"[inet_http_server:secret]\nport=127.0.0.1:{secret}\nusername=user\npassword=a:b\n"
        + f"[inet_http_server:hashed]\nport=127.0.0.1:{hashed}\nusername=user\npassword={SHA_SECRET}\n",
        http_port=free_port(),
    )
    daemon.secret, daemon.hashed = secret, hashed
    daemon.wait_state("cat", "RUNNING")
    yield daemon
    daemon.disconnect()


@pytest.fixture(params=["unix", "tcp"])
def connect(request, daemon):
    address = str(daemon.socket) if request.param == "unix" else ("127.0.0.1", daemon.http_port)
    return lambda: Raw(address)


def test_calls_work_on_both_kinds_of_listener(connect):
    status, head, body = connect().send(post()).response()
    assert status == 200
    assert "Content-Type: text/xml" in head
    assert b"RUNNING" in body


def test_a_connection_serves_many_calls(connect):
    raw = connect()
    for _ in range(50):
        assert raw.send(post()).response()[0] == 200


def test_pipelined_calls_are_answered_in_order(connect):
    raw = connect().send(post() + post(b"junk") + post())
    assert [raw.response()[0] for _ in range(3)] == [200, 400, 200]


def test_connection_close_and_http10_close_the_connection(connect):
    assert b"RUNNING" in connect().send(post(extra=b"Connection: close\r\n")).rest()
    answer = connect().send(post(version=b"1.0")).rest()
    assert answer.startswith(b"HTTP/1.0 200 OK\r\n") and b"RUNNING" in answer
    raw = connect().send(post(version=b"1.0", extra=b"Connection: Keep-Alive\r\n"))
    assert "connection: keep-alive" in raw.response()[1].lower()
    assert raw.send(post(version=b"1.0")).response()[0] == 200


def test_a_request_may_come_in_pieces(connect):
    raw = connect()
    for byte in post():
        raw.send(bytes([byte]))
    assert raw.response()[0] == 200


def test_wrong_requests_get_their_status(connect):
    cases = [
        (b"GET /RPC2 HTTP/1.1\r\n\r\n", 400),
        (b"POST /RPC2 HTTP/1.1\r\n\r\n", 411),
        (post(b"<methodCall>"), 400),
        (b"GET /nowhere HTTP/1.1\r\n\r\n", 404),
        (b"DELETE /nowhere HTTP/1.1\r\n\r\n", 400),
        (b"GET /../../etc/passwd HTTP/1.1\r\n\r\n", 404),
        (b"GET /%2e%2e/%2e%2e/etc/passwd HTTP/1.1\r\n\r\n", 404),
    ]
    for text, status in cases:
        assert connect().send(text).response()[0] == status, text


@pytest.mark.ours_only
def test_malformed_requests_are_answered(connect):
    cases = [
        (b"nonsense\r\n\r\n", 400),
        (b"GET /\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\nno colon\r\n\r\n", 400),
        (post(b""), 400),
        (post(b"<methodCall><methodName>\xff</methodName></methodCall>"), 400),
        (b"POST /RPC2 HTTP/1.1\r\nContent-Length: x\r\n\r\n", 400),
        (b"POST /RPC2 HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", 400),
        (b"GET / HTTP/1.1\r\nX: " + b"x" * 100_000, 431),
        (b"POST /RPC2 HTTP/1.1\r\nContent-Length: 999999999\r\n\r\n", 413),
    ]
    for text, status in cases:
        assert connect().send(text).response()[0] == status, text[:60]
    half = connect().send(b"POST /RPC2 HTTP/1.1\r\nContent-Length: 100\r\n\r\nabc")
    half.socket.shutdown(socket.SHUT_WR)
    assert half.response()[0] == 400


@pytest.mark.ours_only
def test_chunked_bodies_and_expect_continue(connect):
    chunks = b"".join(b"%x\r\n%s\r\n" % (len(CALL[i : i + 7]), CALL[i : i + 7]) for i in range(0, len(CALL), 7))
    raw = connect().send(b"POST /RPC2 HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n" + chunks + b"0\r\n\r\n")
    assert b"RUNNING" in raw.response()[2]
    head, body = post(extra=b"Expect: 100-continue\r\n").split(b"\r\n\r\n")
    raw.send(head + b"\r\n\r\n")
    assert raw.response()[0] == 100
    assert raw.send(body).response()[0] == 200


def test_a_waiting_call_delays_nobody(daemon, connect):
    start = CALL.replace(b"getState", b"startProcess").replace(
        b"<params>", b"<params><param><value><string>patient</string></value></param>"
    )
    waiting = connect().send(post(start))
    daemon.wait_state("patient", "STARTING")
    assert b"RUNNING" in connect().send(post()).response()[2]
    assert daemon.state("patient") == "STARTING"
    daemon.rpc.supervisor.stopProcess("patient")
    assert b"ABNORMAL_TERMINATION: patient" in waiting.response()[2]


def test_a_client_that_leaves_does_not_undo_its_call(daemon, connect):
    start = CALL.replace(b"getState", b"startProcess").replace(
        b"<params>", b"<params><param><value><string>slow</string></value></param>"
    )
    leaving = connect().send(post(start))
    daemon.wait_state("slow", "STARTING")
    leaving.socket.close()
    daemon.wait_state("slow", "RUNNING")
    daemon.rpc.supervisor.stopProcess("slow")


def authorized(port, authorization, path="/"):
    client = http.client.HTTPConnection("127.0.0.1", port, timeout=DEADLINE)
    headers = {} if authorization is None else {"Authorization": authorization}
    client.request("GET", path, headers=headers)
    answer = client.getresponse()
    answer.body = answer.read()
    client.close()
    return answer


def basic(pair):
    return "Basic " + base64.b64encode(pair.encode()).decode()


def test_every_url_needs_the_password(daemon):
    for path in ("/", "/ok.html", "/RPC2", "/nowhere", "/logtail/cat", "/stylesheets/supervisor.css"):
        for port in (daemon.secret, daemon.hashed):
            answer = authorized(port, None, path)
            assert answer.status == 401, path
            assert answer.getheader("WWW-Authenticate") == 'Basic realm="default"'
            assert answer.getheader("Connection") == "close"


def test_the_right_password_only(daemon):
    for port, right in ((daemon.secret, "user:a:b"), (daemon.hashed, "user:secret")):
        assert authorized(port, basic(right)).status == 200
        assert authorized(port, basic(right).replace("Basic", "basic")).status == 200
        for wrong in ("user:", "user:x", "other:secret", "other:a:b", right + "x", "user:" + SHA_SECRET):
            assert authorized(port, basic(wrong)).status == 401, wrong
        assert authorized(port, "Digest username=user").status == 401
        assert authorized(port, "Basic dXNlcjpzZWNyZXQ").status == 400


@pytest.mark.ours_only
def test_a_refused_client_is_disconnected(daemon):
    raw = Raw(("127.0.0.1", daemon.secret)).send(b"GET / HTTP/1.1\r\n\r\n")
    assert raw.rest().startswith(b"HTTP/1.1 401 Unauthorized\r\n")


def test_debian_client_with_and_without_password(daemon):
    url = f"http://127.0.0.1:{daemon.hashed}"
    plain = daemon.ctl("-s", url, "pid")
    assert "authentication" in plain.stdout + plain.stderr
    done = daemon.ctl("-s", url, "-u", "user", "-p", "secret", "pid")
    assert done.stdout == f"{daemon.pid}\n"


@pytest.mark.ours_only
def test_five_hundred_connections_at_once(daemon):
    open_ones = [Raw(str(daemon.socket)) for _ in range(500)]
    for each in open_ones:
        each.send(post())
    assert all(each.response()[0] == 200 for each in open_ones)


@pytest.mark.ours_only
def test_idle_connections_cost_no_processor_time(daemon):
    idle = [Raw(str(daemon.socket)) for _ in range(300)]
    for each in idle:  # else the daemon may still be busy with accepting them
        assert each.send(post()).response()[0] == 200

    def ticks():
        with open(f"/proc/{daemon.pid}/stat") as file:
            fields = file.read().rpartition(")")[2].split()
        return int(fields[11]) + int(fields[12])

    before = ticks()
    end = time.monotonic() + 1
    while time.monotonic() < end:
        time.sleep(0.1)
    assert ticks() - before <= 2
    assert len(idle) == 300


# -- start and end ---------------------------------------------------------------------------------


def test_socket_mode_and_clean_end(start):
    daemon = start(
        "[unix_http_server]\nfile=%(here)s/s.sock\nchmod=0751\n"
        "[supervisord]\nlogfile=%(here)s/supervisord.log\npidfile=%(here)s/supervisord.pid\n"
        "[rpcinterface:supervisor]\n"
        "supervisor.rpcinterface_factory=supervisor.rpcinterface:make_main_rpcinterface\n",
        standard=False,
    )
    info = os.stat(daemon.socket)
    assert stat.S_ISSOCK(info.st_mode) and stat.S_IMODE(info.st_mode) == 0o751
    assert [name for name in os.listdir(daemon.dir) if name.startswith("s.sock")] == ["s.sock"]
    assert daemon.stop() == 0
    assert not daemon.socket.exists()
    assert (
        "Server 'unix_http_server' running without any HTTP authentication checking" in daemon.log()
    )


def test_a_second_daemon_on_the_same_socket_is_refused(start):
    first = start(CONFIG)
    second = start(
        f"[unix_http_server]\nfile={first.socket}\n[supervisord]\nlogfile=%(here)s/supervisord.log\n"
        "pidfile=%(here)s/supervisord.pid\n",
        standard=False,
        wait=False,
    )
    assert second.wait_exit() == 2
    assert "Error: Another program is already listening on a port" in second.stderr()
    assert accepts(first.socket)


def test_a_busy_port_is_refused(start):
    with socket.socket() as busy:
        busy.bind(("127.0.0.1", 0))
        busy.listen()
        daemon = start(CONFIG, http_port=busy.getsockname()[1], wait=False)
        assert daemon.wait_exit() == 2
        assert "Error: Another program is already listening on a port" in daemon.stderr()


def test_a_missing_directory_is_reported(start):
    daemon = start(
        "[unix_http_server]\nfile=%(here)s/missing/s.sock\n[supervisord]\n"
        "logfile=%(here)s/supervisord.log\npidfile=%(here)s/supervisord.pid\n",
        standard=False,
        wait=False,
    )
    assert daemon.wait_exit() == 2
    assert (
        "Error: Cannot open an HTTP server: socket.error reported errno.ENOENT (2)"
        in daemon.stderr()
    )


@pytest.mark.ours_only
def test_a_shutdown_is_answered_before_the_connection_ends(start):
    daemon = start(CONFIG)
    raw = Raw(str(daemon.socket)).send(post(CALL.replace(b"getState", b"shutdown")))
    assert b"<boolean>1</boolean>" in raw.response()[2]
    assert raw.rest() == b""
    assert daemon.wait_exit() == 0
