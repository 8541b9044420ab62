#!/usr/bin/python3
"""API benchmark: what an answer over the unix socket costs, beside Supervisor's and a bare floor.

Usually called by `./dev bench rpc`. The floor (probe.cpp) answers with the very bytes that ringmasterd
answered with. All peers run at the same time and are asked in turn, in rounds, so that whatever else the
machine does hits all of them. Prints a Markdown table and writes all numbers as JSON. What one answer
costs inside of the daemon is measured by build/release/bin/rpc_bench.
"""

import argparse
import contextlib
import http.client
import json
import os
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
BODY = "<?xml version='1.0'?><methodCall><methodName>supervisor.{}</methodName><params/></methodCall>"
HEAD = "POST /RPC2 HTTP/1.1\r\nHost: localhost\r\nContent-Type: text/xml\r\nContent-Length: {}\r\n\r\n"
WRITERS = 100
IDLE_CONNECTIONS = 1000


def parse_arguments():
    build = os.environ.get("RINGMASTER_BUILD", os.path.join(ROOT, "build", "release"))
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    add = parser.add_argument
    add("--processes", type=int, default=5000, help="size of the large fleet (default %(default)s)")
    add("--rounds", type=int, default=7, help="how often each peer has its turn (default %(default)s)")
    add("--calls", type=int, default=1000, help="cheap calls in one turn (default %(default)s)")
    add("--idle", type=float, default=5.0, help="seconds of idling (default %(default)s)")
    add("--quick", action="store_true", help="200 processes, one round: does everything work?")
    add("--build", default=build, help="build directory (default: $RINGMASTER_BUILD or build/release)")
    add("--json", help="file for all numbers (default: bench-rpc.json in the build directory)")
    given = parser.parse_args()
    if given.quick:
        given.processes, given.rounds, given.calls, given.idle = 200, 1, 100, 1.0
    return given


def request_for(method):
    body = BODY.format(method)
    return HEAD.format(len(body)) + body


# -- peers ----------------------------------------------------------------------------------------


class Server:
    """A process that answers on a unix socket."""

    def __init__(self, name, directory, command, probe):
        self.name = name
        self.directory = directory
        self.socket = os.path.join(directory, "s.sock")
        self.probe = probe
        with open(os.path.join(directory, "output"), "wb") as output:
            self.process = subprocess.Popen(command, stdout=output, stderr=output, stdin=subprocess.DEVNULL)

    def wait_ready(self):
        end = time.monotonic() + 300
        while True:
            with contextlib.suppress(OSError), socket.socket(socket.AF_UNIX) as one:
                one.connect(self.socket)
                return self
            if self.process.poll() is not None or time.monotonic() > end:
                with open(os.path.join(self.directory, "output"), encoding="utf-8") as output:
                    raise RuntimeError(f"{self.name} does not answer: {output.read()}")
            time.sleep(0.05)

    def ask(self, method, count):
        """The seconds that each of the calls took."""
        request = os.path.join(self.directory, "request")
        with open(request, "w", encoding="ascii") as file:
            file.write(request_for(method))
        done = subprocess.run([self.probe, "ask", self.socket, request, str(count)], capture_output=True, check=True)
        return [int(line) / 1e9 for line in done.stdout.split()]

    def raw_answer(self, method):
        with socket.socket(socket.AF_UNIX) as one:
            one.connect(self.socket)
            one.sendall(request_for(method).encode())
            answer = http.client.HTTPResponse(one)
            answer.begin()
            body = answer.read()
        head = f"HTTP/1.1 200 OK\r\nServer: floor\r\nContent-Type: text/xml\r\nContent-Length: {len(body)}\r\n\r\n"
        return head.encode() + body

    def cpu_seconds(self):
        return time.clock_gettime_ns((~self.process.pid << 3) | 2) / 1e9

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(300)


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


class Bench:
    def __init__(self, given):
        self.given = given
        self.probe = os.path.join(given.build, "bin", "bench_rpc_probe")
        self.directory = tempfile.mkdtemp(prefix="bench-rpc-")
        self.running = []
        self.rows = []

    def start(self, name, make_command, files):
        """Starts a server in a directory of its own, which make_command is given."""
        directory = tempfile.mkdtemp(dir=self.directory)
        for file, content in files(directory).items():
            with open(os.path.join(directory, file), "wb") as output:
                output.write(content)
        self.running.append(Server(name, directory, make_command(directory), self.probe))
        return self.running[-1].wait_ready()

    def start_daemon(self, name, program, processes, writers=0):
        return self.start(
            name,
            lambda directory: [program, "-n", "-c", f"{directory}/config"],
            lambda directory: {"config": daemon_config(directory, processes, writers).encode()},
        )

    def start_floor(self, reply):
        return self.start(
            "floor",
            lambda directory: [self.probe, "serve", f"{directory}/s.sock", f"{directory}/reply"],
            lambda directory: {"reply": reply},
        )

    def start_ours(self, processes, writers=0):
        return self.start_daemon("ringmasterd", os.path.join(self.given.build, "bin", "ringmasterd"), processes, writers)

    def start_supervisor(self, processes, writers=0):
        return self.start_daemon("supervisord", "/usr/bin/supervisord", processes, writers)

    def stop_all(self):
        for server in self.running:
            server.stop()
        self.running.clear()

    def close(self):
        self.stop_all()
        shutil.rmtree(self.directory, ignore_errors=True)

    # -- workloads

    def compare(self, workload, method, peers, calls):
        """Asks the peers in turn; `calls` says how often a peer is asked in one turn."""
        times = {peer.name: [] for peer in peers}
        for _ in range(self.given.rounds):
            for peer in peers:
                times[peer.name].append(peer.ask(method, calls(peer.name)))
        for name, rounds in times.items():
            every = sorted(time for one in rounds for time in one)
            self.rows.append({
                "workload": workload,
                "peer": name,
                "median": statistics.median(statistics.median(one) for one in rounds),
                "p99": every[min(len(every) - 1, len(every) * 99 // 100)],
            })  # fmt: skip

    def states(self, processes):
        ours, theirs = self.start_ours(processes), self.start_supervisor(processes)
        floor = self.start_floor(ours.raw_answer("getState"))
        slow = max(1, self.given.calls // 10)
        self.compare(f"getState, {processes} processes", "getState", [floor, ours, theirs],
                     lambda name: slow if name == "supervisord" else self.given.calls)  # fmt: skip
        self.stop_all()

    def listing(self, processes):
        ours, theirs = self.start_ours(processes), self.start_supervisor(processes)
        floor = self.start_floor(ours.raw_answer("getAllProcessInfo"))
        self.compare(f"getAllProcessInfo, {processes} processes", "getAllProcessInfo", [floor, ours, theirs],
                     lambda name: 1 if name == "supervisord" else max(1, self.given.calls // 50))  # fmt: skip
        self.stop_all()

    def flood(self):
        """Each daemon under its own flood, with a floor beside it that has to live with it as well."""
        for start in (self.start_ours, self.start_supervisor):
            daemon = start(10, WRITERS)
            floor = self.start_floor(daemon.raw_answer("getState"))
            self.compare(f"getState, {daemon.name}'s flood of {WRITERS} writers", "getState", [floor, daemon],
                         lambda name: max(1, self.given.calls // 10))  # fmt: skip
            self.stop_all()

    def idle(self):
        for start in (self.start_ours, self.start_supervisor):
            daemon = start(10)
            with contextlib.ExitStack() as open_connections:
                for _ in range(IDLE_CONNECTIONS):
                    one = open_connections.enter_context(socket.socket(socket.AF_UNIX))
                    one.connect(daemon.socket)
                daemon.ask("getState", 1)  # it has seen them all
                before = daemon.cpu_seconds()
                time.sleep(self.given.idle)
                used = daemon.cpu_seconds() - before
            self.rows.append({"workload": f"{IDLE_CONNECTIONS} idle connections", "peer": daemon.name,
                              "cpu": used / self.given.idle})  # fmt: skip
            self.stop_all()


# -- report ---------------------------------------------------------------------------------------


def spelt(seconds):
    return f"{seconds * 1e6:.1f} µs" if seconds < 1e-3 else f"{seconds * 1e3:.2f} ms"


def report(rows):
    print("| workload | peer | median | × floor | p99 | × floor |")
    print("|---|---|--:|--:|--:|--:|")
    floors = {row["workload"]: row for row in rows if row["peer"] == "floor"}
    for row in rows:
        if "cpu" in row:
            print(f"| {row['workload']} | {row['peer']} | {row['cpu']:.2%} of a core | | | |")
            continue
        floor = floors[row["workload"]]
        times, factors = ([f(key) for key in ("median", "p99")] for f in (
            lambda key: spelt(row[key]), lambda key: f"{row[key] / floor[key]:.1f}"))  # fmt: skip
        print(f"| {row['workload']} | {row['peer']} | {times[0]} | {factors[0]} | {times[1]} | {factors[1]} |")


def main():
    given = parse_arguments()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))  # by way of close()
    bench = Bench(given)
    try:
        bench.states(10)
        bench.states(given.processes)
        bench.listing(given.processes)
        bench.flood()
        bench.idle()
    finally:
        bench.close()
    report(bench.rows)
    path = given.json or os.path.join(given.build, "bench-rpc.json")
    with open(path, "w", encoding="utf-8") as file:
        json.dump(bench.rows, file, indent=1)
    return 0


if __name__ == "__main__":
    sys.exit(main())
