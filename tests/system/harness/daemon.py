"""A daemon from its configuration to its last orphan."""

import http.client
import os
import pathlib
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import uuid
import xmlrpc.client
from typing import NamedTuple

from harness.processes import all_processes, command_line, environment_of, is_dying, reap_adopted
from harness.view import DaemonView
from harness.waiting import DEADLINE, eventually

ROOT = pathlib.Path(__file__).resolve().parents[3]
SUPPORT = ROOT / "tests" / "support"


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


class Daemon(DaemonView):
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
            remaining = self.survivors()
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

    def survivors(self):
        """The leftovers but for those that were killed and have not got a processor since."""
        return [process for process in self.leftovers() if not is_dying(process.pid)]

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
