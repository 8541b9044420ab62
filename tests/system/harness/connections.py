"""Free ports, and XML-RPC over a unix socket."""

import fcntl
import http.client
import itertools
import os
import socket
import tempfile
import xmlrpc.client

from harness.waiting import DEADLINE


def _range_of_our_own():
    """A locked file and the ports that go with it: below those that the kernel gives to clients, apart for test runs
    at the same time."""
    for number in itertools.count():
        name = f"ringmaster-test-ports-{os.geteuid()}-{number}"
        lock = open(os.path.join(tempfile.gettempdir(), name), "w")
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.close()
            continue
        return lock, itertools.count(10_000 + number % 200 * 100)


_lock, _ports = _range_of_our_own()


def free_port():
    """A TCP port on the loopback interface that nobody listens on; never the same one twice."""
    for port in _ports:
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port


def accepts(path):
    """Whether somebody listens on the unix socket at `path`."""
    with socket.socket(socket.AF_UNIX) as probe:
        try:
            probe.connect(str(path))
        except OSError:
            return False
    return True


class UnixConnection(http.client.HTTPConnection):
    def __init__(self, path, timeout=DEADLINE):
        super().__init__("localhost", timeout=timeout)
        self.path = str(path)

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(self.timeout)
        self.sock.connect(self.path)


class UnixTransport(xmlrpc.client.Transport):
    def __init__(self, path):
        super().__init__()
        self.path = str(path)

    def make_connection(self, host):
        if not self._connection or host != self._connection[0]:
            self._connection = host, UnixConnection(self.path)
        return self._connection[1]


def rpc_proxy(path):
    """A new XML-RPC client, for example for a thread of its own."""
    return xmlrpc.client.ServerProxy("http://localhost", transport=UnixTransport(path))
