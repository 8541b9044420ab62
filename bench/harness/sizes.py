"""What fits: children into descriptors, processes and bearable time, and what they write onto the disk."""

import os

from harness import machine
from harness.refused import Refused

SERVICE_BYTES = 32768  # on the disk, for a child of runit or s6: three directories, a script, some small files
PAGE = 4096  # what a file takes on the disk is rounded up to it
MAIN_BYTES = 1 << 20  # configuration, main log, console
LEAST_DESCRIPTORS = 1024  # minfds of ringmasterd and of Supervisor, which do not start with fewer
UP_TO = {"Supervisor": 5000, "circus": 1000, "pm2": 1000}  # beyond, it takes a quarter of an hour


def allowed_descriptors(wanted):
    """The descriptor limit, raised as far as allowed and needed; Refused if no supervisor would start."""
    limit = machine.raise_descriptor_limit(max(wanted, LEAST_DESCRIPTORS))
    if limit < LEAST_DESCRIPTORS:
        raise Refused(f"{limit:,} descriptors are allowed, and ringmasterd and Supervisor start with no fewer than "
                      f"{LEAST_DESCRIPTORS:,} (minfds): raise the hard limit, ulimit -Hn")  # fmt: skip
    return limit


def largest(count, needed, limit):
    """The largest number up to count, somewhat round, for which needed(number) is within the limit."""
    while count > 1 and needed(count) > limit:
        count -= 50 if count > 50 else 1
    if needed(count) > limit:
        raise Refused(f"{limit:,} descriptors are too few: {needed(count):,} are needed")
    return count


def plan_counts(bench, wanted, needed, words):
    """Numbers of what takes needed(number) descriptors; says where the limit made them smaller."""
    limit = allowed_descriptors(needed(max(wanted)))
    counts = []
    for count in wanted:
        possible = largest(count, needed, limit)
        if possible != count:
            bench.note(f"{count:,} {words} do not fit into {limit:,} descriptors: {possible:,} were used.")
        counts.append(possible)
    return list(dict.fromkeys(counts))


def fit(children, streams, chosen, limit):
    """The fleet that every peer can hold within the descriptor limit: (children, streams)."""

    def needed(count, pipes):
        return max(peer.descriptors(count, pipes) for peer in chosen)

    for pipes in [streams] if streams else [2, 1]:
        if needed(children, pipes) <= limit:
            return children, pipes
    pipes = streams or 1
    return largest(children, lambda count: needed(count, pipes), limit), pipes


def plan_sizes(bench, chosen, wanted, streams=None):
    """{children: streams}; says where the descriptor limit made the fleets smaller."""
    most = max(peer.descriptors(max(wanted), streams or 2) for peer in chosen)
    limit = allowed_descriptors(most)
    sizes = {}
    for size in wanted:
        children, pipes = fit(size, streams, chosen, limit)
        sizes[children] = pipes
        if children != size:
            bench.note(f"{size:,} children do not fit into {limit:,} descriptors in every peer: "
                       f"{children:,} were used.")  # fmt: skip
        elif pipes == 1 and not streams:
            bench.note(f"{size:,} children with two logs each do not fit into {limit:,} "
                       "descriptors in every peer: they got one.")  # fmt: skip
    return sizes


def need_room(directory, children, log_bytes):
    """Raises Refused unless so many bytes of logs, and what a fleet takes besides, fit onto the disk."""
    needed = log_bytes + children * (PAGE + SERVICE_BYTES) + MAIN_BYTES
    there = os.statvfs(directory)
    free = there.f_bavail * there.f_frsize
    if needed > free:
        raise Refused(f"up to {needed / 1e6:,.0f} MB are written, and {directory} has {free / 1e6:,.0f} MB left: "
                      "--directory names another place")  # fmt: skip


def those_for(bench, chosen, children, at_once=False):
    """The peers that can hold so many children in bearable time, each alone or all at once."""
    able, room = [], machine.process_limit()
    for peer in chosen:
        needed = peer.processes(children)
        if children > UP_TO.get(peer.name, children):
            bench.note(f"{children:,} children: without {peer.name}, which takes too long.")
        elif needed > room:
            bench.note(f"{children:,} children: without {peer.name}, which takes "
                       f"{needed:,} processes; {room:,} are left.")  # fmt: skip
        else:
            able.append(peer)
            room -= needed if at_once else 0
    return able


def words_for(children, streams):
    """The heading of a fleet's tables."""
    kind = "stdout and stderr, a log each" if streams == 2 else "stdout with stderr, one log"
    return f"{children:,} children ({kind})"
