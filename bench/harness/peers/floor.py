"""The floor: the bare work, by the fastest system calls (bench/floor.cpp)."""

import os

from harness.peers.peer import Peer


class Floor(Peer):
    """Bare children, or children with a pipe and a log for each stream."""

    rotates = True

    def __init__(self, program, with_streams, move="splice", one_by_one=False, name="floor"):
        self._program = program
        self._with_streams = with_streams
        self._move = move
        self._one_by_one = one_by_one  # ends each child when the one before is gone
        self.keeps_logs = with_streams
        self.name = name

    def missing(self):
        return "" if os.access(self._program, os.X_OK) else "bench_floor is not built"

    def _streams(self, wanted):
        return wanted if self._with_streams else 0

    def descriptors(self, children, streams):
        return children * (1 + 2 * self._streams(streams)) + 200

    def command(self, fleet):
        given = {
            "--children": fleet.children,
            "--streams": self._streams(fleet.streams),
            "--program": fleet.sleeper,
            "--stamps": fleet.stamps,
            "--logs": fleet.logs,
            "--move": self._move,
            "--stop": "one-by-one" if self._one_by_one else "together",
        }
        if fleet.rotation is not None and fleet.rotation.at > 0:
            given["--rotate-at"] = fleet.rotation.at
            given["--backups"] = fleet.rotation.backups
        return [self._program] + [str(word) for pair in given.items() for word in pair]
