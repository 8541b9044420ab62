"""What the golden tests of the control client share: masks, pairings, and a fake server.

A transcript is what a list of commands printed and returned. Texts that differ from run to run
(pids, times, paths) and the texts that are deliberately different from Supervisor's are masked; all
other bytes count.
"""

import http.server
import re
import socketserver
import threading
import xmlrpc.client
from typing import NamedTuple

from harness import Result

DEBIAN, OURS = "debian", "ours"
CLIENTS = {DEBIAN: "/usr/bin/supervisorctl", OURS: "ringmasterctl"}


class Pairing(NamedTuple):
    """Which client talks to which daemon."""

    daemon: str
    client: str

    def __str__(self):
        return f"{self.client}-client-{self.daemon}"


REFERENCE = Pairing("supervisord", DEBIAN)


def pairings(chosen_daemon):
    """Everything to be compared with the reference; --daemon=supervisord leaves out our daemon."""
    found = [Pairing("supervisord", OURS)]
    if chosen_daemon == "ringmasterd":
        found += [Pairing("ringmasterd", DEBIAN), Pairing("ringmasterd", OURS)]
    return found


MASKS = [
    (r"\bpid \d+, uptime (\d+ days?, )?\d+:\d\d:\d\d", "pid N, uptime T"),
    (r"\b(Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) \d\d \d\d:\d\d [AP]M\b", "DATE"),
    (r"(?m)^\d{3,}$", "PID"),
    # The place in the source is free; class and message are Supervisor's.
    (r"(error: .*): file: .* line: \d+\n", r"\1: file: F line: N\n"),
    (r"For help, use \S+ -h", "For help, use PROGRAM -h"),
]

# The usage forms of help are Supervisor's, the explanations behind the tabulators are our own.
HELP_MASKS = [
    (r"(?m)^\t.*\n", ""),
    (r"(?m)[ \t]*\t.*$", ""),
    (r"(?m)^(Ex|Examples):\n", ""),
    (r"(?m)^Note: .*\n", ""),
]

# A one-shot action that is refused for want of credentials is run a second time by Supervisor.
SECOND_REFUSAL = re.compile(
    r"(Server requires authentication\n)error: <class 'xmlrpc.client.ProtocolError'>, "
    r"<ProtocolError for 127.0.0.1/RPC2: 401 Unauthorized>: file: F line: N\n"
)


def masked(text, places=()):
    """`places` are (text, replacement) pairs such as the directory of the daemon."""
    for place, replacement in places:
        text = text.replace(str(place), replacement)
    for pattern, replacement in [*MASKS, *HELP_MASKS]:
        text = re.sub(pattern, replacement, text)
    return SECOND_REFUSAL.sub(r"\1", text)


def masked_errors(text, places=()):
    """The first and the last line of stderr: between them our hints may stand."""
    lines = masked(text, places).splitlines(keepends=True)
    return "".join(lines if len(lines) < 3 else [lines[0], lines[-1]])


def masked_result(result, places=()):
    return Result(masked(result.stdout, places), masked_errors(result.stderr, places), result.code)


# -- a server that answers as it is told ----------------------------------------------------------


class FakeServer:
    """An HTTP server on the loopback interface, for answers that no good daemon gives.

    `answer(method, params)` is called for every XML-RPC call; it returns a value, raises a Fault, or
    returns a Raw answer. getVersion is answered as a daemon does unless `raw_version` is set.
    """

    def __init__(self, answer, raw_version=False):
        self.calls = []
        outer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                params, method = xmlrpc.client.loads(body)
                outer.calls.append((method, params))
                if method == "supervisor.getVersion" and not raw_version:
                    return self.send(Raw(document("3.0")))
                try:
                    result = answer(method, params)
                    self.send(result if isinstance(result, Raw) else Raw(document(result)))
                except xmlrpc.client.Fault as fault:
                    self.send(Raw(xmlrpc.client.dumps(fault).encode()))

            def do_GET(self):
                outer.calls.append(("GET", self.path))
                self.send(answer("GET", self.path))

            def send(self, raw):
                if raw.status is None:
                    self.close_connection = True
                    self.wfile.write(raw.body)
                    return
                self.send_response(raw.status)
                for name, value in raw.headers:
                    self.send_header(name, value)
                if not any(name == "Transfer-Encoding" for name, _ in raw.headers):
                    self.send_header("Content-Length", str(len(raw.body)))
                self.end_headers()
                self.wfile.write(raw.body)

            def log_message(self, *_):
                pass

        class Server(socketserver.ThreadingMixIn, http.server.HTTPServer):
            daemon_threads = True

        self.server = Server(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"
        self.thread = threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.01})

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()


# One entry of what getAllProcessInfo answers.
PROCESS = {
    "name": "cat", "group": "cat", "description": "pid 1, uptime 0:00:01", "start": 1, "stop": 0, "now": 2, "state": 20,
    "statename": "RUNNING", "spawnerr": "", "exitstatus": 0, "logfile": "", "stdout_logfile": "", "stderr_logfile": "", "pid": 1,
}  # fmt: skip


class Raw(NamedTuple):
    """An HTTP answer as it is; status None: only `body`, then the end of the connection."""

    body: bytes
    status: int = 200
    headers: tuple = ()


def document(value):
    return xmlrpc.client.dumps((value,), methodresponse=True).encode()
