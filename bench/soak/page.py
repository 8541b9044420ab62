"""What the children of a soak run tell: each life's child, process and number of lines.

And their logs: what a life wrote can be foretold, so a log is right or wrong byte by byte
(bench/soak/child.cpp).
"""

import mmap
import os
import struct

HEADER = struct.Struct("=QQ")
RECORD = struct.Struct("=IIQQ")
LONGEST_FILLER = 80


class Life:
    """One life of one child; how many lines it has at least and at most tried to write."""

    __slots__ = ("number", "child", "pid", "intended", "written")

    def __init__(self, number, fields):
        self.number = number
        self.child, self.pid, self.intended, self.written = fields


class Page:
    """Owns the file and its mapping; remove with close()."""

    def __init__(self, path, capacity):
        self.path = path
        size = HEADER.size + capacity * RECORD.size
        with open(path, "w+b") as file:
            file.truncate(size)
            self._map = mmap.mmap(file.fileno(), size)
        HEADER.pack_into(self._map, 0, 0, capacity)
        self.capacity = capacity

    def count(self):
        return min(HEADER.unpack_from(self._map)[0], self.capacity)

    def life(self, number):
        return Life(number, RECORD.unpack_from(self._map, HEADER.size + number * RECORD.size))

    def close(self):
        self._map.close()
        os.unlink(self.path)


class Lives:
    """The lives of each child, oldest first; refresh() reads what has been added."""

    def __init__(self, page):
        self._page = page
        self._seen = 0
        self._numbers = {}

    def refresh(self):
        while self._seen < self._page.count():
            life = self._page.life(self._seen)
            if life.pid == 0:
                break
            self._numbers.setdefault(life.child, []).append(self._seen)
            self._seen += 1

    def of(self, child):
        """The numbers of the child's lives."""
        return self._numbers.get(child, [])

    def life(self, number):
        return self._page.life(number)

    def latest(self, child):
        """None for a child that never lived."""
        numbers = self.of(child)
        return self.life(numbers[-1]) if numbers else None


def line(child, life, number):
    """The line that a child writes."""
    filler = b"x" * ((life * 7 + number * 13) % LONGEST_FILLER)
    return b"%d %d %d %b\n" % (child, life, number, filler)


class LogReader:
    """Checks the log of one child, piece by piece; keeps where it is."""

    def __init__(self, lives, child):
        self._lives = lives
        self._child = child
        self._life = None
        self._begun = 0  # how many of the child's lives have been looked at
        self._next = 0
        self._rest = b""

    def feed(self, text):
        """Raises ValueError at the first line that should not be there, or is missing."""
        lines = (self._rest + text).split(b"\n")
        self._rest = lines.pop()
        for got in lines:
            if self._life is None or got + b"\n" != line(self._child, self._life, self._next):
                self._begin_life(got)
            self._next += 1

    def _begin_life(self, got):
        """The line must be the first of a later life, and all that was written before be there."""
        try:
            number = int(got.split(b" ")[1])
        except (IndexError, ValueError):
            raise ValueError(f"{self._where()} is {got[:80]!r}") from None
        if got + b"\n" != line(self._child, number, 0) or number not in self._lives.of(self._child)[self._begun :]:
            raise ValueError(f"{self._where()} is {got[:80]!r}")
        self._end_life()
        self._skip_to(number)
        self._life, self._next = number, 0

    def _skip_to(self, number):
        """Lives between that left nothing must have written nothing."""
        for skipped in self._lives.of(self._child)[self._begun :]:
            self._begun += 1
            if skipped == number:
                return
            self._must_be_silent(skipped)

    def _must_be_silent(self, number):
        written = self._lives.life(number).written
        if written:
            raise ValueError(f"{self._where()} lacks life {number}, which wrote {written} lines")

    def _where(self):
        return f"log of child {self._child}: what follows line {self._next - 1} of life {self._life}"

    def _end_life(self):
        if self._life is None:
            return
        life = self._lives.life(self._life)
        if not life.written <= self._next <= life.intended:
            raise ValueError(f"{self._where()} is missing: {self._next} lines are there, "
                             f"{life.written} to {life.intended} were written")  # fmt: skip

    def finish(self):
        """After the last byte: whatever all lives have written must have been there."""
        if self._rest:
            raise ValueError(f"{self._where()} is a torn line: {self._rest[:80]!r}")
        self._end_life()
        for skipped in self._lives.of(self._child)[self._begun :]:
            self._must_be_silent(skipped)
