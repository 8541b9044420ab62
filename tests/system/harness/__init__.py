"""A supervisor daemon in a directory of its own, for the system tests.

`Daemon` starts either Ringmaster's daemon or Debian's `supervisord` on a given configuration, waits
until it answers, hands out the ways to look at it (XML-RPC, the control clients, its log) and, when
it is closed, stops it and insists that it left no process behind. Nothing here sleeps for a fixed
time to let something happen: every wait polls a condition and has a deadline.
"""

from harness.connections import UnixConnection, accepts, free_port, rpc_proxy
from harness.daemon import ROOT, SUPPORT, Daemon, Setup
from harness.processes import adopt_orphans, alive, children_of, end, environment_of, ignores, process_stat
from harness.view import Result
from harness.waiting import DEADLINE, eventually

__all__ = [
    "DEADLINE", "ROOT", "SUPPORT", "Daemon", "Result", "Setup", "UnixConnection", "accepts", "adopt_orphans", "alive",
    "children_of", "end", "environment_of", "eventually", "free_port", "ignores", "process_stat", "rpc_proxy",
]  # fmt: skip
