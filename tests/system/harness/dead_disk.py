"""A disk that dies, as a network file system does when its server is gone: whoever touches it waits.

A file system in user space (the FUSE protocol, version 7.8 and later) with one file, `log`, served by a thread of
the test. After hang() it answers nothing, until the end. The test itself must not touch it then.
"""

import contextlib
import ctypes
import errno
import os
import struct
import subprocess
import threading

LOOKUP, FORGET, GETATTR, OPEN, READ, RELEASE, FLUSH, INIT, INTERRUPT = 1, 2, 3, 14, 15, 18, 25, 26, 36
ROOT_NODE, FILE_NODE = 1, 2
MAJOR, MINOR, LARGEST_REQUEST = 7, 8, 1 << 17
NO_CACHE = 1  # FOPEN_DIRECT_IO: each read comes to us
MNT_FORCE = 1

libc = ctypes.CDLL(None, use_errno=True)


class DeadDisk:
    """Raises OSError where this user may not mount."""

    def __init__(self, directory, content):
        self.log = directory / "log"
        self._directory = directory
        self._content = content
        self._alive = True
        self._asked_in_vain = threading.Event()
        directory.mkdir()
        self._device = os.open("/dev/fuse", os.O_RDWR)
        options = f"fd={self._device},rootmode=40000,user_id={os.getuid()},group_id={os.getgid()}".encode()
        if libc.mount(b"dead", os.fsencode(directory), b"fuse", 0, options) != 0:
            os.close(self._device)
            raise OSError(ctypes.get_errno(), "mount")
        self._server = threading.Thread(target=self._serve)
        self._server.start()

    def hang(self):
        self._alive = False

    def wait_for_somebody(self, patience):
        """Until somebody waits for an answer."""
        assert self._asked_in_vain.wait(patience), "nobody touched the dead disk"

    def close(self):
        """Lets everybody go: what they wait for fails."""
        if not self._server.is_alive():
            return
        libc.umount2(os.fsencode(self._directory), MNT_FORCE)
        subprocess.run(["umount", "--lazy", self._directory], check=False, capture_output=True)
        self._server.join()
        os.close(self._device)

    def _serve(self):
        with contextlib.suppress(OSError):  # it is unmounted
            while True:
                request = os.read(self._device, LARGEST_REQUEST + 4096)
                _, opcode, unique, node = struct.unpack_from("=IIQQ", request)
                if not self._alive:
                    self._asked_in_vain.set()
                elif opcode not in (FORGET, INTERRUPT):
                    failed, answer = self._answer(opcode, node, request[40:])
                    os.write(self._device, struct.pack("=IiQ", 16 + len(answer), -failed, unique) + answer)

    def _answer(self, opcode, node, request):
        if opcode == INIT:
            return 0, struct.pack("=IIIIHHI", MAJOR, MINOR, 0, 0, 0, 0, LARGEST_REQUEST)
        if opcode == GETATTR:
            return 0, struct.pack("=QII", 0, 0, 0) + self._attributes(node)
        if opcode == LOOKUP:
            if request != b"log\0":
                return errno.ENOENT, b""
            return 0, struct.pack("=QQQQII", FILE_NODE, 0, 0, 0, 0, 0) + self._attributes(FILE_NODE)
        if opcode == OPEN:
            return 0, struct.pack("=QII", 0, NO_CACHE, 0)
        if opcode == READ:
            _, offset, size = struct.unpack_from("=QQI", request)
            return 0, self._content[offset : offset + size]
        return (0 if opcode in (RELEASE, FLUSH) else errno.ENOSYS), b""

    def _attributes(self, node):
        mode, size = (0o40755, 0) if node == ROOT_NODE else (0o100644, len(self._content))
        return struct.pack("=QQQQQQIIIIIIII", node, size, 0, 0, 0, 0, 0, 0, 0, mode, 1, os.getuid(), os.getgid(), 0)
