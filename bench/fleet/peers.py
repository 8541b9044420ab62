"""The supervisors that are compared, behind one interface.

A peer starts a fleet of children as one main process, says what it costs and whether it can list
the fleet. It never measures: that is scenario.py.
"""

import os
import shutil
import signal
import subprocess
from dataclasses import dataclass

from rpc import list_fleet


@dataclass
class Fleet:
    """What a peer is to supervise."""

    children: int
    streams: int  # 2: stdout and stderr with a log each; 1: both in one pipe and log
    directory: str  # for configuration and socket; a fresh one for each run
    logs: str
    one_group: bool  # all programs in one group; else each is its own, as if no group was written
    sleeper: str
    stamps: str
    log_options: str = ""  # further lines of each [program:x]

    def logged_bytes(self, child):
        """How much of the child's output is in its log, rotated files included."""
        return os.stat(self.stdout_log(child)).st_size

    def stdout_log(self, child):
        return os.path.join(self.logs, f"{child}.out")

    def stderr_log(self, child):
        return os.path.join(self.logs, f"{child}.err")

    def empty_logs(self):
        """Makes every log an empty file, so that making files is no part of starting a fleet."""
        os.makedirs(self.logs, exist_ok=True)
        for child in range(self.children):
            open(self.stdout_log(child), "wb").close()
            if self.streams == 2:
                open(self.stderr_log(child), "wb").close()


class Peer:
    """One supervisor. Subclasses fill in the rest."""

    name = ""
    product = ""  # what version() is about; peers that run the same program share it
    keeps_logs = True
    can_list = False
    slow = False  # takes minutes for thousands of children: run once there, not repeatedly

    def missing(self):
        """Why the peer cannot run here; empty if it can."""
        raise NotImplementedError

    def version(self):
        """Only asked for if product is set."""
        raise NotImplementedError

    def descriptors(self, children, streams):
        """How many descriptors the busiest process of the peer needs."""
        raise NotImplementedError

    def command(self, fleet):
        """Writes what the peer needs below fleet.directory; returns the words to execute."""
        raise NotImplementedError

    def start(self, fleet):
        """Starts the fleet; returns the main process (subprocess.Popen)."""
        words = self.command(fleet)
        with open(os.path.join(fleet.directory, "console"), "wb") as console:
            return subprocess.Popen(
                words,
                stdin=subprocess.DEVNULL,
                stdout=console,
                stderr=console,
                cwd=fleet.directory,
                start_new_session=True,
            )

    def pids(self, main):
        """The processes whose CPU time and memory count."""
        return [main.pid]

    def list(self, fleet, timeout):
        """A Listing of the fleet; only asked for if can_list."""
        raise NotImplementedError

    def stop(self, main):
        """Asks the peer to end all children and itself."""
        main.send_signal(signal.SIGTERM)


class Floor(Peer):
    """The bare work, by the fastest system calls (bench/floor.cpp)."""

    def __init__(self, program, with_streams, move="splice", name="floor"):
        self._program = program
        self._with_streams = with_streams
        self._move = move
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
        }
        return [self._program] + [str(word) for pair in given.items() for word in pair]


class SupervisorLike(Peer):
    """Whatever reads a supervisord.conf and answers Supervisor's XML-RPC."""

    can_list = True

    def __init__(self, name, program, descriptors_per_child, extra=""):
        self.name = name
        self._program = program
        self._descriptors_per_child = descriptors_per_child  # besides those of its streams
        self._extra = extra

    def missing(self):
        return "" if shutil.which(self._program) else f"{os.path.basename(self._program)} not found"

    def descriptors(self, children, streams):
        # A pipe and a log for each stream.
        return children * (self._descriptors_per_child + 2 * streams) + 200

    def command(self, fleet):
        path = os.path.join(fleet.directory, "supervisord.conf")
        with open(path, "w", encoding="ascii") as file:
            file.write(self._head(fleet))
            for child in range(fleet.children):
                file.write(self._section(fleet, child))
            if fleet.one_group:
                names = ",".join(f"c{child}" for child in range(fleet.children))
                file.write(f"\n[group:fleet]\nprograms={names}\n")
        return [self._program, "-n", "-c", path]

    def _socket(self, fleet):
        return os.path.join(fleet.directory, "s.sock")

    def _head(self, fleet):
        # minfds stays at its default: Supervisor closes that many descriptors, one call each, in
        # every child. The limit was raised for all peers alike before they were started.
        return f"""[supervisord]
logfile={fleet.directory}/main.log
pidfile={fleet.directory}/main.pid
childlogdir={fleet.directory}
{self._extra}
[unix_http_server]
file={self._socket(fleet)}

[rpcinterface:supervisor]
supervisor.rpcinterface_factory=supervisor.rpcinterface:make_main_rpcinterface
"""

    def _section(self, fleet, child):
        if fleet.streams == 2:
            error_log = f"stderr_logfile={fleet.stderr_log(child)}"
        else:
            error_log = "redirect_stderr=true"
        return f"""
[program:c{child}]
command={fleet.sleeper} {fleet.stamps} {child}
startsecs=0
autorestart=true
stdout_logfile={fleet.stdout_log(child)}
{error_log}
{fleet.log_options}"""

    def list(self, fleet, timeout):
        return list_fleet(self._socket(fleet), timeout)


class Supervisor(SupervisorLike):
    """Debian's supervisord."""

    product = "Supervisor"
    slow = True

    def __init__(self):
        super().__init__("Supervisor", "/usr/bin/supervisord", 1)  # the pipe to stdin

    def version(self):
        words = [self._program, "--version"]
        return subprocess.run(words, capture_output=True, text=True, check=False).stdout.strip()


class Ringmaster(SupervisorLike):
    """Our own, with one of its engines."""

    product = "ringmasterd"

    def __init__(self, program, engine, words):
        # The pipe to stdin and the pidfd.
        super().__init__(f"ringmasterd, {words}", program, 2, f"io_engine={engine}\n")

    def version(self):
        """The revision of the tree; --version names the release of Supervisor it stands in for."""
        words = ["git", "describe", "--always", "--dirty", "--tags"]
        here = os.path.dirname(os.path.abspath(__file__))
        try:
            asked = subprocess.run(words, cwd=here, capture_output=True, text=True, check=False)
            told = asked.stdout.strip()
        except OSError:
            told = ""
        return told or "of unknown revision"


def all_peers(bin_directory):
    """In the order in which they are run and reported."""
    floor = os.path.join(bin_directory, "bench_floor")
    ringmaster = os.path.join(bin_directory, "ringmasterd")
    return [
        Floor(floor, with_streams=False, name="floor, no pipes"),
        Floor(floor, with_streams=True),
        Ringmaster(ringmaster, "uring", "io_uring"),
        Ringmaster(ringmaster, "epoll", "epoll"),
        Supervisor(),
    ]
