"""The daemon of a soak run, as its users see it: API, client, processes."""

import contextlib
import os
import signal
import subprocess
import time
import xmlrpc.client

from harness import machine
from harness.rpc import call

PATIENCE = 120
SHUTDOWN_STATE = 6  # the fault of every call while it shuts down, getState included
UNASKED = "though nobody here asked for it"
SHUTTING_DOWN = f"the daemon is shutting down {UNASKED}"
MOMENT = 2  # seconds for an answer to whether it ends, and from its closed sockets to its end


class Wrong(Exception):
    """The daemon did something that it must not."""


class Daemon:
    def __init__(self, programs, fleet):
        self._fleet = fleet
        self._client = [os.path.join(programs, "ringmasterctl"), "-c", fleet.config]
        words = [os.path.join(programs, "ringmasterd"), "-n", "-c", fleet.config]
        self._asked_to_end = False
        self.process = machine.start_quietly(words, fleet.directory)

    def must_run(self):
        if self.process.poll() is not None:
            raise Wrong(self._ended())

    def _ended(self):
        return f"the daemon ended with {self.process.returncode} {UNASKED}"

    def why(self):
        """Words if the daemon ends, or has, and not by stop(): what else is wrong comes from that."""
        if self._asked_to_end:
            return ""
        try:
            body = xmlrpc.client.dumps((), "supervisor.getState").encode()
            xmlrpc.client.loads(call(self._fleet.socket, body, MOMENT))
        except xmlrpc.client.Fault as fault:
            if fault.faultCode == SHUTDOWN_STATE:
                return SHUTTING_DOWN
        except TimeoutError:
            pass
        except OSError:  # it closes its sockets before it ends
            with contextlib.suppress(subprocess.TimeoutExpired):
                self.process.wait(MOMENT)
        return "" if self.process.poll() is None else self._ended()

    def ask(self, method, *parameters):
        """The answer; raises xmlrpc.client.Fault, or Wrong if there is none."""
        body = xmlrpc.client.dumps(parameters, method).encode()
        try:
            answer = call(self._fleet.socket, body, PATIENCE)
        except TimeoutError:
            self.must_run()
            raise Wrong(f"{method}: the daemon runs, but does not answer within {PATIENCE} s") from None
        except OSError as problem:
            self.must_run()
            raise Wrong(f"{method}: {problem}") from problem
        return xmlrpc.client.loads(answer)[0][0]

    def fault_of(self, method, *parameters):
        """The fault's code, 0 for an answer."""
        try:
            self.ask(method, *parameters)
        except xmlrpc.client.Fault as fault:
            return fault.faultCode
        return 0

    def run_client(self, *words):
        """What the client says; raises Wrong if it fails."""
        try:
            done = subprocess.run([*self._client, *words], capture_output=True, text=True, check=False,
                                  timeout=PATIENCE)  # fmt: skip
        except subprocess.TimeoutExpired:
            raise Wrong(f"{' '.join(words)}: no end after {PATIENCE} s") from None
        if done.returncode != 0:
            raise Wrong(f"{' '.join(words)}: exit code {done.returncode}: {done.stdout}{done.stderr}")
        return done.stdout

    def stop(self):
        """Ends the daemon as an administrator does; raises Wrong if anything is left or odd."""
        self._asked_to_end = True
        self.process.send_signal(signal.SIGTERM)
        try:
            code = self.process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            raise Wrong(f"SIGTERM: the daemon runs on after {PATIENCE} s") from None
        if code != 0:
            raise Wrong(f"SIGTERM: the daemon's exit code is {code}")

    def wait_ready(self):
        deadline = time.monotonic() + PATIENCE
        while not os.path.exists(self._fleet.socket):
            self.must_run()
            if time.monotonic() > deadline:
                raise Wrong("the daemon does not listen")
            time.sleep(0.01)


def running(program, page):
    """{child: its processes}, of all processes of the machine; zombies have no command line."""
    start = f"{program}\0{page}\0".encode()
    found = {}
    for entry in os.listdir("/proc"):
        if not entry.isdigit():
            continue
        try:
            with open(f"/proc/{entry}/cmdline", "rb") as file:
                words = file.read()
        except OSError:
            continue
        if words.startswith(start):
            found.setdefault(int(words[len(start) :].rstrip(b"\0")), []).append(int(entry))
    return found
