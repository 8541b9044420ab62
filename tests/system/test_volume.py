"""A gigabyte from many writers at once: the logs hold every byte, in order, rotated or not."""

import hashlib
import os

import pytest

from harness import eventually

pytestmark = pytest.mark.engine

WRITER = os.path.join(os.path.dirname(os.path.abspath(__file__)), "volume_writer.py")
WRITERS = 20
SIZE = 53_000_000  # of each
ROTATED = 10_000_000  # every other log


def section(number):
    maxbytes = ROTATED if number % 2 else 0
    return (
        f"[program:w{number}]\ncommand=/usr/bin/python3 {WRITER} {number} {SIZE} %(here)s/digest{number}\n"
        f"startsecs=0\nautorestart=false\nstdout_logfile=%(here)s/w{number}.out\n"
        f"stdout_logfile_maxbytes={maxbytes}\nstdout_logfile_backups=20\n"
    )


def written(directory, number):
    """The log's files, the oldest first."""
    newest = directory / f"w{number}.out"
    backups = [directory / f"w{number}.out.{nth}" for nth in range(20, 0, -1)]
    return [path for path in [*backups, newest] if path.exists()]


def test_a_gigabyte_is_logged_to_the_last_byte(start):
    daemon = start("".join(section(number) for number in range(WRITERS)))
    digests = [daemon.dir / f"digest{number}" for number in range(WRITERS)]
    eventually(lambda: all(path.exists() for path in digests), "the digests", timeout=300)
    daemon.wait_all("EXITED")
    for number in range(WRITERS):
        files, digest = written(daemon.dir, number), hashlib.sha256()
        for path in files:
            digest.update(path.read_bytes())
        assert sum(path.stat().st_size for path in files) == SIZE
        assert digest.hexdigest() == digests[number].read_text()
        assert len(files) == (SIZE // ROTATED + 1 if number % 2 else 1)
        for path in files:
            path.unlink()
