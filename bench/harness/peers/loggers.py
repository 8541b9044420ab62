"""Loggers that read one pipe each: runit's svlogd and s6-log, as peers of the drain benchmark."""

import os
import shlex
import shutil

from harness.peers.peer import Peer


class PipedLogger(Peer):
    """A shell pipeline for each child; the loggers' processes are what it costs."""

    program = ""
    one_process = False

    def missing(self):
        return "" if shutil.which(self.program) else f"{self.program} not found"

    def descriptors(self, children, streams):
        return 100

    def logger(self, directory):
        """The words that log standard input to directory/current."""
        raise NotImplementedError

    def command(self, fleet):
        script = os.path.join(fleet.directory, "pipelines")
        with open(script, "w", encoding="ascii") as file:
            for child in range(fleet.children):
                directory = f"{fleet.stdout_log(child)}.d"
                shutil.rmtree(directory, ignore_errors=True)
                os.makedirs(directory)
                os.unlink(fleet.stdout_log(child))
                os.symlink(os.path.join(directory, "current"), fleet.stdout_log(child))
                writer = shlex.join([fleet.sleeper, fleet.stamps, str(child)])
                file.write(f"{writer} | {shlex.join(self.logger(directory))} &\n")
            file.write("wait\n")
        return ["/bin/sh", script]

    def pids(self, main):
        with open(f"/proc/{main.pid}/task/{main.pid}/children", encoding="ascii") as file:
            children = [int(pid) for pid in file.read().split()]
        return [pid for pid in children if self._is_logger(pid)]

    def _is_logger(self, pid):
        with open(f"/proc/{pid}/comm", encoding="ascii") as file:
            return file.read().strip() == self.program


class Svlogd(PipedLogger):
    name = program = "svlogd"

    def logger(self, directory):
        with open(os.path.join(directory, "config"), "w", encoding="ascii") as file:
            file.write("s0\n")  # never rotate
        return [self.program, "-b", "131072", directory]


class S6Log(PipedLogger):
    name = program = "s6-log"

    def logger(self, directory):
        return [self.program, "s268435455", directory]
