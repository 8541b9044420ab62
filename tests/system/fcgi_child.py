"""A child of an [fcgi-program:x] for the system tests: accepts on descriptor 0, one client at a time.

Tells each client its pid and keeps the connection until the client closes it.
"""

import os
import socket

with socket.socket(fileno=0) as listening:
    while True:
        client, _ = listening.accept()
        with client:
            client.sendall(f"{os.getpid()}\n".encode())
            while client.recv(100):
                pass
