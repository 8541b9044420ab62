"""Free ports, and XML-RPC over a unix socket."""

import http.client
import itertools
import socket
import xmlrpc.client

from harness.waiting import DEADLINE


def _range_of_our_own():
    """The ports of this test run, below those that the kernel gives to clients, and what keeps them from other runs:
    a name that only one of them can have, and that is gone with it."""
    for number in range(200):
        name = socket.socket(socket.AF_UNIX)
        try:
            name.bind(f"\0ringmaster-test-ports-{number}")
        except OSError:
            name.close()
            continue
        return name, itertools.count(10_000 + number * 100)
    raise AssertionError("200 test runs at once")


_name, _ports = _range_of_our_own()


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
