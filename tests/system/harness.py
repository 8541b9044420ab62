"""A supervisor daemon in a directory of its own, for the system tests.

`Daemon` starts either Ringmaster's daemon or Debian's `supervisord` on a given configuration, waits
until it answers, hands out the ways to look at it (XML-RPC, the control clients, its log) and, when
it is closed, stops it and insists that it left no process behind. Nothing here sleeps for a fixed
time to let something happen: every wait polls a condition and has a deadline.
"""

import ctypes
import http.client
import itertools
import os
import pathlib
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import uuid
import xmlrpc.client
from typing import NamedTuple

ROOT = pathlib.Path(__file__).resolve().parents[2]
SUPPORT = ROOT / "tests" / "support"
DEADLINE = 30.0  # seconds; how long a condition may take on a slow, busy machine
PR_SET_CHILD_SUBREAPER = 36

STOPPED, STARTING, RUNNING, BACKOFF = 0, 10, 20, 30
STOPPING, EXITED, FATAL, UNKNOWN = 40, 100, 200, 1000


class Line(NamedTuple):
    """One line of the main log."""

    level: str
    text: str


class Result(NamedTuple):
    """What a finished program left."""

    stdout: str
    stderr: str
    code: int


def eventually(condition, what="a condition", timeout=DEADLINE):
    """Polls `condition` until it returns something true, and returns that."""
    end = time.monotonic() + timeout
    pause = 0.002
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > end:
            shown = what() if callable(what) else what
            raise AssertionError(f"after {timeout:g} s still waiting for {shown}")
        time.sleep(pause)
        pause = min(pause * 1.5, 0.05)


# Below the ports that the kernel gives to clients, and apart for test runs at the same time.
_ports = itertools.count(10_000 + os.getpid() % 200 * 100)


def free_port():
    """A TCP port on the loopback interface that nobody listens on; never the same one twice."""
    for port in _ports:
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port


def accepts(path):
    """Whether somebody listens on the unix socket at `path`."""
    with socket.socket(socket.AF_UNIX) as probe:
        try:
            probe.connect(str(path))
        except OSError:
            return False
    return True


# -- processes ------------------------------------------------------------------------------------


def adopt_orphans():
    """Makes orphans children of the test process, so that none can hide behind init."""
    ctypes.CDLL(None, use_errno=True).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


class ProcessStat(NamedTuple):
    pid: int
    state: str
    ppid: int
    pgrp: int
    session: int


def process_stat(pid):
    """/proc/<pid>/stat, or None when there is no such process."""
    try:
        text = pathlib.Path(f"/proc/{pid}/stat").read_text(errors="replace")
    except OSError:
        return None
    fields = text[text.rindex(")") + 2 :].split()
    return ProcessStat(int(pid), fields[0], int(fields[1]), int(fields[2]), int(fields[3]))


def all_processes():
    return [found for entry in os.listdir("/proc") if entry.isdigit() and (found := process_stat(entry))]


def children_of(pid):
    return [process for process in all_processes() if process.ppid == pid]


def alive(pid):
    """Whether the process exists and is not just a zombie."""
    found = process_stat(pid)
    return found is not None and found.state not in "ZX"


def environment_of(pid):
    try:
        raw = pathlib.Path(f"/proc/{pid}/environ").read_bytes()
    except OSError:
        return {}
    pairs = (entry.partition(b"=") for entry in raw.split(b"\0") if b"=" in entry)
    return {key.decode(errors="replace"): value.decode(errors="replace") for key, _, value in pairs}


# -- XML-RPC over a unix socket -------------------------------------------------------------------


class UnixConnection(http.client.HTTPConnection):
    def __init__(self, path, timeout=DEADLINE):
        super().__init__("localhost", timeout=timeout)
        self.path = str(path)

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(self.timeout)
        self.sock.connect(self.path)


class UnixTransport(xmlrpc.client.Transport):
    def __init__(self, path):
        super().__init__()
        self.path = str(path)

    def make_connection(self, host):
        if not self._connection or host != self._connection[0]:
            self._connection = host, UnixConnection(self.path)
        return self._connection[1]


def rpc_proxy(path):
    """A new XML-RPC client, for example for a thread of its own."""
    return xmlrpc.client.ServerProxy("http://localhost", transport=UnixTransport(path))


# -- the daemon -----------------------------------------------------------------------------------


class Setup(NamedTuple):
    """Which programs the tests are about; made from the command line of pytest."""

    daemon: str = "ringmasterd"  # or "supervisord"
    build: pathlib.Path = ROOT / "build" / "release"
    engine: str = "auto"
    no_uring: bool = False

    def program(self, name):
        return str(self.build / "bin" / name)

    def daemon_command(self, kind=None):
        if (kind or self.daemon) == "supervisord":
            return ["/usr/bin/supervisord"]
        wrapper = [sys.executable, str(SUPPORT / "no_uring.py")] if self.no_uring else []
        return [*wrapper, self.program("ringmasterd")]


def standard_sections(directory, options, http_port=None):
    """The sections that nearly every configuration has; `options` are for [supervisord]."""
    merged = {
        "logfile": f"{directory}/supervisord.log",
        "pidfile": f"{directory}/supervisord.pid",
        "childlogdir": str(directory),
        **options,
    }
    lines = ["[supervisord]", *(f"{key}={value}" for key, value in merged.items() if value is not None)]
    lines += ["[unix_http_server]", f"file={directory}/s.sock"]
    if http_port is not None:
        lines += ["[inet_http_server]", f"port=127.0.0.1:{http_port}"]
    lines += [
        "[rpcinterface:supervisor]",
        "supervisor.rpcinterface_factory = supervisor.rpcinterface:make_main_rpcinterface",
        "[supervisorctl]",
        f"serverurl=unix://{directory}/s.sock",
        "",
    ]
    return "\n".join(lines)


class Daemon:
    """One daemon process, from its configuration to its last orphan.

    `programs` is configuration text that follows the standard sections; %(here)s is the temporary
    directory. `standard=False` takes `programs` as the whole file. `supervisord` overrides options
    of that section (None removes one). `files` are put into the directory: text, bytes, or None
    for a directory. `run_as` is the passwd entry of a user to run it as, `wrapper` a command that
    runs the command of the daemon. Nothing runs before start().
    """

    def __init__(
        self,
        setup,
        programs="",
        *,
        supervisord=None,
        standard=True,
        http_port=None,
        arguments=("-n",),
        environment=None,
        kind=None,
        directory=None,
        run_as=None,
        files=None,
        wrapper=(),
    ):
        self.setup = setup
        self.kind = kind or setup.daemon
        self.marker = uuid.uuid4().hex
        self.dir = pathlib.Path(directory or tempfile.mkdtemp(prefix="rm-"))
        self.dir.chmod(0o755)
        self.socket = self.dir / "s.sock"
        self.config_file = self.dir / "supervisord.conf"
        self.logfile = self.dir / "supervisord.log"
        self.http_port = http_port
        self.options = dict(supervisord or {})
        if setup.engine != "auto":
            self.options.setdefault("io_engine", setup.engine)
        self.standard = standard
        self.arguments = list(arguments)
        self.run_as = run_as
        self.wrapper = list(wrapper)
        for name, content in (files or {}).items():
            self.write_file(name, content)
        self.environment = {**os.environ, **(environment or {}), "RINGMASTER_TEST": self.marker}
        self.process = None
        self._rpc = None
        self.write_config(programs)

    # -- starting and stopping

    def write_config(self, programs):
        """Replaces the configuration file; the daemon does not notice by itself."""
        head = standard_sections(self.dir, self.options, self.http_port) if self.standard else ""
        self.config_file.write_text(head + programs)

    def write_file(self, name, content):
        """Makes a file, executable when it is a script, or a directory when `content` is None."""
        path = self.dir / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if content is None:
            path.mkdir()
            return
        data = content.encode() if isinstance(content, str) else content
        path.write_bytes(data)
        path.chmod(0o755 if data.startswith(b"#!") else 0o644)

    def start(self, wait=True):
        """`wait=False` is for daemons that will not come up; see wait_exit()."""
        command = [*self.wrapper, *self.setup.daemon_command(self.kind)]
        command += [*self.arguments, "-c", str(self.config_file)]
        with open(self.dir / "stdout", "ab") as out, open(self.dir / "stderr", "ab") as err:
            self.process = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=err,
                cwd=self.dir,
                env=self.environment,
                start_new_session=True,
                **self.identity(),
            )
        if wait:
            self.wait_ready()

    def identity(self):
        """Gives the directory to the user of `run_as` and returns the arguments for Popen."""
        if self.run_as is None:
            return {}
        os.chown(self.dir, self.run_as.pw_uid, self.run_as.pw_gid)
        return {"user": self.run_as.pw_uid, "group": self.run_as.pw_gid, "extra_groups": []}

    def wait_ready(self):
        """Waits until the daemon answers on its unix socket."""

        def ready():
            if "-n" in self.arguments and self.process.poll() is not None:
                raise AssertionError(
                    f"the daemon ended with {self.process.returncode}: {self.stderr()}{self.log()}"
                )
            try:
                return self.rpc.supervisor.getState()["statecode"] == 1
            except xmlrpc.client.Fault as fault:
                return fault.faultCode == 1  # no supervisor namespace configured: it does answer
            except (OSError, http.client.HTTPException):
                self.disconnect()
                return False

        eventually(ready, lambda: f"the daemon to answer; stderr: {self.stderr()}")

    @property
    def pid(self):
        """The daemon's own pid, also after it went into the background."""
        if "-n" in self.arguments:
            return self.process.pid
        return int((self.dir / "supervisord.pid").read_text())

    def send(self, number):
        os.kill(self.pid, number)

    def wait_exit(self, timeout=DEADLINE):
        """Waits for the end of the daemon and returns its exit code."""
        try:
            return self.process.wait(timeout)
        except subprocess.TimeoutExpired:
            raise AssertionError(f"the daemon did not end; log: {self.log()}") from None

    def stop(self, number=signal.SIGTERM):
        """Asks the daemon to end, waits until it did, and returns its exit code."""
        self.disconnect()
        if self.process.poll() is None:
            self.process.send_signal(number)
        return self.wait_exit()

    def close(self):
        """Ends everything. Fails if the daemon crashed, hung or left processes behind."""
        problems = []
        try:
            if self.process and self.process.poll() is None:
                code = self.stop()
                if code != 0:
                    problems.append(f"the daemon ended with {code}")
            remaining = self.leftovers()
            if remaining:
                names = [f"{p.pid} {command_line(p.pid)}" for p in remaining]
                problems.append(f"left behind: {names}")
        except AssertionError as error:
            problems.append(str(error))
        finally:
            self.kill_everything()
        problems += self.sanitizer_reports()
        if problems:
            raise AssertionError(f"{'; '.join(problems)}\n{self.stderr()}\n{self.log()}")
        shutil.rmtree(self.dir, ignore_errors=True)

    def leftovers(self):
        """Living processes that this daemon brought into the world, itself excluded."""

        def is_mine(process):
            if process.state in "ZX" or process.pid == self.process.pid:
                return False
            # The session of the daemon, or, for one that went into the background, its environment.
            if process.session == self.process.pid:
                return True
            return environment_of(process.pid).get("RINGMASTER_TEST") == self.marker

        return [process for process in all_processes() if is_mine(process)]

    def kill_everything(self):
        self.disconnect()
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        eventually(self._kill_leftovers, "the end of killed processes")
        reap_adopted()

    def _kill_leftovers(self):
        remaining = self.leftovers()
        for process in remaining:
            try:
                os.kill(process.pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
        reap_adopted()
        return not remaining

    def sanitizer_reports(self):
        text = self.stderr()
        found = re.search(r"(?m)^.*(?:Sanitizer|runtime error:).*$", text)
        return [found.group(0)] if found else []

    # -- looking at it

    @property
    def rpc(self):
        if self._rpc is None:
            self._rpc = rpc_proxy(self.socket)
        return self._rpc

    def disconnect(self):
        if self._rpc is not None:
            self._rpc("close")()
            self._rpc = None

    def read(self, name):
        """A file of the temporary directory as text; empty if there is none."""
        try:
            return (self.dir / name).read_bytes().decode(errors="replace")
        except OSError:
            return ""

    def stderr(self):
        return self.read("stderr")

    def stdout(self):
        return self.read("stdout")

    def log(self):
        """The main log as text."""
        return self.read(self.logfile)

    def lines(self):
        """The main log as a list of Line; a line without prefix continues the one before it."""
        found = []
        for line in self.log().split("\n")[:-1]:
            match = re.fullmatch(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,\d{3} ([A-Z]{4}) (.*)", line)
            if match:
                found.append(Line(*match.groups()))
            elif found:
                found[-1] = Line(found[-1].level, found[-1].text + "\n" + line)
        return found

    def messages(self):
        """The texts of the main log, without time and level."""
        return [line.text for line in self.lines()]

    def history(self, name):
        """The lines of the main log about one process, with every pid written as N."""
        known = re.compile(
            rf"(spawned|exited|stopped|success|gave up|spawnerr|killing): '?{re.escape(name)}'? "
            rf"|(killing|sending|waiting for|unable to signal) '?{re.escape(name)}'? "
        )
        masked = ((line.level, re.sub(r"(pid |\()\d+", r"\1N", line.text)) for line in self.lines())
        return [f"{level} {text}" for level, text in masked if known.match(text)]

    def count_log(self, pattern):
        """How many lines of the main log match the regular expression."""
        return sum(bool(re.search(pattern, text)) for text in self.messages())

    def find_log(self, pattern):
        """The first line of the main log that has the text, or matches the compiled pattern."""
        for line in self.lines():
            if pattern.search(line.text) if isinstance(pattern, re.Pattern) else pattern in line.text:
                return line
        return None

    def wait_log(self, pattern, timeout=DEADLINE):
        return eventually(
            lambda: self.find_log(pattern), lambda: f"the log line {pattern!r} in:\n{self.log()}", timeout
        )

    def info(self, name):
        return self.rpc.supervisor.getProcessInfo(name)

    def state(self, name):
        return self.info(name)["statename"]

    def wait_state(self, name, state, timeout=DEADLINE):
        """Waits until the process is in the state (its name) and returns its info."""

        def reached():
            info = self.info(name)
            return info if info["statename"] == state else None

        return eventually(reached, lambda: f"{name} to be {state}: {self.info(name)}", timeout)

    def wait_all(self, state, timeout=DEADLINE):
        """Waits until every process is in the state and returns all infos."""

        def reached():
            infos = self.rpc.supervisor.getAllProcessInfo()
            return infos if all(info["statename"] == state for info in infos) else None

        return eventually(reached, f"all processes to be {state}", timeout)

    def wait_new_pid(self, name, old, timeout=DEADLINE):
        """Waits until the process is RUNNING under another pid than `old`."""

        def reached():
            info = self.info(name)
            return info if info["statename"] == "RUNNING" and info["pid"] not in (0, old) else None

        return eventually(reached, lambda: f"a new process for {name}: {self.info(name)}", timeout)

    def wait_file(self, name, condition, timeout=DEADLINE):
        """Waits until the text of a file satisfies `condition` (a function or a substring)."""
        accept = condition if callable(condition) else lambda text: condition in text
        return eventually(
            lambda: (text := self.read(name)) and accept(text) and text,
            lambda: f"{name}, which is now {self.read(name)!r}",
            timeout,
        )

    def ctl(self, *arguments, client="debian", config=True, text_input=None, timeout=DEADLINE):
        """Runs a control client; `config=False` leaves out `-c`."""
        program = "/usr/bin/supervisorctl" if client == "debian" else self.setup.program("ringmasterctl")
        command = [program, *(["-c", str(self.config_file)] if config else []), *map(str, arguments)]
        done = subprocess.run(
            command,
            input=text_input,
            stdin=subprocess.DEVNULL if text_input is None else None,
            capture_output=True,
            text=True,
            errors="replace",
            timeout=timeout,
            cwd=self.dir,
            check=False,
        )
        return Result(done.stdout, done.stderr, done.returncode)


def command_line(pid):
    try:
        return pathlib.Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
    except OSError:
        return "?"


def reap_adopted():
    """Collects zombies that adopt_orphans() brought here; never those of a Popen."""
    for process in children_of(os.getpid()):
        if process.state == "Z" and process.session not in (os.getsid(0), process.pid):
            try:
                os.waitpid(process.pid, os.WNOHANG)
            except ChildProcessError:
                pass
