"""The API over its unix socket: cheap and large calls, quiet and under a flood, one and 32 clients.

The floor (probe.cpp) answers with the very bytes that ringmasterd answered with. All peers run at the
same time and are asked in turn, in rounds, so that whatever else the machine does hits all of them.
What one answer costs inside of the daemon is measured by ./dev bench micro.
"""

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time

from harness import machine, peers
from harness.fleet_run import Broken, must_run
from harness.options import at_least, seconds
from harness.program import in_turns
from harness.results import Measure
from harness.rpc import call
from harness.sizes import plan_counts
from harness.stamps import wait_until

MEASURES = [
    Measure("call_us", "time of a call", "µs", 1, percentiles=(50, 90, 99), chart=True),
    Measure("calls_per_s", "calls of all clients", "per s", 0, more_is_better=True),
    Measure("idle_cpu_ms_per_s", "CPU", "ms per s", 2),
]
BODY = "<?xml version='1.0'?><methodCall><methodName>supervisor.{}</methodName><params>{}</params></methodCall>"
PARAM = "<param><value><string>{}</string></value></param>"
HEAD = "POST /RPC2 HTTP/1.1\r\nHost: localhost\r\nContent-Type: text/xml\r\nContent-Length: {}\r\n\r\n"
CALLS = {
    "getState": BODY.format("getState", ""),
    "getProcessInfo": BODY.format("getProcessInfo", PARAM.format("sleeper:sleeper-00001")),
    "getAllProcessInfo": BODY.format("getAllProcessInfo", ""),
}
PATIENCE = 300
OURS, THEIRS = "ringmasterd", "Supervisor"


def add_options(add):
    add("--processes", type=at_least(1), default=5000, help="size of the large fleet (default %(default)s)")
    add("--calls", type=at_least(1), default=1000, help="cheap calls in one turn (default %(default)s)")
    add("--idle", type=seconds, default=5.0, help="seconds of idling (default %(default)s)")
    add("--writers", type=at_least(1), default=100, help="of the flood (default %(default)s)")
    add("--clients", type=at_least(1), default=32, help="at the same time (default %(default)s)")
    add("--connections", type=at_least(1), default=1000, help="idle ones (default %(default)s)")


def quick(given):
    given.processes, given.calls, given.idle = min(given.processes, 200), 100, 1.0
    given.writers, given.connections = 10, 100


class Server:
    """A process that answers on a unix socket, in a directory of its own."""

    def __init__(self, name, directory, command):
        self.name = name
        self.directory = directory
        self.socket = os.path.join(directory, "s.sock")
        self.process = machine.start_quietly(command, directory)

    def wait_ready(self):
        wait_until(self._answers, PATIENCE, f"{self.name} answers", 0.05)
        return self

    def _answers(self):
        must_run(self.process, self.directory, self.name)
        with contextlib.suppress(OSError), socket.socket(socket.AF_UNIX) as one:
            one.connect(self.socket)
            return True
        return False

    def raw_answer(self, body):
        """What the floor is to answer."""
        answer = call(self.socket, body.encode(), PATIENCE)
        head = ("HTTP/1.1 200 OK\r\nServer: floor\r\nContent-Type: text/xml\r\n"
                f"Content-Length: {len(answer)}\r\n\r\n")  # fmt: skip
        return head.encode() + answer

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(PATIENCE)


def programs(processes, writers):
    text = (
        "[program:sleeper]\ncommand=/bin/sleep 100000\nautostart=false\n"
        f"process_name=%(program_name)s-%(process_num)05d\nnumprocs={processes}\n"
    )
    if writers:
        text += (
            "[program:writer]\ncommand=/usr/bin/yes 2026-11-22 11:37:00,123 INFO a line of a log as it is usual\n"
            f"process_name=%(program_name)s-%(process_num)03d\nnumprocs={writers}\nstartsecs=0\n"
            "stdout_logfile_maxbytes=1MB\nstdout_logfile_backups=1\n"
        )
    return text


def daemon_config(directory, processes, writers):
    return (
        f"[supervisord]\nlogfile={directory}/log\npidfile={directory}/pid\nchildlogdir={directory}\n"
        f"[unix_http_server]\nfile={directory}/s.sock\n[rpcinterface:supervisor]\n"
        "supervisor.rpcinterface_factory=supervisor.rpcinterface:make_main_rpcinterface\n"
        + programs(processes, writers)
    )


class Stage:
    """The servers of one comparison; ended and removed when the context is left."""

    def __init__(self, bench):
        self._bench = bench
        self._probe = bench.program("bench_rpc_probe")
        self._directory = tempfile.mkdtemp(dir=bench.work)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        machine.end_all_children()
        shutil.rmtree(self._directory)

    def _start(self, name, make_command, file, content):
        directory = tempfile.mkdtemp(dir=self._directory)
        with open(os.path.join(directory, file), "wb") as output:
            output.write(content(directory))
        return Server(name, directory, make_command(directory)).wait_ready()

    def daemon(self, name, processes, writers=0):
        program = self._bench.program("ringmasterd") if name == OURS else "/usr/bin/supervisord"
        return self._start(
            name,
            lambda directory: [program, "-n", "-c", f"{directory}/config"],
            "config",
            lambda directory: daemon_config(directory, processes, writers).encode(),
        )

    def floor(self, reply):
        return self._start(
            "floor",
            lambda directory: [self._probe, "serve", f"{directory}/s.sock", f"{directory}/reply"],
            "reply",
            lambda _: reply,
        )

    def ask(self, server, body, count, clients=1):
        """The numbers of `count` calls, spread over the clients, each on one connection."""
        request = os.path.join(server.directory, "request")
        with open(request, "w", encoding="ascii") as file:
            file.write(HEAD.format(len(body)) + body)
        words = [self._probe, "ask", server.socket, request, str(max(1, count // clients)), str(clients)]
        began = time.monotonic()
        done = subprocess.run(words, capture_output=True, text=True, check=False, timeout=PATIENCE)
        if done.returncode != 0:
            raise Broken(f"{server.name}: {done.stderr.strip()}")
        times = [int(line) / 1e3 for line in done.stdout.split()]
        numbers = {"call_us": times}
        if clients > 1:
            numbers["calls_per_s"] = len(times) / (time.monotonic() - began)
        return numbers

    def compare(self, case, body, servers, calls, clients=1):
        """Asks the servers in turn; `calls` says how often one is asked in a turn."""
        for turn, server in in_turns(servers, self._bench.given.repeat):
            if turn > 0 and server.name == THEIRS and calls(THEIRS) == 1:
                continue  # one such answer takes half a minute
            self._bench.add(case, server.name, self.ask(server, body, calls(server.name), clients))


def quiet(bench, processes):
    """Every call, with one client and with many, of a daemon that has nothing else to do."""
    given = bench.given
    with Stage(bench) as stage:
        daemons = [stage.daemon(OURS, processes), stage.daemon(THEIRS, processes)]
        for name, body in CALLS.items():
            large = name == "getAllProcessInfo" and processes > 100
            servers = [stage.floor(daemons[0].raw_answer(body)), *daemons]

            def calls(peer, large=large):
                if peer == THEIRS:
                    return 1 if large else max(1, given.calls // 20)
                return max(1, given.calls // 10) if large else given.calls

            case = f"{name}, {processes:,} processes"
            stage.compare(case, body, servers, calls)
            if name == "getState" and processes == given.processes:
                stage.compare(f"{case}, {given.clients} clients", body, servers,
                              lambda peer: max(given.clients, calls(peer)), given.clients)  # fmt: skip
            servers[0].stop()


def flood(bench):
    """Each daemon under its own flood, with a floor beside it that has to live with it as well."""
    given = bench.given
    for name in (OURS, THEIRS):
        # The slowest in a hundred are decided by the scheduler: fewer than 10,000 calls say nothing about them.
        calls = 2 * given.calls if name == OURS else max(1, given.calls // 10)
        with Stage(bench) as stage:
            daemon = stage.daemon(name, 10, given.writers)
            for method in ("getState", "getProcessInfo"):
                floor = stage.floor(daemon.raw_answer(CALLS[method]))
                stage.compare(f"{method} during {name}'s flood of {given.writers} writers", CALLS[method],
                              [floor, daemon], lambda _, calls=calls: calls)  # fmt: skip
                floor.stop()


def idle(bench):
    given = bench.given
    for name in (OURS, THEIRS):
        with Stage(bench) as stage, contextlib.ExitStack() as open_connections:
            daemon = stage.daemon(name, 10)
            for _ in range(given.connections):
                one = open_connections.enter_context(socket.socket(socket.AF_UNIX))
                one.connect(daemon.socket)
            stage.ask(daemon, CALLS["getState"], 1)  # it has seen them all
            before = machine.cpu_seconds(daemon.process.pid)
            time.sleep(given.idle)
            used = machine.cpu_seconds(daemon.process.pid) - before
            bench.add(f"{given.connections:,} idle connections", name,
                      {"idle_cpu_ms_per_s": used * 1e3 / given.idle})  # fmt: skip


def plan(bench):
    """As many writers and connections as the descriptors allow."""
    given, daemons = bench.given, peers.references(bench)
    bench.tell_versions(daemons)

    def for_writers(count):
        return max(peer.descriptors(count, 2) for peer in daemons)

    [given.writers] = plan_counts(bench, [given.writers], for_writers, "writers")
    # ringmasterd answers no more clients than hold a quarter of its descriptors; one more asks.
    [given.connections] = plan_counts(bench, [given.connections], lambda count: 4 * (count + 1), "connections")


def measure(bench):
    plan(bench)
    for processes in (10, bench.given.processes):
        quiet(bench, processes)
    flood(bench)
    idle(bench)
