"""The supervisors that are compared."""

from harness.peers.circus import Circus
from harness.peers.dinit import Dinit
from harness.peers.floor import Floor
from harness.peers.pm2 import Pm2
from harness.peers.supervisors import Ringmaster, Supervisor
from harness.peers.systemd import Systemd
from harness.peers.trees import S6, Runit


def floor(bench, **options):
    return Floor(bench.program("bench_floor"), **options)


def ringmasters(bench, extra=""):
    """Our own, with each engine; extra lines for [supervisord]."""
    engines = [("uring", "io_uring"), ("epoll", "epoll")]
    return [Ringmaster(bench.program("ringmasterd"), engine, words, extra) for engine, words in engines]


def references(bench):
    """Our own with its default engine, and the one it stands in for."""
    return [Ringmaster(bench.program("ringmasterd"), "auto", "default engine"), Supervisor()]


def everyone(bench):
    """All peers for whole fleets, in the order in which they are run and reported."""
    return [
        floor(bench, with_streams=False, name="floor, no pipes"),
        floor(bench, with_streams=True),
        *ringmasters(bench),
        Supervisor(),
        Runit(),
        S6(),
        Systemd(),
        Dinit(),
        Circus(),
        Pm2(),
    ]
