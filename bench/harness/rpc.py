"""Just enough XML-RPC over a unix socket to ask with little work on this side.

xmlrpc.client would spend more time parsing 5,000 answers than a fast supervisor spends making them.
"""

import http.client
import socket


class _UnixConnection(http.client.HTTPConnection):
    def __init__(self, path, timeout):
        super().__init__("localhost", timeout=timeout)
        self._path = path

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(self.timeout)
        self.sock.connect(self._path)


def call(socket_path, body, timeout):
    """The body of the answer to one request. Raises OSError."""
    connection = _UnixConnection(socket_path, timeout)
    try:
        connection.request("POST", "/RPC2", body, {"Content-Type": "text/xml"})
        response = connection.getresponse()
        answer = response.read()
    except http.client.HTTPException as broken:
        raise OSError(f"broken answer: {broken}") from broken
    finally:
        connection.close()
    if response.status != 200:
        raise OSError(f"HTTP status {response.status}")
    return answer
