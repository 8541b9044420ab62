"""The page shared with the children: who was born when (see bench/stamps.hpp for the layout).

The children write, the benchmark only reads. It may sleep while it waits: the times are the
children's own.
"""

import mmap
import os
import struct
import time

HEADER = struct.Struct("=QQQQQQ")
RECORD = struct.Struct("=QQII")


class TimedOut(Exception):
    """Something that the scenario waits for did not happen in time."""


def wait_until(condition, seconds, what, interval=0.002):
    """Returns the first true value of `condition()`; raises TimedOut after `seconds`."""
    deadline = time.monotonic() + seconds
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > deadline:
            raise TimedOut(f"{what}: not within {seconds:.0f} s")
        time.sleep(interval)


class Life:
    """One life of one child. Times are CLOCK_MONOTONIC nanoseconds."""

    __slots__ = ("born_ns", "greeted_ns", "child", "pid")

    def __init__(self, fields):
        self.born_ns, self.greeted_ns, self.child, self.pid = fields


class Stamps:
    """Owns the file and its mapping; remove with close()."""

    def __init__(self, path, capacity, burst_bytes, piece_bytes=4096, pace_ns=0):
        self.path = path
        size = HEADER.size + capacity * RECORD.size
        with open(path, "w+b") as file:
            file.truncate(size)
            self._map = mmap.mmap(file.fileno(), size)
        HEADER.pack_into(self._map, 0, 0, 0, capacity, burst_bytes, piece_bytes, pace_ns)
        self._capacity = capacity
        self._complete = []

    def lives(self):
        """All complete records, oldest first."""
        handed_out = min(HEADER.unpack_from(self._map)[0], self._capacity)
        while len(self._complete) < handed_out:
            at = HEADER.size + len(self._complete) * RECORD.size
            life = Life(RECORD.unpack_from(self._map, at))
            if life.pid == 0:
                break
            self._complete.append(life)
        return self._complete

    def drained(self):
        """How many children have written their burst."""
        return HEADER.unpack_from(self._map)[1]

    def latest(self):
        """The newest life of each child, by its number."""
        return {life.child: life for life in self.lives()}

    def close(self):
        self._map.close()
        os.unlink(self.path)
