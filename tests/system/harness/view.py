"""What can be seen of a daemon from outside: its files, its main log, its answers, its clients."""

import re
import subprocess
from typing import NamedTuple

from harness.connections import rpc_proxy
from harness.waiting import DEADLINE, eventually


class Line(NamedTuple):
    """One line of the main log."""

    level: str
    text: str


class Result(NamedTuple):
    """What a finished program left."""

    stdout: str
    stderr: str
    code: int


class DaemonView:
    """Looks at the daemon that `dir`, `socket`, `logfile`, `config_file` and `setup` belong to."""

    _rpc = None

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
